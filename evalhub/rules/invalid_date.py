"""EH207: a date that has the right form, and that no calendar has."""

from __future__ import annotations

from collections.abc import Iterator

from evalhub.names import printable
from evalhub.rules.subjects import Context, Entry, Finding
from evalhub.values import parse_date


def check(entry: Entry, _context: Context) -> Iterator[Finding]:
    if entry.date is not None and parse_date(entry.date) is None:
        message = f"there is no such date as {printable(entry.date, limit=40)}"
        yield Finding("EH207", message, ("date",), 'write an ISO-8601 date: "2026-01-31"')
