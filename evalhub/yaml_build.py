"""YAML nodes to data: what each scalar is, what is wrong on the way, and when to stop."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from typing import Any

from yaml._yaml import CParser
from yaml.constructor import SafeConstructor
from yaml.nodes import Node, ScalarNode, SequenceNode
from yaml.resolver import Resolver

from evalhub.diagnostics import Change, Meant, Span
from evalhub.names import printable
from evalhub.yaml_nodes import Path, is_merge, span

MAX_DEPTH = 64
MAX_NODES = 100_000

_TAG = "tag:yaml.org,2002:"
# 1:30 is 90, 017 is 15, 1_000 is 1000 and 0b1 is 1 in YAML 1.1; text, 17, text and text in YAML 1.2.
_AMBIGUOUS_NUMBER = re.compile(r"[-+]?(?:0[0-7_]+|0b.+|.*[_:].*)")
_MAX_NUMBER_LENGTH = 400


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with the text or its data. `path` leads to the node concerned, from the document's root; `twin`
    is the position of the entry that it repeats.
    """

    code: str
    message: str
    span: Span
    hint: str | None = None
    path: Path = ()
    meant: Meant | None = None
    twin: int | None = None


class TooComplexError(Exception):
    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def too_complex(what: str, span: Span) -> Problem:
    return Problem("EH106", what, span, "write it out flat: a result file is a short list of small mappings")


class Composer(CParser):
    """The C parser without PyYAML's resolver: `Builder` types only the scalars that can be anything but text."""

    def resolve(self, kind: type, _value: str, _implicit: object) -> type:
        return kind

    def descend_resolver(self, _parent: Node | None, _index: object) -> None:
        pass

    def ascend_resolver(self) -> None:
        pass


@dataclass(frozen=True, slots=True)
class _Shared:
    """A collection that aliases may repeat: how many nodes it expands to, how deep, and which of all problems (from and
    to where) are inside it; it stood `steps` steps from the root.
    """

    data: Any
    nodes: int
    height: int
    problems: tuple[int, int] = (0, 0)
    steps: int = 0


_RESOLVERS = Resolver.yaml_implicit_resolvers


def implicit_tag(text: str) -> str | None:
    """Return the tag that YAML 1.1 gives to a text without quotes; None where it is just text."""
    for tag, pattern in _RESOLVERS.get(text[:1], ()):
        if pattern.match(text):
            return str(tag)
    return None


