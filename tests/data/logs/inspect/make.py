"""Writes the Inspect AI logs beside this file, with the real tool and its `mockllm` model: no network, no real model.

Run it as `python make.py` where `inspect_ai` and `huggingface_hub` are installed. `VERSIONS` says what wrote the logs.
The Hub's part of `hf/ORG/NAME` tasks is played by this script; all that Inspect makes of them is Inspect's own.
"""

from __future__ import annotations

import os
import tempfile
from importlib.metadata import version
from pathlib import Path
from unittest import mock

from inspect_ai import Epochs, Task, eval, task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.log import EvalLog, read_eval_log, write_eval_log
from inspect_ai.model import ModelOutput, ModelUsage, get_model
from inspect_ai.scorer import Score, Target, accuracy, includes, match, mean, scorer, stderr
from inspect_ai.solver import Generate, TaskState, generate, solver

HERE = Path(__file__).resolve().parent
SUMS = ((1, 1), (2, 3), (4, 4), (5, 7))
SPEC = """\
name: Sums
description: Small sums.
evaluation_framework: inspect-ai
tasks:
  - id: easy
    config: small
    split: test
    epochs: 2
    epoch_reducer: pass_at_1
    field_spec: {input: question, target: answer}
    solvers: [{name: generate}]
    scorers: [{name: match, args: {location: any}}]
  - id: hard
    field_spec: {input: question, target: answer}
    solvers: [{name: generate}]
    scorers: [{name: match}]
"""


def answers(*texts: str):
    """Return a model that gives these answers; usage is told, because counting tokens needs the network."""
    outputs = [ModelOutput.from_content("mockllm/model", text) for text in texts]
    for output in outputs:
        output.usage = ModelUsage(input_tokens=1, output_tokens=1, total_tokens=2)
    return get_model("mockllm/model", custom_outputs=outputs)


def questions() -> MemoryDataset:
    samples = [Sample(id=f"{a}+{b}", input=f"{a} + {b} = ?", target=str(a + b)) for a, b in SUMS]
    return MemoryDataset(samples, name="sums", location="sums")


@task
def sums(style: str = "plain") -> Task:
    return Task(dataset=questions(), solver=generate(), scorer=match())


@scorer(metrics={"brevity": [mean(), stderr()], "words": [mean()]})
def style():
    async def score(state: TaskState, target: Target) -> Score:
        words = len(state.output.completion.split())
        return Score(value={"brevity": 1 / max(words, 1), "words": words})

    return score


@scorer(metrics=[accuracy(), stderr()])
def points():
    async def score(state: TaskState, target: Target) -> Score:
        return Score(value=80 if state.output.completion == target.text else 0)

    return score


@task
def sums_judged() -> Task:
    return Task(dataset=questions(), solver=generate(), scorer=[match(), includes(), style(), points()])


@task
def sums_repeated() -> Task:
    return Task(dataset=questions(), solver=generate(), scorer=match(), epochs=Epochs(4, ["mean", "pass_at_2"]))


@solver
def broken():
    async def solve(state: TaskState, generate: Generate) -> TaskState:
        raise RuntimeError("the solver is broken")

    return solve


@solver
def broken_for_one():
    async def solve(state: TaskState, generate: Generate) -> TaskState:
        if state.sample_id == "5+7":
            raise RuntimeError("the solver is broken")
        return await generate(state)

    return solve


@task
def sums_partly_broken(style: str) -> Task:
    return Task(dataset=questions(), solver=broken_for_one(), scorer=match())


@task
def sums_broken() -> Task:
    return Task(dataset=questions(), solver=broken(), scorer=match())


def write(name: str, log: EvalLog, formats: tuple[str, ...] = ("eval", "json")) -> None:
    """Write a log in both formats, without the paths of the machine that made it."""
    whole = read_eval_log(log.location)
    whole.eval.task_file = whole.eval.revision = None
    whole.eval.model_args = {}
    for error in (whole.error, *(sample.error for sample in whole.samples or [])):
        if error is not None:
            error.traceback = error.traceback_ansi = f"RuntimeError: {error.message}"
    for sample in whole.samples or []:
        sample.events = []
    for suffix in formats:
        write_eval_log(whole, str(HERE / f"{name}.{suffix}"))


def run(tasks, **options) -> EvalLog:
    return eval(tasks, display="none", log_dir="logs", log_format="eval", max_samples=1, **options)[0]


def hub_task() -> EvalLog:
    """Run a task as `inspect eval hf/ORG/NAME/TASK` does."""
    Path("eval.yaml").write_text(SPEC)

    def loaded(path: str, sample_fields, **_: object) -> MemoryDataset:
        records = [{"question": f"{a} + {b} = ?", "answer": str(a + b)} for a, b in SUMS]
        # name and location as `inspect_ai.dataset.hf_dataset` sets them for a dataset of the Hub
        return MemoryDataset([sample_fields(record) for record in records], name=path, location=path)

    with (
        mock.patch("huggingface_hub.hf_hub_download", return_value="eval.yaml"),
        mock.patch("inspect_ai._eval.task.hf.hf_dataset", loaded),
    ):
        return run("hf/example/sums/easy", model=answers(*["2"] * 8))


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        os.chdir(scratch)
        write("ordinary", run(sums(), model=answers("2", "5", "8", "no idea")))
        several = run(sums_judged(), model=answers("2", "5", "it is 8, I think", "no idea"), reasoning_effort="high")
        write("several", several)
        write("repeated", run(sums_repeated(), model=answers(*["2", "wrong", "wrong", "wrong"] * 2), limit=2))
        write("broken", run(sums_broken(), model=answers("2")))
        partial = run(sums_partly_broken(style="terse"), model=answers("2", "2", "2"), fail_on_error=False)
        write("partial", partial, ("eval",))
        write("hub_task", hub_task(), ("eval",))
        os.chdir(HERE)
    tools = ("inspect_ai", "pydantic", "huggingface_hub")
    (HERE / "VERSIONS").write_text("".join(f"{tool} {version(tool)}\n" for tool in tools))


if __name__ == "__main__":
    main()
