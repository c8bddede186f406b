"""Where a YAML node stands in its text, and which node a path leads to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from evalhub.diagnostics import Span

Path = tuple[str | int, ...]


def child(node: Node | None, step: str | int) -> tuple[Node | None, Node] | None:
    if isinstance(node, SequenceNode):
        return (None, node.value[step]) if isinstance(step, int) and 0 <= step < len(node.value) else None
    if isinstance(node, MappingNode):
        # The last of two equal keys is the one whose value counts.
        for key, value in reversed(node.value):
            if isinstance(key, ScalarNode) and key.value == step and not is_merge(key):
                return key, value
        for mapping in _merged(node):
            found = child(mapping, step)
            if found:
                return found
    return None


def _merged(node: MappingNode) -> Iterator[Node]:
    for key, value in node.value:
        if is_merge(key):
            yield from value.value if isinstance(value, SequenceNode) else [value]


def items(root: Node | None) -> list[Node]:
    """Return the nodes of the list that is the whole document; nothing where it is none."""
    return root.value if isinstance(root, SequenceNode) else []


def scalars(root: Node | None) -> Iterator[ScalarNode]:
    """Yield every scalar, keys too, each once however many aliases repeat it."""
    seen: set[int] = set()
    rest = [] if root is None else [root]
    while rest:
        node = rest.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, ScalarNode):
            yield node
        elif isinstance(node, MappingNode):
            rest += [each for pair in node.value for each in pair]
        else:
            rest += node.value


def scalars_below(root: Node | None, wanted: Callable[[str], bool]) -> Iterator[ScalarNode]:
    """Yield every scalar at a key that is `wanted`, or below it."""
    seen: set[tuple[int, bool]] = set()
    rest = [] if root is None else [(root, False)]
    while rest:
        node, below = rest.pop()
        if (id(node), below) in seen:
            continue
        seen.add((id(node), below))
        if isinstance(node, ScalarNode):
            if below:
                yield node
        elif isinstance(node, MappingNode):
            for key, value in node.value:
                rest.append((value, below or (isinstance(key, ScalarNode) and wanted(key.value))))
        else:
            rest += [(item, below) for item in node.value]


def span(node: Node) -> Span:
    start, end = node.start_mark, _end(node)
    return Span(start.line + 1, start.column + 1, end.line + 1, end.column + 1)


def _end(node: Node) -> Any:
    """Return the mark after `node`. For libyaml a block collection ends where the next token begins: end it earlier.

    An alias has its anchor's marks, so that where it stands itself isn't known: what comes before it ends there.
    """
    while isinstance(node, SequenceNode | MappingNode) and not node.flow_style and node.value:
        if isinstance(node, SequenceNode):
            before = node.value[-2] if len(node.value) > 1 else None
            last = node.value[-1]
        else:
            before, last = node.value[-1]
        if last.start_mark.index <= (before or node).start_mark.index:
            return before.end_mark if before is not None else node.start_mark
        node = last
    return node.end_mark


def is_merge(key: Node) -> bool:
    return isinstance(key, ScalarNode) and key.value == "<<" and not key.style
