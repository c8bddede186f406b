"""What evalhub needs to know of one repository at one moment: its spec or its results, wherever they stand.

A snapshot depends on nothing but the repository's refs and objects (and its path below the hub's root), so that it
can be kept between runs.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import pygit2

from evalhub import git, pulls, repos
from evalhub.benchmarks import Spec, read_spec
from evalhub.diagnostics import Diagnostic, FileRef
from evalhub.files import quoted
from evalhub.proposed import Proposed
from evalhub.repos import RepoName
from evalhub.result_reader import Recall, ResultReader
from evalhub.results import EvalResult, Rejected, is_misplaced
from evalhub.terms import Origin, Reason, RepoType
from evalhub.yaml_source import MAX_BYTES


@dataclass(frozen=True, slots=True)
class Place:
    """Where results stand: a ref of a model repo, its tip (a commit id), and the number of the pull request."""

    origin: Origin
    ref: str
    tip: str
    pull_request: int | None = None

    @property
    def branch(self) -> git.Branch:
        return git.Branch(self.ref, pygit2.Oid(hex=self.tip))


@dataclass(frozen=True, slots=True)
class PlacedResult:
    """A result and where it stands; `index` counts the valid entries of the file from 0."""

    model_id: str
    result: EvalResult
    place: Place
    filename: str
    index: int


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something that is missing from leaderboards; of which benchmark's is only known for entries that can be read."""

    reason: Reason
    dataset_id: str | None = None
    task_id: str | None = None


