"""Which git repositories lie below a directory, and what id and type each has."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from evalhub.terms import RepoType


@dataclass(frozen=True, slots=True)
class RepoName:
    """The id (`ORG/NAME`) of a repository, and its type where its name already tells it."""

    id: str
    type: RepoType | None


@dataclass(frozen=True, slots=True)
class Unlisted:
    """A directory that can't be listed, so that repositories in it would be missed."""

    path: Path
    reason: str


@dataclass(frozen=True, slots=True)
class InnerRegistry:
    """An `evalhub.yaml` below the root, which is not this hub's registry."""

    path: Path


REGISTRY_FILE = "evalhub.yaml"
SUBJECTS = ("eval.yaml", ".eval_results")  # what a repository has that isn't only a hub's
_FOLDERS = {"models": RepoType.MODEL, "datasets": RepoType.DATASET}
HUB_HOSTS = frozenset({"huggingface.co", "hf.co", "www.huggingface.co"})
_SCP_URL = re.compile(r"(?:[^@/]+@)?(?P<host>[^:/]+):(?P<path>[^/].*|/.+)")


@dataclass(frozen=True, slots=True)
class Listing:
    """What one directory holds: whether it is a repository, the names of the directories in it in which repositories
    may be, and whether it has an `evalhub.yaml`.
    """

    is_repo: bool
    folders: tuple[str, ...] = ()
    has_registry: bool = False


def list_directory(directory: str, *, is_root: bool) -> Listing:
    """List one directory. Nothing is looked for inside a repository, except in the root of the hub, which may be one (a
    hub can be kept in git). Raises `OSError`.
    """
    with os.scandir(directory) as entries:
        listing = list(entries)
    found = _is_repo(listing)
    if found and (not is_root or _is_bare(listing)):
        return Listing(True)
    folders = (entry.name for entry in listing if entry.is_dir(follow_symlinks=False))
    below = sorted((name for name in folders if name not in (".git", ".eval_results")), key=os.fsencode)
    return Listing(found, tuple(below), any(entry.name == REGISTRY_FILE for entry in listing))


def walk(root: str, list_one: Callable[[str], Listing]) -> Iterator[str | Unlisted | InnerRegistry]:
    """Yield what `find_repos` does, as text, where `list_one` lists a directory. Symbolic links are not followed."""
    stack = [root]
    while stack:
        directory = stack.pop()
        try:
            listing = list_one(directory)
        except OSError as error:
            yield Unlisted(Path(directory), error.strerror or str(error))
            continue
        if listing.is_repo:
            yield directory
        elif directory != root and listing.has_registry:
            yield InnerRegistry(Path(directory, REGISTRY_FILE))
        prefix = directory if directory.endswith("/") else directory + "/"
        stack.extend([prefix + name for name in reversed(listing.folders)])


def find_repos(root: Path) -> Iterator[Path | Unlisted | InnerRegistry]:
    """Yield every repository at or below `root` in path order: clones, linked worktrees and bare repositories."""
    top = str(root)
    for found in walk(top, lambda directory: list_directory(directory, is_root=directory == top)):
        yield Path(found) if isinstance(found, str) else found


def is_repo(directory: Path) -> bool:
    """Whether `directory` is the top of a working tree, or a bare repository."""
    try:
        with os.scandir(directory) as entries:
            return _is_repo(list(entries))
    except OSError:
        return False


def enclosing_repo(path: Path) -> Path | None:
    """Return the top of the working tree (or the bare repository) that `path` is in, or None."""
    return next((parent for parent in (path, *path.parents) if is_repo(parent)), None)


def nearest_hub(start: Path) -> Path | None:
    """Return the nearest directory at or above `start` with an `evalhub.yaml`, or None.

    One that comes with results or a spec doesn't count, nor one in a repository that is itself below another hub: a
    model must not bring its own registry.
    """
    registries = (parent for parent in (start, *start.parents) if (parent / REGISTRY_FILE).is_file())
    found = [parent for parent in registries if not _is_of_one_repo(parent)]
    while len(found) > 1 and is_repo(found[0]):
        found.pop(0)
    return found[0] if found else None


def _is_of_one_repo(directory: Path) -> bool:
    """Whether `directory` is of a model or benchmark, and no hub: in a repository whose top has results or a spec."""
    if ".eval_results" in directory.parts:
        return True
    top = enclosing_repo(directory) or directory
    above = (directory, *(parent for parent in directory.parents if parent.is_relative_to(top)))
    return any(os.path.lexists(each / name) for each in above for name in SUBJECTS) or is_bare(directory)


def is_bare(directory: Path) -> bool:
    """Whether `directory` is a bare repository."""
    try:
        with os.scandir(directory) as entries:
            return _is_bare(list(entries))
    except OSError:
        return False


def includes(path: Path) -> bool:
    """Whether the configuration of the repository at `path` has parts in other files."""
    for git_dir in (path / ".git", path):
        try:
            if b"include" in (git_dir / "config").read_bytes().lower() or (git_dir / "config.worktree").exists():
                return True
        except OSError:
            continue
    return False


def name_below(root: Path, path: Path) -> RepoName | None:
    """Return what `models/ORG/NAME` or `datasets/ORG/NAME` below `root` says, or None where the path has neither."""
    try:
        return _name_from_parts(path.relative_to(root).parts)
    except ValueError:
        return None


def name_from_url(url: str) -> RepoName | None:
    """Return what the URL of a remote says: those of the Hugging Face Hub, and `…/models|datasets/ORG/NAME` anywhere.

    None for other URLs: `github.com/ORG/NAME` tells neither that it is a model nor that the model is called so.
    """
    host, path = split_url(url)
    parts = tuple(part for part in path.split("/") if part)
    named = _name_from_parts(parts)
    if named or host not in HUB_HOSTS:
        return named
    return RepoName("/".join((parts[0], _stem(parts[1]))), RepoType.MODEL) if len(parts) == 2 else None


def name_from_path(path: Path) -> RepoName:
    """Return the last two components of `path` as the id; the type is left open."""
    parts = Path(os.path.abspath(path)).parts[-2:]
    return RepoName("/".join((*parts[:-1], _stem(parts[-1]))).lstrip("/"), None)


def _name_from_parts(parts: tuple[str, ...]) -> RepoName | None:
    if len(parts) >= 3 and parts[-3] in _FOLDERS:
        return RepoName(f"{parts[-2]}/{_stem(parts[-1])}", _FOLDERS[parts[-3]])
    return None


def split_url(url: str) -> tuple[str, str]:
    """Return the host (lower case, without user or port) and path of a URL, `git@host:path` or local path."""
    if "://" in url:
        try:
            parts = urlsplit(url)
            return (parts.hostname or "").lower(), unquote(parts.path)
        except ValueError:
            return "", ""
    scp = _SCP_URL.fullmatch(url)
    return (scp["host"].lower(), scp["path"]) if scp else ("", str(PurePosixPath(url)))


def _stem(name: str) -> str:
    return name.removesuffix(".git") or name


def _is_repo(listing: list[os.DirEntry[str]]) -> bool:
    return any(entry.name == ".git" and not entry.is_symlink() for entry in listing) or _is_bare(listing)


def _is_bare(listing: list[os.DirEntry[str]]) -> bool:
    names = {entry.name for entry in listing}
    return {"HEAD", "objects", "refs"} <= names and "config" in names
