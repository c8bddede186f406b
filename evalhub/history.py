"""How the numbers of one model came about: the events of its timeline, in the order of time.

On the default branch an entry is added, changed or removed. A pull request is

- **opened** with the entries of the first commit that proposes any;
- **updated** where a later commit of its own adds an entry, or changes one that it proposes;
- **merged** where its commits, or the same entry by a commit of its own (a squash), come to the default branch;
- **superseded** where, while it is open, the same task and notes get another value on the default branch or in a pull
  request that is opened or updated later;
- **withdrawn** where a later commit of its own takes the entry back. That a host closed it is not in git.
"""

from __future__ import annotations

import enum
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from evalhub.diagnostics import Diagnostic
from evalhub.git import CommitInfo
from evalhub.results import EvalResult, SeriesKey, Source
from evalhub.standings import Ending, KnownFrom, Standing, Timeline
from evalhub.terms import Origin


class EventKind(enum.StrEnum):
    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"
    OPENED = "opened"
    UPDATED = "updated"
    MERGED = "merged"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


_Credit = tuple[SeriesKey, float, str]  # a number, and the commit that wrote it
ON_DEFAULT = frozenset({EventKind.ADDED, EventKind.CHANGED, EventKind.REMOVED})


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to one entry, at `time` (UTC).

    `old` is the entry as it stood before (of a pull request that opens: on the default branch), `new` as it stood
    after (when superseded: the entry that took its place), each None where there was none; `changed` names what differs
    between them: `value`, `source`, `date`, `revision`, `verify_token`, `file`. `commit` did it: of a value that is
    added or changed, the one that introduced it, which a merge brought with the commit `landed`. `pull_request` and
    `ref` are those of the pull request that is meant, or that a number of the default branch came through, as is
    `known_from`. It is not `complete` where older commits can't be read: then it may have been so before.
    """

    time: datetime
    kind: EventKind
    old: EvalResult | None
    new: EvalResult | None
    filename: str
    commit: CommitInfo
    landed: CommitInfo
    changed: tuple[str, ...] = ()
    pull_request: int | None = None
    ref: str | None = None
    known_from: KnownFrom | None = None
    complete: bool = True

    @property
    def result(self) -> EvalResult:
        """The entry that it is about: the new one where there is one."""
        result = self.new or self.old
        assert result is not None  # noqa: S101
        return result

    @property
    def key(self) -> SeriesKey:
        return self.result.series

    @property
    def source(self) -> Source | None:
        return self.result.source


@dataclass(frozen=True, slots=True)
class Series:
    """The values of one task and setup on the default branch: from when each stood (UTC), None where none did."""

    dataset_id: str
    task_id: str
    notes: str
    points: tuple[tuple[datetime, float | None], ...]


@dataclass(frozen=True, slots=True)
class History:
    """What happened to one model's results, oldest first, and the values that stood: all of them, or only those for
    `dataset_id` and `task_id`. `problems` say what can't be read; it is not `complete` where the beginning can't.
    """

    model_id: str
    events: tuple[Event, ...]
    series: tuple[Series, ...]
    dataset_id: str | None = None
    task_id: str | None = None
    problems: tuple[Diagnostic, ...] = ()
    complete: bool = True


def history(timeline: Timeline, dataset_id: str | None = None, task_id: str | None = None) -> History:
    """Return the history that a timeline tells; of one dataset or task where that is named by its exact id."""
    found = events(timeline, dataset_id, task_id)
    told = series(found)
    return History(timeline.model_id, found, told, dataset_id, task_id, timeline.problems, timeline.complete)


def events(timeline: Timeline, dataset_id: str | None = None, task_id: str | None = None) -> tuple[Event, ...]:
    """Return what happened, oldest first; with `dataset_id` or `task_id` only to results that name these.

    At one moment, what pull requests propose comes first, then the default branch, then what follows for pull requests.
    """
    standings = [
        each
        for each in timeline.standings
        if dataset_id in (None, each.result.dataset_id) and task_id in (None, each.result.task_id)
    ]
    own: list[Standing] = []
    own_by_key: dict[SeriesKey, list[Standing]] = defaultdict(list)
    of_pulls: dict[str, list[Standing]] = defaultdict(list)
    for each in standings:
        if each.origin is Origin.AUTHOR:
            own.append(each)
            own_by_key[each.result.series].append(each)
        else:
            of_pulls[each.placed.place.ref].append(each)
    on_default = list(_default_events(own, timeline.changes))
    proposed = [event for group in of_pulls.values() for event in _proposed_events(group, own_by_key)]
    ended = [event for group in of_pulls.values() for event in _ending_events(group)]
    superseded = _superseded_events(of_pulls, own_by_key, [*on_default, *proposed])
    return tuple(sorted([*proposed, *on_default, *superseded, *ended], key=lambda event: event.time))


def series(found: Iterable[Event]) -> tuple[Series, ...]:
    """Return the values that stood on the default branch, by dataset, task and notes; of several at once the last."""
    points: dict[SeriesKey, list[tuple[datetime, float | None]]] = {}
    standing: dict[SeriesKey, list[float]] = defaultdict(list)
    for event in found:
        if event.kind not in ON_DEFAULT or (event.kind is EventKind.CHANGED and "value" not in event.changed):
            continue
        values = standing[event.key]
        if event.old and event.old.value in values:
            values.remove(event.old.value)
        if event.new:
            values.append(event.new.value)
        points.setdefault(event.key, []).append((event.time, values[-1] if values else None))
    return tuple(Series(*key, tuple(of_key)) for key, of_key in sorted(points.items()))


# --- the default branch ---------------------------------------------------------------------------------------------


def _default_events(own: list[Standing], changes: Iterable[str]) -> Iterator[Event]:
    begun: dict[str, list[Standing]] = defaultdict(list)
    ended: dict[str, list[Standing]] = defaultdict(list)
    for each in own:
        begun[each.landed.id].append(each)
        if each.ended:
            ended[each.ended.id].append(each)
    credited: set[_Credit] = set()
    for id in changes:
        for old, new in _pairs(ended.get(id, []), begun.get(id, [])):
            yield _default_event(old, new, credited)


def _default_event(old: Standing | None, new: Standing | None, credited: set[_Credit]) -> Event:
    if new is None:
        assert old is not None  # noqa: S101
        assert old.ended is not None  # noqa: S101
        assert old.until is not None  # noqa: S101
        filename = old.placed.filename
        return Event(old.until, EventKind.REMOVED, old.result, None, filename, old.ended, old.ended)
    credit = (new.result.series, new.result.value, new.introduced.id)
    first = credit not in credited
    credited.add(credit)
    return Event(
        new.since,
        EventKind.ADDED if old is None else EventKind.CHANGED,
        old.result if old else None,
        new.result,
        new.placed.filename,
        new.introduced if first else new.landed,
        new.landed,
        _differences(old, new),
        new.through.number if new.through and first else None,
        new.through.ref if new.through and first else None,
        new.through.known_from if new.through and first else None,
        new.complete,
    )


def _pairs(ended: Iterable[Standing], begun: Iterable[Standing]) -> Iterator[tuple[Standing | None, Standing | None]]:
    """Yield what became of what: of one task and notes, first in the same file, then with the same value, then in their
    order.
    """
    gone: dict[SeriesKey, list[Standing]] = defaultdict(list)
    for each in ended:
        gone[each.result.series].append(each)
    left = list(begun)
    for alike in _ALIKE:
        waiting, left = left, []
        for each in waiting:
            before = gone[each.result.series]
            same = next((old for old in before if alike(old, each)), None)
            if same is None:
                left.append(each)
            else:
                before.remove(same)
                yield same, each
    for each in left:
        yield None, each
    for rest in gone.values():
        for old in rest:
            yield old, None


def _same_file(old: Standing, new: Standing) -> bool:
    return old.placed.filename == new.placed.filename


def _same_value(old: Standing, new: Standing) -> bool:
    return old.result.value == new.result.value


_ALIKE: tuple[Callable[[Standing, Standing], bool], ...] = (
    lambda old, new: _same_file(old, new) and _same_value(old, new),
    _same_file,
    _same_value,
    lambda _old, _new: True,
)


def _differences(old: Standing | None, new: Standing) -> tuple[str, ...]:
    if old is None:
        return ()
    names = ("value", "source", "date", "revision", "verify_token")
    found = [name for name in names if getattr(old.result, name) != getattr(new.result, name)]
    return (*found, *(["file"] if old.placed.filename != new.placed.filename else []))


# --- pull requests --------------------------------------------------------------------------------------------------


def _proposed_events(group: list[Standing], own: dict[SeriesKey, list[Standing]]) -> Iterator[Event]:
    """Yield what one pull request proposes, commit by commit."""
    ended: dict[str, list[Standing]] = defaultdict(list)
    begun: dict[str, list[Standing]] = defaultdict(list)
    for each in group:
        begun[each.landed.id].append(each)
        if each.ended and each.ending is Ending.CHANGED:
            ended[each.ended.id].append(each)
    first = group[0].landed.id
    for id, of_commit in begun.items():
        kind = EventKind.OPENED if id == first else EventKind.UPDATED
        for old, new in _pairs(ended.get(id, []), of_commit):
            if new is not None:
                before = old or _stood(own, new)
                entries = before.result if before else None, new.result
                yield _pull_event(new, new.since, kind, new.landed, entries, _differences(before, new))


def _stood(own: dict[SeriesKey, list[Standing]], proposed: Standing) -> Standing | None:
    """Return what stood on the default branch where a pull request came to propose something else."""
    return next((each for each in own[proposed.result.series] if each.stood_at(proposed.since)), None)


def _ending_events(group: Iterable[Standing]) -> Iterator[Event]:
    for each in group:
        if each.ended is None or each.until is None or each.ending is Ending.CHANGED:
            continue
        if each.ending is Ending.REMOVED:
            yield _pull_event(each, each.until, EventKind.WITHDRAWN, each.ended, (each.result, None))
        else:
            known = KnownFrom.REF if each.ending is Ending.MERGED else KnownFrom.ENTRY
            yield _pull_event(each, each.until, EventKind.MERGED, each.ended, (None, each.result), known=known)


def _superseded_events(
    of_pulls: dict[str, list[Standing]], own: dict[SeriesKey, list[Standing]], others: Iterable[Event]
) -> Iterator[Event]:
    """Yield for each proposal the first other value that came while it stood."""
    rivals: dict[SeriesKey, list[Event]] = defaultdict(list)
    for event in sorted(others, key=lambda event: event.time):
        if event.new is not None and (not event.changed or "value" in event.changed):
            rivals[event.key].append(event)
    for ref, group in of_pulls.items():
        for each in group:
            rival = _rival(ref, each, rivals[each.result.series], _stood(own, each))
            if rival is not None:
                entries = each.result, rival.new
                yield _pull_event(each, rival.time, EventKind.SUPERSEDED, rival.commit, entries, ("value",))


def _rival(ref: str, proposed: Standing, events: list[Event], before: Standing | None) -> Event | None:
    """Return the first other value; not the one that stood `before`, which comes back after a commit that broke it."""
    known = {proposed.result.value, *([before.result.value] if before else [])}
    for event in events[bisect_right(events, proposed.since, key=lambda event: event.time) :]:
        if proposed.until is not None and event.time >= proposed.until:
            return None
        other = event.kind in ON_DEFAULT or event.ref != ref
        if other and event.new is not None and event.new.value not in known:
            return event
    return None


def _pull_event(
    standing: Standing,
    time: datetime,
    kind: EventKind,
    commit: CommitInfo,
    entries: tuple[EvalResult | None, EvalResult | None],
    changed: tuple[str, ...] = (),
    known: KnownFrom | None = None,
) -> Event:
    """Return what happened to what a pull request proposes: `entries` are the one before and the one after."""
    place, filename = standing.placed.place, standing.placed.filename
    number, ref, complete = place.pull_request, place.ref, standing.complete
    return Event(time, kind, *entries, filename, commit, commit, changed, number, ref, known, complete)
