"""Builds hubs with many result files, to measure what validating a file costs. Their scores are generated, and mean
nothing; every file is another.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from git_repos import write_repo

_HOST = "https://example.org"
_DATASET = "example/benchmark"
_TASKS = 25
_SPEC = """\
name: Example benchmark
description: Generated, to measure how fast many files are validated.
evaluation_framework: mteb
tasks:
""" + "".join(f"- id: task_{number}\n" for number in range(_TASKS))


@dataclass(frozen=True, slots=True)
class ManyFiles:
    """A hub in `directory` with `count` result files, whose paths below it are `files`."""

    directory: Path
    files: tuple[str, ...]

    @property
    def count(self) -> int:
        return len(self.files)


def build(directory: Path, *, models: int, files: int) -> ManyFiles:
    """Build a hub in `directory`, which is created, with `files` result files in each of `models` repositories."""
    spec = [{"README.md": "# benchmark\n"}, {"eval.yaml": _SPEC}]
    write_repo(directory / "datasets" / _DATASET, f"{_HOST}/datasets/{_DATASET}", spec)
    paths = []
    for model in range(models):
        name = f"org-{model % 50:02}/model-{model:05}"
        results = {
            f".eval_results/task_{setup % _TASKS}_{setup}.yaml": _results(model, setup) for setup in range(files)
        }
        write_repo(directory / "models" / name, f"{_HOST}/{name}", [{"README.md": f"# {name}\n"}, results])
        paths += [f"models/{name}/{path}" for path in results]
    return ManyFiles(directory, tuple(paths))


def _results(model: int, setup: int) -> str:
    value = (model * 7_919 + setup * 104_729) % 10_000 / 100
    notes = f"  notes: setup {setup}\n" if setup >= _TASKS else ""
    return (
        f"- dataset:\n    id: {_DATASET}\n    task_id: task_{setup % _TASKS}\n  value: {value}\n"
        f'  date: "2025-02-0{1 + model % 9}"\n'
        f"  source:\n    url: {_HOST}/{model}/{setup}\n    name: Example\n{notes}"
    )
