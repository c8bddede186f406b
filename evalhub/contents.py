"""What the index says: which repositories count, what they hold, and what is left out."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evalhub.diagnostics import Diagnostic, FileRef
from evalhub.leaderboard import Contender, Score
from evalhub.rows import RESULT_COLUMNS, Row, text, to_contenders, to_left_out, to_score, to_snapshot, unnumber, untext
from evalhub.scan import double
from evalhub.snapshot import LeftOut, RepoSnapshot
from evalhub.store import Store
from evalhub.terms import Origin, Reason

if TYPE_CHECKING:
    from evalhub.rules.peers import Claim

_SNAPSHOT = "number, path, type, id, git_dir, linked, snapshot"
_COUNTS = "double_of IS NULL"
_OF_COUNTED = "repo NOT IN (SELECT number FROM repo WHERE double_of IS NOT NULL)"


def model_ids(store: Store) -> list[str]:
    """Return the ids of the models that count."""
    return [untext(id) for (id,) in store.rows(f"SELECT id FROM repo WHERE NOT is_dataset AND {_COUNTS}")]


def totals(store: Store) -> tuple[int, int, int, int]:
    """Return how many repositories there are, models and datasets that count, and results of those."""
    ((repositories, models, datasets),) = store.rows(
        f"SELECT count(*), coalesce(sum(NOT is_dataset AND {_COUNTS}), 0), coalesce(sum(is_dataset AND {_COUNTS}), 0) "
        "FROM repo"
    )
    ((results,),) = store.rows(f"SELECT count(*) FROM result WHERE {_OF_COUNTED}")
    return repositories, models, datasets, results


def has_repos(store: Store) -> bool:
    return bool(store.rows("SELECT 1 FROM repo LIMIT 1"))


def datasets(store: Store, root: Path) -> list[RepoSnapshot]:
    """Return the dataset repos that count, in path order."""
    return _snapshots(store, root, f"is_dataset AND {_COUNTS}")


def repos(store: Store, root: Path) -> list[RepoSnapshot]:
    """Return all repositories that count, in path order, with their results."""
    results = _grouped(store.rows(f"SELECT repo, {RESULT_COLUMNS} FROM result ORDER BY number"))
    left_out = _grouped(store.rows("SELECT repo, reason, dataset, task, count FROM left_out"))
    return _snapshots(store, root, _COUNTS, results, left_out)


def model(store: Store, root: Path, id: str) -> tuple[RepoSnapshot, list[Score]] | None:
    """Return a model repo that counts, and its results with where they come from; None where there is none."""
    condition = f"NOT is_dataset AND {_COUNTS} AND id = ?"
    found = store.rows(f"SELECT number FROM repo WHERE {condition}", (text(id),))
    if not found:
        return None
    number = found[0][0]
    rows = store.rows(f"SELECT {RESULT_COLUMNS} FROM result WHERE repo = ? ORDER BY number", (number,))
    left_out = store.rows("SELECT reason, dataset, task, count FROM left_out WHERE repo = ?", (number,))
    (snapshot,) = _snapshots(store, root, "number = ?", {number: rows}, {number: left_out}, (number,))
    return snapshot, [to_score(id, row) for row in rows]


def _snapshots(
    store: Store,
    root: Path,
    condition: str,
    results: Mapping[int, Sequence[Row]] | None = None,
    left_out: Mapping[int, Sequence[Row]] | None = None,
    values: Sequence[Any] = (),
) -> list[RepoSnapshot]:
    found = []
    for number, path, *row in _in_path_order(store.rows(f"SELECT {_SNAPSHOT} FROM repo WHERE {condition}", values)):
        id = untext(row[1])
        placed = [to_score(id, result).placed for result in (results or {}).get(number, ())]
        found.append(to_snapshot(tuple(row), _path(root, path), placed, (left_out or {}).get(number, ())))
    return found


def _grouped(rows: Iterable[Row]) -> dict[int, list[Row]]:
    groups: dict[int, list[Row]] = {}
    for number, *row in rows:
        groups.setdefault(number, []).append(tuple(row))
    return groups


def _in_path_order(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: row[1].split(b"/"))


def _path(root: Path, path: bytes) -> Path:
    return root / os.fsdecode(path)


# --- results --------------------------------------------------------------------------------------------------------


def contenders(
    store: Store, dataset_id: str, task_id: str, origin: Origin | None = None, at: datetime | None = None
) -> list[Contender]:
    """Return what ranking needs of all results of a task, or of those with one origin; `at` a moment (UTC), or now."""
    wanted = "" if origin is None else f"AND origin = {int(origin is Origin.COMMUNITY)}"
    table, then, moments = _standing(at)
    return to_contenders(
        store.rows(
            "SELECT one.number, repo.id, value, variant, origin, time, pull_request, ref, filename, position, complete "
            f"FROM {table} AS one JOIN repo ON repo.number = one.repo "
            f"WHERE dataset = ? AND task = ? AND {_COUNTS} {wanted} {then}",
            (text(dataset_id), text(task_id), *moments),
        )
    )


def _standing(at: datetime | None) -> tuple[str, str, tuple[float, ...]]:
    """Return the table of what stood at a moment, the condition, and the values for that."""
    if at is None:
        return "result", "", ()
    moment = at.timestamp()
    return "standing", "AND since <= ? AND (until IS NULL OR until > ?)", (moment, moment)


def scores(store: Store, numbers: Sequence[int], at: datetime | None = None) -> dict[int, Score]:
    """Return the results with these numbers, as contenders `at` that moment have them, with all that is known."""
    query = (
        f"SELECT one.number, repo.id, {RESULT_COLUMNS} FROM {_standing(at)[0]} AS one "
        "JOIN repo ON repo.number = one.repo WHERE one.number IN ({marks})"
    )
    return {number: to_score(untext(id), tuple(row)) for number, id, *row in store.rows_among(query, numbers)}


def values(store: Store, dataset_id: str, task_id: str) -> list[float]:
    """Return all values of a task, open pull requests included."""
    return [each.value for each in contenders(store, dataset_id, task_id)]


def claims(store: Store, root: Path, but: Collection[Path] = (), dataset_id: str | None = None) -> Iterator[Claim]:
    """Yield what the results of all models claim, of one dataset or all, but of those at the absolute paths `but`."""
    from evalhub.rules.peers import Claim  # with all rules, which leaderboards don't need

    query = (
        "SELECT path, id, filename, ref, position, dataset, task, value, variant "
        f"FROM result JOIN repo ON repo.number = result.repo WHERE {_COUNTS} "
        f"{'' if dataset_id is None else 'AND dataset = ?'} ORDER BY repo.number"
    )
    rows = store.rows(query, () if dataset_id is None else (text(dataset_id),))
    for path, models in groupby(rows, key=lambda row: row[0]):
        directory = _path(root, path)
        if directory.absolute() in but:
            continue
        for _, id, filename, ref, position, dataset, task, value, variant in models:
            model_id = untext(id)
            file = FileRef(untext(filename), model_id, untext(ref), str(directory))
            task_id = (untext(dataset), untext(task))
            yield Claim(file, position, 1, *task_id, unnumber(value), untext(variant), model_id)


def disagreeing(store: Store, model_id: str | None = None) -> list[Score]:
    """Return all results of each model's task, or of one model's, for which values of a variant differ."""
    of_model = "" if model_id is None else "AND repo IN (SELECT number FROM repo WHERE id = ? AND NOT is_dataset)"
    tasks = store.rows(
        f"SELECT DISTINCT repo, dataset, task FROM result WHERE {_OF_COUNTED} {of_model} "
        "GROUP BY repo, dataset, task, variant HAVING min(value) != max(value)",
        () if model_id is None else (text(model_id),),
    )
    numbers = [
        number
        for task in tasks
        for (number,) in store.rows("SELECT number FROM result WHERE repo = ? AND dataset = ? AND task = ?", task)
    ]
    return list(scores(store, numbers).values())


def result_counts(store: Store, at: datetime | None = None) -> dict[tuple[str, str], int]:
    """Return how many results each task of each dataset has, whether it is in the hub or not, `at` a moment or now."""
    table, then, moments = _standing(at)
    query = f"SELECT dataset, task, count(*) FROM {table} WHERE {_OF_COUNTED} {then} GROUP BY dataset, task"
    return {(untext(dataset), untext(task)): count for dataset, task, count in store.rows(query, moments)}


def is_settled(store: Store, *, timelines: bool) -> bool:
    """Whether it is decided of all repositories if they count, and with `timelines`, all histories have been read."""
    lacking = "NOT sorted"
    if timelines:
        lacking += f" OR (timeline = 0 AND NOT is_dataset AND {_COUNTS})"
    return not store.rows(f"SELECT 1 FROM repo WHERE {lacking} LIMIT 1")


def unknown_pasts(store: Store) -> int:
    """Count the models of whose history something can't be read."""
    ((count,),) = store.rows(f"SELECT count(*) FROM repo WHERE timeline != 1 AND NOT is_dataset AND {_COUNTS}")
    return int(count)


