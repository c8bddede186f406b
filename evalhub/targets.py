"""From the paths that somebody names to the files to validate."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from evalhub import checkouts, git, pulls, repos
from evalhub.benchmarks import Spec, read_spec
from evalhub.checkouts import SourceFile
from evalhub.diagnostics import Diagnostic, FileRef
from evalhub.edits import NO_EDITS, Edits
from evalhub.errors import EvalhubError
from evalhub.files import shown
from evalhub.kinds import kind_of
from evalhub.names import printable
from evalhub.proposed import Proposed
from evalhub.result_reader import ResultReader
from evalhub.results import RESULTS_FOLDER
from evalhub.scan import Scan
from evalhub.snapshot import RepoSnapshot, read_repo
from evalhub.terms import RepoType

_MOST_NAMED = 10  # pull requests in a hint
_FEW = 5  # files that a state which is not on disk is taken to have: counting them means reading it


@dataclass(frozen=True, slots=True)
class View:
    """Which state of a repository is meant: what stands at `ref`, what is staged, else its working tree with `edits`
    (of a bare one, its default branch); with `pull_requests`, what each open one adds too.
    """

    ref: str | None = None
    staged: bool = False
    pull_requests: bool = False
    edits: Edits = NO_EDITS

    @property
    def working(self) -> bool:
        return self.ref is None and not self.staged


@dataclass(frozen=True, slots=True)
class Target:
    """Files to validate together: one state of one repository, or single files; `size` is about how many.

    `problems` gives what of the repository can't be read, where that isn't known yet.
    """

    read: Callable[[], Iterable[SourceFile]]
    snapshot: RepoSnapshot | None = None
    size: int = 1
    problems: Callable[[], Sequence[Diagnostic]] = tuple


def nearest_hub(paths: Sequence[Path]) -> Path | None:
    """Return the nearest hub at or above the first path, or None."""
    return repos.nearest_hub((paths[0] if paths else Path()).absolute())


def without_hub(paths: Sequence[Path]) -> Path:
    """Return where to look for repositories without a hub: in that of the first path, else in the path's folder."""
    start = (paths[0] if paths else Path()).absolute()
    return repos.enclosing_repo(start) or (start if start.is_dir() else start.parent)


def is_among(root: Path, paths: Iterable[Path]) -> bool:
    """Whether the repository that a hub's root is in is validated itself, in whole or in part."""
    top = repos.enclosing_repo(root.resolve())
    if top is None:
        return False
    real = [path.resolve() for path in paths]
    return any(top.is_relative_to(path) or repos.enclosing_repo(path) == top for path in real)


def check_exist(paths: Iterable[Path], view: View) -> None:
    """Raise `EvalhubError` where one of `paths` isn't there; a file may be, at a ref, and not in the working tree."""
    for path in paths:
        if not view.edits.exists(path) and (view.working or not path.parent.is_dir()):
            raise EvalhubError(f"{shown(path)}: no such file or directory", "name files, clones or a hub")


