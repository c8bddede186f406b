"""EH217: a source on somebody's own disk or machine, which nobody else can open."""

from __future__ import annotations

from collections.abc import Iterator

from evalhub.names import printable
from evalhub.rules.subjects import Context, ParsedFile
from evalhub.rules.urls import Flaw, flaws
from evalhub.yaml_source import Problem

_HINT = "publish it, in the model's repository for example, and write its address: https://…"


def check(file: ParsedFile, _context: Context) -> Iterator[Problem]:
    for index, url in flaws(file, Flaw.LOCAL):
        message = f"`{printable(url, limit=100)}` is on one machine: nobody else can open it"
        yield file.problem("EH217", message, (index, "source", "url"), _HINT)
