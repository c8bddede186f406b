"""Which result entries each open pull request of one repository proposes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pygit2
from pygit2.enums import SortMode

from evalhub import git
from evalhub.files import quoted
from evalhub.pulls import PullRef
from evalhub.result_reader import ResultReader
from evalhub.results import EvalResult, Rejected, counts_as_results

_Known = EvalResult | Rejected
# Dataset, task, and notes; or whether there is a valid entry for it, with whatever notes, or one that was rejected.
_Key = tuple[str | None, str | None, str | bool]
_VALID, _REJECTED = True, False


@dataclass(frozen=True, slots=True)
class ProposedFile:
    """A file of a pull request, and which of its entries the pull request adds or changes: the positions among the
    valid ones, those that were rejected, and the positions of both among all entries.
    """

    file: git.TreeFile
    indexes: tuple[int, ...]
    rejected: tuple[Rejected, ...]
    added: frozenset[int] = frozenset()


class Proposed:
    """Compares pull requests with the default branch, whose history is walked once for all of them, when needed."""

    def __init__(self, reader: ResultReader, default: git.Branch) -> None:
        self._reader = reader
        self._repository = reader.repository
        self._default = git.read_commit(self._repository, default.tip)
        self._default_tree = git.results_tree_id(self._default)
        self._ancestors: set[pygit2.Oid] | None = None
        self._bases: dict[pygit2.Oid | None, _Base] = {}
        self._states: _States | None = None
        self._keys: dict[pygit2.Oid, frozenset[_Key]] = {}

    def files(self, pull: PullRef) -> list[ProposedFile]:
        """Return the files that an open pull request adds or changes against the merge base; nothing where it is
        merged.

        Entries that already stand, or stood since the merge base, on the default branch are not proposed any more:
        hosts that squash on merging leave the pull request's own commits unmerged. Raises what `git.reading` catches,
        and `git.UnreadableError` where a shallow clone hides the merge base.
        """
        return self._files(pull)[0]

    def files_and_rivals(self, pull: PullRef) -> tuple[list[ProposedFile], list[git.TreeFile]]:
        """Return `files(pull)`, and those others of the pull request's tree that hold results for a dataset, task and
        notes that are proposed. Raises what `files` does.
        """
        proposed, others = self._files(pull)
        keys = {key for each in proposed for key in self._added_keys(each)}
        return proposed, [file for file in others if not self._keys_of(file).isdisjoint(keys)]

    def _files(self, pull: PullRef) -> tuple[list[ProposedFile], list[git.TreeFile]]:
        tip = git.read_commit(self._repository, pull.tip)
        if git.results_tree_id(tip) == self._default_tree:
            return [], []
        base = self._merge_base(tip)
        if base == tip.id:
            return [], []
        if base is None and self._repository.is_shallow:
            hint = f"git -C {quoted(self._repository.workdir or self._repository.path)} fetch --unshallow"
            raise git.UnreadableError(f"{pull.ref}: the clone is too shallow to tell what it adds", hint)
        before = self._base(base)
        files = self._reader.files(tip)
        changed = [file for file in files if before.lacks(file)]
        known = {file.path for file in changed}
        others = [file for file in files if file.path not in known]
        return [self._compared(file, before, base) for file in changed], others

    def _added_keys(self, proposed: ProposedFile) -> Iterator[_Key]:
        entries = self._reader.entries(proposed.file).entries
        for index in proposed.indexes:
            entry = entries[index]
            yield entry.series
            yield entry.dataset_id, entry.task_id, _REJECTED
        for rejected in proposed.rejected:
            yield rejected.dataset_id, rejected.task_id, _VALID
            yield rejected.dataset_id, rejected.task_id, _REJECTED

    def _keys_of(self, file: git.TreeFile) -> frozenset[_Key]:
        """Return what a file has results for; of an entry that was rejected the notes aren't known."""
        if not counts_as_results(file.path) or file.kind != "file":
            return frozenset()
        known = self._keys.get(file.id)
        if known is None:
            held = self._reader.entries(file)
            keys: set[_Key] = {(each.dataset_id, each.task_id, _REJECTED) for each in held.rejected}
            for each in held.entries:
                keys |= {each.series, (each.dataset_id, each.task_id, _VALID)}
            known = self._keys[file.id] = frozenset(keys)
        return known

    def _compared(self, file: git.TreeFile, before: _Base, base: pygit2.Oid | None) -> ProposedFile:
        own = self._reader.entries(file)
        held: tuple[_Known, ...] = (*own.entries, *own.rejected)
        fresh = {entry for entry in held if entry not in before.entries}
        if fresh:
            fresh -= self._stood_since(base, fresh)
        indexes = tuple(index for index, entry in enumerate(own.entries) if entry in fresh)
        rejected = [index for index, entry in enumerate(own.rejected) if entry in fresh]
        added = [*(own.positions[index] for index in indexes), *(own.rejected_positions[index] for index in rejected)]
        return ProposedFile(file, indexes, tuple(own.rejected[index] for index in rejected), frozenset(added))

    def _merge_base(self, tip: pygit2.Commit) -> pygit2.Oid | None:
        """Return the merge base of `tip` and the default branch: where all ways back from the tip meet that branch."""
        if self._ancestors is None:
            self._ancestors = {commit.id for commit in self._repository.walk(self._default.id, SortMode.NONE)}
        met: set[pygit2.Oid] = set()
        seen = {tip.id}
        ways = [tip.id]
        while ways:
            id = ways.pop()
            if id in self._ancestors:
                met.add(id)
                continue
            parents = git.read_commit(self._repository, id).parent_ids
            ways += [parent for parent in parents if parent not in seen]
            seen.update(parents)
        return next(iter(met), None) if len(met) < 2 else git.merge_base(self._repository, self._default.id, tip.id)

    def _base(self, base: pygit2.Oid | None) -> _Base:
        known = self._bases.get(base)
        if known is None:
            commit = git.read_commit(self._repository, base) if base else None
            files = self._reader.files(commit) if commit else []
            known = self._bases[base] = _Base(files, self._reader)
        return known

    def _stood_since(self, base: pygit2.Oid | None, entries: set[_Known]) -> set[_Known]:
        """Return those of `entries` that stand, or stood after `base`, on the default branch."""
        if self._states is None:
            self._states = _States(self._reader, self._default)
        return self._states.stood_since(base, entries)


