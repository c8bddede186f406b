"""The lines of a file as a finding may show them: without the passwords and tokens that stand in them."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property

from evalhub.diagnostics import Span
from evalhub.masking import masked, masked_value
from evalhub.yaml_source import Document

_Part = tuple[int, int, str]  # from and to which offset of a line, and what to show there


class ShownLines:
    """The lines of one document, each masked once, when it is first shown."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._shown: dict[int, str] = {}

    def line(self, span: Span, *, secret: bool = False) -> str:
        """Return the line that `span` begins on; if it is about a `secret` of no known form, that is masked."""
        number, line = span.line, self._document.line(span.line)
        if number not in self._shown:
            self._shown[number] = masked(_with_parts(line, self._secrets.get(number, [])))
        shown = self._shown[number]
        begin, end = _part(span, number, line)
        if secret and shown[begin:end] == line[begin:end]:
            return _with_parts(shown, [(begin, end, "*" * (end - begin))])
        return shown

    @cached_property
    def _secrets(self) -> dict[int, list[_Part]]:
        """Return, by line, the values that hold a secret: with escapes, the text doesn't show it."""
        found: dict[int, list[_Part]] = defaultdict(list)
        for value, span in self._document.scalars(lambda value: masked_value(value) != value):
            safe = masked_value(value)
            for number in range(span.line, span.end_line + 1):
                line = self._document.line(number)
                begin, end = _part(span, number, line)
                raw = line[begin:end]
                found[number].append((begin, end, raw.replace(value, safe) if value in raw else "*" * len(raw)))
        return found


def _part(span: Span, number: int, line: str) -> tuple[int, int]:
    """Return from and to which offset line `number` lies in `span`."""
    begin = span.column - 1 if number == span.line else 0
    end = span.end_column - 1 if number == span.end_line else len(line)
    return min(begin, len(line)), min(end, len(line))


def _with_parts(line: str, parts: list[_Part]) -> str:
    shown, done = [], 0
    for begin, end, text in sorted(parts):
        shown += [line[done:begin], text]
        done = end
    return "".join([*shown, line[done:]])
