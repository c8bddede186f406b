"""What an evaluation's log would be as results of a hub's benchmarks. What can't be told for sure is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from evalhub import tool_tasks
from evalhub.benchmarks import Benchmark, Task
from evalhub.errors import EvalhubError
from evalhub.hub import Hub
from evalhub.logs import Log, Measurement
from evalhub.lookup import NotFoundError
from evalhub.names import did_you_mean, normalise, printable
from evalhub.registry import Metric
from evalhub.results import EvalResult, Source
from evalhub.terms import Scale
from evalhub.tool_tasks import ToolTask, tool_key
from evalhub.typed import resolve_task
from evalhub.values import format_value

_MOST_LISTED = 8


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody says of the results beside the log: it counts before what the log says. None: as the log says."""

    benchmark: str | None = None
    task: str | None = None
    metric: str | None = None
    config: str | None = None
    split: str | None = None
    notes: str | None = None
    date: str | None = None
    revision: str | None = None
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A task of a log, and the result that it would be. Where that can't be told, `result` is None and `reason` says
    why; `asks` is set where the benchmark is known, and somebody must choose. `remarks` say which number it is, and
    `warnings` what people should know before they publish it.
    """

    task: str
    model: str | None
    result: EvalResult | None = None
    reason: str = ""
    asks: bool = False
    remarks: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


class _UnclearError(Exception):
    """It can't be told which result a task's measurements are; `asks` is set where somebody must choose."""

    def __init__(self, reason: str, *, asks: bool = False) -> None:
        super().__init__(reason)
        self.asks = asks


def drafts(hub: Hub, log: Log, wanted: Wanted) -> list[Draft]:
    """Return what each task of a log would be, for each model in it, in the log's order.

    Raises `EvalhubError` where `wanted` names what isn't there, or a benchmark for a log of several tasks.
    """
    groups: dict[tuple[str | None, str], list[Measurement]] = {}
    for measurement in _narrowed(log, wanted):
        groups.setdefault((measurement.model, measurement.task), []).append(measurement)
    tasks = list(dict.fromkeys(task for _, task in groups))
    if wanted.benchmark is not None and len(tasks) > 1:
        what = f"no task {printable(wanted.task, limit=100)}" if wanted.task is not None else f"{len(tasks)} tasks"
        hint = did_you_mean(wanted.task or "", tasks) or "name the one that is this benchmark: --task NAME"
        raise EvalhubError(f"the log has {what}: {listed(tasks)}", hint, exit_status=2)
    return [_draft(hub, log, wanted, task, model, found) for (model, task), found in groups.items()]


def settled(found: Sequence[Draft]) -> tuple[EvalResult, ...]:
    """Return the results of drafts; those of no known benchmark are passed over.

    Raises `EvalhubError` where somebody must choose, or there is no result at all.
    """
    for draft in found:
        if draft.asks:
            others = ", or submit another task of the log: --task NAME" if len(found) > 1 else ""
            hint = f"type it, or name the metric in evalhub.yaml below `tools:`{others}"
            raise EvalhubError(f"{printable(draft.task, limit=100)} {draft.reason}", hint, exit_status=2)
    results = tuple(draft.result for draft in found if draft.result)
    if not results:
        hint = "name it: --benchmark NAME, with --task NAME where the log has several; or see `tools:` in evalhub.yaml"
        raise EvalhubError("no task of the log belongs to a benchmark that is known here", hint)
    return results


def _narrowed(log: Log, wanted: Wanted) -> Sequence[Measurement]:
    """Return the measurements of the log's task that is meant, where one is."""
    if wanted.task is None:
        return log.measurements
    names = {measurement.task for measurement in log.measurements}
    meant = {name for name in names if name == wanted.task} or {
        name for name in names if normalise(name) == normalise(wanted.task)
    }
    if not meant and wanted.benchmark is None:
        message = f"the log has no task {printable(wanted.task, limit=100)}: {listed(names)}"
        raise EvalhubError(message, did_you_mean(wanted.task, names) or "name one of these: --task NAME")
    return [each for each in log.measurements if each.task in meant] if meant else log.measurements