class _Base:
    """The result files at a merge base, and what they hold."""

    def __init__(self, files: list[git.TreeFile], reader: ResultReader) -> None:
        self._ids = {file.path: file.id for file in files}
        self._read = {file.id for file in files if counts_as_results(file.path)}
        self.entries: set[_Known] = set()
        for file in files:
            held = reader.entries(file)
            self.entries.update(held.entries, held.rejected)

    def lacks(self, file: git.TreeFile) -> bool:
        """Whether `file` is new or changed; a result file that was only renamed is neither."""
        if self._ids.get(file.path) == file.id:
            return False
        return not (counts_as_results(file.path) and file.id in self._read)


class _States:
    """The states of `.eval_results` on the default branch, newest first, read only as far back as is asked for."""

    def __init__(self, reader: ResultReader, tip: pygit2.Commit) -> None:
        self._reader = reader
        self._next: pygit2.Commit | None = tip
        self._position: dict[pygit2.Oid, int] = {}  # of a first-parent commit, from the tip
        self._newest: dict[_Known, int] = {}  # the position of the newest commit at which an entry stood
        self._seen: set[pygit2.Oid] = set()

    def stood_since(self, base: pygit2.Oid | None, entries: set[_Known]) -> set[_Known]:
        """Return those of `entries` that stood at a commit newer than `base`; at any commit where `base` is on a
        branch that was merged.
        """
        while self._next is not None and base not in self._position:
            self._read(self._next)
            parents = self._next.parents
            self._next = parents[0] if parents else None
        limit = self._position.get(base, len(self._position)) if base else len(self._position)
        return {entry for entry in entries if self._newest.get(entry, limit) < limit}

    def _read(self, commit: pygit2.Commit) -> None:
        position = len(self._position)
        self._position[commit.id] = position
        tree = git.results_tree_id(commit)
        if tree is None or tree in self._seen:
            return
        self._seen.add(tree)
        for file in git.results_files(commit):
            if file.id not in self._seen:
                self._seen.add(file.id)
                held = self._reader.entries(file)
                known: tuple[_Known, ...] = (*held.entries, *held.rejected)
                for entry in known:
                    self._newest.setdefault(entry, position)
