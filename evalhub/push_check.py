"""What a branch would change on a remote, and whether its scores, or others in their place, stand there already."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import pygit2
from pygit2.enums import DeltaStatus

from evalhub import git
from evalhub.names import printable
from evalhub.proposed import Proposed
from evalhub.pulls import PullRef
from evalhub.result_reader import ResultReader
from evalhub.results import EvalResult, SeriesKey, counts_as_results
from evalhub.snapshot import Place, PlacedResult
from evalhub.terms import Origin
from evalhub.upstream import Upstream

_MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Change:
    """A file that a branch adds, changes or deletes (`id` is None); `kind` is `file` or says what else it is."""

    path: str
    id: pygit2.Oid | None
    kind: str


@dataclass(frozen=True, slots=True)
class Check:
    """What pushing a branch would change since `base`, its merge base with the remote's default branch.

    `merged` says that all of it is in that branch. `same` are results of the remote that the branch proposes as well,
    and `all_same` that it proposes nothing else; `different` are those that have another value in the same place.
    """

    base: pygit2.Oid
    changes: tuple[Change, ...]
    merged: bool = False
    same: tuple[PlacedResult, ...] = ()
    all_same: bool = False
    different: tuple[PlacedResult, ...] = ()
    warnings: tuple[str, ...] = ()


def changes_between(repository: pygit2.Repository, old: pygit2.Oid, new: pygit2.Oid) -> tuple[Change, ...]:
    """Return the files in which two commits differ. Raises what `git.reading` catches."""
    found = []
    for delta in repository.diff(old, new).deltas:
        file = delta.old_file if delta.status == DeltaStatus.DELETED else delta.new_file
        gone = delta.status == DeltaStatus.DELETED
        path = file.raw_path.decode("utf-8", "surrogateescape")
        found.append(Change(path, None if gone else file.id, "file" if gone else git.kind_of(file.mode)))
    return tuple(found)


def check(
    repository: pygit2.Repository, upstream: Upstream, default: git.Branch, branch: git.Branch, model_id: str
) -> Check | None:
    """Compare a branch with what stands on its remote; None where they share no commit.

    Raises what `git.reading` catches.
    """
    base = git.merge_base(repository, default.tip, branch.tip)
    if base is None:
        return None
    if base == branch.tip:
        return Check(base, (), merged=True)
    changes = changes_between(repository, base, branch.tip)
    if not changes:
        return Check(base, (), merged=True)
    return _Comparison(repository, upstream, default, model_id).check(base, branch.tip, changes)


class _Comparison:
    """The results of a remote, to look up those of a branch in."""

    def __init__(self, repository: pygit2.Repository, upstream: Upstream, default: git.Branch, model_id: str) -> None:
        self._repository = repository
        self._reader = ResultReader(repository)
        self._upstream = upstream
        self._default = default
        self._model_id = model_id
        self._warnings: list[str] = []

    def check(self, base: pygit2.Oid, tip: pygit2.Oid, changes: tuple[Change, ...]) -> Check:
        before = {result for _, _, result in self._results(base)}
        ours = [result for _, _, result in self._results(tip) if result not in before]
        known: dict[SeriesKey, set[float]] = defaultdict(set)
        for result in before:
            known[result.series].add(result.value)
        standing = list(self._standing(tip)) if ours else []
        same, different, settled = [], [], 0
        for result in ours:
            is_new_value = result.value not in known[result.series]
            others = [placed for placed in standing if placed.result.series == result.series]
            alike = [
                placed
                for placed in others
                if placed.result == result or (placed.result.value == result.value and is_new_value)
            ]
            same += alike
            settled += bool(alike)
            different += [
                placed
                for placed in others
                if is_new_value
                and placed.result.value != result.value
                and placed.result.value not in known[result.series]
            ]
        if self._upstream.skipped:
            self._warnings.append(f"{self._upstream.skipped} older pull requests there were not looked at")
        if 0 < settled < len(ours):
            self._warnings.append(f"{settled} of the branch's {len(ours)} scores stand there already")
        all_same = bool(ours) and settled == len(ours)
        if not all_same:
            self._warn_of_moves(base, changes)
        return Check(base, changes, False, tuple(same), all_same, tuple(different), tuple(self._warnings))

    def _results(self, id: pygit2.Oid) -> Iterator[tuple[str, int, EvalResult]]:
        for file in self._reader.files(git.read_commit(self._repository, id)):
            for index, result in enumerate(self._reader.entries(file).entries):
                yield file.path, index, result

    def _standing(self, tip: pygit2.Oid) -> Iterator[PlacedResult]:
        """Yield what stands on the default branch, and what others propose."""
        place = Place(Origin.AUTHOR, self._default.ref, str(self._default.tip))
        for path, index, result in self._results(self._default.tip):
            yield PlacedResult(self._model_id, result, place, path, index)
        proposed = Proposed(self._reader, self._default)
        for pull in self._upstream.pulls:
            try:
                with git.reading(str(self._repository.path), pull.ref):
                    if not _holds(self._repository, tip, pull.tip):
                        yield from self._proposed(proposed, pull)
            except git.UnreadableError as error:
                self._warnings.append(f"{printable(pull.ref)} there can't be compared: {error.message}")

    def _proposed(self, proposed: Proposed, pull: PullRef) -> Iterator[PlacedResult]:
        place = Place(Origin.COMMUNITY, pull.ref, str(pull.tip), pull.number)
        for each in proposed.files(pull):
            entries = self._reader.entries(each.file).entries
            for index in each.indexes:
                yield PlacedResult(self._model_id, entries[index], place, each.file.path, index)

    def _warn_of_moves(self, base: pygit2.Oid, changes: tuple[Change, ...]) -> None:
        """Note which of the branch's files have changed on the default branch meanwhile."""
        then, now = (git.read_commit(self._repository, id).tree for id in (base, self._default.tip))
        paths = [
            change.path
            for change in changes
            if counts_as_results(change.path) and _id_in(then, change.path) != _id_in(now, change.path)
        ]
        if paths:
            listed = ", ".join(printable(path, limit=100) for path in paths[:_MOST_NAMED])
            name = printable(self._upstream.default_name)
            self._warnings.append(f"{listed} has changed on {name} since this branch began: merging may take a hand")


def _holds(repository: pygit2.Repository, tip: pygit2.Oid, other: pygit2.Oid) -> bool:
    """Whether the commit `other` is part of what `tip` is the tip of."""
    return tip == other or bool(repository.descendant_of(tip, other))


def _id_in(tree: pygit2.Tree, path: str) -> pygit2.Oid | None:
    return tree[path].id if path in tree else None
