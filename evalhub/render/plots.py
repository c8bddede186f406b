"""A small plot of values that stood one after the other, for a terminal or a pipe."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from evalhub.render.terminal import short_value

_ROWS = 8
_LEFT, _RIGHT, _UP, _DOWN = 1, 2, 4, 8
_LINES = " ╴╶─╵┘└┴╷┐┌┬│┤├┼"  # by the sum of the directions
_ASCII = " ---|+++|+++|+++"
_DATE = len("2026-02-01")


def step_plot(points: Sequence[tuple[datetime, float | None]], width: int, *, ascii: bool = False) -> list[str]:
    """Return the lines of a plot, at most `width` cells wide: each value from its time until the next one's.

    `points` are in the order of time; None stands where there was no value. Every row with values is labelled
    with them, and below stand the dates of the first and the last point.
    """
    rows = _rows(sorted({value for _, value in points if value is not None}))
    labels = _labels(rows)
    margin = max(map(len, labels.values()), default=0)
    room = max(2 * _DATE + 2, width - margin - 2)
    columns = _columns([time for time, _ in points], room - 1)
    grid = _draw(columns, [None if value is None else rows[value] for _, value in points], room)
    drawn, axis = (_ASCII, "|") if ascii else (_LINES, "┤")
    height = max(rows.values(), default=0) + 1
    lines = [
        f"{labels.get(row, ''):>{margin}} {axis}" + "".join(drawn[cell] for cell in grid[row]) for row in range(height)
    ]
    return [*(line.rstrip() for line in lines), " " * (margin + 2) + _dates(points, columns)]


def _rows(values: Sequence[float]) -> dict[float, int]:
    """Return each value's row, from 0 at the top; as many rows as there are values, but no more than fit."""
    height = min(_ROWS, max(2, 2 * len(values) - 1)) if len(values) > 1 else 1
    low, high = (float(values[0]), float(values[-1])) if values else (0.0, 0.0)
    span = high - low
    if not 0 < span < float("inf"):
        return dict.fromkeys(values, 0)
    return {value: round((high - float(value)) / span * (height - 1)) for value in values}


def _labels(rows: dict[float, int]) -> dict[int, str]:
    held: dict[int, list[float]] = {}
    for value, row in rows.items():
        held.setdefault(row, []).append(value)
    return {
        row: " to ".join(map(short_value, dict.fromkeys((min(values), max(values))))) for row, values in held.items()
    }


def _columns(times: Sequence[datetime], last: int) -> list[int]:
    """Return where each time stands; some room is left for the last value to be seen."""
    end = last * 9 // 10
    span = (times[-1] - times[0]).total_seconds()
    if span <= 0:
        return [index * end // max(1, len(times) - 1) for index in range(len(times))]
    return [round((time - times[0]).total_seconds() / span * end) for time in times]


def _draw(columns: Sequence[int], rows: Sequence[int | None], width: int) -> list[list[int]]:
    """Return the directions in which a line leaves each cell."""
    grid = [[0] * width for _ in range(max((row for row in rows if row is not None), default=0) + 1)]
    before: int | None = None
    for index, (column, row) in enumerate(zip(columns, rows, strict=True)):
        end = columns[index + 1] if index + 1 < len(columns) else width - 1
        if before is not None and row is not None and before != row:
            upper, lower = sorted((before, row))
            for between in range(upper, lower):
                grid[between][column] |= _DOWN
                grid[between + 1][column] |= _UP
        if row is not None:
            for cell in range(column, end):
                grid[row][cell] |= _RIGHT
                grid[row][cell + 1] |= _LEFT
        before = row
    return grid


def _dates(points: Sequence[tuple[datetime, float | None]], columns: Sequence[int]) -> str:
    first, last = points[0][0].date().isoformat(), points[-1][0].date().isoformat()
    return first if first == last else first + last.rjust(max(_DATE + 1, columns[-1] + 1 - _DATE))
