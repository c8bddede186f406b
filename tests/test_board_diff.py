"""What changed from one leaderboard to another: without any repository."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_conflicts import score

from evalhub.benchmarks import Benchmark, Spec, Task
from evalhub.board_diff import BoardDiff, compare, span
from evalhub.dates import AsOf
from evalhub.errors import EvalhubError
from evalhub.leaderboard import Leaderboard, Score, contender, rank
from evalhub.registry import Metric
from evalhub.terms import Direction, Per, Policy, Scale

BENCHMARK = Benchmark("cais/hle", Spec("HLE", "Hard.", "harbor", (Task("hle", "default", "test"),)), official=True)
PERCENT = Metric("accuracy", scale=Scale.PERCENT)
LOWER = Metric("error", Direction.LOWER)
THEN = AsOf(datetime(2026, 2, 1, 23, 59, 59, tzinfo=UTC), whole_day=True)
NOW = datetime(2026, 2, 9, 9, 30, tzinfo=UTC)


def board(
    scores: list[Score],
    *,
    metric: Metric = PERCENT,
    per: Per = Per.MODEL,
    policy: Policy = Policy.BEST,
    at: AsOf | None = None,
    warnings: tuple[str, ...] = (),
) -> Leaderboard:
    """The leaderboard that a hub with these results has."""
    contenders = [contender(each)._replace(number=number) for number, each in enumerate(scores)]
    ranking = rank(contenders, metric, policy, per)
    rows = ranking.rows(None, lambda numbers: {number: scores[number] for number in numbers})
    places, marked = len(ranking.places), ranking.marked
    return Leaderboard(
        BENCHMARK, "hle", metric, policy, per, NOW, rows, places, ranking.pull_requests, marked, {}, warnings, at
    )


def values(given: dict[str, float]) -> list[Score]:
    return [score(value, model=model) for model, value in given.items()]


def diff(before: list[Score], after: list[Score], **options) -> BoardDiff:  # type: ignore[no-untyped-def]
    return compare(board(before, at=THEN, **options), board(after, **options))


def shown(found: BoardDiff) -> dict[str, list[tuple[str, int | None, int | None]]]:
    """The model, old and new rank of each change, by kind."""
    return {
        kind: [(each.model_id, each.old and each.old.rank, each.new and each.new.rank) for each in changes]
        for kind, changes in found.sections.items()
        if changes
    }


# --- what is a change -----------------------------------------------------------------------------------------------


def test_new_and_gone_and_what_moves_because_of_them() -> None:
    found = diff(values({"a/a": 3, "b/b": 2, "c/c": 1}), values({"d/d": 9, "a/a": 3, "c/c": 1, "e/e": 0}))
    assert shown(found) == {
        "appeared": [("d/d", None, 1), ("e/e", None, 4)],
        "moved": [("a/a", 1, 2)],
        "disappeared": [("b/b", 2, None)],
    }
    assert (found.unchanged, found.total, found.total_before) == (1, 4, 3)
    assert found.moved[0].climbed == -1


def test_another_value_is_a_change_though_the_rank_is_the_same() -> None:
    found = diff(values({"a/a": 41.2}), values({"a/a": 41.3}))
    (change,) = found.changed
    assert (change.difference, change.better, change.rescaled, change.climbed) == (Fraction(1, 10), True, False, 0)


def test_where_lower_is_better_less_is_a_gain() -> None:
    found = diff(values({"a/a": 3, "b/b": 4}), values({"a/a": 5, "b/b": 2.5}), metric=LOWER)
    assert [(each.model_id, each.better, each.climbed) for each in found.changed] == [
        ("b/b", True, 1),
        ("a/a", False, -1),
    ]
    assert found.biggest_gain is found.changed[0]


@pytest.mark.parametrize(("old", "new"), [(41, 41.0), (0.3, 0.1 + 0.2), (0.0, -0.0)])
def test_the_same_value_written_in_another_way_is_none(old: float, new: float) -> None:
    assert diff(values({"a/a": old}), values({"a/a": new})).count == 0


def test_a_value_that_the_author_takes_over_is_confirmed() -> None:
    found = diff([score(41.2, 3)], [score(41.2)])
    assert shown(found) == {"confirmed": [("org/model", 1, 1)]}
    assert (found.pull_requests_before, found.pull_requests) == (1, 0)


def test_a_value_that_only_a_pull_request_has_left_is_withdrawn() -> None:
    assert shown(diff([score(41.2)], [score(41.2, 3)])) == {"withdrawn": [("org/model", 1, 1)]}


def test_another_pull_request_with_the_same_value_is_no_change() -> None:
    assert diff([score(41.2, 3)], [score(41.2, 4)]).unchanged == 1


def test_only_what_counts_is_compared() -> None:
    assert diff([score(41.2)], [score(41.2), score(40, 1)]).unchanged == 1
    latest = diff([score(41.2)], [score(41.2), score(40, 1)], policy=Policy.LATEST)
    assert [each.difference for each in latest.changed] == [Fraction(-12, 10)]


def test_variants_are_compared_where_they_have_rows() -> None:
    before, after = [score(1, notes="With tools"), score(2)], [score(3, notes="With tools"), score(4, notes="New")]
    found = diff(before, after, per=Per.VARIANT)
    assert [(kind, each.variant) for kind, changes in found.sections.items() for each in changes] == [
        ("appeared", "New"),
        ("changed", "With tools"),
        ("disappeared", ""),
    ]
    assert [(each.model_id, each.variant) for each in diff(before, after).changed] == [("org/model", "")]


def test_a_mended_scale_is_no_gain() -> None:
    found = diff(values({"a/a": 0.412, "b/b": 20, "c/c": 30}), values({"a/a": 41.2, "b/b": 21, "c/c": 33}))
    assert {each.model_id: each.rescaled for each in found.changed} == {"a/a": True, "b/b": False, "c/c": False}
    assert found.biggest_gain is not None
    assert found.biggest_gain.model_id == "c/c"


def test_a_value_of_another_setup_is_no_gain() -> None:
    better = score(60, 40, model="a/a", notes="With tools")
    found = diff(values({"a/a": 41.2, "b/b": 20}), [*values({"a/a": 41.2, "b/b": 21}), better])
    assert {each.model_id: each.other_setup for each in found.changed} == {"a/a": True, "b/b": False}
    assert [each.comparable for each in found.changed] == [False, True]
    assert found.biggest_gain is found.changed[1]
    alone = diff(values({"a/a": 41.2}), [*values({"a/a": 41.2}), better], per=Per.VARIANT)
    assert shown(alone) == {"appeared": [("a/a", None, 1)], "moved": [("a/a", 1, 2)]}


def test_an_older_value_that_counts_again_is_no_loss() -> None:
    (change,) = diff([score(60, 1), score(41.2)], [score(41.2)]).changed
    assert (change.fell_back, change.comparable, change.better) == (True, False, False)
    (change,) = diff([score(41.2), score(60, 1)], [score(41.2)], policy=Policy.LATEST).changed
    assert (change.fell_back, change.comparable) == (True, False)
    (change,) = diff([score(60)], [score(41.2, 40)]).changed
    assert (change.fell_back, change.comparable) == (False, True)


def test_an_old_commit_that_came_to_count_later_is_no_fall_back() -> None:
    (change,) = diff([score(41.2)], [score(60, 1)]).changed
    assert (change.fell_back, change.better) == (False, True)


def test_without_a_gain_there_is_no_biggest() -> None:
    assert diff(values({"a/a": 2}), values({"a/a": 1, "b/b": 5})).biggest_gain is None


@pytest.mark.parametrize(
    ("before", "after", "new"),
    [
        ({"a/a": 2}, {"a/a": 2, "b/b": 3}, ["b/b"]),
        ({"a/a": 2, "b/b": 1}, {"b/b": 1}, ["b/b"]),
        ({"a/a": 2}, {"a/a": 2, "b/b": 2}, ["b/b"]),
        ({"a/a": 2, "b/b": 2}, {"a/a": 2}, []),
        ({"a/a": 2}, {"a/a": 3}, []),
        ({}, {"a/a": 3}, ["a/a"]),
        ({"a/a": 3}, {}, []),
    ],
)
def test_new_leaders(before: dict[str, float], after: dict[str, float], new: list[str]) -> None:
    assert [row.model_id for row in diff(values(before), values(after)).new_leaders] == new


def test_warnings_of_the_earlier_moment_say_so() -> None:
    before, after = (board([], at=at, warnings=said) for at, said in ((THEN, ("both", "then")), (None, ("both",))))
    assert compare(before, after).warnings == ("both", "at the end of 2026-02-01 (UTC): then")


@pytest.mark.parametrize("change", [{"task_id": "x"}, {"policy": Policy.LATEST}, {"per": Per.VARIANT}, {"total": 9}])
def test_boards_of_different_questions_or_cut_ones_are_refused(change: dict[str, object]) -> None:
    whole = board(values({"a/a": 1}))
    with pytest.raises(ValueError, match=r"different questions|all their rows"):
        compare(whole, replace(whole, **change))  # type: ignore[arg-type]


# --- what holds for any two boards ----------------------------------------------------------------------------------

SCORES = st.lists(
    st.builds(
        score,
        st.sampled_from([0, 1, 1.0, 1.5, 2, 0.02, 100, -3]),
        st.integers(0, 3),
        model=st.sampled_from(["a/a", "b/b", "c/c", "d/d", "e/e"]),
        notes=st.sampled_from([None, "With tools"]),
    ),
    max_size=12,
)
OPTIONS = st.fixed_dictionaries(
    {
        "metric": st.sampled_from([PERCENT, LOWER, Metric()]),
        "per": st.sampled_from(Per),
        "policy": st.sampled_from(Policy),
    }
)
several = settings(max_examples=200, deadline=None)


@several
@given(SCORES, OPTIONS)
def test_a_board_does_not_differ_from_itself(scores: list[Score], options: dict) -> None:  # type: ignore[type-arg]
    found = diff(scores, scores, **options)
    assert (found.count, found.new_leaders, found.unchanged) == (0, (), found.total)


@several
@given(SCORES, SCORES, OPTIONS)
def test_every_row_is_in_one_place(before: list[Score], after: list[Score], options: dict) -> None:  # type: ignore[type-arg]
    old, new = board(before, at=THEN, **options), board(after, **options)
    found = compare(old, new)
    variants = options["per"] is Per.VARIANT
    keys = {(row.model_id, row.score.result.variant if variants else "") for row in (*old.rows, *new.rows)}
    listed = [(each.model_id, each.variant) for changes in found.sections.values() for each in changes]
    assert len(listed) == len(set(listed))
    assert set(listed) <= keys
    assert len(listed) + found.unchanged == len(keys)
    for changes in found.sections.values():
        ranks = [each.row.rank for each in changes]
        assert ranks == sorted(ranks)


@several
@given(SCORES, SCORES, OPTIONS)
def test_backwards_everything_is_the_other_way_round(before: list[Score], after: list[Score], options: dict) -> None:  # type: ignore[type-arg]
    there, back = diff(before, after, **options), diff(after, before, **options)

    def names(changes) -> set:  # type: ignore[no-untyped-def, type-arg]
        return {(each.model_id, each.variant, each.difference and abs(each.difference)) for each in changes}

    pairs = [
        ("appeared", "disappeared"),
        ("confirmed", "withdrawn"),
        ("changed", "changed"),
        ("moved", "moved"),
    ]
    for one, other in [*pairs, *((other, one) for one, other in pairs)]:
        assert names(getattr(there, one)) == names(getattr(back, other))
    assert there.unchanged == back.unchanged


# --- the two moments ------------------------------------------------------------------------------------------------


def test_moments_may_be_text_or_datetimes() -> None:
    start, end = span("2026-02-01", datetime(2026, 2, 8))
    assert start == THEN
    assert end == AsOf(datetime(2026, 2, 8, tzinfo=UTC))
    assert span("2026-02-01")[1] is None


@pytest.mark.parametrize(
    ("since", "until", "hint"),
    [
        ("2026-02-02", "2026-02-01", "other way round"),
        ("2026-02-01", "2026-02-01", "to see what changed on it, begin with the day before: --since 2026-01-31"),
        ("2026-02-01T09:00:00Z", datetime(2026, 2, 1, 9), "begin with the day before: --since 2026-01-31"),
        ("0001-01-01", "0001-01-01", "--since 0001-01-01"),
        ("2026-02-01", datetime(2026, 2, 1, 12), "other way round"),
        (datetime.now(UTC) + timedelta(days=1), None, "earlier moment"),
    ],
)
def test_the_first_moment_must_be_before_the_second(since, until, hint: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(EvalhubError, match="is not before") as caught:
        span(since, until)
    assert caught.value.exit_status == 2
    assert hint in (caught.value.hint or "")
