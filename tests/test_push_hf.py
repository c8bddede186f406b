"""`evalhub push` to the Hugging Face Hub, with its real client, against a small Hub on loopback."""

from __future__ import annotations

import base64
import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from gitrepos import IDENTITY, HubDir, Link, Repo, entry
from gitservers import bare_remote, free_port, running
from hfserver import TOKEN, HubServer
from terminals import EVALHUB
from test_submit import refs

from evalhub.remotes import Remote

pytest.importorskip("huggingface_hub", reason="the extra hf is not installed")


class Contributor:
    """Somebody with a clone of org/model in a hub, who is logged in. Each command is a process of its own, as the
    client reads its settings when it is imported.
    """

    def __init__(self, hub: HubDir, server: HubServer, home: Path) -> None:
        self.hub, self.server = hub, server
        seed = Repo.create(home / "seed", {"./README.md": "# A model\n", "old.yaml": [entry(30.0, notes="old")]})
        self.remote = bare_remote(server.root, seed)
        self.model = self.remote.clone(hub.root / "models/org/model")
        self.model.git("remote", "set-url", "origin", server.url("org/model"))
        self.environment = {"HF_ENDPOINT": f"http://{server.address}", "HF_HOME": str(home / "hf"), "HF_TOKEN": TOKEN}

    def propose(self, value: float, branch: str = "hle", name: str = "hle.yaml", **fields: object) -> str:
        ref = branch if branch.startswith("refs/") else f"evalhub/{branch}"
        message = f"Add HLE result: {value}\n\nSource: https://example.org\n"
        files = {name: [entry(value, **fields)]}
        return self.model.commit(files, on=ref, start=self.model.git("rev-parse", "main"), message=message)

    def push(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [*EVALHUB, "push", "org/model", "--hub", str(self.hub.root), *arguments],
            capture_output=True,
            text=True,
            env={**os.environ, **IDENTITY, **self.environment, **environment},
            stdin=subprocess.DEVNULL,
        )
        for text in (done.stdout, done.stderr):
            assert "Traceback" not in text
            assert "internal error" not in text
            assert TOKEN not in text
        return done


@pytest.fixture
def server(tmp_path: Path) -> Iterator[HubServer]:
    with running(HubServer(tmp_path / "remotes")) as made:
        assert isinstance(made, HubServer)
        yield made


@pytest.fixture
def ada(hub: HubDir, server: HubServer, tmp_path: Path) -> Contributor:
    return Contributor(hub, server, tmp_path)


# --- a pull request -------------------------------------------------------------------------------------------------


def test_a_pull_request_is_opened_with_the_files_of_the_branch(ada: Contributor, server: HubServer) -> None:
    base = ada.model.tip()
    ada.propose(41.5)
    assert ada.push().returncode == 0
    (sent,) = server.sent
    assert (sent.repo, sent.revision, sent.query) == ("org/model", "main", {"create_pr": ["1"]})
    description = "Source: https://example.org"
    wanted = {"summary": "Add HLE result: 41.5", "description": description, "parentCommit": base}
    assert sent.header == wanted
    ((key, file),) = sent.operations
    assert (key, file["path"]) == ("file", ".eval_results/hle.yaml")
    assert yaml.safe_load(base64.b64decode(file["content"])) == [entry(41.5)]


def test_a_file_that_the_branch_deletes_is_deleted_there(ada: Contributor, server: HubServer) -> None:
    files = {"old.yaml": None, "new.yaml": [entry(31.0, notes="old")]}
    ada.model.commit(files, on="evalhub/hle", start=ada.model.tip())
    assert ada.push().returncode == 0
    assert ("deletedFile", {"path": ".eval_results/old.yaml"}) in server.sent[0].operations


def test_the_ref_of_the_pull_request_replaces_the_branch(ada: Contributor) -> None:
    tip = ada.propose(41.5)
    before = refs(ada.model)
    outcome = ada.push()
    del before["refs/heads/evalhub/hle"]
    assert refs(ada.model) == {**before, "refs/pr/1": ada.remote.git("rev-parse", "refs/pr/1")}
    assert f"http://{ada.server.address}/org/model/discussions/1" in outcome.stdout
    assert tip[:12] in outcome.stdout


def test_the_score_counts_once_and_as_that_pull_request(ada: Contributor) -> None:
    ada.propose(41.5)
    ada.push()
    assert ada.hub.values() == [("#1", 41.5), ("author", 30.0)]


def test_a_branch_that_is_checked_out_stays(ada: Contributor) -> None:
    tip = ada.propose(41.5)
    ada.model.git("checkout", "-q", "evalhub/hle")
    outcome = ada.push()
    assert outcome.returncode == 0
    assert "still there: it is checked out in" in outcome.stdout
    assert f"git -C {ada.model.path} branch -D evalhub/hle" in outcome.stderr
    assert refs(ada.model)["refs/heads/evalhub/hle"] == tip


