"""Leaderboards of the past: what stood on the default branches then, and in the pull requests that were open."""

from __future__ import annotations

import json
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from gitrepos import FIRST_TIME, HubDir, entry
from histories import HOUR, STEPS, repository
from hypothesis import given, settings

from evalhub import EvalhubError, Hub, Leaderboard


def at(hours: float) -> datetime:
    """Return a moment, in hours after the first commit of a test's repository."""
    return datetime.fromtimestamp(FIRST_TIME + 3600 * hours, UTC)


def said(board: Leaderboard) -> list[tuple[object, ...]]:
    """Return what a leaderboard says of each row."""
    return [
        (row.rank, row.model_id, row.value, row.score.origin, row.score.pull_request, row.score.commit)
        for row in board.rows
    ]


def values(hub: HubDir, moment: datetime | None, **options: object) -> list[tuple[str, float]]:
    board = hub.read().leaderboard("cais/hle", as_of=moment, **options)
    return [(str(row.score.origin), row.value) for row in board.rows]


# --- beside plain git -----------------------------------------------------------------------------------------------


@settings(max_examples=25, deadline=None)
@given(STEPS)
def test_the_authors_leaderboard_is_that_of_the_commit_that_git_finds_before_that_moment(steps):
    with repository(steps) as repo:
        root = repo.path.parent.parent.parent
        HubDir(root).dataset()
        past = HubDir(root / "past")
        past.dataset()
        then = past.root / "models/org/model.git"
        shutil.copytree(repo.path, then)
        hub = Hub(root)
        for hours in range(-1, 13, 2):
            moment = datetime.fromtimestamp(FIRST_TIME + HOUR * hours, UTC)
            found = repo.git("rev-list", "-1", "--first-parent", f"--before={moment.isoformat()}", "main")
            board = hub.leaderboard("cais/hle", origin="author", as_of=moment)
            if found:
                repo.__class__(then, bare=True).git("update-ref", "refs/heads/main", found)
                assert said(board) == said(past.board(origin="author")), hours
            else:
                assert board.rows == ()


# --- pull requests --------------------------------------------------------------------------------------------------


def test_a_merged_pull_request_was_the_communitys_before(hub):
    model = hub.model("a/a", {"hle.yaml": [entry(1)]}, bare=True)  # hour 0
    model.pull(1, {"more.yaml": [entry(2)]})  # hour 1
    model.merge("refs/pr/1")  # hour 2
    model.commit({"more.yaml": [entry(3)]})  # hour 3
    assert values(hub, at(-1)) == []
    assert values(hub, at(0.5)) == [("author", 1)]
    assert values(hub, at(1.5)) == [("community", 2)]
    assert values(hub, at(2.5)) == [("author", 2)]
    assert values(hub, at(3)) == [("author", 3)]
    assert values(hub, None) == [("author", 3)]


def test_origin_per_and_policy_count_for_the_past_too(hub):
    model = hub.model("a/a", {"hle.yaml": [entry(1)]}, bare=True)
    model.pull(1, {"more.yaml": [entry(2, notes="With tools")]})
    model.commit({"hle.yaml": None})
    assert values(hub, at(1.5), origin="author") == [("author", 1)]
    assert values(hub, at(1.5), policy="trusted") == [("author", 1)]
    assert values(hub, at(1.5), per="variant") == [("community", 2), ("author", 1)]
    assert values(hub, at(2), per="variant") == [("community", 2)]


def test_results_that_disagreed_are_marked(hub):
    model = hub.model("a/a", {"hle.yaml": [entry(1)]}, bare=True)
    model.pull(1, {"more.yaml": [entry(2)]})
    model.commit({"hle.yaml": [entry(2)]})
    assert [row.conflict for row in hub.board(as_of=at(1)).rows] == [True]
    assert [row.conflict for row in hub.board(as_of=at(2)).rows] == [False]


# --- with an index --------------------------------------------------------------------------------------------------


