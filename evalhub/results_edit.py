"""Adds and replaces entries of `.eval_results/*.yaml` as text, so that comments, order and layout stay as they were.

Positions come from `list_text`. An edit is a guess about layout, so there may be several candidates: each is parsed
again, and the first whose data is exactly what was asked for is the answer. None: an error, never a damaged file.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

from evalhub.entry_style import style_of
from evalhub.entry_text import Style, block_item, flow, mapping_lines, ordered, text_of
from evalhub.errors import EvalhubError
from evalhub.list_text import ANOTHER_FILE, WHITESPACE, ListText, indentation
from evalhub.yaml_source import Path, parse, signature

_DOCUMENT_END = re.compile(r"(?<![^\r\n])\.\.\.")
_MOST_KEYS = 100  # each is looked up by a walk over all keys
_CHOMPED = re.compile(r"[|>][1-9+-]*")

_Edit = tuple[int, int, str]  # replace the characters from start to end (exclusive) with a text


def add_entry(text: str, entry: dict[str, Any]) -> str:
    """Return `text`, a file's list of entries, with `entry` at its end; old lines of a block list stay as they are.

    The entry looks like those before it. Only where the file ends in a block scalar without a newline does an old line
    change: `|` becomes `|-`, or the newline that is then needed would be new in the data. Raises `EvalhubError` where
    `text` is not a YAML list, or is laid out so that the outcome would not be certain.
    """
    file, entry = ListText(text), ordered(entry)
    style = style_of(file)
    if file.data is None:
        candidates = _as_first_entry(file, entry, style)
    elif file.is_flow(()):
        candidates = _added_to_flow_list(file, entry, style)
    else:
        candidates = _added_to_block_list(file, entry, style)
    entries = file.data or []
    return _first_valid(file, candidates, [*entries, entry], len(entries))


def replace_entry(text: str, index: int, entry: dict[str, Any]) -> str:
    """Return `text` with `entry` in the place of entry `index` (from 0); every line outside of it stays as it is.

    What can be is changed value by value, so that comments inside the entry stay too. Raises `EvalhubError` where there
    is no such entry, `text` is not a YAML list, or it is laid out so that the outcome would not be certain.
    """
    file = ListText(text)
    entries = list(file.data or [])
    if not 0 <= index < len(entries):
        raise EvalhubError(f"the file has {len(entries)} entries: there is no entry {index + 1}")
    entries[index] = entry
    return _first_valid(file, _replaced(file, index, ordered(entry), style_of(file)), entries, index)


def _first_valid(file: ListText, candidates: Iterable[str], expected: list[Any], changed: int) -> str:
    """Return the first candidate that reads as `expected`, without new problems and with none in `changed`."""
    wanted = signature(expected)
    known = Counter((problem.code, problem.path) for problem in file.document.problems)
    for candidate in candidates:
        after = parse((file.bom + candidate).encode("utf-8"))
        if after.fatal or any(problem.path[:1] == (changed,) for problem in after.problems):
            continue
        new = Counter((problem.code, problem.path) for problem in after.problems)
        if new <= known and signature(after.data) == wanted:
            return file.bom + candidate
    raise EvalhubError("this file is laid out so that evalhub can't change it safely", ANOTHER_FILE)


# --- adding ---------------------------------------------------------------------------------------------------------


def _as_first_entry(file: ListText, entry: dict[str, Any], style: Style) -> Iterator[str]:
    """Yield ways to make `entry` the list of a file that has none: empty, only comments, or null."""
    item = block_item(entry, style, margin="", newline=file.newline)
    start, end = file.range(())
    if start == end:
        yield file.inserted(len(file.text), item)
        for marker in _DOCUMENT_END.finditer(file.text):
            yield file.inserted(marker.start(), item)
        return
    line, following = file.line_start(start), file.next_line(end)
    if file.text[line:following].strip(WHITESPACE) == file.text[start:end]:
        yield file.text[:line] + item + file.text[following:]
    before, behind = file.text[:start].rstrip(" \t"), file.text[end:following]
    yield file.joined(before + (behind if before[-1:].strip() else behind.lstrip(" \t")), item, file.text[following:])
    yield f"{file.text[:start]}[{flow(entry, style)}]{file.text[end:]}"


def _added_to_block_list(file: ListText, entry: dict[str, Any], style: Style) -> Iterator[str]:
    indent = file.column(file.content_start(()))
    item = block_item(entry, style, margin=" " * indent, newline=file.newline)
    last = len(file.data) - 1
    start, end = file.range((last,))
    at_line_start = end > start and file.line_start(end) == end
    position = end if at_line_start else file.next_line(end)
    position = file.skip_comments(position, indent)
    apart = ""
    if last > 0 and file.has_blank_line(file.content_end((last - 1,)), start):
        apart = file.newline
    if file.text[file.line_start(position - 1) : position].strip():
        yield file.inserted(position, apart + item)
    yield file.inserted(position, item)
    yield file.inserted(len(file.text), item)
    yield _added_behind_block_scalar(file, apart + item)


def _added_behind_block_scalar(file: ListText, item: str) -> str:
    """Return the text with `item` at its end, and a last scalar that doesn't get the newline before it."""
    text, start = file.text, file.last_scalar()
    header = _CHOMPED.match(text, start)
    if header is None:
        return file.inserted(len(text), item)
    stripped = re.sub("[+-]", "", header[0]) + "-"
    return text[:start] + stripped + text[header.end() :] + file.newline + item


