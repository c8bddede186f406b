"""Which results disagree, by how much, and what it looks like: without any repository."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from gitrepos import HubDir, entry
from hypothesis import example, given, settings
from hypothesis import strategies as st

from evalhub.conflicts import Conflict, Tolerance, find, parse_tolerance, percentage
from evalhub.errors import EvalhubError
from evalhub.leaderboard import Score, contender, rank
from evalhub.registry import Metric
from evalhub.results import EvalResult
from evalhub.snapshot import Place, PlacedResult
from evalhub.terms import Direction, Origin, Per, Policy, Scale
from evalhub.values import alike

BOARD = ("cais/hle", "hle")
START = datetime(2026, 1, 1, tzinfo=UTC)
PERCENT, FRACTION, UNSAID = Metric(scale=Scale.PERCENT), Metric(scale=Scale.FRACTION), Metric()


def score(value: float, pull: int = 0, *, model: str = "org/model", notes: str | None = None, index: int = 0) -> Score:
    """A result in pull request `pull`; 0 is the author's."""
    ref = f"refs/pr/{pull}" if pull else "refs/heads/main"
    place = Place(Origin.COMMUNITY if pull else Origin.AUTHOR, ref, "1" * 40, pull or None)
    placed = PlacedResult(model, EvalResult(*BOARD, value, notes=notes), place, ".eval_results/hle.yaml", index)
    time = START + timedelta(days=pull)
    return Score(placed, "1" * 40, "Ada", time, time.isoformat(), time)


def scores(*values: float, notes: str | None = None) -> list[Score]:
    """One result for each value: the author's first, then those of pull requests."""
    return [score(value, pull, notes=notes) for pull, value in enumerate(values)]


def found(given: list[Score], tolerance: str = "0", metric: Metric = PERCENT) -> list[Conflict]:
    return find(given, lambda *_: metric, [BOARD], parse_tolerance(tolerance))


def one(*values: float, metric: Metric = PERCENT) -> Conflict:
    (conflict,) = found(scores(*values), metric=metric)
    return conflict


# --- what is a conflict ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("values", [(41.2,), (41.2, 41.2), (41, 41.0), (0.1 + 0.2, 0.3), (0, 0.0), (-0.0, 0.0)])
def test_the_same_value_from_several_places_is_none(values: tuple[float, ...]) -> None:
    assert found(scores(*values)) == []


@pytest.mark.parametrize("values", [(41.2, 43.0), (0, 1e-300), (-1, 1), (5e-324, 1e-323), (10**300, 10**300 + 10**290)])
def test_different_values_are_one(values: tuple[float, ...]) -> None:
    assert len(found(scores(*values))) == 1


def test_variants_are_not_compared() -> None:
    assert found([*scores(41.2, notes="With tools"), *scores(30.0), *scores(41.2, notes="with tools")]) == []


def test_models_are_not_compared() -> None:
    assert found([score(41.2, model="org/a"), score(30.0, model="org/b")]) == []


def test_places_that_agree_are_listed_where_others_disagree() -> None:
    conflict = one(41.2, 43.0, 41.2)
    assert [claim.value for claim in conflict.claims] == [43.0, 41.2, 41.2]
    assert conflict.tally == ((43.0, 1), (41.2, 2))


@pytest.mark.parametrize(("direction", "order"), [("higher", [43, 42, 41]), ("lower", [41, 42, 43])])
def test_claims_come_best_value_first(direction: str, order: list[float]) -> None:
    conflict = one(42, 43, 41, metric=Metric(direction=Direction(direction)))
    assert [claim.value for claim in conflict.claims] == order


def test_of_one_value_the_authors_claim_comes_first() -> None:
    conflict = one(43.0, 41.2, 43.0)
    assert [claim.origin for claim in conflict.claims] == ["author", "community", "community"]


