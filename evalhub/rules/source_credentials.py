"""EH216: a source whose URL has a password or token in it, which everybody can read who reads the file."""

from __future__ import annotations

from collections.abc import Iterator

from evalhub.rules.subjects import Context, Entry, Finding
from evalhub.rules.urls import Flaw, flaw_of

_HINT = "revoke it, for git keeps what was committed; then write the URL without it"


def check(entry: Entry, _context: Context) -> Iterator[Finding]:
    if entry.url is not None and flaw_of(entry.url) is Flaw.CREDENTIALS:
        yield Finding("EH216", "the URL holds a user name, password or token", ("source", "url"), _HINT)
