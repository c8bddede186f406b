"""Writes the folders beside it, with the classes of MTEB 2.26.24: `TaskResult`, `ModelMeta` and `ResultCache`.

    python -m venv venv && venv/bin/pip install mteb==2.26.24 && venv/bin/python make.py

The numbers are made up; names, subsets, splits, languages and revisions of the tasks are MTEB's own. Two models, one of
which was run as an experiment too, with other settings: Banking77Classification has one split and one subset, STS22.v2
several subsets, MSMARCO two splits.
"""

from __future__ import annotations

import datetime
import shutil
import tempfile
from pathlib import Path
from typing import Any

import mteb
from mteb.cache import ResultCache
from mteb.models import ModelMeta
from mteb.results import TaskResult

HERE = Path(__file__).parent
DATE = datetime.datetime(2026, 8, 1, 12, 30, tzinfo=datetime.UTC)
Scores = dict[str, dict[str, dict[str, Any]]]  # split to subset to metric to value


def classification(value: float) -> dict[str, Any]:
    per_experiment = [{"accuracy": value - 0.01, "f1": value}, {"accuracy": value + 0.01, "f1": value}]
    return {"scores_per_experiment": per_experiment, "accuracy": value, "f1": value - 0.005, "main_score": value}


def similarity(value: float) -> dict[str, Any]:
    return {"pearson": value - 0.02, "spearman": value, "cosine_spearman": value, "main_score": value}


def retrieval(value: float) -> dict[str, Any]:
    return {"ndcg_at_1": value - 0.1, "ndcg_at_10": value, "nauc_ndcg_at_10_max": float("nan"), "main_score": value}


SCORES: dict[str, Scores] = {
    "Banking77Classification": {"test": {"default": classification(0.8123456789)}},
    "STS22.v2": {"test": {"en": similarity(0.67), "de": similarity(0.51), "de-en": similarity(-0.02)}},
    "MSMARCO": {"dev": {"default": retrieval(0.4321)}, "test": {"default": retrieval(0.71)}},
}


def model(name: str, revision: str | None, **more: Any) -> ModelMeta:
    return ModelMeta.create_empty({"name": name, "revision": revision, **more})


def save(cache: ResultCache, meta: ModelMeta, task_name: str, scores: Scores) -> None:
    task = mteb.get_task(task_name)
    result = TaskResult.from_task_results(task, scores, evaluation_time=12.5, kg_co2_emissions=0.001, date=DATE)
    cache.save_to_cache(result, meta)


def main() -> None:
    with tempfile.TemporaryDirectory() as temporary:
        cache = ResultCache(temporary)
        small = model("evalhub-tests/small-embedder", "a" * 40)
        for name, scores in SCORES.items():
            save(cache, small, name, scores)
        large = model("evalhub-tests/large__embedder", None)
        save(cache, large, "Banking77Classification", SCORES["Banking77Classification"])
        experiment = model("evalhub-tests/small-embedder", "a" * 40, experiment_kwargs={"embed_dim": 256})
        save(cache, experiment, "Banking77Classification", {"test": {"default": classification(0.79)}})
        unread = shutil.ignore_patterns("run_settings.jsonl")
        shutil.copytree(Path(temporary) / "results", HERE / "results", ignore=unread, dirs_exist_ok=True)


if __name__ == "__main__":
    main()
