"""What clones of dataset repos know of their past, in real git repositories."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from costs import budget
from gitrepos import HubDir, Link, Repo, spec

from evalhub import dataset_history, validate
from evalhub.dataset_history import DatasetHistory, histories
from evalhub.rules.subjects import History, Revision

EVAL = "./eval.yaml"
ONE, TWO = spec("X", ["a"]), spec("X", ["a", "b"])
EXPRESSIONS = [
    "HEAD~1",
    "main~1",
    "main^",
    "main^{tree}",
    "main@{0}",
    "main@{1}",
    "@",
    "@{-1}",
    ":/Change",
    "main:eval.yaml",
]
EXPRESSIONS += [
    "main..v1",
    "HEAD",
    "refs/heads",
    "-1",
    "",
    " ",
    "main ",
    "main\0",
    "\0",
    "\ud800",
    "a" * 5000,
    "../main",
    ".",
    "v1.lock",
]


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return Repo.create(tmp_path / "data", {EVAL: ONE})


def _history(repo: Repo) -> History:
    """Return the history of a clone, as a hub that has it in it gives it."""
    hub = HubDir(repo.path.parent).read()
    (id,) = [id for id, snapshot in hub.datasets.items() if snapshot.path.name == repo.path.name]
    history = histories(hub.datasets)(id)
    assert history is not None
    return history


# --- when it began --------------------------------------------------------------------------------------------------


def test_a_dataset_began_with_its_first_commit(repo: Repo) -> None:
    repo.commit({EVAL: TWO})
    assert _history(repo).begun() == datetime(2026, 1, 1, tzinfo=UTC)


def test_a_dataset_with_several_first_commits_began_with_the_earliest(repo: Repo) -> None:
    other = repo.commit({"./data": "x"}, on="other", time="2025-03-01T12:00:00+02:00")
    repo.commit({EVAL: TWO}, also=[other])
    assert _history(repo).begun() == datetime(2025, 3, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize("earlier", ["GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"])
def test_of_author_and_committer_the_earlier_counts(tmp_path: Path, earlier: str) -> None:
    repo = Repo.create(tmp_path / "data")
    tree = repo.git("hash-object", "-t", "tree", "-w", "--stdin", stdin=b"")
    repo.set("main", repo.git("commit-tree", tree, "-m", "x", **{earlier: "2025-01-01T00:00:00Z"}))
    repo.commit({EVAL: ONE}, start=repo.tip())
    assert _history(repo).begun() == datetime(2025, 1, 1, tzinfo=UTC)


def test_branches_other_than_the_default_one_do_not_count(repo: Repo) -> None:
    repo.commit({"./x": "x"}, on="other", time="2020-01-01T00:00:00+00:00")
    assert _history(repo).begun() == datetime(2026, 1, 1, tzinfo=UTC)


def test_a_shallow_clone_does_not_know_when_it_began(repo: Repo, tmp_path: Path) -> None:
    repo.commit({EVAL: TWO})
    history = _history(repo.clone(tmp_path / "shallow", "--depth=1"))
    assert (history.begun(), history.complete) == (None, False)


def test_a_full_clone_is_complete(repo: Repo, tmp_path: Path) -> None:
    assert _history(repo.clone(tmp_path / "full", "--bare")).complete


def test_a_clone_that_lost_a_commit_does_not_know_when_it_began(repo: Repo) -> None:
    for text in (TWO, ONE):
        repo.commit({EVAL: text})
    repo.lose("main~2")
    history = _history(repo)
    assert (history.begun(), history.complete) == (None, False)


def test_a_long_history_is_walked_quickly(repo: Repo) -> None:
    repo.history([{}] * 20_000)
    history = _history(repo)
    begun = time.process_time()
    assert history.begun() == datetime(2026, 1, 1, tzinfo=UTC)
    assert time.process_time() - begun < budget(2)


def test_a_history_is_walked_once(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    walks = []
    walk = dataset_history._roots
    monkeypatch.setattr(dataset_history, "_roots", lambda *given: walks.append(given) or walk(*given))
    history = _history(repo)
    assert [history.begun(), history.begun(), history.complete] == [history.begun()] * 2 + [True]
    assert len(walks) == 1


@pytest.mark.parametrize(("more", "walks"), [("", 0), ('  date: "2026-01-31"\n', 1)])
def test_only_a_date_needs_the_history(hub: HubDir, monkeypatch: pytest.MonkeyPatch, more: str, walks: int) -> None:
    walked = []
    walk = dataset_history._roots
    monkeypatch.setattr(dataset_history, "_roots", lambda *given: walked.append(given) or walk(*given))
    for number in range(3):
        hub.model(f"org/{number}", {"hle.yaml": "- dataset: {id: cais/hle, task_id: hle}\n  value: 1\n" + more})
    assert validate([hub.root]).diagnostics == ()
    assert len(walked) == walks


# --- revisions ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("digits", [7, 8, 39, 40])
def test_a_commit_is_found_by_its_id(repo: Repo, digits: int) -> None:
    first = repo.tip()
    repo.commit({EVAL: TWO})
    assert _history(repo).resolve(first[:digits]) == Revision(first)


def test_a_commit_is_found_by_its_id_in_upper_case(repo: Repo) -> None:
    assert _history(repo).resolve(repo.tip().upper()) == Revision(repo.tip())


def test_an_id_of_less_than_seven_digits_is_none(repo: Repo) -> None:
    assert _history(repo).resolve(repo.tip()[:6]) is None


@pytest.mark.parametrize("id", ["0" * 40, "1234567", "f" * 12, "g" * 40, "1" * 41])
def test_an_id_that_is_not_there_is_not_found(repo: Repo, id: str) -> None:
    assert _history(repo).resolve(id) is None


@pytest.mark.parametrize("name", ["main^{tree}", "main:eval.yaml"])
def test_an_object_that_is_no_commit_is_not_found(repo: Repo, name: str) -> None:
    assert _history(repo).resolve(repo.git("rev-parse", name)) is None


@pytest.mark.parametrize("options", [(), ("-a", "-m", "x")], ids=["light", "annotated"])
def test_a_tag_stands_for_its_commit(repo: Repo, options: tuple[str, ...]) -> None:
    repo.git("tag", *options, "v1")
    assert _history(repo).resolve("v1") == Revision(repo.tip())


def test_the_id_of_an_annotated_tag_is_no_commit(repo: Repo) -> None:
    repo.git("tag", "-a", "-m", "x", "v1")
    assert _history(repo).resolve(repo.git("rev-parse", "v1")) is None


def test_a_tag_of_something_else_is_not_found(repo: Repo) -> None:
    repo.git("tag", "tree", "main^{tree}")
    assert _history(repo).resolve("tree") is None


@pytest.mark.parametrize("name", ["main", "refs/heads/main", "feature/x"])
def test_a_branch_moves(repo: Repo, name: str) -> None:
    repo.set("feature/x", repo.tip())
    assert _history(repo).resolve(name) == Revision(repo.tip(), moves=True)


@pytest.mark.parametrize("name", ["other", "origin/other", "refs/remotes/origin/other"])
def test_a_branch_of_the_origin_moves(repo: Repo, tmp_path: Path, name: str) -> None:
    other = repo.commit({EVAL: TWO}, on="other", start=repo.tip())
    assert _history(repo.clone(tmp_path / "clone")).resolve(name) == Revision(other, moves=True)


def test_a_tag_is_meant_before_a_branch_of_the_same_name(repo: Repo) -> None:
    repo.set("refs/tags/main", repo.tip())
    repo.commit({EVAL: TWO})
    found = _history(repo).resolve("main")
    assert found is not None
    assert not found.moves


@pytest.mark.parametrize("name", EXPRESSIONS, ids=ascii)
def test_an_expression_of_git_is_no_revision(repo: Repo, name: str) -> None:
    first = repo.tip()
    repo.commit({EVAL: TWO})
    repo.set("refs/tags/v1", first)
    assert _history(repo).resolve(name) is None


# --- tasks ----------------------------------------------------------------------------------------------------------


def test_a_task_is_told_as_it_is_and_as_it_was(repo: Repo) -> None:
    first = repo.tip()
    repo.commit({EVAL: ONE + "  split: train\n"})
    history = _history(repo)
    assert (history.task("a"), history.task("a", first)) == ({"id": "a", "split": "train"}, {"id": "a"})


def test_a_task_that_was_not_there_yet_is_not_known(repo: Repo) -> None:
    first = repo.tip()
    repo.commit({EVAL: TWO})
    history = _history(repo)
    assert (history.task("b", first), history.task("b")) == (None, {"id": "b"})


@pytest.mark.parametrize(
    "content",
    [None, "", "[", "1", "tasks: 1", "tasks: [1, {}, {id: 1}]", b"\xff", Link("x"), "tasks: [{id: b}]"],
    ids=ascii,
)
def test_a_task_is_not_known_where_eval_yaml_does_not_define_it(repo: Repo, content: str) -> None:
    broken = repo.commit({EVAL: content, "./x": "x"})
    repo.commit({EVAL: ONE})
    assert _history(repo).task("a", broken) is None


def test_of_two_tasks_with_one_id_the_first_counts(repo: Repo) -> None:
    repo.commit({EVAL: "tasks: [{id: a, split: x}, {id: a, split: y}]"})
    repo.commit({EVAL: ONE})
    assert _history(repo).task("a", repo.git("rev-parse", "main~1")) == {"id": "a", "split": "x"}


@pytest.mark.parametrize("commit", ["0" * 40, "main", "", "x", "\ud800"])
def test_a_commit_that_is_not_there_has_no_tasks(repo: Repo, commit: str) -> None:
    assert (_history(repo).task("a", commit or "0") or {}).get("split") is None


def test_a_file_that_stayed_the_same_is_parsed_once(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    first = repo.tip()
    repo.commit({"./more": "x"})
    history = _history(repo)
    assert history.task("a", first) is history.task("a")


# --- what can't be read ---------------------------------------------------------------------------------------------


def test_of_a_clone_that_is_gone_nothing_is_known(repo: Repo) -> None:
    history = _history(repo)
    repo.path.rename(repo.path.with_name("moved"))
    assert (history.begun(), history.complete, history.resolve("main"), history.task("a")) == (None, False, None, None)


@pytest.mark.parametrize("corrupt", [False, True])
@pytest.mark.parametrize("what", ["main~1", "main~1^{tree}", "main~1:eval.yaml"])
def test_of_a_broken_clone_what_is_left_is_known(repo: Repo, what: str, corrupt: bool) -> None:
    first = repo.tip()
    repo.commit({EVAL: TWO})
    repo.lose(what, corrupt=corrupt)
    history = _history(repo)
    assert (history.task("a", first), history.task("b")) == (None, {"id": "b"})


def test_nothing_is_opened_before_it_is_asked(repo: Repo) -> None:
    hub = HubDir(repo.path.parent).read()
    found = histories(hub.datasets)
    (id,) = hub.datasets
    history = found(id)
    assert isinstance(history, DatasetHistory)
    assert "_repository" not in vars(history)


def test_a_dataset_has_one_history(repo: Repo) -> None:
    hub = HubDir(repo.path.parent).read()
    found = histories(hub.datasets)
    (id,) = hub.datasets
    assert found(id) is found(id)


def test_what_is_not_in_the_hub_or_has_no_commits_has_no_history(empty_hub: HubDir) -> None:
    Repo.create(empty_hub.root / "datasets/org/empty")
    found = histories(empty_hub.read().datasets)
    assert (found("org/empty"), found("org/none")) == (None, None)