def _added_to_flow_list(file: ListText, entry: dict[str, Any], style: Style) -> Iterator[str]:
    """Yield ways to put `entry` before the closing bracket, whether or not a comma stands there already."""
    text = file.text
    start, end = file.content_start(()), file.range(())[1]
    bracket = end - 1
    last_end = file.content_end((len(file.data) - 1,)) if file.data else bracket
    bracket_line = file.line_start(bracket)
    if bracket_line > start and not text[bracket_line:bracket].strip():  # the bracket has a line of its own
        margin = _flow_margin(file, bracket)
        item = flow(entry, style, margin=margin, newline=file.newline)
        if file.data:
            yield f"{text[:last_end]},{text[last_end:bracket_line]}{margin}{item}{file.newline}{text[bracket_line:]}"
        comma = "," if text[last_end:bracket].lstrip().startswith(",") else ""
        yield f"{text[:bracket_line]}{margin}{item}{comma}{file.newline}{text[bracket_line:]}"
    item = flow(entry, replace(style, spread=0))
    if file.data:
        before = text[file.line_start(file.range((len(file.data) - 1,))[0]) : file.range((len(file.data) - 1,))[0]]
        gap = " " if before.strip() else file.newline + before
        yield f"{text[:last_end]},{gap}{item}{text[last_end:]}"
        yield f"{text[:bracket]}, {item}{text[bracket:]}"
    yield text[:bracket] + item + text[bracket:]


def _flow_margin(file: ListText, bracket: int) -> str:
    """Return the indentation of the list's last item, where it begins a line; else two more than the bracket's."""
    if file.data:
        start, _ = file.range((len(file.data) - 1,))
        indent = file.text[file.line_start(start) : start]
        if not indent.strip():
            return indent
    return file.text[file.line_start(bracket) : bracket] + "  "


# --- replacing ------------------------------------------------------------------------------------------------------


class _NotInPlaceError(Exception):
    """The entry can't be changed value by value: it must be replaced as a whole."""


def _replaced(file: ListText, index: int, entry: dict[str, Any], style: Style) -> Iterator[str]:
    with suppress(_NotInPlaceError):
        yield _applied(file.text, list(_mapping_edits(file, (index,), file.data[index], entry, style)))
    start, end = file.range((index,))
    rest = file.text[file.content_end((index,)) :] if end > start else file.text[end:]
    if file.is_flow(()) or file.is_flow((index,)):
        margin = indentation(file.text[file.line_start(start) : start])
        body = flow(entry, style, margin=margin, newline=file.newline)
    else:
        gap = " " if start == end else ""  # a lone `-`
        indent = " " * (file.column(start) + len(gap))
        body = gap + (file.newline + indent).join(mapping_lines(entry, style))
    yield file.text[:start] + body + rest


