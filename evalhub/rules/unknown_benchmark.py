"""EH203: a result for a dataset that is no benchmark in the hub, so that no leaderboard shows it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from evalhub.names import did_you_mean, printable
from evalhub.rules.hints import MOST_COMPARED
from evalhub.rules.subjects import Context, Entry, Finding


def check(entry: Entry, context: Context) -> Iterator[Finding]:
    if entry.dataset_id is None or entry.dataset_id in context.specs:
        return
    shown = printable(entry.dataset_id, limit=100)
    if entry.dataset_id in context.specless:
        message = f"{shown} is in the hub, but has no valid eval.yaml: no leaderboard shows this result"
        hint = "add an eval.yaml to the dataset repo, or see what is wrong with it"
    else:
        message = f"the benchmark {shown} is not in the hub: no leaderboard shows this result"
        known = islice(context.specs, MOST_COMPARED)
        hint = did_you_mean(entry.dataset_id, known) or "clone its dataset repo into the hub"
    yield Finding("EH203", message, ("dataset", "id"), hint)
