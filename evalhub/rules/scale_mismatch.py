"""EH209: a value that looks as if it were on another scale than the benchmark's: 0.185 among percentages."""

from __future__ import annotations

from collections.abc import Iterator

from evalhub.rules.peers import Claim
from evalhub.rules.subjects import Context, Finding
from evalhub.terms import Scale
from evalhub.values import format_value, off_scale


def check(claim: Claim, context: Context) -> Iterator[Finding]:
    scale = context.registry.metric(claim.dataset_id, claim.task_id).scale
    if scale is not None and claim.value is not None and is_mismatch(claim, scale, context):
        message = f"{format_value(claim.value)} looks as if it were not on the benchmark's scale, {scale}"
        yield Finding("EH209", message, ("value",), f"report it as a {scale}, as the other results do")


def is_mismatch(claim: Claim, scale: Scale, context: Context) -> bool:
    """Whether the value lies where the other scale's values do, and another result of the task doesn't."""
    if claim.value is None or not off_scale(claim.value, scale):
        return False
    return context.peers.is_used(scale, claim.dataset_id, claim.task_id)