class Finder:
    """Finds what paths stand for, in the light of the hub at `root`, whose outline is `scan`."""

    def __init__(self, root: Path, scan: Scan, view: View) -> None:
        self._root = root.absolute()
        self._scan = scan
        self._view = view
        self._snapshots = {snapshot.path.absolute(): snapshot for snapshot in scan.repos}
        self._enclosing = cache(repos.enclosing_repo)
        self.problems: list[Diagnostic] = []  # what can't be read

    def find(self, paths: Iterable[Path]) -> list[Target]:
        """Return what `paths` stand for. Raises `EvalhubError` where there is nothing to validate, or no such state."""
        found: list[Target] = []
        files: dict[Path | None, list[Path]] = {}  # by repository
        for path in _once(paths):
            if path.is_dir():  # a link that somebody names is followed; those inside are not
                found += self._directory(path.resolve() if path.is_symlink() else path)
            else:
                if path.name != RESULTS_FOLDER and path.suffix.lower() not in (".yaml", ".yml"):
                    raise _of_no_concern(path)
                files.setdefault(self._enclosing(path.absolute().parent), []).append(path)
        for top, named in files.items():
            found.append(self._files(named) if top is None else self._files_of(top, named))
        return found

    def _files(self, paths: list[Path]) -> Target:
        """Return files that are in no repository."""
        self._refuse_without_git(paths[0])
        files = (checkouts.on_disk(Path(), str(path), None, edits=self._view.edits) for path in paths)
        sources = [source for found in files for source in found]
        _refuse_of_no_concern(sources)
        return Target(lambda: sources, size=len(sources))

    def _files_of(self, top: Path, paths: list[Path]) -> Target:
        """Return files of one repository, and its other results to compare them with."""
        snapshot = self._snapshot(top)
        names = {path.absolute().relative_to(top).as_posix(): place for place, path in enumerate(paths)}
        others = sorted(name for name in names if not name.startswith(RESULTS_FOLDER + "/"))
        if not self._view.working:
            read = self._reader(snapshot) or self._nothing_at_ref(top)
            self._refuse_absent(names, read)
            return Target(lambda: _picked(read(), names), snapshot, _FEW)

        edits = self._view.edits
        _refuse_of_no_concern(one for name in others for one in checkouts.on_disk(top, name, snapshot.id, edits=edits))

        def files() -> Iterator[SourceFile]:
            left = set(names)
            if len(others) < len(names):
                for source in checkouts.working_files(top, snapshot.id, RepoType.MODEL, edits):
                    if source.file.path == RESULTS_FOLDER:  # no folder: that is wrong with all that is named in it
                        names[RESULTS_FOLDER] = len(names)
                        left.intersection_update(others)
                    left.discard(source.file.path)
                    yield source
            for name in left:
                yield from checkouts.on_disk(top, name, snapshot.id, edits=edits)

        return Target(lambda: _picked(files(), names), snapshot, len(others) + _count(top))

    def _directory(self, given: Path) -> list[Target]:
        directory = given.absolute()
        edits = self._view.edits
        found = [Target(lambda: checkouts.registry_files(directory, edits))] if self._view.working else []
        tops = self._below(directory)
        for top in tops:
            snapshot = self._snapshot(top)
            if top not in self._snapshots:
                self.problems += snapshot.problems
            found += self._targets(snapshot)
        self.problems += [problem for problem in self._scan.problems if _is_inside(problem.file, directory)]
        if tops and not found and not self.problems:
            self._nothing_at_ref(directory)
        if not tops:
            found.append(self._without_repos(given))
            if not self.problems and not any(True for target in found for _ in target.read()):
                message = f"nothing to validate in {shown(directory)}: no git repositories, eval.yaml or .eval_results"
                raise EvalhubError(message, "name files, clones or a hub; or build an example: evalhub demo demo-hub")
        return found

    def _below(self, directory: Path) -> list[Path]:
        if directory == self._root:  # the walk that found the outline went everywhere
            return [path.absolute() for path in self._scan.paths]
        return [path for path in repos.find_repos(directory) if isinstance(path, Path)]

    def _targets(self, snapshot: RepoSnapshot) -> list[Target]:
        """Return the state of a repository that is meant, and its open pull requests where they are."""
        found = []
        read = self._reader(snapshot)
        if read:
            found.append(Target(read, snapshot, self._size(snapshot), self._unknown_problems(snapshot)))
        default = snapshot.default
        if self._view.pull_requests and default is not None and snapshot.type is RepoType.MODEL:
            found.append(Target(lambda: _proposed(snapshot, default.branch), snapshot, _FEW))
        return found

    def _unknown_problems(self, snapshot: RepoSnapshot) -> Callable[[], Sequence[Diagnostic]]:
        path = snapshot.path
        return (lambda: read_repo(self._root, path, results=False).problems) if snapshot.unread else tuple

    def _without_repos(self, given: Path) -> Target:
        """Return what lies in a folder of a working tree, or in a directory without git."""
        directory = given.absolute()
        top = self._enclosing(directory)
        if top is None:
            self._refuse_without_git(given)
            edits = self._view.edits
            return Target(
                lambda: (_as_given(file, given) for file in checkouts.working_files(directory, None, None, edits))
            )
        snapshot = self._snapshot(top)
        inside = directory.relative_to(top).as_posix() + "/"
        read = self._reader(snapshot) or self._nothing_at_ref(top)
        return Target(
            lambda: (file for file in read() if file.file.path.startswith(inside)), snapshot, self._size(snapshot)
        )

    def _reader(self, snapshot: RepoSnapshot) -> Callable[[], Iterable[SourceFile]] | None:
        """Return a reader of the state of a repository that is meant; None where it has none."""
        top, id, type_ = snapshot.path, snapshot.id, snapshot.named_type
        try:
            if self._view.staged:
                staged = checkouts.staged_files(top, id, type_) if has_working_tree(snapshot) else []
                return lambda: staged
            branch = self._branch(snapshot)
        except git.UnreadableError as error:
            file = FileRef("", id, self._view.ref or checkouts.STAGED, str(top))
            self.problems.append(Diagnostic("EH002", error.message, file, hint=error.hint))
            return None
        if self._view.working and has_working_tree(snapshot):
            return lambda: checkouts.working_files(top, id, type_, self._view.edits)
        return (lambda: checkouts.committed_files(top, branch, id, type_)) if branch else None

    def _branch(self, snapshot: RepoSnapshot) -> git.Branch | None:
        if self._view.ref is None:
            return snapshot.default.branch if snapshot.default else None
        with git.reading(str(snapshot.path), self._view.ref):
            return git.find_commit(git.open_repository(snapshot.path), self._view.ref)

    def _size(self, snapshot: RepoSnapshot) -> int:
        return _count(snapshot.path) if self._view.working and has_working_tree(snapshot) else _FEW

    def _snapshot(self, top: Path) -> RepoSnapshot:
        return self._snapshots.get(top) or read_repo(self._root, top, results=False)

    def _nothing_at_ref(self, directory: Path) -> Callable[[], Iterable[SourceFile]]:
        """Raise where a ref was named that isn't there; return a reader of nothing."""
        if self._view.ref is not None and not self.problems:
            message = f"{shown(directory)}: there is no {printable(self._view.ref, limit=100)}"
            raise EvalhubError(message, self._known_refs(directory))
        return tuple

    def _known_refs(self, directory: Path) -> str:
        """Return a hint at what could be named instead: the pull requests that there are, where one was meant."""
        asked, found = self._view.ref or "", list[str]()
        if pulls.is_proposal(asked) or pulls.is_proposal(f"refs/{asked}") or pulls.is_proposal(f"refs/heads/{asked}"):
            with suppress(git.UnreadableError):
                for top in self._below(directory)[:_FEW]:
                    refs = git.read_refs(git.open_repository(top))
                    found += [pull.ref for pull in pulls.pull_refs(refs, None)]
        names = [ref.removeprefix("refs/heads/").removeprefix("refs/") for ref in dict.fromkeys(found)]
        if names:
            more = ", …" if len(names) > _MOST_NAMED else ""
            return printable(f"the pull requests there are: {', '.join(names[:_MOST_NAMED])}{more}")
        return "name a branch, a tag or a commit: --ref main"

    def _refuse_absent(self, names: Iterable[str], read: Callable[[], Iterable[SourceFile]]) -> None:
        """Raise where a file was named that the ref or the index doesn't have."""
        if self.problems:
            return
        absent = set(names) - {file.file.path for file in read()}
        if absent:
            place = "in the index" if self._view.ref is None else f"at {printable(self._view.ref, limit=100)}"
            message = f"{printable(min(absent), limit=200)} is not {place}"
            raise EvalhubError(message, "name a file that is there, or its repository")

    def _refuse_without_git(self, path: Path) -> None:
        if not self._view.working:
            hint = "validate it as it is: without --ref and --staged"
            raise EvalhubError(f"{shown(path)} is in no git repository", hint)


