"""EH211: a date that has not come yet. A day more is allowed: somewhere it is tomorrow already."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from evalhub.names import printable
from evalhub.rules.subjects import Context, ParsedFile, text_of
from evalhub.values import parse_date
from evalhub.yaml_source import Problem

_A_DAY = timedelta(days=1)


def check(file: ParsedFile, context: Context) -> Iterator[Problem]:
    for index, entry in file.mappings():
        date = text_of(entry, "date")
        day = parse_date(date) if date is not None else None
        if date is not None and day is not None and day - context.now > _A_DAY:
            message = f"{printable(date, limit=40)} has not come yet: today is {context.now.date()}"
            yield file.problem("EH211", message, (index, "date"), "write the day on which the evaluation ran")
