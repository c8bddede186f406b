"""A leaderboard as a table, JSON, CSV or Markdown. `schemas/leaderboard.schema.json` defines the JSON."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from evalhub.benchmarks import Benchmark
from evalhub.leaderboard import Leaderboard, Row
from evalhub.masking import masked
from evalhub.names import printable
from evalhub.registry import Metric
from evalhub.render.jsontext import to_json
from evalhub.render.markdown import escaped, source_link
from evalhub.render.scores import SCORE_COLUMNS, origin_badges, score_cells, score_object
from evalhub.render.terminal import Column, align_points, print_table, safe, short_value
from evalhub.terms import Direction
from evalhub.values import format_time, format_value

_COLUMNS = (
    Column("rank", right=True),
    Column("model", narrowest=16, wraps=True, style="bold"),
    *SCORE_COLUMNS,
)


def heading(board: Leaderboard) -> str:
    """Return what is ranked and how, and as of when."""
    then = f", as of {board.as_of.label()}" if board.as_of else ""
    return question(board.benchmark, board.task_id, board.metric) + then


def question(benchmark: Benchmark, task_id: str, metric: Metric) -> str:
    """Return what is ranked and how: `MMLU-Pro (TIGER-Lab/MMLU-Pro), task mmlu_pro: accuracy in percent, higher is
    better`.
    """
    better = "lower is better" if metric.direction is Direction.LOWER else "higher is better"
    assumed = "" if benchmark.official else " (assumed: evalhub.yaml doesn't list it)"
    unit = f" in {metric.scale}" if metric.scale == "percent" else f" as a {metric.scale}" if metric.scale else ""
    what = printable(f"{benchmark.name} ({benchmark.dataset_id}), task {task_id}")
    return f"{what}: {printable(metric.name or 'value')}{unit}, {better}{assumed}"


def summary(board: Leaderboard) -> str:
    """Return the line beneath the table: how many rows, open pull requests and warnings there are."""
    count = len(board.rows)
    rows = f"{count} of {board.total}" if count < board.total else str(count)
    what = "model" if board.per == "model" else "variant"
    marked = board.marked + len(board.warnings)
    parts = [
        f"{rows} {what}{'s' * (board.total != 1)}",
        f"{board.pull_requests} open pull request{'s' * (board.pull_requests != 1)}",
        f"{marked} warning{'s' * (marked != 1)}",
    ]
    return ", ".join(parts)


def print_boards(out: Console, boards: Sequence[Leaderboard]) -> None:
    """Print the tables to a terminal (fitting its width) or a pipe (whole), a blank line between them."""
    for number, board in enumerate(boards):
        if number:
            out.print()
        _print_board(out, board)


def _print_board(out: Console, board: Leaderboard) -> None:
    out.print(Text(heading(board), style="bold"), soft_wrap=not out.is_terminal)
    out.print()
    if board.rows:
        values = align_points([short_value(row.value) for row in board.rows])
        print_table(out, _COLUMNS, [_cells(row, value) for row, value in zip(board.rows, values, strict=True)])
        out.print()
    out.print(summary(board))


def _cells(row: Row, value: str) -> list[Text]:
    return [Text(str(row.rank)), safe(row.model_id), *score_cells(row.score, value, badges(row))]


def badges(row: Row) -> list[tuple[str, str]]:
    """Return the row's badges, each with its colour: those of its result, and what to doubt."""
    found = [*origin_badges(row.score)]
    if row.conflict:
        found.append(("conflict", "red"))
    if row.scale_suspect:
        found.append(("scale?", "magenta"))
    return found


# --- JSON, CSV, Markdown --------------------------------------------------------------------------------------------


def boards_json(boards: Sequence[Leaderboard], *, many: bool) -> str:
    """Return one leaderboard as an object, or with `many` a list of them."""
    objects = [board_object(board) for board in boards]
    return to_json(objects if many else objects[0])


def board_object(board: Leaderboard) -> dict[str, Any]:
    """Return the object that `schemas/leaderboard.schema.json` defines."""
    return {
        "benchmark": board.benchmark.dataset_id,
        "name": board.benchmark.name,
        "task": board.task_id,
        "metric": board.metric.name,
        "direction": board.metric.direction,
        "scale": board.metric.scale,
        "policy": board.policy,
        "per": board.per,
        "generated_at": format_time(board.generated_at),
        "total": board.total,
        "as_of": format_time(board.as_of.moment) if board.as_of else None,
        "left_out": dict(board.left_out),
        "warnings": list(board.warnings),
        "rows": [_row_object(row) for row in board.rows],
    }


def _row_object(row: Row) -> dict[str, Any]:
    others = [score_object(score) for score in row.others]
    head = {"rank": row.rank, "model_id": row.model_id}
    return {**head, **score_object(row.score), "warnings": _warnings(row), "other_values": others}


def _warnings(row: Row) -> list[str]:
    return [masked(warning) for warning in row.warnings]


_CSV_COLUMNS = (
    *("benchmark", "task", "rank", "model_id", "value", "verified", "origin", "pull_request", "filename", "ref"),
    *(
        "commit",
        "commit_author",
        "commit_time",
        "date",
        "source_url",
        "source_name",
        "source_user",
        "source_org",
        "notes",
    ),
    *("warnings", "other_values"),
)


def boards_csv(boards: Sequence[Leaderboard]) -> str:
    """Return one line a row, with the benchmark and task first; `source` becomes four columns, other values a count.

    Text that a spreadsheet would run as a formula begins with `'`.
    """
    out = io.StringIO()
    writer = csv.DictWriter(out, _CSV_COLUMNS, lineterminator="\n")
    writer.writeheader()
    for board in boards:
        for row in board.rows:
            flat = {"benchmark": board.benchmark.dataset_id, "task": board.task_id, **_flat(row)}
            writer.writerow({key: _csv_cell(value) for key, value in flat.items()})
    return out.getvalue()


def _csv_cell(value: Any) -> Any:
    """Return text that no terminal acts on, and that no spreadsheet takes for a formula."""
    if not isinstance(value, str):
        return value
    return "'" + printable(value) if value.startswith(("=", "+", "-", "@")) else printable(value)


def _flat(row: Row) -> dict[str, Any]:
    flat = _row_object(row)
    source = flat.pop("source") or {}
    sources = {f"source_{key}": source.get(key) for key in ("url", "name", "user", "org")}
    return {**flat, **sources, "warnings": " | ".join(_warnings(row)), "other_values": len(row.others)}


def board_markdown(board: Leaderboard) -> str:
    """Return a Markdown table that GitHub and the Hugging Face Hub render."""
    lines = [
        f"### {escaped(heading(board))}",
        "",
        "| Rank | Model | Value | Badges | Date | Source | Notes |",
        "| ---: | :--- | ---: | :--- | :--- | :--- | :--- |",
    ]
    for row in board.rows:
        result = row.score.result
        labels = ", ".join(label for label, _ in badges(row))
        cells = [
            str(row.rank),
            escaped(row.model_id),
            format_value(row.value),
            escaped(labels),
            escaped(row.score.date[:10]),
        ]
        lines.append("| " + " | ".join([*cells, source_link(result.source), escaped(result.notes or "")]) + " |")
    return "\n".join([*lines, "", escaped(summary(board)), ""])


def boards_text(boards: Sequence[Leaderboard]) -> str:
    """Return the tables as a pipe gets them: plain, nothing cut."""
    out = io.StringIO()
    plain = Console(file=out, width=10_000, no_color=True, highlight=False)
    print_boards(plain, boards)
    return out.getvalue()
