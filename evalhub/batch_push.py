"""Pushing the branches of a batch, one model at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from evalhub.batches import Batch, Line, ModelBatch, State
from evalhub.errors import EvalhubError
from evalhub.hub import Hub
from evalhub.pulls import PROPOSALS
from evalhub.push import Status, Wanted, push_branch

_DONE = (Status.PUSHED, Status.OPENED, Status.UP_TO_DATE, Status.MERGED, Status.SAME)


def push_batch(hub: Hub, batch: Batch, wanted: Wanted) -> Iterator[ModelBatch]:
    """Push the branch of each model on which scores of the batch stand, also from before; yield each model with what
    came of it. What can't be pushed is still on its branch: the same list again pushes it.
    """
    return (_pushed(hub, model, wanted) for model in batch.models)


def _pushed(hub: Hub, model: ModelBatch, wanted: Wanted) -> ModelBatch:
    branches = dict.fromkeys(line.branch for line in model.lines if _is_local(line))
    for branch in branches:
        model = replace(model, lines=tuple(_with_push(hub, model, branch, wanted)))
    return model


def _is_local(line: Line) -> bool:
    return f"refs/heads/{line.branch}".startswith(PROPOSALS) and line.state in (State.COMMITTED, State.SAME)


def _with_push(hub: Hub, model: ModelBatch, branch: str, wanted: Wanted) -> Iterator[Line]:
    try:
        outcome = push_branch(hub.model_repo(model.model_id), branch, hub.root, wanted)
    except EvalhubError as error:
        changed: dict[str, object] = {"state": State.NOT_PUSHED, "reason": error.message}
    else:
        done = outcome.status in _DONE
        changed = {"state": State.PUSHED if done else State.NOT_PUSHED, "url": outcome.url or ""}
        if not done:
            there = "a different score stands there" if outcome.status is Status.CONFLICT else outcome.kept
            changed["reason"] = f"{outcome.remote}: {there}"
    for line in model.lines:
        yield replace(line, **changed) if line.branch == branch and _is_local(line) else line  # type: ignore[arg-type]
