"""Which findings somebody wants to see: codes or their prefixes, on the command line, in a registry or in a comment."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from evalhub.diagnostics import CODES
from evalhub.errors import EvalhubError
from evalhub.names import did_you_mean, printable
from evalhub.yaml_source import Document

MAX_PROBLEMS = 100  # of one file: who has more sees enough of them

# A comment that follows what it is about: `task_id: hel  # evalhub: ignore[EH204]`.
_IGNORE = re.compile(r"(?<![^ \t])#[ \t]*evalhub:[ \t]*ignore\[([^\[\]]{0,200})\]")


@dataclass(frozen=True, slots=True)
class Choice:
    """Codes and prefixes of codes: those to show (none: all), and those not to. The longest that fits a code counts.

    `comments` says whether comments in the files count too, and `most` how many findings of one file are told.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    comments: bool = True
    most: int = MAX_PROBLEMS

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
    found = []
    typed = [typed] if isinstance(typed, str) else typed
    for each in filter(None, (part.strip() for text in typed for part in text.split(","))):
        code = code_of(each)
        if code is None:
            raise EvalhubError(f"no code begins with {printable(each, limit=60)}", meant_code(each), exit_status=2)
        found.append(code)
    return tuple(found)


def code_of(typed: str) -> str | None:
    """Return the code or prefix of codes that somebody wrote, in whatever case, or by its name; None for no code."""
    prefix = next((code.id for code in CODES.values() if code.name == typed.lower()), typed.upper())
    return prefix if prefix and any(code.startswith(prefix) for code in CODES) else None


def meant_code(typed: str) -> str:
    """Return a hint at what was meant by what is no code."""
    return did_you_mean(typed, (*CODES, *(code.name for code in CODES.values()))) or "list them all: evalhub explain"


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
            codes = tuple(filter(None, map(code_of, map(str.strip, comment[1].split(",")))))
            found[number] = (comment.start() + 1, Choice(ignore=codes))
    inside = document.scalars_at((number, column) for number, (column, _) in found.items())
    return {number: choice for number, (_, choice) in found.items() if number not in inside}
