"""What a submission would change, result by result, before anything is written."""

from __future__ import annotations

import enum
import os
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from pathlib import Path

from evalhub import checkouts, results_edit
from evalhub.checking import check_files
from evalhub.checkouts import SourceFile
from evalhub.diagnostics import Diagnostic, FileRef
from evalhub.errors import EvalhubError
from evalhub.files import RawFile
from evalhub.hub import Hub
from evalhub.leaderboard import branch_name
from evalhub.names import printable
from evalhub.own_branches import branch_to_update, changes
from evalhub.results import RESULTS_FOLDER, EvalResult, SeriesKey, counts_as_results, new_file_name, read_entries
from evalhub.rules.peers import Claim
from evalhub.rules.subjects import Context
from evalhub.snapshot import Place, PlacedResult, RepoSnapshot
from evalhub.unsafe import refuse_unsafe
from evalhub.validation import context_of


class Verdict(enum.StrEnum):
    """What would become of one result."""

    NEW = "new"
    SAME = "same"  # the same score stands already: nothing to do
    CONFLICT = "conflict"  # a different score stands already
    INVALID = "invalid"  # validation finds errors in the entry, or in the file with it


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody wants to submit for one model, and where it should go. None: evalhub chooses.

    `file` is a name in `.eval_results`; `branch` may leave out the leading `evalhub/`, and must be free; `called` is
    what the branch is called otherwise, with a number after it where that is taken. `supersede` proposes a value
    beside a different one that stands; `update` changes the branch of one's own that proposes the different one, or the
    same value with another source, date or revision; what a result doesn't say itself stays as it is there.
    """

    results: tuple[EvalResult, ...]
    file: str | None = None
    branch: str | None = None
    called: str | None = None
    message: str | None = None
    supersede: bool = False
    update: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One result of a request. `standing` are the results that are the same or in conflict, `path` is the file that it
    would go to, `supersedes` says that a different value stands, and `findings` are what validation has against it.
    """

    result: EvalResult
    verdict: Verdict
    standing: tuple[PlacedResult, ...] = ()
    path: str = ""
    supersedes: bool = False
    findings: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True)
