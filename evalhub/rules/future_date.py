"""EH211: a date that has not come yet. A day more is allowed: somewhere it is tomorrow already."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from evalhub.names import printable
from evalhub.rules.subjects import Context, Entry, Finding
from evalhub.values import parse_date

_A_DAY = timedelta(days=1)


def check(entry: Entry, context: Context) -> Iterator[Finding]:
    day = parse_date(entry.date) if entry.date is not None else None
    if entry.date is not None and day is not None and day - context.now > _A_DAY:
        message = f"{printable(entry.date, limit=40)} has not come yet: today is {context.now.date()}"
        yield Finding("EH211", message, ("date",), "write the day on which the evaluation ran")
