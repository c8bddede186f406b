"""The registry, `evalhub.yaml` at the hub's root: the official benchmarks, and what the Hub's formats can't say.

It is read from disk, never from a pull request: nobody's proposal changes what is trusted.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evalhub import files, schemas, tool_tasks, yaml_source
from evalhub.choices import EVERYTHING, Choice, code_of
from evalhub.edits import NO_EDITS, Edits
from evalhub.errors import EvalhubError
from evalhub.repos import REGISTRY_FILE as REGISTRY_FILE
from evalhub.terms import Direction, Scale
from evalhub.tool_tasks import ToolTasks


@dataclass(frozen=True, slots=True)
class Metric:
    """How to read a task's values. `name` and `scale` are None where the registry doesn't say."""

    name: str | None = None
    direction: Direction = Direction.HIGHER
    scale: Scale | None = None


@dataclass(frozen=True, slots=True)
class RegisteredBenchmark:
    """One benchmark of the registry: its metric, and those of single tasks where they differ."""

    dataset_id: str
    aliases: tuple[str, ...] = ()
    metric: Metric = Metric()
    task_metrics: dict[str, Metric] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Registry:
    """The benchmarks that somebody answers for, by dataset id; which findings of validation are wanted; and which
    benchmarks the tasks of evaluation tools are.
    """

    benchmarks: dict[str, RegisteredBenchmark] = field(default_factory=dict)
    choice: Choice = EVERYTHING
    tool_tasks: ToolTasks = field(default_factory=dict)

    def metric(self, dataset_id: str, task_id: str) -> Metric:
        """Return how to read the values of a task: what the registry says, else higher is better."""
        registered = self.benchmarks.get(dataset_id)
        if registered is None:
            return Metric()
        return registered.task_metrics.get(task_id, registered.metric)

    def aliases(self, dataset_id: str) -> tuple[str, ...]:
        registered = self.benchmarks.get(dataset_id)
        return registered.aliases if registered else ()


def read_registry(root: Path, edits: Edits = NO_EDITS) -> Registry:
    """Read the registry of the hub at `root`, with `edits`; without the file, an empty one.

    Raises `EvalhubError` where the file is there and isn't valid: directions would be wrong without it.
    """
    raw = edits.read(root / REGISTRY_FILE)
    if raw is None:
        return Registry()
    document = yaml_source.parse(raw.content) if raw.kind == "file" else None
    if document is None or document.fatal or document.problems or not schemas.accepts("registry", document.data or {}):
        path = root / REGISTRY_FILE
        hint = f"see what is wrong: evalhub validate {files.quoted(path)}"
        raise EvalhubError(f"{files.shown(path)}: the registry is not valid", hint)
    return _from_data(document.data or {})


def _from_data(data: dict[str, Any]) -> Registry:
    benchmarks: dict[str, RegisteredBenchmark] = {}
    for item in data.get("benchmarks", ()):
        metric = _metric(item, Metric())
        tasks = {task["id"]: _metric(task, metric) for task in item.get("tasks", ())}
        registered = RegisteredBenchmark(item["dataset"], tuple(item.get("aliases", ())), metric, tasks)
        benchmarks.setdefault(registered.dataset_id, registered)
    return Registry(benchmarks, _choice(data.get("validate", {})), tool_tasks.from_data(data.get("tools", {})))


def _choice(validate: dict[str, Any]) -> Choice:
    select, ignore = (tuple(filter(None, map(code_of, validate.get(key, ())))) for key in ("select", "ignore"))
    return Choice(select, ignore)


def _metric(item: dict[str, Any], default: Metric) -> Metric:
    scale = item.get("scale", default.scale)
    return Metric(
        item.get("metric", default.name),
        Direction(item.get("direction", default.direction)),
        Scale(scale) if scale else None,
    )
