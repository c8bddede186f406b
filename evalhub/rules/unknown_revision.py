"""EH213: a revision that the dataset's clone doesn't have, or that will be another commit tomorrow: a branch."""

from __future__ import annotations

from collections.abc import Iterator

from evalhub.names import printable
from evalhub.rules.subjects import Context, ParsedFile, text_of
from evalhub.yaml_source import Problem


def check(file: ParsedFile, context: Context) -> Iterator[Problem]:
    for index, entry in file.mappings():
        revision, dataset_id = text_of(entry, "dataset", "revision"), text_of(entry, "dataset", "id")
        history = context.history(dataset_id) if revision is not None and dataset_id is not None else None
        if revision is None or dataset_id is None or history is None:
            continue
        found = history.resolve(revision)
        if found is not None and not found.moves:
            continue
        shown, dataset = printable(revision, limit=60), printable(dataset_id, limit=100)
        if found is not None:
            message = f"{shown} is a branch of {dataset}: tomorrow it may be another commit"
            hint = f"write the commit that was evaluated; if it is today's: {found.commit}"
        elif history.complete:
            message = f"the clone of {dataset} has no commit {shown}"
            hint = "write the commit that was evaluated; if it is newer than the clone: git fetch --tags there"
        else:
            continue
        yield file.problem("EH213", message, (index, "dataset", "revision"), hint)
