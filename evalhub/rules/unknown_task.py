"""EH204: a task that the benchmark's `eval.yaml` doesn't define."""

from __future__ import annotations

from collections.abc import Iterator

from evalhub.names import did_you_mean, printable
from evalhub.rules.subjects import Context, ParsedFile, text_of
from evalhub.yaml_source import Problem


def check(file: ParsedFile, context: Context) -> Iterator[Problem]:
    for index, entry in file.mappings():
        dataset_id, task_id = text_of(entry, "dataset", "id"), text_of(entry, "dataset", "task_id")
        spec = context.specs.get(dataset_id) if dataset_id else None
        if dataset_id is None or task_id is None or spec is None or spec.has_task(task_id):
            continue
        message = f"{printable(dataset_id, limit=100)} has no task {printable(task_id, limit=100)}"
        listed = ", ".join(spec.task_ids[:5]) + (", …" if len(spec.task_ids) > 5 else "")
        hint = did_you_mean(task_id, spec.task_ids) or f"its tasks: {printable(listed, limit=200)}"
        yield file.problem("EH204", message, (index, "dataset", "task_id"), hint)
