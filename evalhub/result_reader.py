"""What the result files of one repository hold, each blob read once."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pygit2

from evalhub import git
from evalhub.results import RESULTS_FOLDER, UNREADABLE, ResultEntries, counts_as_results, read_entries
from evalhub.yaml_source import MAX_BYTES

Recall = Callable[[pygit2.Oid], ResultEntries | None]  # what a blob was found to hold before


class ResultReader:
    """Reads result files of `repository`; without `parse` it only looks whether they are there, and finds nothing.

    What `recall` gives for a blob isn't parsed again; `parsed` is what was.
    """

    def __init__(self, repository: pygit2.Repository, *, parse: bool = True, recall: Recall | None = None) -> None:
        self.repository = repository
        self.parses = parse
        self.parsed: dict[pygit2.Oid, ResultEntries] = {}
        self._known: dict[pygit2.Oid, ResultEntries] = {}
        self._recall = recall
        self._files: dict[pygit2.Oid | None, list[git.TreeFile]] = {}

    def files(self, commit: pygit2.Commit) -> list[git.TreeFile]:
        """Return what lies in `.eval_results` and below it. Raises what `git.reading` catches."""
        tree = git.results_tree_id(commit)
        known = self._files.get(tree)
        if known is None:
            known = self._files[tree] = git.results_files(commit, nested=True) if tree else []
        return known

    def are_there(self, files: Iterable[git.TreeFile]) -> bool:
        """Whether no blob of `files` is missing."""
        try:
            for file in files:
                if file.kind == "file" and counts_as_results(file.path):
                    self.repository.odb.read_header(file.id)
        except (KeyError, pygit2.GitError):
            return False
        return True

    def entries(self, file: git.TreeFile) -> ResultEntries:
        """Return what a file of `.eval_results` holds; nothing where the Hub wouldn't read it.

        Raises what `git.reading` catches.
        """
        if file.path != RESULTS_FOLDER and not counts_as_results(file.path):
            return ResultEntries()
        if file.kind != "file" or file.path == RESULTS_FOLDER:
            return UNREADABLE
        if not self.parses:
            self.repository.odb.read_header(file.id)
            return ResultEntries()
        known = self._known.get(file.id)
        if known is None and self._recall and file.id in self.repository:  # another one's blob is no proof
            known = self._recall(file.id)
        if known is None:
            known = self.parsed[file.id] = read_entries(git.read_blob(self.repository, file.id, limit=MAX_BYTES))
        self._known[file.id] = known
        return known