def _count(top: Path) -> int:
    """Return how many files a working tree has to validate, or how many more than those that can be told cheaply."""
    try:
        with os.scandir(top / RESULTS_FOLDER) as entries:
            return 1 + sum(1 for _ in entries)
    except OSError:
        return 1


def _once(paths: Iterable[Path]) -> Iterator[Path]:
    """Yield paths without `..`, each file or folder once, whatever it is called; a clone that is a link is followed."""
    seen: set[Path] = set()
    for path in paths:
        direct = Path(os.path.normpath(path)) if ".." in path.parts else path
        if direct.parent.resolve() != path.parent.resolve():  # `..` after a link isn't where it was before
            direct = path.resolve()
        real = path.resolve() if path.is_dir() else direct.parent.resolve() / direct.name
        if real not in seen:
            seen.add(real)
            yield _behind_link(direct)


def _behind_link(path: Path) -> Path:
    """Return a path as it is in a clone itself, where a link leads to the clone."""
    top = None if path.is_dir() else repos.enclosing_repo(path.absolute().parent)
    return top.resolve() / path.absolute().relative_to(top) if top is not None and top.is_symlink() else path


def _refuse_of_no_concern(sources: Iterable[SourceFile]) -> None:
    for source in sources:
        if kind_of(source) is None:
            raise _of_no_concern(Path(source.file.directory or "", source.file.path))


