"""Builds a hub from the MTEB results: one repository a model, one a dataset, laid out as the Hugging Face Hub has them.

python benchmarks/mteb_hub.py DIR
"""

from __future__ import annotations

import gzip
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pygit2
import yaml
from git_repos import Files, slug, write_repo

SOURCE_URL = "https://github.com/embeddings-benchmark/results"

_DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class Score:
    """One line of the data: a model's main score on one task, in percent."""

    model: str
    dataset: str
    revision: str
    task: str
    split: str
    value: float


@dataclass(frozen=True, slots=True)
class MtebHub:
    """A hub on disk, and the scores that it was built from."""

    directory: Path
    tasks: dict[str, str]  # task to dataset id
    scores: tuple[Score, ...]

    @property
    def models(self) -> set[str]:
        return {score.model for score in self.scores}

    def result_files(self) -> list[Path]:
        """Return the result files in the working trees, relative to the hub."""
        return self._files("models/*/*/.eval_results/*.yaml")

    def spec_files(self) -> list[Path]:
        """Return the datasets' `eval.yaml` in the working trees, relative to the hub."""
        return self._files("datasets/*/*/eval.yaml")

    def _files(self, pattern: str) -> list[Path]:
        return sorted(path.relative_to(self.directory) for path in self.directory.glob(pattern))


def build(directory: Path, *, tasks: Iterable[str] | None = None, models: Iterable[str] | None = None) -> MtebHub:
    """Build the hub in `directory`, which is created; with `tasks` or `models`, from those alone.

    Raises KeyError for a task that the data doesn't have.
    """
    known = _tasks()
    chosen = {task: known[task] for task in (known if tasks is None else tasks)}
    wanted = None if models is None else set(models)
    scores = [score for score in _scores() if score.task in chosen and (wanted is None or score.model in wanted)]
    directory.mkdir(parents=True)
    _write_datasets(directory, chosen, scores)
    _write_models(directory, scores)
    (directory / "evalhub.yaml").write_text(_yaml({"benchmarks": _registered(chosen)}), encoding="utf-8")
    return MtebHub(directory, {task: about["dataset"] for task, about in chosen.items()}, tuple(scores))


@cache
def _tasks() -> dict[str, dict[str, Any]]:
    tasks: dict[str, dict[str, Any]] = json.loads((_DATA / "mteb_tasks.json").read_text(encoding="utf-8"))
    return tasks


@cache
def _scores() -> tuple[Score, ...]:
    with gzip.open(_DATA / "mteb_english.jsonl.gz", "rt", encoding="utf-8") as lines:
        return tuple(_score(json.loads(line)) for line in lines)


def _score(row: dict[str, Any]) -> Score:
    return Score(row["model"], row["dataset"], row["revision"], row["task"], row["split"], row["value"])


def _write_datasets(directory: Path, tasks: dict[str, dict[str, Any]], scores: list[Score]) -> None:
    splits: dict[str, Counter[str]] = defaultdict(Counter)
    for score in scores:
        splits[score.task][score.split] += 1
    for task, about in tasks.items():
        dataset = about["dataset"]
        split = splits[task].most_common(1)[0][0] if splits[task] else "test"
        spec = {
            "name": task,
            "description": about["description"] or task,
            "evaluation_framework": "mteb",
            "tasks": [{"id": task, "split": split}],
        }
        _write_repo(directory, f"datasets/{dataset}", {"eval.yaml": _yaml(spec)})
        _make_shallow(directory / "datasets" / dataset)


def _make_shallow(path: Path) -> None:
    """Make a repository what `git clone --depth 1` leaves: the revisions that were evaluated are not in it."""
    repository = pygit2.Repository(path)
    (path / ".git" / "shallow").write_text(f"{repository.head.target}\n", encoding="ascii")


def _write_models(directory: Path, scores: list[Score]) -> None:
    by_model: dict[str, dict[str, list[dict[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    for score in scores:
        by_model[score.model][score.task].append(_entry(score))
    for model, by_task in by_model.items():
        results = {f".eval_results/{slug(task)}.yaml": _yaml(entries) for task, entries in by_task.items()}
        _write_repo(directory, f"models/{model}", results)


def _write_repo(directory: Path, path: str, files: Files) -> None:
    """Write a repository with a card, and in a second commit `files`."""
    url = f"https://huggingface.co/{path.removeprefix('models/')}"
    card = f"# {path.rpartition('/')[2]}\n\nPart of a hub that evalhub's benchmarks build. The real repository: {url}\n"
    write_repo(directory / path, url, [{"README.md": card}, files])


def _entry(score: Score) -> dict[str, Any]:
    return {
        "dataset": {"id": score.dataset, "task_id": score.task, "revision": score.revision},
        "value": score.value,
        "source": {"url": SOURCE_URL},
    }


def _registered(tasks: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {"dataset": about["dataset"]}
        | ({"metric": about["main_score"]} if about["main_score"] else {})
        | {"direction": "higher", "scale": "percent"}
        for about in tasks.values()
    ]


def _yaml(data: object) -> str:
    return str(yaml.dump(data, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True, width=1_000))


if __name__ == "__main__":
    hub = build(Path(sys.argv[1]))
    print(f"{len(hub.models)} models, {len(hub.tasks)} tasks, {len(hub.scores)} results in {hub.directory}")
