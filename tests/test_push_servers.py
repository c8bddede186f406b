"""`evalhub push` over git daemon and over git http-backend on loopback, with and without a password."""

from __future__ import annotations

import os
import pty
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import Cli, Outcome
from gitrepos import IDENTITY, HubDir, Repo, entry
from gitservers import GitServer, bare_remote, free_port, git_daemon, has_daemon, hook, running
from terminals import EVALHUB
from test_submit import refs

Push = Callable[..., Outcome]
PASSWORD = "s3cr3t-Passw0rd"


@pytest.fixture
def remotes(tmp_path: Path) -> Path:
    """A directory with the bare repository org/model.git in it."""
    seed = Repo.create(tmp_path / "seed", {"./README.md": "# A model\n"})
    bare_remote(tmp_path / "remotes", seed)
    return tmp_path / "remotes"


@pytest.fixture
def remote(remotes: Path) -> Repo:
    return Repo(remotes / "org/model.git", bare=True)


@pytest.fixture
def model(hub: HubDir, remote: Repo) -> Repo:
    """org/model in the hub, with the branch evalhub/hle that proposes 41.5."""
    made = remote.clone(hub.root / "models/org/model")
    made.commit({"hle.yaml": [entry(41.5)]}, on="evalhub/hle", start=remote.tip())
    return made


