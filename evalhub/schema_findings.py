"""What a schema finds wrong in a document, told to someone who has never seen the schema.

jsonschema says where and what; this module makes one finding of each place, in order, with what to type instead.
"""

from __future__ import annotations

import itertools
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from evalhub import schemas
from evalhub.choices import MAX_PROBLEMS
from evalhub.masking import masked, masked_value
from evalhub.names import nearest, printable
from evalhub.sifting import MOST_LOOKED_AT
from evalhub.slips import meant_key, repaired_key
from evalhub.yaml_source import Document, Path, Problem

_TYPES = {
    "string": "text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping",
    "null": "null",
}

_NUMBER = r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"
_PERCENT = re.compile(rf"({_NUMBER}) ?%")
_DECIMAL_COMMA = re.compile(r"[-+]?[0-9]+,(?:[0-9]{1,2}|[0-9]{4,})")  # three digits could be thousands
_UNCERTAIN = re.compile(rf"({_NUMBER}) ?((?:±|\+/?-) ?{_NUMBER} ?%?)")
_REPO_URL = re.compile(r"https?://[^/]+/(?:datasets/|models/)?([^/]+/[^/?#]+)/?")

# Of several errors at one place the first of these is told: a text of the wrong type fails its pattern too.
_ORDER = ("type", "enum", "const", "minLength", "minItems", "minimum", "pattern")


@dataclass(frozen=True, slots=True)
class _Error:
    """What one rule of a schema says: the `value` at `path` isn't as `rule: limit` of `schema` asks."""

    rule: str
    limit: Any
    value: Any
    schema: dict[str, Any]
    path: Path
    schema_path: Path

    @property
    def types(self) -> list[str]:
        return [self.limit] if isinstance(self.limit, str) else list(self.limit)


@dataclass(frozen=True, slots=True)
class _Keys:
    """What is wrong with the keys of one mapping."""

    path: Path
    schema: dict[str, Any]
    present: Mapping[str, Any]
    missing: tuple[str, ...]
    unknown: tuple[str, ...]


def findings(
    name: str, document: Document, *, definition: str | None = None, only: frozenset[int] | None = None
) -> tuple[list[Problem], bool]:
    """Return what the schema `name` (or the one of its `$defs` called `definition`) finds wrong in `document`, and
    whether there is more than was looked at: a hostile file has any number of errors.

    One problem for each place, sorted by position; none where `schemas.accepts` the data. With `only`, the entries of a
    result file at other positions aren't looked at. Raises ValueError where there is no such schema or definition.
    """
    whole = f"the {definition}" if definition else "the file"
    data = document.data
    if only is not None and data and isinstance(data, list):
        definition, errors = "entry", _entry_errors(name, data, only)
    else:
        errors = (((), error) for error in schemas.validator(name, definition).iter_errors(data))
    first = list(itertools.islice(errors, MOST_LOOKED_AT + 1))
    flat = [leaf for path, error in first[:MOST_LOOKED_AT] for leaf in _leaves(error, path)]
    root = schemas.definition_schema(name, definition)
    problems = [_value_problem(error, document, root, whole) for error in _worst_values(flat)]
    more = len(first) > MOST_LOOKED_AT
    for keys in _wrong_keys(flat):
        problems += _key_problems(keys, document, root, whole)
        more |= len(keys.unknown) > MAX_PROBLEMS
    problems.sort(key=lambda problem: (problem.span.line, problem.span.column))
    return problems, more


def _entry_errors(name: str, data: list[Any], only: frozenset[int]) -> Iterator[tuple[Path, Any]]:
    for index in sorted(only):
        if not schemas.accepts(name, data[index], "entry"):
            yield from (((index,), error) for error in schemas.validator(name, "entry").iter_errors(data[index]))


