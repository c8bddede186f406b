"""Which benchmark an evaluation tool's task is: what the hub's registry says, else what evalhub comes with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from evalhub import yaml_source


@dataclass(frozen=True, slots=True)
class ToolTask:
    """What a tool's task stands for: a dataset, its task (None: its only one), and which of the tool's metrics counts
    (None: the one that the tool calls the main one, or the only one). `config` is that of the dataset, where the tool's
    logs don't tell.
    """

    dataset_id: str
    task_id: str | None = None
    metric: str | None = None
    config: str | None = None


ToolTasks = Mapping[str, Mapping[str, ToolTask]]  # by the tool's key, then by the tool's name for the task


def tool_key(tool: str) -> str:
    """Return how a tool is written in `evalhub.yaml`: `Inspect AI` is `inspect-ai`."""
    return tool.lower().replace(" ", "-")


def from_data(data: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> ToolTasks:
    """Build the mapping from data that the registry's schema accepts."""
    return {tool: {name: _from_data(task) for name, task in tasks.items()} for tool, tasks in data.items()}


def _from_data(task: Mapping[str, Any]) -> ToolTask:
    return ToolTask(task["dataset"], *(task.get(key) for key in ("task", "metric", "config")))


def find(tasks: ToolTasks, tool: str, name: str) -> ToolTask | None:
    """Return what is known of a tool's task by its name, or by its plain name."""
    known = tasks.get(tool, {})
    return known.get(name) or known.get(plain_name(name))


def plain_name(name: str) -> str:
    """Return a task's name without what lighteval writes around it: `gsm8k|5`, `lighteval|gsm8k|5|0`."""
    parts = [part for part in name.split("|") if not part.isdecimal()]
    return parts[-1] if parts else name


@cache
def shipped() -> ToolTasks:
    """Return the tasks that evalhub knows by itself."""
    raw = resources.files("evalhub").joinpath("tool_tasks.yaml").read_bytes()
    return from_data(yaml_source.parse(raw).data)
