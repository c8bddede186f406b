"""Leaderboard: which result of each model counts, and how the rows rank."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from evalhub.benchmarks import Benchmark
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

    `commit` is the id of the commit that introduced it and `commit_author` that commit's author; `date` is the entry's
    own date, else the commit's time (ISO-8601); `time` is the same as a UTC datetime, for comparing, and `commit_time`
    the commit's (UTC). `complete` is False where older history can't be read, as in a shallow clone: the result may
    then be older than `commit`.
    """

    placed: PlacedResult
    commit: str
    commit_author: str
    date: str
    time: datetime
    commit_time: datetime
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
    `pull_requests` the open ones that their results stand in, and `marked` the rows with warnings.
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


def score(placed: PlacedResult, commit: CommitInfo, complete: bool = True) -> Score:
    """Return `placed` with the commit that introduced it, and its date: the entry's own, else the commit's time."""
    own = placed.result.date
    own_time = parse_date(own) if own else None
    date = own if own and own_time else format_time(commit.time)
    return Score(placed, commit.id, commit.author, date, own_time or commit.time, commit.time, complete=complete)


def rank(scores: Iterable[Score], metric: Metric, policy: Policy, per: Per) -> list[Row]:
    """Choose one score a model (or variant) and rank them: 1, 2, 2, 4, ties by model id."""
    groups: dict[tuple[str, str], list[Score]] = {}
    all_scores = list(scores)
    for score in all_scores:
        groups.setdefault((score.model_id, score.result.variant if per is Per.VARIANT else ""), []).append(score)
    suspects = scale_suspects((score.value for score in all_scores), metric.scale)
    for group in groups.values():
        group.sort(key=lambda score: preference(score, policy, metric.direction))
    ranked = sorted(groups.values(), key=lambda group: _order(group[0], metric.direction))
    rows: list[Row] = []
    for position, group in enumerate(ranked, start=1):
        tied = rows and rows[-1].value == group[0].value
        rows.append(_row(rows[-1].rank if tied else position, group, metric, suspects))
    return rows


def _row(rank: int, group: Sequence[Score], metric: Metric, suspects: set[float]) -> Row:
    score, others = group[0], tuple(group[1:])
    conflict = _disagree(group)
    warnings = []
    if conflict:
        said = "; ".join(_who_says(each) for each in group[:_MOST_SAID])
        more = f"; and {len(group) - _MOST_SAID} more" if len(group) > _MOST_SAID else ""
        warnings.append(f"results disagree: {said}{more}")
    if not score.complete:
        warnings.append(f"older history is not in this clone: the result may be older than commit {score.commit[:12]}")
    suspect = score.value in suspects
    if suspect and metric.scale:
        warnings.append(f"the value {format_value(score.value)} looks as if it were not on the scale `{metric.scale}`")
    return Row(rank, score, others, conflict, suspect, tuple(warnings))


def _disagree(group: Iterable[Score]) -> bool:
    """Whether two results of one variant have different values."""
    values: dict[str, float] = {}
    return not all(alike(values.setdefault(score.result.variant, score.value), score.value) for score in group)


def _who_says(score: Score) -> str:
    notes = f" ({score.result.notes})" if score.result.notes else ""
    return f"{format_value(score.value)}{notes} {place_label(score)}"


def place_label(score: Score) -> str:
    """Return where a score stands, for people: `by the author`, `in pull request 3` or `on evalhub/…`."""
    if score.origin is Origin.AUTHOR:
        return "by the author"
    if score.pull_request is not None:
        return f"in pull request {score.pull_request}"
    return f"on {branch_name(score.ref)}"


def branch_name(ref: str) -> str:
    """Return a branch's name for people: `evalhub/hle`."""
    return ref.removeprefix("refs/heads/")


def _goodness(value: float, direction: Direction) -> float:
    return value if direction is Direction.LOWER else -value


def _order(score: Score, direction: Direction) -> tuple[object, ...]:
    return (_goodness(score.value, direction), score.model_id, score.result.variant)


def count_pull_requests(rows: Iterable[Row]) -> int:
    """Count the open pull requests that the rows' results stand in."""
    scores = (score for row in rows for score in (row.score, *row.others))
    return len({(score.model_id, score.ref) for score in scores if score.origin is Origin.COMMUNITY})


def preference(score: Score, policy: Policy, direction: Direction) -> tuple[object, ...]:
    """Return a key that sorts the score that counts first; it ends in where it stands: nothing is left to chance."""
    trust = (not score.verified, score.origin is not Origin.AUTHOR)
    newest = -score.time.timestamp()
    best = _goodness(score.value, direction)
    keys = {
        Policy.BEST: (best, *trust, newest),
        Policy.TRUSTED: (*trust, newest, best),
        Policy.LATEST: (newest, *trust, best),
    }
    return (*keys[policy], score.pull_request or 0, score.ref, score.placed.filename, score.placed.index)


def count_left_out(
    left_out: Iterable[LeftOut], dataset_id: str | None = None, task_id: str | None = None
) -> dict[Reason, int]:
    """Count, by reason, what is missing of a dataset's task (None: of any), or may be: of some nobody can tell."""
    return dict(
        Counter(
            item.reason
            for item in left_out
            if dataset_id in (None, item.dataset_id) or item.dataset_id is None
            if task_id in (None, item.task_id) or item.task_id is None
        )
    )


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
