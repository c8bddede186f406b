"""Which files of a repository there are to validate: in the working tree, on a ref, or in a pull request."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import pygit2

from evalhub import git
from evalhub.cards import CARD_FILE, read_header
from evalhub.diagnostics import FileRef
from evalhub.edits import NO_EDITS, Edits
from evalhub.files import RawFile, read_file
from evalhub.proposed import Proposed
from evalhub.pulls import PullRef, is_own_word
from evalhub.registry import REGISTRY_FILE
from evalhub.repos import is_repo
from evalhub.results import RESULTS_FOLDER
from evalhub.terms import RepoType
from evalhub.yaml_source import MAX_BYTES

MISNAMED_REGISTRY, MISNAMED_SPEC = "evalhub.yml", "eval.yml"
MISNAMED = (MISNAMED_REGISTRY, MISNAMED_SPEC)
STAGED = "staged"  # in place of a ref: what the index holds
MISSING = "missing object"  # the kind of a file whose blob can't be read; the snapshot of its repository reports it
_MAX_DEPTH = 8  # of folders inside .eval_results: enough to say that the Hub reads none of them


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to validate, read when its turn comes; `card` gives the header of the README.md beside it.

    Without `reported` it is only there to compare others with. `added` are the positions of the entries that a pull
    request adds or changes: only they are reported on. Of what is `proposed`, comments ignore nothing.
    """

    file: FileRef
    read: Callable[[], RawFile]
    card: Callable[[], Mapping[str, Any]] = dict
    reported: bool = True
    added: frozenset[int] | None = None
    proposed: bool = False


def source_file(file: FileRef, text: str | bytes) -> SourceFile:
    """Return a file whose content is at hand."""
    raw = RawFile("file", text.encode() if isinstance(text, str) else text)
    return SourceFile(file, lambda: raw)


def working_files(top: Path, repo: str | None, type_: RepoType | None, edits: Edits = NO_EDITS) -> Iterator[SourceFile]:
    """Yield what the working tree holds: `eval.yaml` unless it is a model's, `.eval_results` unless a dataset's."""
    card = _working_card(top)
    if type_ is not RepoType.MODEL:
        yield from on_disk(top, git.SPEC_FILE, repo, card, edits)
        if not edits.exists(top / git.SPEC_FILE):
            yield from on_disk(top, MISNAMED_SPEC, repo, edits=edits)
    if type_ is not RepoType.DATASET:
        folder = top / RESULTS_FOLDER
        if is_repo(folder):
            yield SourceFile(FileRef(RESULTS_FOLDER, repo, None, str(top)), lambda: RawFile("submodule"))
        elif folder.is_symlink() or not folder.is_dir():
            yield from on_disk(top, RESULTS_FOLDER, repo)
        else:
            for path in _below(top, RESULTS_FOLDER, edits):
                yield _working_file(top, path, repo, card, edits)


def on_disk(
    top: Path,
    path: str,
    repo: str | None,
    card: Callable[[], Mapping[str, Any]] | None = None,
    edits: Edits = NO_EDITS,
) -> Iterator[SourceFile]:
    """Yield the file at `path` below `top`, if there is one; `repo` is the id of the repository at `top`, if any."""
    if edits.exists(top / path):
        yield _working_file(top, path, repo, card or _working_card((top / path).parent), edits)


def _working_file(
    top: Path, path: str, repo: str | None, card: Callable[[], Mapping[str, Any]], edits: Edits
) -> SourceFile:
    directory = str(top)
    read = partial(_read_working, os.path.join(directory, path), edits)
    return SourceFile(FileRef(path, repo, None, directory), read, card)


def _read_working(path: str, edits: Edits) -> RawFile:
    return edits.read(path) or RawFile(MISSING)  # deleted since it was listed


def _working_card(top: Path) -> Callable[[], Mapping[str, Any]]:
    @cache
    def card() -> Mapping[str, Any]:
        raw = read_file(top / CARD_FILE)
        return read_header(raw.content) if raw else {}

    return card


def registry_files(root: Path, edits: Edits = NO_EDITS) -> Iterator[SourceFile]:
    """Yield the hub's `evalhub.yaml`, and an `evalhub.yml`, which nothing reads."""
    for name in (REGISTRY_FILE, MISNAMED_REGISTRY):
        yield from on_disk(root, name, None, edits=edits)


