"""EH215: a source whose URL is no web address, so that nobody can follow it to check the score."""

from __future__ import annotations

from collections.abc import Iterator

from evalhub.diagnostics import Change, Meant
from evalhub.names import printable
from evalhub.rules.subjects import Context, Entry, Finding
from evalhub.rules.urls import Flaw, flaw_of, meant, with_scheme


def check(entry: Entry, _context: Context) -> Iterator[Finding]:
    if entry.url is None or flaw_of(entry.url) is not Flaw.UNUSABLE:
        return
    address = meant(entry.url)
    shown = address or "the address of a page that shows the score: https://…; what it is called goes into `name`"
    message = f"`{printable(entry.url, limit=100)}` is no web address"
    sure = with_scheme(entry.url)
    repaired = Meant(Change.VALUE, sure) if sure is not None else None
    yield Finding("EH215", message, ("source", "url"), f"write {printable(shown, limit=300)}", meant=repaired)