def _draft(hub: Hub, log: Log, wanted: Wanted, task: str, model: str | None, found: Sequence[Measurement]) -> Draft:
    try:
        target = _target(hub, log, wanted, task, found)
        metric = hub.registry.metric(target.dataset_id, target.task_id or "")
        chosen = _chosen(hub, target, metric, wanted, found)
    except _UnclearError as error:
        return Draft(task, model, reason=str(error), asks=error.asks)
    value = _scaled(chosen, metric)
    source = wanted.source or (Source(chosen.source_url, chosen.source_name) if chosen.source_url else None)
    notes = "; ".join(chosen.setup) if wanted.notes is None else wanted.notes
    result = EvalResult(
        target.dataset_id,
        target.task_id or "",
        value,
        wanted.revision or (chosen.revision if chosen.dataset in (None, target.dataset_id) else None),
        None,
        wanted.date or chosen.date,
        source,
        notes or None,
    )
    warnings = (*_misfits(hub, target, chosen), *chosen.remarks)
    return Draft(task, model, result, remarks=_about(chosen, value), warnings=warnings)


# --- which benchmark ------------------------------------------------------------------------------------------------


def _target(hub: Hub, log: Log, wanted: Wanted, task: str, found: Sequence[Measurement]) -> ToolTask:
    """Return the benchmark's task that a log's task is, with the id of both: what was typed, what the registry says,
    what the benchmark's own spec says, or what evalhub comes with. Raises `_UnclearError`.
    """
    key = tool_key(log.tool)
    known = tool_tasks.find(hub.registry.tool_tasks, key, task)
    if wanted.benchmark is not None:
        dataset_id, task_id = _typed(hub, wanted.benchmark, wanted.task, task)
        return ToolTask(dataset_id, task_id, known.metric if known and known.dataset_id == dataset_id else None)
    if known is not None:
        return _resolved(hub, known, found)
    by_spec = _by_spec(hub, key, wanted, task, found)
    if by_spec is not None:
        return by_spec
    default = tool_tasks.find(tool_tasks.shipped(), key, task)
    if default is not None:
        return _resolved(hub, default, found)
    raise _UnclearError("belongs to no benchmark that is known here")


def _typed(hub: Hub, benchmark: str, typed: str | None, task: str) -> tuple[str, str]:
    """Return the benchmark's task that was typed, which may also be the log's name for it, to choose among several."""
    if typed is None or normalise(typed) != normalise(task):
        return resolve_task(hub, benchmark, typed)
    try:
        return resolve_task(hub, benchmark, typed)
    except EvalhubError:
        return resolve_task(hub, benchmark, None)


def _resolved(hub: Hub, known: ToolTask, found: Sequence[Measurement]) -> ToolTask:
    benchmark = hub.benchmarks.get(known.dataset_id)
    if benchmark is not None and known.task_id is None:
        told = [_told_of(known, each) for each in found]
        fitting = _fitting(benchmark, told)
        if len(fitting) == 1:
            return ToolTask(known.dataset_id, fitting[0], known.metric)
        if not fitting:
            parts = listed(map(_part, told))
            raise _UnclearError(f"is {parts} of {printable(known.dataset_id)}, which none of the tasks there is of")
    try:
        dataset_id, task_id = resolve_task(hub, known.dataset_id, known.task_id)
    except NotFoundError:
        reason = f"belongs to {printable(known.dataset_id)}, which is no benchmark of this hub"
        raise _UnclearError(reason) from None
    except EvalhubError as error:
        raise _UnclearError(f"belongs to {printable(known.dataset_id)}: {error.message}") from None
    return ToolTask(dataset_id, task_id, known.metric)


