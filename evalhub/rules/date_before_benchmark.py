"""EH212: a date on which there was no such benchmark yet: it is before the dataset's first commit.

A day less is allowed: somewhere it was yesterday still.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from evalhub.names import printable
from evalhub.rules.subjects import Context, Entry, Finding
from evalhub.values import parse_date

_A_DAY = timedelta(days=1)


def check(entry: Entry, context: Context) -> Iterator[Finding]:
    history = context.history(entry.dataset_id) if entry.date is not None and entry.dataset_id is not None else None
    if entry.date is None or entry.dataset_id is None or history is None:
        return
    day, begun = parse_date(entry.date), history.begun()
    if day is not None and begun is not None and begun.date() - day.date() > _A_DAY:
        began = f"{printable(entry.dataset_id, limit=100)} began on {begun.date()}"
        message = f"{printable(entry.date, limit=40)} is before the benchmark: {began}"
        hint = "write the day on which the evaluation ran, or leave the date out"
        yield Finding("EH212", message, ("date",), hint)
