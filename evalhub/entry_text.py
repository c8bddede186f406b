"""How an entry of `.eval_results/*.yaml` is written, so that every YAML reader takes it for the same data."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass, replace
from typing import Any

from evalhub.errors import EvalhubError
from evalhub.names import printable

_KEYS = ("dataset", "value", "verifyToken", "date", "source", "notes")
_NESTED_KEYS = {"dataset": ("id", "task_id", "revision"), "source": ("url", "name", "user", "org")}

# Text that every YAML reader takes for text without quotes. Deliberately narrow: quotes are never wrong.
_PLAIN = re.compile(r"[^\W\d_](?:[\w./+()@,-]|[ ](?=[\w./+()@,-])|:(?=[\w/]))*")
_NOT_IN_FLOW = re.compile("[:,]")
_NOT_TEXT = frozenset(["y", "n", "yes", "no", "true", "false", "on", "off", "null", "nan", "inf", "infinity"])
# Legal in JSON, but not in YAML, or invisible: DEL and C1 controls, bidirectional marks, line separators, BOM.
_ESCAPED = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Style:
    """What is a matter of taste in writing an entry; as it is here in a new file.

    `indent` is how far the keys stand from the dash, `step` how much further those of a mapping inside; `dash_alone`
    is for a dash on a line of its own. Entries with `flow`, and mappings at `flow_keys`, are written in braces;
    `spread` tells on how many levels a key in braces has a line of its own. Text has the quotes `quote` where it needs
    them, or always if `quoted`; keys and text in braces have them if `json`.
    """

    indent: int = 2
    step: int = 2
    dash_alone: bool = False
    flow: bool = False
    flow_keys: frozenset[str] = frozenset()
    spread: int = 0
    quote: str = '"'
    quoted: bool = False
    quoted_keys: bool = False
    json: bool = True


def block_item(entry: dict[str, Any], style: Style, *, margin: str, newline: str) -> str:
    """Return the lines of an item of a block list."""
    inner = " " * style.indent
    if style.flow:
        lines = [f"-{inner[1:]}{flow(entry, style, margin=margin + inner, newline=newline)}"]
    else:
        first, *others = mapping_lines(entry, style)
        begin = ["-", inner + first] if style.dash_alone else [f"-{inner[1:]}{first}"]
        lines = [*begin, *(inner + line for line in others)]
    return "".join(margin + line + newline for line in lines)


def mapping_lines(mapping: dict[str, Any], style: Style) -> list[str]:
    """Return the lines of a block mapping, the first key at the margin."""
    lines = []
    for key, value in mapping.items():
        name = text_of(key, replace(style, quoted=style.quoted_keys))
        if isinstance(value, dict) and value and key not in style.flow_keys:
            lines.append(f"{name}:")
            lines += [" " * style.step + line for line in mapping_lines(value, style)]
        else:
            written = text_of(value, style) if isinstance(value, str) else flow(value, replace(style, spread=0))
            lines.append(f"{name}: {written}")
    return lines or ["{}"]


def ordered(mapping: dict[str, Any], order: tuple[str, ...] = _KEYS) -> dict[str, Any]:
    """Return `mapping` with the known keys in the order in which the format is documented, then the others."""
    in_order = {key: mapping[key] for key in order if key in mapping} | mapping
    return {
        key: ordered(value, _NESTED_KEYS.get(key, ())) if isinstance(value, dict) else value
        for key, value in in_order.items()
    }


def flow(value: Any, style: Style, *, margin: str = "", newline: str = "\n") -> str:
    """Return `value` in one line or, if the style spreads it, in lines of which those after the first have `margin`."""
    if isinstance(value, dict):
        inner = replace(style, spread=max(style.spread - 1, 0))
        deeper = margin + " " * style.step
        items = [
            f"{_text_in_flow(key, replace(style, quoted=False))}: {flow(item, inner, margin=deeper, newline=newline)}"
            for key, item in value.items()
        ]
        if style.spread and items:
            return f"{{{newline}{deeper}" + f",{newline}{deeper}".join(items) + f"{newline}{margin}}}"
        return "{" + ", ".join(items) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(flow(item, replace(style, spread=0)) for item in value) + "]"
    if isinstance(value, str):
        return _text_in_flow(value, style)
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, int | float):
        return _number(value)
    raise TypeError(f"a result holds text, numbers, lists and mappings, not {type(value).__name__}")


def text_of(text: str, style: Style) -> str:
    """Return `text` as a scalar of a block mapping, in quotes unless every reader takes it for text without."""
    return _quoted(text, style.quote) if style.quoted or needs_quotes(text) else text


def needs_quotes(text: str) -> bool:
    return not _PLAIN.fullmatch(text) or text.casefold() in _NOT_TEXT


def _text_in_flow(text: str, style: Style) -> str:
    if style.json or _NOT_IN_FLOW.search(text):
        return _quoted(text, style.quote)
    return text_of(text, style)


def _quoted(text: str, quote: str) -> str:
    if any("\ud800" <= char <= "\udfff" for char in text):
        raise EvalhubError(f"{printable(text, limit=60)} is not Unicode text")
    if quote == "'" and text.isprintable():
        return "'" + text.replace("'", "''") + "'"
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
