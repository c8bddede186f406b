"""EH217: a source on somebody's own disk or machine, which nobody else can open."""

from __future__ import annotations

from collections.abc import Iterator

from evalhub.names import printable
from evalhub.rules.subjects import Context, Entry, Finding
from evalhub.rules.urls import Flaw, flaw_of

_HINT = "publish it, in the model's repository for example, and write its address: https://…"


def check(entry: Entry, _context: Context) -> Iterator[Finding]:
    if entry.url is not None and flaw_of(entry.url) is Flaw.LOCAL:
        message = f"`{printable(entry.url, limit=100)}` is on one machine: nobody else can open it"
        yield Finding("EH217", message, ("source", "url"), _HINT)
