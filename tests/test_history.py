"""What happened to a model's numbers, as events."""

from __future__ import annotations

import pickle
import re
from pathlib import Path

import pytest
from gitrepos import HubDir, Repo, entry, git
from histories import STEPS, repository
from hypothesis import HealthCheck, given, settings

from evalhub import demo
from evalhub.history import ON_DEFAULT, Event, events, history, series
from evalhub.standings import KnownFrom
from evalhub.timeline import open_timeline

ONE, TWO, THREE = ({"hle.yaml": [entry(value)]} for value in (1, 2, 3))
SOURCE = {"url": "https://example.org"}


@pytest.fixture
def model(hub: HubDir) -> Repo:
    """A model with a commit that has no results."""
    return hub.model(bare=True)


def read(repo: Repo) -> tuple[Event, ...]:
    return events(open_timeline(repo.path, "org/model"))


def told(repo: Repo) -> list[tuple[str, float | None, float | None]]:
    """What happened: the kind (of a pull request with its number), the value before and the one after."""
    found = []
    for event in read(repo):
        kind = event.kind if event.kind in ON_DEFAULT else f"#{event.pull_request} {event.kind}"
        found.append((str(kind), event.old and event.old.value, event.new and event.new.value))
    return found


# --- the default branch ---------------------------------------------------------------------------------------------


def test_a_number_is_added_changed_and_removed(model):
    for files in (ONE, TWO, {"hle.yaml": None}):
        model.commit(files)
    assert told(model) == [("added", None, 1), ("changed", 1, 2), ("removed", 2, None)]


def test_an_event_says_who_did_it_when_and_in_which_file(model):
    commit = model.commit(ONE, author="Grace", time="2026-02-03T04:05:06+00:00")
    (event,) = read(model)
    assert (event.commit.author, event.commit.id, event.time.isoformat()) == (
        "Grace",
        commit,
        "2026-02-03T04:05:06+00:00",
    )
    assert (event.filename, event.complete, event.changed) == (".eval_results/hle.yaml", True, ())


@pytest.mark.parametrize(
    ("fields", "changed"),
    [
        ({"source": SOURCE}, ("source",)),
        ({"date": "2026-01-01"}, ("date",)),
        ({"source": SOURCE, "date": "2026-01-01"}, ("source", "date")),
    ],
)
def test_what_else_changes_is_named_and_credited_to_who_changed_it(model, fields, changed):
    model.commit(ONE, author="Grace")
    commit = model.commit({"hle.yaml": [entry(1, **fields)]}, author="Edsger")
    event = read(model)[-1]
    assert (event.kind, event.changed, event.commit.id) == ("changed", changed, commit)


def test_a_renamed_file_is_a_change_of_the_file(model):
    model.commit(ONE)
    model.commit({"hle.yaml": None, "exam.yaml": [entry(1)]})
    assert [(event.kind, event.changed) for event in read(model)] == [("added", ()), ("changed", ("file",))]


def test_other_notes_are_another_number(model):
    model.commit(ONE)
    model.commit({"hle.yaml": [entry(1, notes="With tools")]})
    assert sorted(told(model)) == [("added", None, 1), ("added", None, 1), ("removed", 1, None)]


def test_commits_of_one_second_are_told_in_their_order(model):
    for files in (ONE, TWO, THREE, {"hle.yaml": None}, ONE):
        model.commit(files, time="2026-01-02T00:00:00+00:00")
    assert told(model) == [
        ("added", None, 1),
        ("changed", 1, 2),
        ("changed", 2, 3),
        ("removed", 3, None),
        ("added", None, 1),
    ]


def test_a_revert_is_a_change_of_its_own(model):
    for files in (ONE, TWO, ONE):
        commit = model.commit(files)
    assert (told(model)[-1], read(model)[-1].commit.id) == (("changed", 2, 1), commit)


def test_one_file_with_two_numbers_of_a_task_is_told_number_by_number(model):
    model.commit({"hle.yaml": [entry(1), entry(2)]})
    model.commit({"hle.yaml": [entry(1), entry(3)]})
    assert told(model)[2:] == [("changed", 2, 3)]


