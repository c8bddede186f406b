"""What is missing from a leaderboard, or may be, and what else to know before one trusts it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from evalhub import contents
from evalhub.benchmarks import Benchmark
from evalhub.files import quoted, shown
from evalhub.leaderboard import left_out_warnings
from evalhub.names import normalise, printable
from evalhub.registry import REGISTRY_FILE
from evalhub.snapshot import LeftOut
from evalhub.terms import Reason

if TYPE_CHECKING:
    from evalhub.hub import Hub

# What is missing now, was so at any time.
_ALWAYS = frozenset({Reason.UNREADABLE_REPOS, Reason.UNREADABLE_REFS, Reason.DUPLICATE_REPOS})


def missing(hub: Hub, benchmark: Benchmark, at: datetime | None) -> Counter[LeftOut]:
    """Count what is on none of a benchmark's leaderboards, or may be missing from them; `at` a moment (UTC), or now.

    Which entries were invalid in the past isn't counted.
    """
    if at is None:
        return hub.left_out + _astray(hub, benchmark, hub.result_counts)
    counts = hub.index.ask(lambda store: contents.result_counts(store, at), timelines=True)
    unreadable = {each: count for each, count in hub.left_out.items() if each.reason in _ALWAYS}
    return Counter(unreadable) + _astray(hub, benchmark, counts)


def _astray(hub: Hub, benchmark: Benchmark, counts: Mapping[tuple[str, str], int]) -> Counter[LeftOut]:
    """Count the results that are on none of the benchmark's leaderboards, though they likely should be."""
    astray: Counter[LeftOut] = Counter()
    wanted = normalise(benchmark.dataset_id)
    for (dataset_id, task_id), count in counts.items():
        if dataset_id == benchmark.dataset_id and not benchmark.spec.has_task(task_id):
            astray[LeftOut(Reason.UNKNOWN_TASKS)] += count
        elif dataset_id not in hub.datasets and normalise(dataset_id) == wanted:
            astray[LeftOut(Reason.MISSPELT_DATASETS)] += count
    return astray


def warnings(hub: Hub, benchmark: Benchmark, left_out: dict[Reason, int], at: datetime | None) -> Iterator[str]:
    """Yield a sentence for all that somebody should know before trusting a leaderboard."""
    yield from _of_registry(hub, benchmark)
    yield from left_out_warnings(left_out, quoted(hub.root))
    count = hub.index.ask(contents.unknown_pasts) if at else 0
    if count:
        models = "1 model" if count == 1 else f"{count} models"
        yield f"the history of {models} can't be read as a whole: what stood then may be missing"


def _of_registry(hub: Hub, benchmark: Benchmark) -> Iterator[str]:
    """Yield why the direction may not be what somebody meant: a registry that isn't read, or a task misspelt."""
    registered = hub.registry.benchmarks.get(benchmark.dataset_id)
    if registered is None:
        for path in hub.index.inner_registries:
            meant = f"did you mean --hub {quoted(path.parent)}?"
            yield f"{shown(path)} is not read, as it isn't at the root of this hub; {meant}"
        return
    for id in registered.task_metrics:
        if id not in benchmark.spec.task_ids:
            yield f"{quoted(hub.root / REGISTRY_FILE)} names the task {printable(id)}, which is not there"