@pytest.mark.parametrize("work", [("rebase", "--exec", "false", "main"), ("bisect", "start")])
def test_a_branch_that_is_worked_on_stays(work: tuple[str, ...], ada: Contributor) -> None:
    tip = ada.propose(41.5)
    ada.model.git("checkout", "-q", "evalhub/hle")
    with contextlib.suppress(AssertionError):  # the rebase stops where its command fails
        ada.model.git(*work)
    ada.model.git("checkout", "-q", "--detach")
    outcome = ada.push()
    assert outcome.returncode == 0
    assert "still there: it is being" in outcome.stdout
    assert refs(ada.model)["refs/heads/evalhub/hle"] == tip


def test_a_branch_on_top_of_a_pull_request_is_committed_to_that(ada: Contributor, server: HubServer) -> None:
    ada.propose(41.5)
    ada.push()
    pull = ada.model.git("rev-parse", "refs/pr/1")
    ada.model.commit({"hle.yaml": [entry(42.0)]}, on="evalhub/hle-2", start=pull, message="Correct it")
    outcome = ada.push("hle-2")
    assert outcome.returncode == 0, outcome.stderr
    assert (server.sent[1].revision, server.sent[1].query) == ("refs/pr/1", {})
    assert server.sent[1].header["parentCommit"] == pull
    assert ada.hub.values() == [("#1", 42.0), ("author", 30.0)]


def test_a_branch_on_top_of_a_merged_pull_request_gets_one_of_its_own(ada: Contributor, server: HubServer) -> None:
    ada.propose(41.5)
    ada.push()
    pull = ada.model.git("rev-parse", "refs/pr/1")
    ada.remote.commit({"hle.yaml": [entry(41.5)]}, start=ada.model.tip(), message="Squashed")
    ada.model.commit({"more.yaml": [entry(1.5, notes="more")]}, on="evalhub/more", start=pull)
    assert ada.push("more").returncode == 0
    assert (server.sent[1].revision, server.sent[1].query) == ("main", {"create_pr": ["1"]})


def test_a_branch_on_top_of_a_closed_pull_request_gets_one_of_its_own(ada: Contributor, server: HubServer) -> None:
    ada.propose(41.5)
    ada.push()
    pull = ada.model.git("rev-parse", "refs/pr/1")
    server.closed.add(("org/model", 1))
    ada.model.commit({"hle.yaml": [entry(42.0)]}, on="evalhub/hle-2", start=pull, message="Correct it")
    assert ada.push("hle-2").returncode == 0
    assert server.sent[1].query == {"create_pr": ["1"]}


def test_a_closed_pull_request_is_not_told_to_be_open(ada: Contributor, server: HubServer) -> None:
    tip = ada.propose(41.5)
    server.lose_git_after_commit = True
    ada.push()
    server.git_is_gone = server.lose_git_after_commit = False
    server.closed.add(("org/model", 1))
    outcome = ada.push()
    assert "is open" not in outcome.stdout
    assert refs(ada.model)["refs/heads/evalhub/hle"] == tip


def test_a_branch_whose_pull_request_was_merged_has_nothing_to_push(ada: Contributor, server: HubServer) -> None:
    tip = ada.propose(41.5)
    ada.model.git("checkout", "-q", "evalhub/hle")
    ada.push()
    ada.remote.merge("refs/pr/1")
    outcome = ada.push("hle")
    assert outcome.returncode == 0
    assert "41.5 on main" in outcome.stdout
    assert (len(server.sent), refs(ada.model)["refs/heads/evalhub/hle"]) == (1, tip)


def test_the_default_branch_may_have_moved_on(ada: Contributor, server: HubServer) -> None:
    base = ada.model.tip()
    ada.propose(31.0, name="old.yaml", notes="old")
    ada.remote.commit({"old.yaml": [entry(30.0, notes="old"), entry(9.0, notes="new")]}, start=base)
    outcome = ada.push()
    assert outcome.returncode == 0
    assert server.sent[0].header["parentCommit"] == base
    assert "has changed on main" in outcome.stderr


def test_a_branch_that_was_pushed_by_git_gets_its_pull_request(ada: Contributor, server: HubServer) -> None:
    tip = ada.propose(41.5)
    ada.model.git("push", "-q", "origin", "evalhub/hle")
    assert refs(ada.remote)["refs/heads/evalhub/hle"] == tip
    assert ada.push().returncode == 0
    assert len(server.sent) == 1


