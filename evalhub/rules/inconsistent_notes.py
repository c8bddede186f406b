"""EH219: notes that say what other results say, in other letters: to a reader, `With tools.` is another setup."""

from __future__ import annotations

from collections.abc import Iterator

from evalhub.names import printable
from evalhub.rules.peers import Claim
from evalhub.rules.subjects import Context, Finding


def check(claim: Claim, context: Context) -> Iterator[Finding]:
    usual = context.peers.usual_notes(claim.dataset_id, claim.notes) if claim.notes else None
    if usual is not None and usual != claim.notes:
        shown = printable(usual, limit=100)
        message = f"{printable(claim.dataset_id, limit=100)} has results with the same notes, written `{shown}`"
        yield Finding("EH219", message, ("notes",), f"write them as the others do: {shown}")
