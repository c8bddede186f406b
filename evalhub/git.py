"""Reading git through pygit2: refs, trees, blobs and commits. Nothing here writes, and nothing runs a process.

Whatever libgit2 can't read becomes one `UnreadableError` that says what and what to do.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import pygit2
from pygit2.enums import FileMode, ObjectType
from pygit2.ffi import C, ffi

from evalhub.errors import EvalhubError
from evalhub.files import quoted
from evalhub.names import printable
from evalhub.results import RESULTS_FOLDER

SPEC_FILE = "eval.yaml"
_REF_PREFIXES = ("", "refs/", "refs/tags/", "refs/heads/", "refs/remotes/")  # where git looks for a name, in order
_EMPTY_BLOB = pygit2.Oid(hex="e69de29bb2d1d6434b8b29ae775ad8c2e48c5391")
_INTENT_TO_ADD = 1 << 13
_REGULAR = (FileMode.BLOB, FileMode.BLOB_EXECUTABLE)


class UnreadableError(EvalhubError):
    """A repository, ref or object that can't be read."""


@dataclass(frozen=True, slots=True)
class Refs:
    """The refs of one repository: full name to commit id, and what `HEAD` and `origin/HEAD` point to."""

    ids: dict[str, pygit2.Oid]
    symbolic: dict[str, str]


@dataclass(frozen=True, slots=True)
class Branch:
    """A ref's full name, and its tip."""

    ref: str
    tip: pygit2.Oid


@dataclass(frozen=True, slots=True)
class TreeFile:
    """One thing in a tree: its path from the tree's root, and its blob; `kind` is `file` or says what else it is."""

    path: str
    id: pygit2.Oid
    kind: str


@dataclass(frozen=True, slots=True)
class CommitInfo:
    """A commit: its id (40 hex digits), its author's name, and when it was committed (UTC)."""

    id: str
    author: str
    time: datetime


def open_repository(path: Path) -> pygit2.Repository:
    """Open the repository at `path` (not one around it). Raises `UnreadableError`."""
    try:
        return pygit2.Repository(str(path), pygit2.enums.RepositoryOpenFlag.NO_SEARCH)
    except (pygit2.GitError, pygit2.InvalidError, KeyError, ValueError, OSError) as error:
        raise _why_unopened(path, str(error)) from None


def _why_unopened(path: Path, reason: str) -> UnreadableError:
    if "not owned by" in reason:
        hint = (
            f"if you trust it: git config --global --add safe.directory {shlex.quote(printable(str(path.absolute())))}"
        )
        return UnreadableError("it belongs to another user, and git refuses such repositories", hint)
    if "sha256" in reason or "object format" in reason or "objectformat" in reason:
        hint = "clone it from a SHA-1 remote, or convert it: libgit2 reads SHA-1 repositories only"
        return UnreadableError("it is a SHA-256 repository, which can't be read yet", hint)
    hint = f"see what git says: git -C {quoted(path)} fsck"
    return UnreadableError(f"it can't be opened: {printable(reason, limit=200)}", hint)


@contextmanager
def reading(path: str, what: str) -> Iterator[None]:
    """Turn what pygit2 raises on missing or corrupt objects into `UnreadableError`, naming `what` was read."""
    try:
        yield
    except KeyError as error:
        missing = printable(str(error).strip("'\""), limit=80)
        hint = f"fetch what is missing: {_fetch_command(path, what)}"
        message = f"{what}: the object {missing} is missing (a partial, shallow or broken clone)"
        raise UnreadableError(message, hint) from None
    except (pygit2.GitError, ValueError, OSError, UnicodeError) as error:
        hint = f"see what git says: git -C {quoted(path)} fsck"
        raise UnreadableError(f"{what}: {printable(str(error), limit=200)}", hint) from None


def _fetch_command(path: str, what: str) -> str:
    """Return what fetches the missing objects: reading them with git does in a partial clone."""
    if (Path(path) / ".git" / "shallow").exists() or (Path(path) / "shallow").exists():
        return f"git -C {quoted(path)} fetch --unshallow"
    ref = what.partition(",")[0].removeprefix("commit ")
    return f"git -C {quoted(path)} archive -o /dev/null {shlex.quote(printable(ref))} {RESULTS_FOLDER}"


def read_refs(repository: pygit2.Repository) -> Refs:
    """Return all refs. Names that are not UTF-8 are decoded with surrogate escapes."""
    ids: dict[str, pygit2.Oid] = {}
    symbolic: dict[str, str] = {}
    for reference in repository.listall_reference_objects():
        name = reference.raw_name.decode("utf-8", "surrogateescape")
        target = reference.raw_target
        if isinstance(target, bytes):
            symbolic[name] = target.decode("utf-8", "surrogateescape")
        else:
            ids[name] = target
    return Refs(ids, symbolic)


def read_commit(repository: pygit2.Repository, id: pygit2.Oid) -> pygit2.Commit:
    """Return the commit `id`, or the commit that the tag `id` points to. Raises what `reading` catches."""
    return repository[id].peel(pygit2.Commit)


def is_commit(repository: pygit2.Repository, id: pygit2.Oid) -> bool:
    """Whether the object `id` is there, and a commit."""
    found = repository.get(id)
    return found is not None and found.type == ObjectType.COMMIT


def commit_info(commit: pygit2.Commit) -> CommitInfo:
    """Return who committed what and when; an author's name in another encoding is read as well as can be."""
    author = commit.author
    name = (author.raw_name or b"").decode("utf-8", "replace")
    try:
        time = datetime.fromtimestamp(commit.commit_time, UTC)
    except (ValueError, OverflowError, OSError):
        time = datetime.fromtimestamp(0, UTC)
    return CommitInfo(str(commit.id), name, time)


