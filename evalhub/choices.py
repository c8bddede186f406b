"""Which findings somebody wants to see: codes or their prefixes, on the command line, in a registry or in a comment."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from evalhub.diagnostics import CODES
from evalhub.errors import EvalhubError
from evalhub.names import did_you_mean, printable
from evalhub.yaml_source import Document

# A comment that follows what it is about: `task_id: hel  # evalhub: ignore[EH204]`.
_IGNORE = re.compile(r"(?<![^ \t])#[ \t]*evalhub:[ \t]*ignore\[([^\[\]]{0,200})\]")


@dataclass(frozen=True, slots=True)
class Choice:
    """Codes and prefixes of codes: those to show (none: all), and those not to. The longest that fits a code counts."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()

    def wants(self, code: str) -> bool:
        """Whether a finding with `code` is shown. Where the same prefix is selected and ignored, it is ignored."""
        if not self.select and not self.ignore:
            return True
        selected = max((len(prefix) for prefix in self.select or ("",) if code.startswith(prefix)), default=-1)
        ignored = max((len(prefix) for prefix in self.ignore if code.startswith(prefix)), default=-1)
        return selected > ignored


EVERYTHING = Choice()


def parse_codes(typed: Iterable[str]) -> tuple[str, ...]:
    """Return the codes and prefixes in `typed`, each of which may be several with commas between them.

    A code's name stands for the code. Raises `EvalhubError` (wrong usage) where one fits no code.
    """
    names = {code.name: code.id for code in CODES.values()}
    found = []
    for each in filter(None, (part.strip() for text in typed for part in text.split(","))):
        prefix = names.get(each.lower(), each.upper())
        if not any(code.startswith(prefix) for code in CODES):
            hint = did_you_mean(each, (*CODES, *names)) or "list them all: evalhub explain"
            raise EvalhubError(f"no code begins with {printable(each, limit=60)}", hint, exit_status=2)
        found.append(prefix)
    return tuple(found)


def ignored_lines(document: Document) -> dict[int, Choice]:
    """Return the lines (from 1) with a comment that ignores findings on them, and which those are.

    What looks like such a comment inside a text is none.
    """
    if "evalhub:" not in document.text or document.fatal:
        return {}
    found: dict[int, tuple[int, Choice]] = {}
    for number, line in enumerate(document.lines, start=1):
        comment = _IGNORE.search(line)
        if comment:
            codes = tuple(part.strip().upper() for part in comment[1].split(",") if part.strip())
            found[number] = (comment.start() + 1, Choice(ignore=codes or ("",)))
    inside = document.scalars_at((number, column) for number, (column, _) in found.items())
    return {number: choice for number, (_, choice) in found.items() if number not in inside}
