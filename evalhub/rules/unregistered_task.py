"""EH403: the registry says something of a task that the benchmark doesn't have, so that it has no effect."""

from __future__ import annotations

from collections.abc import Iterator

from evalhub.names import did_you_mean, printable
from evalhub.rules.subjects import Context, ParsedFile, field_of, text_of, tool_tasks_of
from evalhub.yaml_source import Path, Problem


def check(file: ParsedFile, context: Context) -> Iterator[Problem]:
    for index, item in file.mappings("benchmarks"):
        tasks = field_of(item, "tasks")
        for position, task in enumerate(tasks if isinstance(tasks, list) else ()):
            path = ("benchmarks", index, "tasks", position, "id")
            yield from _unknown(file, context, text_of(item, "dataset"), text_of(task, "id"), path)
    for path_of_tool, tool_task in tool_tasks_of(file):
        task_id = text_of(tool_task, "task")
        yield from _unknown(file, context, text_of(tool_task, "dataset"), task_id, (*path_of_tool, "task"))


def _unknown(
    file: ParsedFile, context: Context, dataset_id: str | None, task_id: str | None, path: Path
) -> Iterator[Problem]:
    spec = context.specs.get(dataset_id or "")
    if spec and dataset_id is not None and task_id is not None and not spec.has_task(task_id):
        message = f"{printable(dataset_id, limit=100)} has no task {printable(task_id, limit=100)}"
        hint = did_you_mean(task_id, spec.task_ids) or "remove it: it has no effect"
        yield file.problem("EH403", message, path, hint)