def test_a_file_that_is_broken_for_a_while_is_removed_and_added(model):
    for files in (ONE, {"hle.yaml": "]["}, ONE):
        model.commit(files)
    assert told(model) == [("added", None, 1), ("removed", 1, None), ("added", None, 1)]


# --- pull requests --------------------------------------------------------------------------------------------------


def test_a_pull_request_is_opened_updated_and_merged(model):
    model.commit(ONE)
    ref = model.pull(7, TWO, author="Grace")
    model.pull(7, THREE, author="Grace")
    model.merge(ref)
    assert told(model) == [
        ("added", None, 1),
        ("#7 opened", 1, 2),
        ("#7 updated", 2, 3),
        ("changed", 1, 3),
        ("#7 merged", None, 3),
    ]
    changed, merged = read(model)[-2:]
    assert (changed.commit.author, changed.pull_request, changed.known_from) == ("Grace", 7, KnownFrom.REF)
    assert (merged.commit.author, changed.landed.id) == ("Ada Lovelace", merged.commit.id)


def test_a_squash_is_a_merge_known_from_the_entry(model):
    model.pull(7, ONE)
    model.commit(ONE, message="Add HLE (#7)")
    assert told(model) == [("#7 opened", None, 1), ("added", None, 1), ("#7 merged", None, 1)]
    assert [event.known_from for event in read(model)] == [None, KnownFrom.ENTRY, KnownFrom.ENTRY]


def test_an_entry_that_a_later_commit_adds_updates_the_pull_request(model):
    model.pull(7, ONE)
    model.pull(7, {"more.yaml": [entry(2, notes="more")]})
    assert told(model) == [("#7 opened", None, 1), ("#7 updated", None, 2)]


def test_a_pull_request_that_takes_its_entry_back_withdraws_it(model):
    model.pull(7, ONE)
    model.pull(7, {"hle.yaml": None})
    assert told(model) == [("#7 opened", None, 1), ("#7 withdrawn", 1, None)]


def test_a_pull_request_is_superseded_by_the_default_branch(model):
    model.pull(7, ONE)
    commit = model.commit(TWO)
    assert told(model) == [("#7 opened", None, 1), ("added", None, 2), ("#7 superseded", 1, 2)]
    assert read(model)[-1].commit.id == commit


def test_a_pull_request_is_superseded_by_a_newer_one_and_only_once(model):
    model.pull(7, ONE)
    model.pull(8, TWO)
    model.pull(9, THREE)
    assert told(model) == [
        ("#7 opened", None, 1),
        ("#8 opened", None, 2),
        ("#7 superseded", 1, 2),
        ("#9 opened", None, 3),
        ("#8 superseded", 2, 3),
    ]


def test_the_same_value_and_other_notes_supersede_nothing(model):
    model.pull(7, ONE)
    model.commit({"hle.yaml": [entry(2, notes="With tools")]})
    model.pull(8, {"hle.yaml": [entry(1, source=SOURCE)]})
    assert not [kind for kind, *_ in told(model) if "superseded" in kind]


def test_its_own_merge_does_not_supersede_a_pull_request(model):
    model.commit(ONE)
    model.merge(model.pull(7, TWO))
    assert "#7 superseded" not in [kind for kind, *_ in told(model)]


def test_what_is_merged_can_not_be_superseded(model):
    model.merge(model.pull(7, ONE))
    model.commit(TWO)
    assert "#7 superseded" not in [kind for kind, *_ in told(model)]


# --- what is asked for ----------------------------------------------------------------------------------------------


def test_one_benchmark_or_task_alone(model):
    model.commit({"a.yaml": [entry(1), entry(2, task="text"), entry(3, "org/other")]})
    timeline = open_timeline(model.path, "org/model")
    assert [event.new and event.new.value for event in events(timeline, "cais/hle")] == [1, 2]
    assert [event.new and event.new.value for event in events(timeline, "cais/hle", "text")] == [2]
    assert [event.new and event.new.value for event in events(timeline, None, "hle")] == [1, 3]