def test_a_branch_without_a_change_opens_nothing(ada: Contributor, server: HubServer) -> None:
    ada.model.commit({}, on="evalhub/hle", start=ada.model.tip())
    outcome = ada.push("hle")
    assert outcome.returncode == 0
    assert "nothing to do" in outcome.stdout
    assert server.sent == []


@pytest.mark.parametrize("checked_out", [False, True])
def test_a_branch_that_changes_meanwhile_is_kept(checked_out: bool, ada: Contributor, server: HubServer) -> None:
    ada.propose(41.5)
    if checked_out:
        ada.model.git("checkout", "-q", "evalhub/hle")
    later = ada.model.commit(
        {"hle.yaml": [entry(42.0)]}, on="refs/heads/later", start=ada.model.git("rev-parse", "evalhub/hle")
    )
    server.meanwhile = lambda: ada.model.git("update-ref", "refs/heads/evalhub/hle", later)
    outcome = ada.push()
    assert outcome.returncode == 0
    assert "it has changed meanwhile" in outcome.stdout
    assert "branch -D" not in outcome.stderr
    assert refs(ada.model)["refs/heads/evalhub/hle"] == later


def test_a_ref_that_is_no_commit_hides_nothing(ada: Contributor, server: HubServer) -> None:
    ada.propose(41.5)
    ada.remote.git("update-ref", "refs/pr/1", ada.remote.git("hash-object", "-w", "--stdin", stdin=b"no commit"))
    outcome = ada.push()
    assert outcome.returncode == 0
    assert "discussions/2" in outcome.stdout


def test_a_link_is_nothing_to_propose(ada: Contributor, server: HubServer) -> None:
    tip = ada.model.commit(
        {"hle.yaml": [entry(41.5)], "./x": Link("README.md")}, on="evalhub/hle", start=ada.model.tip()
    )
    outcome = ada.push()
    assert outcome.returncode == 1
    assert "x is a symbolic link" in outcome.stderr
    assert (server.sent, refs(ada.model)["refs/heads/evalhub/hle"]) == ([], tip)


def test_a_dry_run_sends_nothing(ada: Contributor, server: HubServer) -> None:
    ada.propose(41.5)
    before = refs(ada.model)
    outcome = ada.push("--dry-run")
    assert outcome.returncode == 0
    assert "would open a pull request" in outcome.stdout
    assert (server.sent, refs(ada.model)) == ([], before)


@pytest.mark.parametrize(("value", "status"), [(41.5, 0), (40.0, 1)])
def test_a_score_that_another_pull_request_proposes_is_looked_for(
    value: float, status: int, ada: Contributor, server: HubServer
) -> None:
    tip = ada.propose(41.5)
    ada.remote.pull(1, {"theirs.yaml": [entry(value)]}, start=ada.model.tip())
    outcome = ada.push()
    assert outcome.returncode == status
    assert f"{value} on pull request 1" in outcome.stdout
    assert (server.sent, refs(ada.model)["refs/heads/evalhub/hle"]) == ([], tip)


# --- failures in the middle -----------------------------------------------------------------------------------------


def test_a_ref_that_cannot_be_fetched_is_fetched_by_the_next_try(ada: Contributor, server: HubServer) -> None:
    tip = ada.propose(41.5)
    server.lose_git_after_commit = True
    outcome = ada.push()
    assert outcome.returncode == 1
    assert "discussions/1" in outcome.stdout
    assert refs(ada.model)["refs/heads/evalhub/hle"] == tip
    server.git_is_gone = server.lose_git_after_commit = False
    assert ada.push("hle").returncode == 0
    assert len(server.sent) == 1
    assert ada.hub.values() == [("#1", 41.5), ("author", 30.0)]


def test_a_connection_cut_after_the_commit_opens_no_second_pull_request(ada: Contributor, server: HubServer) -> None:
    tip = ada.propose(41.5)
    server.break_at["commit"] = "cut after"
    outcome = ada.push()
    assert outcome.returncode == 1
    assert "may have been opened all the same" in outcome.stderr
    assert refs(ada.model)["refs/heads/evalhub/hle"] == tip
    server.break_at.clear()
    assert ada.push().returncode == 0
    assert len(server.sent) == 1
    assert "refs/pr/1" in refs(ada.model)


@pytest.mark.parametrize("status", [400, 403, 404, 412, 429, 500])
def test_what_the_hub_refuses_leaves_the_branch_and_says_how_to_go_on(
    status: int, ada: Contributor, server: HubServer
) -> None:
    tip = ada.propose(41.5)
    server.break_at["commit"] = status
    outcome = ada.push()
    assert outcome.returncode == 1
    assert "the branch is still there; go on with: evalhub push org/model evalhub/hle" in outcome.stderr
    assert len(outcome.stderr.splitlines()) == 2, outcome.stderr
    assert "lost the connection" not in outcome.stderr
    assert refs(ada.model)["refs/heads/evalhub/hle"] == tip


