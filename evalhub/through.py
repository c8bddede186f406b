"""Which pull request a number of the default branch came through, and what tells."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pygit2

from evalhub.arrivals import NEVER, Arrivals
from evalhub.commits import Commits
from evalhub.pulls import PROPOSALS, PullRef
from evalhub.results import EvalResult
from evalhub.standings import KnownFrom, Through

_NUMBER = "([1-9][0-9]{0,9})"
# What hosts and git write: `Merge pull request #3`, `Merge commit 'refs/pr/3'`, `See merge request org/name!3`.
_MERGED_NUMBERS = (
    re.compile(rf"^Merge(?:d)? (?:pull request|PR|MR) #{_NUMBER}\b"),
    re.compile(rf"^Merge\b.*?\b(?:pr|pull|merge-requests)/{_NUMBER}\b"),
    re.compile(rf"^See merge request [^\s!]{{0,500}}!{_NUMBER}\s*$", re.MULTILINE),
)
_MERGED_BRANCH = re.compile(r"^Merge (?:remote-tracking )?branch '(?:origin/)?(evalhub/[^'\s]{1,250})'")
_SQUASHED = re.compile(rf"\(#{_NUMBER}\)\s*$")


class Origins:
    """Finds the pull requests behind numbers, from the pull requests' refs, what they proposed, and messages."""

    def __init__(self, commits: Commits, arrivals: Arrivals, pulls: Iterable[PullRef]) -> None:
        self._commits = commits
        self._arrivals = arrivals
        self._owners: dict[pygit2.Oid, PullRef] = {}
        self._proposed: dict[tuple[EvalResult, int], list[PullRef]] = {}
        self._known: dict[tuple[object, ...], Through | None] = {}
        tips = {pull.tip for pull in pulls}
        for pull in pulls:
            self._claim(pull, tips)

    def _claim(self, pull: PullRef, tips: set[pygit2.Oid]) -> None:
        """Note which commits are a merged pull request's own, up to those that another one ends with."""
        arrival = self._arrivals.at(pull.tip)
        ways = [] if arrival == NEVER or self._arrivals.on_line(pull.tip) else [pull.tip]
        while ways:
            id = ways.pop()
            if self._arrivals.at(id) != arrival or id in self._owners or self._arrivals.on_line(id):
                continue
            if id in tips and id != pull.tip:
                continue
            self._owners[id] = pull
            ways += self._commits.facts(id).parents

    def add(self, pull: PullRef, result: EvalResult, arrived: int) -> None:
        """Note that a pull request proposed an entry which a commit of the default branch's line then brought."""
        self._proposed.setdefault((result, arrived), []).append(pull)

    def find(self, introduced: pygit2.Oid, result: EvalResult, landed: int) -> Through | None:
        """Return what `result` came through, which came to stand at position `landed` of the default branch's line, and
        whose value the commit `introduced` brought; None where nothing tells. To be asked for older ones first: where
        only the source changes, what is known of the value stays.
        """
        key = (introduced, *result.series, result.value)
        if key not in self._known:
            self._known[key] = self._find(introduced, result, landed)
        return self._known[key]

    def _find(self, introduced: pygit2.Oid, result: EvalResult, landed: int) -> Through | None:
        owner = self._owners.get(introduced)
        if owner is not None:
            return Through(owner.number, owner.ref, KnownFrom.REF)
        if self._arrivals.on_line(introduced):
            return self._from_squash(introduced, result, landed)
        arrival = self._arrivals.at(introduced)
        return None if arrival == NEVER else self._from_merge(self._arrivals.line.commits[arrival].id)

    def _from_squash(self, introduced: pygit2.Oid, result: EvalResult, landed: int) -> Through | None:
        title = self._commits.message(introduced).lstrip().partition("\n")[0]
        match = _SQUASHED.search(title)
        number = int(match[1]) if match else None
        alike = self._proposed.get((result, landed), ()) if self._arrivals.at(introduced) == landed else ()
        for pull in sorted(alike, key=lambda pull: pull.number != number):
            return Through(pull.number, pull.ref, KnownFrom.ENTRY)
        return None if number is None else Through(number, None, KnownFrom.MESSAGE)

    def _from_merge(self, merge: pygit2.Oid) -> Through | None:
        message = self._commits.message(merge).lstrip()
        for pattern in _MERGED_NUMBERS:
            match = pattern.search(message)
            if match:
                return Through(int(match[1]), None, KnownFrom.MERGE)
        match = _MERGED_BRANCH.search(message)
        return None if match is None else Through(None, PROPOSALS + match[1].removeprefix("evalhub/"), KnownFrom.MERGE)
