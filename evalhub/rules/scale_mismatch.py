"""EH209: a value that looks as if it were on another scale than the benchmark's: 0.185 among percentages."""

from __future__ import annotations

from collections.abc import Iterator

from evalhub.rules.peers import Claim
from evalhub.rules.subjects import Context, Finding
from evalhub.values import format_value, off_scale


def check(claim: Claim, context: Context) -> Iterator[Finding]:
    scale = context.registry.metric(claim.dataset_id, claim.task_id).scale
    if scale is None or claim.value is None or not off_scale(claim.value, scale):
        return
    others = context.peers.values(claim.dataset_id, claim.task_id)
    if any(value and not off_scale(value, scale) for value in others):
        message = f"{format_value(claim.value)} looks as if it were not on the benchmark's scale, {scale}"
        yield Finding("EH209", message, ("value",), f"report it as a {scale}, as the other results do")
