"""The pre-commit hook, run by the real pre-commit in real repositories, without its installing anything."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from gitrepos import IDENTITY, Content, HubDir, Link, Repo, entry

ROOT = Path(__file__).parent.parent
MANIFEST = ROOT / ".pre-commit-hooks.yaml"
GOOD = "- dataset: {id: cais/hle, task_id: hle}\n  value: 41.2\n"
MISTAKEN = "- dataset: {id: cais/hle, task_id: hle}\n  valeu: 41.2\n"


def _hook() -> dict[str, Any]:
    (hook,) = yaml.safe_load(MANIFEST.read_text())
    assert isinstance(hook, dict)
    return hook


def _run(cwd: Path, *command: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, **IDENTITY, "PATH": path, "PRE_COMMIT_HOME": str(cwd.parent / "pre-commit")}
    return subprocess.run(
        command, cwd=cwd, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60
    )


def _pre_commit(cwd: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return _run(cwd, sys.executable, "-m", "pre_commit", *arguments)


@pytest.fixture
def clone(tmp_path: Path) -> Repo:
    """A model's clone with the hook installed, as the manifest has it but for the environment to run it in."""
    HubDir(tmp_path).dataset()
    HubDir(tmp_path).registry({"dataset": "cais/hle"})
    repo = HubDir(tmp_path).model("org/model", {"./README.md": "# A model\n"})
    config = {"repos": [{"repo": "local", "hooks": [{**_hook(), "language": "system"}]}]}
    (repo.path / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config))
    installed = _pre_commit(repo.path, "install")
    assert installed.returncode == 0, installed.stdout
    return repo


def _commit(clone: Repo, files: dict[str, Content]) -> subprocess.CompletedProcess[str]:
    for name, content in files.items():
        path = clone.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, Link):
            path.symlink_to(content.target)
        else:
            path.write_text(str(content))
    clone.git("add", "--all")
    return _run(clone.path, "git", "commit", "-m", "Add files")


def test_pre_commit_accepts_the_manifest(tmp_path: Path) -> None:
    checked = _pre_commit(tmp_path, "validate-manifest", str(MANIFEST))
    assert checked.returncode == 0, checked.stdout


def test_manifest_runs_a_command_that_the_package_installs() -> None:
    assert shutil.which(_hook()["entry"].split()[0], path=str(Path(sys.executable).parent))


def test_commit_with_a_mistake_is_stopped_and_the_mistake_shown(clone: Repo) -> None:
    before = clone.git("rev-parse", "HEAD")
    stopped = _commit(clone, {".eval_results/hle.yaml": MISTAKEN})
    assert stopped.returncode == 1
    assert ".eval_results/hle.yaml:2:3: error[EH111] unknown key `valeu`" in stopped.stdout
    assert clone.git("rev-parse", "HEAD") == before


def test_good_commit_passes(clone: Repo) -> None:
    before = clone.git("rev-parse", "HEAD")
    passed = _commit(clone, {".eval_results/hle.yaml": GOOD, ".eval_results/a b.yaml": "[]\n"})
    assert passed.returncode == 0, passed.stdout
    assert clone.git("rev-parse", "HEAD") != before


def test_commit_of_other_files_is_not_looked_at(clone: Repo) -> None:
    passed = _commit(clone, {"config.yaml": MISTAKEN})
    assert (passed.returncode, "Skipped" in passed.stdout) == (0, True), passed.stdout


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("eval.yaml", "name: x\n", "EH110"),
        ("datasets/org/name/eval.yaml", "name: x\n", "EH110"),
        ("evalhub.yaml", "benchmark: []\n", "EH111"),
        (".eval_results/link.yaml", Link("../README.md"), "EH108"),
    ],
)
def test_every_kind_of_file_is_checked(clone: Repo, name: str, content: Content, code: str) -> None:
    stopped = _commit(clone, {name: content})
    assert (stopped.returncode, f"[{code}]" in stopped.stdout) == (1, True), stopped.stdout


def test_file_is_checked_in_the_light_of_those_already_committed(clone: Repo) -> None:
    assert _commit(clone, {".eval_results/hle.yaml": GOOD}).returncode == 0
    stopped = _commit(clone, {".eval_results/more.yaml": GOOD})
    assert (stopped.returncode, "[EH205]" in stopped.stdout) == (1, True), stopped.stdout


def test_run_on_all_files_gives_one_report(clone: Repo) -> None:
    clone.commit({f"hle_{number}.yaml": [entry(number, task=f"t{number}")] for number in range(8)})
    clone.git("add", "--all")
    ran = _pre_commit(clone.path, "run", "--all-files")
    assert ran.returncode == 1
    assert ran.stdout.count("8 errors, 0 warnings in 8 files") == 1, ran.stdout