def _of_no_concern(path: Path) -> EvalhubError:
    hint = "name .eval_results/*.yaml, eval.yaml or evalhub.yaml; or a clone or hub with them"
    return EvalhubError(f"{shown(path)} holds neither results nor a spec or registry", hint, exit_status=2)


def _picked(sources: Iterable[SourceFile], names: dict[str, int]) -> list[SourceFile]:
    """Return all files, those with `names` first, by their places; the others are only there to be compared with."""
    by_place = sorted(sources, key=lambda source: names.get(source.file.path, len(names)))
    return [each if each.file.path in names else replace(each, reported=False) for each in by_place]


def _as_given(source: SourceFile, directory: Path) -> SourceFile:
    """Return a file that is in no repository with its path as somebody would type it."""
    return replace(source, file=FileRef(str(directory / source.file.path)))


def has_working_tree(snapshot: RepoSnapshot) -> bool:
    return (snapshot.path / ".git").exists()


def _proposed(snapshot: RepoSnapshot, branch: git.Branch) -> Iterator[SourceFile]:
    """Yield what each open pull request adds; nothing where it can't be read: the snapshot reports it."""
    directory = str(snapshot.path)
    try:
        repository = git.open_repository(snapshot.path)
        with git.reading(directory, branch.ref):
            found = pulls.pull_refs(git.read_refs(repository), branch)
            proposed = Proposed(ResultReader(repository), branch)
    except git.UnreadableError:
        return
    for pull in found:
        yield from checkouts.proposed_files(repository, proposed, pull, snapshot.id, directory)


def _is_inside(file: FileRef, directory: Path) -> bool:
    return file.directory is not None and Path(file.directory).absolute().is_relative_to(directory)


def edited_specs(found: Iterable[Target], edits: Edits = NO_EDITS) -> Iterator[tuple[str, Spec]]:
    """Yield the valid specs in the working trees of the dataset repos among the targets, by dataset id."""
    for target in found:
        snapshot = target.snapshot
        if snapshot and snapshot.named_type is not RepoType.MODEL and has_working_tree(snapshot):
            raw = edits.read(snapshot.path / git.SPEC_FILE)
            spec = read_spec(raw.content) if raw and raw.kind == "file" else None
            if spec:
                yield snapshot.id, spec
