"""Leaderboard: which result of each model counts, and how the rows rank."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from evalhub.benchmarks import Benchmark
from evalhub.dates import AsOf
from evalhub.git import CommitInfo
from evalhub.registry import Metric
from evalhub.results import EvalResult
from evalhub.snapshot import LeftOut, PlacedResult
from evalhub.terms import Direction, Origin, Per, Policy, Reason
from evalhub.values import alike, format_time, format_value, parse_date, scale_suspects

_MOST_SAID = 6  # results that a warning spells out


@dataclass(frozen=True, slots=True)
class Score:
    """A result with everything that is known of where it comes from.

    `commit` is the id of the commit that introduced it, `commit_author` that commit's author, and `commit_time` when
    (UTC). `date` is the entry's own date, else the commit's time (ISO-8601); `time` is the same as a UTC datetime, for
    comparing. `complete` is False where older history can't be read, as in a shallow clone: the result may then be
    older than `commit`.
    """

    placed: PlacedResult
    commit: str
    commit_author: str
    commit_time: datetime
    date: str
    time: datetime
    verified: bool = False
    complete: bool = True

    @property
    def result(self) -> EvalResult:
        return self.placed.result

    @property
    def value(self) -> float:
        return self.placed.result.value

    @property
    def model_id(self) -> str:
        return self.placed.model_id

    @property
    def origin(self) -> Origin:
        return self.placed.place.origin

    @property
    def ref(self) -> str:
        return self.placed.place.ref

    @property
    def pull_request(self) -> int | None:
        return self.placed.place.pull_request


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a leaderboard: the score that counts, the model's others, and what to know before trusting it."""

    rank: int
    score: Score
    others: tuple[Score, ...] = ()
    conflict: bool = False
    scale_suspect: bool = False
    warnings: tuple[str, ...] = ()

    @property
    def model_id(self) -> str:
        return self.score.model_id

    @property
    def value(self) -> float:
        return self.score.value


@dataclass(frozen=True, slots=True)
class Leaderboard:
    """One task's scores read together. `rows` are those asked for; `total` counts the rows there are without a limit,
    `pull_requests` the open ones that their results stand in, and `marked` the rows with warnings. `as_of` is the
    moment at which all that stood, None: now.
    """

    benchmark: Benchmark
    task_id: str
    metric: Metric
    policy: Policy
    per: Per
    generated_at: datetime
    rows: tuple[Row, ...]
    total: int
    pull_requests: int
    marked: int
    left_out: dict[Reason, int]
    warnings: tuple[str, ...] = ()
    as_of: AsOf | None = None


def score(placed: PlacedResult, commit: CommitInfo, complete: bool = True) -> Score:
    """Return `placed` with the commit that introduced it, and its date: the entry's own, else the commit's time."""
    own = placed.result.date
    own_time = parse_date(own) if own else None
    date = own if own and own_time else format_time(commit.time)
    time = own_time or commit.time
    return Score(placed, commit.id, commit.author, commit.time, date, time, complete=complete)


class Contender(NamedTuple):
    """What ranking needs to know of a result, which `number` finds the rest of; `time` is in seconds since 1970."""

    number: int
    model_id: str
    value: float
    variant: str
    origin: Origin
    time: float
    pull_request: int | None
    ref: str
    filename: str
    position: int
    complete: bool = True
    verified: bool = False


def contender(score: Score) -> Contender:
    """Return what ranking needs to know of a score."""
    placed = score.placed
    where = (score.pull_request, score.ref, placed.filename, placed.index)
    time = score.time.timestamp()
    return Contender(
        0, score.model_id, score.value, score.result.variant, score.origin, time, *where, score.complete, score.verified
    )


Load = Callable[[Sequence[int]], Mapping[int, Score]]  # from the numbers of contenders to their scores


@dataclass(frozen=True, slots=True)
class Ranking:
    """All contenders in the order of their ranks, each model's (or variant's) together, what counts of it first."""

    places: tuple[tuple[int, Sequence[Contender]], ...]
    suspects: frozenset[float]
    metric: Metric

    @property
    def pull_requests(self) -> int:
        """How many open pull requests the results stand in."""
        found = (each for _, group in self.places for each in group if each.origin is Origin.COMMUNITY)
        return len({(each.model_id, each.ref) for each in found})

    @property
    def marked(self) -> int:
        """How many rows have warnings."""
        return sum(self._is_marked(group) for _, group in self.places)

    def _is_marked(self, group: Sequence[Contender]) -> bool:
        return not group[0].complete or group[0].value in self.suspects or _disagree(group)

    def rows(self, limit: int | None, load: Load) -> tuple[Row, ...]:
        """Return the first rows, with all that is known of their results."""
        shown = self.places[:limit]
        scores = load([each.number for _, group in shown for each in group])
        return tuple(self._row(rank, group, scores) for rank, group in shown)

    def _row(self, rank: int, group: Sequence[Contender], scores: Mapping[int, Score]) -> Row:
        first, *others = (scores[each.number] for each in group)
        suspect = group[0].value in self.suspects
        return Row(rank, first, tuple(others), _disagree(group), suspect, self._warnings(group, first.commit))

    def _warnings(self, group: Sequence[Contender], commit: str = "") -> tuple[str, ...]:
        counts = group[0]
        warnings = []
        if _disagree(group):
            said = "; ".join(_who_says(each) for each in group[:_MOST_SAID])
            more = f"; and {len(group) - _MOST_SAID} more" if len(group) > _MOST_SAID else ""
            warnings.append(f"results disagree: {said}{more}")
        if not counts.complete:
            warnings.append(f"older history is not in this clone: the result may be older than commit {commit[:12]}")
        if counts.value in self.suspects and self.metric.scale:
            value = format_value(counts.value)
            warnings.append(f"the value {value} looks as if it were not on the scale `{self.metric.scale}`")
        return tuple(warnings)


