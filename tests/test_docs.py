"""The documentation's examples, run as they stand, print what they show.

`python tests/test_docs.py` runs them and writes what they print into the documents.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DOCUMENTS = [ROOT / "README.md", *(ROOT / "docs" / f"{name}.md" for name in ("api", "history", "submitting"))]
_BLOCK = re.compile(r"```console\n(.*?)```\n", re.DOTALL)


def run_block(block: str, folder: Path) -> str:
    """Run each `$ command` of a block in a shell, and return the block with what they print."""
    commands = [line[2:] for line in block.splitlines() if line.startswith("$ ")]
    return "".join(f"$ {command}\n{_run(command, folder)}" for command in commands)


def _run(command: str, folder: Path) -> str:
    done = subprocess.run(["sh", "-c", command], cwd=folder, env=_environment(folder), capture_output=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)  # fmt: skip
    return done.stdout


def _environment(folder: Path) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("GIT_", "EVALHUB_", "COLUMNS"))}
    who = {f"GIT_{role}_{what}": value for role in ("AUTHOR", "COMMITTER") for what, value in _IDENTITY.items()}
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    config = {"HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}
    return {**kept, **who, **config, "PATH": path}


_IDENTITY = {"NAME": "You", "EMAIL": "you@example.org", "DATE": "2026-09-01T12:00:00Z"}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_console_examples_print_what_they_show(document: Path, tmp_path: Path) -> None:
    for block in _BLOCK.findall(document.read_text()):
        assert run_block(block, tmp_path) == block


def test_python_examples_run(tmp_path: Path) -> None:
    _run("evalhub demo demo-hub", tmp_path)
    for document in DOCUMENTS:
        for code in re.findall(r"```python\n(.*?)```\n", document.read_text(), re.DOTALL):
            done = subprocess.run(
                [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
            )
            assert (done.returncode, done.stderr) == (0, "")


def test_workflows_are_what_github_takes(tmp_path: Path) -> None:
    files = []
    for number, text in enumerate(re.findall(r"```yaml\n(.*?)```\n", (ROOT / "docs/ci.md").read_text(), re.DOTALL)):
        files.append(tmp_path / f"{number}.yaml")
        files[-1].write_text(text)
    assert len(files) == 2
    check = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows"]
    done = subprocess.run([*check, *map(str, files)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def main() -> None:
    for document in DOCUMENTS:
        with tempfile.TemporaryDirectory() as folder:
            text = document.read_text()
            written = _BLOCK.sub(lambda match, at=Path(folder): f"```console\n{run_block(match[1], at)}```\n", text)
        document.write_text(written)


if __name__ == "__main__":
    main()