def results_tree_id(commit: pygit2.Commit) -> pygit2.Oid | None:
    """Return the id of the commit's `.eval_results` entry, whatever it is, or None."""
    tree = commit.tree
    return tree[RESULTS_FOLDER].id if RESULTS_FOLDER in tree else None


def top_file(commit: pygit2.Commit, name: str) -> TreeFile | None:
    """Return the entry `name` at the root of the commit's tree, or None."""
    tree = commit.tree
    return _tree_file(tree[name], name) if name in tree else None


def results_files(commit: pygit2.Commit, *, nested: bool = False) -> list[TreeFile]:
    """Return what lies in the commit's `.eval_results`, in name order; with `nested`, also in folders below it."""
    tree = commit.tree
    if RESULTS_FOLDER not in tree:
        return []
    folder = tree[RESULTS_FOLDER]
    if not isinstance(folder, pygit2.Tree):
        return [_tree_file(folder, RESULTS_FOLDER)]
    return list(_files_in(folder, RESULTS_FOLDER, set() if nested else None))


def _files_in(folder: pygit2.Tree, path: str, seen: set[pygit2.Oid] | None, depth: int = 0) -> Iterator[TreeFile]:
    """Yield the files of `folder`; with `seen`, also of the folders below, each tree once: a few trees that hold one
    another many times are billions of paths.
    """
    for entry in folder:
        below = f"{path}/{_entry_name(entry)}"
        if not isinstance(entry, pygit2.Tree) or below.endswith(".yaml"):
            yield _tree_file(entry, below)
        elif seen is not None and entry.id not in seen and depth < 8:
            seen.add(entry.id)
            yield from _files_in(entry, below, seen, depth + 1)


def _entry_name(entry: pygit2.Object) -> str:
    return (entry.raw_name or b"").decode("utf-8", "surrogateescape")


def _tree_file(entry: pygit2.Object, path: str) -> TreeFile:
    return TreeFile(path, entry.id, kind_of(entry.filemode))


def kind_of(mode: FileMode) -> str:
    """Return what a mode in a tree means: `file`, or what else it is."""
    if mode in _REGULAR:
        return "file"
    return {FileMode.LINK: "symbolic link", FileMode.COMMIT: "submodule"}.get(mode, "folder")


def read_blob(repository: pygit2.Repository, id: pygit2.Oid, *, limit: int) -> bytes:
    """Return the blob's first `limit` + 1 bytes, so that a caller can tell that it is longer.

    A blob over the limit is never loaded: zeros stand in for its content. Raises what `reading` catches.
    """
    type_, size = repository.odb.read_header(id)
    if type_ != ObjectType.BLOB:
        raise ValueError(f"{id} is not a blob")
    if size > limit:
        return bytes(limit + 1)
    return repository.read(id)[1]


def find_commit(repository: pygit2.Repository, name: str) -> Branch | None:
    """Return the commit that `name` means to git: a branch, tag, pull request's ref, id or expression; None where it
    means none. Raises what `reading` catches.
    """
    try:
        found, reference = repository.revparse_ext(name)
        return Branch(reference.name if reference else name, found.peel(pygit2.Commit).id)
    except KeyError:
        known = set(repository.listall_references())
        if known.isdisjoint(f"{prefix}{name}" for prefix in _REF_PREFIXES):
            return None
        raise  # the ref is there, and what it points to isn't
    except (ValueError, pygit2.InvalidSpecError):
        return None


def staged_files(repository: pygit2.Repository) -> tuple[dict[str, TreeFile], set[str]]:
    """Return what the index holds of specs, results and the card, and the paths of what isn't as in HEAD.

    A commit that is being made may have an index of its own, which git names to its hooks. Raises what `reading`
    catches.
    """
    index = _index(repository)
    staged = {}
    for entry in index:
        if entry.id == _EMPTY_BLOB and _is_only_intended(index, entry.path):
            continue
        if entry.path in (SPEC_FILE, "README.md") or entry.path.startswith(RESULTS_FOLDER + "/"):
            staged[entry.path] = TreeFile(entry.path, entry.id, kind_of(entry.mode))
    head = {} if repository.head_is_unborn else _ids_at(repository, repository.head.peel(pygit2.Commit))
    return staged, {path for path, file in staged.items() if head.get(path) != file.id}


def _is_only_intended(index: pygit2.Index, path: str) -> bool:
    """Whether only the intention is staged to add a file (`git add -N`). pygit2 has no name for that flag."""
    entry = C.git_index_get_bypath(index._index, os.fsencode(path), 0)
    return entry != ffi.NULL and bool(entry.flags_extended & _INTENT_TO_ADD)


def _ids_at(repository: pygit2.Repository, commit: pygit2.Commit) -> dict[str, pygit2.Oid]:
    spec = top_file(commit, SPEC_FILE)
    return {file.path: file.id for file in (*([spec] if spec else []), *results_files(commit, nested=True))}


def _index(repository: pygit2.Repository) -> pygit2.Index:
    named = os.environ.get("GIT_INDEX_FILE")
    if named:
        path = os.path.realpath(os.path.join(repository.workdir or repository.path, named))
        if path.startswith(os.path.realpath(repository.path) + os.sep) and os.path.isfile(path):
            return pygit2.Index(path)
    return cast("pygit2.Index", repository.index)


def merge_base(repository: pygit2.Repository, a: pygit2.Oid, b: pygit2.Oid) -> pygit2.Oid | None:
    """Return the best common ancestor of two commits, or None where they share no history."""
    return cast("pygit2.Oid | None", repository.merge_base(a, b))
