"""The lines of a file as a finding may show them: without the passwords and tokens that stand in them."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property

from evalhub.diagnostics import Span
from evalhub.masking import is_secret_key, masked, masked_value
from evalhub.yaml_source import Document

_SHORTEST = 4  # of what is looked for in a sentence
_LONGEST_CUT = 39  # no sentence shows less of a value
_MOST_LINES = 20
_MOST_VALUES = 20  # of one line

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
            self._shown[number] = masked(_with_parts(line, self._secrets[0].get(number, [])))
        shown = self._shown[number]
        begin, end = _part(span, number, line)
        if secret and shown[begin:end] == line[begin:end]:
            return _with_parts(shown, [(begin, end, "*" * (end - begin))])
        return shown

    def text(self, text: str, span: Span) -> str:
        """Return what is said of what stands at `span`, without the secrets on its lines."""
        text = masked(text)
        for number in range(span.line, min(span.end_line, span.line + _MOST_LINES) + 1):
            for value in self._secrets[1].get(number, ()):
                text = _without(text, value)
        return text

    @cached_property
    def _secrets(self) -> tuple[dict[int, list[_Part]], dict[int, list[str]]]:
        """Return, by line, the values that hold a secret: as parts of the line, for with escapes the text doesn't show
        it, and what they are.
        """
        at_keys = dict.fromkeys((*found, "") for found in self._document.scalars_at_keys(is_secret_key))
        others = self._document.scalars(lambda value: masked_value(value) != value)
        known = {span for _, span, _ in at_keys}
        more = ((value, span, masked_value(value)) for value, span in others if span not in known)
        parts: dict[int, list[_Part]] = defaultdict(list)
        values: dict[int, list[str]] = defaultdict(list)
        for value, span, safe in (*at_keys, *more):
            for number in range(span.line, span.end_line + 1):
                line = self._document.line(number)
                begin, end = _part(span, number, line)
                parts[number].append((begin, end, _safe(line[begin:end], value, safe)))
                if len(values[number]) < _MOST_VALUES:
                    values[number].append(value)
        return parts, values


def _safe(raw: str, value: str, safe: str) -> str:
    """Return what to show of a value that is written as `raw` on one line; `safe` is empty where nothing of it is."""
    if safe and value in raw:
        return raw.replace(value, safe)
    quote = raw[:1] if len(raw) > 1 and raw[0] == raw[-1] and raw[0] in "\"'" else ""
    return quote + "*" * (len(raw) - 2 * len(quote)) + quote


def _without(text: str, value: str) -> str:
    """Return `text` with asterisks for `value`, also where most of it was cut off."""
    if len(value) < _SHORTEST:
        return text
    for part in (value, value[:_LONGEST_CUT]):
        text = text.replace(part, "*" * len(part))
    return text


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
