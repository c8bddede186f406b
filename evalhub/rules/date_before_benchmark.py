"""EH212: a date on which there was no such benchmark yet: it is before the dataset's first commit."""

from __future__ import annotations

from collections.abc import Iterator

from evalhub.names import printable
from evalhub.rules.subjects import Context, ParsedFile, text_of
from evalhub.values import parse_date
from evalhub.yaml_source import Problem


def check(file: ParsedFile, context: Context) -> Iterator[Problem]:
    for index, entry in file.mappings():
        date, dataset_id = text_of(entry, "date"), text_of(entry, "dataset", "id")
        history = context.history(dataset_id) if date is not None and dataset_id is not None else None
        if date is None or dataset_id is None or history is None:
            continue
        day, begun = parse_date(date), history.begun()
        if day is not None and begun is not None and day.date() < begun.date():
            began = f"{printable(dataset_id, limit=100)} began on {begun.date()}"
            message = f"{printable(date, limit=40)} is before the benchmark: {began}"
            hint = "write the day on which the evaluation ran, or leave the date out"
            yield file.problem("EH212", message, (index, "date"), hint)
