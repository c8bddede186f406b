"""EH205: two entries of one repository for the same dataset, task and notes: which of them counts?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from evalhub.names import printable
from evalhub.rules.peers import Claim
from evalhub.rules.subjects import Finding


def check(claims: Sequence[Claim]) -> Iterator[tuple[Claim, Finding]]:
    firsts: dict[tuple[str, str, str], Claim] = {}
    for claim in claims:
        first = firsts.setdefault((claim.dataset_id, claim.task_id, claim.notes), claim)
        if first is claim:
            continue
        here = first.file == claim.file
        where = f"line {first.line}" if here else f"{printable(first.file.path, limit=100)}, line {first.line}"
        task = f"{printable(claim.dataset_id, limit=100)}, task {printable(claim.task_id, limit=100)}"
        message = f"{task}, has a result with the same notes already: {where}"
        hint = "keep one of them, or tell them apart by their notes"
        yield claim, Finding("EH205", message, ("dataset",), hint, key=True, twin=first)
