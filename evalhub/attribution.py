"""Which commit brought a result to where it stands: who wrote that number, and when."""

from __future__ import annotations

import pygit2

from evalhub import git
from evalhub.leaderboard import Score, score
from evalhub.result_reader import ResultReader
from evalhub.results import EvalResult, counts_as_results
from evalhub.snapshot import PlacedResult, RepoSnapshot

_Number = tuple[str, str, str, float]  # dataset, task, notes and value: the number that somebody wrote


def _number(result: EvalResult) -> _Number:
    return *result.series, result.value


class Attributor:
    """Finds the commits behind results of one repository, reading each tree and blob once.

    A result is credited to the oldest commit from which its value has stood, for its task and notes, up to its tip. At
    a merge, the parent that already has it is followed, so that a merged pull request's author keeps the credit.
    Renaming the file, adding a source or a date, or changing other entries does not count.
    """

    def __init__(self, reader: ResultReader, path: str) -> None:
        self._repository = reader.repository
        self._path = path
        self._reader = reader
        self._files: dict[pygit2.Oid | None, dict[pygit2.Oid, git.TreeFile]] = {}
        self._credited: dict[tuple[pygit2.Oid, _Number], tuple[git.CommitInfo, bool]] = {}
        self._scores: dict[pygit2.Oid, frozenset[_Number]] = {}
        self._oldest_alike: dict[pygit2.Oid, tuple[pygit2.Commit, bool]] = {}

    def commit(self, placed: PlacedResult) -> tuple[git.CommitInfo, bool]:
        """Return the commit that introduced `placed`, and whether that is sure.

        It is not where older commits can't be read, as in a shallow clone: then it is the oldest that can. Raises
        `git.UnreadableError` where not even the tip can be read.
        """
        number = _number(placed.result)
        with git.reading(self._path, placed.place.ref):
            commit = git.read_commit(self._repository, pygit2.Oid(hex=placed.place.tip))
        way: list[tuple[pygit2.Oid, _Number]] = []
        brought: list[tuple[int, pygit2.Commit]] = []  # merges that have it from another than their first parent
        holder: pygit2.Oid | None = None  # the file that it stood in last: most often it is there further back too
        while True:
            commit, complete = self._oldest_with_same_files(commit)
            found = self._credited.get((commit.id, number))
            if found:
                break
            way.append((commit.id, number))
            parent: pygit2.Commit | None = None
            try:
                for each in commit.parents:
                    blob = self._holder(each, number, holder)
                    if blob is not None:
                        parent, holder = each, blob
                        break
            except (KeyError, ValueError, pygit2.GitError):
                complete = False
            if parent is None:
                found = git.commit_info(commit), complete
                break
            if parent.id != commit.parent_ids[0]:
                brought.append((len(way), commit))
            commit = parent
        self._credited.update(dict.fromkeys(way, found))
        for count, merge in brought:
            if self._had(merge, found[0].id):
                found = git.commit_info(merge), found[1]
                self._credited.update(dict.fromkeys(way[:count], found))
                break
        return found

    def _had(self, merge: pygit2.Commit, id: str) -> bool:
        """Whether the branch had the commit `id` before `merge`, and so had changed what that wrote: the merge, which
        restores it, is what wrote it now.
        """
        first, commit = merge.parent_ids[0], pygit2.Oid(hex=id)
        try:
            return first == commit or self._repository.descendant_of(first, commit)
        except (KeyError, ValueError, pygit2.GitError):
            return False

    def _oldest_with_same_files(self, start: pygit2.Commit) -> tuple[pygit2.Commit, bool]:
        """Follow first parents while their `.eval_results` is the same; False where history ends before its beginning.

        Not other parents: what a merge brought may have stood on the branch already.
        """
        commit, complete, way = start, True, [start.id]
        while commit.id not in self._oldest_alike:
            try:
                tree, parents = git.results_tree_id(commit), commit.parents
                parent = parents[0] if parents and git.results_tree_id(parents[0]) == tree else None
            except (KeyError, ValueError, pygit2.GitError):
                parent, complete = None, False
            else:
                complete = bool(parents) or not self._repository.is_shallow
            if parent is None:
                self._oldest_alike[commit.id] = (commit, complete)
                break
            commit = parent
            way.append(commit.id)
        found = self._oldest_alike[commit.id]
        self._oldest_alike.update(dict.fromkeys(way, found))
        return found

    def _holder(self, commit: pygit2.Commit, number: _Number, last: pygit2.Oid | None) -> pygit2.Oid | None:
        """Return the blob of `commit` that holds `number`: `last` if that is there, or None where none does."""
        tree = git.results_tree_id(commit)
        files = self._files.get(tree)
        if files is None:
            counted = (file for file in self._reader.files(commit) if counts_as_results(file.path))
            files = self._files[tree] = {file.id: file for file in counted if file.kind == "file"}
        if last in files:
            return last
        return next((file.id for file in files.values() if number in self._read(file)), None)

    def _read(self, file: git.TreeFile) -> frozenset[_Number]:
        known = self._scores.get(file.id)
        if known is None:
            known = self._scores[file.id] = frozenset(map(_number, self._reader.entries(file).entries))
        return known


def attributed(snapshot: RepoSnapshot, reader: ResultReader) -> list[Score]:
    """Return the results of a repository with the commits that introduced them. Raises `git.UnreadableError`."""
    attributor = Attributor(reader, str(snapshot.path))
    return [score(placed, *attributor.commit(placed)) for placed in snapshot.results]