class FileChange:
    """A file's text before (None: the file is new) and after."""

    path: str
    before: str | None
    after: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be committed on top of the commit `base`: the changes of the items that are new.

    `onto` is the branch of one's own that would be updated, None where there would be a new one. `findings` is what
    validation says of the files as they would be that it doesn't say of them as they are; of those items that aren't
    new, their own findings.
    """

    model_id: str
    repository: Path
    base: str
    items: tuple[Item, ...]
    changes: tuple[FileChange, ...] = ()
    findings: tuple[Diagnostic, ...] = ()
    onto: str | None = None

    def of(self, verdict: Verdict) -> list[Item]:
        return [item for item in self.items if item.verdict is verdict]


class Planner:
    """Plans submissions to the models of one hub, of which it keeps what all of them need."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._context: Context | None = None
        self._claims: dict[str, dict[str, list[Claim]]] = {}

    def plan(self, snapshot: RepoSnapshot, request: Request) -> Plan:
        """Return what `request` would change in a model's repository, and write nothing.

        Raises `EvalhubError` where there is nothing to base a branch on, it isn't safe to run git there, a file can't
        be edited, or the branch to update isn't one's own.
        """
        if snapshot.default is None:
            raise EvalhubError(
                f"{printable(snapshot.id)} has no commits to base a branch on", "commit something there first"
            )
        refuse_unsafe(snapshot)
        onto = branch_to_update(snapshot, request.results, request.branch) if request.update else None
        base = _Base(snapshot, onto or snapshot.default)
        items = [_judged(snapshot, base, request, result, onto) for result in _once(request.results)]
        planned = [_with_path(base, request, item) if item.verdict is Verdict.NEW else item for item in items]
        plan = Plan(snapshot.id, snapshot.path, base.place.tip, tuple(planned))
        plan = replace(plan, onto=branch_name(onto.ref) if onto else None)
        return self._checked(plan, base, snapshot)

    def _checked(self, plan: Plan, base: _Base, snapshot: RepoSnapshot) -> Plan:
        """Return the plan with what validation says of it; items with errors become invalid, and change nothing."""
        changes = _changes(base, plan.of(Verdict.NEW))
        findings = self._findings(changes, base, snapshot)
        if not _errors(findings):
            return replace(plan, changes=changes, findings=tuple(findings))
        wrong = {item.result.series: found for item, found in self._wrong(plan.of(Verdict.NEW), base, snapshot)}
        plan = replace(plan, items=tuple(_refused(item, wrong.get(item.result.series)) for item in plan.items))
        changes = _changes(base, plan.of(Verdict.NEW))
        rest = self._findings(changes, base, snapshot)
        if _errors(rest):  # they are only wrong together
            items = (_refused(item, rest) if item.verdict is Verdict.NEW else item for item in plan.items)
            plan, changes, rest = replace(plan, items=tuple(items)), (), []
        own = (finding for item in plan.items for finding in item.findings)
        return replace(plan, changes=changes, findings=tuple(dict.fromkeys((*rest, *own))))

    def _wrong(
        self, items: Sequence[Item], base: _Base, snapshot: RepoSnapshot
    ) -> Iterator[tuple[Item, list[Diagnostic]]]:
        """Yield the items that are wrong by themselves, searching by halves: most are fine."""
        found = self._findings(_changes(base, items), base, snapshot)
        if _errors(found) and len(items) == 1:
            yield items[0], found
        elif _errors(found):
            middle = len(items) // 2
            yield from self._wrong(items[:middle], base, snapshot)
            yield from self._wrong(items[middle:], base, snapshot)

    def _findings(self, changed: Sequence[FileChange], base: _Base, snapshot: RepoSnapshot) -> list[Diagnostic]:
        """Validate the files as they would be, and return what isn't wrong with them as they are."""
        changes = {change.path: change.after for change in changed}
        if not changes:
            return []
        if self._context is None:
            self._context = context_of(self._hub.datasets.values(), self._hub.registry, {})
        # Other datasets' entries stand in both states: what is found of them with less to compare, is in both too.
        held = [read_entries(change.after.encode()) for change in changed]
        datasets = {result.dataset_id for each in held for result in each.entries}
        context, elsewhere = self._context, partial(self._elsewhere, snapshot.path, datasets)
        others = [
            replace(each, file=replace(each.file, ref=None)) for each in base.files if each.file.path not in changes
        ]
        new = [
            checkouts.source_file(FileRef(path, snapshot.id, None, str(snapshot.path)), after)
            for path, after in changes.items()
        ]
        known, found = (
            [one for each in check_files(files, context, elsewhere=elsewhere) for one in each.diagnostics]
            for files in (base.files, [*others, *new])
        )
        counts = Counter(map(_finding, known))
        fresh = []
        for each in found:
            if counts[_finding(each)]:
                counts[_finding(each)] -= 1
            else:
                fresh.append(each)
        return fresh

    def _elsewhere(self, path: Path, dataset_ids: Iterable[str]) -> Iterator[Claim]:
        """Yield what the results of other models than the one at `path` claim of some datasets: no rule compares
        results of different ones.
        """
        own = os.path.abspath(path)
        for dataset_id in dataset_ids:
            for place, claims in self._claims_of(dataset_id).items():
                yield from claims if place != own else ()

    def _claims_of(self, dataset_id: str) -> Mapping[str, list[Claim]]:
        """Return what is claimed of a dataset by the absolute path of the repository, read once for all models."""
        if dataset_id not in self._claims:
            by_place = self._claims[dataset_id] = defaultdict(list)
            for directory, claims in groupby(
                self._hub.claims(dataset_id), key=lambda claim: claim.file.directory or ""
            ):
                by_place[os.path.abspath(directory)].extend(claims)
        return self._claims[dataset_id]


def _refused(item: Item, findings: Sequence[Diagnostic] | None) -> Item:
    return replace(item, verdict=Verdict.INVALID, findings=tuple(findings)) if findings else item


def _errors(findings: Iterable[Diagnostic]) -> bool:
    return any(finding.is_error for finding in findings)


def _finding(diagnostic: Diagnostic) -> tuple[str, str, str]:
    """Return what a finding is, wherever it stands: an edit moves the lines below it."""
    return diagnostic.file.path, diagnostic.code, re.sub(r"\bline [0-9]+", "line", diagnostic.message)


# --- what stands ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Standing:
    """An entry of a file at the base: where it is, from 0 among all entries, and what it says."""

    path: str
    position: int
    result: EvalResult


