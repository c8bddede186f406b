"""Pushing the branches of a batch, one model at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from evalhub.batches import Batch, Line, ModelBatch, State
from evalhub.errors import EvalhubError
from evalhub.hub import Hub
from evalhub.pulls import PROPOSALS
from evalhub.push import Status, Wanted, push_branch

_NOTHING_TO_DO = (Status.UP_TO_DATE, Status.MERGED, Status.SAME)


def push_batch(hub: Hub, batch: Batch, wanted: Wanted) -> Iterator[ModelBatch]:
    """Push the branch of each model on which scores of the batch stand, also from before; yield each model with what
    came of it. What can't be pushed is still on its branch: the same list again pushes it.
    """
    return (_pushed(hub, model, wanted) for model in batch.models)


def _pushed(hub: Hub, model: ModelBatch, wanted: Wanted) -> ModelBatch:
    for branch in dict.fromkeys(line.branch for line in model.lines if _is_local(line)):
        changed = _push(hub, model, branch, wanted)
        lines = (
            replace(line, **changed) if line.branch == branch and _is_local(line) else line  # type: ignore[arg-type]
            for line in model.lines
        )
        model = replace(model, lines=tuple(lines))
    return model


def _is_local(line: Line) -> bool:
    return f"refs/heads/{line.branch}".startswith(PROPOSALS) and line.state in (State.COMMITTED, State.SAME)


def _push(hub: Hub, model: ModelBatch, branch: str, wanted: Wanted) -> dict[str, object]:
    """Push one branch, and return what changes in the lines of the scores on it."""
    if any(line.state is State.CONFLICT and line.branch == branch for line in model.lines):
        reason = "the branch has another value than the list for one of its scores: --update changes that"
        return {"state": State.NOT_PUSHED, "reason": reason}
    try:
        outcome = push_branch(hub.model_repo(model.model_id), branch, hub.root, wanted)
    except EvalhubError as error:
        return {"state": State.NOT_PUSHED, "reason": error.message}
    if outcome.status in _NOTHING_TO_DO:
        reason = f"{outcome.remote} has it already"
        return {"state": State.SAME, "reason": reason, "url": outcome.url or ""}
    if outcome.status in (Status.PUSHED, Status.OPENED):
        return {"state": State.PUSHED, "url": outcome.url or ""}
    there = "a different score stands there" if outcome.status is Status.CONFLICT else outcome.kept
    return {"state": State.NOT_PUSHED, "reason": f"{outcome.remote}: {there}", "url": outcome.url or ""}
