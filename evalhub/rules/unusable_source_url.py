"""EH215: a source whose URL is no web address, so that nobody can follow it to check the score."""

from __future__ import annotations

from collections.abc import Iterator

from evalhub.names import printable
from evalhub.rules.subjects import Context, ParsedFile
from evalhub.rules.urls import Flaw, flaws, meant
from evalhub.yaml_source import Problem


def check(file: ParsedFile, _context: Context) -> Iterator[Problem]:
    for index, url in flaws(file, Flaw.UNUSABLE):
        address = meant(url)
        shown = address or "the address of a page that shows the score: https://…; what it is called goes into `name`"
        message = f"`{printable(url, limit=100)}` is no web address"
        yield file.problem("EH215", message, (index, "source", "url"), f"write {printable(shown, limit=300)}")