class _Base:
    """The result files of the commit that a new one would go on top of."""

    def __init__(self, snapshot: RepoSnapshot, place: Place) -> None:
        self.place = place
        branch = place.branch
        self.files: list[SourceFile] = list(
            checkouts.committed_files(snapshot.path, branch, snapshot.id, snapshot.type)
        )
        self._raw = {file.file.path: file.read for file in self.files}
        self.entries: dict[SeriesKey, _Standing] = {}
        for file in self.files:
            if counts_as_results(file.file.path) and (raw := file.read()).kind == "file":
                held = read_entries(raw.content)
                for position, result in zip(held.positions, held.entries, strict=True):
                    self.entries.setdefault(result.series, _Standing(file.file.path, position, result))

    def text(self, path: str) -> str | None:
        """Return a file's text, None where there is no such file. Raises `EvalhubError` where it is no text file."""
        read = self._raw.get(path)
        if read is None:
            return None
        raw: RawFile = read()
        if raw.kind != "file":
            what = "can't be read" if raw.kind == checkouts.MISSING else f"is a {raw.kind}"
            raise EvalhubError(f"{printable(path)} {what}", "name another file: --file NAME.yaml")
        try:
            return raw.content.decode("utf-8")
        except UnicodeDecodeError:
            raise EvalhubError(f"{printable(path)} is not UTF-8 text", "name another file: --file NAME.yaml") from None


def _once(results: Sequence[EvalResult]) -> list[EvalResult]:
    """Return each result once. Raises `EvalhubError` where two of them say different things of one thing."""
    by_series: dict[SeriesKey, EvalResult] = {}
    for result in results:
        other = by_series.setdefault(result.series, result)
        if other.value != result.value:
            task = printable(f"{result.dataset_id}, task {result.task_id}", limit=200)
            message = f"two different values for {task}: {other.value!r} and {result.value!r}"
            raise EvalhubError(
                message, "submit one of them (of a log: --task NAME), or tell their setups apart with --notes"
            )
    return list(by_series.values())


def _judged(snapshot: RepoSnapshot, base: _Base, request: Request, result: EvalResult, onto: Place | None) -> Item:
    """Return what stands for a result: the same, something different, or nothing."""
    placed = [item for item in snapshot.results if item.result.series == result.series]
    same = tuple(item for item in placed if item.result.value == result.value)
    different = tuple(item for item in placed if item.result.value != result.value)
    mine = next((item.result for item in placed if onto and item.place.ref == onto.ref), None)
    if mine is not None and changes(result, mine):
        return Item(result.completed_by(mine), Verdict.NEW)  # what the branch says now is what is updated
    if same:
        return Item(result, Verdict.SAME, same)
    if different and not request.supersede:
        return Item(result, Verdict.CONFLICT, different)
    return Item(result, Verdict.NEW, different, supersedes=bool(different))


# --- the files ------------------------------------------------------------------------------------------------------


def _with_path(base: _Base, request: Request, item: Item) -> Item:
    """Return the item with the file that it goes to: where the value that it replaces stands, else the one that is
    named, else the one that the benchmark's results are in, nearest the same task and notes; else a new one.
    """
    result = item.result
    old = base.entries.get(result.series)
    if old is not None:
        if request.file and _path(request.file) != old.path:
            message = f"the score to supersede stands in {printable(old.path)}, not in {printable(request.file)}"
            raise EvalhubError(message, "drop --file")
        return replace(item, path=old.path)
    if request.file:
        return replace(item, path=_path(request.file))
    of_benchmark = [each for each in base.entries.values() if each.result.dataset_id == result.dataset_id]
    if not of_benchmark:
        return replace(item, path=_path(new_file_name(result.dataset_id, result.variant)))
    best = max(
        of_benchmark,
        key=lambda each: (each.result.variant == result.variant, each.result.task_id == result.task_id),
    )
    return replace(item, path=best.path)


def _path(file: str) -> str:
    name = file.removeprefix(RESULTS_FOLDER + "/")
    if not re.fullmatch(r"[^/\x00-\x1f\x7f]+\.yaml", name) or name.startswith("."):
        hint = "name a file directly in .eval_results: --file hle.yaml"
        raise EvalhubError(
            f"the Hub doesn't read a result file called {printable(file, limit=100)}", hint, exit_status=2
        )
    return f"{RESULTS_FOLDER}/{name}"


def _changes(base: _Base, items: Iterable[Item]) -> tuple[FileChange, ...]:
    """Return what the items make of the files. Raises `EvalhubError` where one can't be edited."""
    before: dict[str, str | None] = {}
    after: dict[str, str] = {}
    for item in items:
        text = after[item.path] if item.path in after else before.setdefault(item.path, base.text(item.path))
        old = base.entries.get(item.result.series)
        entry = item.result.to_entry()
        try:
            if old is not None:
                after[item.path] = results_edit.replace_entry(text or "", old.position, entry)
            else:
                after[item.path] = results_edit.add_entry(text or "", entry)
        except EvalhubError as error:
            raise EvalhubError(f"{printable(item.path)}: {error.message}", error.hint) from None
    return tuple(FileChange(path, before[path], text) for path, text in after.items())
