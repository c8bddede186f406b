"""Which directories and repositories of a hub have changed since the index was brought up to date."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from evalhub import stamps
from evalhub.repos import REGISTRY_FILE, InnerRegistry, Listing, Unlisted, list_directory, walk
from evalhub.store import Store
from evalhub.workers import cores, share_out

_PACK = 250  # stamps that one process looks at, at a time
_ROOT = b""
_ITSELF = (".",)  # what is watched of a directory without a repository: its entries


@dataclass(frozen=True, slots=True)
class ListedFolder:
    """A directory that was listed anew: its path below the root, and its stamp."""

    path: bytes
    stamp: bytes
    listing: Listing


@dataclass(slots=True)
class Changes:
    """What differs from the index. Paths are bytes below the root, empty for the root itself; `begun` is when it was
    looked at, in ns since 1970.
    """

    begun: int
    changed: list[bytes] = field(default_factory=list)  # repositories to read, in path order
    listed: list[ListedFolder] = field(default_factory=list)
    gone_repos: list[bytes] = field(default_factory=list)
    gone_folders: list[bytes] = field(default_factory=list)
    unlisted: list[Unlisted] = field(default_factory=list)
    inner_registries: list[Path] = field(default_factory=list)


_Kept = tuple[bytes, Sequence[str], bytes]  # a path, what is watched there, and its stamp
_Folder = tuple[bytes, bool, str, bool]  # a stamp, and what `Listing` has: the names as JSON


def find_changes(store: Store, root: str) -> Changes:
    """Walk the hub at `root`, listing only directories that have changed, and look at all repositories' stamps."""
    changes = Changes(time.time_ns())
    query = "SELECT path, stamp, is_repo, names, has_registry FROM folder"
    folders: dict[bytes, _Folder] = {row[0]: row[1:] for row in store.rows(query)}
    kept: list[_Kept] = [(path, _ITSELF, folder[0]) for path, folder in folders.items()]
    kept += _kept_repos(store)
    same = set(_unchanged(root, kept))
    repos = {path for path, _, _ in kept[len(folders) :]}
    stale = [path for number, (path, _, _) in enumerate(kept) if number not in same]
    if _is_whole(folders, repos) and all(path in repos and _is_repo(root, path) for path in stale):
        registries = sorted(path for path, folder in folders.items() if folder[3] and path)
        changes.inner_registries = [Path(root, os.fsdecode(path), REGISTRY_FILE) for path in registries]
        changes.changed = sorted(stale, key=lambda path: path.split(b"/"))
        return changes  # a walk would find the same
    same_folders = {kept[number][0] for number in same if number < len(folders)}
    same_repos = {kept[number][0] for number in same if number >= len(folders)}
    _Walk(root, folders, same_folders, same_repos, changes).go(repos)
    return changes


def _is_repo(root: str, path: bytes) -> bool:
    """Whether what was a repository still is one."""
    try:
        return bool(path) and list_directory(os.path.join(root, os.fsdecode(path)), is_root=False).is_repo
    except OSError:
        return False


def _is_whole(folders: Mapping[bytes, _Folder], repos: Collection[bytes]) -> bool:
    """Whether the index has all that is in its directories, so that a walk would find nothing more: it hasn't where
    reading was interrupted.
    """
    inside = sum(len(json.loads(names)) for _, _, names, _ in folders.values())
    return bool(folders) and inside == len(folders) - 1 + len(repos) - (_ROOT in repos)


def _kept_repos(store: Store) -> Iterator[_Kept]:
    watched: dict[str, tuple[str, ...]] = {}  # most repositories are watched at the same places
    for path, places, stamp in store.rows("SELECT path, watched, stamp FROM repo"):
        yield path, watched.get(places) or watched.setdefault(places, tuple(json.loads(places))), stamp


def _unchanged(root: str, kept: Sequence[_Kept]) -> list[int]:
    """Return the numbers of those that are as they were, looked at by all cores."""

    def look(start: int) -> list[int]:
        pack = kept[start : start + _PACK]
        return [
            start + number
            for number, (path, watched, stamp) in enumerate(pack)
            if stamps.is_same(f"{root}/{os.fsdecode(path)}", watched, stamp)
        ]

    starts = range(0, len(kept), _PACK)
    workers = cores() if len(starts) > 2 else 1
    return [number for found in share_out(look, starts, workers=workers) for number in found]


@dataclass(frozen=True, slots=True)
class _Walk:
    """A walk through a hub, in which directories that are the same aren't listed again."""

    root: str
    folders: dict[bytes, _Folder]
    same_folders: set[bytes]
    same_repos: set[bytes]
    changes: Changes
    seen: set[bytes] = field(default_factory=set)

    def go(self, known: set[bytes]) -> None:
        """Note what has changed; `known` are the repositories that the index has."""
        for found in walk(self.root, self._list):
            if isinstance(found, Unlisted):
                self.changes.unlisted.append(found)
            elif isinstance(found, InnerRegistry):
                self.changes.inner_registries.append(found.path)
            else:
                path = self._below(found)
                known.discard(path)
                if path not in self.same_repos:
                    self.changes.changed.append(path)
        self.changes.gone_repos = sorted(known)
        self.changes.gone_folders = sorted(self.folders.keys() - self.seen)

    def _list(self, directory: str) -> Listing:
        path = self._below(directory)
        if path in self.same_folders:
            self.seen.add(path)
            _, is_repo, names, has_registry = self.folders[path]
            return Listing(bool(is_repo), tuple(json.loads(names)), bool(has_registry))
        if path in self.same_repos and path:
            return Listing(True)
        try:
            listing = list_directory(directory, is_root=not path)
            if not listing.is_repo or not path:
                stamp = stamps.stamp(directory, _ITSELF)
                listing = list_directory(directory, is_root=not path)  # again, as a stamp must be older
                self._note(path, stamp, listing)
        except OSError:
            self._note(path, stamps.NEVER, Listing(False))  # so that it is tried again
            raise
        return listing

    def _note(self, path: bytes, stamp: bytes, listing: Listing) -> None:
        self.seen.add(path)
        self.changes.listed.append(ListedFolder(path, stamp, listing))

    def _below(self, directory: str) -> bytes:
        start = len(self.root) if self.root.endswith("/") else len(self.root) + 1
        return os.fsencode(directory[start:])
