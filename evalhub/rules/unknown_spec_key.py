"""EH303: a key of `eval.yaml` that the format doesn't define: likely misspelt, and without effect on the Hub."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from evalhub import schemas
from evalhub.names import printable
from evalhub.rules.subjects import Context, ParsedFile
from evalhub.slips import meant_key, repaired_key
from evalhub.yaml_source import Path, Problem


def check(file: ParsedFile, _context: Context) -> Iterator[Problem]:
    data = file.document.data
    yield from _unknown(file, data if isinstance(data, dict) else {}, (), schemas.properties("eval"))
    known = schemas.properties("eval", "$defs", "inspect_task")
    for index, task in file.mappings("tasks"):
        yield from _unknown(file, task, ("tasks", index), known)


def _unknown(file: ParsedFile, present: Mapping[str, Any], path: Path, known: Mapping[str, Any]) -> Iterator[Problem]:
    absent = [key for key in known if key not in present]
    for key in present:
        if key not in known:
            meant = meant_key(key, absent, known)
            hint = f"did you mean {meant}?" if meant else f"known keys: {', '.join(known)}"
            message = f"eval.yaml has no key `{printable(key, limit=60)}` here"
            repaired = repaired_key(key, present, absent) if meant else None
            yield file.problem("EH303", message, (*path, key), hint, key=True, meant=repaired)