@pytest.fixture
def push(hub: HubDir, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> Push:
    for name, value in IDENTITY.items():
        monkeypatch.setenv(name, value)
    return lambda *arguments: cli("push", "org/model", "--hub", hub.root, *arguments)


@pytest.fixture
def server(remotes: Path) -> Iterator[GitServer]:
    with running(GitServer(remotes)) as made:
        yield made


@pytest.fixture
def locked(remotes: Path) -> Iterator[GitServer]:
    """A server that asks for a password."""
    with running(GitServer(remotes, f"ada:{PASSWORD}")) as made:
        yield made


@pytest.mark.skipif(not has_daemon(), reason="git daemon is not installed")
def test_the_branch_arrives_over_git_daemon(remotes: Path, remote: Repo, model: Repo, push: Push) -> None:
    with git_daemon(remotes) as url:
        model.git("remote", "set-url", "origin", f"{url}org/model.git")
        assert push().status == 0
        remote.pull(4, {"other.yaml": [entry(40.0, notes="other")]})
        model.commit({"other.yaml": [entry(40.5, notes="other")]}, on="evalhub/other", start=remote.tip())
        assert "40.0 on pull request 4" in push("other").stdout
    assert refs(remote)["refs/heads/evalhub/hle"] == model.git("rev-parse", "evalhub/hle")


@pytest.mark.skipif(not has_daemon(), reason="git daemon is not installed")
def test_a_repository_that_the_daemon_does_not_have_is_told(remotes: Path, model: Repo, push: Push) -> None:
    with git_daemon(remotes) as url:
        model.git("remote", "set-url", "origin", f"{url}org/nothing.git")
        outcome = push()
    assert outcome.status == 1
    assert "the branch is still there" in outcome.stderr


def test_the_branch_arrives_over_http(server: GitServer, remote: Repo, model: Repo, push: Push) -> None:
    model.git("remote", "set-url", "origin", server.url("org/model.git"))
    assert push().status == 0
    assert refs(remote)["refs/heads/evalhub/hle"] == model.git("rev-parse", "evalhub/hle")


def test_a_score_pushed_by_another_since_the_commit_is_a_conflict(
    server: GitServer, remote: Repo, model: Repo, push: Push, tmp_path: Path
) -> None:
    other = remote.clone(tmp_path / "other")
    other.commit({"theirs.yaml": [entry(40.0)]}, on="evalhub/theirs", start=remote.tip())
    other.git("push", "-q", server.url("org/model.git"), "evalhub/theirs")
    model.git("remote", "set-url", "origin", server.url("org/model.git"))
    outcome = push()
    assert outcome.status == 1
    assert "40.0 on evalhub/theirs" in outcome.stdout
    assert "refs/heads/evalhub/hle" not in refs(remote)


def test_the_words_of_a_rejecting_hook_come_over_http(server: GitServer, remote: Repo, model: Repo, push: Push) -> None:
    hook(remote, "pre-receive", "echo 'only on Mondays'; exit 1")
    model.git("remote", "set-url", "origin", server.url("org/model.git"))
    outcome = push()
    assert outcome.status == 1
    assert "only on Mondays" in outcome.stderr


def test_a_push_that_is_forbidden_says_so(server: GitServer, remote: Repo, model: Repo, push: Push) -> None:
    remote.git("config", "http.receivepack", "false")
    model.git("remote", "set-url", "origin", server.url("org/model.git"))
    outcome = push()
    assert outcome.status == 1
    assert "doesn't let you in" in outcome.stderr
    assert "the branch is still there" in outcome.stderr


def test_a_password_in_the_url_lets_in_and_is_never_printed(
    locked: GitServer, remote: Repo, model: Repo, push: Push
) -> None:
    hook(remote, "post-receive", f"echo 'thanks, {PASSWORD}: https://git.example.org/pulls/new?token={PASSWORD}'")
    model.git("remote", "set-url", "origin", locked.url("org/model.git", f"ada:{PASSWORD}"))
    outcome = push()
    assert outcome.status == 0
    assert "refs/heads/evalhub/hle" in refs(remote)
    assert PASSWORD not in outcome.stdout + outcome.stderr
    assert locked.address in outcome.stdout


@pytest.mark.parametrize("user", ["ada:wrong-s3cr3t", "hf_abcdefghijklmnopqrstuvwxyz", "ada:p%40ss%3Aw0rd"])
def test_a_wrong_password_is_never_printed(user: str, locked: GitServer, model: Repo, push: Push) -> None:
    model.git("remote", "set-url", "origin", locked.url("org/model.git", user))
    before = refs(model)
    outcome = push()
    assert outcome.status == 1
    assert "doesn't let you in" in outcome.stderr
    assert refs(model) == before
    for secret in (user.rpartition(":")[2], "p@ss:w0rd"):
        assert secret not in outcome.stdout + outcome.stderr


def test_without_a_terminal_nobody_is_asked_for_a_password(locked: GitServer, model: Repo, push: Push) -> None:
    model.git("remote", "set-url", "origin", locked.url("org/model.git"))
    outcome = push()
    assert outcome.status == 1
    assert "credential helper" in outcome.stderr


def test_on_a_terminal_git_asks_for_the_password(
    locked: GitServer, hub: HubDir, remote: Repo, model: Repo, tmp_path: Path
) -> None:
    model.git("remote", "set-url", "origin", locked.url("org/model.git"))
    model.git("config", "credential.helper", "store --file " + str(tmp_path / "kept"))
    answers = {b"Username": b"ada\n", b"Password": PASSWORD.encode() + b"\n"}
    written = _typed(["push", "org/model", "--hub", str(hub.root)], answers)
    assert "refs/heads/evalhub/hle" in refs(remote), written
    assert PASSWORD not in written


def _typed(arguments: list[str], answers: dict[bytes, bytes]) -> str:
    """Run evalhub on a terminal of its own, type each answer where its question comes, and return what is written."""
    take_it = (
        "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"
    )
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", take_it, *EVALHUB, *arguments],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        env={**os.environ, **IDENTITY},
    )
    os.close(theirs)
    written = b""
    while True:
        try:
            chunk = os.read(ours, 65536)
        except OSError:  # how Linux says that the other end is closed
            break
        written += chunk
        for question in [question for question in answers if question in written]:
            os.write(ours, answers.pop(question))
    os.close(ours)
    assert process.wait(timeout=60) == 0, written
    return written.decode()


def test_a_server_that_is_gone_leaves_the_branch(model: Repo, push: Push) -> None:
    model.git("remote", "set-url", "origin", f"http://ada:{PASSWORD}@127.0.0.1:{free_port()}/org/model.git")
    before = refs(model)
    outcome = push()
    assert outcome.status == 1
    assert "can't reach origin" in outcome.stderr
    assert PASSWORD not in outcome.stderr
    assert refs(model) == before


def test_a_server_that_goes_away_before_the_push_leaves_the_branch(
    server: GitServer, remotes: Path, remote: Repo, model: Repo, push: Push, monkeypatch: pytest.MonkeyPatch
) -> None:
    from evalhub import git_push

    original = git_push.push_branch

    def gone(*arguments: object) -> str:
        shutil.rmtree(remotes)
        return original(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(git_push, "push_branch", gone)
    model.git("remote", "set-url", "origin", server.url("org/model.git"))
    before = refs(model)
    outcome = push()
    assert outcome.status == 1
    assert "the branch is still there" in outcome.stderr
    assert refs(model) == before
