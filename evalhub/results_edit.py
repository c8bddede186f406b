"""Adds and replaces entries of `.eval_results/*.yaml` as text, so that comments, order and layout stay as they were.

Positions come from `yaml_source`. An edit is a guess about layout, so there may be several candidates: each is parsed
again, and the first whose data is exactly what was asked for is the answer. None: an error, never a damaged file.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

from evalhub.entry_text import block_item, flow, mapping_lines, ordered, text_of
from evalhub.errors import EvalhubError
from evalhub.yaml_source import Document, Path, parse, signature

_BOM = "\ufeff"
_WHITESPACE = " \t\r\n"
_DIRECTIVE = re.compile(r"^%", re.MULTILINE)
_DOCUMENT_END = re.compile(r"^\.\.\.", re.MULTILINE)

_ANOTHER_FILE = "name another file with `--file`"

_Edit = tuple[int, int, str]  # replace the characters from start to end (exclusive) with a text


def add_entry(text: str, entry: dict[str, Any]) -> str:
    """Return `text`, a file's list of entries, with `entry` at its end; old lines of a block list stay as they are.

    Raises `EvalhubError` where `text` is not a YAML list, or is laid out so that the outcome would not be certain.
    """
    file, entry = _File(text), ordered(entry)
    if file.data is None:
        candidates = _as_first_entry(file, entry)
    elif file.is_flow(()):
        candidates = _added_to_flow_list(file, entry)
    else:
        candidates = _added_to_block_list(file, entry)
    entries = file.data or []
    return file.first_valid(candidates, [*entries, entry], len(entries))


def replace_entry(text: str, index: int, entry: dict[str, Any]) -> str:
    """Return `text` with `entry` in the place of entry `index` (from 0); every line outside of it stays as it is.

    What can be is changed value by value, so that comments inside the entry stay too. Raises `EvalhubError` where there
    is no such entry, `text` is not a YAML list, or it is laid out so that the outcome would not be certain.
    """
    file = _File(text)
    entries = list(file.data or [])
    if not 0 <= index < len(entries):
        raise EvalhubError(f"the file has {len(entries)} entries: there is no entry {index + 1}")
    entries[index] = entry
    return file.first_valid(_replaced(file, index, ordered(entry)), entries, index)


class _File:
    """The parsed text of one file, its nodes addressed by path and found by offset."""

    def __init__(self, text: str) -> None:
        self.bom = _BOM if text.startswith(_BOM) else ""
        self.text = text.removeprefix(_BOM)
        self.document = _parsed(text)
        self.data = self.document.data
        _refuse_other_than_list(self.document)
        self._starts = self.document.line_starts
        newline = re.search("\r\n|\n|\r", self.text)
        self.newline = newline[0] if newline else "\n"

    def range(self, path: Path, *, key: bool = False) -> tuple[int, int]:
        """Return the offsets of the first character of the node at `path` and of the one after its last."""
        span, offset = self.document.span(path, key=key), self.document.offset
        return offset(span.line, span.column), offset(span.end_line, span.end_column)

    def content_end(self, path: Path) -> int:
        """Return where the node at `path` ends, without the blank lines that belong to a block scalar."""
        start, end = self.range(path)
        return start + len(self.text[start:end].rstrip(_WHITESPACE))

    def column(self, path: Path, *, key: bool = False) -> int:
        return self.document.span(path, key=key).column - 1

    def is_flow(self, path: Path) -> bool:
        start, _ = self.range(path)
        return self.text[start : start + 1] in ("[", "{")

    def line_start(self, offset: int) -> int:
        return self._starts[bisect_right(self._starts, offset) - 1]

    def next_line(self, offset: int) -> int:
        """Return where the line after the one at `offset` begins, or the end of the text."""
        following = bisect_right(self._starts, offset)
        return self._starts[following] if following < len(self._starts) else len(self.text)

    def skip_comments(self, line: int, indent: int) -> int:
        """Return the first line from `line` on that isn't a comment of what stands above it, indented deeper."""
        own_comment = re.compile(rf"[ ]{{{indent + 1},}}#")
        while own_comment.match(self.text, line):
            line = self.next_line(line)
        return line

    def inserted(self, offset: int, lines: str) -> str:
        """Return the text with whole `lines` put in at `offset`, the start of a line or the end of the text."""
        before = self.text[:offset]
        missing = self.newline if before and not before.endswith(("\n", "\r")) else ""
        return before + missing + lines + self.text[offset:]

    def first_valid(self, candidates: Iterable[str], expected: list[Any], changed: int) -> str:
        """Return the first candidate that reads as `expected`, without new problems and with none in `changed`."""
        wanted = signature(expected)
        known = Counter((problem.code, problem.path) for problem in self.document.problems)
        for candidate in candidates:
            after = parse((self.bom + candidate).encode("utf-8"))
            if after.fatal or any(problem.path[:1] == (changed,) for problem in after.problems):
                continue
            new = Counter((problem.code, problem.path) for problem in after.problems)
            if new <= known and signature(after.data) == wanted:
                return self.bom + candidate
        raise EvalhubError("this file is laid out so that evalhub can't change it safely", _ANOTHER_FILE)


