"""Which repositories of a hub don't count, because another one is the same or has the same id."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple


class Named(NamedTuple):
    """What tells repositories apart: `number` is whatever the caller knows each by, `path` lies below the root, and
    `git_dir` is shared by all worktrees of a repository (empty: unknown), of which `linked` ones aren't the main one.
    """

    number: int
    path: bytes
    type: Any
    id: Any
    git_dir: Any
    linked: bool


def doubles_among(repos: Iterable[Named]) -> dict[int, Named]:
    """Return the numbers of those that don't count, each with the one that counts in its place.

    Each id of a type, and each repository with several worktrees, counts once: the first in path order, and main
    worktrees first.
    """
    in_order = sorted(repos, key=lambda each: each.path.split(b"/"))
    mains = {each.git_dir: each for each in in_order if each.git_dir and not each.linked}
    firsts: dict[tuple[Any, Any], Named] = {}
    doubles: dict[int, Named] = {}
    for each in in_order:
        other = mains.get(each.git_dir) if each.linked else None
        other = other or firsts.get((each.type, each.id))
        if other is not None:
            doubles[each.number] = other
            continue
        firsts[each.type, each.id] = each
        if each.linked:
            mains[each.git_dir] = each
    return doubles
