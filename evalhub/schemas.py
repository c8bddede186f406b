"""The JSON Schemas in `schemas/`: the one definition of the formats, and whether data meets them."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

SCHEMA_NAMES = ("batch", "conflicts", "diff", "eval", "eval_results", "history", "leaderboard", "registry")

_PACKAGE = Path(__file__).parent
_FOLDERS = (_PACKAGE / "_schemas", _PACKAGE.parent / "schemas")  # as a wheel installs them; as a checkout has them


@cache
def schema(name: str) -> dict[str, Any]:
    """Return the schema `name`, one of `SCHEMA_NAMES`. It is shared: don't change it.

    Raises ValueError for any other name.
    """
    loaded: dict[str, Any] = json.loads(schema_text(name))
    return loaded


def schema_text(name: str) -> str:
    """Return the file with the schema `name`, one of `SCHEMA_NAMES`, as it stands.

    Raises ValueError for any other name.
    """
    if name not in SCHEMA_NAMES:
        raise ValueError(f"no schema {name!r}: there are {', '.join(SCHEMA_NAMES)}")
    file_name = f"{name}.schema.json"
    path = next((folder / file_name for folder in _FOLDERS if (folder / file_name).is_file()), _FOLDERS[-1] / file_name)
    return path.read_text(encoding="utf-8")


@cache
def definition_schema(name: str, definition: str | None = None) -> dict[str, Any]:
    """Return the schema `name`, or a schema of one of its `$defs`, for a validator to use.

    Raises ValueError where there is no such schema or definition.
    """
    whole = schema(name)
    if definition is None:
        return whole
    if definition not in whole["$defs"]:
        raise ValueError(f"the schema {name!r} defines no {definition!r}")
    return {"$schema": whole["$schema"], "$ref": f"#/$defs/{definition}", "$defs": whole["$defs"]}


def accepts(name: str, data: Any, definition: str | None = None) -> bool:
    """Return whether `data` meets the schema `name`, or with `definition` that one of its `$defs`.

    Never raises for data made of dict, list, str, int, float, bool and None; an entry of `eval_results` is checked by
    `accepts("eval_results", entry, "entry")`.
    """
    fast = _fast_validator(name, definition)
    # jsonschema_rs raises for lone surrogates and deep nesting, and takes infinity for null: where it doesn't accept,
    # jsonschema has the last word. Good files never wait for that.
    try:
        if fast.is_valid(data):
            return True
    except (ValueError, TypeError, RecursionError):
        pass
    try:
        return bool(validator(name, definition).is_valid(data))
    except (ValueError, RecursionError):  # wrong data that jsonschema can't write into its message, like 10**5000
        return False


@cache
def validator(name: str, definition: str | None = None) -> Any:
    """Return jsonschema's validator of a schema, which says what is wrong and not only whether something is."""
    from jsonschema import Draft202012Validator

    return Draft202012Validator(definition_schema(name, definition))


@cache
def _fast_validator(name: str, definition: str | None) -> Any:
    from jsonschema_rs import Draft202012Validator

    return Draft202012Validator(definition_schema(name, definition))


@cache
def known_frameworks() -> dict[str, str]:
    """Return the evaluation frameworks that the Hub knows: name to address. It is shared: don't change it."""
    known = schema("eval")["$defs"]["known_framework"]["oneOf"]
    return {framework["const"]: framework["description"] for framework in known}


def properties(name: str, *pointer: str) -> dict[str, Any]:
    """Return the `properties` of the subschema that `pointer` leads to: `properties("eval", "$defs", "task")`.

    Raises KeyError where nothing stands there.
    """
    subschema: Any = schema(name)
    for step in pointer:
        subschema = subschema[step]
    found: dict[str, Any] = subschema["properties"]
    return found