class Builder:
    """Builds the data of one document and notes what is wrong on the way."""

    _scalars = SafeConstructor()

    def __init__(self, *, has_aliases: bool) -> None:
        self.problems: list[Problem] = []
        self.faulty: set[str | int] = set()  # first steps of the paths with problems
        self._has_aliases = has_aliases
        self._built: dict[int, _Shared] = {}
        self._nodes = 0
        self._height = 0

    def build(self, node: Node, path: Path, depth: int) -> Any:
        self._nodes += 1
        if isinstance(node, ScalarNode):
            self._height = 0
            return self._scalar(node, path)
        if depth >= MAX_DEPTH:
            raise TooComplexError(too_complex(f"nested more than {MAX_DEPTH} levels deep", span(node)))
        if not self._has_aliases:
            return self._collection(node, path, depth)
        return self._shared(node, path, depth)

    def _shared(self, node: Node, path: Path, depth: int) -> Any:
        """Build a collection that aliases may repeat: once, but counted as often as it stands."""
        known = self._built.get(id(node))
        if known is None:
            nodes, problems = self._nodes, len(self.problems)
            self._built[id(node)] = _Shared(None, 0, MAX_DEPTH)  # met again before it is done: it contains itself
            data = self._collection(node, path, depth)
            inside = problems, len(self.problems)
            known = self._built[id(node)] = _Shared(data, self._nodes - nodes, self._height, inside, len(path))
            repeated = False
        else:
            self._nodes += known.nodes
            self._height = known.height
            repeated = True
        if self._nodes > MAX_NODES:
            what = f"aliases expand to more than {MAX_NODES:,} values"
            raise TooComplexError(too_complex(what, span(node)))
        if depth + self._height >= MAX_DEPTH:
            what = f"aliases nest more than {MAX_DEPTH} levels deep"
            raise TooComplexError(too_complex(what, span(node)))
        if repeated:
            self._repeat(known, path)
        return known.data

    def _repeat(self, known: _Shared, path: Path) -> None:
        """Note what is wrong in a collection once more; there is no more of it than there are values."""
        begin, end = known.problems
        if begin < end:
            self.faulty.update(path[:1])
        for problem in self.problems[begin:end]:
            self.problems.append(replace(problem, path=path + problem.path[known.steps :]))

    def _collection(self, node: Node, path: Path, depth: int) -> Any:
        tag: Any = node.tag
        if tag.__class__ is str and tag not in (_TAG + "seq", _TAG + "map"):
            self._unsupported(node, path, f"the tag {_short_tag(tag)} is not supported")
        if not isinstance(node, SequenceNode):
            return self._mapping(node, path, depth)
        height = 0
        items = []
        for index, item in enumerate(node.value):
            items.append(self.build(item, (*path, index), depth + 1))
            height = max(height, self._height)
        self._height = height + 1
        return items

    def _mapping(self, node: Node, path: Path, depth: int) -> dict[str, Any]:
        height = 0
        data: dict[str, Any] = {}
        merged: list[Node] = []
        first_merge = 0
        first: dict[str, int] = {}
        for key_node, value_node in node.value:
            key = key_node.value
            if key_node.__class__ is ScalarNode and value_node.__class__ is ScalarNode and key != "<<":
                self._nodes += 2  # the usual case, without a call for each of both
                value = self._scalar(value_node, (*path, key or "?"))
            elif is_merge(key_node):
                if merged:
                    self._duplicate("<<", key_node, first_merge, path)
                first_merge = first_merge or key_node.start_mark.line + 1
                merged.append(value_node)
                continue
            else:
                key = self._key(key_node, path)
                value = self.build(value_node, (*path, key or "?"), depth + 1)
                height = max(height, self._height)
                if key is None:
                    continue
            if key in data:
                first = first or _first_lines(node)
                self._duplicate(key, key_node, first.get(key, 0), path)
            data[key] = value
        for value_node in merged:
            self._merge(data, value_node, path, depth)
            height = max(height, self._height)
        self._height = height + 1
        return data

    def _key(self, node: Node, path: Path) -> str | None:
        self._nodes += 1
        if isinstance(node, ScalarNode):
            return str(node.value)
        self._unsupported(node, path, "a key must be plain text")
        return None

    def _merge(self, data: dict[str, Any], node: Node, path: Path, depth: int) -> None:
        """Apply YAML 1.1's `<<`: keys of the merged mappings count where the mapping itself has none."""
        value = self.build(node, path, depth + 1)
        for mapping in value if isinstance(value, list) else [value]:
            if isinstance(mapping, dict):
                for key, item in mapping.items():
                    data.setdefault(key, item)
            else:
                self._unsupported(node, path, "<< takes a mapping, or a list of them")

    def _scalar(self, node: ScalarNode, path: Path) -> Any:
        text: str = node.value
        tag: Any = node.tag
        if tag.__class__ is not str:  # no explicit tag
            if node.style:  # quoted or block: text
                return text
            tag = implicit_tag(text)
            if tag is None:
                return text
        elif tag == "!":
            return text
        return self._typed(node, text, tag, path)

    def _typed(self, node: ScalarNode, text: str, tag: str, path: Path) -> Any:
        kind = tag.removeprefix(_TAG)
        if kind in ("str", "merge", "value"):
            return text
        if kind == "timestamp":
            shown = printable(text, limit=40)
            hint, meant = f'put it in quotes: "{shown}"', Meant(Change.QUOTED, text)
            self._note("EH201", f"{shown} without quotes is a date object, not text", node, path, hint, meant)
            return text
        if kind in ("int", "float"):
            return self._number(node, text, kind, path)
        try:
            if kind == "bool":
                return self._scalars.construct_yaml_bool(node)
            if kind == "null":
                return None
        except (ValueError, KeyError):
            pass
        self._unsupported(node, path, f"the tag {_short_tag(tag)} is not supported here")
        return text

    def _number(self, node: ScalarNode, text: str, kind: str, path: Path) -> Any:
        if _AMBIGUOUS_NUMBER.fullmatch(text):
            message = f"{printable(text, limit=40)} is a different number in YAML 1.1 and YAML 1.2"
            self._note("EH208", message, node, path, "write a plain decimal number, or put text in quotes")
        number: int | float = math.inf
        if len(text) <= _MAX_NUMBER_LENGTH:
            try:
                construct = self._scalars.construct_yaml_int if kind == "int" else self._scalars.construct_yaml_float
                number = construct(node)
                number = number if math.isfinite(number) else math.inf
            except OverflowError:
                number = math.inf
            except (ValueError, IndexError):
                self._unsupported(node, path, f"{printable(text, limit=40)} is not a number")
                return text
        if math.isinf(number):
            message = f"{printable(text, limit=40)} is not a finite number that can be compared"
            self._note("EH202", message, node, path, "report a plain decimal number, or leave the entry out")
        return number

    def _duplicate(self, key: str, key_node: Node, first_line: int, path: Path) -> None:
        message = f"the key `{printable(key, limit=60)}` stands twice: first on line {first_line}"
        self._note("EH103", message, key_node, (*path, key), "keep one of them")

    def _unsupported(self, node: Node, path: Path, message: str) -> None:
        self._note("EH109", message, node, path, "use plain text, numbers, lists and mappings with text keys")

    def _note(self, code: str, message: str, node: Node, path: Path, hint: str, meant: Meant | None = None) -> None:
        self.faulty.update(path[:1])
        self.problems.append(Problem(code, message, span(node), hint, path, meant))


def _first_lines(mapping: Node) -> dict[str, int]:
    """Return the line on which each key of `mapping` stands first."""
    lines: dict[str, int] = {}
    for key, _ in mapping.value:
        if isinstance(key, ScalarNode):
            lines.setdefault(key.value, key.start_mark.line + 1)
    return lines


def _short_tag(tag: str) -> str:
    return printable(f"!!{tag.removeprefix(_TAG)}" if tag.startswith(_TAG) else tag, limit=60)
