"""The states of `.eval_results` along the default branch: which entries stood in which file, from where to where.

Places in time are positions in the branch's `Line`: 0 is its tip, and a higher one is older.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from itertools import accumulate

import pygit2

from evalhub import git
from evalhub.commits import Commits
from evalhub.line import Line, Run
from evalhub.result_reader import ResultReader
from evalhub.results import EvalResult, counts_as_results

Key = tuple[EvalResult, int]  # an entry of a file, and which of several equal ones it is


@dataclass(slots=True)
class Stretch:
    """An entry that stood unchanged in a file from position `oldest` to `newest`; `index` is its place among the valid
    entries at the end. It is not `sure` where a file can't be read before or after.
    """

    result: EvalResult
    path: str
    index: int
    newest: int
    oldest: int = -1
    sure: bool = True


class Presence:
    """From where to where anything stood: the entries by what they hold, and files by their blobs."""

    def __init__(self) -> None:
        self._stretches: dict[Hashable, list[tuple[int, int]]] = {}
        self._sorted: dict[Hashable, tuple[list[int], list[int]]] = {}

    def add(self, what: Hashable, newest: int, oldest: int) -> None:
        self._stretches.setdefault(what, []).append((newest, oldest))

    def last_below(self, what: Hashable, limit: int) -> int | None:
        """Return the highest position below `limit` at which it stood: the oldest commit newer than `limit`."""
        known = self._sorted.get(what)
        if known is None:
            stretches = sorted(self._stretches.get(what, ()))
            furthest = list(accumulate((oldest for _, oldest in stretches), max))
            known = self._sorted[what] = [newest for newest, _ in stretches], furthest
        count = bisect_left(known[0], limit)
        return min(known[1][count - 1], limit - 1) if count else None

    def stands(self, what: Hashable, position: int) -> bool:
        return self.last_below(what, position + 1) == position


@dataclass(slots=True)
class States:
    """What stood on the default branch: `stretches` in no order, and the `presence` of their entries and files."""

    stretches: list[Stretch] = field(default_factory=list)
    presence: Presence = field(default_factory=Presence)
    unreadable: dict[pygit2.Oid | str, git.UnreadableError] = field(default_factory=dict)


@dataclass(slots=True)
class _File:
    """A file as it stood from some position on back to where it changed."""

    id: pygit2.Oid
    newest: int
    stretches: dict[Key, Stretch]


def keyed(entries: Iterable[EvalResult]) -> dict[Key, int]:
    """Return the entries with the index of each; equal ones are told apart by a number."""
    seen: Counter[EvalResult] = Counter()
    found: dict[Key, int] = {}
    for index, entry in enumerate(entries):
        found[entry, seen[entry]] = index
        seen[entry] += 1
    return found


def read_states(commits: Commits, reader: ResultReader, line: Line) -> States:
    """Read the states along `line`, from its tip on. What can't be read is in `unreadable`, each once."""
    return _Walk(commits, reader, line).states


class _Walk:
    """Goes from the newest run to the oldest; an entry's stretch begins where it ended and ends where it began."""

    def __init__(self, commits: Commits, reader: ResultReader, line: Line) -> None:
        self._commits = commits
        self._reader = reader
        self._line = line
        self._open: dict[str, _File] = {}
        self._unread: set[str] = set()  # those of the open files whose blobs can't be read
        self._doubtful = False  # whether something of the run before couldn't be read
        self.states = States()
        oldest = -1
        for run in line.runs():
            self._read(run)
            oldest = run.oldest
        self._close(self._open, oldest)
        if not line.complete:
            for file in self._open.values():
                for stretch in file.stretches.values():
                    stretch.sure = False

    def _read(self, run: Run) -> None:
        files, listed = self._files(run)
        changed = {path for path, file in files.items() if path not in self._open or self._open[path].id != file.id}
        gone = {path: file for path, file in self._open.items() if path in changed or path not in files}
        fresh: dict[str, dict[Key, int]] = {}
        unread: set[str] = set()
        for path in sorted(changed):
            entries = self._entries(run, files[path])
            if entries is None:
                unread.add(path)
            fresh[path] = entries or {}
        self._unread = (self._unread - gone.keys()) | unread
        sure = listed and not self._unread
        for path, file in gone.items():
            self._leave(path, file, fresh.get(path, {}), run.newest - 1, sure=sure)
        for path, entries in fresh.items():
            kept = gone[path].stretches if path in gone else {}
            stretches = {
                key: kept.get(key) or Stretch(key[0], path, index, run.newest, sure=not self._doubtful)
                for key, index in entries.items()
            }
            self._open[path] = _File(files[path].id, run.newest, stretches)
        self._doubtful = not sure

    def _leave(self, path: str, file: _File, stays: dict[Key, int], oldest: int, *, sure: bool) -> None:
        """Close what doesn't stand in the file any further back."""
        self.states.presence.add(file.id, file.newest, oldest)
        for key, stretch in file.stretches.items():
            if key not in stays:
                self._finish(stretch, oldest)
                stretch.sure = stretch.sure and sure
        del self._open[path]

    def _close(self, files: dict[str, _File], oldest: int) -> None:
        for file in files.values():
            self.states.presence.add(file.id, file.newest, oldest)
            for stretch in file.stretches.values():
                self._finish(stretch, oldest)

    def _finish(self, stretch: Stretch, oldest: int) -> None:
        stretch.oldest = oldest
        self.states.presence.add(stretch.result, stretch.newest, oldest)
        self.states.stretches.append(stretch)

    def _files(self, run: Run) -> tuple[dict[str, git.TreeFile], bool]:
        """Return the run's result files by path, and whether that is all there are."""
        commit = self._line.commits[run.newest]
        if commit.tree is None:
            return {}, True
        try:
            with git.reading(self._commits.where, f"commit {commit.id}"):
                files = git.results_files(git.read_commit(self._commits.repository, commit.id))
        except git.UnreadableError as error:
            self.states.unreadable.setdefault(commit.tree, error)
            return {}, False
        return {file.path: file for file in files if file.kind == "file" and counts_as_results(file.path)}, True

    def _entries(self, run: Run, file: git.TreeFile) -> dict[Key, int] | None:
        """Return the valid entries of a file, or None where its blob can't be read."""
        try:
            with git.reading(self._commits.where, f"commit {self._line.commits[run.newest].id}, {file.path}"):
                return keyed(self._reader.entries(file).entries)
        except git.UnreadableError as error:
            self.states.unreadable.setdefault(file.id, error)
            return None
