"""EH218: a source that is attributed to a user and to an organisation: whose word is it?"""

from __future__ import annotations

from collections.abc import Iterator

from evalhub.names import printable
from evalhub.rules.subjects import Context, Entry, Finding


def check(entry: Entry, _context: Context) -> Iterator[Finding]:
    if entry.user is not None and entry.org is not None:
        both = f"user {printable(entry.user, limit=60)} and to the organisation {printable(entry.org, limit=60)}"
        hint = "keep `org` if it speaks for the organisation, else `user`"
        yield Finding("EH218", f"the source is attributed to the {both}", ("source", "org"), hint, key=True)
