"""Reads what evaluation tools write: each file goes to the one reader that knows its format.

A reader is a module of this package with `NAME`, what its tool is called; `recognises(file)`, which is cheap and never
raises for what a file holds; and `read(file)`, which returns a `Log` or raises `EvalhubError`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path
from typing import Protocol

from evalhub.errors import EvalhubError
from evalhub.files import quoted, shown
from evalhub.logs.log_files import LogFile
from evalhub.logs.measurements import Log, Measurement

__all__ = ["Log", "Measurement", "find_reader", "read_log"]

# In this order: the first that knows a file reads it.
_READERS: tuple[str, ...] = ("inspect_logs", "lm_eval", "lighteval", "mteb", "every_eval_ever", "model_index")


class Reader(Protocol):
    """What each module of `_READERS` has."""

    NAME: str
    recognises: Callable[[LogFile], bool]
    read: Callable[[LogFile], Log]


def readers() -> Iterable[Reader]:
    """Return all readers; a module is imported only when its turn comes."""
    return (import_module(f"evalhub.logs.{name}") for name in _READERS)


def find_reader(file: LogFile) -> Reader | None:
    """Return the reader that knows the format of `file`, None where none does. Raises `EvalhubError` where it can't be
    read at all.
    """
    return next((reader for reader in readers() if reader.recognises(file)), None)


def read_log(path: Path) -> Log:
    """Read what an evaluation tool wrote to `path`. Raises `EvalhubError` where no reader knows it, or it is broken."""
    file = LogFile(path)
    reader = find_reader(file)
    if reader is None:
        _ = file.content, file.json  # what isn't there, or is broken, says so
        raise EvalhubError(f"{shown(path)} is not a log that evalhub can read", _instead_of(path))
    return reader.read(file)


def _instead_of(path: Path) -> str:
    """Return what to type instead of a file that no reader knows."""
    ending = path.suffix.lower()
    if ending in (".csv", ".tsv", ".jsonl"):
        return f"submit a list of scores: --batch {quoted(path)}"
    if ending in (".md", ".markdown"):
        return "a README counts where its YAML header has a model-index"
    return f"it reads what these write: {', '.join(reader.NAME for reader in readers())}"
