"""Logs that somebody has broken: any places of a real one hold something else."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import strategies as st

_ANYTHING = st.one_of(
    *(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.text("1.%± ", max_size=6)),
    *(st.just([]), st.just({}), st.just([{}])),
)


def broken(content: Any) -> st.SearchStrategy[Any]:
    """Return a strategy for copies of `content` (of dicts and lists) in which one to four values are others."""
    changes = st.lists(st.tuples(st.sampled_from(_places(content)[1:]), _ANYTHING), min_size=1, max_size=4)
    return changes.map(lambda chosen: _changed(content, chosen))


def _places(content: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    steps = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    return [path, *(place for step, below in steps for place in _places(below, (*path, step)))]


def _changed(content: Any, changes: list[tuple[tuple[Any, ...], Any]]) -> Any:
    found = copy.deepcopy(content)
    for path, value in changes:
        _put(found, path, copy.deepcopy(value))
    return found


def _put(content: Any, path: tuple[Any, ...], value: Any) -> None:
    try:
        for step in path[:-1]:
            content = content[step]
        content[path[-1]] = value
    except (KeyError, IndexError, TypeError):
        pass  # an earlier change took the place away
