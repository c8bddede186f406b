"""Reading YAML in the layout that nearly all result files have, several times faster than any YAML parser does.

Whatever isn't plainly so is left to the parser: tests hold the two to the same data wherever this one answers.

    - dataset:
        id: cais/hle
      value: 44.9
      date: "2026-01-31"
"""

from __future__ import annotations

import re
from functools import lru_cache

from evalhub.yaml_build import implicit_tag

Value = str | int | float
Entry = dict[str, Value | dict[str, Value]]

_LINE = re.compile(
    r"""(?P<indent>-[ ]|[ ]{2}|[ ]{4})(?P<key>[A-Za-z][A-Za-z_]{0,30}):
    (?:[ ](?:(?P<number>-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,15})?)
      |(?P<plain>[A-Za-z0-9](?:[A-Za-z0-9_./+%()~?=&,@-]|:(?=[A-Za-z0-9/])|[ ](?=[A-Za-z0-9(]))*)
      |"(?P<double>[^"\\]*)"|'(?P<single>[^']*)'))?""",
    re.VERBOSE,
)
_LONGEST = 1 << 16


def read(text: str) -> tuple[list[Entry], list[int]] | None:
    """Return the entries of a file, and the lines (from 1) on which they begin; None where the parser must read it."""
    if len(text) > _LONGEST or not text.isascii() or text[-1:] != "\n":
        return None
    entries: list[Entry] = []
    lines: list[int] = []
    entry: Entry = {}
    inner: dict[str, Value] | None = None  # the mapping that is open: a key without a value is before it
    for number, line in enumerate(text[:-1].split("\n"), start=1):
        parsed = _parsed(line)
        if parsed is None:
            return None
        depth, key, value = parsed
        if depth == _INNER:
            if inner is None or value is None or key in inner:
                return None
            inner[key] = value
            continue
        if inner == {}:
            return None  # a key that has nothing: null
        if depth == _FIRST:
            entry = {}
            entries.append(entry)
            lines.append(number)
        elif not entries or key in entry:
            return None
        if value is None:
            entry[key] = inner = {}
        else:
            entry[key], inner = value, None
    return None if inner == {} else (entries, lines)


_FIRST, _OUTER, _INNER = "- ", "  ", "    "


@lru_cache(maxsize=4096)  # most lines are the same in file after file
def _parsed(line: str) -> tuple[str, str, Value | None] | None:
    """Return how deep a line is, its key, and its value if it has one; None where it is of another kind."""
    found = _LINE.fullmatch(line)
    if found is None or not line.isprintable() or implicit_tag(found["key"]) is not None:
        return None
    value: Value | None = found["double"] if found["double"] is not None else found["single"]
    if found["number"] is not None:
        value = float(found["number"]) if "." in found["number"] else int(found["number"])
    elif found["plain"] is not None:
        value = found["plain"]
        if implicit_tag(found["plain"]) is not None:
            return None
    return found["indent"], found["key"], value
