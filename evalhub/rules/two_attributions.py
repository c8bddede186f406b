"""EH218: a source that is attributed to a user and to an organisation: whose word is it?"""

from __future__ import annotations

from collections.abc import Iterator

from evalhub.names import printable
from evalhub.rules.subjects import Context, ParsedFile, text_of
from evalhub.yaml_source import Problem


def check(file: ParsedFile, _context: Context) -> Iterator[Problem]:
    for index, entry in file.mappings():
        source = entry.get("source")
        if not isinstance(source, dict) or "user" not in source:
            continue
        user, org = text_of(source, "user"), text_of(source, "org")
        if user is not None and org is not None:
            both = f"user {printable(user, limit=60)} and to the organisation {printable(org, limit=60)}"
            hint = "keep `org` if it speaks for the organisation, else `user`"
            yield file.problem(
                "EH218", f"the source is attributed to the {both}", (index, "source", "org"), hint, key=True
            )