# --- tolerance ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tolerance", "values"),
    [
        ("0.1", (41.2, 41.3)),
        ("0.1", (1.1, 1.0)),
        ("0.1", (1e6, 1000000.1)),
        ("0.1", (0.1 + 0.2, 0.2)),
        ("1", (-0.5, 0.5)),
        ("1%", (99, 100)),
        ("1%", (-99, -100)),
        ("200%", (-1, 1)),
        ("1e300", (1e300, -1e-300)),
        ("50", (0.412, 41.2)),
    ],
)
def test_a_difference_of_just_the_tolerance_is_covered(tolerance: str, values: tuple[float, ...]) -> None:
    assert found(scores(*values), tolerance) == []


@pytest.mark.parametrize(
    ("tolerance", "values"),
    [("0.1", (41.2, 41.31)), ("0.1", (41.2, 41.25, 41.31)), ("1%", (98.9, 100)), ("0.1", (0.412, 41.2))],
)
def test_a_larger_difference_is_not(tolerance: str, values: tuple[float, ...]) -> None:
    assert len(found(scores(*values), tolerance)) == 1


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("0", Tolerance()),
        ("0.1", Tolerance(Fraction(1, 10))),
        (".5", Tolerance(Fraction(1, 2))),
        ("2.", Tolerance(Fraction(2))),
        ("1e-3", Tolerance(Fraction(1, 1000))),
        ("1%", Tolerance(Fraction(1, 100), relative=True)),
        (" 0.5 % ", Tolerance(Fraction(1, 200), relative=True)),
    ],
)
def test_tolerances_that_can_be_typed(text: str, meant: Tolerance) -> None:
    assert parse_tolerance(text) == meant


@pytest.mark.parametrize(
    "text",
    ["", "-1", "-0.1%", "nan", "inf", "1,5", "one", "%", "1%%", "0x1", "1_0", "١", "1e9999", "9" * 200, "\x1b[31m"],
)
def test_what_is_no_tolerance_is_wrong_usage(text: str) -> None:
    with pytest.raises(EvalhubError) as raised:
        parse_tolerance(text)
    assert raised.value.exit_status == 2
    assert "\x1b" not in raised.value.message


# --- verdicts -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "metric", "verdict"),
    [
        ((41.2, 43.5), PERCENT, "differs by 2.3 points (5.3%)"),
        ((56, 57), PERCENT, "differs by 1 point (1.8%)"),
        ((0.5, 0.4), FRACTION, "differs by 0.1 (20%)"),
        ((3, 310), UNSAID, "differs by 307 (99%)"),
        ((0, 41.2), PERCENT, "differs by 41.2 points (100%)"),
        ((-1, 1), UNSAID, "differs by 2 (200%)"),
        ((0.9, 1.1), PERCENT, "differs by 0.2 points (18%)"),
        ((1e300, 1e-300), UNSAID, "differs by 1e+300 (100%)"),
        ((0.412, 41.2), PERCENT, "scale mix-up: 0.412 is 41.2 of 100"),
        ((0.412, 41.2), UNSAID, "scale mix-up: 0.412 is 41.2 of 100"),
        ((0.412, 41.2), FRACTION, "scale mix-up: 41.2 is 0.412 of 1"),
        ((0.41, 41.2), UNSAID, "scale mix-up: 0.41 is 41 of 100"),
        ((0.4123, 41), UNSAID, "scale mix-up: 0.4123 is 41.23 of 100"),
        ((-0.12, -12), UNSAID, "scale mix-up: -0.12 is -12 of 100"),
        ((1.25, 125), PERCENT, "scale mix-up: 1.25 is 125 of 100"),
        ((1.2, 120), UNSAID, "differs by 118.8 (99%)"),
        ((-120, -1.2), UNSAID, "differs by 118.8 (99%)"),
        ((1, 100), UNSAID, "scale mix-up: 1 is 100 of 100"),
        ((0.999, 100.2), UNSAID, "differs by 99.201 (99%)"),
        ((0.29, 28.999999999999996), UNSAID, "scale mix-up: 0.29 is 29 of 100"),
        ((0.3, 41.2), PERCENT, "scale mix-up: 0.3 would be 30 of 100; apart from that, differs by 11.2 points (27%)"),
        ((0.412, 41.2, 43), UNSAID, "scale mix-up: 0.412 is 41.2 of 100; apart from that, differs by 1.8 (4.2%)"),
        ((41.23, 41.2), PERCENT, "rounding: 41.23 rounds to 41.2"),
        ((41.25, 41.2), PERCENT, "rounding: 41.25 rounds to 41.2"),
        ((41.25, 41.3), PERCENT, "rounding: 41.25 rounds to 41.3"),
        ((41.5, 42), PERCENT, "rounding: 41.5 rounds to 42"),
        ((42.5, 42), PERCENT, "rounding: 42.5 rounds to 42"),
        ((-41.5, -42), UNSAID, "rounding: -41.5 rounds to -42"),
        ((41.5, 41), PERCENT, "differs by 0.5 points (1.2%)"),
        ((-41.5, -41), UNSAID, "differs by 0.5 (1.2%)"),
        ((41, 41.2, 41.23), PERCENT, "rounding: all round to 41"),
        ((42.5, 41.5, 42), PERCENT, "rounding: all round to 42"),
        ((43.5, 42.5, 43), PERCENT, "differs by 1 point (2.3%)"),
        ((41.26, 41.2), PERCENT, "differs by 0.06 points (0.15%)"),
        ((1, 0.6), UNSAID, "differs by 0.4 (40%)"),
    ],
)
def test_verdict(values: tuple[float, ...], metric: Metric, verdict: str) -> None:
    assert one(*values, metric=metric).verdict == verdict


