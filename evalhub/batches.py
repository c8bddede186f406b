"""Many scores at once: what would become of each, and one branch a model for those that are new."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from evalhub.diagnostics import Diagnostic
from evalhub.drafts import Draft, Wanted, drafts, listed
from evalhub.errors import EvalhubError
from evalhub.hub import Hub
from evalhub.leaderboard import branch_name
from evalhub.list_names import ListNames
from evalhub.log_models import is_called
from evalhub.logs import find_reader
from evalhub.logs.log_files import LogFile
from evalhub.lookup import NotFoundError
from evalhub.names import slug
from evalhub.planning import Item, Plan, Planner, Request, Verdict
from evalhub.pulls import PROPOSALS
from evalhub.results import EvalResult, SeriesKey
from evalhub.score_lists import Row
from evalhub.submit import carry_out
from evalhub.typed import parse_source, parse_value
from evalhub.values import format_value

Progress = Callable[[int, int], None]


class State(enum.StrEnum):
    """What becomes of one score of a list."""

    NEW = "new"  # it would be committed
    COMMITTED = "committed"
    SAME = "same"  # it stands already
    CONFLICT = "conflict"  # a different one stands already
    REFUSED = "refused"  # validation finds errors
    NO_MODEL = "no_model"  # the model is not in the hub
    UNCLEAR = "unclear"  # it can't be told which benchmark, metric or value is meant
    FAILED = "failed"  # the repository or git did not let it
    PUSHED = "pushed"
    NOT_PUSHED = "not_pushed"  # it is on its branch still


NOT_DONE = (State.CONFLICT, State.REFUSED, State.NO_MODEL, State.UNCLEAR, State.FAILED, State.NOT_PUSHED)


@dataclass(frozen=True, slots=True)
class Line:
    """One score of a list: where it stands there, whose it is, and what became of it; `reason` says why it isn't done.
    `row` counts the list's rows from 0, `model` is an id where the model is in the hub, and `url` is where its pull
    request is, or can be opened.
    """

    row: int
    where: str
    model: str
    state: State
    result: EvalResult | None = None
    reason: str = ""
    branch: str = ""
    commit: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class ModelBatch:
    """All scores of one model; `plan` is None where the repository didn't let any be planned."""

    model_id: str
    lines: tuple[Line, ...]
    plan: Plan | None = None
    request: Request | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """What would become of a list: by model, in the list's order; what belongs to none of the hub's; and how many files
    of a folder are no logs.
    """

    models: tuple[ModelBatch, ...]
    others: tuple[Line, ...]
    passed_over: int = 0

    @property
    def lines(self) -> list[Line]:
        """All of the list's scores, in its order."""
        found = (*(line for model in self.models for line in model.lines), *self.others)
        return sorted(found, key=lambda line: line.row)

    @property
    def warnings(self) -> list[Diagnostic]:
        """What validation says of what would be committed."""
        return [each for model in self.models if model.plan for each in model.plan.findings if not each.is_error]


def plan_batch(
    hub: Hub,
    rows: Sequence[Row],
    wanted: Wanted,
    *,
    model: str | None = None,
    request: Request,
    progress: Progress | None = None,
) -> Batch:
    """Return what would become of `rows`, and write nothing. `wanted` and `model` are for what a row doesn't say;
    `request` has the options of the submissions, without results.
    """
    by_model: dict[str, list[Line]] = {}
    others: list[Line] = []
    passed_over = 0
    names = ListNames(hub)
    for number, row in enumerate(rows):
        if progress:
            progress(number, len(rows))
        read = _read(hub, names, number, row, wanted, model)
        passed_over += read is None
        for line in read or ():
            (by_model.setdefault(line.model, []) if line.state is State.NEW else others).append(line)
    planner, models = Planner(hub), []
    for done, (model_id, lines) in enumerate(by_model.items()):
        if progress:
            progress(done, len(by_model))
        models.append(_planned(hub, planner, model_id, lines, request))
    return Batch(tuple(models), tuple(others), passed_over)


