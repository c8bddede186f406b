"""What is read of one repository: its default branch, its result files, its spec."""

from __future__ import annotations

import os
import time

import pytest
from costs import budget
from gitrepos import ZERO, HubDir, Link, Repo, Submodule, entry, spec

from evalhub import Hub

ONE, TWO = {"hle.yaml": [entry(1)]}, {"hle.yaml": [entry(2)]}
PULL = {"hle.yaml": [entry(9)]}
BOMB = "- &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"- &{name} [{','.join([f'*{before}'] * 10)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
LFS = "version https://git-lfs.github.com/spec/v1\noid sha256:" + "0" * 64 + "\nsize 12345\n"


def author_values(hub: HubDir) -> list[float]:
    return [value for label, value in hub.values() if label == "author"]


def clone(hub: HubDir, server: Repo, *arguments: str) -> Repo:
    return server.clone(hub.root / "models/org/model", *arguments)


@pytest.fixture
def server(tmp_path) -> Repo:
    """A server's repository; its default branch is `trunk`, and its pull request 7 says 9."""
    made = Repo.create(tmp_path / "server", ONE, bare=True, branch="trunk")
    made.pull(7, PULL)
    return made


# --- the default branch ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("branch", ["main", "master", "trunk"])
def test_the_only_branch_is_the_default(hub, branch):
    Repo.create(hub.root / "models/org/model", ONE, branch=branch)
    assert author_values(hub) == [1]


def test_main_goes_before_master(hub):
    model = Repo.create(hub.root / "models/org/model", ONE, branch="master")
    model.commit(TWO, on="main")
    assert author_values(hub) == [2]


@pytest.mark.parametrize("branch", ["main", "master"])
def test_main_and_master_go_before_what_is_checked_out(hub, branch):
    model = Repo.create(hub.root / "models/org/model", ONE, branch=branch)
    model.commit(TWO, on="work")
    model.git("checkout", "-q", "work")
    assert author_values(hub) == [1]


def test_origin_head_goes_before_main(hub, server):
    server.commit(TWO, on="main")
    clone(hub, server)
    assert author_values(hub) == [1]


def test_origin_head_goes_before_what_is_checked_out(hub, server):
    server.commit(TWO, on="work")
    clone(hub, server, "--branch", "work")
    assert author_values(hub) == [1]


def test_origin_head_means_the_local_branch_where_there_is_one(hub, server):
    here = clone(hub, server)
    here.branch = "trunk"
    here.commit(TWO)
    assert author_values(hub) == [2]


def test_origin_head_is_enough_without_a_local_branch(hub, server):
    here = clone(hub, server)
    here.git("checkout", "-q", "--detach")
    here.git("branch", "-q", "-D", "trunk")
    here.git("fetch", "-q", "origin", "refs/pr/7")
    here.git("checkout", "-q", "FETCH_HEAD")
    assert author_values(hub) == [1]


def test_an_origin_head_that_leads_nowhere_is_passed_over(hub, server):
    here = clone(hub, server)
    here.git("branch", "-q", "-m", "main")
    here.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/gone")
    assert author_values(hub) == [1]


@pytest.mark.parametrize("branch", ["main", "master"])
def test_the_remotes_main_or_master_is_enough_without_origin_head(hub, tmp_path, branch):
    """As in continuous integration, which fetches and checks out a pull request without making a local branch."""
    server = Repo.create(tmp_path / "server", ONE, bare=True, branch=branch)
    server.pull(7, PULL)
    here = Repo.create(hub.root / "models/org/model", branch=branch)
    here.git("remote", "add", "origin", f"file://{server.path}")
    here.git("fetch", "-q", "origin", "+refs/heads/*:refs/remotes/origin/*", "+refs/pr/*:refs/pr/*")
    here.git("checkout", "-q", "refs/pr/7")
    assert hub.values() == [("#7", 9), ("author", 1)]


@pytest.mark.parametrize("how", ["branch", "detached"])
def test_a_checked_out_pull_request_is_not_the_authors_word(hub, server, how):
    here = clone(hub, server)
    here.git("fetch", "-q", "origin", "refs/pr/7:refs/pr/7")
    here.git("checkout", "-q", *(["-b", "review"] if how == "branch" else []), "refs/pr/7")
    assert hub.values() == [("#7", 9), ("author", 1)]


def test_a_checked_out_evalhub_branch_is_not_the_authors_word(hub):
    model = hub.model(files=ONE)
    model.pull(0, PULL, ref="refs/heads/evalhub/hle")
    model.git("checkout", "-q", "evalhub/hle")
    assert hub.values() == [("author", 1), ("evalhub/hle", 9)]


def test_a_detached_head_is_the_default_where_there_is_nothing_else(hub):
    model = Repo.create(hub.root / "models/org/model", ONE, branch="trunk")
    model.git("checkout", "-q", "--detach")
    model.git("branch", "-q", "-D", "trunk")
    assert author_values(hub) == [1]


def test_a_detached_head_does_not_matter_beside_main(hub):
    model = hub.model(files=ONE)
    old = model.tip()
    model.commit(TWO)
    model.git("checkout", "-q", old)
    assert author_values(hub) == [2]


def test_an_unborn_head_does_not_matter_beside_main(hub):
    model = hub.model(files=ONE)
    model.git("symbolic-ref", "HEAD", "refs/heads/unborn")
    assert author_values(hub) == [1]


def test_an_unborn_head_without_main_is_reported(hub):
    model = Repo.create(hub.root / "models/org/model", ONE, branch="trunk")
    model.git("symbolic-ref", "HEAD", "refs/heads/unborn")
    assert hub.codes() == ["EH004"]


def test_pull_requests_of_a_repository_without_a_default_branch_are_not_dropped_in_silence(hub):
    model = Repo.create(hub.root / "models/org/model")
    model.commit(ONE, on="refs/pr/7")
    assert sum(hub.board().left_out.values()) == 1


def test_a_tag_called_main_is_not_the_default(hub):
    model = Repo.create(hub.root / "models/org/model", ONE, branch="trunk")
    model.commit(TWO)
    model.git("tag", "main", "HEAD~1")
    assert author_values(hub) == [2]


def test_what_is_not_committed_does_not_count(hub):
    model = hub.model(files=ONE)
    (model.path / ".eval_results/hle.yaml").write_text("- nonsense\n")
    (model.path / ".eval_results/more.yaml").write_text("- nonsense\n")
    model.git("add", ".")
    assert author_values(hub) == [1]
    assert hub.board().left_out == {}


# --- result files ---------------------------------------------------------------------------------------------------


def test_every_yaml_file_directly_in_the_folder_counts(hub):
    hub.model(files={"a.yaml": [entry(1)], "b.yaml": [entry(2), entry(3)], "ä b.yaml": [entry(4)], ".yaml": [entry(5)]})
    assert author_values(hub) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    "name", ["a.yml", "a.YAML", "a.yaml.txt", ".eval_results/folder/a.yaml", "folder/.eval_results/a.yaml", "./a.yaml"]
)
def test_other_files_do_not_count(hub, name):
    hub.model(files={name: [entry(1)]})
    assert author_values(hub) == []


def test_a_file_name_that_is_not_utf8_counts(hub, cli):
    hub.model(files={os.fsdecode(b"caf\xe9.yaml"): [entry(1)]})
    assert author_values(hub) == [1]
    for format in ("table", "json", "csv", "markdown"):
        assert cli("leaderboard", "hle", "--format", format, "--hub", hub.root).status == 0


def test_an_executable_file_counts(hub):
    model = hub.model(files=ONE)
    model.git("update-index", "--chmod=+x", ".eval_results/hle.yaml")
    model.git("commit", "-q", "-m", "executable")
    assert author_values(hub) == [1]


@pytest.mark.parametrize("text", ["[]", "[]\n", "---\n[]\n"])
def test_an_empty_list_is_fine(hub, text):
    hub.model(files={"hle.yaml": text})
    assert (author_values(hub), hub.board().left_out) == ([], {})


def test_a_byte_order_mark_is_fine(hub):
    hub.model(files={"hle.yaml": b"\xef\xbb\xbf- {dataset: {id: cais/hle, task_id: hle}, value: 1}\r\n"})
    assert author_values(hub) == [1]


BAD_ENTRIES = {
    "no value": {"dataset": {"id": "cais/hle", "task_id": "hle"}},
    "a value in words": entry("high"),
    "a true value": entry(True),
    "an infinite value": entry(float("inf")),
    "a value that is no number": entry(float("nan")),
    "no dataset": {"value": 1},
    "an unknown key": entry(1, sorce={"url": "https://example.org"}),
    "a source without url": entry(1, source={"name": "Paper"}),
    "a date that YAML turns into an object": None,
    "no mapping": "entry",
}


@pytest.mark.parametrize("bad", BAD_ENTRIES.values(), ids=BAD_ENTRIES)
def test_a_bad_entry_is_left_out_and_counted_and_its_neighbours_stay(hub, bad):
    if bad is None:
        text = "- {dataset: {id: cais/hle, task_id: hle}, value: 7, date: 2026-01-01}\n"
        good = "- {dataset: {id: cais/hle, task_id: hle}, value: %d, notes: '%d'}\n"
        hub.model(files={"hle.yaml": good % (1, 1) + text + good % (2, 2)})
    else:
        hub.model(files={"hle.yaml": [entry(1, notes="a"), bad, entry(2, notes="b")]})
    assert author_values(hub) == [1, 2]
    assert hub.board().left_out == {"invalid_entries": 1}


def test_an_entry_with_a_duplicate_key_is_left_out_and_counted(hub):
    text = "- {dataset: {id: cais/hle, task_id: hle}, value: 1, value: 100}\n"
    hub.model(files={"hle.yaml": text + text.replace(", value: 100", "")})
    assert (author_values(hub), hub.board().left_out) == ([1], {"invalid_entries": 1})


UNREADABLE = {
    "not YAML": "- value: [\n",
    "not a list": "value: 1\n",
    "nothing": "",
    "two documents": "- value: 1\n---\n- value: 2\n",
    "not UTF-8": b"- notes: caf\xe9\n",
    "an LFS pointer": LFS,
    "over 1 MiB": "#" * (1 << 20) + "\n[]\n",
    "an alias bomb": BOMB,
    "nested too deep": "[" * 5000 + "]" * 5000,
    "a control character": "- notes: \x07\n",
    "a symbolic link": Link("../README.md"),
    "a link out of the repository": Link("/etc/passwd"),
    "a submodule": Submodule(),
}


@pytest.mark.parametrize("content", UNREADABLE.values(), ids=UNREADABLE)
def test_an_unreadable_file_is_counted_and_the_others_stay(hub, content):
    hub.model(files={"a.yaml": [entry(1)], "b.yaml": content, "c.yaml": [entry(2)]}, bare=True)
    assert author_values(hub) == [1, 2]
    assert hub.board().left_out == {"unreadable_files": 1}


def test_a_file_of_just_1_mib_is_read(hub):
    text = "- {dataset: {id: cais/hle, task_id: hle}, value: 1}\n#"
    hub.model(files={"hle.yaml": text + "x" * ((1 << 20) - len(text))}, bare=True)
    assert (author_values(hub), hub.board().left_out) == ([1], {})


@pytest.mark.parametrize("content", [Link("elsewhere"), Submodule(), "a file"], ids=["link", "submodule", "file"])
def test_a_results_folder_that_is_no_folder_is_counted(hub, content):
    hub.model(files={"./.eval_results": content}, bare=True)
    assert hub.board().left_out == {"unreadable_files": 1}


def test_what_is_left_out_counts_only_where_it_belongs(hub):
    hub.dataset("org/other", tasks=("other",))
    hub.model(files={"a.yaml": [entry("bad", "org/other", "other"), entry("bad", "cais/hle", "another task")]})
    assert hub.board("cais/hle").left_out == {}
    assert hub.board("org/other").left_out == {"invalid_entries": 1}


def test_an_alias_bomb_takes_no_time(hub):
    hub.model(files={"hle.yaml": BOMB}, bare=True)
    begun = time.process_time()
    hub.board()
    assert time.process_time() - begun < budget(1)


def test_a_missing_blob_is_reported_and_the_other_files_of_the_branch_stay(hub):
    model = hub.model(files={"a.yaml": [entry(1)], "b.yaml": [entry(2)], "c.yaml": [entry(3)]}, bare=True)
    model.lose("main:.eval_results/b.yaml")
    assert hub.codes() == ["EH002"]
    assert author_values(hub) == [1, 3]


@pytest.mark.parametrize("what", ["main", "main^{tree}", "main:.eval_results", "main:.eval_results/hle.yaml"])
@pytest.mark.parametrize("corrupt", [False, True])
def test_a_broken_default_branch_is_reported_and_the_other_repositories_stay(hub, what, corrupt):
    hub.model(files=ONE, bare=True).lose(what, corrupt=corrupt)
    hub.models({"org/other": 2})
    assert hub.codes() == ["EH002"]
    assert hub.ranking() == [(1, "org/other", 2)]
    assert list(hub.board().left_out.values()) == [1]


def test_a_default_branch_whose_commit_is_not_there_is_reported(hub):
    model = hub.model(files=ONE, bare=True)
    (model.git_dir / "refs/heads/main").write_text("1" * 40 + "\n")
    assert hub.codes() == ["EH002"]


@pytest.mark.parametrize("content", ["rubbish\n", "", ZERO + "\n"], ids=["rubbish", "empty", "zeros"])
def test_a_default_branch_that_is_rubbish_is_reported(hub, content):
    model = hub.model(files=ONE, bare=True)
    (model.git_dir / "refs/heads/main").write_text(content)
    assert hub.codes() in (["EH001"], ["EH002"])
    assert sum(hub.board().left_out.values()) == 1


def test_a_partial_clone_without_its_files_is_reported(hub, tmp_path):
    server = Repo.create(tmp_path / "server", ONE, bare=True)
    server.git("config", "uploadpack.allowFilter", "true")
    clone(hub, server, "--filter=blob:none", "--no-checkout")
    assert (hub.codes(), author_values(hub)) == (["EH002"], [])


def test_a_shallow_clone_has_its_results(hub, tmp_path):
    server = Repo.create(tmp_path / "server", ONE, bare=True)
    server.commit(TWO)
    clone(hub, server, "--depth=1")
    assert (hub.codes(), author_values(hub)) == ([], [2])


def test_a_sparse_checkout_has_its_results(hub, tmp_path):
    server = Repo.create(tmp_path / "server", {**ONE, "big/weights": "…"}, bare=True)
    clone(hub, server, "--sparse")
    assert author_values(hub) == [1]


def test_objects_of_an_alternate_are_read(hub, tmp_path):
    server = Repo.create(tmp_path / "server", ONE, bare=True)
    clone(hub, server, "--shared", "--reference", str(server.path))
    assert author_values(hub) == [1]


def test_packed_repositories_are_read(hub):
    hub.model(files=ONE, bare=True).git("gc", "-q")
    assert author_values(hub) == [1]


# --- the spec -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bare", [False, True])
def test_a_valid_eval_yaml_makes_a_benchmark(empty_hub, bare):
    empty_hub.dataset("org/data", name="A Benchmark", tasks=("one", "two"), bare=bare)
    (benchmark,) = empty_hub.read().benchmarks.values()
    assert (benchmark.dataset_id, benchmark.name, benchmark.spec.task_ids) == (
        "org/data",
        "A Benchmark",
        ("one", "two"),
    )


def test_a_task_has_the_defaults_of_the_hub(hub):
    (task,) = hub.read().benchmark("hle").tasks
    assert (task.id, task.config, task.split) == ("hle", "default", "test")


def test_a_task_has_the_config_and_split_it_says(empty_hub):
    text = spec("A", ["a"]).replace("- id: a", "- {id: a, config: hard, split: train}")
    (task,) = (empty_hub.dataset("org/data", text=text) and empty_hub.read()).benchmark("org/data").tasks
    assert (task.config, task.split) == ("hard", "train")


def test_an_unknown_framework_is_no_reason_to_leave_a_benchmark_out(empty_hub):
    empty_hub.dataset("org/data", framework="brand-new")
    assert list(empty_hub.read().benchmarks) == ["org/data"]


@pytest.mark.parametrize("text", ["", "][", "name: only\n", LFS, BOMB], ids=["empty", "broken", "short", "lfs", "bomb"])
def test_an_invalid_eval_yaml_makes_no_benchmark_and_says_so(hub, text):
    hub.dataset("org/data", text=text)
    assert list(hub.read().benchmarks) == ["cais/hle"]
    (warning,) = hub.read().spec_warnings()
    assert warning.startswith("org/data is not listed")


def test_eval_yaml_is_read_from_the_default_branch(empty_hub):
    data = empty_hub.dataset("org/data", name="Old")
    data.pull(1, {"./eval.yaml": spec("Proposed", ["hle"])})
    (data.path / "eval.yaml").write_text(spec("Edited", ["hle"]))
    assert empty_hub.read().benchmark("org/data").name == "Old"


def test_a_new_hub_sees_new_commits_and_an_old_one_does_not(hub):
    model = hub.model(files=ONE)
    before = Hub(hub.root)
    assert [row.value for row in before.leaderboard("hle").rows] == [1]
    model.commit(TWO)
    assert [row.value for row in before.leaderboard("hle").rows] == [1]
    assert [row.value for row in Hub(hub.root).leaderboard("hle").rows] == [2]
