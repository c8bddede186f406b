"""What people write for a key of the formats, and which key they mean."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import islice

from evalhub.diagnostics import Change, Meant
from evalhub.names import nearest

_SURELY = 0.8  # how alike two keys must be for one to be a misspelling of the other, as difflib measures it
_MOST_COMPARED = 200

# Words whose spelling is no help; used only where a key on the right is possible, and not there yet.
_USUAL = {
    "score": ("value",),
    "result": ("value",),
    "accuracy": ("value",),
    "benchmark": ("dataset",),
    "framework": ("evaluation_framework",),
    "title": ("name",),
    "link": ("url",),
    "name": ("id",),
    "task_id": ("id",),
    "task": ("task_id", "id"),
    "subset": ("config",),
    "metric": ("scorers",),
    "metrics": ("scorers",),
    "graders": ("scorers",),
    "steps": ("solvers",),
    "fields": ("field_spec",),
    "columns": ("field_spec",),
    "mapping": ("field_spec",),
    "question": ("input",),
    "prompt": ("input",),
    "answer": ("target",),
    "label": ("target",),
    "options": ("choices",),
    "image": ("input_image",),
    "type": ("name",),
    "solver": ("name",),
    "scorer": ("name",),
    "params": ("args",),
    "kwargs": ("args",),
}


def meant_key(key: str, absent: Iterable[str], properties: Collection[str]) -> str | None:
    """Return which of the `absent` ones among the `properties` of a mapping is most likely meant by `key`.

    None where it looks most like a property that is there already.
    """
    there = list(absent)
    possible = [known for known in _USUAL.get(key.casefold(), ()) if known in properties]
    if possible:
        return next((known for known in possible if known in there), None)
    close = next(iter(nearest(key, properties, cutoff=0.66)), None)
    return close if close in there else None


def repaired_key(key: str, present: Iterable[str], absent: Iterable[str]) -> Meant | None:
    """Return the one of the `absent` keys that `key`, one of the keys `present`, must be a misspelling of.

    None where no other is spelt nearly so, or several are, or another key that is present could be meant for it too.
    """
    there = list(absent)
    near = nearest(key, there, limit=2, cutoff=_SURELY)
    if len(near) != 1 or key.casefold() in _USUAL:
        return None
    rivals = (other for other in islice(present, _MOST_COMPARED) if other not in (key, near[0]))
    others = list(rivals)
    if any(nearest(other, near, cutoff=_SURELY) for other in others) or nearest(key, others, cutoff=_SURELY):
        return None
    return Meant(Change.KEY, near[0])
