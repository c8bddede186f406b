"""EH402: the registry lists a dataset that is no benchmark in the hub."""

from __future__ import annotations

from collections.abc import Iterator

from evalhub.names import did_you_mean, printable
from evalhub.rules.subjects import Context, ParsedFile, text_of, tool_tasks_of
from evalhub.yaml_source import Problem


def check(file: ParsedFile, context: Context) -> Iterator[Problem]:
    places = [(("benchmarks", index), item) for index, item in file.mappings("benchmarks")]
    for path, item in (*places, *tool_tasks_of(file)):
        dataset_id = text_of(item, "dataset")
        if dataset_id is not None and dataset_id not in context.specs:
            hint = did_you_mean(dataset_id, context.specs) or "clone its dataset repo into the hub"
            message = f"{printable(dataset_id, limit=100)} is no benchmark in the hub"
            yield file.problem("EH402", message, (*path, "dataset"), hint)