def _leaves(error: Any, above: Path) -> Iterator[_Error]:
    """Yield jsonschema's `error`, or what is wrong in the branch of an `anyOf` that was meant: the type says which."""
    branches = itertools.groupby(error.context, key=lambda inner: inner.schema_path[0])
    for branch in (list(errors) for _, errors in branches):
        if not any(inner.validator == "type" and not inner.relative_path for inner in branch):
            for inner in branch:
                yield from _leaves(inner, above)
            return
    path, schema_path = (*above, *error.absolute_path), tuple(error.absolute_schema_path)
    yield _Error(error.validator, error.validator_value, error.instance, error.schema, path, schema_path)


# --- values ---------------------------------------------------------------------------------------------------------


def _worst_values(errors: Iterable[_Error]) -> Iterable[_Error]:
    """Return the one error to tell of each value that has any."""
    worst: dict[Path, _Error] = {}
    for error in errors:
        if error.rule not in ("required", "additionalProperties"):
            known = worst.setdefault(error.path, error)
            if _rank(error) < _rank(known):
                worst[error.path] = error
    return worst.values()


def _rank(error: _Error) -> int:
    return _ORDER.index(error.rule) if error.rule in _ORDER else len(_ORDER)


def _value_problem(error: _Error, document: Document, root: dict[str, Any], whole: str) -> Problem:
    path = error.path
    span = document.span(path)
    if error.value is None and (span.line, span.column) == (span.end_line, span.end_column):
        span = document.span(path, key=True)  # nothing is written there: show the key that lacks it
    place = _Place(_place_name(path, whole), _source_text(document, path), _may_be_left_out(error, root))
    if error.rule == "type":
        return Problem("EH112", _wrong_type(error, place), span, _type_hint(error, place), path)
    message, hint = _invalid_value(error, place)
    return Problem("EH113", message, span, hint, path)


def _source_text(document: Document, path: Path) -> str:
    """Return the value at `path` as it is written, quotes included; empty where it takes more than a line."""
    span = document.span(path)
    return document.line(span.line)[span.column - 1 : span.end_column - 1] if span.line == span.end_line else ""


def _may_be_left_out(error: _Error, root: dict[str, Any]) -> bool:
    """Return whether the value stands at a key that its mapping doesn't require."""
    *steps, key, _ = ("", "", *error.schema_path)
    if steps[-1] != "properties":
        return False
    mapping: Any = root
    for step in steps[2:-1]:
        mapping = _resolved(mapping, root)[step]
    return key not in _resolved(mapping, root).get("required", ())


