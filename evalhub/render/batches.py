"""What would become of a list of scores, and what did: a table for people, and a line of JSON for each score."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from rich.console import Console
from rich.text import Text

from evalhub.batches import NOT_DONE, Batch, Line, State, count
from evalhub.render.terminal import Column, print_table, safe

_MOST_REASONS = 10
_TITLES = {
    State.NEW: "new",
    State.COMMITTED: "committed",
    State.SAME: "same",
    State.CONFLICT: "conflict",
    State.REFUSED: "refused",
    State.UNCLEAR: "unclear",
    State.FAILED: "failed",
}
_WORDS = {State.NO_MODEL: "model not in the hub", State.NOT_PUSHED: "not pushed"}


def print_plan(out: Console, batch: Batch) -> None:
    """Print what would become of each model's scores, and how many there are of each kind."""
    columns = [Column("model", narrowest=16, wraps=True, style="bold")]
    columns += [Column(title, right=True) for title in _TITLES.values()]
    rows = []
    for model in batch.models:
        counts = Counter(line.state for line in model.lines)
        rows.append([safe(model.model_id), *(Text(str(counts[state] or "")) for state in _TITLES)])
    if rows:
        print_table(out, columns, rows)
        out.print()
    out.print(summary(batch.lines), soft_wrap=True)


def summary(lines: Iterable[Line]) -> str:
    """Return how many scores there are, and what becomes of them."""
    counts = Counter(line.state for line in lines)
    total = sum(counts.values())
    parts = [f"{counts[state]} {_word(state)}" for state in State if counts[state]]
    return f"{total} score{'s' * (total != 1)}: {', '.join(parts)}" if total else "no scores"


def _word(state: State) -> str:
    return _WORDS.get(state, state.value)


def committed(batch: Batch) -> str:
    """Return how much was committed."""
    scores = count(batch.lines, State.COMMITTED)
    branches = sum(count(model.lines, State.COMMITTED) > 0 for model in batch.models)
    return f"committed {scores} score{'s' * (scores != 1)} on {branches} branch{'es' * (branches != 1)}"


def not_done(lines: Iterable[Line]) -> Iterator[Text]:
    """Yield why scores aren't done, as far as fits a screen."""
    return _reasons([line for line in lines if line.state in NOT_DONE])


def not_pushed(lines: Iterable[Line]) -> Iterator[Text]:
    """Yield why scores aren't pushed, as far as fits a screen."""
    return _reasons([line for line in lines if line.state is State.NOT_PUSHED])


def _reasons(found: Sequence[Line]) -> Iterator[Text]:
    for line in found[:_MOST_REASONS]:
        model = f" ({line.model})" if line.model else ""
        yield safe(f"{_word(line.state)}: {line.where}{model}: {line.reason}", "yellow")
    if len(found) > _MOST_REASONS:
        yield safe(f"… and {len(found) - _MOST_REASONS} more, all of them in the result file", "yellow")


def warnings(batch: Batch) -> Iterator[str]:
    """Yield what validation says of the new entries, once for each kind of finding."""
    by_code: dict[str, list[str]] = {}
    for finding in batch.warnings:
        by_code.setdefault(finding.code, []).append(f"{finding.file.repo}: {finding.message}")
    for code, messages in by_code.items():
        more = f", and {len(messages) - 1} more such" if len(messages) > 1 else ""
        yield f"{code} {messages[0]}{more}"


def result_lines(lines: Iterable[Line]) -> str:
    """Return JSON lines, one a score (`schemas/batch.schema.json` has the form)."""
    return "".join(_written(_object(line)) + "\n" for line in lines)


def _written(line: dict[str, object]) -> str:
    text = json.dumps(line, ensure_ascii=False)
    # Names of files may be no Unicode, and no UTF-8 either.
    return text if text.isascii() or not any("\ud800" <= each <= "\udfff" for each in text) else json.dumps(line)


def _object(line: Line) -> dict[str, object]:
    result = line.result
    return {
        "where": line.where,
        "status": line.state.value,
        "model_id": line.model or None,
        "benchmark": result.dataset_id if result else None,
        "task": result.task_id if result else None,
        "value": result.value if result else None,
        "notes": result.notes if result else None,
        "reason": line.reason or None,
        "branch": line.branch or None,
        "commit": line.commit or None,
        "url": line.url or None,
    }
