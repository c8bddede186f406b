"""Which findings of a file are told: those that somebody wants, errors first, and no more than anybody reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

from evalhub.choices import EVERYTHING, MAX_PROBLEMS, Choice, ignored_lines
from evalhub.diagnostics import CODES, Diagnostic, FileRef, Span
from evalhub.yaml_build import Problem
from evalhub.yaml_source import Document

MOST_LOOKED_AT = 20 * MAX_PROBLEMS  # where finding one takes a while, and a hostile file has any number


class Sieve:
    """Takes the findings of one file, and lets through what is chosen and `added`, and no comment on its line ignores.

    Only what is let through counts to `choice.most`: nobody hides an error behind what isn't told. `more` says that
    not all was looked at.
    """

    def __init__(
        self, document: Document, choice: Choice, *, comments: bool = False, added: frozenset[int] | None = None
    ) -> None:
        self._document = document
        self._choice = choice
        self._may_ignore = comments
        self._added = added
        self._passed: dict[tuple[str, str, Span], Problem] = {}  # what an alias repeats is one finding
        self._ignored: set[tuple[str, str, Span]] = set()
        self.more = False

    def take(self, problems: Iterable[Problem]) -> None:
        """Take all of `problems`, which are at hand."""
        for problem in problems:
            self._take(problem)

    def look(self, problems: Iterable[Problem]) -> None:
        """Take `problems`, each of which costs something to find, until there are enough."""
        for count, problem in enumerate(problems):
            if self.is_full or count == MOST_LOOKED_AT:
                self.more = True
                return
            self._take(problem)

    @property
    def is_full(self) -> bool:
        return len(self._passed) > self._choice.most

    @property
    def ignored(self) -> int:
        return len(self._ignored)

    def passed(self) -> tuple[list[Problem], bool]:
        """Return what is to be told, and whether there is more."""
        ordered = sorted(self._passed.values(), key=lambda each: (not _is_error(each.code), _place(each)))
        return ordered[: self._choice.most], self.more or len(ordered) > self._choice.most

    def _take(self, problem: Problem) -> None:
        if not self._choice.wants(problem.code):
            return
        if self._added is not None and problem.path and problem.path[0] not in self._added:
            return
        key = problem.code, problem.message, problem.span
        if self._comments.get(problem.span.line, EVERYTHING).wants(problem.code):
            self._passed.setdefault(key, problem)
        else:
            self._ignored.add(key)

    @cached_property
    def _comments(self) -> Mapping[int, Choice]:
        return ignored_lines(self._document) if self._may_ignore else {}


def first_of(found: Iterable[Diagnostic], file: FileRef, most: int, *, more: bool) -> tuple[Diagnostic, ...]:
    """Return one file's findings in order; where there are very many, the first, errors before warnings, and that there
    are more.
    """
    known = [each for each in found if each.code != "EH114"]
    known.sort(key=lambda each: (not each.is_error, _position(each)))
    told = sorted(known[:most], key=_position)
    if not more and len(known) == len(told):
        return tuple(told)
    message = f"only the first {len(told)} findings of this file are shown"
    if len(told) < most:
        message = f"this file has more findings, shown and ignored, than the {MOST_LOOKED_AT:,} that are looked at"
    return (*told, Diagnostic("EH114", message, file, hint="mend these, and validate again"))


def _is_error(code: str) -> bool:
    return CODES[code].severity == "error"


def _place(problem: Problem) -> tuple[int, int, str]:
    return problem.span.line, problem.span.column, problem.code


def _position(diagnostic: Diagnostic) -> tuple[int, int, str]:
    span = diagnostic.span
    return (span.line, span.column, diagnostic.code) if span else (0, 0, diagnostic.code)