def test_histories_are_kept_and_read_again_where_a_repository_has_changed(hub, tmp_path):
    model = hub.model("a/a", {"hle.yaml": [entry(1)]}, bare=True)
    hub.model("b/b", {"hle.yaml": [entry(5)]}, bare=True)

    def board() -> list[float]:
        return [row.value for row in Hub(hub.root, cache=tmp_path / "cache").leaderboard("hle", as_of=at(9)).rows]

    assert (board(), board()) == ([5, 1], [5, 1])
    model.commit({"hle.yaml": [entry(9)]})
    assert board() == [9, 5]
    shutil.rmtree(hub.root / "models/b")
    assert board() == [9]


def test_what_has_no_history_any_more_is_said(hub):
    model = hub.model("a/a", {"hle.yaml": [entry(1)]}, bare=True)
    model.commit({"hle.yaml": [entry(2)]})
    model.lose("HEAD~1:.eval_results/hle.yaml")
    board = hub.board(as_of=at(0.5))
    assert (board.rows, any("history of 1 model" in warning for warning in board.warnings)) == ((), True)
    assert [row.value for row in hub.board(as_of=at(1)).rows] == [2]


def test_results_of_tasks_that_are_no_more_are_counted(hub):
    hub.model("a/a", {"hle.yaml": [entry(1, task="gone")]}, bare=True).commit({"hle.yaml": None})
    assert hub.board(as_of=at(0)).left_out == {"unknown_tasks": 1}
    assert hub.board(as_of=at(1)).left_out == {}


# --- the command ----------------------------------------------------------------------------------------------------


def test_the_heading_and_json_say_when(hub, cli):
    hub.model("a/a", {"hle.yaml": [entry(1)]}, bare=True)
    shown = cli("leaderboard", "hle", "--as-of", "2026-01-01", "--hub", hub.root)
    assert "as of the end of 2026-01-01 (UTC)" in shown.stdout.splitlines()[0]
    printed = json.loads(cli("leaderboard", "hle", "--as-of", "2026-01-01T10:00:00Z", "--format", "json",
                             "--hub", hub.root).stdout)  # fmt: skip
    assert (printed["as_of"], len(printed["rows"])) == ("2026-01-01T10:00:00Z", 1)
    assert json.loads(cli("leaderboard", "hle", "--format", "json", "--hub", hub.root).stdout)["as_of"] is None


def test_hints_lead_to_nothing_that_shows_what_stands_now(hub, cli):
    hub.model("a/a", {"hle.yaml": [entry(1)], "more.yaml": [entry(2)]}, bare=True)
    shown = cli("leaderboard", "hle", "--as-of", "2026-01-01", "--hub", hub.root).stderr
    assert "how one model's numbers came about: evalhub history a/a --hub" in shown
    assert re.findall(r"evalhub (\w+)", shown) == ["history"]
    assert re.findall(r"evalhub (\w+)", cli("leaderboard", "hle", "--hub", hub.root).stderr) == ["conflicts", "model"]


@pytest.mark.parametrize("date", ["", "soon", "9999-01-01", "2026-13-01", "--upload-pack=x", "\x1b[31m"])
def test_what_is_no_date_is_a_usage_error(hub, cli, date):
    failed = cli("leaderboard", "hle", f"--as-of={date}", "--hub", hub.root)
    assert (failed.status, failed.stdout, "hint: " in failed.stderr) == (2, "", True)


def test_a_moment_before_everything_shows_an_empty_leaderboard(hub, cli):
    hub.model("a/a", {"hle.yaml": [entry(1)]}, bare=True)
    shown = cli("leaderboard", "hle", "--as-of", "1999-01-01", "--hub", hub.root)
    assert (shown.status, "0 models" in shown.stdout) == (0, True)
    assert "evalhub submit" not in shown.stderr


def test_the_library_takes_text_and_refuses_what_is_no_date(hub: HubDir, tmp_path: Path) -> None:
    hub.model("a/a", {"hle.yaml": [entry(1)]}, bare=True)
    assert len(hub.board(as_of="yesterday").rows) == 1
    with pytest.raises(EvalhubError):
        hub.board(as_of="soon")