@dataclass(frozen=True, slots=True)
class RepoSnapshot:
    """One repository: the results of a model, or the spec of a dataset (None: it has no valid `eval.yaml`).

    `named_type` is the type where the repository's name tells it; `git_dir` is shared by all its worktrees, and
    `linked` says that this is not the main one. `unread` says that nothing but its path has been looked at.
    """

    id: str
    type: RepoType
    path: Path
    default: Place | None = None
    spec: Spec | None = None
    spec_invalid: bool = False
    results: tuple[PlacedResult, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    problems: tuple[Diagnostic, ...] = ()
    named_type: RepoType | None = None
    git_dir: str = ""
    linked: bool = False
    unread: bool = False


@dataclass(slots=True)
class _Reading:
    """What has been read of one repository so far."""

    reader: ResultReader
    name: RepoName
    directory: str
    git_dir: str
    linked: bool
    results: list[PlacedResult] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    problems: list[Diagnostic] = field(default_factory=list)

    def report(self, code: str, message: str, hint: str | None, ref: str | None = None, path: str = "") -> None:
        file = FileRef(path, self.name.id, ref, self.directory)
        self.problems.append(Diagnostic(code, message, file, hint=hint))


def name_only(root: Path, path: Path) -> RepoSnapshot | None:
    """Return what the path alone says of a model repository with a working tree of its own; None of any other."""
    name = repos.name_below(root, path)
    git_dir = os.path.join(path, ".git")
    if name is None or name.type is not RepoType.MODEL or not os.path.isdir(git_dir):
        return None
    shared = os.path.realpath(git_dir) + "/"
    return RepoSnapshot(name.id, name.type, path, named_type=name.type, git_dir=shared, unread=True)


def read_repo(root: Path, path: Path, *, results: bool = True) -> RepoSnapshot:
    """Read the repository at `path` in the hub at `root`; without `results`, see only that they can be read.

    Never raises: what can't be read is in `problems`.
    """
    return read_with(root, path, results=results)[0]


def read_with(
    root: Path, path: Path, *, results: bool = True, recall: Recall | None = None
) -> tuple[RepoSnapshot, ResultReader | None]:
    """Return what `read_repo` does, and what read it, for whoever reads on; None where it couldn't be opened."""
    name = repos.name_below(root, path)
    try:
        repository = git.open_repository(path)
        name = name or _name_from_origin(repository) or repos.name_from_path(path)
        reader = ResultReader(repository, parse=results, recall=recall)
        reading = _Reading(reader, name, str(path), *_git_dir(repository))
        with git.reading(str(path), "the repository"):
            refs = git.read_refs(repository)
            default = pulls.default_branch(repository, refs)
    except git.UnreadableError as error:
        name = name or repos.name_from_path(path)
        problem = Diagnostic("EH001", error.message, FileRef("", name.id, None, str(path)), hint=error.hint)
        left_out = (LeftOut(Reason.UNREADABLE_REPOS),)
        type_ = name.type or RepoType.MODEL
        unreadable = RepoSnapshot(name.id, type_, path, left_out=left_out, problems=(problem,), named_type=name.type)
        return unreadable, None
    if default is None:
        _report_no_default(reading, refs)
        return _snapshot(reading, name.type or RepoType.MODEL), reader
    return _read_committed(reading, refs, default), reader


def _report_no_default(reading: _Reading, refs: git.Refs) -> None:
    hint = f"name it: git -C {quoted(reading.directory)} remote set-head origin BRANCH, or make a branch main"
    found = pulls.pull_refs(refs, None)
    if refs.ids:
        reading.report("EH004", "no default branch: there is no telling whose word its branches are", hint)
    else:
        reading.report("EH004", "no commits yet", "commit something, or fetch it")
    if set(refs.ids) - {pull.ref for pull in found}:
        reading.left_out.append(LeftOut(Reason.UNREADABLE_REPOS))
    for pull in found:
        reading.report("EH002", "no default branch to compare it with", hint, pull.ref)
        reading.left_out.append(LeftOut(Reason.UNREADABLE_REFS))


def _read_committed(reading: _Reading, refs: git.Refs, default: git.Branch) -> RepoSnapshot:
    place = Place(Origin.AUTHOR, default.ref, str(default.tip))
    type_ = reading.name.type or RepoType.MODEL
    spec: Spec | None = None
    has_spec = False
    try:
        with git.reading(reading.directory, default.ref):
            commit = git.read_commit(reading.reader.repository, default.tip)
            file = git.top_file(commit, git.SPEC_FILE) if reading.name.type is not RepoType.MODEL else None
            has_spec = file is not None
            if file is not None and file.kind == "file":
                spec = read_spec(git.read_blob(reading.reader.repository, file.id, limit=MAX_BYTES))
            type_ = reading.name.type or (RepoType.DATASET if has_spec else RepoType.MODEL)
            if type_ is RepoType.MODEL:
                _collect_default(reading, place, reading.reader.files(commit))
    except git.UnreadableError as error:
        reading.report("EH002", error.message, error.hint, default.ref)
        reading.left_out.append(LeftOut(Reason.UNREADABLE_REFS))
    else:
        if type_ is RepoType.MODEL:
            _read_pulls(reading, refs, default)
    return _snapshot(reading, type_, place, spec, spec_invalid=has_spec and spec is None)


def _collect_default(reading: _Reading, place: Place, files: list[git.TreeFile]) -> None:
    """Add the results of the default branch; a file whose blob is missing is reported, and the others still count."""
    if not reading.reader.parses and reading.reader.are_there(files):
        return
    for file in files:
        try:
            with git.reading(reading.directory, place.ref):
                entries = reading.reader.entries(file)
        except git.UnreadableError as error:
            reading.report("EH002", error.message, error.hint, place.ref, file.path)
            reading.left_out.append(LeftOut(Reason.UNREADABLE_FILES))
        else:
            _collect(reading, place, file, range(len(entries.entries)), entries.rejected)


def _read_pulls(reading: _Reading, refs: git.Refs, default: git.Branch) -> None:
    for ref in pulls.broken_refs(reading.git_dir, refs):
        hint = f"fetch it again: git -C {quoted(reading.directory)} fetch"
        reading.report("EH002", "the ref holds no commit id", hint, ref)
        reading.left_out.append(LeftOut(Reason.UNREADABLE_REFS))
    proposed: Proposed | None = None
    for pull in pulls.pull_refs(refs, default):
        try:
            with git.reading(reading.directory, pull.ref):
                proposed = proposed or Proposed(reading.reader, default)
                proposals = proposed.files(pull)
                place = Place(Origin.COMMUNITY, pull.ref, str(pull.tip), pull.number)
                for proposal in proposals:
                    _collect(reading, place, proposal.file, proposal.indexes, proposal.rejected)
        except git.UnreadableError as error:
            reading.report("EH002", error.message, error.hint, pull.ref)
            reading.left_out.append(LeftOut(Reason.UNREADABLE_REFS))


def _collect(
    reading: _Reading, place: Place, file: git.TreeFile, indexes: Iterable[int], rejected: Iterable[Rejected]
) -> None:
    """Add the results at `indexes` of one file, and count what of it is left out."""
    if not reading.reader.parses:
        return
    entries = reading.reader.entries(file)
    if is_misplaced(file.path):
        reading.left_out.append(LeftOut(Reason.FILES_NOT_READ))
    if not entries.readable:
        reading.left_out.append(LeftOut(Reason.UNREADABLE_FILES))
    reading.left_out += [_left_out(each) for each in rejected]
    for index in indexes:
        placed = PlacedResult(reading.name.id, entries.entries[index], place, file.path, index)
        reading.results.append(placed)


def _left_out(rejected: Rejected) -> LeftOut:
    return LeftOut(Reason.INVALID_ENTRIES, rejected.dataset_id, rejected.task_id)


def _snapshot(
    reading: _Reading,
    type_: RepoType,
    default: Place | None = None,
    spec: Spec | None = None,
    *,
    spec_invalid: bool = False,
) -> RepoSnapshot:
    return RepoSnapshot(
        reading.name.id,
        type_,
        Path(reading.directory),
        default,
        spec,
        spec_invalid,
        tuple(reading.results),
        tuple(reading.left_out),
        tuple(reading.problems),
        reading.name.type,
        reading.git_dir,
        reading.linked,
    )


def _name_from_origin(repository: pygit2.Repository) -> RepoName | None:
    try:
        config = repository.config
        key = "remote.origin.url"
        url = next(config.get_multivar(key), None)
        return repos.name_from_url(url) if url else None
    except (pygit2.GitError, UnicodeError, ValueError, OSError):
        return None


def _git_dir(repository: pygit2.Repository) -> tuple[str, bool]:
    """Return the directory that all worktrees of the repository share, and whether this is a linked worktree."""
    path: str = repository.path
    if os.path.exists(path + "commondir"):
        return os.path.dirname(os.path.dirname(path.rstrip("/"))) + "/", True
    return path, False