def _parsed(text: str) -> Document:
    try:
        document = parse(text.encode("utf-8"))
    except UnicodeEncodeError:
        raise EvalhubError("the file is not UTF-8 text", f"repair it, or {_ANOTHER_FILE}") from None
    if document.fatal:
        problem = document.problems[0]
        message = f"the file is not valid YAML: line {problem.span.line}: {problem.message}"
        raise EvalhubError(message, f"repair it, or {_ANOTHER_FILE}")
    return document


def _refuse_other_than_list(document: Document) -> None:
    if not isinstance(document.data, list | None):
        raise EvalhubError("the file doesn't hold a list of results", _ANOTHER_FILE)
    span = document.span(())
    odd = document.data is not None and document.line(span.line)[span.column - 1 : span.column] not in ("-", "[")
    if odd or _DIRECTIVE.search(document.text):
        raise EvalhubError("the file begins with a YAML directive, tag or anchor", _ANOTHER_FILE)


# --- adding ---------------------------------------------------------------------------------------------------------


def _as_first_entry(file: _File, entry: dict[str, Any]) -> Iterator[str]:
    """Yield ways to make `entry` the list of a file that has none: empty, only comments, or null."""
    item = block_item(entry, indent=0, newline=file.newline)
    start, end = file.range(())
    if start == end:
        yield file.inserted(len(file.text), item)
        for marker in _DOCUMENT_END.finditer(file.text):
            yield file.inserted(marker.start(), item)
        return
    line, following = file.line_start(start), file.next_line(end)
    if file.text[line:following].strip(_WHITESPACE) == file.text[start:end]:
        yield file.text[:line] + item + file.text[following:]
    yield f"{file.text[:start]}[{flow(entry)}]{file.text[end:]}"


def _added_to_block_list(file: _File, entry: dict[str, Any]) -> Iterator[str]:
    indent = file.column(())
    item = block_item(entry, indent=indent, newline=file.newline)
    last = len(file.data) - 1
    start, end = file.range((last,))
    at_line_start = end > start and file.line_start(end) == end
    position = end if at_line_start else file.next_line(end)
    position = file.skip_comments(position, indent)
    above = file.document.line(file.document.span((last,)).line - 1)
    if last > 0 and not above.strip() and file.text[file.line_start(position - 1) : position].strip():
        yield file.inserted(position, file.newline + item)
    yield file.inserted(position, item)
    yield file.inserted(len(file.text), item)


def _added_to_flow_list(file: _File, entry: dict[str, Any]) -> Iterator[str]:
    """Yield ways to put `entry` before the closing bracket, whether or not a comma stands there already."""
    text, item = file.text, flow(entry)
    start, end = file.range(())
    bracket = end - 1
    last_end = file.content_end((len(file.data) - 1,)) if file.data else bracket
    bracket_line = file.line_start(bracket)
    if bracket_line > start and not text[bracket_line:bracket].strip():  # the bracket has a line of its own
        line = _flow_indent(file, bracket) + item + file.newline + text[bracket_line:]
        if file.data:
            yield f"{text[:last_end]},{text[last_end:bracket_line]}{line}"
        yield text[:bracket_line] + line
    if file.data:
        yield f"{text[:last_end]}, {item}{text[last_end:]}"
        yield f"{text[:bracket]}, {item}{text[bracket:]}"
    yield text[:bracket] + item + text[bracket:]


