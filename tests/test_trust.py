"""What strangers may do to a hub, and that it doesn't cost much, change a number or run anything."""

from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from conftest import Cli
from costs import budget
from gitrepos import IDENTITY, HubDir, Repo, entry

from evalhub import EvalhubError, Hub, validate
from evalhub.planning import Request
from evalhub.results import EvalResult
from evalhub.submit import Status, submit

# --- time -----------------------------------------------------------------------------------------------------------


def test_a_pull_request_of_trees_in_trees_costs_little(hub: HubDir) -> None:
    model = hub.model(files={"hle.yaml": [entry(1)]}, bare=True)
    tree = model.git(
        "mktree", stdin=b"100644 blob " + model.git("hash-object", "-w", "--stdin", stdin=b"").encode() + b"\tx\n"
    )
    for _ in range(8):
        tree = model.git("mktree", stdin="".join(f"040000 tree {tree}\td{i}\n" for i in range(20)).encode())
    results = model.git("mktree", stdin=f"040000 tree {tree}\tsub\n".encode())
    root = model.git("mktree", stdin=f"040000 tree {results}\t.eval_results\n".encode())
    model.set("refs/pr/1", model.git("commit-tree", root, "-p", model.tip(), "-m", "Trees"))
    begun = time.process_time()
    assert hub.ranking() == [(1, "org/model", 1)]
    assert time.process_time() - begun < budget(2)


def test_many_pull_requests_on_a_long_history_cost_their_sum(hub: HubDir) -> None:
    model = hub.model(files={"hle.yaml": [entry(1)]}, bare=True)
    model.history({"./README.md": f"{number}\n"} for number in range(1_000))
    start = model.tip()
    lines = []
    for number in range(1, 301):
        author = "author Ada <a@example.org> 1767225600 +0000\ncommitter Ada <a@example.org> 1767225600 +0000\n"
        body = f"- dataset: {{id: cais/hle, task_id: hle}}\n  value: {number}\n  notes: n{number}\n"
        lines.append(f"commit refs/pr/{number}\n{author}data 1\nx\nfrom {start}\n")
        lines.append(f"M 100644 inline .eval_results/p.yaml\ndata {len(body)}\n{body}\n")
    model.git("fast-import", "--quiet", stdin="".join(lines).encode())
    begun = time.process_time()
    assert len(hub.values()) == 301
    assert time.process_time() - begun < budget(3)


def test_a_pull_request_that_changes_thousands_of_entries_costs_little(hub: HubDir) -> None:
    def text(offset: int) -> str:
        return "".join(f"- {{dataset: {{id: a/b, task_id: t{i + offset}}}, value: 1}}\n" for i in range(4_000))

    hub.model(files={"many.yaml": text(0)}, bare=True).pull(1, {"many.yaml": text(2_000)})
    begun = time.process_time()
    assert len(hub.values()) == 6_000
    assert time.process_time() - begun < budget(4)


# --- names and registries -------------------------------------------------------------------------------------------


def test_an_id_in_two_parts_does_not_take_the_name_of_one(hub: HubDir) -> None:
    hub.dataset("h/le", name="Evil")
    assert hub.read().benchmark("hle").dataset_id == "cais/hle"


def test_a_model_that_brings_its_own_registry_is_still_checked_in_its_hub(hub: HubDir) -> None:
    hub.registry({"dataset": "cais/hle"})
    model = hub.model(files={"hle.yaml": [entry(1, task="hel")], "./evalhub.yaml": "{}\n"})
    assert "EH204" in [found.code for found in validate([model.path]).diagnostics]


def test_a_task_that_the_registry_misspells_is_said_beneath_the_leaderboard(hub: HubDir) -> None:
    hub.registry({"dataset": "cais/hle", "tasks": [{"id": "hel", "direction": "lower"}]})
    assert any("names the task hel" in warning for warning in hub.board().warnings)


def test_a_benchmark_whose_spec_is_not_valid_is_said_to_be_so(hub: HubDir) -> None:
    hub.dataset("org/broken", text="name: x\n")
    with pytest.raises(EvalhubError, match=r"its eval\.yaml is not valid"):
        hub.read().benchmark("broken")