def carry_out_batch(hub: Hub, batch: Batch) -> Iterator[ModelBatch]:
    """Commit what is new, one branch a model; yield what became of each model, as soon as it is there.

    An interrupt leaves whole branches and no parts of one, so that the same list again does what is left.
    """
    return (_carried_out(hub, model) for model in batch.models)


def branch_for(path: Path) -> str:
    """Return what the branches of a list are called: as its file or folder."""
    stem = path.resolve().name if path.is_dir() else path.stem
    return slug(stem).replace("_", "-") or "results"


def count(lines: Iterable[Line], state: State) -> int:
    return sum(line.state is state for line in lines)


# --- one row --------------------------------------------------------------------------------------------------------


def _read(hub: Hub, names: ListNames, number: int, row: Row, wanted: Wanted, model: str | None) -> list[Line] | None:
    """Return the scores of one row, those that can be planned as new; None for a file of a folder that is no log."""
    line = Line(number, row.where, row.fields.get("model") or model or "", State.NEW)
    if row.problem:
        return [replace(line, state=State.UNCLEAR, reason=row.problem)]
    try:
        own = _own(row, wanted)
        if "log" not in row.fields:
            return [_of_model(names, replace(line, result=_typed(names, row, own)))]
        file = LogFile(Path(row.fields["log"]))
        reader = find_reader(file)
        if reader is None and set(row.fields) == {"log"}:
            return None
        if reader is None:
            raise EvalhubError("its log is of no format that evalhub reads")
        found = drafts(hub, reader.read(file), own)
    except EvalhubError as error:
        message = error.message.removeprefix(row.where).lstrip(": ")
        reason = f"{message}; {error.hint}" if error.hint else message
        return [replace(line, state=State.UNCLEAR, reason=reason)]
    whose = [draft for draft in found if not line.model or _is_of(names, draft, line.model)]
    if not whose:
        others = list(dict.fromkeys(draft.model for draft in found if draft.model))
        # Who names the model beside the log knows better than a log that calls it by a path.
        if "model" not in row.fields or len(others) > 1 or names.has_model(others[0]):
            return [replace(line, state=State.UNCLEAR, reason=f"the log is of {listed(others)}, not of this model")]
        whose = found
    return [_drafted(names, line, draft) for draft in whose]


def _own(row: Row, wanted: Wanted) -> Wanted:
    """Return what is said of a row's results: by the row, else by `wanted`."""
    get = row.fields.get
    source = parse_source(*(get(f"source_{part}") for part in ("url", "name", "user", "org")))
    return Wanted(
        get("benchmark", wanted.benchmark),
        get("task", wanted.task),
        get("metric", wanted.metric),
        get("config", wanted.config),
        get("split", wanted.split),
        get("notes", wanted.notes),
        get("date", wanted.date),
        get("revision", wanted.revision),
        source or wanted.source,
    )


def _typed(names: ListNames, row: Row, own: Wanted) -> EvalResult:
    if own.benchmark is None or "value" not in row.fields:
        raise EvalhubError("it names no " + ("benchmark" if own.benchmark is None else "value"))
    value = parse_value(row.fields["value"])
    dataset_id, task_id = names.task(own.benchmark, own.task)
    return EvalResult(dataset_id, task_id, value, own.revision, None, own.date, own.source, own.notes)


def _is_of(names: ListNames, draft: Draft, typed: str) -> bool:
    try:
        return draft.model is None or is_called(names.model(typed), draft.model)
    except EvalhubError:
        return True


def _drafted(names: ListNames, line: Line, draft: Draft) -> Line:
    line = replace(line, where=f"{line.where}, task {draft.task}", model=line.model or draft.model or "")
    if draft.result is None:
        return replace(line, state=State.UNCLEAR, reason=draft.reason)
    return _of_model(names, replace(line, result=draft.result))