def _told_of(known: ToolTask, measurement: Measurement) -> Measurement:
    """Return the measurement with its config; configs and splits of a copy of the dataset have names of their own."""
    if measurement.dataset not in (None, known.dataset_id):
        return replace(measurement, config=known.config, split=None)
    return replace(measurement, config=measurement.config or known.config)


def _by_spec(hub: Hub, key: str, wanted: Wanted, task: str, found: Sequence[Measurement]) -> ToolTask | None:
    """Return the one task that specs say it is: of a benchmark that is evaluated with this tool, by its id; or of the
    dataset that the log names, by config and split. A log that doesn't tell those may be of any part of the dataset,
    so that the task must then be called as the benchmark or its task. Raises `_UnclearError`.
    """
    own = [each for each in hub.benchmarks.values() if each.spec.evaluation_framework == key]
    named = [(each, task) for each in own if each.spec.has_task(task)] or list(_of_dataset(hub, task, found))
    if len(named) != 1:
        return None
    ((benchmark, task_id),) = named
    if wanted.config is None and wanted.split is None and not _fitting(benchmark, found, task_id):
        (task_there,) = (each for each in benchmark.tasks if each.id == task_id)
        reason = f"is no value of {task_there.config} {task_there.split}, of which the benchmark's task is"
        raise _UnclearError(f"{reason}; choose with --config or --split: {listed(map(_part, found))}", asks=True)
    return ToolTask(benchmark.dataset_id, task_id)


def _of_dataset(hub: Hub, task: str, found: Sequence[Measurement]) -> Iterator[tuple[Benchmark, str]]:
    """Yield the tasks of the dataset that the log names which it can only be of."""
    datasets = {each.dataset for each in found}
    benchmark = hub.benchmarks.get(datasets.pop() or "") if len(datasets) == 1 else None
    if benchmark is None:
        return
    told = [each.id for each in benchmark.tasks if any((m.config, m.split) == (each.config, each.split) for m in found)]
    if not told and all(each.config is None or each.split is None for each in found):
        name = normalise(tool_tasks.plain_name(task).rpartition("/")[2])
        fitting = _fitting(benchmark, found)
        told = [id for id in fitting if normalise(id) == name]
        if not told and name in map(
            normalise, (benchmark.dataset_id.rpartition("/")[2], benchmark.name, *benchmark.aliases)
        ):
            told = fitting
    yield from ((benchmark, id) for id in told)


def _fitting(benchmark: Benchmark, found: Sequence[Measurement], of: str | None = None) -> list[str]:
    """Return the tasks of a benchmark, or that it is `of`, that measurements can be of, by config and split."""
    tasks = [each for each in benchmark.tasks if of in (None, each.id)]
    return [each.id for each in tasks if any(_fits(each, measurement) for measurement in found)]


def _fits(task: Task, measurement: Measurement) -> bool:
    """Whether a measurement is of the task's config and split, as far as the log says."""
    return measurement.config in (None, task.config) and measurement.split in (None, task.split)


# --- which number ---------------------------------------------------------------------------------------------------


def _chosen(hub: Hub, target: ToolTask, metric: Metric, wanted: Wanted, found: Sequence[Measurement]) -> Measurement:
    """Return the one number that counts: of the metric that was typed, else that the mapping names, else that the tool
    calls the main one, else the only one, else the registry's. Raises `_UnclearError`.
    """
    typed = wanted.metric or target.metric
    if typed is not None:
        candidates = _of_metric(found, typed)
        if not candidates:
            there = listed((each.metric for each in found), "; ")
            reason = f"has no metric {printable(typed, limit=100)}; it has {there}"
            raise _UnclearError(reason, asks=True)
    else:
        candidates = [each for each in found if each.main] or list(found)
        if len({each.metric for each in candidates}) > 1 and metric.name is not None:
            candidates = _of_metric(candidates, metric.name) or candidates
    metrics = list(dict.fromkeys(each.metric for each in candidates))
    if len(metrics) > 1:
        there = listed([f"{each.metric} ({format_value(each.value)})" for each in candidates], "; ")
        raise _UnclearError(f"has several metrics; choose one with --metric: {there}", asks=True)
    return _of_part(_task(hub, target), wanted, candidates)