# --- refs -----------------------------------------------------------------------------------------------------------


def test_a_detached_head_at_a_pull_request_is_not_the_authors_word(empty_hub: HubDir) -> None:
    model = Repo.create(empty_hub.root / "models/org/model", {"hle.yaml": [entry(1)]}, branch="trunk")
    model.pull(5, {"hle.yaml": [entry(99)]})
    model.git("checkout", "-q", "--detach", "refs/pr/5")
    assert empty_hub.values() == [("#5", 99), ("author", 1)]


def test_results_on_a_branch_that_is_nobodys_default_are_not_dropped_in_silence(hub: HubDir) -> None:
    model = hub.model(bare=True)
    model.set("trunk", model.tip())
    model.git("update-ref", "-d", "refs/heads/main")
    assert hub.board().left_out == {"unreadable_repos": 1}


def test_a_default_branch_that_a_crash_emptied_is_reported(hub: HubDir) -> None:
    model = hub.model(files={"hle.yaml": [entry(70)]}, bare=True)
    model.set("master", model.tip())
    (model.git_dir / "refs/heads/main").write_text("")
    assert (hub.ranking(), hub.codes()) == ([], ["EH001"])


def test_a_symbolic_ref_of_a_pull_request_is_followed(hub: HubDir) -> None:
    model = hub.model()
    model.pull(1, {"hle.yaml": [entry(2)]}, ref="refs/heads/topic")
    model.git("symbolic-ref", "refs/pr/1", "refs/heads/topic")
    assert hub.values() == [("#1", 2)]


def test_two_pull_requests_of_two_hosts_with_one_number_both_count(hub: HubDir) -> None:
    model = hub.model()
    model.pull(1, {"a.yaml": [entry(2)]}, host="hf")
    model.pull(1, {"b.yaml": [entry(3)]}, host="github")
    assert hub.values() == [("#1", 2), ("#1", 3)]


def test_a_pushed_proposal_counts_once(hub: HubDir) -> None:
    model = hub.model()
    model.pull(9, {"hle.yaml": [entry(2)]})
    model.set("evalhub/hle", model.tip("refs/pr/9"))
    assert hub.values() == [("#9", 2)]


def test_a_pull_request_that_renames_a_file_so_that_the_hub_reads_it_proposes_it(hub: HubDir) -> None:
    model = hub.model(files={"hle.yml": [entry(2)]})
    model.pull(1, {"hle.yml": None, "hle.yaml": [entry(2)]})
    assert hub.values() == [("#1", 2)]


def test_a_shallow_clone_says_that_a_result_may_be_older(hub: HubDir, tmp_path: Path) -> None:
    upstream = Repo.create(tmp_path / "upstream", {"hle.yaml": [entry(1)]}, bare=True)
    upstream.commit({"./README.md": "later\n"}, author="Mallory")
    upstream.clone(hub.root / "models/org/model", "--depth", "1")
    (row,) = hub.board().rows
    assert (row.score.complete, "older history" in row.warnings[0]) == (False, True)


# --- submit ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def ada(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in IDENTITY.items():
        monkeypatch.setenv(name, value)


RESULT = EvalResult("cais/hle", "hle", 41.5)


@pytest.mark.usefixtures("ada")
def test_what_is_committed_meanwhile_is_not_submitted_as_ones_own(hub: HubDir) -> None:
    model = hub.model(files={"hle.yaml": [entry(1, notes="before")]})
    read = Hub(hub.root)
    assert read.repos
    model.commit({"hle.yaml": [entry(1, notes="before"), entry(12, notes="mallory")]})
    outcome = submit(read, "org/model", Request((RESULT,)))
    changed = model.git("diff", "--stat", f"{outcome.commit}^", outcome.commit)
    assert (outcome.status, "mallory" in outcome.plan.changes[0].after, "3 insertions" in changed) == (
        Status.COMMITTED,
        False,
        False,
    )
    assert model.git("rev-parse", f"{outcome.commit}^") == outcome.plan.base


