"""EH221: a benchmark of the hub that its registry doesn't list, so that nobody answers for how it is read."""

from __future__ import annotations

from collections.abc import Iterator

from evalhub.names import printable
from evalhub.rules.subjects import Context, ParsedFile, text_of
from evalhub.yaml_source import Problem


def check(file: ParsedFile, context: Context) -> Iterator[Problem]:
    official = context.registry.benchmarks
    if not official:
        return
    told: set[str] = set()
    for index, entry in file.mappings():
        dataset_id = text_of(entry, "dataset", "id")
        if dataset_id is None or dataset_id in official or dataset_id not in context.specs or dataset_id in told:
            continue
        told.add(dataset_id)
        shown = printable(dataset_id, limit=100)
        hint = f"add it to the benchmarks of evalhub.yaml: `- dataset: {shown}`"
        message = f"the hub's registry doesn't list {shown}"
        yield file.problem("EH221", message, (index, "dataset", "id"), hint)
