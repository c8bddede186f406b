"""EH204: a task that the benchmark's `eval.yaml` doesn't define."""

from __future__ import annotations

from collections.abc import Iterator

from evalhub.names import did_you_mean, printable
from evalhub.rules.hints import MOST_COMPARED
from evalhub.rules.subjects import Context, Entry, Finding


def check(entry: Entry, context: Context) -> Iterator[Finding]:
    spec = context.specs.get(entry.dataset_id) if entry.dataset_id else None
    if spec is None or entry.dataset_id is None or entry.task_id is None or spec.has_task(entry.task_id):
        return
    message = f"{printable(entry.dataset_id, limit=100)} has no task {printable(entry.task_id, limit=100)}"
    listed = ", ".join(spec.task_ids[:5]) + (", …" if len(spec.task_ids) > 5 else "")
    hint = did_you_mean(entry.task_id, spec.task_ids[:MOST_COMPARED]) or f"its tasks: {printable(listed, limit=200)}"
    yield Finding("EH204", message, ("dataset", "task_id"), hint)
