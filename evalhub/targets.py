"""From the paths that somebody names to the files to validate."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from evalhub import checkouts, git, pulls, repos
from evalhub.benchmarks import Spec, read_spec
from evalhub.checkouts import SourceFile
from evalhub.diagnostics import Diagnostic, FileRef
from evalhub.errors import EvalhubError
from evalhub.files import read_file, shown
from evalhub.hub import Hub
from evalhub.proposed import Proposed
from evalhub.result_reader import ResultReader
from evalhub.results import counts_as_results
from evalhub.snapshot import RepoSnapshot, read_repo
from evalhub.terms import RepoType


@dataclass(frozen=True, slots=True)
class Target:
    """Files to validate together, read when their turn comes: one state of one repository, or single files."""

    read: Callable[[], Iterable[SourceFile]]
    snapshot: RepoSnapshot | None = None
    only: str | None = None  # the path of the one file to report on; the others tell what it repeats


def hub_root(paths: Sequence[Path]) -> Path:
    """Return the nearest directory at or above the first path with an `evalhub.yaml`, else its repository, else the
    directory itself.
    """
    start = (paths[0] if paths else Path()).absolute()
    return repos.nearest_hub(start) or repos.enclosing_repo(start) or (start if start.is_dir() else start.parent)


def check_exist(paths: Iterable[Path]) -> None:
    """Raise `EvalhubError` where one of `paths` isn't there."""
    for path in paths:
        if not os.path.lexists(path):
            raise EvalhubError(f"{shown(path)}: no such file or directory", "name files, clones or a hub")


def find(paths: Iterable[Path], hub: Hub, *, pull_requests: bool) -> tuple[list[Target], list[Diagnostic]]:
    """Return what `paths` stand for, and what of it can't be read. Raises `EvalhubError` where there is nothing."""
    found: list[Target] = []
    problems: list[Diagnostic] = []
    snapshots = {snapshot.path.absolute(): snapshot for snapshot in hub.repos}
    for path in paths:
        if path.is_dir():  # a link that somebody names is followed; those inside are not
            found += _directory(path.resolve() if path.is_symlink() else path, hub, snapshots, problems, pull_requests)
        else:
            found.append(_single(path, hub, snapshots))
    return found, problems


def _single(path: Path, hub: Hub, snapshots: dict[Path, RepoSnapshot]) -> Target:
    top = repos.enclosing_repo(path.absolute().parent)
    if top is None:
        return Target(lambda: checkouts.on_disk(Path(), str(path), None))
    snapshot = _snapshot(top, hub, snapshots)
    inside = path.absolute().relative_to(top).as_posix()
    if counts_as_results(inside):
        return Target(lambda: checkouts.working_files(top, snapshot.id, RepoType.MODEL), snapshot, inside)
    return Target(lambda: checkouts.on_disk(top, inside, snapshot.id))


def _directory(
    given: Path,
    hub: Hub,
    snapshots: dict[Path, RepoSnapshot],
    problems: list[Diagnostic],
    pull_requests: bool,
) -> list[Target]:
    directory = given.absolute()
    found = [Target(lambda: checkouts.registry_files(directory))]
    tops = [top for top in repos.find_repos(directory) if isinstance(top, Path)]
    for top in tops:
        snapshot = _snapshot(top, hub, snapshots)
        if top not in snapshots:
            problems += snapshot.problems
        found.append(Target(_files_of(snapshot), snapshot))
        if pull_requests:
            found += _pull_targets(snapshot)
    problems += [problem for problem in hub.problems if _is_inside(problem.file, directory)]
    if not tops:
        found.append(_without_repos(given, hub, snapshots))
        if not problems and not any(True for target in found for _ in target.read()):
            message = f"nothing to validate in {shown(directory)}: no git repositories, eval.yaml or .eval_results"
            raise EvalhubError(message, "name files, clones or a hub; or build an example: evalhub demo demo-hub")
    return found


def _without_repos(given: Path, hub: Hub, snapshots: dict[Path, RepoSnapshot]) -> Target:
    """Return what lies in a folder of a working tree, or in a directory without git."""
    directory = given.absolute()
    top = repos.enclosing_repo(directory)
    if top is None:
        return Target(lambda: (_as_given(file, given) for file in checkouts.working_files(directory, None, None)))
    snapshot = _snapshot(top, hub, snapshots)
    inside = directory.relative_to(top).as_posix() + "/"
    read = _files_of(snapshot)
    return Target(lambda: (file for file in read() if file.file.path.startswith(inside)), snapshot)


def _as_given(source: SourceFile, directory: Path) -> SourceFile:
    """Return a file that is in no repository with its path as somebody would type it."""
    return replace(source, file=FileRef(str(directory / source.file.path)))


def _snapshot(top: Path, hub: Hub, snapshots: dict[Path, RepoSnapshot]) -> RepoSnapshot:
    return snapshots.get(top) or read_repo(hub.root.absolute(), top)


def _files_of(snapshot: RepoSnapshot) -> Callable[[], Iterator[SourceFile]]:
    """Return a reader of the working tree, or of a bare repository's default branch."""

    def read() -> Iterator[SourceFile]:
        if _has_working_tree(snapshot):
            yield from checkouts.working_files(snapshot.path, snapshot.id, snapshot.named_type)
        elif snapshot.default:
            repository = git.open_repository(snapshot.path)
            directory, branch = str(snapshot.path), snapshot.default.branch
            yield from checkouts.committed_files(repository, branch, snapshot.id, directory, snapshot.named_type)

    return read


def _has_working_tree(snapshot: RepoSnapshot) -> bool:
    return (snapshot.path / ".git").exists()


def _pull_targets(snapshot: RepoSnapshot) -> list[Target]:
    if snapshot.default is None or snapshot.type is not RepoType.MODEL:
        return []
    repository = git.open_repository(snapshot.path)
    branch, directory = snapshot.default.branch, str(snapshot.path)
    try:
        with git.reading(directory, branch.ref):
            found = pulls.pull_refs(git.read_refs(repository), branch)
            proposed = Proposed(ResultReader(repository), branch)
    except git.UnreadableError:  # the snapshot reports it
        return []

    def reader(pull: pulls.PullRef) -> Callable[[], Iterator[SourceFile]]:
        return lambda: checkouts.proposed_files(repository, proposed, pull, snapshot.id, directory)

    return [Target(reader(pull), snapshot) for pull in found]


def _is_inside(file: FileRef, directory: Path) -> bool:
    return file.directory is not None and Path(file.directory).absolute().is_relative_to(directory)


def edited_specs(found: Iterable[Target]) -> Iterator[tuple[str, Spec]]:
    """Yield the valid specs in the working trees of the dataset repos among the targets, by dataset id."""
    for target in found:
        snapshot = target.snapshot
        if snapshot and snapshot.named_type is not RepoType.MODEL and _has_working_tree(snapshot):
            raw = read_file(snapshot.path / git.SPEC_FILE)
            spec = read_spec(raw.content) if raw and raw.kind == "file" else None
            if spec:
                yield snapshot.id, spec