def test_many_mix_ups_are_not_all_spelt_out() -> None:
    values = [number / 100 for number in range(10, 15)]
    verdict = one(*values, *(value * 100 for value in values)).verdict
    assert verdict.startswith("scale mix-up: 0.1 is 10 of 100, 0.11 is 11 of 100, 0.12 is 12 of 100, 2 more;")


def test_spreads_are_those_of_the_decimals_that_were_written() -> None:
    conflict = one(41.3, 41.2)
    assert (conflict.spread, conflict.relative_spread) == (0.1, pytest.approx(0.1 / 41.3))


def test_a_spread_that_no_float_holds_is_whole() -> None:
    assert one(1.7e308, -1.7e308).spread == 34 * 10**307


@pytest.mark.parametrize(("values", "remaining"), [((0.412, 41.2), 0), ((41.23, 41.2), 0), ((50, 40, 0.4), 0.2)])
def test_what_remains_is_the_difference_once_scales_are_right(values: tuple[float, ...], remaining: float) -> None:
    assert one(*values).remaining == remaining


@pytest.mark.parametrize(
    ("part", "text"), [(0.0175, "1.8%"), (1.5, "150%"), (0.0995, "10%"), (0.00012, "0.012%"), (1, "100%")]
)
def test_percentages_have_two_digits(part: float, text: str) -> None:
    assert percentage(part) == text


# --- which counts, and the order ------------------------------------------------------------------------------------


def test_the_claim_that_counts_is_the_leaderboards() -> None:
    given = [*scores(41.2, 43.0, 43.0), *scores(30, 31, notes="no tools")]
    ((_, group),) = rank(map(contender, given), PERCENT, Policy.BEST, Per.MODEL).places
    counting, other = (conflict.counts for conflict in found(given))
    assert (counting and contender(counting), other) == (group[0], None)


def test_without_a_leaderboard_none_counts() -> None:
    (conflict,) = find(scores(1, 2), lambda *_: UNSAID, [], Tolerance())
    assert conflict.counts is None


def test_what_people_disagree_about_comes_first_then_mix_ups_then_rounding() -> None:
    disagreeing = {"a/rounding": (41.23, 41.2), "b/mixup": (0.412, 41.2), "c/little": (41, 42), "d/much": (41, 62)}
    given = [
        score(value, pull, model=model) for model, values in disagreeing.items() for pull, value in enumerate(values)
    ]
    assert [conflict.model_id for conflict in found(given)] == ["d/much", "c/little", "b/mixup", "a/rounding"]


