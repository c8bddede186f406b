"""Writes git repositories as clones leave them: objects and refs packed, the default branch checked out."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import pygit2
from pygit2.enums import CheckoutStrategy, FileMode

Files = Mapping[str, str]  # path to content

_BRANCHES = {
    "refs/heads/main": None,
    "refs/remotes/origin/main": None,
    "refs/remotes/origin/HEAD": "refs/remotes/origin/main",
}
_BEGIN = 1_735_725_600  # 2025-01-01T10:00:00Z
_STEP = 3_600


def write_repo(directory: Path, url: str, commits: Sequence[Files], pull_requests: Sequence[Files] = ()) -> None:
    """Write what a clone of `url` would be, with one commit on `main` for each of `commits`: files added or replaced.

    Each of `pull_requests` becomes one commit on top of `main`, as `refs/pr/1` and so on.
    """
    directory.mkdir(parents=True)
    repository = pygit2.init_repository(directory, initial_head="main")
    files: dict[str, str] = {}
    tip: list[pygit2.Oid] = []
    for number, added in enumerate(commits):
        files |= added
        tip = [_commit(repository, files, f"Add {', '.join(sorted(added)[:3])}", _BEGIN + number * _STEP, tip)]
    repository.remotes.create("origin", url)
    for ref, target in _BRANCHES.items():
        repository.references.create(ref, target or tip[0])
    for number, added in enumerate(pull_requests, start=1):
        time = _BEGIN + (len(commits) + number) * _STEP
        proposal = _commit(repository, {**files, **added}, f"Propose {', '.join(sorted(added))}", time, tip)
        repository.references.create(f"refs/pr/{number}", proposal)
    repository.checkout("HEAD", strategy=CheckoutStrategy.FORCE)
    _pack(repository)
    repository.free()


def add_commit(directory: Path, files: Files) -> None:
    """Add a commit to `main` with nothing but `files`, as a push to a bare repository would."""
    repository = pygit2.Repository(directory)
    tip = repository.references["refs/heads/main"].target
    time = repository[tip].commit_time + _STEP
    repository.references["refs/heads/main"].set_target(_commit(repository, files, "Change", time, [tip]))


def slug(name: str) -> str:
    """Return `name` as a file name: lower case, with `_` for everything that is neither a letter nor a digit."""
    return re.sub("[^a-z0-9]+", "_", name.lower()).strip("_")


def _commit(
    repository: pygit2.Repository, files: Files, message: str, time: int, parents: list[pygit2.Oid]
) -> pygit2.Oid:
    index = pygit2.Index()
    for path, text in files.items():
        index.add(pygit2.IndexEntry(path, repository.create_blob(text.encode()), FileMode.BLOB))
    who = pygit2.Signature("evalhub benchmarks", "benchmarks@example.org", time, 0, "utf-8")
    return repository.create_commit(None, who, who, f"{message}\n", index.write_tree(repository), parents)


def _pack(repository: pygit2.Repository) -> None:
    """Move the loose objects into one pack, and the loose refs into `packed-refs`."""
    repository.pack()
    repository.compress_references()
    for folder in Path(repository.path, "objects").iterdir():
        if len(folder.name) == 2:
            shutil.rmtree(folder)
