"""Which format a file has."""

from __future__ import annotations

import enum
from pathlib import PurePosixPath

from evalhub import yaml_source
from evalhub.checkouts import MISNAMED, SourceFile
from evalhub.git import SPEC_FILE
from evalhub.registry import REGISTRY_FILE
from evalhub.results import RESULTS_FOLDER, counts_as_results, is_misplaced

_SPEC_KEYS = frozenset({"name", "description", "evaluation_framework", "tasks"})


class Kind(enum.Enum):
    """Which format a file has; `NOT_READ` is for files that look like one and that nothing reads where they are."""

    RESULTS = enum.auto()
    SPEC = enum.auto()
    REGISTRY = enum.auto()
    NOT_READ = enum.auto()


def kind_of(source: SourceFile) -> Kind | None:
    """Return which format the file has, by its name and place, else by its content; None for files of no concern."""
    if counts_as_results(source.file.path):
        return Kind.RESULTS
    path = PurePosixPath(source.file.path)
    if path.name == RESULTS_FOLDER:
        return Kind.RESULTS
    if RESULTS_FOLDER in path.parts[:-1]:
        if path.suffix == ".yaml" and path.parent.name == RESULTS_FOLDER:
            return Kind.RESULTS  # named by hand, in a folder that is not the repository's top
        return Kind.NOT_READ if is_misplaced(source.file.path) else None
    if path.name in MISNAMED:
        return Kind.NOT_READ
    if path.name in (SPEC_FILE, REGISTRY_FILE):
        return Kind.SPEC if path.name == SPEC_FILE else Kind.REGISTRY
    raw = source.read()
    data = yaml_source.parse(raw.content).data if raw.kind == "file" else None
    if not isinstance(data, dict):
        return Kind.RESULTS
    if data and _SPEC_KEYS.isdisjoint(data):
        return Kind.REGISTRY if "benchmarks" in data or "validate" in data else None
    return Kind.REGISTRY if "benchmarks" in data and "tasks" not in data else Kind.SPEC
