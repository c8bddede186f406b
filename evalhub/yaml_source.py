"""YAML text to data, with the line and column of every node, within limits that hostile input can't exceed.

PyYAML's C parser composes the node graph; this module builds the data from it, because PyYAML's own constructor keeps
the last of two equal keys, turns dates into objects and expands aliases without end. The data holds only what JSON has
(dict with str keys, list, str, int, float, bool, None), typed by YAML 1.1's rules as PyYAML has them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import sha256
from itertools import islice
from typing import Any

import yaml
from yaml.nodes import Node

from evalhub import usual_yaml
from evalhub.diagnostics import Span
from evalhub.names import printable
from evalhub.yaml_build import (
    MAX_DEPTH,
    MAX_NODES,
    Builder,
    Composer,
    Problem,
    TooComplexError,
    too_complex,
)
from evalhub.yaml_nodes import Path, child, items, scalars, scalars_below
from evalhub.yaml_nodes import span as span_of

__all__ = ["MAX_BYTES", "MAX_DEPTH", "MAX_NODES", "Document", "Path", "Problem", "parse"]

MAX_BYTES = 1 << 20

# Below both bounds no text can nest deeper than libyaml's recursion stands, so it needs no scan beforehand.
_SAFE_FLOW_OPENERS = 1_000
_SAFE_LINE_LENGTH = 2_000
_SAFE_BYTES = 1 << 16

_TEXT_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_LONG_LINE = re.compile(rf"[^\n]{{{_SAFE_LINE_LENGTH}}}")
_DIRECTIVE = re.compile("^%", re.MULTILINE)
_MAX_DIRECTIVES = 100  # libyaml compares each %TAG with all others
_LINE_END = re.compile("\r\n|[\n\r\x85\u2028\u2029]")  # what libyaml takes for one
_LFS_POINTER = b"version https://git-lfs.github.com/spec/"


@dataclass(frozen=True)
class Document:
    """One parsed file: its `text`, its `data` (None where it can't be read: see `fatal`) and what is wrong with it.

    `faulty` has the index or key of every top-level item with problems, of which there may be as many as values.
    """

    text: str
    data: Any
    problems: tuple[Problem, ...] = ()
    fatal: bool = False
    faulty: frozenset[str | int] = frozenset()
    _composed: Node | None = field(default=None, repr=False, compare=False)
    _item_lines: Sequence[int] | None = field(default=None, repr=False, compare=False)

    @cached_property
    def _root(self) -> Node | None:
        """The node graph, made when it is first needed where the data was read without it."""
        if self._composed is None and self._item_lines is not None:
            return Composer(self.text).get_single_node()
        return self._composed

    @cached_property
    def digest(self) -> str:
        """A digest of the text: two texts with the same one are the same."""
        return sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()

    def span(self, path: Path, *, key: bool = False) -> Span:
        """Return where the value at `path` stands (with `key`, the key that leads to it).

        A path that leads nowhere gives the span of the last node that exists on the way.
        """
        node, key_node = self._root, None
        for step in path:
            found = child(node, step)
            if found is None:
                key_node = None
                break
            key_node, node = found
        chosen = key_node if key and key_node is not None else node
        return Span(1, 1, 1, 1) if chosen is None else _inside(self.lines, span_of(chosen))

    def value(self, path: Path) -> Any:
        """Return the data at `path`; None where nothing is there."""
        found = self.data
        for step in path:
            if isinstance(found, dict):
                found = found.get(step)
            else:
                found = found[step] if isinstance(found, list) and isinstance(step, int) and step < len(found) else None
        return found

    def source(self, span: Span) -> str:
        """Return the text at `span`, with the line ends that it has."""
        return self.text[self.offset(span.line, span.column) : self.offset(span.end_line, span.end_column)]

    def offset(self, line: int, column: int) -> int:
        """Return where a line and column (from 1) are in `text`, in characters from 0."""
        return min(self.line_starts[min(line, len(self.line_starts)) - 1] + column - 1, len(self.text))

    @cached_property
    def line_starts(self) -> list[int]:
        """The offsets at which the lines begin."""
        return [0, *(match.end() for match in _LINE_END.finditer(self.text))]

    def line(self, number: int) -> str:
        """Return the text of line `number` (from 1), without its end; empty beyond the last."""
        return self.lines[number - 1] if 0 < number <= len(self.lines) else ""

    @cached_property
    def lines(self) -> list[str]:
        """The lines of the text, without their ends, as libyaml counts them."""
        return _LINE_END.split(self.text)

    def item_lines(self) -> Sequence[int]:
        """Return the lines (from 1) on which the items of the list begin; nothing where the data is no list."""
        if self._item_lines is not None:
            return self._item_lines
        return [node.start_mark.line + 1 for node in items(self._root)]

    def scalars(self, wanted: Callable[[str], bool]) -> Iterator[tuple[str, Span]]:
        """Yield the text of every scalar that is `wanted`, keys too, and where it stands."""
        for node in scalars(self._root):
            if wanted(node.value):
                yield node.value, span_of(node)

    def scalars_at_keys(self, wanted: Callable[[str], bool]) -> Iterator[tuple[str, Span]]:
        """Yield the text of every scalar that stands at a key that is `wanted`, or below it, and where it stands."""
        for node in scalars_below(self._root, wanted):
            yield node.value, span_of(node)

    def scalars_at(self, places: Iterable[tuple[int, int]]) -> set[int]:
        """Return the lines of those `places` (line and column, from 1) that lie inside a scalar."""
        columns = dict(places)
        inside: set[int] = set()
        for node in scalars(self._root) if columns else ():
            first, last = node.start_mark.line + 1, node.end_mark.line + 1
            if first == last and first not in columns:
                continue
            span = span_of(node)
            for line in range(span.line, span.end_line + 1):
                column = columns.get(line)
                if column and (span.line, span.column) <= (line, column) < (span.end_line, span.end_column):
                    inside.add(line)
        return inside


def signature(data: Any) -> str:
    """Return a text that is equal for equal data only: `==` takes 1, 1.0 and True for one."""
    return json.dumps(data, sort_keys=True)


def parse(raw: bytes) -> Document:
    """Parse one file. Never raises: whatever is wrong becomes a `Problem` with a code of `diagnostics.CODES`."""
    if len(raw) > MAX_BYTES:
        return _unreadable("", "EH105", f"the file has {len(raw):,} bytes: at most {MAX_BYTES:,} (1 MiB) are read")
    if raw.startswith(_LFS_POINTER):
        hint = "run `git lfs pull`; better, keep .yaml files out of Git LFS (.gitattributes)"
        return _unreadable("", "EH107", "this is a Git LFS pointer, not YAML", hint=hint)
    raw = raw.removeprefix(b"\xef\xbb\xbf")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8", "replace")
        where = _span_at(before, len(before))
        message = f"byte 0x{raw[error.start]:02x} is not UTF-8"
        return _unreadable(raw.decode("utf-8", "replace"), "EH102", message, where, "save the file as UTF-8")
    usual = usual_yaml.read(text)
    if usual is not None:
        return Document(text, usual[0], _item_lines=usual[1])
    return _compose(text)


def _compose(text: str) -> Document:
    control = _TEXT_CONTROL.search(text)
    if control:
        message = f"the control character {printable(control[0])} is not allowed in YAML"
        return _unreadable(text, "EH101", message, _span_at(text, control.start()), "remove it")
    if "%" in text and next(islice(_DIRECTIVE.finditer(text), _MAX_DIRECTIVES, None), None):
        return _unreadable(text, "EH106", f"more than {_MAX_DIRECTIVES} lines begin with %")
    try:
        if _needs_scan(text):
            problem = _scan(text)
            if problem:
                return Document(text, None, (problem,), fatal=True)
        root = Composer(text).get_single_node()
        builder = Builder(has_aliases="*" in text)
        data = None if root is None else builder.build(root, (), 0)
    except yaml.MarkedYAMLError as error:
        return _syntax_error(text, error)
    except yaml.YAMLError as error:
        return _unreadable(text, "EH101", printable(str(error).splitlines()[0], limit=200))
    except TooComplexError as error:
        return Document(text, None, (error.problem,), fatal=True)
    return Document(text, data, tuple(builder.problems), faulty=frozenset(builder.faulty), _composed=root)


def _unreadable(text: str, code: str, message: str, span: Span | None = None, hint: str | None = None) -> Document:
    return Document(text, None, (Problem(code, message, span or Span(1, 1, 1, 1), hint),), fatal=True)


def _syntax_error(text: str, error: yaml.MarkedYAMLError) -> Document:
    lines = _LINE_END.split(text)
    span = _span_in(lines, error.problem_mark or error.context_mark)
    if "expected a single document" in (error.context or ""):
        hint = "put every entry into one list, without `---` between them"
        return _unreadable(text, "EH104", "a second YAML document begins here", span, hint)
    if "maximum nesting depth" in (error.problem or ""):  # which libyaml has since 0.2.6
        return Document(text, None, (too_complex("nested far too deep", span),), fatal=True)
    words = [error.context, error.problem] if (error.context or "").startswith("found ") else [error.problem]
    message = printable(": ".join(filter(None, words)) or "not valid YAML", limit=200)
    advice: str | None = None
    if "'\\t'" in message or "\t" in lines[span.line - 1][: span.column]:
        advice = "indent with spaces: YAML allows no tabs"
    elif "mapping values are not allowed" in message:
        advice = 'put the text in quotes: a ": " inside it starts a mapping; or mend the indentation'
    elif "could not find expected ':'" in message:
        span = _inside(lines, _span_from(error.context_mark))
        advice = "write `key: value`, with a space after the colon"
    elif "did not find expected" in message and "block" in (error.context or ""):
        advice = "the keys of one entry, and the dashes of one list, must each begin in one column"
    elif "undefined alias" in message:
        advice = "put the text in quotes if it begins with a literal *"
    elif error.context:
        advice = printable(error.context, limit=200)
    return _unreadable(text, "EH101", message, span, advice)


# --- limits ---------------------------------------------------------------------------------------------------------


def _needs_scan(text: str) -> bool:
    if len(text) < min(_SAFE_FLOW_OPENERS, _SAFE_LINE_LENGTH):
        return False
    openers = text.count("[") + text.count("{")
    return len(text) > _SAFE_BYTES or openers > _SAFE_FLOW_OPENERS or _LONG_LINE.search(text) is not None


def _scan(text: str) -> Problem | None:
    """Walk the events, which costs no memory and no recursion, and return the first limit that is exceeded."""
    depth = nodes = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        elif isinstance(event, yaml.NodeEvent):
            nodes += 1
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            if depth > MAX_DEPTH or nodes > MAX_NODES:
                span = _span_from(event.start_mark)
                if depth > MAX_DEPTH:
                    return too_complex(f"nested more than {MAX_DEPTH} levels deep", span)
                return too_complex(f"more than {MAX_NODES:,} values in one file", span)
    return None


def _span_from(mark: Any) -> Span:
    """Return the span of the one character at `mark`, which libyaml counts from 0; of the first where there is none."""
    line, column = (mark.line, mark.column) if mark else (0, 0)
    return Span(line + 1, column + 1, line + 1, column + 2)


def _span_in(lines: list[str], mark: Any) -> Span:
    """Return the span at `mark`; libyaml puts the end of the text on a line beyond the last."""
    return _inside(lines, _span_from(mark))


def _inside(lines: list[str], span: Span) -> Span:
    last, after = len(lines), len(lines[-1]) + 1
    if span.line > last:
        return Span(last, after, last, after + 1)
    return span if span.end_line <= last else replace(span, end_line=last, end_column=after)


def _span_at(text: str, offset: int) -> Span:
    lines = _LINE_END.split(text[:offset])
    line, column = len(lines), len(lines[-1]) + 1
    return Span(line, column, line, column + 1)
