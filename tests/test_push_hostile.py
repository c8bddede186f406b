"""`evalhub push` to a server that means harm: what it says changes nothing in the clone, and costs nothing."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import Cli, Outcome
from gitrepos import IDENTITY, HubDir, Repo, entry
from gitservers import GitHandler, GitServer, bare_remote, hook, running
from test_submit import refs, state

from evalhub.remotes import Remote, pull_request_url

Push = Callable[..., Outcome]


class LyingHandler(GitHandler):
    """Adds refs that are none to what git lists."""

    server: LyingServer

    def told(self, content: bytes) -> bytes:
        if content.endswith(b"0000") and b" refs/heads/main" in content and b"version 2" not in content:
            lines = (f"{id} {name}\n".encode() for name, id in self.server.more.items())
            extra = b"".join(f"{len(line) + 4:04x}".encode() + line for line in lines)
            return content[:-4] + extra + b"0000"
        return content


class LyingServer(GitServer):
    """Lists `more`, names and ids, as well."""

    def __init__(self, root: Path) -> None:
        super().__init__(root, handler=LyingHandler)
        self.more: dict[str, str] = {}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LyingServer]:
    seed = Repo.create(tmp_path / "seed", {"./README.md": "# A model\n"})
    bare_remote(tmp_path / "remotes", seed)
    with running(LyingServer(tmp_path / "remotes")) as made:
        assert isinstance(made, LyingServer)
        yield made


@pytest.fixture
def remote(server: LyingServer) -> Repo:
    return Repo(server.root / "org/model.git", bare=True)


@pytest.fixture
def model(hub: HubDir, server: LyingServer, remote: Repo) -> Repo:
    """org/model in the hub, with the branch evalhub/hle that proposes 41.5."""
    made = remote.clone(hub.root / "models/org/model")
    made.commit({"hle.yaml": [entry(41.5)]}, on="evalhub/hle", start=remote.tip())
    made.git("remote", "set-url", "origin", server.url("org/model.git"))
    return made


@pytest.fixture
def push(hub: HubDir, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> Push:
    for name, value in IDENTITY.items():
        monkeypatch.setenv(name, value)
    return lambda *arguments: cli("push", "org/model", "--hub", hub.root, *arguments)


# --- what a server lists --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["refs/heads/evalhub/x:refs/heads/mine", "refs/heads/evalhub/*:refs/heads/*"])
def test_a_name_that_is_a_refspec_writes_no_branch(
    name: str, server: LyingServer, remote: Repo, model: Repo, push: Push
) -> None:
    server.more[name] = remote.commit({"evil.yaml": [entry(9.0)]}, on="evalhub/x", start=remote.tip())
    model.git("branch", "mine", "main")
    before, refs_before = state(model), refs(model)
    push("--dry-run")
    assert (state(model), refs(model)) == (before, refs_before)


def test_a_name_that_is_an_option_or_too_long_is_no_name(
    server: LyingServer, remote: Repo, model: Repo, push: Push
) -> None:
    for name in ("--upload-pack=x", "refs/heads/evalhub/" + "x" * 60_000, "refs/pr/1^{}", "refs/pr/2/../../heads/x"):
        server.more[name] = remote.commit({"evil.yaml": [entry(9.0)]}, on="x", start=remote.tip())
    assert push().status == 0


def test_a_server_that_never_answers_is_given_up(model: Repo, push: Push, monkeypatch: pytest.MonkeyPatch) -> None:
    from evalhub import upstream

    monkeypatch.setattr(upstream, "_PATIENCE", 1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        model.git("remote", "set-url", "origin", f"http://127.0.0.1:{silent.getsockname()[1]}/org/model.git")
        outcome = push()
    assert outcome.status == 1
    assert "the branch is still there" in outcome.stderr


# --- what a server says ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("line", ["[" * 500_000 + "x", "http://" * 100_000, " " * 500_000 + "x"])
def test_a_very_long_line_costs_nothing(line: str) -> None:
    url = "https://git.example.org/org/model"
    remote = Remote("origin", url, url)
    begin = time.process_time()
    assert pull_request_url(remote, "main", "evalhub/hle", f"remote: {line}\n") is None
    assert len(remote.remote_words(f"remote: {line}\n")) < 3_000
    assert time.process_time() - begin < 2


def test_a_flood_of_words_is_cut(remote: Repo, model: Repo, push: Push) -> None:
    hook(remote, "pre-receive", "yes 'remote: repository' | head -n 200000 >&2; exit 1")
    begin = time.process_time()
    outcome = push()
    assert outcome.status == 1
    assert "pre-receive hook declined" in outcome.stderr
    assert len(outcome.stderr) < 5_000
    assert time.process_time() - begin < 5


def test_the_words_of_a_server_keep_their_last_letter() -> None:
    remote = Remote("origin", "https://git.example.org/x", "https://git.example.org/x")
    assert remote.remote_words("remote: NOT OK        \nremote: see [K\x1b[K\n") == "NOT OK; see [K"


@pytest.mark.parametrize("scheme", ["javascript:", "file://", "ssh://"])
def test_only_web_pages_are_shown(scheme: str) -> None:
    remote = Remote("origin", "https://git.example.org/x", "https://git.example.org/x")
    assert pull_request_url(remote, "main", "evalhub/hle", f"remote: {scheme}//example.org/pull/1\n") is None


def test_what_a_terminal_would_act_on_is_shown_as_text() -> None:
    remote = Remote("origin", "https://git.example.org/x", "https://git.example.org/x")
    words = "remote: https://example.org/\x1b]8;;https://evil.example\x07pull/1\n"
    page = pull_request_url(remote, "main", "evalhub/hle", words)
    assert page is not None
    assert page.isprintable()


# --- what a server has ----------------------------------------------------------------------------------------------

BOMB = "a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1]\n" + "".join(
    f"{key}: &{key} [{', '.join([f'*{before}'] * 9)}]\n" for before, key in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize("content", [BOMB, "- [" * 20_000, "x" * 20_000_000, "- !!python/object:os.system x\n"])
def test_broken_results_on_the_remote_hide_no_other(content: str, remote: Repo, model: Repo, push: Push) -> None:
    remote.commit({"bad.yaml": content}, start=remote.tip())
    remote.pull(1, {"bad2.yaml": content + "\n"})
    remote.pull(2, {"theirs.yaml": [entry(40.0)]})
    begin = time.process_time()
    outcome = push()
    assert outcome.status == 1
    assert "40.0 on pull request 2" in outcome.stdout
    assert time.process_time() - begin < 5


def test_a_thousand_pull_requests_cost_seconds(remote: Repo, model: Repo, push: Push) -> None:
    start = remote.tip()
    commits = [remote.commit({"x.yaml": [entry(float(n), notes=f"run {n}")]}, on="x", start=start) for n in range(3)]
    for_each = "".join(f"create refs/pr/{n} {commits[n % 3]}\n" for n in range(1, 3_001))
    remote.git("update-ref", "--stdin", stdin=for_each.encode())
    begin = time.process_time()
    assert push().status == 0
    assert time.process_time() - begin < 10