def _of_model(names: ListNames, line: Line) -> Line:
    """Return the line with its model's id, where that is in the hub."""
    if not line.model:
        return replace(line, state=State.UNCLEAR, reason="it names no model")
    try:
        return replace(line, model=names.model(line.model))
    except NotFoundError as error:
        return replace(line, state=State.NO_MODEL, reason=error.hint or error.message)
    except EvalhubError as error:
        return replace(line, state=State.UNCLEAR, reason=error.message)


# --- one model ------------------------------------------------------------------------------------------------------


def _planned(hub: Hub, planner: Planner, model_id: str, lines: Sequence[Line], request: Request) -> ModelBatch:
    lines = _without_contradictions(lines)
    results = tuple(line.result for line in lines if line.result and line.state is State.NEW)
    request = replace(request, results=results)
    try:
        plan = planner.plan(hub.model_repo(model_id), request)
    except EvalhubError as error:
        left = _without_failing(hub, planner, model_id, lines, request) if len(results) > 1 else lines
        if left != lines:
            return _planned(hub, planner, model_id, left, request)
        return ModelBatch(model_id, tuple(_failed(line, error) for line in lines))
    items = {item.result.series: item for item in plan.items}
    judged = [_judged(line, items.get(line.result.series) if line.result else None) for line in lines]
    return ModelBatch(model_id, tuple(judged), plan, request)


def _without_failing(hub: Hub, planner: Planner, model_id: str, lines: Sequence[Line], request: Request) -> list[Line]:
    """Return the lines; those that can't be planned by themselves have failed."""
    tried = []
    for line in lines:
        try:
            if line.result and line.state is State.NEW:
                planner.plan(hub.model_repo(model_id), replace(request, results=(line.result,)))
        except EvalhubError as error:
            line = _failed(line, error)
        tried.append(line)
    return tried


def _failed(line: Line, error: EvalhubError) -> Line:
    return replace(line, state=State.FAILED, reason=error.message) if line.state is State.NEW else line


def _without_contradictions(lines: Sequence[Line]) -> list[Line]:
    """Return the lines; those that give one thing different values are unclear."""
    values: dict[SeriesKey, set[float]] = {}
    for line in lines:
        if line.result:
            values.setdefault(line.result.series, set()).add(line.result.value)
    checked = []
    for line in lines:
        told = values[line.result.series] if line.result else set()
        if len(told) > 1:
            reason = f"the list has different values for it: {', '.join(map(format_value, sorted(told)))}"
            line = replace(line, state=State.UNCLEAR, reason=reason)
        checked.append(line)
    return checked


def _judged(line: Line, item: Item | None) -> Line:
    if item is None or line.state is not State.NEW:
        return line
    own = (placed for placed in item.standing if placed.place.ref.startswith(PROPOSALS))
    standing = next(own, item.standing[0] if item.standing else None)
    where = f"{format_value(standing.result.value)} on {standing.place.ref}" if standing else ""
    branch = branch_name(standing.place.ref) if standing else ""
    if item.verdict is Verdict.SAME:
        return replace(line, state=State.SAME, reason=f"it stands: {where}", branch=branch)
    if item.verdict is Verdict.CONFLICT:
        return replace(line, state=State.CONFLICT, reason=f"it has a different score: {where}", branch=branch)
    if item.verdict is Verdict.INVALID:
        errors = [finding for finding in item.findings if finding.is_error]
        return replace(line, state=State.REFUSED, reason="; ".join(f"{each.code} {each.message}" for each in errors))
    return line


def _carried_out(hub: Hub, model: ModelBatch) -> ModelBatch:
    if model.plan is None or model.request is None or not model.plan.of(Verdict.NEW):
        return model
    try:
        outcome = carry_out(hub, model.plan, model.request)
    except EvalhubError as error:
        changed = {"state": State.FAILED, "reason": error.message}
    else:
        changed = {"state": State.COMMITTED, "branch": outcome.branch, "commit": outcome.commit}
    lines = [replace(line, **changed) if line.state is State.NEW else line for line in model.lines]  # type: ignore[arg-type]
    return replace(model, lines=tuple(lines))
