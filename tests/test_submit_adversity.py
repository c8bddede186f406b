"""What a submission leaves behind where something stands in its way: nothing, but a message that says what."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from gitrepos import IDENTITY, HubDir, Repo, entry
from terminals import EVALHUB

SUBMIT = [*EVALHUB, "submit", "org/model", "--benchmark", "hle", "--value", "41.5", "--hub"]

Start = Callable[..., subprocess.Popen[bytes]]
Submit = Callable[..., tuple[int, str]]


@pytest.fixture
def model(hub: HubDir) -> Repo:
    return hub.model(files={"hle.yaml": [entry(40.0, notes="no tools")]})


@pytest.fixture
def temporary(tmp_path: Path) -> Path:
    folder = tmp_path / "temporary"
    folder.mkdir()
    return folder


@pytest.fixture
def command(hub: HubDir, tmp_path: Path, temporary: Path) -> dict[str, Any]:
    """What runs `evalhub submit` in `hub` as Ada, with a temporary folder and a cache of its own."""
    places = {"TMPDIR": str(temporary), "EVALHUB_CACHE": str(tmp_path / "cache")}
    return {"args": [*SUBMIT, str(hub.root)], "env": {**os.environ, **IDENTITY, **places}}


@pytest.fixture
def start(command: dict[str, Any]) -> Start:
    return partial(subprocess.Popen, **command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@pytest.fixture
def submit(command: dict[str, Any]) -> Submit:
    """Run it to its end; return its exit status, and what it wrote."""

    def run(**how: Any) -> tuple[int, str]:
        done = subprocess.run(**command, **how, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60)
        return done.returncode, done.stdout

    return run


def files_of(repo: Repo) -> dict[str, bytes]:
    """All files of the repository, its .git too, but objects."""
    return {
        str(path.relative_to(repo.path)): path.read_bytes()
        for path in repo.path.rglob("*")
        if path.is_file() and "objects" not in path.parts
    }


def hook(repo: Repo, name: str, script: str) -> None:
    path = repo.git_dir / "hooks" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def waiting_signer(repo: Repo, folder: Path) -> Path:
    """Let commits be signed by a program that says by a file that it runs, and then waits; return that file."""
    signer, signing = folder / "signer", folder / "signing"
    signer.write_text(f"#!/bin/sh\ntouch {signing}\nexec sleep 60\n")
    signer.chmod(0o755)
    repo.git("config", "gpg.program", str(signer))
    repo.git("config", "commit.gpgSign", "true")
    return signing


def wait_for(path: Path) -> None:
    deadline = time.monotonic() + 60
    while not path.exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert path.exists()


# --- stopped in the middle ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("blow", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_stopped_in_the_middle_it_leaves_no_branch_and_no_lock(
    blow: signal.Signals, model: Repo, start: Start, tmp_path: Path, temporary: Path
) -> None:
    signing = waiting_signer(model, tmp_path)
    before = files_of(model)
    process = start(start_new_session=True)
    wait_for(signing)
    os.killpg(process.pid, blow)
    assert process.wait(timeout=30) != 0
    assert files_of(model) == before
    if blow is signal.SIGINT:
        assert list(temporary.iterdir()) == []


def test_after_a_kill_the_same_submission_arrives(model: Repo, start: Start, submit: Submit, tmp_path: Path) -> None:
    signing = waiting_signer(model, tmp_path)
    process = start(start_new_session=True)
    wait_for(signing)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(timeout=30)
    model.git("config", "commit.gpgSign", "false")
    assert submit()[0] == 0
    assert model.git("rev-parse", "evalhub/hle^") == model.tip()


def test_where_only_evalhub_is_killed_git_ends_without_making_the_branch(
    model: Repo, start: Start, tmp_path: Path
) -> None:
    signing, finish = waiting_signer(model, tmp_path), tmp_path / "finish"
    (tmp_path / "signer").write_text(
        f"#!/bin/sh\ncat >/dev/null\ntouch {signing}\nwhile [ ! -e {finish} ]; do sleep 0.01; done\n"
        f'echo "[GNUPG:] SIG_CREATED " >&2\necho SIGNED\ntouch {finish}ed\n'
    )
    before = files_of(model)
    process = start()
    wait_for(signing)
    process.kill()
    process.wait(timeout=30)
    finish.touch()
    wait_for(tmp_path / "finished")
    assert files_of(model) == before


# --- no room --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("room", [0, 64, 2048])
def test_without_room_on_the_disk_it_leaves_nothing(room: int, model: Repo, submit: Submit, temporary: Path) -> None:
    model.commit({f"weights/{number:03}.txt": f"{number}\n" for number in range(200)})  # their index is larger
    before = files_of(model)
    status, said = submit(preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (room, room)))
    assert status == 1, said
    assert "Traceback" not in said
    assert "error: " in said, said
    assert files_of(model) == before
    assert list(temporary.iterdir()) == []


# --- refs that can't be written -------------------------------------------------------------------------------------


def test_a_hook_that_refuses_refs_is_heard(model: Repo, submit: Submit, temporary: Path) -> None:
    hook(model, "reference-transaction", 'echo "no branches on Fridays" >&2\nexit 1')
    before = files_of(model)
    status, said = submit()
    assert status == 1
    assert "no branches on Fridays" in said or "aborted by hook" in said
    assert files_of(model) == before
    assert list(temporary.iterdir()) == []


def test_a_hook_hears_of_nothing_but_the_new_branch(model: Repo, submit: Submit, tmp_path: Path) -> None:
    heard = tmp_path / "heard"
    hook(model, "reference-transaction", f'[ "$1" = committed ] && cat >> {heard}\nexit 0')
    assert submit()[0] == 0
    assert [line.split()[2] for line in heard.read_text().splitlines()] == ["refs/heads/evalhub/hle"]


@pytest.mark.parametrize("lock", ["refs/heads/evalhub/hle.lock"])
def test_a_ref_that_is_locked_is_not_forced(lock: str, model: Repo, submit: Submit) -> None:
    path = model.git_dir / lock
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    before = files_of(model)
    status, said = submit()
    assert status == 1
    assert "hle.lock" in said.replace("\n", "")
    assert files_of(model) == before
    path.unlink()
    assert submit()[0] == 0


@pytest.mark.parametrize("lock", ["index.lock", "HEAD.lock", "packed-refs.lock", "config.lock", "refs/heads/main.lock"])
def test_locks_on_other_things_do_not_matter(lock: str, model: Repo, submit: Submit) -> None:
    (model.git_dir / lock).touch()
    assert submit()[0] == 0
    assert model.git("rev-parse", "evalhub/hle^") == model.tip()


# --- settings -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("setting", ["true", "false", "always"])
def test_only_the_new_branch_gets_a_reflog_if_any(setting: str, model: Repo, submit: Submit) -> None:
    model.git("config", "core.logAllRefUpdates", setting)
    before = files_of(model)
    assert submit()[0] == 0
    new = {path for path in files_of(model).keys() - before.keys() if "/logs/" in path}
    assert new == (set() if setting == "false" else {".git/logs/refs/heads/evalhub/hle"})


def test_settings_of_one_worktree_stay_and_do_not_matter(model: Repo, submit: Submit) -> None:
    model.git("config", "extensions.worktreeConfig", "true")
    model.git("config", "--worktree", "core.sparseCheckout", "true")
    model.git("config", "--worktree", "core.splitIndex", "true")
    before = files_of(model)
    assert submit()[0] == 0
    assert {path: data for path, data in files_of(model).items() if path in before} == before
    assert model.git("ls-tree", "-r", "--name-only", "evalhub/hle") == model.git("ls-tree", "-r", "--name-only", "main")
