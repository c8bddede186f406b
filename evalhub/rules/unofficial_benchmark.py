"""EH221: a benchmark of the hub that its registry doesn't list, so that nobody answers for how it is read."""

from __future__ import annotations

from collections.abc import Iterator

from evalhub.names import printable
from evalhub.rules.subjects import Context, ParsedFile
from evalhub.yaml_source import Problem


def check(file: ParsedFile, context: Context) -> Iterator[Problem]:
    official = context.registry.benchmarks
    told: set[str] = set()
    for entry in file.entries if official else ():
        dataset_id = entry.dataset_id
        if dataset_id is None or dataset_id in official or dataset_id not in context.specs or dataset_id in told:
            continue
        told.add(dataset_id)
        shown = printable(dataset_id, limit=100)
        hint = f"add it to the benchmarks of evalhub.yaml: `- dataset: {shown}`"
        message = f"the hub's registry doesn't list {shown}"
        yield file.problem("EH221", message, (entry.index, "dataset", "id"), hint)
