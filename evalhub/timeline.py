"""What stood in one model repository, and when: on its default branch and in its pull requests.

The default branch is walked once along first parents, and only the ids of `.eval_results` are compared: a file is read
where it changed. What stood at a moment is what `git rev-list -1 --first-parent --before=MOMENT` leads to, and for a
pull request what `proposed.Proposed` would find from there.

docs/history.md says what can be known of merge commits, squash merges and fast-forwards, and what can't.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pygit2

from evalhub import git, pulls
from evalhub.arrivals import Arrivals
from evalhub.attribution import Attributor
from evalhub.commits import Commits, moment
from evalhub.diagnostics import Diagnostic, FileRef
from evalhub.files import quoted
from evalhub.line import Line, read_line
from evalhub.pull_history import Proposal, PullReader
from evalhub.pulls import PullRef
from evalhub.result_reader import ResultReader
from evalhub.results import SeriesKey
from evalhub.snapshot import Place, PlacedResult
from evalhub.standings import Ending, PullHistory, PullState, Standing, Timeline
from evalhub.states import States, Stretch, read_states
from evalhub.terms import Origin
from evalhub.through import Origins

ReaderOf = Callable[[pygit2.Repository], ResultReader]


def read_timeline(
    repository: pygit2.Repository,
    path: str,
    model_id: str,
    default: git.Branch,
    refs: git.Refs,
    reader: ResultReader | None = None,
) -> Timeline:
    """Return all that is known of what stood in `repository`, which lies at `path`. It depends on nothing but `refs`
    and objects.

    Never raises: what can't be read is in `problems`, and marked where it may hide something older.
    """
    reading = _Reading(Commits(repository), reader or ResultReader(repository), path, model_id, default)
    try:
        line = read_line(reading.commits, default.ref, default.tip)
    except git.UnreadableError as error:
        reading.report(error, default.ref)
        return Timeline(model_id, problems=tuple(reading.problems), complete=False)
    if line.problem:
        reading.report(line.problem, default.ref)
    return reading.read(line, pulls.pull_refs(refs, default))


def open_timeline(path: Path, model_id: str, reader_of: ReaderOf = ResultReader) -> Timeline:
    """Return the timeline of the repository at `path`, as its refs are now, read by what `reader_of` makes for it.

    Never raises: see `problems`.
    """
    try:
        repository = git.open_repository(path)
        with git.reading(str(path), "the repository"):
            refs = git.read_refs(repository)
            default = pulls.default_branch(repository, refs)
    except git.UnreadableError as error:
        problem = Diagnostic("EH001", error.message, FileRef("", model_id, None, str(path)), hint=error.hint)
        return Timeline(model_id, problems=(problem,), complete=False)
    if default is None:
        hint = f"see what there is: git -C {quoted(path)} branch --all"
        problem = Diagnostic(
            "EH004", "no commits on a default branch", FileRef("", model_id, None, str(path)), hint=hint
        )
        return Timeline(model_id, problems=(problem,))
    try:
        return read_timeline(repository, str(path), model_id, default, refs, reader_of(repository))
    finally:
        repository.free()  # it is in a cycle of references, and its packs would stay in memory for long


def _changes(line: Line, states: States) -> tuple[str, ...]:
    """Return the commits at which what stands on the default branch changed, oldest first."""
    positions = {each.oldest for each in states.stretches}
    positions |= {each.newest - 1 for each in states.stretches if each.newest}
    return tuple(str(line.commits[position].id) for position in sorted(positions, reverse=True))


@dataclass(slots=True)
class _Reading:
    """One repository, and what has been found out of it so far."""

    commits: Commits
    reader: ResultReader
    path: str
    model_id: str
    default: git.Branch
    attributor: Attributor = field(init=False)
    histories: list[PullHistory] = field(default_factory=list)
    problems: list[Diagnostic] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.attributor = Attributor(self.reader, self.path)

    def report(self, error: git.UnreadableError, ref: str) -> None:
        file = FileRef("", self.model_id, ref, self.path)
        self.problems.append(Diagnostic("EH002", error.message, file, hint=error.hint))

    def read(self, line: Line, found: list[PullRef]) -> Timeline:
        states = read_states(self.commits, self.reader, line)
        self._report_unreadable(states)
        arrivals = Arrivals(self.commits, line)
        if arrivals.problem and arrivals.problem is not line.problem:
            self.report(arrivals.problem, self.default.ref)
        origins = Origins(self.commits, arrivals, found)
        proposed = self._pulls(PullReader(self.commits, self.reader, arrivals, states, found), found, origins)
        standings = [*self._default_standings(line, states, origins), *proposed]
        return Timeline(
            self.model_id,
            tuple(standings),
            tuple(self.histories),
            _changes(line, states),
            tuple(self.problems),
            line.complete,
        )

    def _report_unreadable(self, states: States) -> None:
        """Report the first file that can't be read, and how many more there are: a partial clone may lack thousands."""
        errors = list(states.unreadable.values())
        if errors:
            more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
            self.report(git.UnreadableError(errors[0].message + more, errors[0].hint), self.default.ref)

    # --- the default branch ---

    def _default_standings(self, line: Line, states: States, origins: Origins) -> list[Standing]:
        stretches = sorted(states.stretches, key=lambda each: (-each.oldest, each.path, each.index))
        begun = {(each.result.series, each.oldest) for each in stretches}
        return [self._standing(each, line, begun, origins) for each in stretches]

    def _standing(self, stretch: Stretch, line: Line, begun: set[tuple[SeriesKey, int]], origins: Origins) -> Standing:
        newest = line.commits[stretch.newest].id
        tip = str(newest) if stretch.newest else str(self.default.tip)
        place = Place(Origin.AUTHOR, self.default.ref, tip)
        placed = PlacedResult(self.model_id, stretch.result, place, stretch.path, stretch.index)
        introduced, sure = self.attributor.commit(placed)
        after = stretch.newest - 1
        ended = self.commits.info(line.commits[after].id) if stretch.newest else None
        changed = (stretch.result.series, after) in begun
        return Standing(
            placed,
            moment(line.moments[stretch.oldest]),
            moment(line.moments[after]) if stretch.newest else None,
            introduced,
            self.commits.info(line.commits[stretch.oldest].id),
            ended,
            None if ended is None else Ending.CHANGED if changed else Ending.REMOVED,
            sure and stretch.sure,
            origins.find(pygit2.Oid(hex=introduced.id), stretch.result, stretch.oldest),
        )

    # --- pull requests ---

    def _pulls(self, reader: PullReader, found: list[PullRef], origins: Origins) -> list[Standing]:
        standings: list[Standing] = []
        for pull in found:
            try:
                history, proposals = reader.read(pull)
                standings += [self._proposed(pull, each) for each in proposals]
            except git.UnreadableError as error:
                self.report(error, pull.ref)
                history = PullHistory(pull.ref, pull.number, str(pull.tip), PullState.UNKNOWN, complete=False)
                proposals = []
            self.histories.append(history)
            for each in proposals:
                if each.arrived is not None:
                    origins.add(pull, each.result, each.arrived)
        return standings

    def _proposed(self, pull: PullRef, proposal: Proposal) -> Standing:
        tip = str(pull.tip) if proposal.until is None else str(proposal.newest)
        place = Place(Origin.COMMUNITY, pull.ref, tip, pull.number)
        placed = PlacedResult(self.model_id, proposal.result, place, proposal.path, proposal.index)
        introduced, sure = self.attributor.commit(placed)
        return Standing(
            placed,
            moment(proposal.since),
            None if proposal.until is None else moment(proposal.until),
            introduced,
            self.commits.info(proposal.landed),
            self.commits.info(proposal.ended) if proposal.ended else None,
            proposal.ending,
            sure,
        )
