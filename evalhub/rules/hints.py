"""What to advise where a name isn't among those that there are."""

from __future__ import annotations

import heapq
from functools import lru_cache

from evalhub.names import did_you_mean, printable

MOST_COMPARED = 200  # names that one is compared with: a file may have any number of wrong ones
_MOST_LISTED = 5
_LONGEST = 100  # of a name that somebody may have meant


def nearest_or_some(name: str, known: frozenset[str], what: str) -> str:
    """Return `did you mean X?`, or the first of `known` where none is near: `what: A, B, …`."""
    return did_you_mean(name, _compared(known)) or some(known, what)


def some(known: frozenset[str], what: str) -> str:
    """Return the first of `known`, in the order of the alphabet: `what: A, B, …`."""
    first = _compared(known)
    listed = ", ".join(first[:_MOST_LISTED]) + (", …" if len(first) > _MOST_LISTED else "")
    return f"{what}: {printable(listed, limit=200)}"


@lru_cache(maxsize=4)
def _compared(known: frozenset[str]) -> list[str]:
    return heapq.nsmallest(MOST_COMPARED, (name for name in known if len(name) <= _LONGEST))
