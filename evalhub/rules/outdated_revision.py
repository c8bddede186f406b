"""EH214: a revision of the dataset at which the task was another one than today: such scores don't compare."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from evalhub.names import printable
from evalhub.rules.subjects import Context, Entry, Finding, History

_DEFAULTS: Mapping[str, Any] = {"config": "default", "split": "test", "epochs": 1}
_MOST_SHOWN = 5


def check(entry: Entry, context: Context) -> Iterator[Finding]:
    revision, task_id = entry.revision, entry.task_id
    history = context.history(entry.dataset_id) if revision is not None and entry.dataset_id is not None else None
    if revision is None or task_id is None or history is None:
        return
    changed = _changed(history, task_id, revision)
    if changed:
        keys = ", ".join(changed[:_MOST_SHOWN]) + ", …" * (len(changed) > _MOST_SHOWN)
        task = f"the task {printable(task_id, limit=100)}"
        message = f"at {printable(revision, limit=60)} {task} was defined differently from today: {keys}"
        hint = "evaluate on today's revision, and write its commit"
        yield Finding("EH214", message, ("dataset", "revision"), hint)


def _changed(history: History, task_id: str, revision: str) -> tuple[str, ...]:
    """Return the keys of the task that differ between `revision` and today; none where either isn't known."""
    found = history.resolve(revision)
    if found is None or found.moves:  # EH213 says so
        return ()
    then, now = history.task(task_id, found.commit), history.task(task_id)
    if then is None or now is None or then is now:
        return ()
    then, now = {**_DEFAULTS, **then}, {**_DEFAULTS, **now}
    missing = object()
    keys = (key for key in sorted({*then, *now}) if then.get(key, missing) != now.get(key, missing))
    return tuple(f"`{printable(key, limit=40)}`" for key in keys)
