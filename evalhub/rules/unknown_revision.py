"""EH213: a revision that the dataset's clone doesn't have, or that will be another commit tomorrow: a branch."""

from __future__ import annotations

from collections.abc import Iterator

from evalhub.names import printable
from evalhub.rules.subjects import Context, Entry, Finding


def check(entry: Entry, context: Context) -> Iterator[Finding]:
    revision, dataset_id = entry.revision, entry.dataset_id
    history = context.history(dataset_id) if revision is not None and dataset_id is not None else None
    if revision is None or dataset_id is None or history is None:
        return
    found = history.resolve(revision)
    shown, dataset = printable(revision, limit=60), printable(dataset_id, limit=100)
    if found is not None and found.moves:
        message = f"{shown} is a branch of {dataset}: tomorrow it may be another commit"
        hint = f"write the commit that was evaluated; if it is today's: {found.commit}"
        yield Finding("EH213", message, ("dataset", "revision"), hint)
    elif found is None and history.complete:
        message = f"the clone of {dataset} has no commit {shown}"
        hint = "write the commit that was evaluated; if it is newer than the clone: git fetch --tags there"
        yield Finding("EH213", message, ("dataset", "revision"), hint)
