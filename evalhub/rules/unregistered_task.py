"""EH403: the registry says something of a task that the benchmark doesn't have, so that it has no effect."""

from __future__ import annotations

from collections.abc import Iterator

from evalhub.names import did_you_mean, printable
from evalhub.rules.subjects import Context, ParsedFile, field_of, text_of
from evalhub.yaml_source import Problem


def check(file: ParsedFile, context: Context) -> Iterator[Problem]:
    for index, item in file.mappings("benchmarks"):
        spec = context.specs.get(text_of(item, "dataset") or "")
        tasks = field_of(item, "tasks")
        for position, task in enumerate(tasks if spec and isinstance(tasks, list) else ()):
            task_id = text_of(task, "id")
            if spec and task_id is not None and not spec.has_task(task_id):
                message = f"{printable(item['dataset'], limit=100)} has no task {printable(task_id, limit=100)}"
                hint = did_you_mean(task_id, spec.task_ids) or "remove it: it has no effect"
                yield file.problem("EH403", message, ("benchmarks", index, "tasks", position, "id"), hint)
