"""EH216: a source's URL or another text with a password or token in it, which everybody can read who reads the file."""

from __future__ import annotations

from collections.abc import Iterator

from evalhub.masking import gives_away
from evalhub.rules.subjects import Context, Entry, Finding
from evalhub.rules.urls import Flaw, flaw_of
from evalhub.yaml_source import Path

_HINT = "revoke it, for git keeps what was committed; then write {} without it"


def check(entry: Entry, _context: Context) -> Iterator[Finding]:
    if entry.url is not None and flaw_of(entry.url) is Flaw.CREDENTIALS:
        message = "the URL holds a user name, password or token"
        yield Finding("EH216", message, ("source", "url"), _HINT.format("the URL"))
    for text, path in _other_texts(entry):
        # A `//` that belongs to no URL is just that here: `maj//pass@5`.
        if text is not None and gives_away(text if "://" in text else text.replace("//", "/ /")):
            message = f"`{path[-1]}` holds a user name, password or token"
            yield Finding("EH216", message, path, _HINT.format("the text"))


def _other_texts(entry: Entry) -> Iterator[tuple[str | None, Path]]:
    yield entry.task_id, ("dataset", "task_id")
    yield entry.revision, ("dataset", "revision")
    yield entry.notes, ("notes",)
    yield entry.source_name, ("source", "name")
    yield entry.user, ("source", "user")
    yield entry.org, ("source", "org")
