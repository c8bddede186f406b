"""EvalResult: one entry of a `.eval_results/*.yaml` file, and the entries that one file holds."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from evalhub import schemas, yaml_source
from evalhub.names import slug

RESULTS_FOLDER = ".eval_results"

SeriesKey = tuple[str, str, str]  # dataset, task and notes: what has one value of a model at a time


@dataclass(frozen=True, slots=True)
class Source:
    """Where a score was published: a URL, and the display name, Hub user or Hub organisation that goes with it."""

    url: str
    name: str | None = None
    user: str | None = None
    org: str | None = None

    def label(self) -> str:
        """Return the shortest name for people: the display name, else who it is attributed to, else the URL."""
        return self.name or self.user or self.org or self.url


@dataclass(frozen=True, slots=True)
class EvalResult:
    """One value for one model on one task, as the entry has it; `date` is the ISO-8601 text, `value` as reported."""

    dataset_id: str
    task_id: str
    value: float
    revision: str | None = None
    verify_token: str | None = None
    date: str | None = None
    source: Source | None = None
    notes: str | None = None

    @classmethod
    def from_entry(cls, entry: dict[str, Any]) -> EvalResult:
        """Build a result from an entry that the schema accepts."""
        dataset, source = entry["dataset"], entry.get("source")
        return cls(
            dataset["id"],
            dataset["task_id"],
            entry["value"],
            dataset.get("revision"),
            entry.get("verifyToken"),
            entry.get("date"),
            Source(source["url"], source.get("name"), source.get("user"), source.get("org")) if source else None,
            entry.get("notes"),
        )

    def to_entry(self) -> dict[str, Any]:
        """Return the entry, in the order that the Hub's documentation uses, without what is not set."""
        return _without_none(
            {
                "dataset": _without_none({"id": self.dataset_id, "task_id": self.task_id, "revision": self.revision}),
                "value": self.value,
                "verifyToken": self.verify_token,
                "date": self.date,
                "source": self.source and _without_none(asdict(self.source)),
                "notes": self.notes,
            }
        )

    def completed_by(self, other: EvalResult) -> EvalResult:
        """Return this result with what it doesn't say itself as `other` has it: the revision, the date and the source;
        and the token, which is of one value, where that is the same.
        """
        return replace(
            self,
            revision=self.revision or other.revision,
            date=self.date or other.date,
            source=self.source or other.source,
            verify_token=self.verify_token or (other.verify_token if self.value == other.value else None),
        )

    @property
    def series(self) -> SeriesKey:
        """What has one value of a model at a time: the dataset, the task and the variant."""
        return self.dataset_id, self.task_id, self.variant

    @property
    def variant(self) -> str:
        """The setup that tells results of one model on one task apart: the notes, empty where there are none."""
        return self.notes or ""


@dataclass(frozen=True, slots=True)
class Rejected:
    """An entry that fails the schema: its data as JSON, and its dataset and task where they can still be read."""

    data: str
    dataset_id: str | None
    task_id: str | None


@dataclass(frozen=True, slots=True)
class ResultEntries:
    """What one result file holds: its valid entries, what was rejected, and whether it could be read at all.

    `positions` are the places of the valid entries among all of the file, from 0, and `rejected_positions` those of
    the others.
    """

    entries: tuple[EvalResult, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    readable: bool = True
    positions: Sequence[int] = ()
    rejected_positions: Sequence[int] = ()


UNREADABLE = ResultEntries(readable=False)


def counts_as_results(path: str) -> bool:
    """Whether the Hub reads the file at `path`: directly in `.eval_results/`, and ending in `.yaml`."""
    return path.startswith(RESULTS_FOLDER + "/") and path.endswith(".yaml") and path.count("/") == 1


def is_misplaced(path: str) -> bool:
    """Whether the file at `path` in `.eval_results` looks like results, and lies where the Hub doesn't read it."""
    return not counts_as_results(path) and path.lower().endswith((".yaml", ".yml"))


def new_file_name(dataset_id: str, notes: str = "") -> str:
    """Return what a new file with a benchmark's results is called: one file for each benchmark and variant."""
    parts = (slug(dataset_id.split("/")[-1]), slug(notes))
    return "_".join(filter(None, parts)) + ".yaml"


def read_entries(raw: bytes) -> ResultEntries:
    """Sort the entries of one result file. Never raises; `validate` says what is wrong with those left out."""
    document = yaml_source.parse(raw)
    if document.fatal or not isinstance(document.data, list):
        return UNREADABLE
    if not document.problems and schemas.accepts("eval_results", document.data):
        return ResultEntries(tuple(map(EvalResult.from_entry, document.data)), positions=range(len(document.data)))
    entries, rejected = {}, {}
    for index, entry in enumerate(document.data):
        if index not in document.faulty and schemas.accepts("eval_results", entry, definition="entry"):
            entries[index] = EvalResult.from_entry(entry)
        else:
            rejected[index] = _rejected(entry)
    return ResultEntries(tuple(entries.values()), tuple(rejected.values()), True, tuple(entries), tuple(rejected))


def _rejected(entry: Any) -> Rejected:
    dataset = entry.get("dataset") if isinstance(entry, dict) else None
    names = [dataset.get(key) for key in ("id", "task_id")] if isinstance(dataset, dict) else [None, None]
    return Rejected(json.dumps(entry, sort_keys=True), *(name if isinstance(name, str) else None for name in names))


def _without_none(mapping: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in mapping.items() if value is not None}
