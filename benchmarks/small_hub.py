"""Builds a hub of many small repositories, as most are: one result file each, and up to two open pull requests.

Its scores are generated, and mean nothing.
"""

from __future__ import annotations

import multiprocessing
from functools import partial
from pathlib import Path

from git_repos import add_commit, write_repo

_HOST = "https://example.org"
DATASET = "example/benchmark"
_SPEC = """\
name: Example benchmark
description: Generated, to measure how fast small repositories are read.
evaluation_framework: mteb
tasks:
- id: example
"""


def build(directory: Path, *, repos: int = 1_000) -> Path:
    """Build the hub in `directory`, which is created, with `repos` model repositories, and return it."""
    files = [{"README.md": "# benchmark\n"}, {"eval.yaml": _SPEC}]
    write_repo(directory / "datasets" / DATASET, f"{_HOST}/datasets/{DATASET}", files)
    with multiprocessing.Pool() as pool:
        for _ in pool.imap_unordered(partial(_model, directory), range(repos), chunksize=50):
            pass
    return directory


def _model(directory: Path, number: int) -> None:
    model = f"org-{number // 100:03}/model-{number:06}"
    commits = [{"README.md": f"# {model}\n"}, {".eval_results/example.yaml": _results(number)}]
    proposals = [{f".eval_results/example_{pull}.yaml": _results(number, pull)} for pull in range(1, 1 + number % 3)]
    write_repo(directory / "models" / model, f"{_HOST}/{model}", commits, proposals)


def change(directory: Path, number: int = 0) -> None:
    """Give one model another value, with a commit on its default branch."""
    path = directory / "models" / f"org-{number // 100:03}/model-{number:06}"
    add_commit(path, {".eval_results/example.yaml": _results(number + 1)})


def _results(number: int, pull: int = 0) -> str:
    value = (number * 7_919 + pull * 104_729) % 10_000 / 100
    notes = f"  notes: setup {pull}\n" if pull else ""
    return (
        f"- dataset:\n    id: {DATASET}\n    task_id: example\n  value: {value}\n"
        f'  date: "2025-01-0{1 + number % 9}"\n'
        f"  source:\n    url: {_HOST}/{number}\n    name: Example\n{notes}"
    )
