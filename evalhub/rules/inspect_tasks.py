"""The tasks that Inspect AI runs, and their solvers and scorers, in a file that may hold anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from evalhub import schemas
from evalhub.rules.subjects import ParsedFile, field_of
from evalhub.yaml_source import Path

Task = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Step:
    """One solver or scorer: its name, the arguments it is called with, and where it stands."""

    name: str
    args: Mapping[str, Any]
    path: Path


def for_inspect(file: ParsedFile) -> bool:
    """Return whether the file is one that Inspect AI runs."""
    return field_of(file.document.data, "evaluation_framework") == "inspect-ai"


def inspect_tasks(file: ParsedFile) -> Iterator[tuple[int, Task]]:
    """Yield the tasks, with their positions, that Inspect AI runs."""
    if for_inspect(file):
        yield from file.mappings("tasks")


def solvers(index: int, task: Task) -> list[Step | None]:
    """Return the solvers of the task at `index`, in order; None stands for one that the schema refuses."""
    return list(_steps(("tasks", index, "solvers"), task.get("solvers"), _names("solver_name")))


def scorers(index: int, task: Task) -> list[Step | None]:
    """Return the scorers of the task at `index`, in order; None stands for one that the schema refuses."""
    return list(_steps(("tasks", index, "scorers"), task.get("scorers"), _names("scorer_name")))


def _steps(path: Path, listed: object, known: frozenset[str]) -> Iterator[Step | None]:
    for position, item in enumerate(listed if isinstance(listed, list) else ()):
        name, args = field_of(item, "name"), item.get("args", {}) if isinstance(item, dict) else None
        understood = isinstance(item, dict) and item.keys() <= {"name", "args"}
        if understood and isinstance(name, str) and name in known and isinstance(args, dict):
            yield Step(name, args, (*path, position))
        else:
            yield None


@cache
def _names(definition: str) -> frozenset[str]:
    return frozenset(schemas.schema("eval")["$defs"][definition]["enum"])


def spec_keys(task: Task) -> Task | None:
    """Return the `field_spec` of a task; None where it is missing, or has a key that the schema refuses."""
    found = task.get("field_spec")
    known = schemas.properties("eval", "$defs", "inspect_task")["field_spec"]["properties"]
    return found if isinstance(found, dict) and found.keys() <= known.keys() else None


def says_all(task: Task) -> bool:
    """Return whether a key that is missing in the task is meant to be: none of those that are there is unknown."""
    return task.keys() <= schemas.properties("eval", "$defs", "inspect_task").keys()
