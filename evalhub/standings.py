"""What stood where, and when, in one model repository: plain values that can be kept and pickled.

`timeline.read_timeline` makes them; docs/history.md says what git can tell of it and what it can't.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from evalhub.diagnostics import Diagnostic
from evalhub.git import CommitInfo
from evalhub.results import EvalResult
from evalhub.snapshot import PlacedResult
from evalhub.terms import Origin


class KnownFrom(enum.StrEnum):
    """What tells that a number came through a pull request: the surest first."""

    REF = "ref"  # the commit that introduced it is one of the pull request's own
    ENTRY = "entry"  # the pull request proposed the same entry before a commit of the default branch had it
    MERGE = "merge"  # the merge commit says so
    MESSAGE = "message"  # the commit's title ends in (#N)


class Ending(enum.StrEnum):
    """Why a result doesn't stand any more where it stood."""

    CHANGED = "changed"  # another entry for the same task and notes took its place
    REMOVED = "removed"  # there was none any more that is valid
    MERGED = "merged"  # the pull request was merged
    ARRIVED = "arrived"  # the same entry came to stand on the default branch, by a commit of its own


class PullState(enum.StrEnum):
    OPEN = "open"
    MERGED = "merged"
    UNKNOWN = "unknown"  # it can't be read


class MergeKind(enum.StrEnum):
    """How a pull request came to the default branch."""

    MERGE = "merge"
    FAST_FORWARD = "fast-forward"
    SQUASH = "squash"


@dataclass(frozen=True, slots=True)
class Through:
    """The pull request that a number of the default branch came through: its number or its ref, or both."""

    number: int | None
    ref: str | None
    known_from: KnownFrom


@dataclass(frozen=True, slots=True)
class Standing:
    """One entry, as long as it stood unchanged in one file of one place.

    It stood from `since` until `until` (UTC; None: it still does; equal to `since`: git's dates give it no moment).
    `placed.place.tip` is the newest commit at which it stood. `introduced` is the commit that brought its value, as
    `attribution.Attributor` finds it; `landed` the first commit of the place from which on the entry stood there, and
    `ended` the one that ended it, as `ending` says (for a pull request perhaps one of the default branch). `complete`
    is False where older commits can't be read: it may then have stood for longer. `through` is the pull request that
    a result of the default branch came through, if anything tells.
    """

    placed: PlacedResult
    since: datetime
    until: datetime | None
    introduced: CommitInfo
    landed: CommitInfo
    ended: CommitInfo | None = None
    ending: Ending | None = None
    complete: bool = True
    through: Through | None = None

    @property
    def result(self) -> EvalResult:
        return self.placed.result

    @property
    def origin(self) -> Origin:
        return self.placed.place.origin

    def stood_at(self, moment: datetime) -> bool:
        """Whether it stood at `moment` (a UTC datetime)."""
        return self.since <= moment and (self.until is None or moment < self.until)


@dataclass(frozen=True, slots=True)
class PullHistory:
    """What became of one pull request's ref.

    `author` and `opened` (UTC) are those of its first own commit, None where that isn't known: after a fast-forward
    its commits are the default branch's. `how` it was merged and the commit that `merged` it are None while it is
    open; after a fast-forward only the earliest possible moment is known: its tip's commit.
    """

    ref: str
    number: int | None
    tip: str
    state: PullState
    author: str | None = None
    opened: datetime | None = None
    how: MergeKind | None = None
    merged: CommitInfo | None = None
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Timeline:
    """All that is known of what stood in one model repository.

    `standings` are in the order in which they began: those of the default branch, then those of each pull request.
    `changes` are the commits of the default branch at which what stands there changed (ids, oldest first). `problems`
    say what can't be read; `complete` is False where the beginning of the default branch can't: then what stood before
    is not known.
    """

    model_id: str
    standings: tuple[Standing, ...] = ()
    pulls: tuple[PullHistory, ...] = ()
    changes: tuple[str, ...] = ()
    problems: tuple[Diagnostic, ...] = ()
    complete: bool = True

    def at(self, moment: datetime | None) -> Iterator[Standing]:
        """Yield what stood at `moment` (UTC); what stands now where it is None."""
        for standing in self.standings:
            if standing.until is None if moment is None else standing.stood_at(moment):
                yield standing
