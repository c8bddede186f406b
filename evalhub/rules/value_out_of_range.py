"""EH210: a value outside what the benchmark's scale allows: 112 percent. Negative ones are real: correlations."""

from __future__ import annotations

from collections.abc import Iterator

from evalhub.rules.peers import Claim
from evalhub.rules.scale_mismatch import is_mismatch
from evalhub.rules.subjects import Context, Finding
from evalhub.terms import Direction, Scale
from evalhub.values import format_value

_LIMITS = {Scale.PERCENT: 100, Scale.FRACTION: 1}


def check(claim: Claim, context: Context) -> Iterator[Finding]:
    metric = context.registry.metric(claim.dataset_id, claim.task_id)
    if metric.scale is None or claim.value is None:
        return
    limit = _LIMITS[metric.scale]
    if -limit <= claim.value <= limit or is_mismatch(claim, metric.scale, context):
        return
    if claim.value < 0:
        message = f"{format_value(claim.value)} is below -{limit}, the least that the benchmark's scale has"
    elif metric.direction is Direction.LOWER:  # word error rates over 100 percent are real
        return
    else:
        message = f"{format_value(claim.value)} is above {limit}, the most that the benchmark's scale has"
    yield Finding("EH210", message, ("value",), f"report a {metric.scale}, or mend the scale in evalhub.yaml")
