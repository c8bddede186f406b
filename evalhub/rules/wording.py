"""Which notes say the same in other letters: `with tools`, `With tools.` and `With-Tools`."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping

from evalhub.names import normalise

_PUNCTUATION = frozenset("_-.,;:!\"'()")
# A sign, and what stands between digits, is part of the number: 2.8 is neither 28 nor -2.8.
_NUMBER = re.compile(r"(?:(?<!\w)-)?\d+(?:[-_.,:]\d+)*")


def usual_wordings(counts: Mapping[str, int]) -> dict[str, str]:
    """Return, for all notes that can be compared, the most frequent of those that say the same, and the first in sort
    order of several.
    """
    alike: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for notes in counts:
        fold = _fold(notes)
        if fold is not None:
            alike[fold].append(notes)
    usual = {}
    for wordings in alike.values():
        most_frequent = min(wordings, key=lambda notes: (-counts[notes], notes))
        usual.update(dict.fromkeys(wordings, most_frequent))
    return usual


def _fold(notes: str) -> tuple[str, ...] | None:
    """Return what two wordings of the same have in common; None where a character may mean more than punctuation."""
    fold, plain = normalise(notes), unicodedata.normalize("NFKC", notes)
    if not fold[:1].isalnum() or any(not (char.isalnum() or char.isspace() or char in _PUNCTUATION) for char in plain):
        return None
    return (fold, *_NUMBER.findall(plain))
