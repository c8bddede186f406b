"""EH220: a file name that doesn't tell the benchmark. By convention each, and each variant, has its own."""

from __future__ import annotations

from collections.abc import Iterator

from evalhub.names import normalise, printable
from evalhub.results import RESULTS_FOLDER, counts_as_results, new_file_name
from evalhub.rules.subjects import Context, Entry, ParsedFile
from evalhub.yaml_source import Problem

_SHORTEST = 3  # a stem that is part of a name tells nothing if it is any shorter


def check(file: ParsedFile, context: Context) -> Iterator[Problem]:
    if not counts_as_results(file.file.path):
        return
    stem = _folded_stem(file.file.path)
    firsts: dict[str, Entry | None] = {}  # None: an entry of the dataset fits
    for entry in file.entries:
        dataset_id = entry.dataset_id or ""
        if dataset_id not in context.specs or firsts.get(dataset_id, entry) is None:
            continue  # of other datasets EH203 says that they may be misspelt
        if _fits(stem, dataset_id, entry.task_id or "", context):
            firsts[dataset_id] = None
        else:
            firsts.setdefault(dataset_id, entry)
    for dataset_id, first in firsts.items():
        if first is not None:
            message = f"the file name doesn't tell the benchmark {printable(dataset_id, limit=100)}"
            yield file.problem("EH220", message, (first.index, "dataset", "id"), _hint(dataset_id, first, context))


def _folded_stem(path: str) -> str:
    return normalise(path.rpartition("/")[2].removesuffix(".yaml"))


def _fits(stem: str, dataset_id: str, task_id: str, context: Context) -> bool:
    key = (stem, dataset_id, task_id)
    known = context.fitting.get(key)
    if known is None:
        known = context.fitting[key] = _tells(stem, dataset_id, task_id, context)
    return known


def _tells(stem: str, dataset_id: str, task_id: str, context: Context) -> bool:
    last = normalise(dataset_id.rpartition("/")[2])
    if stem == last:
        return True
    owners = context.owners.get(stem)
    if owners is not None:
        return dataset_id in owners
    more = (task_id, context.specs[dataset_id].name, *context.registry.aliases(dataset_id))
    names = filter(None, (last, *map(normalise, more)))
    return any(name in stem or (len(stem) >= _SHORTEST and stem in name) for name in names)


def _hint(dataset_id: str, entry: Entry, context: Context) -> str:
    name = new_file_name(dataset_id, entry.notes or "")
    if _fits(_folded_stem(name), dataset_id, "", context):
        return f"keep its results in {RESULTS_FOLDER}/{printable(name, limit=150)}"
    return "name the file after the benchmark"
