"""EH304: a field of `field_spec` that the dataset's card doesn't list, so that Inspect AI finds nothing to read."""

from __future__ import annotations

from collections.abc import Iterator

from evalhub.dataset_card import DEFAULT_CONFIG, read_card
from evalhub.names import printable
from evalhub.rules.hints import nearest_or_some
from evalhub.rules.inspect_tasks import Task, inspect_tasks, spec_keys
from evalhub.rules.subjects import Context, ParsedFile, field_of
from evalhub.yaml_source import Path, Problem

_LITERAL = "literal:"
_ITS_FIELDS = "its fields"


def check(file: ParsedFile, _context: Context) -> Iterator[Problem]:
    known_fields = read_card(file.card()).fields
    for index, task in inspect_tasks(file) if known_fields else ():
        config = task.get("config", DEFAULT_CONFIG)
        fields = known_fields.get(config) if isinstance(config, str) else None
        if fields is None:
            continue
        path: Path = ("tasks", index, "field_spec")
        for name, place in _named(field_of(task, "field_spec"), path):
            if name not in fields:
                message = f"the dataset has no field {printable(name, limit=60)}, says its card"
                yield file.problem("EH304", message, place, nearest_or_some(name, fields, _ITS_FIELDS))
        for name in _taken_for_granted(task):
            if name not in fields:
                message = f"without `{name}` here, the field {name} is read, which the dataset doesn't have"
                hint = f"add `{name}: …` with one of {nearest_or_some(name, fields, _ITS_FIELDS)}"
                yield file.problem("EH304", message, path, hint, key=True)


def _named(spec: object, path: Path) -> Iterator[tuple[str, Path]]:
    """Yield each field that is named, and where."""
    for key in ("input", "target", "choices", "input_image", "metadata", "description"):
        value = field_of(spec, key)
        if isinstance(value, str) and value and not (key == "target" and value.startswith(_LITERAL)):
            yield value, (*path, key)
        for position, item in enumerate(value if isinstance(value, list) else ()):
            if isinstance(item, str) and item:
                yield item, (*path, key, position)


def _taken_for_granted(task: Task) -> Iterator[str]:
    """Yield the fields that are read because `field_spec` names no other."""
    spec = spec_keys(task)
    if spec is not None:
        yield from (key for key in ("input", "target") if key not in spec)
