"""EH311: a task that results point to and `eval.yaml` doesn't define: removed, or renamed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice

from evalhub.names import nearest, printable
from evalhub.rules.hints import MOST_COMPARED
from evalhub.rules.subjects import Context, ParsedFile, field_of, text_of
from evalhub.yaml_source import Problem

_MOST_TOLD = 5


def check(file: ParsedFile, context: Context) -> Iterator[Problem]:
    defined = _defined(file)
    if file.file.repo is None or not defined:
        return
    named = Counter(context.peers.tasks(file.file.repo))
    for task_id in defined:
        named.pop(task_id, None)
    history = context.history(file.file.repo)
    told = 0
    for task_id, count in named.most_common():
        was_there = history is not None and history.defined(task_id)
        if (count == 1 and not was_there) or told == _MOST_TOLD:
            continue  # more likely a slip of that one result, which EH204 tells at its place
        told += 1
        near = nearest(task_id, islice(defined, MOST_COMPARED))
        results = f"{count} result{'s point' if count > 1 else ' points'}"
        task = f"the task {printable(task_id, limit=100)}"
        message = f"{results} to {task}, which isn't defined here{' any more' * was_there}"
        renamed = f"was it renamed to {printable(near[0], limit=100)}? keep the old id" if near else "keep the task"
        yield file.problem("EH311", message, ("tasks",), f"{renamed}, or have those results changed", key=True)


def _defined(file: ParsedFile) -> dict[str, None]:
    """Return the ids of the tasks in order; nothing where one of them has none, which may be the one that is missed."""
    listed = field_of(file.document.data, "tasks")
    ids = [text_of(task, "id") for task in listed] if isinstance(listed, list) else []
    return dict.fromkeys(id for id in ids if id) if all(ids) else {}
