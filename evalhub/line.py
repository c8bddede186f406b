"""A line of first parents, and which of its commits was the tip at any moment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import accumulate

import pygit2

from evalhub import git
from evalhub.commits import Commits, Facts


@dataclass(frozen=True, slots=True)
class Run:
    """Successive commits of a line with the same `.eval_results`: their positions in the line, the newest first."""

    newest: int
    oldest: int


@dataclass(frozen=True, slots=True)
class Line:
    """The commits from a tip along first parents, newest first.

    What stood at a moment is what the first of them holds whose time is not later: as `git rev-list -1 --first-parent
    --before=MOMENT` has it. `moments` say from when that is this commit or a newer one (seconds since 1970), so they
    never grow along the line, whatever the commits' times. `complete` says that it ends where history began, or where
    it was to; `problem` why it doesn't, unless that is a shallow clone.
    """

    commits: tuple[Facts, ...]
    complete: bool = True
    problem: git.UnreadableError | None = None
    moments: tuple[int, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "moments", tuple(accumulate((each.time for each in self.commits), min)))

    def runs(self) -> list[Run]:
        """Return the runs, newest first."""
        runs: list[Run] = []
        for position, commit in enumerate(self.commits):
            if position and commit.tree == self.commits[position - 1].tree:
                runs[-1] = Run(runs[-1].newest, position)
            else:
                runs.append(Run(position, position))
        return runs


def read_line(commits: Commits, ref: str, tip: pygit2.Oid, ends: Callable[[pygit2.Oid], bool] | None = None) -> Line:
    """Return the line from `tip` to its first commit, or to the one before a commit that `ends` it.

    Raises `git.UnreadableError` where not even the tip can be read.
    """
    with git.reading(commits.where, ref):
        found = [commits.facts(tip)]
    while found[-1].parents:
        parent = found[-1].parents[0]
        if ends and ends(parent):
            return Line(tuple(found))
        try:
            with git.reading(commits.where, f"{ref}, older commits"):
                found.append(commits.facts(parent))
        except git.UnreadableError as error:
            return Line(tuple(found), False, error)
    return Line(tuple(found), not commits.repository.is_shallow)