def counts(store: Store, dataset_id: str, task_ids: Collection[str]) -> tuple[int, int]:
    """Return how many models have results of some tasks of a dataset, and how many results those are."""
    rows = store.rows(f"SELECT task, repo FROM result WHERE dataset = ? AND {_OF_COUNTED}", (text(dataset_id),))
    wanted = set(task_ids)
    repos = [repo for task, repo in rows if untext(task) in wanted]
    return len(set(repos)), len(repos)


# --- what is left out -----------------------------------------------------------------------------------------------


def left_out(store: Store) -> Counter[LeftOut]:
    """Count what is missing from leaderboards."""
    query = f"SELECT reason, dataset, task, sum(count) FROM left_out WHERE {_OF_COUNTED} GROUP BY reason, dataset, task"
    found = Counter({to_left_out(row): row[3] for row in store.rows(query)})
    # Of a worktree, nothing is missing.
    ((count,),) = store.rows("SELECT count(*) FROM repo WHERE double_of IS NOT NULL AND NOT linked")
    if count:
        found[LeftOut(Reason.DUPLICATE_REPOS)] = count
    return found


def problems(store: Store, root: Path) -> Iterator[Diagnostic]:
    """Yield what can't be read, then what doesn't count."""
    for snapshot in _snapshots(store, root, f"has_problems AND {_COUNTS}"):
        yield from snapshot.problems
    doubles = store.rows(
        "SELECT one.git_dir, one.path, one.id, other.git_dir, other.path "
        "FROM repo AS one JOIN repo AS other ON other.path = one.double_of WHERE one.double_of IS NOT NULL"
    )
    for git_dir, path, id, other_git_dir, other in _in_path_order(doubles):
        yield double(untext(id), _path(root, path), _path(root, other), same=git_dir == other_git_dir)