def _below(top: Path, folder: str, edits: Edits, depth: int = 0) -> Iterator[str]:
    try:
        with os.scandir(top / folder) as entries:
            listing = {entry.name: entry for entry in entries}
    except OSError:  # reading it as a file says why
        yield folder
        return
    for name in edits.names(top / folder, list(listing)) if edits.contents else sorted(listing):
        path, entry = f"{folder}/{name}", listing.get(name)
        if entry is None or not entry.is_dir(follow_symlinks=False):
            yield path
        elif name.endswith(".yaml") or is_repo(Path(entry.path)):
            yield path  # a folder or submodule in place of a file
        elif depth < _MAX_DEPTH:
            yield from _below(top, path, edits, depth + 1)


def committed_files(top: Path, branch: git.Branch, repo: str, type_: RepoType | None) -> Iterator[SourceFile]:
    """Yield what stands on a branch of the repository at `top`; nothing where it can't be read."""
    directory = str(top)
    try:
        repository = git.open_repository(top)
        with git.reading(directory, branch.ref):
            commit = git.read_commit(repository, branch.tip)
            found = [] if type_ is RepoType.DATASET else git.results_files(commit, nested=True)
            spec = None if type_ is RepoType.MODEL else git.top_file(commit, git.SPEC_FILE)
    except git.UnreadableError:  # the snapshot of the repository reports it
        return
    card = _committed_card(repository, branch.tip, directory)
    for file in [*([spec] if spec else []), *found]:
        source = _committed(repository, file, FileRef(file.path, repo, branch.ref, directory), card)
        yield source if is_own_word(branch.ref) else replace(source, proposed=True)


def staged_files(top: Path, repo: str, type_: RepoType | None) -> list[SourceFile]:
    """Return what the index holds, to report on where it isn't as in HEAD. Raises `git.UnreadableError`."""
    directory = str(top)
    repository = git.open_repository(top)
    with git.reading(directory, "the index"):
        staged, changed = git.staged_files(repository)

    @cache
    def card() -> Mapping[str, Any]:
        file = staged.get(CARD_FILE)
        return read_header(_read_committed(repository, file, FileRef(CARD_FILE)).content) if file else {}

    left_out = {RepoType.MODEL: git.SPEC_FILE, RepoType.DATASET: RESULTS_FOLDER}.get(type_) if type_ else None
    return [
        replace(_committed(repository, file, FileRef(path, repo, STAGED, directory), card), reported=path in changed)
        for path, file in staged.items()
        if path != CARD_FILE and path.partition("/")[0] != left_out
    ]


def proposed_files(
    repository: pygit2.Repository, proposed: Proposed, pull: PullRef, repo: str, directory: str
) -> Iterator[SourceFile]:
    """Yield the result files that an open pull request adds or changes, and those to compare them with; nothing where
    it can't be read.
    """
    try:
        with git.reading(directory, pull.ref):
            proposals, rivals = proposed.files_and_rivals(pull)
    except git.UnreadableError:  # the snapshot of the repository reports it
        return
    card = _committed_card(repository, pull.tip, directory)
    changed = {proposal.file: proposal.added for proposal in proposals}
    for file in sorted((*changed, *rivals), key=lambda file: os.fsencode(file.path)):
        source = _committed(repository, file, FileRef(file.path, repo, pull.ref, directory), card)
        yield replace(source, reported=file in changed, added=changed.get(file, frozenset()), proposed=True)


def _committed(
    repository: pygit2.Repository, file: git.TreeFile, ref: FileRef, card: Callable[[], Mapping[str, Any]]
) -> SourceFile:
    return SourceFile(ref, partial(_read_committed, repository, file, ref), card)


def _read_committed(repository: pygit2.Repository, file: git.TreeFile, ref: FileRef) -> RawFile:
    try:
        with git.reading(ref.directory or "", ref.path):
            content = git.read_blob(repository, file.id, limit=MAX_BYTES) if file.kind == "file" else b""
    except git.UnreadableError:
        return RawFile(MISSING)
    return RawFile(file.kind, content)


def _committed_card(repository: pygit2.Repository, tip: pygit2.Oid, directory: str) -> Callable[[], Mapping[str, Any]]:
    @cache
    def card() -> Mapping[str, Any]:
        try:
            with git.reading(directory, CARD_FILE):
                file = git.top_file(git.read_commit(repository, tip), CARD_FILE)
                readable = file is not None and file.kind == "file"
                return read_header(git.read_blob(repository, file.id, limit=MAX_BYTES)) if file and readable else {}
        except git.UnreadableError:
            return {}

    return card
