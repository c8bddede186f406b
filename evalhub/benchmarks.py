"""Benchmark and Task: what a dataset repo's `eval.yaml` says."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from evalhub import schemas, yaml_source


@dataclass(frozen=True, slots=True)
class Task:
    """One leaderboard of a benchmark: which config and split of the dataset it evaluates."""

    id: str
    config: str
    split: str


@dataclass(frozen=True)
class Spec:
    """A valid `eval.yaml`."""

    name: str
    description: str
    evaluation_framework: str
    tasks: tuple[Task, ...]

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Spec:
        """Build a spec from data that the schema accepts; of tasks with one id, the first counts."""
        tasks: dict[str, Task] = {}
        for task in data["tasks"]:
            tasks.setdefault(task["id"], Task(task["id"], task.get("config", "default"), task.get("split", "test")))
        return cls(data["name"], data["description"], data["evaluation_framework"], tuple(tasks.values()))

    @cached_property
    def task_ids(self) -> tuple[str, ...]:
        return tuple(task.id for task in self.tasks)

    def has_task(self, id: str) -> bool:
        return id in self._known

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(self.task_ids)


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A dataset repo with a valid `eval.yaml`, and whether the hub's registry lists it."""

    dataset_id: str
    spec: Spec
    official: bool
    aliases: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.spec.name

    @property
    def tasks(self) -> tuple[Task, ...]:
        return self.spec.tasks


def read_spec(raw: bytes) -> Spec | None:
    """Return what an `eval.yaml` says, or None where it isn't valid (`validate` says why). Never raises."""
    document = yaml_source.parse(raw)
    if document.fatal or document.problems or not schemas.accepts("eval", document.data):
        return None
    return Spec.from_data(document.data)