def test_series_are_the_values_that_stood(model):
    for files in (ONE, {"hle.yaml": [entry(1, source=SOURCE)]}, TWO, {"hle.yaml": None}, THREE):
        model.commit(files)
    model.pull(7, ONE)
    (found,) = series(read(model))
    assert (found.dataset_id, found.task_id, found.notes) == ("cais/hle", "hle", "")
    assert [value for _, value in found.points] == [1, 2, None, 3]


def test_a_history_can_be_kept(model):
    model.merge(model.pull(7, ONE))
    found = history(open_timeline(model.path, "org/model"))
    assert pickle.loads(pickle.dumps(found)) == found


# --- beside plain git -----------------------------------------------------------------------------------------------


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS)
def test_events_lead_from_nothing_to_what_stands_now(steps):
    with repository(steps) as repo:
        timeline = open_timeline(repo.path, "org/model")
        standing: list[object] = []
        for event in events(timeline):
            if event.kind in ON_DEFAULT:
                if event.old is not None:
                    standing.remove(event.old)
                if event.new is not None:
                    standing.append(event.new)
        now = [each.result for each in timeline.at(None) if each.origin == "author"]
        assert sorted(map(repr, standing)) == sorted(map(repr, now))


def logged(path: Path) -> list[tuple[str, str, str]]:
    """Each value that `git log -p` shows to come or go on the default branch: commit, sign and value."""
    arguments = ("-p", "--first-parent", "-m", "--reverse", "--format=commit %H", "--", ".eval_results")
    found, commit = [], ""
    for line in git(path, "log", *arguments).splitlines():
        match = re.fullmatch(r"([+-])\s+value: (.*)", line)
        if line.startswith("commit "):
            commit = line.split()[1]
        elif match:
            found.append((commit, match[1], match[2]))
    return found


def test_the_demos_histories_are_those_that_git_log_shows(tmp_path):
    demo.build(tmp_path / "hub")
    compared = 0
    for path in sorted((tmp_path / "hub/models").glob("*/*")):
        ours = []
        for event in events(open_timeline(path, "org/model")):
            if event.kind in ON_DEFAULT:
                ours += [(event.landed.id, "-", str(event.old.value))] if event.old else []
                ours += [(event.landed.id, "+", str(event.new.value))] if event.new else []
        assert sorted(ours) == sorted(logged(path))
        assert [commit for commit, *_ in ours] == [commit for commit, *_ in logged(path)]
        compared += len(ours)
    assert compared > 20


# --- several files for one task ---------------------------------------------------------------------------------------


def test_what_changed_in_one_file_is_told_of_that_file(model):
    model.commit({"b.yaml": [entry(20)]})
    model.commit({"a.yaml": [entry(10)]})
    model.commit({"a.yaml": [entry(30)], "b.yaml": [entry(40)]})
    assert sorted(told(model)[2:]) == [("changed", 10, 30), ("changed", 20, 40)]


def test_one_of_two_equal_numbers_may_change_while_the_other_goes(model):
    model.commit({"a.yaml": [entry(1)], "b.yaml": [entry(1)]})
    model.commit({"a.yaml": None, "b.yaml": [entry(2)]})
    assert sorted(told(model)[2:]) == [("changed", 1, 2), ("removed", 1, None)]


def test_where_one_of_two_goes_the_other_stands(model):
    model.commit({"a.yaml": [entry(10)]})
    model.commit({"b.yaml": [entry(20)]})
    model.commit({"b.yaml": None})
    (found,) = series(read(model))
    assert [value for _, value in found.points] == [10, 20, 10]


def test_two_numbers_of_one_commit_are_both_its_own(hub, model):
    ref = model.pull(1, {"a.yaml": [entry(41)], "b.yaml": [entry(42)]}, author="Grace")
    model.merge(ref, author="Merger")
    added = [event for event in read(model) if event.kind == "added"]
    assert [(event.commit.author, event.pull_request) for event in added] == [("Grace", 1)] * 2


def test_a_value_that_comes_back_supersedes_nothing(model):
    model.commit(ONE)
    model.pull(4, TWO)
    model.commit({"hle.yaml": "- ["})
    model.commit(ONE)
    assert [kind for kind, _, _ in told(model)] == ["added", "#4 opened", "removed", "added"]