@pytest.mark.usefixtures("ada")
def test_submissions_at_the_same_moment_all_arrive(hub: HubDir) -> None:
    model = hub.model(bare=True)
    requests = [Request((EvalResult("cais/hle", "hle", 40 + i, notes="same name"),), file="r.yaml") for i in range(4)]
    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(lambda request: submit(Hub(hub.root), "org/model", request), requests))
    committed = [outcome.branch for outcome in outcomes if outcome.status is Status.COMMITTED]
    branches = model.git("for-each-ref", "--format=%(refname:short)", "refs/heads/evalhub").splitlines()
    assert sorted(committed) == sorted(branches)
    assert all(outcome.status in (Status.COMMITTED, Status.CONFLICT) for outcome in outcomes)


@pytest.mark.usefixtures("ada")
def test_an_old_mistake_below_does_not_refuse_a_superseding_score(hub: HubDir, cli: Cli) -> None:
    old = [entry(1), *(entry(2, notes="twice"),) * 2]
    hub.model(files={"hle.yaml": old})
    options = ("--value", 3, "--supersede", "--source-url", "https://example.org", "--hub", hub.root)
    assert cli("submit", "org/model", "--benchmark", "hle", *options).status == 0


@pytest.mark.usefixtures("ada")
@pytest.mark.parametrize("lost", ["main:.eval_results", "main:.eval_results/hle.yaml"])
def test_a_file_that_can_not_be_read_is_not_taken_for_a_new_one(lost: str, hub: HubDir) -> None:
    model = hub.model(files={"hle.yaml": [entry(1, notes="mine")]}, bare=True)
    model.lose(lost)
    with pytest.raises(EvalhubError, match="can't be read as a whole"):
        submit(Hub(hub.root), "org/model", Request((RESULT,)))
    assert model.git("for-each-ref", "--format=%(refname)") == "refs/heads/main"


@pytest.mark.usefixtures("ada")
def test_a_bare_repository_beside_the_files_of_another_is_submitted_to(hub: HubDir) -> None:
    subprocess.run(["git", "init", "-q", str(hub.root)], check=True)
    hub.model(bare=True)
    assert submit(Hub(hub.root), "org/model", Request((RESULT,))).status is Status.COMMITTED


@pytest.mark.usefixtures("ada")
def test_a_bare_repository_that_came_with_a_clone_runs_nothing(hub: HubDir, tmp_path: Path) -> None:
    script = tmp_path / "run-me"
    script.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    script.chmod(0o755)
    subprocess.run(["git", "init", "-q", str(hub.root)], check=True)
    model = hub.model(bare=True)
    model.git("config", "commit.gpgsign", "true")
    model.git("config", "gpg.program", str(script))
    subprocess.run(["git", "-C", str(hub.root), "add", "models"], check=True)
    with pytest.raises(EvalhubError, match="that another repository has in its files"):
        submit(Hub(hub.root), "org/model", Request((RESULT,)))
    assert not (tmp_path / "ran").exists()


# --- tables and files -----------------------------------------------------------------------------------------------


def test_a_number_of_hundreds_of_digits_does_not_widen_the_table(hub: HubDir, cli: Cli) -> None:
    hub.models({"org/a": int("9" * 250), "org/b": 2})
    assert max(map(len, cli("leaderboard", "hle", "--hub", hub.root).stdout.splitlines())) < 120


def test_a_formula_in_a_csv_cell_is_text(hub: HubDir, cli: Cli) -> None:
    hub.model(files={"hle.yaml": [entry(1, notes='=HYPERLINK("https://example.org")')]})
    assert ",\"'=HYPERLINK" in cli("leaderboard", "hle", "--hub", hub.root, "--format", "csv").stdout


def test_an_interrupt_ends_quietly() -> None:
    code = "import os, signal, sys; sys.argv = ['evalhub', 'demo', 'x']\nimport evalhub.cli.demo as demo\n"
    code += "from evalhub import demo as library\n"
    code += "library.build = lambda directory: os.kill(os.getpid(), signal.SIGINT)\n"
    code += "from evalhub.__main__ import main\nmain()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, "Traceback" in done.stderr) == (130, False)