def _applied(text: str, edits: list[_Edit]) -> str:
    parts, done = [], 0
    for start, end, new in sorted(edits, key=lambda edit: edit[:2]):
        if start < done:
            raise _NotInPlaceError
        parts += [text[done:start], new]
        done = end
    return "".join([*parts, text[done:]])


def _mapping_edits(file: ListText, path: Path, old: Any, new: dict[str, Any], style: Style) -> Iterator[_Edit]:
    """Yield what turns the mapping at `path` into `new`, or raise `_NotInPlaceError` where that is not simple."""
    if not isinstance(old, dict) or not 0 < len(old) <= _MOST_KEYS:
        raise _NotInPlaceError
    added = {key: value for key, value in new.items() if key not in old}
    if file.is_flow(path) and (added or len(new) < len(old)):
        raise _NotInPlaceError
    troubled = {problem.path[:depth] for problem in file.document.problems for depth in range(len(problem.path) + 1)}
    for key, value in old.items():
        child = (*path, key)
        if key in new and child not in troubled and signature(value) == signature(new[key]):
            continue
        if not _stands_inside(file, path, key):
            raise _NotInPlaceError
        if key not in new:
            yield _removal(file, child)
        elif _edits_inside(file, child, value, new[key]):
            yield from _mapping_edits(file, child, value, new[key], style)
        else:
            yield _value_edit(file, child, value, new[key], style)
    if added:
        yield _addition(file, path, old, added, style)


def _stands_inside(file: ListText, path: Path, key: str) -> bool:
    """Whether the value at `key` stands in the mapping at `path`: it isn't an alias, nor does `<<` bring it in."""
    start, end = file.range(path)
    key_start, key_end = file.range((*path, key), key=True)
    value_start, value_end = file.range((*path, key))
    return start <= key_start < key_end <= value_start <= value_end <= end


def _edits_inside(file: ListText, path: Path, old: Any, new: Any) -> bool:
    if not (isinstance(old, dict) and isinstance(new, dict) and old and new):
        return False
    return not file.is_flow(path) or old.keys() == new.keys()


def _value_edit(file: ListText, path: Path, old: Any, new: Any, style: Style) -> _Edit:
    start, end = file.range(path)
    in_braces = file.is_flow(path)
    if not in_braces and (isinstance(old, dict | list) or (isinstance(new, dict) and new)):
        raise _NotInPlaceError
    if file.text[start : start + 1] in ("'", '"'):
        style = replace(style, quote=file.text[start], quoted=True)
    in_flow = any(file.is_flow(path[:depth]) for depth in range(len(path)))
    written = text_of(new, style) if isinstance(new, str) and not in_flow else flow(new, replace(style, spread=0))
    gap = " " if start == end and file.text[start - 1] not in WHITESPACE else ""
    return start, file.content_end(path) if end > start else end, gap + written


def _removal(file: ListText, path: Path) -> _Edit:
    key_start, _ = file.range(path, key=True)
    line = file.line_start(key_start)
    if file.text[line:key_start].strip(" "):  # the first key, behind the `-`
        raise _NotInPlaceError
    return line, file.next_line(file.content_end(path)), ""


def _addition(file: ListText, path: Path, old: dict[str, Any], added: dict[str, Any], style: Style) -> _Edit:
    """Put `added` behind the last value of the mapping that stands in it."""
    inside = [(*path, key) for key in old if _stands_inside(file, path, key)]
    if not inside:
        raise _NotInPlaceError
    indent = file.column(file.range(inside[0], key=True)[0])
    lines = [" " * indent + line for line in mapping_lines(added, style)]
    position = file.next_line(max(map(file.content_end, inside)))
    position = file.skip_comments(position, indent)
    if file.text[:position].endswith(("\n", "\r")):
        return position, position, "".join(line + file.newline for line in lines)
    return position, position, "".join(file.newline + line for line in lines)
