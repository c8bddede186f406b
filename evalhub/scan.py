"""All repositories below a hub's root, read, and which of them count."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from evalhub.diagnostics import Diagnostic, FileRef
from evalhub.files import shown
from evalhub.repos import InnerRegistry, Unlisted, find_repos
from evalhub.snapshot import LeftOut, RepoSnapshot, name_only, read_repo
from evalhub.terms import Reason, RepoType
from evalhub.workers import cores, share_out

Progress = Callable[[int, int], None]  # repositories read, and how many there are
_PACK = 50  # repositories that one process reads at a time


@dataclass(frozen=True, slots=True)
class Scan:
    """What lies below a root: the repositories that count, in path order; what can't be read or doesn't count; what
    is missing from leaderboards because of that; registries that aren't the hub's own; and where all repositories are.
    """

    repos: tuple[RepoSnapshot, ...]
    problems: tuple[Diagnostic, ...]
    left_out: tuple[LeftOut, ...]
    inner_registries: tuple[Path, ...]
    paths: tuple[Path, ...] = ()


def scan(root: Path, progress: Progress | None = None) -> Scan:
    """Find and read every repository below `root`."""
    found = list(find_repos(root))
    return _sorted_out(found, _read(found, lambda path: read_repo(root, path), progress, workers=1))


def outline(root: Path, wanted: Callable[[Path], bool], progress: Progress | None = None) -> Scan:
    """Find every repository below `root`, and read all but results; of those that aren't `wanted` nothing where their
    path says that they are models.
    """
    found = list(find_repos(root))

    def read(path: Path) -> RepoSnapshot:
        named = None if wanted(path) else name_only(root, path)
        return named or read_repo(root, path, results=False)

    return _sorted_out(found, _read(found, read, progress, workers=cores()))


Found = Path | Unlisted | InnerRegistry


def _read(
    found: Iterable[Found], read: Callable[[Path], RepoSnapshot], progress: Progress | None, *, workers: int
) -> list[RepoSnapshot]:
    paths = [each for each in found if isinstance(each, Path)]
    workers = workers if len(paths) > 2 * _PACK else 1
    size = _PACK if workers > 1 else 1
    packs = [paths[start : start + size] for start in range(0, len(paths), size)]
    snapshots: list[RepoSnapshot] = []
    for pack in share_out(lambda pack: [read(path) for path in pack], packs, workers=workers):
        snapshots += pack
        if progress:
            progress(len(snapshots), len(paths))
    return snapshots


def _sorted_out(found: Sequence[Found], snapshots: list[RepoSnapshot]) -> Scan:
    counted, doubles = _without_doubles(snapshots)
    unlisted = [each for each in found if isinstance(each, Unlisted)]
    problems = [_not_listed(each) for each in unlisted]
    problems += [problem for snapshot in counted for problem in snapshot.problems]
    problems += [_double(snapshot, other) for snapshot, other in doubles]
    registries = tuple(each.path for each in found if isinstance(each, InnerRegistry))
    left_out = [item for snapshot in counted for item in snapshot.left_out]
    left_out += [LeftOut(Reason.UNREADABLE_REPOS)] * len(unlisted)
    # Of a worktree, nothing is missing.
    left_out += [LeftOut(Reason.DUPLICATE_REPOS) for snapshot, _ in doubles if not snapshot.linked]
    paths = tuple(snapshot.path for snapshot in snapshots)
    return Scan(tuple(counted), tuple(problems), tuple(left_out), registries, paths)


def _without_doubles(
    snapshots: list[RepoSnapshot],
) -> tuple[list[RepoSnapshot], list[tuple[RepoSnapshot, RepoSnapshot]]]:
    """Keep each id, and each repository with several worktrees, once: the first in path order, main worktrees first.

    The others come with the one that counts in their place.
    """
    mains = {snapshot.git_dir: snapshot for snapshot in snapshots if snapshot.git_dir and not snapshot.linked}
    firsts: dict[tuple[RepoType, str], RepoSnapshot] = {}
    counted, doubles = [], []
    for snapshot in snapshots:
        other = mains.get(snapshot.git_dir) if snapshot.linked else None
        other = other or firsts.get((snapshot.type, snapshot.id))
        if other is not None:
            doubles.append((snapshot, other))
            continue
        counted.append(snapshot)
        firsts[snapshot.type, snapshot.id] = snapshot
        if snapshot.linked:
            mains[snapshot.git_dir] = snapshot
    return counted, doubles


def _double(snapshot: RepoSnapshot, other: RepoSnapshot) -> Diagnostic:
    what = "is a worktree of" if snapshot.git_dir == other.git_dir else "has the same id as"
    message = f"{shown(snapshot.path)} {what} {shown(other.path)}, which counts"
    file = FileRef("", snapshot.id, None, str(snapshot.path))
    return Diagnostic("EH003", message, file, hint="move it out of the hub, or give it another path")


def _not_listed(directory: Unlisted) -> Diagnostic:
    file = FileRef("", None, None, str(directory.path))
    return Diagnostic("EH001", f"the directory can't be listed: {directory.reason}", file)
