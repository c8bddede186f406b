"""What the clone of a dataset repo knows of its past: when it began, its commits, and its tasks as they were."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import pygit2
from pygit2.enums import SortMode

from evalhub import git, yaml_source
from evalhub.rules.subjects import History, Revision, field_of, text_of
from evalhub.snapshot import Place, RepoSnapshot
from evalhub.yaml_source import MAX_BYTES

_Found = TypeVar("_Found")
_HEX = re.compile("[0-9a-fA-F]{7,40}")
# What a ref's name may be; git's expressions (`main~1`, `main@{1}`, `:/text`) are none.
_NAME = re.compile(r"(?!.*(?:\.\.|@\{))[^\x00-\x20\x7f~^:?*\[\\]{1,250}")

_MOST_VERSIONS = 500  # of one `eval.yaml`

Tasks = Mapping[str, dict[str, Any]]


def histories(datasets: Mapping[str, RepoSnapshot]) -> Callable[[str], History | None]:
    """Return what finds the history of a dataset by its id; None where there is none in the hub, or no commits."""
    found = {id: DatasetHistory(each.path, each.default) for id, each in datasets.items() if each.default}
    return found.get


class DatasetHistory:
    """The `History` of the clone at `path`, whose default branch is `default`. It is opened when first asked.

    Never raises: what can't be read is not known.
    """

    def __init__(self, path: Path, default: Place) -> None:
        self._path = path
        self._default = default
        self._revisions: dict[str, Revision | None] = {}
        self._tasks_at: dict[str, Tasks] = {}
        self._tasks_in: dict[pygit2.Oid, Tasks] = {}

    @property
    def complete(self) -> bool:
        """Whether every commit of the default branch is there: not so in a shallow clone."""
        return self._roots is not None

    def begun(self) -> datetime | None:
        """When the dataset's first commit was made (UTC); None where the clone can't tell."""
        try:
            return datetime.fromtimestamp(min(self._roots), UTC) if self._roots else None
        except (ValueError, OverflowError, OSError):
            return None

    def resolve(self, revision: str) -> Revision | None:
        """Return the commit that `revision` names, in full or in part, or by a tag or branch; None where none does."""
        if revision not in self._revisions:
            if not _NAME.fullmatch(revision):
                return None
            self._revisions[revision] = self._read(revision, lambda: _resolve(self._repository, revision))
        return self._revisions[revision]

    def task(self, task_id: str, commit: str | None = None) -> dict[str, Any] | None:
        """Return how `eval.yaml` defines a task at a commit (None: on the default branch); None where it doesn't."""
        commit = commit or self._default.tip
        if commit not in self._tasks_at:
            self._tasks_at[commit] = self._read(commit, lambda: self._tasks(commit)) or {}
        return self._tasks_at[commit].get(task_id)

    def defined(self, task_id: str) -> bool:
        """Whether `eval.yaml` defined a task at any commit of the default branch that the clone has."""
        return task_id in self._ever_defined

    @cached_property
    def _ever_defined(self) -> set[str]:
        ids: set[str] = set()
        self._read(self._default.ref, lambda: self._collect_tasks(ids))
        return ids

    def _collect_tasks(self, ids: set[str]) -> None:
        seen: set[pygit2.Oid] = set()
        for commit in self._repository.walk(self._default.branch.tip, SortMode.NONE):
            file = git.top_file(commit, git.SPEC_FILE)
            if file is not None and file.kind == "file" and file.id not in seen:
                seen.add(file.id)
                ids.update(_tasks(git.read_blob(self._repository, file.id, limit=MAX_BYTES)))
                if len(seen) == _MOST_VERSIONS:
                    return

    def _read(self, what: str, read: Callable[[], _Found]) -> _Found | None:
        try:
            with git.reading(str(self._path), what):
                return read()
        except git.UnreadableError:
            return None

    @cached_property
    def _repository(self) -> pygit2.Repository:
        return git.open_repository(self._path)

    @cached_property
    def _roots(self) -> list[int] | None:
        """When the commits without parents were made, in seconds since 1970; None where they are not all there."""
        return self._read(self._default.ref, lambda: list(_roots(self._repository, self._default.branch)))

    def _tasks(self, commit: str) -> Tasks:
        file = git.top_file(git.read_commit(self._repository, pygit2.Oid(hex=commit)), git.SPEC_FILE)
        if file is None or file.kind != "file":
            return {}
        if file.id not in self._tasks_in:
            self._tasks_in[file.id] = _tasks(git.read_blob(self._repository, file.id, limit=MAX_BYTES))
        return self._tasks_in[file.id]


def _roots(repository: pygit2.Repository, branch: git.Branch) -> Iterator[int]:
    if repository.is_shallow:
        raise ValueError("a shallow clone doesn't have its first commits")
    for commit in repository.walk(branch.tip, SortMode.NONE):
        if not commit.parent_ids:
            yield from (commit.author.time, commit.committer.time)


def _resolve(repository: pygit2.Repository, revision: str) -> Revision | None:
    if len(revision) < 40 or not _HEX.fullmatch(revision):
        for ref, moves in _refs(revision):
            reference = repository.references.get(ref)
            if reference is not None:
                return Revision(str(reference.peel(pygit2.Commit).id), moves)
    found = repository.get(revision) if _HEX.fullmatch(revision) else None
    return Revision(str(found.id)) if isinstance(found, pygit2.Commit) else None


def _refs(name: str) -> Iterator[tuple[str, bool]]:
    """Yield the refs that a name can mean, and whether they move: tags, and branches here or at the origin."""
    if name.startswith("refs/"):
        yield name, not name.startswith("refs/tags/")
    yield f"refs/tags/{name}", False
    yield f"refs/heads/{name}", True
    yield f"refs/remotes/origin/{name.removeprefix('origin/')}", True


def _tasks(raw: bytes) -> Tasks:
    """Return the tasks of an `eval.yaml` by id, whatever else is wrong with it; of two with one id the first."""
    listed = field_of(yaml_source.parse(raw).data, "tasks")
    tasks: dict[str, dict[str, Any]] = {}
    for task in listed if isinstance(listed, list) else ():
        task_id = text_of(task, "id")
        if task_id is not None:
            tasks.setdefault(task_id, task)
    return tasks
