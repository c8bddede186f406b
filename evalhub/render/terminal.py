"""Tables that fit the terminal, and whole when there is none."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from evalhub.masking import masked
from evalhub.names import printable

_GAP = 2


@dataclass(frozen=True, slots=True)
class Column:
    """One column: how narrow it may get before others must give way, and whether its text wraps or is cut there."""

    title: str
    right: bool = False
    narrowest: int | None = None  # None: never narrower than its text
    wraps: bool = False
    style: str = ""
    give_way: int = 0  # where the terminal is too narrow, the highest is left out first; 0: never


def console(*, stderr: bool = False, no_color: bool = False) -> Console:
    """Return a console for stdout or stderr; on a non-terminal it never wraps or cuts."""
    plain = no_color or bool(os.environ.get("NO_COLOR"))
    made = Console(stderr=stderr, color_system=None if plain else "auto", highlight=False)
    if not made.is_terminal:
        made.width = 10_000
    return made


def can_show(out: Console, text: str) -> bool:
    """Whether the encoding of what is printed to has `text`, which else would become escapes."""
    try:
        text.encode(out.encoding)
    except (UnicodeError, LookupError):
        return False
    return True


def safe(text: str, style: str = "") -> Text:
    """Return a stranger's text for a terminal: one line, no control characters, no markup, no passwords or tokens."""
    return Text(printable(masked(text)), style=style)


def print_table(out: Console, columns: Sequence[Column], rows: Sequence[Sequence[Text]]) -> None:
    """Print `rows` beneath the columns' titles; columns without any text are left out.

    On a terminal that is too narrow the last columns give way: first as far as they may, then as a whole, and that is
    said.
    """
    used = [index for index in range(len(columns)) if any(row[index].plain for row in rows)]
    hidden: list[str] = []
    while True:
        shown = [columns[index] for index in used]
        cells = [[row[index] for index in used] for row in rows]
        widths = _fit(shown, cells, out.width)
        first = max(used, key=lambda index: columns[index].give_way, default=None)
        if widths is not None or first is None or not columns[first].give_way:
            break
        used.remove(first)
        hidden.append(columns[first].title)
    if widths is None or not out.is_terminal:
        _print_plain(out, shown, cells)
    else:
        _print_fitted(out, shown, cells, widths)
    if hidden:
        out.print(f"(too narrow for: {', '.join(hidden)})", style="dim")


def _print_fitted(
    out: Console, columns: Sequence[Column], rows: Sequence[Sequence[Text]], widths: Sequence[int]
) -> None:
    padding = (0, _GAP - 1, 0, 0)
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=padding, header_style="bold")
    for column, width in zip(columns, widths, strict=True):
        table.add_column(
            column.title,
            justify="right" if column.right else "left",
            width=width,
            no_wrap=not column.wraps,
            overflow="fold" if column.wraps else "ellipsis",
            style=column.style,
        )
    for row in rows:
        table.add_row(*(_wrapped(*each) for each in zip(columns, row, widths, strict=True)))
    out.print(table)


def _wrapped(column: Column, cell: Text, width: int) -> Text:
    """Break a name that is too long after a separator, where rich would break it anywhere."""
    if not column.wraps or cell.spans or cell.cell_len <= width:
        return cell
    lines = [""]
    for part in re.split(r"(?<=[-/_ .])", cell.plain):
        if lines[-1] and cell_len(lines[-1] + part) > width:
            lines.append(part)
        else:
            lines[-1] += part
    return Text("\n".join(lines), style=cell.style)


def _print_plain(out: Console, columns: Sequence[Column], rows: Sequence[Sequence[Text]]) -> None:
    """Print for a pipe: nothing cut, no lines drawn, no blanks at the end."""
    widths = _natural_widths(columns, rows)
    for cells in ([column.title for column in columns], *([cell.plain for cell in row] for row in rows)):
        padded = (_pad(cell, width, column.right) for cell, width, column in zip(cells, widths, columns, strict=True))
        out.file.write((" " * _GAP).join(padded).rstrip() + "\n")


def _pad(text: str, width: int, right: bool) -> str:
    blanks = " " * (width - cell_len(text))
    return blanks + text if right else text + blanks


def _natural_widths(columns: Sequence[Column], rows: Sequence[Sequence[Text]]) -> list[int]:
    texts = [[cell_len(column.title), *(row[index].cell_len for row in rows)] for index, column in enumerate(columns)]
    return [max(lengths) for lengths in texts]


def _fit(columns: Sequence[Column], rows: Sequence[Sequence[Text]], available: int) -> list[int] | None:
    """Return each column's width: as its text needs, but the last that may shrink do, as far as they may.

    None where that isn't enough.
    """
    widths = _natural_widths(columns, rows)
    excess = sum(widths) + _GAP * (len(widths) - 1) - available
    for index in reversed(range(len(columns))):
        narrowest = columns[index].narrowest
        if excess > 0 and narrowest is not None:
            shrink = min(excess, max(0, widths[index] - narrowest))
            widths[index] -= shrink
            excess -= shrink
    return widths if excess <= 0 else None


def short_value(value: float) -> str:
    """Return a value as a table shows it: as reported, but for whole numbers of more digits than a float tells."""
    text = repr(value)
    return text if len(text) <= 24 else repr(float(value))


def align_points(values: Sequence[str]) -> list[str]:
    """Pad numbers on both sides so that their decimal points stand beneath each other."""
    before = [len(value.partition(".")[0]) for value in values]
    padded = [" " * (max(before) - own) + value for value, own in zip(values, before, strict=True)]
    return [value.ljust(max(map(len, padded))) for value in padded]