def test_only_tasks_that_disagree_are_looked_at(hub: HubDir) -> None:
    model = hub.model("org/a", {"hle.yaml": [entry(41.2), entry(50, notes="other"), entry(1, "cais/other")]})
    model.pull(1, {"more.yaml": [entry(43.0)]})
    hub.model("org/b", {"hle.yaml": [entry(1)]}).pull(1, {"more.yaml": [entry(1.0, notes="again"), entry(1.0)]})
    assert sorted(each.value for each in hub.read().disagreeing()) == [41.2, 43.0, 50]
    assert hub.read().disagreeing("org/b") == []


# --- for any values -------------------------------------------------------------------------------------------------

FLOATS = st.floats(allow_nan=False, allow_infinity=False)
INTEGERS = st.integers(-(10**308), 10**308) | st.integers(-200, 200)
NEAR = st.integers(0, 10_000).map(lambda number: number / 100) | st.sampled_from([0.412, 41.2, 0.41, 41, 0.1 + 0.2])
VALUES = FLOATS | INTEGERS | NEAR
MODELS = st.sampled_from(["org/a", "org/b"])
NOTES = st.sampled_from([None, "x"])
METRICS = st.builds(Metric, st.none(), st.sampled_from(Direction), st.sampled_from([None, *Scale]))


@st.composite
def score_lists(draw: st.DrawFn) -> list[Score]:
    drawn = draw(st.lists(st.tuples(VALUES, MODELS, NOTES), min_size=1, max_size=6))
    return [score(value, pull, model=model, notes=notes) for pull, (value, model, notes) in enumerate(drawn)]


AMOUNTS = st.fractions(0, 100)


@settings(max_examples=200, deadline=None)
@given(score_lists(), METRICS, st.randoms(use_true_random=False))
def test_the_order_of_what_is_read_changes_nothing(given: list[Score], metric: Metric, random: object) -> None:
    shuffled = list(given)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert found(shuffled, metric=metric) == found(given, metric=metric)


@settings(max_examples=200, deadline=None)
@given(st.lists(VALUES, min_size=1, max_size=4), AMOUNTS, AMOUNTS, st.booleans())
@example([41.2, 41.3], Fraction(1, 10), Fraction(0), False)
def test_what_a_tolerance_covers_a_larger_one_does(
    values: list[float], one: Fraction, other: Fraction, relative: bool
) -> None:
    small, large = sorted((one, other))
    if Tolerance(small, relative).covers(values):
        assert Tolerance(large, relative).covers(values)


@settings(max_examples=300, deadline=None)
@given(score_lists(), METRICS)
def test_a_conflict_is_what_a_leaderboard_marks(given: list[Score], metric: Metric) -> None:
    ranking = rank(map(contender, given), metric, Policy.BEST, Per.VARIANT)
    rows = zip(ranking.places, ranking.rows(None, lambda _: {0: given[0]}), strict=True)
    marked = {(group[0].model_id, group[0].variant) for (_, group), row in rows if row.conflict}
    assert {(each.model_id, each.variant) for each in found(given, metric=metric)} == marked


@settings(max_examples=300, deadline=None)
@given(score_lists(), METRICS)
def test_numbers_are_within_their_bounds(given: list[Score], metric: Metric) -> None:
    for conflict in found(given, metric=metric):
        values = [claim.value for claim in conflict.claims]
        assert len(values) >= 2
        assert not alike(min(values), max(values))
        assert conflict.spread > 0
        assert 0 <= conflict.remaining <= 2
        assert 0 < conflict.relative_spread <= 2
        assert sum(count for _, count in conflict.tally) == len(values)
        assert conflict.verdict


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 9_999), st.sampled_from([None, *Scale]))
def test_a_hundredth_is_always_a_mix_up(number: int, scale: Scale | None) -> None:
    conflict = one(number / 100, number / 10_000, metric=Metric(scale=scale))
    assert (conflict.scale_mixup, conflict.remaining) == (True, 0)
