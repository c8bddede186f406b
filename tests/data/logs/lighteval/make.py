"""Writes the files beside it, with lighteval 0.13.0 (its pipeline, tracker and `dummy` model), offline.

    python -m venv venv && venv/bin/pip install lighteval==0.13.0 "xxhash<4" && venv/bin/python make.py

The tasks are defined here, over a few questions: `sums:small` and `sums:large` (multiple choice, of which lighteval
makes an average) and `words` (generation, BLEU among its metrics). `whole` has all of them, `limited` one task of which
two questions were answered. The dummy model answers at random, from a fixed seed. The files keep their names, which
tell the time.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from pathlib import Path
from types import ModuleType

HERE = Path(__file__).parent
DATASET = "evalhub-tests/sums"
REVISION = "0123456789abcdef0123456789abcdef01234567"
SIZES = {"small": 4, "large": 8}


def lay_out(folder: Path) -> None:
    """Write the data; a folder with a dataset's id is read instead of the Hub's."""
    sums = folder / DATASET
    sums.mkdir(parents=True)
    header = "".join(
        f"- config_name: {size}\n  data_files:\n  - split: test\n    path: {size}.jsonl\n" for size in SIZES
    )
    (sums / "README.md").write_text(f"---\nconfigs:\n{header}---\n")
    for size, count in SIZES.items():
        lines = (json.dumps({"question": f"{n} + 1 - {n}", "answer": n % 4}) for n in range(count))
        (sums / f"{size}.jsonl").write_text("\n".join(lines) + "\n")


def tasks() -> ModuleType:
    """Return the tasks as lighteval takes custom ones: a module with a table."""
    from lighteval.metrics.metrics import Metrics
    from lighteval.tasks.lighteval_task import LightevalTaskConfig
    from lighteval.tasks.requests import Doc

    def prompt(line: dict[str, object], task_name: str) -> Doc:
        choices = ["1", "2", "3", "4"]
        return Doc(task_name=task_name, query=f"{line['question']} =", choices=choices, gold_index=line["answer"])

    def config(name: str, size: str, metrics: list[Metrics]) -> LightevalTaskConfig:
        return LightevalTaskConfig(
            name=name,
            prompt_function=prompt,
            hf_repo=DATASET,
            hf_subset=size,
            hf_revision=REVISION,
            hf_avail_splits=["test"],
            evaluation_splits=["test"],
            few_shots_split="test",
            generation_size=8,
            stop_sequence=["\n"],
            metrics=metrics,
            version=1,
        )

    module = ModuleType("evalhub_tasks")
    module.TASKS_TABLE = [  # type: ignore[attr-defined]
        config("sums:small", "small", [Metrics.loglikelihood_acc]),
        config("sums:large", "large", [Metrics.loglikelihood_acc]),
        config("words", "small", [Metrics.exact_match, Metrics.bleu]),
    ]
    return module


def run(folder: Path, name: str, wanted: str, max_samples: int | None = None) -> None:
    """Run lighteval's pipeline, and keep the one results file it writes in a folder `name`."""
    from lighteval.logging.evaluation_tracker import EvaluationTracker
    from lighteval.models.dummy.dummy_model import DummyModelConfig
    from lighteval.pipeline import ParallelismManager, Pipeline, PipelineParameters

    tracker = EvaluationTracker(output_dir=name, save_details=False)
    parameters = PipelineParameters(
        launcher_type=ParallelismManager.NONE, custom_tasks_directory=tasks(), max_samples=max_samples
    )
    model = DummyModelConfig(model_name="evalhub-tests/dummy", seed=42, cache_dir="cache")
    pipeline = Pipeline(wanted, parameters, tracker, model_config=model)
    pipeline.evaluate()
    pipeline.save_and_push_results()
    (results,) = (folder / name).rglob("results_*.json")
    kept = HERE / name
    shutil.rmtree(kept, ignore_errors=True)
    kept.mkdir()
    shutil.copy(results, kept)


def main() -> None:
    from lighteval.tasks.registry import Registry

    Registry._load_from_files = Registry._load_from_subdirs = lambda *_: {}  # its own tasks need a network to be loaded
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        lay_out(folder)
        os.chdir(folder)
        os.environ |= {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "HF_HOME": str(folder / "home")}
        run(folder, "whole", "sums:small|2,sums:large|2,words|0")
        run(folder, "limited", "sums:large|0", max_samples=2)


if __name__ == "__main__":
    main()
