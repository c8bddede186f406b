"""Submit: a new result becomes a commit on a new branch of the model repo, which is a pull request."""

from __future__ import annotations

import enum
import math
import re
import shlex
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from evalhub import checkouts, git, proposals, results_edit, yaml_source
from evalhub.checking import check_files
from evalhub.checkouts import SourceFile
from evalhub.diagnostics import Diagnostic, FileRef
from evalhub.errors import EvalhubError
from evalhub.files import quoted
from evalhub.hub import Hub
from evalhub.lookup import NotFoundError
from evalhub.names import printable, slug
from evalhub.repos import enclosing_repo
from evalhub.results import RESULTS_FOLDER, EvalResult, new_file_name
from evalhub.snapshot import PlacedResult, RepoSnapshot
from evalhub.terms import Origin
from evalhub.validation import context_of
from evalhub.values import format_value

_MOST_TRIES = 10


class Status(enum.StrEnum):
    """What came of a submission."""

    COMMITTED = "committed"
    PLANNED = "planned"  # a dry run: nothing was written
    SAME = "same"  # the same score stands already: nothing to do
    CONFLICT = "conflict"  # a different score stands already
    INVALID = "invalid"  # validation found errors in the new entry or file


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody wants to submit: a result, and where it should go. None: evalhub chooses.

    `file` is a name in `.eval_results`; `branch` may leave out the leading `evalhub/`.
    """

    result: EvalResult
    file: str | None = None
    branch: str | None = None
    message: str | None = None
    supersede: bool = False
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it. `standing` are the results that are the same or in conflict; `before` and `after` are the
    file's texts (`before` is None for a new file); `remote` is where the branch would be pushed, if there is one.
    """

    status: Status
    model_id: str
    repository: Path
    standing: tuple[PlacedResult, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    path: str = ""
    before: str | None = None
    after: str = ""
    base: str = ""
    branch: str = ""
    commit: str = ""
    message: str = ""
    remote: str | None = None
    superseded: bool = False
    sourceless: bool = False


def parse_value(text: str) -> float:
    """Return the number that somebody typed, an int where it is written as one. Raises `EvalhubError` (wrong usage)."""
    plain = text.strip()
    if re.fullmatch(r"[-+]?[0-9]{1,300}", plain):
        return int(plain)
    if re.fullmatch(r"[-+]?([0-9]+\.[0-9]*|\.?[0-9]+)([eE][-+]?[0-9]+)?", plain) and math.isfinite(float(plain)):
        return float(plain)
    hint = "type a plain number, on the scale of the leaderboard: --value 84.6"
    raise EvalhubError(f"the value {printable(text, limit=60)} is not a finite number", hint, exit_status=2)


def resolve_task(hub: Hub, benchmark: str, task: str | None) -> tuple[str, str]:
    """Return the dataset and task ids that are meant. A benchmark that isn't in the hub must be named by its full id,
    with its task: validation then warns.

    Raises `EvalhubError` where the benchmark or task is not there, or a benchmark has several tasks and none is named.
    """
    try:
        found = hub.benchmark(benchmark)
    except NotFoundError as error:
        if task and benchmark.count("/") == 1 and not error.close:
            return benchmark, task
        raise
    if task is None and len(found.tasks) > 1:
        listed = ", ".join(found.spec.task_ids)
        raise EvalhubError(f"{found.dataset_id} has several tasks: {listed}", "name one: --task ID", exit_status=2)
    return found.dataset_id, hub.task_id(found, task)


def submit(hub: Hub, model: str, request: Request) -> Outcome:
    """Propose a result for the model that `model` means, unless its score stands already.

    Only a new branch `evalhub/…` is written: working tree, index, HEAD and existing refs stay as they are. Raises
    `EvalhubError` where the model isn't there, the file can't be edited, or git can't commit.
    """
    snapshot = hub.model_repo(model)
    if snapshot.default is None:
        raise EvalhubError(
            f"{printable(snapshot.id)} has no commits to base a branch on", "commit something there first"
        )
    _refuse_unsafe(snapshot)
    outcome = Outcome(
        Status.COMMITTED,
        snapshot.id,
        snapshot.path,
        base=snapshot.default.tip,
        sourceless=request.result.source is None,
    )
    same, different = _standing(snapshot, request.result)
    if same:
        return replace(outcome, status=Status.SAME, standing=tuple(same), sourceless=False)
    if different and not request.supersede:
        return replace(outcome, status=Status.CONFLICT, standing=tuple(different))
    path, before, after = _edited(snapshot, request, different)
    diagnostics = _new_findings(hub, snapshot, path, after)
    outcome = replace(
        outcome,
        path=path,
        before=before,
        after=after,
        diagnostics=tuple(diagnostics),
        message=_message(hub, request),
        superseded=bool(different),
    )
    if any(diagnostic.is_error for diagnostic in diagnostics):
        return replace(outcome, status=Status.INVALID)
    return _commit(outcome, request)


def _refuse_unsafe(snapshot: RepoSnapshot) -> None:
    """Raise where the default branch can't be read as a whole, so that a file that is there would be taken for new; or
    where git would run with a stranger's configuration.
    """
    for problem in snapshot.problems:
        if snapshot.default and problem.file.ref == snapshot.default.ref:
            raise EvalhubError(f"{printable(snapshot.id)} can't be read as a whole: {problem.message}", problem.hint)
    if _came_with_a_clone(snapshot.path):
        message = f"{printable(snapshot.id)} is a bare repository that another repository has in its files"
        raise EvalhubError(message, "its configuration may be a stranger's: move it out first")


def _came_with_a_clone(path: Path) -> bool:
    """Whether `path` is a bare repository whose own files are tracked by the repository around it."""
    outer = None if (path / ".git").exists() else enclosing_repo(path.absolute().parent)
    if outer is None:
        return False
    try:
        with git.reading(str(outer), "the index"):
            return (path.absolute() / "HEAD").relative_to(outer).as_posix() in git.open_repository(outer).index
    except git.UnreadableError:
        return True


def _commit(outcome: Outcome, request: Request) -> Outcome:
    repository = outcome.repository
    wanted = _branch_name(outcome.path, request)
    outcome = replace(outcome, remote=_remote(repository))
    if request.branch is not None or request.dry_run:
        if request.branch is None:
            wanted = proposals.free_branch(repository, wanted)
        else:
            proposals.check_branch(repository, wanted)
        outcome = replace(outcome, branch=wanted)
        return replace(outcome, status=Status.PLANNED) if request.dry_run else _committed(outcome)
    for _ in range(_MOST_TRIES - 1):  # others may take the name between looking and committing
        outcome = replace(outcome, branch=proposals.free_branch(repository, wanted))
        try:
            return _committed(outcome)
        except proposals.BranchTakenError:
            continue
    return _committed(replace(outcome, branch=proposals.free_branch(repository, wanted)))


def _committed(outcome: Outcome) -> Outcome:
    commit = proposals.commit_file(
        outcome.repository,
        base=outcome.base,
        branch=outcome.branch,
        path=outcome.path,
        content=outcome.after.encode(),
        message=outcome.message,
    )
    return replace(outcome, commit=commit)


def _standing(snapshot: RepoSnapshot, result: EvalResult) -> tuple[list[PlacedResult], list[PlacedResult]]:
    """Return where the same score stands already, and where a different one for the same task and notes does."""
    placed = [item for item in snapshot.results if item.result.series == result.series]
    same = [item for item in placed if item.result.value == result.value]
    return same, [item for item in placed if item.result.value != result.value]


# --- the file -------------------------------------------------------------------------------------------------------


def _edited(snapshot: RepoSnapshot, request: Request, different: Sequence[PlacedResult]) -> tuple[str, str | None, str]:
    """Return the path of the file to change, its text on the default branch (None: it is new), and its new text."""
    superseded = next((item for item in different if item.place.origin is Origin.AUTHOR), None)
    if superseded and request.file and _path(request.file) != superseded.filename:
        there = printable(superseded.filename)
        raise EvalhubError(f"the score to supersede stands in {there}, not in {printable(request.file)}", "drop --file")
    path = superseded.filename if superseded else _choose_path(snapshot, request)
    raw = _default_file(snapshot, path)
    before = None if raw is None else _text(path, raw)
    entry = request.result.to_entry()
    try:
        if superseded and before is not None:
            index = _index(before, superseded.result.to_entry())
            return path, before, results_edit.replace_entry(before, index, entry)
        return path, before, results_edit.add_entry(before or "", entry)
    except EvalhubError as error:
        raise EvalhubError(f"{printable(path)}: {error.message}", error.hint) from None


def _choose_path(snapshot: RepoSnapshot, request: Request) -> str:
    """Return the file that the benchmark's results are in already, nearest the same task and notes; else a new one."""
    if request.file:
        return _path(request.file)
    result = request.result
    own = [item for item in snapshot.results if item.place.origin is Origin.AUTHOR]
    of_benchmark = [item for item in own if item.result.dataset_id == result.dataset_id]
    if of_benchmark:
        best = max(
            of_benchmark,
            key=lambda item: (item.result.variant == result.variant, item.result.task_id == result.task_id),
        )
        return best.filename
    return _path(new_file_name(result.dataset_id, result.variant))


def _path(file: str) -> str:
    name = file.removeprefix(RESULTS_FOLDER + "/")
    if not re.fullmatch(r"[^/\x00-\x1f\x7f]+\.yaml", name) or name.startswith("."):
        hint = "name a file directly in .eval_results: --file hle.yaml"
        raise EvalhubError(
            f"the Hub doesn't read a result file called {printable(file, limit=100)}", hint, exit_status=2
        )
    return f"{RESULTS_FOLDER}/{name}"


def _default_file(snapshot: RepoSnapshot, path: str) -> bytes | None:
    source = next((file for file in _default_files(snapshot) if file.file.path == path), None)
    if source is None:
        return None
    raw = source.read()
    if raw.kind != "file":
        what = "can't be read" if raw.kind == checkouts.MISSING else f"is a {raw.kind}"
        raise EvalhubError(f"{printable(path)} {what}", "name another file: --file NAME.yaml")
    return raw.content


def _default_files(snapshot: RepoSnapshot) -> Iterator[SourceFile]:
    if snapshot.default is not None:  # as it was when the hub was read: the new commit goes on top of that
        yield from checkouts.committed_files(snapshot.path, snapshot.default.branch, snapshot.id, snapshot.type)


def _text(path: str, raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        raise EvalhubError(f"{printable(path)} is not UTF-8 text", "name another file: --file NAME.yaml") from None


def _index(text: str, entry: dict[str, Any]) -> int:
    data = yaml_source.parse(text.encode()).data
    return next(index for index, item in enumerate(data) if item == entry)


def _new_findings(hub: Hub, snapshot: RepoSnapshot, path: str, after: str) -> list[Diagnostic]:
    """Validate the default branch as it would be, and return what wasn't there before."""
    context = context_of(hub.datasets.values(), hub.registry, {})
    before_files = list(_default_files(snapshot))
    file = FileRef(path, snapshot.id, None, str(snapshot.path))
    others = [replace(each, file=replace(each.file, ref=None)) for each in before_files if each.file.path != path]
    new_file = checkouts.source_file(file, after)
    elsewhere = partial(hub.claims, but=snapshot.path)
    known, found = (
        [one for each in check_files(files, context, elsewhere=elsewhere) for one in each.diagnostics]
        for files in (before_files, [*others, new_file])
    )
    counts = Counter(map(_finding, known))
    new = []
    for each in found:
        if counts[_finding(each)]:
            counts[_finding(each)] -= 1
        else:
            new.append(each)
    return new


def _finding(diagnostic: Diagnostic) -> tuple[str, str, str]:
    """Return what a finding is, wherever it stands: an edit moves the lines below it."""
    return diagnostic.file.path, diagnostic.code, re.sub(r"\bline [0-9]+", "line", diagnostic.message)


# --- the branch -----------------------------------------------------------------------------------------------------


def _branch_name(path: str, request: Request) -> str:
    prefix = "evalhub/"
    if request.branch is not None:
        return prefix + request.branch.removeprefix(prefix)
    stem = path.rsplit("/", 1)[-1].removesuffix(".yaml")
    return prefix + (slug(stem).replace("_", "-") or "result")


def _message(hub: Hub, request: Request) -> str:
    if request.message is not None:
        return request.message
    result = request.result
    spec = hub.specs.get(result.dataset_id)
    name = spec.name if spec else result.dataset_id
    verb = "Correct" if request.supersede else "Add"
    notes = f" ({result.notes})" if result.notes else ""
    subject = " ".join(f"{verb} {name} result: {format_value(result.value)}{notes}".split())
    source = f"\n\nSource: {result.source.url}" if result.source else ""
    return f"{subject}{source}\n"


def _remote(repository: Path) -> str | None:
    opened = git.open_repository(repository)
    names = [remote.name for remote in opened.remotes if remote.name]
    return "origin" if "origin" in names else names[0] if names else None


def push_command(outcome: Outcome) -> str:
    """Return what to type to push the branch."""
    remote, branch = outcome.remote or "REMOTE", shlex.quote(printable(outcome.branch))
    return f"git -C {quoted(outcome.repository)} push {shlex.quote(remote)} {branch}"
