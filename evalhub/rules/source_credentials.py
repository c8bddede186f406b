"""EH216: a source whose URL has a password or token in it, which everybody can read who reads the file."""

from __future__ import annotations

from collections.abc import Iterator

from evalhub.rules.subjects import Context, ParsedFile
from evalhub.rules.urls import Flaw, flaws
from evalhub.yaml_source import Problem

_HINT = "revoke it, for git keeps what was committed; then write the URL without it"


def check(file: ParsedFile, _context: Context) -> Iterator[Problem]:
    for index, _ in flaws(file, Flaw.CREDENTIALS):
        yield file.problem("EH216", "the URL holds a user name, password or token", (index, "source", "url"), _HINT)