@pytest.mark.parametrize("status", [401, 403])
def test_a_token_that_may_not_says_to_log_in(status: int, ada: Contributor, server: HubServer) -> None:
    ada.propose(41.5)
    server.break_at["preupload"] = status
    assert "hf auth login" in ada.push().stderr


def test_an_expired_token_is_never_printed(ada: Contributor, server: HubServer) -> None:
    ada.propose(41.5)
    expired = "hf_expiredexpiredexpiredexpired"
    outcome = ada.push(HF_TOKEN=expired)
    assert outcome.returncode == 1
    assert "hf auth login" in outcome.stderr
    assert expired not in outcome.stdout + outcome.stderr
    assert server.sent == []


@pytest.mark.parametrize("url", ["https://huggingface.co/org/model", "https://hf.co/org/model", "git@hf.co:org/model"])
def test_what_is_for_another_hub_is_not_sent_to_this_one(url: str, ada: Contributor, server: HubServer) -> None:
    tip = ada.propose(41.5)
    ada.model.git("remote", "set-url", "--push", "origin", url)
    outcome = ada.push()
    assert outcome.returncode == 1
    assert "HF_ENDPOINT" in outcome.stderr
    assert (server.sent, server.seen) == ([], [])
    assert refs(ada.model)["refs/heads/evalhub/hle"] == tip


def test_without_a_token_nothing_is_asked(ada: Contributor, server: HubServer) -> None:
    ada.propose(41.5)
    outcome = ada.push(HF_TOKEN="")
    assert outcome.returncode == 1
    assert "hf auth login" in outcome.stderr
    assert server.seen == []


def test_a_hub_that_is_gone_leaves_the_branch(ada: Contributor) -> None:
    tip = ada.propose(41.5)
    address = f"127.0.0.1:{free_port()}"
    ada.model.git("remote", "set-url", "origin", f"http://{address}/org/model")
    outcome = ada.push(HF_ENDPOINT=f"http://{address}")
    assert outcome.returncode == 1
    assert "the branch is still there" in outcome.stderr
    assert refs(ada.model)["refs/heads/evalhub/hle"] == tip


def test_a_proposal_to_another_branch_of_that_number_is_never_overwritten(ada: Contributor) -> None:
    tip = ada.propose(41.5)
    mine = ada.model.commit({"mine.yaml": [entry(1.0, notes="mine")]}, on="refs/pr/1", start=ada.model.tip())
    outcome = ada.push("hle")
    assert outcome.returncode == 1
    assert refs(ada.model)["refs/pr/1"] == mine
    assert refs(ada.model)["refs/heads/evalhub/hle"] == tip


def test_a_hub_that_never_answers_is_given_up(ada: Contributor, server: HubServer) -> None:
    ada.propose(41.5)
    server.break_at["commit"] = "silence"
    code = "from evalhub import huggingface; huggingface._PATIENCE = 0.5; from evalhub.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "push", "org/model", "--hub", str(ada.hub.root)],
        capture_output=True,
        text=True,
        env={**os.environ, **ada.environment},
        timeout=60,
    )
    assert done.returncode == 1
    assert "may have been opened all the same" in done.stderr


def test_a_remote_that_is_fetched_from_elsewhere_opens_nothing(ada: Contributor, server: HubServer) -> None:
    ada.propose(41.5)
    ada.model.git("remote", "set-url", "--push", "origin", server.url("org/model"))
    ada.model.git("remote", "set-url", "origin", f"file://{ada.remote.path}")
    outcome = ada.push()
    assert outcome.returncode == 1
    assert "fetched from another place" in outcome.stderr
    assert server.sent == []


def test_fetching_over_http_and_pushing_over_ssh_is_one_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HF_ENDPOINT", raising=False)
    assert Remote("origin", "git@hf.co:org/model", "https://huggingface.co/org/model").shows_its_pulls


def test_offline_mode_says_what_to_unset(ada: Contributor) -> None:
    ada.propose(41.5)
    assert "unset it" in ada.push(HF_HUB_OFFLINE="1").stderr


def test_without_the_package_it_says_how_to_install_it(ada: Contributor, server: HubServer) -> None:
    ada.propose(41.5)
    code = "import sys; sys.modules['huggingface_hub'] = None; from evalhub.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "push", "org/model", "--hub", str(ada.hub.root)],
        capture_output=True,
        text=True,
        env={**os.environ, **ada.environment},
    )
    assert done.returncode == 1
    assert "pip install 'evalhub[hf]'" in done.stderr
    assert server.seen == []
