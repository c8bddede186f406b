"""EH223: the very score of the model that this one is made from: it looks copied rather than measured."""

from __future__ import annotations

from collections.abc import Iterator

from evalhub.names import printable
from evalhub.rules.peers import Claim
from evalhub.rules.subjects import Context, Finding
from evalhub.values import format_value

_MOST_BASES = 20  # a merge has a few; a card may list anything


def check(claim: Claim, context: Context) -> Iterator[Finding]:
    if claim.value is None:
        return
    for base in claim.base_models[:_MOST_BASES]:
        if base != claim.model_id and context.peers.has_score(base, claim):
            score = f"{format_value(claim.value)} is the score of its base model, {printable(base, limit=100)}"
            hint = "report what was measured with this model, or leave the result out"
            yield Finding("EH223", f"{score}: it looks copied rather than measured", ("value",), hint)
            return
