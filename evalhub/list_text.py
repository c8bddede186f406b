"""Where the entries of a `.eval_results/*.yaml` file stand in its text, in whatever layout."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import Any

import yaml

from evalhub.errors import EvalhubError
from evalhub.yaml_source import Document, Path, parse

ANOTHER_FILE = "name another file with `--file`"

BOM = "\ufeff"
WHITESPACE = " \t\r\n"
# The anchor and tag before a node, and the comments between them and the node itself.
_PROPERTIES = re.compile(r"(?:[&!]\S*+(?:\s|#[^\r\n]*+)*+)*+")
_BLANK_LINE = re.compile(r"(?>\r\n|\n|\r)[ \t]*[\r\n]")
_LINE_END = re.compile(r"\r\n|\n|\r")


class ListText:
    """The parsed text of one file, its nodes addressed by path and found by offset.

    Raises `EvalhubError` where it isn't YAML, or neither a list nor nothing.
    """

    def __init__(self, text: str) -> None:
        self.bom = BOM if text.startswith(BOM) else ""
        self.text = text.removeprefix(BOM)
        self.document = _parsed(text)
        self.data = self.document.data
        if not isinstance(self.data, list | None):
            raise EvalhubError("the file doesn't hold a list of results", ANOTHER_FILE)
        self._starts = self.document.line_starts
        self._items = _item_ranges(self.document) if self.data and "*" in self.text else None
        newline = _LINE_END.search(self.text)
        self.newline = newline[0] if newline else "\n"

    def range(self, path: Path, *, key: bool = False) -> tuple[int, int]:
        """Return the offsets of the first character of the node at `path` and of the one after its last.

        An entry that is an alias stands where the alias does; any other alias where its anchor does.
        """
        if self._items is not None and len(path) == 1 and isinstance(path[0], int):
            return self._items[path[0]]
        span, offset = self.document.span(path, key=key), self.document.offset
        return offset(span.line, span.column), offset(span.end_line, span.end_column)

    def content_start(self, path: Path) -> int:
        """Return where the node at `path` begins, behind its anchor and tag."""
        return self._behind_properties(*self.range(path))

    def _behind_properties(self, start: int, end: int) -> int:
        found = _PROPERTIES.match(self.text, start, end)
        return found.end() if found else start

    def content_end(self, path: Path) -> int:
        """Return where the node at `path` ends, without the blank lines that belong to a block scalar."""
        start, end = self.range(path)
        return start + len(self.text[start:end].rstrip(WHITESPACE))

    def column(self, offset: int) -> int:
        """Return how many characters stand before `offset` on its line."""
        return offset - self.line_start(offset)

    def is_flow(self, path: Path) -> bool:
        start = self.content_start(path)
        return self.text[start : start + 1] in ("[", "{")

    def line_start(self, offset: int) -> int:
        return self._starts[bisect_right(self._starts, offset) - 1]

    def next_line(self, offset: int) -> int:
        """Return where the line after the one at `offset` begins, or the end of the text.

        Only what all readers take for the end of a line is one here: U+2028 may stand in a comment.
        """
        found = _LINE_END.search(self.text, offset)
        return found.end() if found else len(self.text)

    def skip_comments(self, line: int, indent: int) -> int:
        """Return the first line from `line` on that isn't a comment of what stands above it, indented deeper."""
        own_comment = re.compile(rf"[ ]{{{indent + 1},}}#")
        while own_comment.match(self.text, line):
            line = self.next_line(line)
        return line

    def has_blank_line(self, start: int, end: int) -> bool:
        return _BLANK_LINE.search(self.text, start, end) is not None

    def inserted(self, offset: int, lines: str) -> str:
        """Return the text with whole `lines` put in at `offset`, the start of a line or the end of the text."""
        return self.joined(self.text[:offset], lines, self.text[offset:])

    def joined(self, before: str, lines: str, after: str) -> str:
        """Return whole `lines` between two texts, and a newline before them if it is missing."""
        missing = self.newline if before and not before.endswith(("\n", "\r")) else ""
        return before + missing + lines + after

    def last_scalar(self) -> int:
        """Return where the scalar that stands last begins, behind its anchor and tag."""
        places = [(span.line, span.column) for _, span in self.document.scalars(lambda _: True)]
        return self._behind_properties(self.document.offset(*max(places, default=(1, 1))), len(self.text))


def indentation(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


def _parsed(text: str) -> Document:
    try:
        document = parse(text.encode("utf-8"))
    except UnicodeEncodeError:
        raise EvalhubError("the file is not UTF-8 text", f"repair it, or {ANOTHER_FILE}") from None
    if document.fatal:
        problem = document.problems[0]
        message = f"the file is not valid YAML: line {problem.span.line}: {problem.message}"
        raise EvalhubError(message, f"repair it, or {ANOTHER_FILE}")
    return document


def _item_ranges(document: Document) -> list[tuple[int, int]]:
    """Return the offsets of the list's items: the events know where an alias stands, the nodes don't."""
    ranges: list[tuple[int, int]] = []
    depth, start, end = 0, 0, 0
    for event in yaml.parse(document.text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
            if document.text[_offset(document, event.end_mark) - 1] in "]}":  # a block's end is further on
                end = _offset(document, event.end_mark)
        elif isinstance(event, yaml.NodeEvent):
            end = _offset(document, event.end_mark)
            if depth == 1:
                start = _offset(document, event.start_mark)
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
                continue
        else:
            continue
        if depth == 1:
            ranges.append((start, end))
    return ranges


def _offset(document: Document, mark: Any) -> int:
    if mark.line >= len(document.line_starts):  # how libyaml puts the end of a text without a newline
        return len(document.text)
    return document.offset(mark.line + 1, mark.column + 1)
