"""What results say of one another: the claims of all entries, looked up by benchmark, task and model."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

from evalhub.diagnostics import FileRef
from evalhub.rules.wording import usual_wordings
from evalhub.terms import Scale
from evalhub.values import off_scale


@dataclass(frozen=True, slots=True)
class Claim:
    """What one entry says, as far as it is compared with others.

    `index` is the entry's position in its file, from 0, and `line` where it begins, from 1; `value` is None where the
    entry has no number; `notes` is empty where there are none; `model_id` is None where the file is in no repository;
    `base_models` are those that the model's card declares; `copied` says that a pull request only carries it along.
    """

    file: FileRef
    index: int
    line: int
    dataset_id: str
    task_id: str
    value: float | None = None
    notes: str = ""
    model_id: str | None = None
    base_models: tuple[str, ...] = ()
    copied: bool = False

    def __reduce__(self) -> tuple[type[Claim], tuple[object, ...]]:
        place = self.file, self.index, self.line, self.dataset_id, self.task_id
        return Claim, (*place, self.value, self.notes, self.model_id, self.base_models, self.copied)


def _nothing() -> Iterable[Claim]:
    return ()


class Peers:
    """The claims of the results that are being validated, and those of the rest of the hub, read when first needed."""

    def __init__(self, here: Iterable[Claim] = (), elsewhere: Callable[[], Iterable[Claim]] = _nothing) -> None:
        self._here = tuple(claim for claim in here if not claim.copied)
        self._elsewhere = elsewhere
        self._used: dict[tuple[Scale, str, str], bool] = {}
        self._wordings: dict[str, dict[str, str]] = {}

    def values(self, dataset_id: str, task_id: str) -> list[float]:
        """Return all values that are reported for a task."""
        found = self._by_task.get(dataset_id, {}).get(task_id, ())
        return [claim.value for claim in found if claim.value is not None]

    def is_used(self, scale: Scale, dataset_id: str, task_id: str) -> bool:
        """Whether a value is reported for a task that lies on `scale` and not on the other one."""
        key = (scale, dataset_id, task_id)
        if key not in self._used:
            self._used[key] = any(value and not off_scale(value, scale) for value in self.values(dataset_id, task_id))
        return self._used[key]

    def tasks(self, dataset_id: str) -> dict[str, int]:
        """Return the task ids that results name, and how many results each has."""
        return {task_id: len(claims) for task_id, claims in self._by_task.get(dataset_id, {}).items()}

    def notes(self, dataset_id: str) -> Counter[str]:
        """Return how often each wording of the notes stands with a benchmark's results; results without don't count."""
        return self._notes[dataset_id]

    def usual_notes(self, dataset_id: str, notes: str) -> str | None:
        """Return how a benchmark's results most often word `notes`; None for notes that are not to be compared."""
        if dataset_id not in self._wordings:
            self._wordings[dataset_id] = usual_wordings(self.notes(dataset_id))
        return self._wordings[dataset_id].get(notes)

    def of_model(self, model_id: str, dataset_id: str, task_id: str) -> list[Claim]:
        """Return what is claimed for one model on one task."""
        return self._by_model.get((model_id, dataset_id, task_id), [])

    def has_score(self, model_id: str, claim: Claim) -> bool:
        """Whether a model has the score that `claim` has: the same value for the same task and notes."""
        return (model_id, *_score(claim)) in self._scores

    @cached_property
    def _by_task(self) -> dict[str, dict[str, list[Claim]]]:
        by_task: dict[str, dict[str, list[Claim]]] = defaultdict(lambda: defaultdict(list))
        for claim in (*self._here, *self._elsewhere()):
            by_task[claim.dataset_id][claim.task_id].append(claim)
        return by_task

    @cached_property
    def _by_model(self) -> dict[tuple[str | None, str, str], list[Claim]]:
        by_model: dict[tuple[str | None, str, str], list[Claim]] = defaultdict(list)
        for tasks in self._by_task.values():
            for claims in tasks.values():
                for claim in claims:
                    by_model[claim.model_id, claim.dataset_id, claim.task_id].append(claim)
        return by_model

    @cached_property
    def _scores(self) -> frozenset[tuple[str | None, str, str, str, float | None]]:
        return frozenset((claim.model_id, *_score(claim)) for claims in self._by_model.values() for claim in claims)

    @cached_property
    def _notes(self) -> dict[str, Counter[str]]:
        counts: dict[str, Counter[str]] = defaultdict(Counter)
        for dataset_id, tasks in self._by_task.items():
            counts[dataset_id].update(claim.notes for claims in tasks.values() for claim in claims if claim.notes)
        return counts


def _score(claim: Claim) -> tuple[str, str, str, float | None]:
    return claim.dataset_id, claim.task_id, claim.notes, claim.value
