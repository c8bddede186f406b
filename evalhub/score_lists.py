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
        return list(_logs_below(path))
    ending = path.suffix.lower()
    if ending in (".csv", ".tsv"):
        rows = list(_csv_rows(path))
    elif ending in _LINES:
        rows = list(_json_rows(path))
    else:
        _ = LogFile(path).content  # what isn't there says so
        return [Row(shown(path), {"log": str(path)})]
    if not rows:
        raise EvalhubError(f"{shown(path)} lists no scores", "write a line for each: " + ",".join(FIELDS[:4]))
    folder = path.parent
    return [_beside(row, folder) for row in rows]


def _beside(row: Row, folder: Path) -> Row:
    """Return the row with its log as a path that leads there from the current directory."""
    log = row.fields.get("log")
    return Row(row.where, {**row.fields, "log": str(folder / log)}, row.problem) if log else row


def _logs_below(folder: Path) -> Iterator[Row]:
    """Yield all files below a folder, however deep, in the order of their paths; no links and nothing hidden."""
    waiting = [folder]
    while waiting:
        current = waiting.pop()
        try:
            with os.scandir(current) as scan:
                found = sorted((each for each in scan if _counts(each)), key=lambda each: each.name)
        except OSError as error:
            yield Row(shown(current), {}, f"it can't be read: {error.strerror or error}")
            continue
        yield from (Row(shown(each.path), {"log": each.path}) for each in found if not each.is_dir())
        waiting += [Path(each.path) for each in reversed(found) if each.is_dir()]


def _counts(found: os.DirEntry[str]) -> bool:
    return not found.name.startswith(".") and not found.is_symlink()


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
        begins = lines.line_num + 1
        for cells in lines:
            where = f"{shown(path)}, line {begins}"
            begins = lines.line_num + 1  # a cell may have several lines
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
        if isinstance(value, str) and not _is_unicode(value):
            raise EvalhubError(f"its {name} is not Unicode text")
        if value is not None and str(value).strip():
            fields[name] = value.strip() if isinstance(value, str) else json.dumps(value)
    return fields


def _is_unicode(text: str) -> bool:
    """Whether it can be written: JSON can spell half a character, as `\\ud800`."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


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
