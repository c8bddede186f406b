"""How an entry of `.eval_results/*.yaml` is written, so that every YAML reader takes it for the same data."""

from __future__ import annotations

import json
import math
import re
from typing import Any

from evalhub.errors import EvalhubError
from evalhub.names import printable

_KEYS = ("dataset", "value", "verifyToken", "date", "source", "notes")
_NESTED_KEYS = {"dataset": ("id", "task_id", "revision"), "source": ("url", "name", "user", "org")}

# Text that every YAML reader takes for text without quotes. Deliberately narrow: quotes are never wrong.
_PLAIN = re.compile(r"[^\W\d_](?:[\w./+()@,-]|[ ](?=[\w./+()@,-])|:(?=[\w/]))*")
_NOT_TEXT = frozenset(["y", "n", "yes", "no", "true", "false", "on", "off", "null", "nan", "inf", "infinity"])
# Legal in JSON, but not in YAML, or invisible: DEL and C1 controls, bidirectional marks, line separators, BOM.
_ESCAPED = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")


def block_item(entry: dict[str, Any], *, indent: int, newline: str) -> str:
    first, *others = mapping_lines(entry)
    margin = " " * indent
    return "".join(line + newline for line in (f"{margin}- {first}", *(f"{margin}  {line}" for line in others)))


def mapping_lines(mapping: dict[str, Any]) -> list[str]:
    lines = []
    for key, value in mapping.items():
        if isinstance(value, dict) and value:
            lines.append(f"{text_of(key)}:")
            lines += [f"  {line}" for line in mapping_lines(value)]
        else:
            lines.append(f"{text_of(key)}: {text_of(value) if isinstance(value, str) else flow(value)}")
    return lines or ["{}"]


def ordered(mapping: dict[str, Any], order: tuple[str, ...] = _KEYS) -> dict[str, Any]:
    """Return `mapping` with the known keys in the order in which the format is documented, then the others."""
    in_order = {key: mapping[key] for key in order if key in mapping} | mapping
    return {
        key: ordered(value, _NESTED_KEYS.get(key, ())) if isinstance(value, dict) else value
        for key, value in in_order.items()
    }


def flow(value: Any) -> str:
    """Return `value` as JSON that is YAML 1.1 and 1.2 too."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_quoted(key)}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    if isinstance(value, str):
        return _quoted(value)
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, int | float):
        return _number(value)
    raise TypeError(f"a result holds text, numbers, lists and mappings, not {type(value).__name__}")


def text_of(text: str) -> str:
    """Return `text` as a scalar of a block mapping, in quotes unless every reader takes it for text without."""
    return text if _PLAIN.fullmatch(text) and text.casefold() not in _NOT_TEXT else _quoted(text)


def _quoted(text: str) -> str:
    if any("\ud800" <= char <= "\udfff" for char in text):
        raise EvalhubError(f"{printable(text, limit=60)} is not Unicode text")
    return _ESCAPED.sub(lambda match: f"\\u{ord(match[0]):04x}", json.dumps(text, ensure_ascii=False))


def _number(number: int | float) -> str:
    try:
        finite = math.isfinite(number)
    except OverflowError:
        finite = False
    if not finite:
        raise EvalhubError("the value is not a finite number that can be compared")
    if isinstance(number, int):
        return int.__repr__(number)
    mantissa, exponent, power = float.__repr__(number).partition("e")
    # YAML 1.1 knows an exponent only behind a point: 1e-05 is text to it.
    return f"{mantissa}.0e{power}" if exponent and "." not in mantissa else mantissa + exponent + power