def _resolved(schema: Any, root: dict[str, Any]) -> Any:
    """Return what the `$ref` of `schema` points to, or `schema` itself where it has none."""
    if not isinstance(schema, dict) or "$ref" not in schema:
        return schema
    found: Any = root
    for step in schema["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return found


# --- keys -----------------------------------------------------------------------------------------------------------


def _wrong_keys(errors: Iterable[_Error]) -> Iterable[_Keys]:
    """Return the mappings with keys that are missing or unknown, each once however many rules it breaks."""
    found: dict[Path, _Keys] = {}
    for error in errors:
        if error.rule not in ("required", "additionalProperties"):
            continue
        path, present, schema = error.path, error.value, error.schema
        known = found.get(path)
        if known is None or len(schema["properties"]) > len(known.schema["properties"]):
            missing = tuple(key for key in schema.get("required", ()) if key not in present)
            strict = schema.get("additionalProperties") is False
            unknown = (key for key in present if key not in schema["properties"]) if strict else ()
            found[path] = _Keys(path, schema, present, missing, tuple(itertools.islice(unknown, MAX_PROBLEMS + 1)))
    return found.values()


def _key_problems(keys: _Keys, document: Document, root: dict[str, Any], whole: str) -> Iterator[Problem]:
    """Yield the unknown keys, and the missing ones that none of those is a misspelling of."""
    absent = [key for key in keys.schema["properties"] if key not in keys.present]
    meant = {key: meant_key(key, absent, keys.schema["properties"]) for key in keys.unknown}
    for missing in keys.missing:
        if missing in meant.values():
            continue
        slip = _misspelt(missing, absent, keys)
        if slip is None:
            yield _missing_key(missing, keys, document, root, whole)
        else:
            meant[slip] = missing
    for key, known in meant.items():
        path = (*keys.path, key)
        hint = f"did you mean `{known}`?" if known else _hint_for_stranger(key, keys.schema)
        message = f"unknown key `{printable(key, limit=60)}`"
        repaired = repaired_key(key, keys.present, absent) if known else None
        yield Problem("EH111", message, document.span(path, key=True), hint, path, repaired)


def _misspelt(missing: str, absent: list[str], keys: _Keys) -> str | None:
    """Return the key that looks like `missing`, in a mapping where any other key is allowed."""
    strangers = (key for key in keys.present if key not in keys.schema["properties"] and key not in keys.unknown)
    few = itertools.islice(strangers, MAX_PROBLEMS)
    properties = keys.schema["properties"]
    return next((key for key in few if meant_key(key, absent, properties) == missing), None)


def _hint_for_stranger(key: str, schema: dict[str, Any]) -> str:
    for known, inner in schema["properties"].items():
        if key in inner.get("properties", ()):
            return f"write it inside `{known}`"
    return f"remove it, or use one of: {', '.join(schema['properties'])}"


def _missing_key(key: str, keys: _Keys, document: Document, root: dict[str, Any], whole: str) -> Problem:
    described = _resolved(keys.schema["properties"][key], root)
    message = f"the key `{key}` is missing in {_place_name(keys.path, whole)}"
    hint = f"add `{key}: …`, as in `{key}: {_example(described)}`"
    return Problem("EH110", message, document.span(keys.path, key=True), hint, keys.path)


# --- words ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Place:
    """A value as its writer knows it: what to call it, how it is written, and whether its key may be left out."""

    name: str
    source: str
    optional: bool

    @property
    def quoted(self) -> bool:
        return self.source[:1] in ("'", '"')


def _place_name(path: Path, whole: str) -> str:
    """Return `` `dataset.id` ``, `entry 2`, ``item 1 of `tasks` `` or, for the document itself, `whole`."""
    if not path:
        return whole
    if isinstance(path[-1], int):
        list_path = path[:-1]
        return f"item {path[-1] + 1} of {_place_name(list_path, whole)}" if list_path else f"entry {path[-1] + 1}"
    keys = itertools.takewhile(lambda step: isinstance(step, str), reversed(path))
    return f"`{printable('.'.join(map(str, reversed(list(keys)))), limit=60)}`"


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return f"the text {_quoted(value)}"
    if isinstance(value, bool):
        return f"the boolean {str(value).lower()}"
    if isinstance(value, int | float):
        return f"the number {printable(str(value), limit=40)}"
    return "a list" if isinstance(value, list) else "a mapping" if isinstance(value, dict) else "null"


def _quoted(text: str) -> str:
    return f'"{printable(text, limit=60)}"'


def _example(schema: dict[str, Any]) -> str:
    """Return the first example of `schema` as YAML on one line; of a mapping only the keys it must have."""
    example = schema.get("examples", ["…"])[0]
    if isinstance(example, dict):
        example = {key: example[key] for key in schema.get("required", example)}
    return _as_yaml(example)


def _as_yaml(value: Any) -> str:
    dumped = yaml.safe_dump(value, default_flow_style=True, sort_keys=False, width=math.inf, allow_unicode=True)
    text = dumped.removesuffix("\n").removesuffix("\n...")
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) and text != value else text


def _wrong_type(error: _Error, place: _Place) -> str:
    expected = " or ".join(_TYPES[kind] for kind in error.types)
    if error.value is None:
        return f"{place.name} is empty: it must be {expected}"
    return f"{place.name} must be {expected}, not {_shown(error.value)}"


def _type_hint(error: _Error, place: _Place) -> str:
    value = error.value
    if isinstance(value, str) and error.types[0] in ("number", "integer"):
        return _number_hint(value, place, whole=error.types[0] == "integer") or _form_hint(error)
    if isinstance(value, bool | int | float) and "string" in error.types and "enum" not in error.schema:
        return f'put it in quotes: "{printable(place.source or str(value), limit=60)}"'
    required = error.schema.get("required", ())
    if isinstance(value, str) and error.types[0] == "object" and len(required) == 1 and len(value) <= 200:
        return f"write it like this: {printable(_as_yaml({required[0]: masked_value(value)}))}"
    if value is None and place.optional:
        return f"remove the key, or {_form_hint(error)}"
    return _form_hint(error)