def rank(contenders: Iterable[Contender], metric: Metric, policy: Policy, per: Per) -> Ranking:
    """Choose one result a model (or variant) and rank them: 1, 2, 2, 4, ties by model id."""
    groups: dict[str | tuple[str, str], list[Contender]] = {}
    for each in contenders:
        groups.setdefault((each.model_id, each.variant) if per is Per.VARIANT else each.model_id, []).append(each)
    values = (each.value for group in groups.values() for each in group)
    suspects = scale_suspects(values, metric.scale) if metric.scale else set()
    for group in groups.values():
        if len(group) > 1:
            group.sort(key=lambda each: preference(each, policy, metric.direction))
    ranked = sorted(groups.values(), key=lambda group: _order(group[0], metric.direction))
    places: list[tuple[int, Sequence[Contender]]] = []
    for position, group in enumerate(ranked, start=1):
        tied = places and places[-1][1][0].value == group[0].value
        places.append((places[-1][0] if tied else position, group))
    return Ranking(tuple(places), frozenset(suspects), metric)


def _disagree(group: Sequence[Contender]) -> bool:
    """Whether two results of one variant have different values."""
    if len(group) < 2:
        return False
    values: dict[str, float] = {}
    return not all(alike(values.setdefault(each.variant, each.value), each.value) for each in group)


def _who_says(each: Contender) -> str:
    notes = f" ({each.variant})" if each.variant else ""
    return f"{format_value(each.value)}{notes} {place_label(each)}"


class _Placed(Protocol):
    """A result, or what ranking knows of one."""

    @property
    def origin(self) -> Origin: ...
    @property
    def pull_request(self) -> int | None: ...
    @property
    def ref(self) -> str: ...


def place_label(placed: _Placed) -> str:
    """Return where a result stands, for people: `by the author`, `in pull request 3` or `on evalhub/…`."""
    if placed.origin is Origin.AUTHOR:
        return "by the author"
    if placed.pull_request is not None:
        return f"in pull request {placed.pull_request}"
    return f"on {branch_name(placed.ref)}"


def branch_name(ref: str) -> str:
    """Return a branch's name for people: `evalhub/hle`."""
    return ref.removeprefix("refs/heads/")


def _goodness(value: float, direction: Direction) -> float:
    return value if direction is Direction.LOWER else -value


def _order(each: Contender, direction: Direction) -> tuple[object, ...]:
    return (_goodness(each.value, direction), each.model_id, each.variant)


def preference(each: Contender, policy: Policy, direction: Direction) -> tuple[object, ...]:
    """Return a key that sorts the result that counts first; it ends in where it stands: nothing is left to chance."""
    unverified, community, newest = not each.verified, each.origin is not Origin.AUTHOR, -each.time
    best = _goodness(each.value, direction)
    place = (each.pull_request or 0, each.ref, each.filename, each.position)
    if policy is Policy.BEST:
        return (best, unverified, community, newest, place)
    if policy is Policy.TRUSTED:
        return (unverified, community, newest, best, place)
    return (newest, unverified, community, best, place)


def count_left_out(
    left_out: Mapping[LeftOut, int], dataset_id: str | None = None, task_id: str | None = None
) -> dict[Reason, int]:
    """Count, by reason, what is missing of a dataset's task (None: of any), or may be: of some nobody can tell."""
    found: Counter[Reason] = Counter()
    for item, count in left_out.items():
        of_dataset = dataset_id is None or item.dataset_id in (None, dataset_id)
        if of_dataset and (task_id is None or item.task_id in (None, task_id)):
            found[item.reason] += count
    return {reason: found[reason] for reason in Reason if found[reason]}


_LEFT_OUT_WORDS = {
    Reason.INVALID_ENTRIES: ("entry is not valid", "entries are not valid"),
    Reason.UNREADABLE_FILES: ("result file can't be read", "result files can't be read"),
    Reason.UNREADABLE_REFS: ("branch or pull request can't be read", "branches or pull requests can't be read"),
    Reason.UNREADABLE_REPOS: ("repository can't be read", "repositories can't be read"),
    Reason.DUPLICATE_REPOS: ("repository has the id of another", "repositories have the id of another"),
    Reason.UNKNOWN_TASKS: (
        "result names a task that the benchmark lacks",
        "results name tasks that the benchmark lacks",
    ),
    Reason.MISSPELT_DATASETS: ("result misspells the dataset's id", "results misspell the dataset's id"),
    Reason.FILES_NOT_READ: ("file lies where the Hub doesn't read it", "files lie where the Hub doesn't read them"),
}


def left_out_warnings(left_out: dict[Reason, int], where: str) -> tuple[str, ...]:
    """Return a sentence for each reason why something is missing, with the command that shows what."""
    return tuple(
        f"left out: {count} {_LEFT_OUT_WORDS[reason][count != 1]}; see: evalhub validate --prs {where}"
        for reason, count in left_out.items()
    )
