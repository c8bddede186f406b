"""When two names mean the same thing, which known name is nearest to a wrong one, and how to show a stranger's text."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from evalhub.masking import masked_value

# What a terminal may act on instead of showing: C0 and C1 controls, bidirectional overrides, line separators,
# and lone surrogates, which no output encoding takes.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")


@lru_cache(maxsize=4096)  # the names of a hub's benchmarks and tasks come up with every result
def normalise(name: str) -> str:
    """Fold `name` so that case and separators don't matter: `MMLU-Pro`, `mmlu_pro` and `mmlu pro` are one.

    Names made of nothing but separators keep them, so that two such names stay different.
    """
    folded = name.lower() if name.isascii() else unicodedata.normalize("NFKC", name).casefold()
    return "".join(filter(str.isalnum, folded)) or folded


def slug(text: str) -> str:
    """Return `text` as a name for files: lower-case ASCII letters, digits and `_`, at most 60 of them."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9.]+", "_", plain).strip("_.")[:60].strip("_.")


def nearest(name: str, known: Iterable[str], *, limit: int = 1, cutoff: float = 0.6) -> list[str]:
    """Return at most `limit` of `known`, most similar to `name` first, judged without case and separators."""
    by_fold: dict[str, str] = {}
    for candidate in known:
        by_fold.setdefault(normalise(candidate), candidate)
    # difflib compares every pair: keep a stranger's very long key from costing seconds.
    folds = difflib.get_close_matches(normalise(name[:200]), by_fold, n=limit, cutoff=cutoff)
    return [by_fold[fold] for fold in folds]


def did_you_mean(name: str, known: Iterable[str]) -> str | None:
    """Return `did you mean X?` for the nearest of `known`, or None where none is near."""
    close = nearest(name, known)
    return f"did you mean {printable(close[0], limit=100)}?" if close else None


def printable(text: str, *, limit: int | None = None) -> str:
    """Return `text` with every character that a terminal would act on written as an escape (`\\x1b`).

    With `limit` it is somebody's value, told in a sentence: at most that many characters, the last an ellipsis where
    something was cut, and without passwords. Half of one is still one, and hard to tell.
    """
    if limit is not None:
        text = masked_value(text)
        text = text if len(text) <= limit else text[: limit - 1] + "…"
    return _UNPRINTABLE.sub(lambda match: _escape(match[0]), text)


def _escape(char: str) -> str:
    return f"\\x{ord(char):02x}" if ord(char) < 0x100 else f"\\u{ord(char):04x}"