def _form_hint(error: _Error) -> str:
    """Return what to write where nothing about the wrong value says more."""
    schema, wanted = error.schema, error.types[0]
    if "array" in error.types and (isinstance(error.value, dict) or not error.path):
        return f'begin each {"item" if error.path else "entry"} with "- "'
    if wanted == "object" and not error.path:
        return f"write a mapping with the keys {', '.join(schema.get('required') or schema['properties'])}"
    if "enum" in schema:
        return f"write one of: {', '.join(filter(None, schema['enum']))}"
    if wanted in ("number", "integer"):
        return f"write {_TYPES[wanted]}, such as {_example(schema)}"
    return f"write it like this: {_example(schema)}"


def _number_hint(text: str, place: _Place, *, whole: bool) -> str | None:
    """Return how to write the number that `text` means, or None where it means none."""
    uncertain = _UNCERTAIN.fullmatch(text)
    percent = _PERCENT.fullmatch(text)
    if uncertain:
        text = uncertain[1]
    elif percent:
        text = percent[1]
    elif _DECIMAL_COMMA.fullmatch(text):
        text = text.replace(",", ".")
    number = _plain_number(text, whole=whole)
    if number is None:
        return None
    if uncertain:
        return f"write {number}, and the {uncertain[2]} in `notes`"
    if text == number and place.quoted and text in place.source[1:-1] and not percent:
        return f"remove the quotes: {number}"
    if "e" in text.lower() and not percent:
        return f"write {number}: YAML 1.1 reads {printable(text, limit=40)} as text"
    return f"write {number}"


def _plain_number(text: str, *, whole: bool) -> str | None:
    """Return `text` as every YAML reader takes it for that number, or None where it is no (finite, whole) number."""
    if len(text) > 40 or not re.fullmatch(_NUMBER, text):
        return None
    number = float(text)
    if not math.isfinite(number) or (whole and not number.is_integer()):
        return None
    if re.fullmatch(r"[-+]?[0-9]+", text):
        return str(int(text))
    if whole:
        return str(int(number))
    if isinstance(yaml.safe_load(text), float):
        return text
    mantissa, _, exponent = repr(number).partition("e")
    return f"{mantissa if '.' in mantissa else mantissa + '.0'}e{exponent}" if exponent else mantissa


def _invalid_value(error: _Error, place: _Place) -> tuple[str, str | None]:
    rule, value = error.rule, error.value
    like_this = f"write it like this: {_example(error.schema)}"
    if rule == "enum":
        shown = _quoted(value) if isinstance(value, str) else _shown(value)
        return f"{place.name} can't be {shown}", _enum_hint(error)
    if rule in ("minLength", "minItems"):
        message = f"{place.name} must not be {'empty' if rule == 'minLength' else 'an empty list'}"
        return message, f"remove the key, or {like_this}" if place.optional else like_this
    if rule == "minimum":
        least = error.limit
        return f"{place.name} must be at least {least}, not {printable(str(value), limit=40)}", f"write {least} or more"
    if rule == "pattern":
        return f"{place.name} does not have the expected form: {_quoted(value)}", _pattern_hint(error)
    return f"{place.name} has a value that the format doesn't allow", like_this


def _enum_hint(error: _Error) -> str:
    allowed = [name for name in error.limit if isinstance(name, str)]
    close = nearest(error.value, allowed) if isinstance(error.value, str) else []
    return f"did you mean `{close[0]}`?" if close else f"write one of: {', '.join(allowed)}"


def _pattern_hint(error: _Error) -> str:
    from_url = _REPO_URL.fullmatch(masked(error.value))
    if from_url and "*" not in from_url[1] and re.search(error.limit, from_url[1]):
        return f"write only {printable(from_url[1], limit=100)}"
    return f"write it like {' or '.join(_as_yaml(example) for example in error.schema['examples'])}"
