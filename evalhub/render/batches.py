"""What would become of a list of scores, and what did: a table for people, and a line of JSON for each score."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from rich.console import Console
from rich.text import Text

from evalhub.batches import NOT_DONE, Batch, Line, State, count
from evalhub.render.terminal import Column, print_table, safe, short_value

_MOST_REASONS = 10
_MOST_ROWS = 40
_SCORE_COLUMNS = (
    Column("model", narrowest=14, wraps=True, style="bold"),
    Column("benchmark", narrowest=14, wraps=True),
    Column("task", narrowest=8, wraps=True, give_way=2),
    Column("value", right=True),
    Column("notes", narrowest=8, wraps=True, give_way=1),
    Column("status"),
)
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
    """Print what would become of each score, or where there are very many, how many a model there are of each kind."""
    lines = batch.lines
    if len(lines) <= _MOST_ROWS:
        print_table(out, _SCORE_COLUMNS, [_row(line) for line in lines])
    else:
        _print_counts(out, batch)
    out.print()
    out.print(summary(lines), soft_wrap=True)


def _row(line: Line) -> list[Text]:
    result = line.result
    value = short_value(result.value) if result else ""
    named = (line.model, result.dataset_id if result else "", result.task_id if result else "", value)
    style = "yellow" if line.state in NOT_DONE else "dim" if line.state is State.SAME else "green"
    return [*map(safe, named), safe(result.notes or "" if result else ""), safe(_word(line.state), style)]


def _print_counts(out: Console, batch: Batch) -> None:
    columns = [Column("model", narrowest=16, wraps=True, style="bold")]
    columns += [Column(title, right=True) for title in _TITLES.values()]
    rows = []
    for model in batch.models[:_MOST_ROWS]:
        counts = Counter(line.state for line in model.lines)
        rows.append([safe(model.model_id), *(Text(str(counts[state] or "")) for state in _TITLES)])
    print_table(out, columns, rows)
    if len(batch.models) > _MOST_ROWS:
        out.print(f"… and {len(batch.models) - _MOST_ROWS} more models")


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
    """Yield each reason once, with the first score that has it."""
    by_reason: dict[tuple[State, str], list[Line]] = {}
    for line in found:
        by_reason.setdefault((line.state, line.reason), []).append(line)
    for (state, reason), lines in list(by_reason.items())[:_MOST_REASONS]:
        model = f" ({lines[0].model})" if lines[0].model else ""
        more = f" and {len(lines) - 1} more" if len(lines) > 1 else ""
        yield safe(f"{_word(state)}: {lines[0].where}{model}{more}: {reason}", "yellow")
    if len(by_reason) > _MOST_REASONS:
        yield safe(f"… and {len(by_reason) - _MOST_REASONS} more reasons; --output FILE has them all", "yellow")


def hints(batch: Batch, *, pushed: bool) -> Iterator[str]:
    """Yield what to type next."""
    lines = batch.lines
    written = [line for line in lines if line.state in (State.NEW, State.COMMITTED, State.PUSHED)]
    sourceless = sum(line.result is not None and line.result.source is None for line in written)
    if sourceless:
        yield f"nobody can check a score without a source: {sourceless} of {len(written)} have none"
    if count(lines, State.CONFLICT):
        yield "to propose yours instead: add --supersede; to change what your own branches propose: --update"
    if count(lines, State.COMMITTED):
        yield "leaderboards read them from now on, as community"
        if not pushed:
            yield "to push the branches: the same command with --push"


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
