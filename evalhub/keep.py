"""Writing to the index: what was read, what is gone, and which repositories count."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from evalhub import rows
from evalhub.changes import Changes, ListedFolder
from evalhub.doubles import Named, doubles_among
from evalhub.rows import RepoRows
from evalhub.store import Store

_MANY = 500  # repositories for which all are looked through, not each


@dataclass(frozen=True, slots=True)
class KeptRepo:
    """A repository that was read: its path below the root, when (ns since 1970), its stamp, and what it holds."""

    path: bytes
    read_at: int
    watched: tuple[str, ...]
    stamp: bytes
    rows: RepoRows


def remember_places(store: Store, changes: Changes) -> None:
    """Keep which directories there are, and forget repositories and directories that are gone.

    Of two processes, the one that looked later is right.
    """
    if not (changes.listed or changes.gone_repos or changes.gone_folders):
        return
    with store.writing():
        for known in _known(store, changes.gone_repos).values():
            if known.is_older(changes.begun):
                _forget(store, known)
        older = "DELETE FROM folder WHERE path = ? AND (read_at < ? OR read_at > ?)"
        now = time.time_ns()
        for path in (*changes.gone_folders, *(each.path for each in changes.listed)):
            store.change(older, (path, changes.begun, now))
        store.insert("folder", (_folder_row(each, changes.begun) for each in changes.listed))


def _folder_row(each: ListedFolder, read_at: int) -> rows.Row:
    listing = each.listing
    return (each.path, read_at, each.stamp, listing.is_repo, json.dumps(listing.folders), listing.has_registry)


def remember(store: Store, repos: Sequence[KeptRepo]) -> None:
    """Keep what repositories hold, in place of what is known of them.

    Of two processes, the one that read a repository later is right. Whether it counts stays as it was where its name
    and its git directory do.
    """
    if not repos:
        return
    with store.writing():
        known = _known(store, [each.path for each in repos])
        current = [each for each in repos if each.path not in known or known[each.path].is_older(each.read_at)]
        ((last,),) = store.rows("SELECT coalesce(max(number), 0) FROM repo")
        numbered = list(enumerate(current, start=last + 1))
        for each in current:
            before = known.get(each.path)
            if before:
                _forget(store, before, still_there=before.identity == each.rows.identity)
        store.insert("repo", (_repo_row(number, each, known.get(each.path)) for number, each in numbered))
        store.insert("result", ((None, number, *row) for number, each in numbered for row in each.rows.results))
        store.insert("left_out", ((number, *row) for number, each in numbered for row in each.rows.left_out))
        store.insert("blob", ((None, *row) for each in current for row in each.rows.blobs))


def remember_blobs(store: Store, blobs: Sequence[rows.Row]) -> None:
    """Keep what result files hold that stood in the past."""
    with store.writing():
        store.insert("blob", ((None, *row) for row in blobs))


class _Known(NamedTuple):
    """What the index has of a repository: `identity` is its type, id, git directory and whether it is linked."""

    number: int
    read_at: int
    identity: tuple[Any, ...]
    sorted: bool
    double_of: bytes | None

    def is_older(self, moment: int) -> bool:
        """Whether it was read before `moment`; a time to come was told by a clock that was wrong."""
        return self.read_at <= moment or self.read_at > time.time_ns()


def _known(store: Store, paths: Sequence[bytes]) -> dict[bytes, _Known]:
    """Return what the index has of those of `paths` at which it has a repository."""
    columns = "path, number, read_at, sorted, double_of, type, id, git_dir, linked"
    found: dict[bytes, _Known] = {}
    for row in store.rows_among(f"SELECT {columns} FROM repo WHERE path IN ({{marks}})", paths):
        path, number, read_at, is_sorted, double_of, *name, linked = row
        found[path] = _Known(number, read_at, (*name, bool(linked)), is_sorted, double_of)
    return found


def _repo_row(number: int, each: KeptRepo, before: _Known | None) -> rows.Row:
    place = (each.path, each.read_at, json.dumps(each.watched), each.stamp)
    same = before is not None and before.identity == each.rows.identity
    counts = (before.sorted, before.double_of) if before and same else (False, None)
    timeline = each.rows.is_dataset  # a dataset has none to read
    return (
        *(number, *place, *each.rows.identity, *counts),
        *(each.rows.has_problems, each.rows.is_dataset, timeline, each.rows.snapshot),
    )


def _forget(store: Store, known: _Known, *, still_there: bool = False) -> None:
    """Forget a repository; unless it is still there, sort out again those that it may have kept from counting."""
    if not still_there:
        _, id, git_dir, _ = known.identity
        store.change("UPDATE repo SET sorted = 0 WHERE id = ? OR (git_dir = ? AND git_dir != '')", (id, git_dir))
    for table in ("result", "standing", "left_out"):
        store.change(f"DELETE FROM {table} WHERE repo = ?", (known.number,))
    store.change("DELETE FROM repo WHERE number = ?", (known.number,))


@dataclass(frozen=True, slots=True)
class KeptTimeline:
    """What stood in a repository, and when. It is not `whole` where its beginning is missing, as in a shallow clone;
    with `problems`, something couldn't be read, and is tried again.
    """

    path: bytes
    read_at: int  # when the repository was
    standings: tuple[rows.Row, ...]
    whole: bool
    problems: bool = False


def remember_timelines(store: Store, timelines: Sequence[KeptTimeline]) -> None:
    """Keep what stood when, of repositories that nobody has read anew meanwhile."""
    if not timelines:
        return
    with store.writing():
        for each in timelines:
            found = store.rows("SELECT number FROM repo WHERE path = ? AND read_at = ?", (each.path, each.read_at))
            for (number,) in found:
                store.change("DELETE FROM standing WHERE repo = ?", (number,))
                store.insert("standing", ((None, number, *row) for row in each.standings))
                state = 2 if each.problems else 1 if each.whole else 3
                store.change("UPDATE repo SET timeline = ? WHERE number = ?", (state, number))


# --- repositories that don't count ----------------------------------------------------------------------------------

_NAMED = "SELECT number, path, type, id, git_dir, linked FROM repo"


def sort_out_doubles(store: Store) -> None:
    """Decide for repositories that are new whether they count, and for those with the same id or git directory."""
    if not store.rows("SELECT 1 FROM repo WHERE NOT sorted LIMIT 1"):
        return
    with store.writing():  # all of it: numbers are used again when another process writes
        new = _named(store, "NOT sorted")
        every = len(new) > _MANY
        together = _named(store, "1") if every else _related(store, new)
        doubles = doubles_among(together)
        store.change("UPDATE repo SET sorted = 1 WHERE NOT sorted")
        if every:
            store.change("UPDATE repo SET double_of = NULL WHERE double_of IS NOT NULL")
        else:
            numbers = ((each.number,) for each in together)
            store.change_each("UPDATE repo SET double_of = NULL WHERE number = ?", numbers)
        pairs = ((other.path, number) for number, other in doubles.items())
        store.change_each("UPDATE repo SET double_of = ? WHERE number = ?", pairs)


def _named(store: Store, condition: str, values: Sequence[object] = ()) -> list[Named]:
    return [Named(*row) for row in store.rows(f"{_NAMED} WHERE {condition}", values)]


def _related(store: Store, repos: Sequence[Named]) -> list[Named]:
    """Return `repos`, and all that have an id or a git directory in common with one of them, or of those."""
    found = {each.number: each for each in repos}
    waiting = list(repos)
    asked: set[tuple[str, Any]] = set()
    while waiting:
        each = waiting.pop()
        for question in (("id = ?", each.id), ("git_dir = ? AND git_dir != ''", each.git_dir)):
            if question in asked:
                continue
            asked.add(question)
            others = [other for other in _named(store, question[0], question[1:]) if other.number not in found]
            found.update((other.number, other) for other in others)
            waiting += others
    return list(found.values())
