"""Finding a hub's conflicts: which results are meant, and only for those that disagree, the commits behind them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from evalhub import leaderboard
from evalhub.conflicts import Conflict, Conflicts, Tolerance, find
from evalhub.errors import EvalhubError
from evalhub.files import quoted, shown
from evalhub.lookup import NotFoundError, look_up
from evalhub.names import did_you_mean, normalise, printable
from evalhub.snapshot import LeftOut, PlacedResult
from evalhub.terms import Reason

if TYPE_CHECKING:
    from evalhub.hub import Hub

_MOST_TASKS = 10  # that a hint lists


@dataclass(frozen=True, slots=True)
class Sought:
    """What somebody wants to see the conflicts of, as typed: a benchmark or dataset, a task, a model (None: of all)."""

    benchmark: str | None
    task: str | None
    model: str | None
    tolerance: Tolerance
    limit: int | None


def find_conflicts(hub: Hub, sought: Sought) -> Conflicts:
    """Return the conflicts that are sought. Raises `EvalhubError` where the benchmark, task or model isn't there."""
    if not hub.repos_there and not hub.problems:
        hint = "name a directory with clones in it: --hub DIR; or build an example: evalhub demo demo-hub"
        raise EvalhubError(f"no git repositories in {shown(hub.root)}", hint)
    model = None if sought.model is None else hub.model_repo(sought.model)
    counts = hub.result_counts if model is None else Counter(_task(placed) for placed in model.results)
    dataset_id = None if sought.benchmark is None else _dataset_id(hub, sought.benchmark)
    chosen = {task: count for task, count in counts.items() if dataset_id in (None, task[0])}
    if sought.task is not None:
        task_ids = _task_ids(hub, {task_id for _, task_id in chosen}, dataset_id, sought.task)
        chosen = {task: count for task, count in chosen.items() if task[1] in task_ids}
    scores = [score for score in hub.disagreeing(model.id if model else None) if _task(score.placed) in chosen]
    boards = {(benchmark.dataset_id, task.id) for benchmark in hub.benchmarks.values() for task in benchmark.tasks}
    found = find(scores, hub.registry.metric, boards, sought.tolerance)
    missing = (Counter(model.left_out) if model else hub.left_out) + _misspelt(hub, counts, dataset_id)
    left_out = leaderboard.count_left_out(missing, dataset_id)
    return Conflicts(
        dataset_id,
        sought.task,
        model.id if model else None,
        sought.tolerance,
        datetime.now(UTC).replace(microsecond=0),
        tuple(found[: sought.limit]),
        len(found),
        len({conflict.model_id for conflict in found}),
        sum(conflict.scale_mixup for conflict in found),
        _largest(found),
        sum(chosen.values()),
        left_out,
        leaderboard.left_out_warnings(left_out, quoted(model.path if model else hub.root)),
    )


def _task(placed: PlacedResult) -> tuple[str, str]:
    return placed.result.dataset_id, placed.result.task_id


def _largest(found: Sequence[Conflict]) -> float | None:
    spreads = [each.spread for each in found if each.remaining and not each.scale_mixup]
    return max(spreads, default=None)


def _dataset_id(hub: Hub, name: str) -> str:
    """Return the benchmark that `name` means, or else the dataset that results name without one being in the hub."""
    named = {dataset_id for dataset_id, _ in hub.result_counts}
    others = {id: (id.split("/")[-1],) for id in named - hub.benchmarks.keys()}
    if name in others:
        return name
    try:
        return hub.benchmark(name).dataset_id
    except EvalhubError:
        with suppress(NotFoundError):
            return look_up(name, others, "benchmark", "")
        raise


def _task_ids(hub: Hub, known: set[str], dataset_id: str | None, name: str) -> set[str]:
    """Return the tasks that `name` means, of the benchmark or `known`: the very one, else all spelt alike."""
    benchmarks = [each for each in hub.benchmarks.values() if dataset_id in (None, each.dataset_id)]
    known.update(id for benchmark in benchmarks for id in benchmark.spec.task_ids)
    meant = {name} & known or {id for id in known if normalise(id) == normalise(name)}
    if meant:
        return meant
    of = f" of {printable(dataset_id)}" if dataset_id else ""
    listed = ", ".join(printable(id, limit=100) for id in sorted(known)[:_MOST_TASKS])
    more = f" and {len(known) - _MOST_TASKS} more" if len(known) > _MOST_TASKS else ""
    tasks = f"{'its' if dataset_id else 'the'} tasks{'' if dataset_id else ' there are'}: {listed}{more}"
    hint = did_you_mean(name, known) or (tasks if known else None)
    raise EvalhubError(f"no task{of} is called `{printable(name, limit=100)}`", hint)


def _misspelt(hub: Hub, counts: Mapping[tuple[str, str], int], dataset_id: str | None) -> Counter[LeftOut]:
    """Count the results that likely are the dataset's, and name another that isn't in the hub."""
    found: Counter[LeftOut] = Counter()
    wanted = normalise(dataset_id or "")
    for (id, _), count in counts.items():
        if dataset_id not in (None, id) and id not in hub.datasets and normalise(id) == wanted:
            found[LeftOut(Reason.MISSPELT_DATASETS)] += count
    return found
