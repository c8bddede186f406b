"""What rules look at: a file with its entries, what else is known in the hub, and what other results say."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Protocol

from evalhub.benchmarks import Spec
from evalhub.diagnostics import FileRef, Meant
from evalhub.names import normalise
from evalhub.registry import Registry
from evalhub.rules.peers import Claim, Peers
from evalhub.yaml_source import Document, Path, Problem


def _no_card() -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a result file, at position `index` from 0 and on `line` from 1, as far as it can be read: what isn't
    text, or a number that can be compared, is None.
    """

    index: int
    line: int
    dataset_id: str | None
    task_id: str | None
    revision: str | None
    value: float | None
    date: str | None
    notes: str | None
    url: str | None
    user: str | None
    org: str | None
    source_name: str | None
    token: str | None


def entries_of(document: Document) -> Iterator[Entry]:
    """Yield the entries of a result file that are mappings."""
    listed = document.data if isinstance(document.data, list) else ()
    for index, (item, line) in enumerate(zip(listed, document.item_lines(), strict=True)):
        if isinstance(item, dict):
            dataset, source = item.get("dataset"), item.get("source")
            dataset = dataset if isinstance(dataset, dict) else _NOTHING
            source = source if isinstance(source, dict) else _NOTHING
            yield Entry(
                index,
                line,
                _text(dataset.get("id")),
                _text(dataset.get("task_id")),
                _text(dataset.get("revision")),
                _number(item.get("value")),
                _text(item.get("date")),
                _text(item.get("notes")),
                _text(source.get("url")),
                _text(source.get("user")),
                _text(source.get("org")),
                _text(source.get("name")),
                _text(item.get("verifyToken")),
            )


_NOTHING: dict[str, Any] = {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if math.isfinite(value) else None


@dataclass(frozen=True, slots=True)
class ParsedFile:
    """A file that could be read; what is in it may be anything: the schemas have their own findings.

    `card` gives the YAML header of the README.md beside it, empty where there is none; `entries` are those of a result
    file.
    """

    file: FileRef
    document: Document
    card: Callable[[], Mapping[str, Any]] = _no_card
    entries: tuple[Entry, ...] = ()

    def mappings(self, *path: str) -> Iterator[tuple[int, dict[str, Any]]]:
        """Yield the mappings, with their positions, of the list at `path`; nothing where there is no such list."""
        found = field_of(self.document.data, *path)
        for index, item in enumerate(found if isinstance(found, list) else ()):
            if isinstance(item, dict):
                yield index, item

    def problem(
        self,
        code: str,
        message: str,
        path: Path,
        hint: str | None = None,
        *,
        key: bool = False,
        meant: Meant | None = None,
    ) -> Problem:
        """Return a problem with the span of the value at `path` (with `key`, of the key that leads to it)."""
        return Problem(code, message, self.document.span(path, key=key), hint, path, meant)


@dataclass(frozen=True, slots=True)
class Revision:
    """What a name of a commit stands for in a dataset repo; `moves` says that it is a branch's name."""

    commit: str
    moves: bool = False


class History(Protocol):
    """What the clone of one dataset repo knows of its past."""

    @property
    def complete(self) -> bool:
        """Whether every commit of the default branch is there: not so in a shallow clone."""

    def begun(self) -> datetime | None:
        """When the dataset's first commit was made (UTC); None where the clone can't tell."""

    def resolve(self, revision: str) -> Revision | None:
        """Return the commit that `revision` names, in full or in part, or by a tag or branch; None where none does."""

    def task(self, task_id: str, commit: str | None = None) -> dict[str, Any] | None:
        """Return how `eval.yaml` defines a task at a commit (None: on the default branch); None where it doesn't."""

    def defined(self, task_id: str) -> bool:
        """Whether `eval.yaml` defined a task at any commit of the default branch that the clone has."""


_END_OF_TIME = datetime.max.replace(tzinfo=UTC)


def _no_history(_dataset_id: str) -> History | None:
    return None


@dataclass(frozen=True)
class Context:
    """What is known beside the file: the hub's specs by dataset id, its dataset repos without a valid spec, its
    registry, the histories of its dataset repos, what time it is, and what other results say.
    """

    specs: Mapping[str, Spec] = field(default_factory=dict)
    specless: frozenset[str] = frozenset()
    registry: Registry = field(default_factory=Registry)
    history: Callable[[str], History | None] = _no_history
    now: datetime = _END_OF_TIME
    peers: Peers = field(default_factory=Peers)

    @cached_property
    def fitting(self) -> dict[tuple[str, str, str], bool]:
        """Whether a stem, by its fold, tells a benchmark and task, as far as `file_name_mismatch` has been asked."""
        return {}

    @cached_property
    def owners(self) -> Mapping[str, frozenset[str]]:
        """Which benchmarks of the hub a name can mean, by its fold (see `normalise`): id, last part, alias or name."""
        owners: dict[str, set[str]] = defaultdict(set)
        for id, spec in self.specs.items():
            for name in (id, id.split("/")[-1], spec.name, *self.registry.aliases(id)):
                owners[normalise(name)].add(id)
        return {fold: frozenset(ids) for fold, ids in owners.items()}


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem of one entry; `path` leads from the entry to the value (with `key`, to the key) that is meant.

    `twin` is the entry that it repeats.
    """

    code: str
    message: str
    path: Path
    hint: str | None = None
    key: bool = False
    meant: Meant | None = None
    twin: Claim | None = None


Check = Callable[[ParsedFile, Context], Iterator[Problem]]
EntryCheck = Callable[[Entry, Context], Iterator[Finding]]
ClaimCheck = Callable[[Claim, Context], Iterator[Finding]]
RepoCheck = Callable[[Sequence[Claim]], Iterator[tuple[Claim, Finding]]]


def field_of(data: object, *keys: str) -> object:
    """Return what stands at a path of keys, or None where nothing does."""
    for key in keys:
        data = data.get(key) if isinstance(data, dict) else None
    return data


def tool_tasks_of(file: ParsedFile) -> Iterator[tuple[Path, object]]:
    """Yield what a registry says of the tasks of evaluation tools, with where it stands."""
    tools = field_of(file.document.data, "tools")
    for tool, tasks in tools.items() if isinstance(tools, dict) else ():
        for name, item in tasks.items() if isinstance(tasks, dict) else ():
            yield ("tools", tool, name), item


def text_of(data: object, *keys: str) -> str | None:
    """Return the text at a path of keys, or None where there is no text."""
    found = field_of(data, *keys)
    return found if isinstance(found, str) and found else None
