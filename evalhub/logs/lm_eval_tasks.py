"""What lm-evaluation-harness evaluated for a task or a group of tasks: data, shots and how many samples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from evalhub.errors import EvalhubError
from evalhub.logs.fields import as_commit, as_count, as_hub_id, as_mapping, text_of

_MOST_STEPS = 1_000_000  # of walking through groups; all that the harness ships are some thousands

# Metrics that are fractions in the tasks that list them: tasks in Python have some of the same names in percent.
_FRACTIONS_WHERE_LISTED = frozenset({"f1", "em", "acc_all", "math_verify"}) | {
    f"{level}_level_{strictness}_acc" for level in ("prompt", "inst") for strictness in ("strict", "loose")
}


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What was evaluated, as far as the log says it; of a group, what its tasks have in common.

    `dataset` is None too where code chooses which of its rows count. `fractions` are the metrics that the task defines
    to be fractions, beside those that always are. `effective` of `original` samples were evaluated.
    """

    dataset: str | None = None
    config: str | None = None
    split: str | None = None
    revision: str | None = None
    shots: int | None = None
    fractions: frozenset[str] = frozenset()
    effective: int | None = None
    original: int | None = None


class EvaluatedTasks:
    """All tasks of a log; each is looked at once, whatever groups it is in."""

    def __init__(self, log: dict[str, Any], where: str) -> None:
        self._where = where
        self._groups = as_mapping(log.get("group_subtasks"))
        self._configs = as_mapping(log.get("configs"))
        self._shots = as_mapping(log.get("n-shot"))
        self._samples = as_mapping(log.get("n-samples"))
        self._known: dict[str, Evaluated] = {}
        self._steps = 0

    def task(self, name: str) -> Evaluated:
        """Return what was evaluated for a task or group. Raises `EvalhubError` where groups lead to groups without
        end.
        """
        return _in_common([self._single(task) for task in self._tasks_of(name)])

    def _tasks_of(self, name: str) -> list[str]:
        """Return the tasks of a group, in the groups within it too, and of a task itself; each once."""
        found: dict[str, None] = {}
        seen: set[str] = set()
        waiting = [name]
        while waiting:
            current = waiting.pop()
            if current in seen:
                continue
            seen.add(current)
            members = self._groups.get(current)
            if isinstance(members, list) and members:
                self._count(len(members))
                waiting.extend(member for member in members if isinstance(member, str))
            else:
                found[current] = None
        return list(found)

    def _count(self, steps: int) -> None:
        self._steps += steps
        if self._steps > _MOST_STEPS:
            raise EvalhubError(f"{self._where} has too many groups within groups", "lm-eval writes no such logs")

    def _single(self, name: str) -> Evaluated:
        if name not in self._known:
            config = as_mapping(self._configs.get(name))
            samples = as_mapping(self._samples.get(name))
            shots = as_count(self._shots.get(name))
            self._known[name] = Evaluated(
                dataset=_whole_dataset(config),
                config=text_of(config, "dataset_name"),
                split=text_of(config, "test_split", "validation_split"),  # in the harness's order
                revision=as_commit(as_mapping(config.get("dataset_kwargs")).get("revision")),
                shots=as_count(config.get("num_fewshot")) if shots is None else shots,
                fractions=_fractions(config.get("metric_list")),
                effective=as_count(samples.get("effective")),
                original=as_count(samples.get("original")),
            )
        return self._known[name]


def _whole_dataset(config: dict[str, Any]) -> str | None:
    """Return the dataset, None where code of the task chooses or changes its rows: `mmlu_pro_law` is of MMLU-Pro."""
    return as_hub_id(config.get("dataset_path")) if config.get("process_docs") is None else None


def _fractions(listed: Any) -> frozenset[str]:
    names = (as_mapping(one).get("metric") for one in listed) if isinstance(listed, list) else ()
    return _FRACTIONS_WHERE_LISTED.intersection(name for name in names if isinstance(name, str))


def _in_common(tasks: list[Evaluated]) -> Evaluated:
    if len(tasks) <= 1:
        return tasks[0] if tasks else Evaluated()

    def shared(name: str) -> Any:
        values = {getattr(task, name) for task in tasks}
        return values.pop() if len(values) == 1 else None

    def total(name: str) -> int | None:
        counts = [getattr(task, name) for task in tasks]
        return None if None in counts else sum(counts)

    return Evaluated(
        shared("dataset"),
        shared("config"),
        shared("split"),
        shared("revision"),
        shared("shots"),
        frozenset.intersection(*(task.fractions for task in tasks)),
        total("effective"),
        total("original"),
    )
