"""Which directories and repositories of a hub have changed since the index was brought up to date."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from evalhub import stamps
from evalhub.repos import InnerRegistry, Listing, Unlisted, list_directory, walk
from evalhub.store import Store
from evalhub.workers import cores, share_out

_PACK = 1_000  # stamps that one process looks at, at a time
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


@dataclass(frozen=True, slots=True)
class _Kept:
    path: bytes
    watched: Sequence[str]
    stamp: bytes


def find_changes(store: Store, root: str) -> Changes:
    """Walk the hub at `root`, listing only directories that have changed, and look at all repositories' stamps."""
    changes = Changes(time.time_ns())
    folders = {row[0]: row[1:] for row in store.rows("SELECT path, stamp, is_repo, names, has_registry FROM folder")}
    watched: dict[str, tuple[str, ...]] = {}  # most repositories are watched at the same places
    kept = [_Kept(path, _ITSELF, row[0]) for path, row in folders.items()]
    for path, places, stamp in store.rows("SELECT path, watched, stamp FROM repo"):
        kept.append(_Kept(path, watched.get(places) or watched.setdefault(places, tuple(json.loads(places))), stamp))
    same = _unchanged(root, kept)
    same_folders = {kept[number].path for number in same if number < len(folders)}
    same_repos = {kept[number].path for number in same if number >= len(folders)}
    start = len(root) if root.endswith("/") else len(root) + 1
    seen: set[bytes] = set()

    def list_one(directory: str) -> Listing:
        path = os.fsencode(directory[start:])
        if path in same_folders:
            seen.add(path)
            _, is_repo, names, has_registry = folders[path]
            return Listing(bool(is_repo), tuple(json.loads(names)), bool(has_registry))
        if path in same_repos and path:
            return Listing(True)
        stamp = stamps.stamp(directory, _ITSELF)
        listing = list_directory(directory, is_root=not path)
        if not listing.is_repo or not path:
            seen.add(path)
            changes.listed.append(ListedFolder(path, stamp, listing))
        return listing

    known = {each.path for each in kept[len(folders) :]}
    for found in walk(root, list_one):
        if isinstance(found, Unlisted):
            changes.unlisted.append(found)
        elif isinstance(found, InnerRegistry):
            changes.inner_registries.append(found.path)
        else:
            path = os.fsencode(found[start:])
            known.discard(path)
            if path not in same_repos:
                changes.changed.append(path)
    changes.gone_repos = sorted(known)
    changes.gone_folders = sorted(folders.keys() - seen)
    return changes


def _unchanged(root: str, kept: Sequence[_Kept]) -> list[int]:
    """Return the numbers of those that are as they were, looked at by all cores."""

    def look(start: int) -> list[int]:
        pack = kept[start : start + _PACK]
        return [
            start + number
            for number, each in enumerate(pack)
            if stamps.is_same(f"{root}/{os.fsdecode(each.path)}", each.watched, each.stamp)
        ]

    starts = range(0, len(kept), _PACK)
    workers = cores() if len(starts) > 2 else 1
    return [number for found in share_out(look, starts, workers=workers) for number in found]
