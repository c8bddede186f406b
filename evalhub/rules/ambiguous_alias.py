"""EH401: an alias that stands for more than one benchmark, so that typing it finds neither."""

from __future__ import annotations

from collections.abc import Iterator

from evalhub.names import normalise, printable
from evalhub.rules.subjects import Context, ParsedFile, text_of
from evalhub.yaml_source import Path, Problem


def check(file: ParsedFile, context: Context) -> Iterator[Problem]:
    owners: dict[str, str] = {}
    for owner, spec in context.specs.items():
        for name in (owner, owner.split("/")[-1], spec.name):
            owners.setdefault(normalise(name), owner)
    for index, item in file.mappings("benchmarks"):
        dataset_id, aliases = text_of(item, "dataset"), item.get("aliases")
        for position, alias in enumerate(aliases if isinstance(aliases, list) else ()):
            if dataset_id is None or dataset_id not in context.specs or not isinstance(alias, str):
                continue
            owner = owners.setdefault(normalise(alias), dataset_id)
            if owner != dataset_id:
                path: Path = ("benchmarks", index, "aliases", position)
                message = f"the alias {printable(alias, limit=60)} also means {printable(owner, limit=100)}"
                yield file.problem("EH401", message, path, "choose another alias")
