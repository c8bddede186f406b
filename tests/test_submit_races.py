"""Several `evalhub submit` at the same moment in one repository: all arrive, and nothing else changes."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml
from gitrepos import IDENTITY, HubDir, Repo, entry

# Everything is imported before the start, so that what races is the submission.
RACER = """
import sys, time
from pathlib import Path
from evalhub.cli import main
import evalhub.cli.submit
start, number = Path(sys.argv[1]), sys.argv[2]
sys.argv[1:3] = []
start.with_name(f"ready-{number}").touch()
while not start.exists():
    time.sleep(0.001)
main()
"""


def submit_at_once(hub: HubDir, folder: Path, submissions: Sequence[Sequence[object]]) -> list[tuple[int, str]]:
    """Run one process for each of `submissions`, all from the same moment; return what became of them."""
    start = folder / "start"
    environment = {**os.environ, **IDENTITY, "EVALHUB_CACHE": str(folder / "cache")}
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
    processes = []
    for number, options in enumerate(submissions):
        words = ["submit", "org/model", "--benchmark", "hle", "--hub", hub.root, *options]
        command = [sys.executable, "-c", RACER, str(start), str(number), *map(str, words)]
        processes.append(
            subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment)
        )
    deadline = time.monotonic() + 60
    while len(list(folder.glob("ready-*"))) < len(processes) and time.monotonic() < deadline:
        time.sleep(0.005)
    start.touch()
    said = [process.communicate(timeout=60)[0] for process in processes]
    return [(process.returncode, text) for process, text in zip(processes, said, strict=True)]


def branches(repo: Repo) -> list[str]:
    return repo.git("for-each-ref", "--format=%(refname:short)", "refs/heads/evalhub").splitlines()


def entries_of(repo: Repo, branch: str) -> list[dict]:
    return yaml.safe_load(repo.git("show", f"{branch}:.eval_results/hle.yaml"))


def everything_but(repo: Repo, *names: str) -> dict[str, bytes]:
    """All files of the repository, its .git too, but those below `names`."""
    return {
        str(path.relative_to(repo.path)): path.read_bytes()
        for path in repo.path.rglob("*")
        if path.is_file() and not path.relative_to(repo.path).as_posix().startswith(names)
    }


NEW_IN_GIT = (".git/objects/", ".git/refs/heads/evalhub/", ".git/logs/refs/heads/evalhub/")


@pytest.fixture
def model(hub: HubDir) -> Repo:
    return hub.model(files={"hle.yaml": [entry(40.0, notes="the first")]})


@pytest.mark.parametrize("number", [2, 5])
def test_all_arrive_on_branches_of_their_own(number: int, hub: HubDir, model: Repo, tmp_path: Path) -> None:
    before = everything_but(model, *NEW_IN_GIT)
    done = submit_at_once(hub, tmp_path, [["--value", 41 + n, "--notes", f"run {n}"] for n in range(number)])
    assert [status for status, _ in done] == [0] * number, done
    assert len(branches(model)) == number
    assert {model.git("rev-parse", f"{branch}^") for branch in branches(model)} == {model.tip()}
    proposed = sorted(entries_of(model, branch)[-1]["value"] for branch in branches(model))
    assert proposed == [41 + n for n in range(number)]
    assert everything_but(model, *NEW_IN_GIT) == before


def test_each_says_on_which_branch_it_arrived(hub: HubDir, model: Repo, tmp_path: Path) -> None:
    done = submit_at_once(hub, tmp_path, [["--value", 41 + n, "--notes", f"run {n}"] for n in range(3)])
    for number, (_, said) in enumerate(done):
        (branch,) = (each for each in branches(model) if entries_of(model, each)[-1]["value"] == 41 + number)
        assert branch in said.replace("\n", " ").split(), said


def test_the_same_score_twice_is_there_at_least_once(hub: HubDir, model: Repo, tmp_path: Path) -> None:
    done = submit_at_once(hub, tmp_path, [["--value", 41, "--notes", "again"]] * 2)
    assert [status for status, _ in done] == [0, 0], done
    assert [entries_of(model, branch)[-1]["value"] for branch in branches(model)] in ([41], [41, 41])


def test_of_two_that_want_one_branch_the_other_says_that_it_is_taken(hub: HubDir, model: Repo, tmp_path: Path) -> None:
    wanted = [["--value", 41 + n, "--notes", f"run {n}", "--branch", "mine"] for n in range(2)]
    done = submit_at_once(hub, tmp_path, wanted)
    assert sorted(status for status, _ in done) == [0, 1], done
    assert branches(model) == ["evalhub/mine"]
    winner = next(number for number, (status, _) in enumerate(done) if status == 0)
    assert entries_of(model, "evalhub/mine")[-1]["value"] == 41 + winner
    assert "exists already" in done[1 - winner][1]
