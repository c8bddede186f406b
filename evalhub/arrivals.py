"""When each commit came to the default branch: with which commit of its line, by itself or in a merge."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pygit2

from evalhub import git
from evalhub.commits import Commits
from evalhub.line import Line

NEVER = -1  # the position of what is not on the default branch: it would come after the tip


class Arrivals:
    """For each commit that the default branch reaches, the position of the first commit of its line to reach it.

    Positions grow with age, so an ancestor's is never lower. What can't be read leads nowhere; `problem` is why not.
    """

    def __init__(self, commits: Commits, line: Line) -> None:
        self._commits = commits
        self._at = {commit.id: position for position, commit in enumerate(line.commits)}
        self.line = line
        self.problem = line.problem
        for position in reversed(range(len(line.commits))):
            self._mark(list(line.commits[position].parents[1:]), position)

    def _mark(self, ways: list[pygit2.Oid], position: int) -> None:
        """Note that what these lead to arrived at `position`, where it hadn't before."""
        while ways:
            id = ways.pop()
            if id in self._at:
                continue
            self._at[id] = position
            try:
                with git.reading(self._commits.where, f"commit {id}"):
                    ways += self._commits.facts(id).parents
            except git.UnreadableError as error:
                self.problem = self.problem or error

    def at(self, id: pygit2.Oid) -> int:
        """Return the position at which a commit arrived, or `NEVER`."""
        return self._at.get(id, NEVER)

    def on_line(self, id: pygit2.Oid) -> bool:
        """Whether a commit is one of the line itself."""
        position = self.at(id)
        return position != NEVER and self.line.commits[position].id == id


@dataclass(frozen=True, slots=True)
class Base:
    """What a commit is compared with while the default branch's tip is newer than `newest` and not newer than
    `oldest` (None: however old, but never older than `base`): the merge base, or None where they share no history.
    """

    base: pygit2.Oid | None
    newest: int
    oldest: int | None


class Frontier:
    """Where the ways back from a commit meet the default branch, for a line of commits that are added oldest first.

    Every step from a commit to a parent that arrived earlier is kept. Seen from a tip at position `p`, the ways meet
    the branch where a step crosses `p`.
    """

    def __init__(self, commits: Commits, arrivals: Arrivals) -> None:
        self._commits = commits
        self._arrivals = arrivals
        self._seen: set[pygit2.Oid] = set()
        self._steps: set[tuple[int, int, pygit2.Oid]] = set()  # arrival of a commit, that of its parent, and that
        self._arrived: set[int] = set()
        self._newest_met = len(arrivals.line.commits)  # of the branch's own line, which must be there first

    def add(self, id: pygit2.Oid) -> None:
        """Add a commit and all that it leads to. Raises what `git.reading` catches."""
        ways = [id]
        while ways:
            each = ways.pop()
            if each in self._seen or self._arrivals.on_line(each):
                continue
            self._seen.add(each)
            own = self._arrivals.at(each)
            self._arrived.add(own)
            for parent in self._commits.facts(each).parents:
                position = self._arrivals.at(parent)
                if position > own:
                    self._steps.add((own, position, parent))
                if self._arrivals.on_line(parent):
                    self._newest_met = min(self._newest_met, position)
                ways.append(parent)

    def bases(self, id: pygit2.Oid) -> Iterator[Base]:
        """Yield what the commit that was added last is compared with, from the oldest tips of the branch to the newest.

        There are several where some of its ancestors were merged while it wasn't: another pull request's.
        """
        oldest: int | None = None
        for newest in sorted((each for each in self._arrived if each < self._newest_met), reverse=True):
            yield Base(self._base(id, newest), newest, oldest)
            oldest = newest

    def _base(self, id: pygit2.Oid, newest: int) -> pygit2.Oid | None:
        met = {parent: position for own, position, parent in self._steps if own <= newest < position}
        if len(met) < 2:
            return next(iter(met), None)
        first = min(met, key=lambda parent: met[parent])
        if self._arrivals.on_line(first):
            return first  # it leads to all that arrived before
        tip = self._arrivals.line.commits[newest + 1].id
        return git.merge_base(self._commits.repository, tip, id)