def _flow_indent(file: _File, bracket: int) -> str:
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


def _replaced(file: _File, index: int, entry: dict[str, Any]) -> Iterator[str]:
    with suppress(_NotInPlaceError):
        yield _applied(file.text, list(_mapping_edits(file, (index,), file.data[index], entry)))
    start, end = file.range((index,))
    rest = file.text[file.content_end((index,)) :] if end > start else file.text[end:]
    if file.is_flow(()) or file.is_flow((index,)):
        body = flow(entry)
    else:
        gap = " " if start == end else ""  # a lone `-`
        indent = " " * (file.column((index,)) + len(gap))
        body = gap + (file.newline + indent).join(mapping_lines(entry))
    yield file.text[:start] + body + rest


def _applied(text: str, edits: list[_Edit]) -> str:
    parts, done = [], 0
    for start, end, new in sorted(edits, key=lambda edit: edit[:2]):
        if start < done:
            raise _NotInPlaceError
        parts += [text[done:start], new]
        done = end
    return "".join([*parts, text[done:]])


def _mapping_edits(file: _File, path: Path, old: Any, new: dict[str, Any]) -> Iterator[_Edit]:
    """Yield what turns the mapping at `path` into `new`, or raise `_NotInPlaceError` where that is not simple."""
    if not isinstance(old, dict) or not old:
        raise _NotInPlaceError
    _check_inside(file, path, old)
    added = {key: value for key, value in new.items() if key not in old}
    if file.is_flow(path) and (added or len(new) < len(old)):
        raise _NotInPlaceError
    problems = {problem.path for problem in file.document.problems}
    for key, value in old.items():
        child = (*path, key)
        if key not in new:
            yield _removal(file, child)
        elif _edits_inside(file, child, value, new[key]):
            yield from _mapping_edits(file, child, value, new[key])
        elif child in problems or signature(value) != signature(new[key]):
            yield _value_edit(file, child, value, new[key])
    if added:
        yield _addition(file, path, old, added)


def _check_inside(file: _File, path: Path, mapping: dict[str, Any]) -> None:
    """Raise `_NotInPlaceError` where a value stands elsewhere: an alias, or a key that `<<` brings in."""
    start, end = file.range(path)
    for key in mapping:
        key_start, key_end = file.range((*path, key), key=True)
        value_start, value_end = file.range((*path, key))
        if not start <= key_start < key_end <= value_start <= value_end <= end:
            raise _NotInPlaceError


def _edits_inside(file: _File, path: Path, old: Any, new: Any) -> bool:
    if not (isinstance(old, dict) and isinstance(new, dict) and old and new):
        return False
    return not file.is_flow(path) or old.keys() == new.keys()


def _value_edit(file: _File, path: Path, old: Any, new: Any) -> _Edit:
    start, end = file.range(path)
    was_flow = file.is_flow(path)
    if not was_flow and (isinstance(old, dict | list) or (isinstance(new, dict) and new)):
        raise _NotInPlaceError
    in_flow = any(file.is_flow(path[:depth]) for depth in range(len(path)))
    written = text_of(new) if isinstance(new, str) and not in_flow else flow(new)
    gap = " " if start == end and file.text[start - 1] not in _WHITESPACE else ""
    return start, file.content_end(path) if end > start else end, gap + written


def _removal(file: _File, path: Path) -> _Edit:
    key_start, _ = file.range(path, key=True)
    line = file.line_start(key_start)
    if file.text[line:key_start].strip(" "):  # the first key, behind the `-`
        raise _NotInPlaceError
    return line, file.next_line(file.content_end(path)), ""


def _addition(file: _File, path: Path, old: dict[str, Any], added: dict[str, Any]) -> _Edit:
    indent = file.column((*path, next(iter(old))), key=True)
    lines = [" " * indent + line for line in mapping_lines(added)]
    position = file.next_line(max(file.content_end((*path, key)) for key in old))
    position = file.skip_comments(position, indent)
    if file.text[:position].endswith(("\n", "\r")):
        return position, position, "".join(line + file.newline for line in lines)
    return position, position, "".join(file.newline + line for line in lines)
