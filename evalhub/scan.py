"""What there is below a hub's root, without the results: what validation needs to know first."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from evalhub.diagnostics import Diagnostic, FileRef
from evalhub.doubles import Named, doubles_among
from evalhub.files import shown
from evalhub.repos import InnerRegistry, Unlisted, find_repos
from evalhub.snapshot import RepoSnapshot, name_only, read_repo
from evalhub.workers import in_packs

Progress = Callable[[int, int], None]  # repositories read, and how many there are
Note = Callable[[str], None]  # a sentence for people


@dataclass(frozen=True, slots=True)
class Scan:
    """What lies below a root: the repositories that count, in path order; what can't be read or doesn't count; and
    where all repositories are.
    """

    repos: tuple[RepoSnapshot, ...]
    problems: tuple[Diagnostic, ...]
    paths: tuple[Path, ...] = ()


def outline(root: Path, wanted: Callable[[Path], bool], progress: Progress | None = None) -> Scan:
    """Find every repository below `root`, and read all but results; of those that aren't `wanted` nothing where their
    path says that they are models.
    """
    found = list(find_repos(root))

    def read(path: Path) -> RepoSnapshot:
        named = None if wanted(path) else name_only(root, path)
        return named or read_repo(root, path, results=False)

    return _sorted_out(found, _read([each for each in found if isinstance(each, Path)], read, progress))


def _read(paths: Sequence[Path], read: Callable[[Path], RepoSnapshot], progress: Progress | None) -> list[RepoSnapshot]:
    snapshots: list[RepoSnapshot] = []
    for pack in in_packs(read, paths):
        snapshots += pack
        if progress:
            progress(len(snapshots), len(paths))
    return snapshots


def _sorted_out(found: Iterable[Path | Unlisted | InnerRegistry], snapshots: list[RepoSnapshot]) -> Scan:
    doubles = doubles_among(
        Named(number, os.fsencode(each.path), each.type, each.id, each.git_dir, each.linked)
        for number, each in enumerate(snapshots)
    )
    counted = [each for number, each in enumerate(snapshots) if number not in doubles]
    unlisted = [each for each in found if isinstance(each, Unlisted)]
    problems = [not_listed(each) for each in unlisted]
    problems += [problem for snapshot in counted for problem in snapshot.problems]
    for number, other in doubles.items():
        one, same = snapshots[number], snapshots[number].git_dir == other.git_dir
        problems.append(double(one.id, one.path, snapshots[other.number].path, same=same))
    return Scan(tuple(counted), tuple(problems), tuple(snapshot.path for snapshot in snapshots))


def double(id: str, path: Path, other: Path, *, same: bool) -> Diagnostic:
    """Return the finding that a repository doesn't count, because `other` does in its place, of which it is a worktree
    where they are the same.
    """
    what = "is a worktree of" if same else "has the same id as"
    message = f"{shown(path)} {what} {shown(other)}, which counts"
    file = FileRef("", id, None, str(path))
    return Diagnostic("EH003", message, file, hint="move it out of the hub, or give it another path")


def not_listed(directory: Unlisted) -> Diagnostic:
    """Return the finding that repositories in a directory may be missed."""
    file = FileRef("", None, None, str(directory.path))
    return Diagnostic("EH001", f"the directory can't be listed: {directory.reason}", file)
