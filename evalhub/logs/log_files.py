"""A file that an evaluation tool wrote, read with care: strangers' logs are hostile input like all else."""

from __future__ import annotations

import json
import math
from collections import Counter
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO

from evalhub.errors import EvalhubError
from evalhub.files import read_file, shown
from evalhub.names import printable

MAX_BYTES = 64 << 20  # logs with every sample in them are longer than what evalhub reads of repositories


class LogFile:
    """One file, read when it is first looked at. `path` may tell more: some tools keep the model's name there."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def name(self) -> str:
        return self.path.name

    @cached_property
    def content(self) -> bytes:
        """The bytes. Raises `EvalhubError` where it isn't a file, can't be read, or is longer than `MAX_BYTES`."""
        content = self._read(limit=MAX_BYTES)
        if len(content) > MAX_BYTES:
            raise EvalhubError(f"{shown(self.path)} is longer than {MAX_BYTES >> 20} MiB", "name a smaller log")
        return content

    def open(self) -> BinaryIO:
        """Open a file of any length, of which little is to be read. Raises what `content` does."""
        self._read(limit=0)
        try:
            return self._real_path.open("rb")
        except OSError as error:
            raise EvalhubError(f"{shown(self.path)} can't be read: {error.strerror or error}") from None

    @property
    def _real_path(self) -> Path:
        return self.path.resolve() if self.path.is_symlink() else self.path  # somebody named it

    def _read(self, *, limit: int) -> bytes:
        raw = read_file(self._real_path, limit=limit)
        if raw is None:
            what = " is no file" if self.path.exists() else ": no such file"
            raise EvalhubError(f"{shown(self.path)}{what}", "name a file that is there")
        if raw.kind != "file":
            raise EvalhubError(f"{shown(self.path)} is a {raw.kind}", "name a file")
        return raw.content

    @property
    def json(self) -> Any:
        """The file's JSON value; None where its name is not that of a JSON file. Raises `EvalhubError` where it isn't
        JSON, or says one thing twice.
        """
        value, error = self._parsed
        if error:
            raise error
        return value

    @property
    def mapping(self) -> dict[str, Any]:
        """The file's JSON object; empty where it is no JSON object. Raises what `json` does."""
        return self.json if isinstance(self.json, dict) else {}

    @property
    def outline(self) -> dict[str, Any]:
        """The file's JSON object, for looking at its keys; empty where it is no JSON object or broken. Raises
        `EvalhubError` only where the file can't be read at all.
        """
        value, _ = self._parsed
        return value if isinstance(value, dict) else {}

    @cached_property
    def _parsed(self) -> tuple[Any, EvalhubError | None]:
        if self.path.suffix.lower() != ".json":
            return None, None
        content = self.content
        try:
            return parse_json(content, shown(self.path)), None
        except EvalhubError as error:
            return None, error


def parse_json(content: bytes, where: str) -> Any:
    """Return a JSON value. Raises `EvalhubError`, also where a key stands twice: two readers would see two scores."""
    try:
        return json.loads(content.decode("utf-8-sig"), object_pairs_hook=_without_doubles)
    except UnicodeDecodeError:
        raise EvalhubError(f"{where} is not UTF-8 text", "write it anew with the tool that made it") from None
    except RecursionError:
        raise EvalhubError(f"{where} is nested too deep", "no tool writes such logs") from None
    except ValueError as error:  # of numbers with thousands of digits too
        reason = printable(str(error), limit=200)
        raise EvalhubError(f"{where} is not valid JSON: {reason}", "write it anew with the tool that made it") from None


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        double = next(key for key, count in Counter(key for key, _ in pairs).items() if count > 1)
        raise ValueError(f"the key {double!r} stands twice")
    return found


def as_number(value: Any) -> float | None:
    """Return a finite number as it is, an int or a float, and None for everything else, booleans too."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return value if math.isfinite(value) else None
    except OverflowError:
        return None


def as_text(value: Any) -> str | None:
    """Return a text that says something as it is, and None for everything else."""
    return value if isinstance(value, str) and value.strip() else None