def _of_part(task: Task | None, wanted: Wanted, candidates: Sequence[Measurement]) -> Measurement:
    """Return the value of the config and split that were typed, else that are the task's. Raises `_UnclearError`."""
    config, split = wanted.config, wanted.split
    chosen = [each for each in candidates if config in (None, each.config) and split in (None, each.split)]
    if not chosen:
        raise _UnclearError(f"has nothing of that config or split; it has {listed(map(_part, candidates))}", asks=True)
    if len(chosen) > 1 and task is not None:
        exact = [each for each in chosen if (each.config, each.split) == (task.config, task.split)]
        chosen = exact or [each for each in chosen if _fits(task, each)] or chosen
    if len(chosen) > 1:
        reason = f"has {len(chosen)} values of {printable(chosen[0].metric, limit=100)}"
        raise _UnclearError(f"{reason}; choose one with --config or --split: {listed(map(_part, chosen))}", asks=True)
    return chosen[0]


def _part(measurement: Measurement) -> str:
    return f"{measurement.config or '(no config)'} {measurement.split or ''}".strip()


def _of_metric(found: Iterable[Measurement], name: str) -> list[Measurement]:
    """Return the measurements of the metric that is called so, as a whole or by a part: `acc` may be `acc,none`."""
    measurements = list(found)
    for means in (
        lambda metric: metric == name,
        lambda metric: normalise(metric) == normalise(name),
        lambda metric: normalise(name) in map(normalise, metric.replace("/", ",").split(",")),
    ):
        fitting = [each for each in measurements if means(each.metric)]
        if fitting:
            return fitting
    return []


def _scaled(chosen: Measurement, metric: Metric) -> float:
    """Return the value on the leaderboard's scale: a fraction becomes percent only where the registry says so."""
    if chosen.scale is Scale.FRACTION and metric.scale is Scale.PERCENT:
        return float(Decimal(repr(chosen.value)) * 100)
    return chosen.value


def _about(chosen: Measurement, value: float) -> tuple[str, ...]:
    """Return which number it is, and what an entry can't say of it."""
    told = f", told as {format_value(value)}: the registry says percent" if value != chosen.value else ""
    remarks = [f"{printable(chosen.metric, limit=100)} is {format_value(chosen.value)}{told}"]
    if chosen.error is not None:
        error = format_value(chosen.error)
        remarks.append(f"its standard error, {error}, stays in the log: entries have no field for it")
    return tuple(remarks)


def _misfits(hub: Hub, target: ToolTask, chosen: Measurement) -> Iterator[str]:
    """Yield what of a number that was chosen doesn't fit the benchmark."""
    task = _task(hub, target)
    if chosen.dataset not in (None, target.dataset_id):
        yield f"{printable(chosen.dataset or '', limit=100)} was evaluated, not {target.dataset_id} itself"
    elif task is not None and not _fits(task, chosen):
        was = " ".join(filter(None, (chosen.config, chosen.split)))
        yield f"{printable(was, limit=100)} was evaluated, and the benchmark's task is {task.config} {task.split}"


def _task(hub: Hub, target: ToolTask) -> Task | None:
    benchmark: Benchmark | None = hub.benchmarks.get(target.dataset_id)
    return next((each for each in benchmark.tasks if each.id == target.task_id), None) if benchmark else None


def listed(names: Iterable[str], separator: str = ", ") -> str:
    """Return names for a sentence, each once, and how many more there are."""
    known = list(dict.fromkeys(names))
    more = f" and {len(known) - _MOST_LISTED} more" if len(known) > _MOST_LISTED else ""
    return separator.join(printable(name, limit=80) for name in known[:_MOST_LISTED]) + more
