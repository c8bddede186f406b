"""What became of each pull request of one repository, and what it proposed from when to when.

At any moment a pull request proposes what `proposed.Proposed` would find with the refs of that moment: the entries that
it adds or changes against the merge base, without those that stand, or stood since that base, on the default branch.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pygit2

from evalhub import git
from evalhub.arrivals import NEVER, Arrivals, Base, Frontier
from evalhub.commits import Commits, moment
from evalhub.files import quoted
from evalhub.line import Line, read_line
from evalhub.pulls import PullRef
from evalhub.result_reader import ResultReader
from evalhub.results import EvalResult, counts_as_results
from evalhub.standings import Ending, MergeKind, PullHistory, PullState
from evalhub.states import States, keyed

Slot = tuple[str, EvalResult, int]  # a file, an entry, and which of several equal ones in that file


@dataclass(slots=True)
class Proposal:
    """An entry that a pull request proposed in one file, from `since` until `until` (seconds since 1970; None: it still
    does): from its commit `landed` to `newest`. `index` is its place among the file's valid entries.
    """

    result: EvalResult
    path: str
    index: int
    since: int
    until: int | None
    newest: pygit2.Oid
    landed: pygit2.Oid
    ended: pygit2.Oid | None
    ending: Ending | None
    arrived: int | None = None  # where on the default branch the same entry came to stand, if that ended it

    def followed_by(self, later: Proposal) -> Proposal:
        """Go on to stand as `later`, which begins where this ended."""
        self.index, self.newest, self.until = later.index, later.newest, later.until
        self.ended, self.ending, self.arrived = later.ended, later.ending, later.arrived
        return self


@dataclass(frozen=True, slots=True)
class _Piece:
    """A commit of a pull request while it was its tip and its merge base stayed the same, in seconds since 1970."""

    commit: pygit2.Oid
    base: pygit2.Oid | None
    since: int
    until: int | None
    ended: pygit2.Oid | None
    merged: bool
    last: bool  # of this commit

    @property
    def counts(self) -> bool:
        """Whether it stood: also for no moment, as where two commits have the same time."""
        return self.until is None or self.since < self.until or (self.last and self.since == self.until)


class PullReader:
    """Reads the pull requests of one repository, all of them in the light of one walk over the default branch."""

    def __init__(
        self,
        commits: Commits,
        reader: ResultReader,
        arrivals: Arrivals,
        states: States,
        pulls: Iterable[PullRef],
    ) -> None:
        self._commits = commits
        self._reader = reader
        self._arrivals = arrivals
        self._line = arrivals.line
        self._states = states
        self._presence = states.presence
        self._tips = {pull.tip for pull in pulls}
        self._fresh: dict[tuple[pygit2.Oid | None, pygit2.Oid | None], dict[Slot, int]] = {}
        self._held: dict[pygit2.Oid, set[EvalResult]] = {}

    def read(self, pull: PullRef) -> tuple[PullHistory, list[Proposal]]:
        """Return what became of a pull request, and what it proposed in the order in which that began.

        Raises `git.UnreadableError` where it can't be read.
        """
        with git.reading(self._commits.where, pull.ref):
            tip = git.read_commit(self._commits.repository, pull.tip).id
            if self._arrivals.on_line(tip):
                how = MergeKind.FAST_FORWARD
                return PullHistory(pull.ref, pull.number, str(pull.tip), PullState.MERGED, how=how), []
            if self._arrivals.problem:
                raise self._arrivals.problem
            arrival = self._arrivals.at(tip)
            own = read_line(self._commits, pull.ref, tip, lambda id: not self._is_own(id, tip, arrival))
            pieces = list(self._pieces(pull, own))
            proposals = self._proposals(piece for piece in pieces if piece.counts)
            return self._history(pull, own, arrival, pieces[-1]), proposals

    def _is_own(self, id: pygit2.Oid, tip: pygit2.Oid, arrival: int) -> bool:
        """Whether a commit is the pull request's: it arrived with the tip, and isn't another one's tip."""
        if id in self._tips and id != tip:
            return False
        return self._arrivals.at(id) == arrival and not self._arrivals.on_line(id)

    def _history(self, pull: PullRef, own: Line, arrival: int, last: _Piece) -> PullHistory:
        first = self._commits.info(own.commits[-1].id)
        merged, how = None, None
        if arrival != NEVER:
            merged, how = self._commits.info(self._line.commits[arrival].id), MergeKind.MERGE
        else:
            position = self._squashed_at(last)
            if position is not None:
                merged, how = self._commits.info(self._line.commits[position].id), MergeKind.SQUASH
        state = PullState.MERGED if merged else PullState.OPEN
        opened, complete = moment(own.commits[-1].time), own.problem is None
        return PullHistory(pull.ref, pull.number, str(pull.tip), state, first.author, opened, how, merged, complete)

    def _squashed_at(self, piece: _Piece) -> int | None:
        """Return where on the default branch the last of the pull request's entries came to stand; None where one
        never did.
        """
        limit = self._limit(piece.base)
        fresh = self._compared(piece.commit, piece.base)
        arrived = [self._presence.last_below(result, limit) for _, result, _ in fresh]
        known = [position for position in arrived if position is not None]
        return min(known) if known and len(known) == len(arrived) else None

    # --- when it was what ---

    def _pieces(self, pull: PullRef, own: Line) -> Iterator[_Piece]:
        """Yield the pull request's states, each of its commits with each merge base that it had, oldest first."""
        frontier = Frontier(self._commits, self._arrivals)
        for position in reversed(range(len(own.commits))):
            commit = own.commits[position].id
            frontier.add(commit)
            bases = list(frontier.bases(commit))
            for base in bases:
                self._refuse_unknown(pull, base)
                yield self._piece(own, position, base, last=base is bases[-1])

    def _piece(self, own: Line, position: int, base: Base, *, last: bool) -> _Piece:
        moments = self._line.moments
        since = own.moments[position]
        seen = [each for each in (base.oldest, self._arrivals.at(base.base) if base.base else None) if each is not None]
        if seen:
            since = max(since, moments[min(seen)])
        ends = []
        if position:
            ends.append((own.moments[position - 1], 1, own.commits[position - 1].id))
        if base.newest != NEVER:
            ends.append((moments[base.newest], 0, self._line.commits[base.newest].id))
        until, by_own, ended = min(ends, key=lambda end: end[:2]) if ends else (None, 0, None)
        return _Piece(own.commits[position].id, base.base, since, until, ended, bool(ends) and not by_own, last)

    def _refuse_unknown(self, pull: PullRef, base: Base) -> None:
        if base.base is None and self._commits.repository.is_shallow:
            hint = f"git -C {quoted(self._commits.where)} fetch --unshallow"
            raise git.UnreadableError(f"{pull.ref}: the clone is too shallow to tell what it adds", hint)

    # --- what it proposed ---

    def _proposals(self, pieces: Iterable[_Piece]) -> list[Proposal]:
        found: list[Proposal] = []
        standing: dict[Slot, Proposal] = {}
        for piece in pieces:
            before, standing = standing, {}
            for slot, proposal in self._proposed(piece):
                known = before.get(slot)
                if known is not None and known.until == proposal.since:
                    standing[slot] = known.followed_by(proposal)
                else:
                    found.append(proposal)
                    standing[slot] = proposal
            series = {proposal.result.series for proposal in standing.values()}
            for slot, proposal in before.items():
                if slot not in standing and proposal.ending is Ending.REMOVED and proposal.result.series in series:
                    proposal.ending = Ending.CHANGED
        return found

    def _proposed(self, piece: _Piece) -> Iterator[tuple[Slot, Proposal]]:
        """Yield what a state proposes, each entry until the state ends or the default branch has it."""
        limit = self._limit(piece.base)
        for slot, index in self._compared(piece.commit, piece.base).items():
            path, result, _ = slot
            until, ended = piece.until, piece.ended
            ending = None if ended is None else Ending.MERGED if piece.merged else Ending.REMOVED
            at: int | None = None
            arrived = self._presence.last_below(result, limit)
            if arrived is not None:
                arrival = self._line.moments[arrived]
                if arrival < piece.since:
                    continue
                if until is None or arrival < until:
                    until, ended, ending = arrival, self._line.commits[arrived].id, Ending.ARRIVED
                    at = arrived
            yield (
                slot,
                Proposal(result, path, index, piece.since, until, piece.commit, piece.commit, ended, ending, at),
            )

    def _compared(self, id: pygit2.Oid, base: pygit2.Oid | None) -> dict[Slot, int]:
        """Return the entries of a commit that its base lacks, with the index of each."""
        key = (self._commits.facts(id).tree, base)
        known = self._fresh.get(key)
        if known is None:
            known = self._fresh[key] = dict(self._compare(id, base))
        return known

    def _compare(self, id: pygit2.Oid, base: pygit2.Oid | None) -> Iterator[tuple[Slot, int]]:
        position = self._arrivals.at(base) if base and self._arrivals.on_line(base) else None
        if position is not None:
            self._refuse_unread(position)
        held = self._entries(base) if base and position is None else set()
        for file in git.results_files(git.read_commit(self._commits.repository, id)):
            if not counts_as_results(file.path):
                continue
            if position is not None and self._presence.stands(file.id, position):
                continue
            for (result, number), index in keyed(self._reader.entries(file).entries).items():
                stands = self._presence.stands(result, position) if position is not None else result in held
                if not stands:
                    yield (file.path, result, number), index

    def _refuse_unread(self, position: int) -> None:
        """Raise where not all that stood at a position of the default branch could be read."""
        for what, error in self._states.unreadable.items():
            if self._states.presence.stands(what, position):
                raise error

    def _entries(self, id: pygit2.Oid) -> set[EvalResult]:
        """Return all valid entries of a commit."""
        known = self._held.get(id)
        if known is None:
            files = git.results_files(git.read_commit(self._commits.repository, id))
            known = self._held[id] = {entry for file in files for entry in self._reader.entries(file).entries}
        return known

    def _limit(self, base: pygit2.Oid | None) -> int:
        """Return the position from which on, towards the tip, entries of the default branch count as its own."""
        return self._arrivals.at(base) if base and self._arrivals.on_line(base) else len(self._line.commits)
