"""Results of lighteval (Hugging Face): its `results_*.json`, with tasks named `TASK|SHOTS` or, in versions before 0.11,
`SUITE|TASK|SHOTS|…`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from evalhub.errors import EvalhubError
from evalhub.files import shown
from evalhub.logs.fields import (
    as_commit,
    as_count,
    as_error,
    as_hub_id,
    as_mapping,
    day_in_name,
    model_revision,
    name_of,
    not_finite,
    share_of_one,
    text_of,
    what_was_left_out,
)
from evalhub.logs.log_files import LogFile, as_number, as_text
from evalhub.logs.measurements import Log, Measurement

NAME = "lighteval"

_ALL = "all"  # lighteval's mean over whatever tasks were run
_AVERAGE = ":_average"
_STDERR = "_stderr"
# Means of what is 0 to 1 for each sample (lighteval/metrics/metrics.py), by the name before any parameters. F1 and
# recall aren't here: they have other scales in some tasks, as have ROUGE and BLEU.
_FRACTIONS = frozenset(
    {"acc", "em", "extractive_match", "avg@n", "maj@n", "pass@k", "gpqa_pass@k", "truthfulqa_mc1", "truthfulqa_mc2"}
    | {f"{level}_level_{strictness}_acc" for level in ("prompt", "inst") for strictness in ("strict", "loose")}
)


@dataclass(frozen=True, slots=True)
class _Run:
    """What a file says of all its tasks."""

    model: str | None
    date: str | None
    limit: float | None
    setup: tuple[str, ...]

    @classmethod
    def of(cls, file: LogFile, log: dict[str, Any]) -> _Run:
        general = as_mapping(log.get("config_general"))
        model = as_mapping(general.get("model_config"))
        prompt = ("system prompt",) if as_text(model.get("system_prompt")) else ()
        return cls(
            text_of(general, "model_name") or text_of(model, "model_name", "pretrained"),
            day_in_name(file.name),  # the times in the file count from when the machine was started
            as_number(general.get("max_samples")) or None,
            (*prompt, *model_revision(model)),
        )


def recognises(file: LogFile) -> bool:
    found = file.outline
    return isinstance(found.get("results"), dict) and isinstance(found.get("config_general"), dict)


def read(file: LogFile) -> Log:
    """Read one results file. Raises `EvalhubError` where it is broken or has no scores.

    The mean over the tasks of one suite (`mmlu:_average|5`) is a measurement as lighteval has it; the mean over all
    tasks that happened to be run (`all`) is not.
    """
    log = file.mapping
    run = _Run.of(file, log)
    results = as_mapping(log.get("results"))
    configs = as_mapping(log.get("config_tasks"))
    measurements: list[Measurement] = []
    left_out: list[str] = []
    for task, scores in results.items():
        if task == _ALL:
            continue
        about = _about(run, configs, task)
        is_average = _parts(task)[0].endswith(_AVERAGE)
        for metric, value, error in _scores(as_mapping(scores)):
            if value is None:
                left_out.append(name_of(metric, task))
                continue
            scale = share_of_one(value) if metric.partition(":")[0] in _FRACTIONS else None
            # Of an average, lighteval has the mean of the tasks' errors, which is no standard error.
            error = None if is_average else error
            measurements.append(replace(about, metric=metric, value=value, scale=scale, error=error))
    if not measurements:
        raise EvalhubError(f"{shown(file.path)} has no scores", "name the results of a run that has ended")
    remarks = not_finite(left_out)
    if _ALL in results and len(results) > 2:
        remarks += (f"{_ALL} is left out: it is the mean over all tasks of the run, which are no benchmark",)
    return Log(NAME, _version(log), tuple(measurements), remarks)


def _version(log: dict[str, Any]) -> str | None:
    """Return the commit of lighteval that was run: it has no other version in its files, and `?` where unknown."""
    return as_commit(as_mapping(log.get("config_general")).get("lighteval_sha"))


def _scores(scores: dict[str, Any]) -> Iterator[tuple[str, float | None, float | None]]:
    """Yield each metric with its value, None where it isn't finite, and its standard error."""
    for metric, value in scores.items():
        is_error = metric.endswith(_STDERR) and metric.removesuffix(_STDERR) in scores
        if not is_error and isinstance(value, int | float):
            yield metric, as_number(value), as_error(scores.get(f"{metric}{_STDERR}"))


def _about(run: _Run, configs: dict[str, Any], task: str) -> Measurement:
    """Return what all measurements of a task have in common."""
    config = _config(configs, task)
    effective, original = (as_count(config.get(key)) for key in ("effective_num_docs", "original_num_docs"))
    partial, remarks = what_was_left_out(effective, original or None, run.limit)
    shots = _shots(task)
    splits = config.get("evaluation_splits")
    return Measurement(
        task,
        "",
        0.0,
        model=run.model,
        dataset=as_hub_id(config.get("hf_repo")) if config.get("hf_filter") is None else None,  # else a part of it
        config=text_of(config, "hf_subset"),
        split=as_text(splits[0]) if isinstance(splits, list) and len(splits) == 1 else None,
        revision=as_commit(config.get("hf_revision")),
        date=run.date,
        setup=((f"{shots}-shot",) if shots else ()) + run.setup + partial,
        remarks=remarks,
    )


def _parts(task: str) -> tuple[str, ...]:
    """Return the name and the number of shots, in the one form or the other: `TASK|5` or `SUITE|TASK|5|0`."""
    parts = task.split("|", 3)
    return tuple(parts[:2] if len(parts) <= 2 else parts[1:3])


def _shots(task: str) -> int | None:
    shots = _parts(task)[-1]
    return int(shots) if shots.isascii() and shots.isdigit() and len(shots) < 5 else None


def _config(configs: dict[str, Any], task: str) -> dict[str, Any]:
    """Return what was configured for `task`: its key has no shots in versions before 0.11."""
    suite_and_task = "|".join(task.split("|", 2)[:2])
    return as_mapping(configs.get(task)) or as_mapping(configs.get(suite_and_task))
