"""What is known of a repository as rows of plain values, and back: what the index keeps, and what workers send.

Texts with lone surrogates, which a name may have but SQLite doesn't take, are kept as bytes.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evalhub.benchmarks import Spec, Task
from evalhub.diagnostics import Diagnostic, FileRef
from evalhub.git import CommitInfo
from evalhub.leaderboard import Contender, Score, score
from evalhub.results import EvalResult, Rejected, ResultEntries, Source
from evalhub.snapshot import LeftOut, Place, PlacedResult, RepoSnapshot
from evalhub.terms import Origin, Reason, RepoType

if TYPE_CHECKING:
    from evalhub.standings import Standing

Row = tuple[Any, ...]

# The columns of `result` from the second on, and those that ranking needs.
RESULT_COLUMNS = "dataset, task, value, variant, origin, time, pull_request, ref, filename, position, complete, rest"
_LARGEST = 2**63  # of the integers that SQLite holds


@dataclass(frozen=True, slots=True)
class RepoRows:
    """One repository: its `identity`, which is its type, id, git directory and whether it is linked; its `snapshot`;
    the rows of its results and of what is left out, each without the number that it has in the index; and what its
    blobs hold, by their ids.
    """

    identity: Row
    has_problems: bool
    is_dataset: bool
    snapshot: str
    results: tuple[Row, ...]
    left_out: tuple[Row, ...]
    blobs: tuple[tuple[bytes, str], ...]


def encode(snapshot: RepoSnapshot, scores: Iterable[Score], blobs: Iterable[tuple[bytes, ResultEntries]]) -> RepoRows:
    """Return the rows of a repository; `scores` are its results, in their order."""
    left_out = Counter((each.reason.value, each.dataset_id, each.task_id) for each in snapshot.left_out)
    return RepoRows(
        (snapshot.type.value, text(snapshot.id), text(snapshot.git_dir), snapshot.linked),
        bool(snapshot.problems),
        snapshot.type is RepoType.DATASET,
        _snapshot_json(snapshot),
        tuple(map(_result_row, scores)),
        tuple((reason, text(dataset), text(task), count) for (reason, dataset, task), count in left_out.items()),
        tuple(blob_row(*each) for each in blobs),
    )


def text(value: str | None) -> str | bytes | None:
    """Return a text as the index keeps it, also to look for it."""
    if value is None or value.isascii():
        return value
    try:
        value.encode()
    except UnicodeEncodeError:
        return value.encode("utf-8", "surrogatepass")
    return value


def untext(value: Any) -> Any:
    """Return a text that the index keeps."""
    return value.decode("utf-8", "surrogatepass") if type(value) is bytes else value


# --- snapshots ------------------------------------------------------------------------------------------------------


def _snapshot_json(snapshot: RepoSnapshot) -> str:
    default, spec = snapshot.default, snapshot.spec
    return json.dumps(
        [
            snapshot.named_type,
            default and [default.origin, default.ref, default.tip],
            spec and [spec.name, spec.description, spec.evaluation_framework, [astuple(task) for task in spec.tasks]],
            snapshot.spec_invalid,
            [[each.code, each.message, each.file.path, each.file.ref, each.hint] for each in snapshot.problems],
        ]
    )


def to_snapshot(
    row: Row, path: Path, results: Sequence[PlacedResult] = (), left_out: Iterable[Row] = ()
) -> RepoSnapshot:
    """Return the snapshot whose row has type, id, git directory, linked and the rest; `path` is where it is now."""
    type_, id, git_dir, linked, rest = row
    id = untext(id)
    named, default, spec, spec_invalid, problems = json.loads(rest)
    return RepoSnapshot(
        id,
        RepoType(type_),
        path,
        Place(Origin(default[0]), default[1], default[2]) if default else None,
        Spec(spec[0], spec[1], spec[2], tuple(Task(*task) for task in spec[3])) if spec else None,
        spec_invalid,
        tuple(results),
        tuple(each for row in left_out for each in [to_left_out(row)] * row[3]),
        tuple(
            Diagnostic(code, message, FileRef(file, id, ref, str(path)), hint=hint)
            for code, message, file, ref, hint in problems
        ),
        named and RepoType(named),
        untext(git_dir),
        bool(linked),
    )


def to_left_out(row: Row) -> LeftOut:
    """Return what is left out, of a row that begins with the reason, the dataset and the task."""
    return LeftOut(Reason(row[0]), untext(row[1]), untext(row[2]))


# --- results --------------------------------------------------------------------------------------------------------


def _result_row(score: Score) -> Row:
    placed, result, place = score.placed, score.placed.result, score.placed.place
    rest = [
        *(result.revision, result.verify_token, result.date, _source(result.source), result.notes is not None),
        *(place.tip, score.commit, score.commit_author, int(score.commit_time.timestamp())),
    ]
    return (
        *(text(result.dataset_id), text(result.task_id), _number(result.value), text(result.variant)),
        *(place.origin is Origin.COMMUNITY, score.time.timestamp(), place.pull_request, text(place.ref)),
        *(text(placed.filename), placed.index, score.complete, json.dumps(rest)),
    )


def standing_row(standing: Standing) -> Row:
    """Return the row of what stood at one place: that of the result, and from when to when, in seconds since 1970."""
    made = score(standing.placed, standing.introduced, standing.complete)
    until = standing.until
    return (*_result_row(made), standing.since.timestamp(), None if until is None else until.timestamp())


def _number(value: float) -> float | str:
    return value if type(value) is float or -_LARGEST <= value < _LARGEST else str(value)


def unnumber(value: float | str) -> float:
    """Return a number that the index keeps."""
    return int(value) if type(value) is str else value  # type: ignore[return-value]


def to_contenders(rows: Iterable[Row]) -> list[Contender]:
    """Return what ranking needs, of rows with the result's number, the model's id and the columns from value on."""
    origins = (Origin.AUTHOR, Origin.COMMUNITY)
    names: dict[str, str] = {}  # thousands of results have one file name and ref
    found = []
    for number, model, value, variant, origin, time, pull_request, ref, filename, position, complete in rows:
        if type(value) is str:
            value = unnumber(value)
        if not type(model) is type(variant) is type(ref) is type(filename) is str:
            model, variant, ref, filename = map(untext, (model, variant, ref, filename))
        ref, filename = names.setdefault(ref, ref), names.setdefault(filename, filename)
        place = (pull_request, ref, filename, position, bool(complete))
        found.append(Contender(number, model, value, variant, origins[origin], time, *place))
    return found


def to_score(model_id: str, row: Row) -> Score:
    """Return the score whose row has `RESULT_COLUMNS`."""
    dataset, task, value, variant, origin, _, pull_request, ref, filename, position, complete, rest = row
    revision, token, date, source, has_notes, tip, commit, author, time = json.loads(rest)
    notes = untext(variant) if has_notes else None
    made = Source(*source) if source else None
    result = EvalResult(untext(dataset), untext(task), unnumber(value), revision, token, date, made, notes)
    place = Place(Origin.COMMUNITY if origin else Origin.AUTHOR, untext(ref), tip, pull_request)
    placed = PlacedResult(model_id, result, place, untext(filename), position)
    return score(placed, CommitInfo(commit, author, datetime.fromtimestamp(time, UTC)), bool(complete))


# --- blobs ----------------------------------------------------------------------------------------------------------


def blob_row(id: bytes, entries: ResultEntries) -> tuple[bytes, str]:
    """Return the row of what a result file holds, by the id of its blob."""
    return id, _entries_json(entries)


def _entries_json(entries: ResultEntries) -> str:
    return json.dumps(
        [
            [each.to_entry() for each in entries.entries],
            [list(astuple(each)) for each in entries.rejected],
            entries.readable,
            list(entries.positions),
            list(entries.rejected_positions),
        ]
    )


def to_entries(kept: str) -> ResultEntries:
    """Return what a result file holds."""
    entries, rejected, is_readable, positions, rejected_positions = json.loads(kept)
    results = tuple(map(EvalResult.from_entry, entries))
    return ResultEntries(
        results, tuple(Rejected(*each) for each in rejected), is_readable, positions, rejected_positions
    )


def _source(source: Source | None) -> list[str | None] | None:
    return [source.url, source.name, source.user, source.org] if source else None
