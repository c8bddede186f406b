"""What the entries of a file look like, so that a new one can look like its neighbours."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeVar

from evalhub.entry_text import Style, needs_quotes
from evalhub.list_text import ListText, indentation
from evalhub.yaml_source import Path

_NEIGHBOURS = 8
_MOST_KEYS = 50  # nobody's taste shows in a mapping that is larger
_QUOTES = ("'", '"')
_T = TypeVar("_T")


@dataclass(slots=True)
class _Seen:
    """What neighbours have, in their order."""

    indents: list[int] = field(default_factory=list)
    dashes_alone: list[bool] = field(default_factory=list)
    flow: list[bool] = field(default_factory=list)
    spread: list[int] = field(default_factory=list)
    steps: list[int] = field(default_factory=list)
    in_braces: set[str] = field(default_factory=set)
    in_block: set[str] = field(default_factory=set)
    block_keys: list[bool] = field(default_factory=list)  # whether in quotes
    flow_keys: list[bool] = field(default_factory=list)
    needless: list[bool] = field(default_factory=list)  # whether text that needs no quotes has them
    quotes: set[str] = field(default_factory=set)


def style_of(file: ListText) -> Style:
    """Return how the last entries of `file` are written; what they don't show is as in a new file."""
    seen = _Seen()
    for index in range(len(file.data or []))[-_NEIGHBOURS:]:
        entry, (start, end) = file.data[index], file.range((index,))
        if isinstance(entry, dict) and entry and file.text[start] != "*":
            _see_item(seen, file, (index,))
            _see_mapping(seen, file, (index,), entry, (start, end))
    return Style(
        indent=max(_last(seen.indents, 2), 2),
        step=_last(seen.steps, 2),
        dash_alone=_last(seen.dashes_alone, False),
        flow=bool(seen.flow) and all(seen.flow),
        flow_keys=frozenset(seen.in_braces - seen.in_block),
        spread=_last(seen.spread, 0),
        quote="'" if seen.quotes == {"'"} else '"',
        quoted=bool(seen.needless) and all(seen.needless),
        quoted_keys=bool(seen.block_keys) and all(seen.block_keys),
        json=all(seen.flow_keys),
    )


def _last(seen: list[_T], default: _T) -> _T:
    return seen[-1] if seen else default


def _see_item(seen: _Seen, file: ListText, path: Path) -> None:
    start, flow = file.range(path)[0], file.is_flow(path)
    seen.flow.append(flow)
    seen.spread.append(0)
    if not file.is_flow(()):
        seen.dashes_alone.append(not file.text[file.line_start(start) : start].strip())
        begin = start if flow else file.content_start(path)
        seen.indents.append(file.column(begin) - file.column(file.content_start(())))


def _see_mapping(seen: _Seen, file: ListText, path: Path, mapping: dict[str, Any], within: tuple[int, int]) -> None:
    in_braces = file.is_flow(path)
    if len(mapping) > _MOST_KEYS:
        return
    if in_braces:
        _see_braces(seen, file, path, next(iter(mapping)))
    for key, value in mapping.items():
        child = (*path, key)
        key_start, start = file.range(child, key=True)[0], file.content_start(child)
        if not within[0] <= key_start <= start <= within[1]:
            continue  # an alias, or merged: it stands elsewhere
        (seen.flow_keys if in_braces else seen.block_keys).append(file.text[key_start] in _QUOTES)
        if isinstance(value, dict) and value:
            if not in_braces:
                (seen.in_braces if file.is_flow(child) else seen.in_block).add(key)
                step = file.column(start) - file.column(key_start)
                if step > 0 and not file.is_flow(child):
                    seen.steps.append(step)
            _see_mapping(seen, file, child, value, within)
        elif isinstance(value, str):
            _see_text(seen, file.text[start : start + 1], value)


def _see_braces(seen: _Seen, file: ListText, path: Path, first: str) -> None:
    """Note whether the keys in braces have lines of their own."""
    brace, (key, _) = file.content_start(path), file.range((*path, first), key=True)
    line = file.line_start(brace)
    spread = brace < file.line_start(key)
    if spread:
        seen.spread[-1] = len(path)
    in_item = len(path) == 1 and not file.is_flow(())
    step = file.column(key) - (file.column(brace) if in_item else len(indentation(file.text[line:brace])))
    if spread and step > 0:
        seen.steps.append(step)


def _see_text(seen: _Seen, mark: str, text: str) -> None:
    if mark in _QUOTES:
        seen.quotes.add(mark)
    if mark not in ("|", ">") and not needs_quotes(text):
        seen.needless.append(mark in _QUOTES)
