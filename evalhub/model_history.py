"""The history of a model and benchmark that somebody named."""

from __future__ import annotations

from evalhub.errors import EvalhubError
from evalhub.files import quoted
from evalhub.history import History, history
from evalhub.hub import Hub
from evalhub.lookup import look_up
from evalhub.names import printable
from evalhub.standings import Timeline


def model_history(hub: Hub, model: str, benchmark: str | None = None, task: str | None = None) -> History:
    """Return what happened to the results of the model that `model` means: for all benchmarks, or the one that
    `benchmark` means to the hub or among the datasets that the model's results name; of one task, with `task`.

    Raises `EvalhubError` where a name means nothing, or more than one thing. What can't be read is in `problems`.
    """
    found = hub.model_repo(model)
    timeline = hub.index.timeline(found.path, found.id)
    dataset_id = _dataset_id(hub, timeline, benchmark) if benchmark is not None else None
    task_id = _task_id(hub, timeline, dataset_id, task) if task is not None else None
    return history(timeline, dataset_id, task_id)


def _dataset_id(hub: Hub, timeline: Timeline, name: str) -> str:
    named = {each.result.dataset_id: (each.result.dataset_id.split("/")[-1],) for each in timeline.standings}
    if name in named:
        return name
    try:
        return hub.benchmark(name).dataset_id
    except EvalhubError as error:
        try:
            return look_up(name, named, "benchmark", "")
        except EvalhubError:
            raise error from None


def _task_id(hub: Hub, timeline: Timeline, dataset_id: str | None, name: str) -> str:
    named = {each.result.task_id for each in timeline.standings if dataset_id in (None, each.result.dataset_id)}
    for id, spec in hub.specs.items():
        if dataset_id in (None, id):
            named.update(spec.task_ids)
    listed = ", ".join(printable(id, limit=60) for id in sorted(named)[:10]) + (", …" if len(named) > 10 else "")
    otherwise = f"the tasks: {listed}" if named else f"see what there is: evalhub benchmarks --hub {quoted(hub.root)}"
    return look_up(name, dict.fromkeys(named, ()), "task", otherwise)
