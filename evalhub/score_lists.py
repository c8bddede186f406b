"""Reads lists of scores: a CSV file, JSON lines, or a folder of evaluation logs."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evalhub.errors import EvalhubError
from evalhub.files import shown
from evalhub.logs.log_files import LogFile, parse_json
from evalhub.names import did_you_mean, printable

FIELDS = (
    "model",
    "benchmark",
    "task",
    "value",
    "date",
    "revision",
    "notes",
    "source_url",
    "source_name",
    "source_user",
    "source_org",
    "log",
    "metric",
    "config",
    "split",
)
_DELIMITERS = (",", "\t", ";")
_LINES = (".jsonl", ".ndjson")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a list, or one log of a folder: where it stands, and its fields by their names, as written; a `log`
    is a path that leads there from here. `problem` says why it can't be read.
    """

    where: str
    fields: Mapping[str, str]
    problem: str = ""


def read_scores(path: Path) -> list[Row]:
    """Read what `path` lists: `.csv` and `.tsv` with the names of the fields in the first line, `.jsonl` with an object
    on each, any other file as one log, and a folder as all the logs in it.

    Raises `EvalhubError` where nothing can be read, or a field isn't known.
    """
    if path.is_dir():
        return [Row(shown(each), {"log": str(each)}) for each in _files_below(path)]
    ending = path.suffix.lower()
    if ending in (".csv", ".tsv"):
        rows = list(_csv_rows(path))
    elif ending in _LINES:
        rows = list(_json_rows(path))
    else:
        return [Row(shown(path), {"log": str(path)})]
    if not rows:
        raise EvalhubError(f"{shown(path)} lists no scores", "write a line for each: " + ",".join(FIELDS[:4]))
    folder = path.parent
    return [_beside(row, folder) for row in rows]


def _beside(row: Row, folder: Path) -> Row:
    """Return the row with its log as a path that leads there from the current directory."""
    log = row.fields.get("log")
    return Row(row.where, {**row.fields, "log": str(folder / log)}, row.problem) if log else row


def _files_below(folder: Path) -> Iterator[Path]:
    """Yield all files below a folder, in the order of their paths; no links and nothing hidden."""
    for directory, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(directory, name)
            if not name.startswith(".") and not path.is_symlink():
                yield path


def _text(path: Path) -> str:
    try:
        return LogFile(path).content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise EvalhubError(f"{shown(path)} is not UTF-8 text", "save it as UTF-8") from None


def _csv_rows(path: Path) -> Iterator[Row]:
    text = _text(path)
    first = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        names = [_field(name, path) for name in next(lines, [])]
        _refuse_doubles(names, path)
        for cells in lines:
            where = f"{shown(path)}, line {lines.line_num}"
            if len(cells) > len(names):
                yield Row(where, {}, f"it has {len(cells)} cells, and the first line has {len(names)}")
            elif any(map(str.strip, cells)):
                filled = zip(names, cells, strict=False)
                yield Row(where, {name: cell.strip() for name, cell in filled if cell.strip()})
    except csv.Error as error:
        message = f"{shown(path)}, line {lines.line_num}: {printable(str(error), limit=100)}"
        raise EvalhubError(message, "save it as CSV with quotes around cells that have separators in them") from None


def _json_rows(path: Path) -> Iterator[Row]:
    for number, line in enumerate(_text(path).split("\n"), 1):
        if not line.strip():
            continue
        where = f"{shown(path)}, line {number}"
        try:
            data = parse_json(line.encode(), where)
            fields = _json_fields(data, path)
        except EvalhubError as error:
            if error.exit_status == 2:
                raise
            yield Row(where, {}, error.message.removeprefix(where).lstrip(": "))
        else:
            yield Row(where, fields)


def _json_fields(data: Any, path: Path) -> dict[str, str]:
    """Return an object's fields as text, numbers as JSON writes them. Raises `EvalhubError`."""
    if not isinstance(data, dict):
        raise EvalhubError("it is not a JSON object")
    names = [_field(name, path) for name in data]
    _refuse_doubles(names, path)
    fields = {}
    for name, value in zip(names, data.values(), strict=True):
        if isinstance(value, bool) or not isinstance(value, str | int | float | None):
            raise EvalhubError(f"its {name} is neither text nor a number")
        if value is not None and str(value).strip():
            fields[name] = value.strip() if isinstance(value, str) else json.dumps(value)
    return fields


def _field(name: str, path: Path) -> str:
    """Return the field that a column's name means. Raises `EvalhubError` (wrong usage)."""
    folded = name.strip().lower().replace("-", "_").replace(" ", "_")
    if folded in FIELDS:
        return folded
    hint = f"{did_you_mean(name, FIELDS) or 'rename or remove it'}; fields: {', '.join(FIELDS)}"
    raise EvalhubError(f"{shown(path)}: {printable(name, limit=60)} is no field", hint, exit_status=2)


def _refuse_doubles(names: Iterable[str], path: Path) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise EvalhubError(f"{shown(path)}: the field {name} stands twice", "remove one", exit_status=2)
        seen.add(name)
