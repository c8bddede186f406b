"""What changed on a leaderboard between two moments: two leaderboards compared, row by row."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import cast

from evalhub import mixups
from evalhub.benchmarks import Benchmark
from evalhub.dates import AsOf, as_moment
from evalhub.errors import EvalhubError
from evalhub.leaderboard import Leaderboard, Row, Score, contender, preference
from evalhub.registry import Metric
from evalhub.terms import Direction, Origin, Per, Policy, Reason
from evalhub.values import alike, exact


class ChangeKind(enum.StrEnum):
    """What became of a row; of several only the first here, but for a model that is gone."""

    APPEARED = "appeared"
    CHANGED = "changed"  # the value that counts is another one
    CONFIRMED = "confirmed"  # the value stood in a pull request, and the author says the same now
    WITHDRAWN = "withdrawn"  # the author said so, and only a pull request still says the same
    MOVED = "moved"  # the rank is another one, because of other rows
    DISAPPEARED = "disappeared"


@dataclass(frozen=True, slots=True)
class BoardChange:
    """What became of one model, or with `per` variant of one variant (else empty) of it.

    `old` and `new` are its rows, None where it had or has none. Where the value changed, `difference` is the new one
    minus the old one in the metric's unit, of the decimals as they were written; `better` whether that is an
    improvement. It is no gain or loss where one looks like the other on another scale (`rescaled`), or is of another
    setup, as its notes say (`other_setup`), or where the result that counted is gone, and one counts now that had stood
    before (`fell_back`).
    """

    kind: ChangeKind
    model_id: str
    variant: str
    old: Row | None
    new: Row | None
    difference: Fraction | None = None
    better: bool | None = None
    rescaled: bool = False
    other_setup: bool = False
    fell_back: bool = False

    @property
    def comparable(self) -> bool:
        """Whether the value changed, and the difference is a gain or a loss."""
        return self.difference is not None and not (self.rescaled or self.other_setup or self.fell_back)

    @property
    def row(self) -> Row:
        """The row that it has, or else the last one known."""
        return cast(Row, self.new or self.old)

    @property
    def climbed(self) -> int:
        """By how many ranks it rose; negative where it fell, 0 where it is new or gone."""
        return self.old.rank - self.new.rank if self.old and self.new else 0


@dataclass(frozen=True, slots=True)
class BoardDiff:
    """What changed on one task's leaderboard from `since` until `until` (None: until it was made, `generated_at`).

    Only the two ends are compared: what changed and changed back isn't seen. Both are ranked by what the benchmark's
    spec and the registry say today. A pull request whose ref is gone leaves nothing behind, and is in neither.

    Every model (with `per` variant: every variant) of either end is in exactly one of `appeared`, `changed`,
    `confirmed`, `withdrawn`, `moved` and `disappeared` (by their ranks), or counted in `unchanged`. `leaders` are the
    rows that share the first rank, `total` counts the rows and `pull_requests` the open pull requests that their
    results stand in, each also as it was before. `left_out` counts what is missing at the end, by reason; `warnings`
    are sentences about both.
    """

    benchmark: Benchmark
    task_id: str
    metric: Metric
    policy: Policy
    per: Per
    origin: Origin | None
    since: AsOf
    until: AsOf | None
    generated_at: datetime
    appeared: tuple[BoardChange, ...]
    changed: tuple[BoardChange, ...]
    confirmed: tuple[BoardChange, ...]
    withdrawn: tuple[BoardChange, ...]
    moved: tuple[BoardChange, ...]
    disappeared: tuple[BoardChange, ...]
    unchanged: int
    leaders: tuple[Row, ...]
    leaders_before: tuple[Row, ...]
    total: int
    total_before: int
    pull_requests: int
    pull_requests_before: int
    left_out: Mapping[Reason, int]
    warnings: tuple[str, ...] = ()

    @property
    def sections(self) -> dict[ChangeKind, tuple[BoardChange, ...]]:
        """The changes by their kind, those that matter most first."""
        return {
            ChangeKind.APPEARED: self.appeared,
            ChangeKind.CHANGED: self.changed,
            ChangeKind.CONFIRMED: self.confirmed,
            ChangeKind.WITHDRAWN: self.withdrawn,
            ChangeKind.MOVED: self.moved,
            ChangeKind.DISAPPEARED: self.disappeared,
        }

    @property
    def count(self) -> int:
        """How many changes there are."""
        return sum(map(len, self.sections.values()))

    @property
    def new_leaders(self) -> tuple[Row, ...]:
        """The rows in the first place that were not in it before."""
        before = {_key(row, self.per) for row in self.leaders_before}
        return tuple(row for row in self.leaders if _key(row, self.per) not in before)

    @property
    def biggest_gain(self) -> BoardChange | None:
        """The value that improved most, of those that can be compared with the old one; None where none did."""
        gains = [change for change in self.changed if change.better and change.comparable]
        return max(gains, key=lambda change: abs(change.difference or Fraction(0)), default=None)


def span(since: AsOf | datetime | str, until: AsOf | datetime | str | None = None) -> tuple[AsOf, AsOf | None]:
    """Return the two moments to compare, the second None for now.

    Raises `EvalhubError` (wrong usage) where one of them is none, or the first isn't before the second.
    """
    now = datetime.now(UTC).replace(microsecond=0)
    start, end = cast(AsOf, as_moment(since)), as_moment(until)
    if start.moment < (end.moment if end else now):
        return start, end
    message = f"{start.label()} is not before {end.label() if end else 'now'}: nothing can have changed"
    hint = "name an earlier moment to begin with: --since yesterday, or --since '1 week ago'"
    if end and end.moment < start.moment:
        hint = "did you mean them the other way round?"
    elif end:
        before = date.fromordinal(max(1, end.moment.toordinal() - 1))
        meant = (
            "a date means the end of that day; to see what changed on it" if end.whole_day else "to see the last day"
        )
        hint = f"{meant}, begin with the day before: --since {before}"
    raise EvalhubError(message, hint, exit_status=2)


def compare(before: Leaderboard, after: Leaderboard, origin: Origin | None = None) -> BoardDiff:
    """Return what changed from one leaderboard to the other; `origin` is what both were limited to.

    Raises ValueError where they aren't of the same benchmark, task, policy, metric and `per`, or where rows are missing
    because of a limit.
    """
    if _question(before) != _question(after):
        raise ValueError("the leaderboards answer different questions")
    if any(len(board.rows) < board.total for board in (before, after)):
        raise ValueError("the leaderboards must have all their rows")
    old, new = ({_key(row, board.per): row for row in board.rows} for board in (before, after))
    keys = [*new, *(key for key in old if key not in new)]
    since = before.as_of or AsOf(before.generated_at)
    found = [_change(key, old.get(key), new.get(key), after, since) for key in keys]

    def of(kind: ChangeKind) -> tuple[BoardChange, ...]:
        return tuple(each for each in found if each and each.kind is kind)

    return BoardDiff(
        benchmark=after.benchmark,
        task_id=after.task_id,
        metric=after.metric,
        policy=after.policy,
        per=after.per,
        origin=origin,
        since=since,
        until=after.as_of,
        generated_at=after.generated_at,
        appeared=of(ChangeKind.APPEARED),
        changed=of(ChangeKind.CHANGED),
        confirmed=of(ChangeKind.CONFIRMED),
        withdrawn=of(ChangeKind.WITHDRAWN),
        moved=of(ChangeKind.MOVED),
        disappeared=of(ChangeKind.DISAPPEARED),
        unchanged=found.count(None),
        leaders=_leaders(after),
        leaders_before=_leaders(before),
        total=after.total,
        total_before=before.total,
        pull_requests=after.pull_requests,
        pull_requests_before=before.pull_requests,
        left_out=after.left_out,
        warnings=_warnings(before, after),
    )


_Key = tuple[str, str]


def _key(row: Row, per: Per) -> _Key:
    return row.model_id, row.score.result.variant if per is Per.VARIANT else ""


def _question(board: Leaderboard) -> tuple[object, ...]:
    return board.benchmark.dataset_id, board.task_id, board.metric, board.policy, board.per


def _leaders(board: Leaderboard) -> tuple[Row, ...]:
    return tuple(row for row in board.rows if row.rank == 1)


def _change(key: _Key, old: Row | None, new: Row | None, after: Leaderboard, since: AsOf) -> BoardChange | None:
    """Return what became of a row, or None where it is as it was."""
    if old is None or new is None:
        return BoardChange(ChangeKind.APPEARED if new else ChangeKind.DISAPPEARED, *key, old, new)
    if not alike(old.value, new.value):
        return _changed(key, old, new, after, since)
    if old.score.origin is not new.score.origin:
        confirmed = new.score.origin is Origin.AUTHOR
        return BoardChange(ChangeKind.CONFIRMED if confirmed else ChangeKind.WITHDRAWN, *key, old, new)
    return BoardChange(ChangeKind.MOVED, *key, old, new) if old.rank != new.rank else None


def _changed(key: _Key, old: Row, new: Row, after: Leaderboard, since: AsOf) -> BoardChange:
    metric = after.metric
    difference = exact(new.value) - exact(old.value)
    return BoardChange(
        ChangeKind.CHANGED,
        *key,
        old,
        new,
        difference,
        better=(difference > 0) is (metric.direction is Direction.HIGHER),
        rescaled=bool(mixups.find(sorted((old.value, new.value)), metric.scale)),
        other_setup=old.score.result.variant != new.score.result.variant,
        fell_back=new.score.commit_time <= since.moment and _preferred(old.score, new.score, after),
    )


def _preferred(one: Score, other: Score, board: Leaderboard) -> bool:
    """Whether `one` counts where both stand: what only came to count later may have an old commit, as by a merge."""
    first, second = (preference(contender(each), board.policy, board.metric.direction) for each in (one, other))
    return first < second


def _warnings(before: Leaderboard, after: Leaderboard) -> tuple[str, ...]:
    """Return the warnings of both, saying of those that only the earlier one has that they are about then."""
    then = (before.as_of or AsOf(before.generated_at)).label()
    earlier = (f"at {then}: {warning}" for warning in before.warnings if warning not in after.warnings)
    return (*after.warnings, *earlier)
