"""What walks over history need of each commit, read once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import pygit2

from evalhub import git

_LATEST = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
_LONGEST_MESSAGE = 10_000  # bytes that are looked at


@dataclass(frozen=True, slots=True)
class Facts:
    """A commit: its parents, the id of its `.eval_results` entry (None: it has none), and its committer's time in
    seconds since 1970.
    """

    id: pygit2.Oid
    parents: tuple[pygit2.Oid, ...]
    tree: pygit2.Oid | None
    time: int


class Commits:
    """The commits of one repository, each read once, and `where` it is. Raises what `git.reading` catches."""

    def __init__(self, repository: pygit2.Repository) -> None:
        self.repository = repository
        self.where = str(repository.workdir or repository.path)
        self._facts: dict[pygit2.Oid, Facts] = {}
        self._infos: dict[pygit2.Oid, git.CommitInfo] = {}

    def facts(self, id: pygit2.Oid) -> Facts:
        """Return what walks need of the commit `id`."""
        known = self._facts.get(id)
        if known is None:
            commit = git.read_commit(self.repository, id)
            tree = git.results_tree_id(commit)
            known = self._facts[id] = Facts(commit.id, tuple(commit.parent_ids), tree, commit.commit_time)
        return known

    def info(self, id: pygit2.Oid) -> git.CommitInfo:
        """Return who committed it and when."""
        known = self._infos.get(id)
        if known is None:
            known = self._infos[id] = git.commit_info(git.read_commit(self.repository, id))
        return known

    def message(self, id: pygit2.Oid) -> str:
        """Return the commit's message, cut where it is very long; wrong bytes become replacement characters."""
        raw: bytes = git.read_commit(self.repository, id).raw_message
        return raw[:_LONGEST_MESSAGE].decode("utf-8", "replace")


def moment(seconds: int) -> datetime:
    """Return a commit's time as a UTC datetime; the last or first that there is where no calendar has it."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return _LATEST if seconds > 0 else datetime.fromtimestamp(0, UTC)
