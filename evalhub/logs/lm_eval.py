"""Results of lm-evaluation-harness (EleutherAI): its `results_*.json`, from version 0.3 on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from evalhub.errors import EvalhubError
from evalhub.files import shown
from evalhub.logs.fields import (
    as_count,
    as_error,
    as_hub_id,
    as_mapping,
    as_moment,
    day_in_name,
    model_revision,
    name_of,
    not_finite,
    share_of_one,
    text_of,
    what_was_left_out,
)
from evalhub.logs.lm_eval_tasks import Evaluated, EvaluatedTasks
from evalhub.logs.log_files import LogFile, as_number, as_text
from evalhub.logs.measurements import Log, Measurement
from evalhub.names import printable
from evalhub.terms import Scale

NAME = "lm-eval"

_NO_METRICS = frozenset({"name", "alias", "sample_len", "sample_count", "samples"})
_PREDICT_ONLY = "bypass"  # the metric of runs without scores: always 999
# The harness defines these as means of zeros and ones, whatever the task (lm_eval/api/metrics.py).
_FRACTIONS = frozenset({"acc", "acc_norm", "acc_bytes", "acc_mutual_info", "exact_match"})
_PASS_AT = re.compile(r"pass@[0-9]+")  # of the code_eval metric
_MODEL_KEYS = ("peft", "delta", "pretrained", "model", "path", "engine")  # in the order in which the harness looks
_MADE_UP = re.compile(r"[a-z0-9]{8}")  # what it calls a model without one


@dataclass(frozen=True, slots=True)
class _Run:
    """What a file says of all its tasks. `shots` is what was asked for, which only versions before 0.4 tell here."""

    model: str | None
    date: str | None
    limit: float | None
    shots: int | None
    setup: tuple[str, ...]

    @classmethod
    def of(cls, file: LogFile, log: dict[str, Any]) -> _Run:
        config = as_mapping(log.get("config"))
        arguments = _model_arguments(config)
        return cls(
            _model(log, config, arguments),
            as_moment(log.get("date")) or day_in_name(file.name),
            as_number(config.get("limit")),
            as_count(config.get("num_fewshot")),
            tuple(_setup(log, arguments)),
        )


@dataclass(frozen=True, slots=True)
class _Score:
    """One metric of a task, by its full name (`acc,none`); `base` is the name without the filter."""

    metric: str
    base: str
    value: Any
    error: float | None


def recognises(file: LogFile) -> bool:
    found = file.outline
    if not isinstance(found.get("results"), dict) or "config_general" in found:
        return False
    return isinstance(found.get("versions"), dict) and isinstance(found.get("config", found.get("configs")), dict)


def read(file: LogFile) -> Log:
    """Read one results file. Raises `EvalhubError` where it is broken, has no scores, or two for one group."""
    log = file.mapping
    where = shown(file.path)
    evaluated = EvaluatedTasks(log, where)
    run = _Run.of(file, log)
    measurements: list[Measurement] = []
    left_out: list[str] = []
    for task, scores in _by_task(log, where).items():
        whole = evaluated.task(task)
        for score in _scores(scores):
            if score.base == _PREDICT_ONLY:
                continue
            value = as_number(score.value)
            if value is None:
                left_out.append(name_of(score.metric, task))
            else:
                measurements.append(_measurement(run, task, whole, score, value))
    if not measurements:
        raise EvalhubError(f"{where} has no scores", "a run with --predict_only has none: evaluate without it")
    return Log(NAME, as_text(log.get("lm_eval_version")), tuple(measurements), not_finite(left_out))


def _by_task(log: dict[str, Any], where: str) -> dict[str, dict[str, Any]]:
    """Return the scores of tasks and groups. The harness writes groups twice; where the two differ, somebody edited."""
    tasks = {task: as_mapping(scores) for task, scores in as_mapping(log.get("results")).items()}
    for group, found in as_mapping(log.get("groups")).items():
        scores = as_mapping(found)
        if group not in tasks:
            tasks[group] = scores
        elif _finite(scores) != _finite(tasks[group]):
            name = printable(group[:1000], limit=100)
            hint = "`results` and `groups` differ; write the file anew with lm-eval"
            raise EvalhubError(f"{where} has two scores for the group {name}", hint)
    return tasks


def _finite(scores: dict[str, Any]) -> dict[str, float]:
    values = {score.metric: as_number(score.value) for score in _scores(scores)}
    return {metric: value for metric, value in values.items() if value is not None}


def _scores(scores: dict[str, Any]) -> Iterator[_Score]:
    """Yield the metrics: since version 0.4 the keys `METRIC,FILTER`, before that all that isn't something else."""
    with_filters = any("," in key for key in scores)
    for key, value in scores.items():
        base, comma, filter_name = key.partition(",")
        if base.endswith("_stderr") or key in _NO_METRICS or bool(comma) != with_filters:
            continue
        if with_filters or isinstance(value, int | float):
            yield _Score(key, base, value, as_error(scores.get(f"{base}_stderr{comma}{filter_name}")))


def _measurement(run: _Run, task: str, evaluated: Evaluated, score: _Score, value: float) -> Measurement:
    partial, remarks = what_was_left_out(evaluated.effective, evaluated.original, run.limit)
    shots = run.shots if evaluated.shots is None else evaluated.shots
    with_shots = (f"{shots}-shot",) if shots else ()
    return Measurement(
        task,
        score.metric,
        value,
        scale=_scale(score.base, value, evaluated),
        error=score.error,
        model=run.model,
        dataset=evaluated.dataset,
        config=evaluated.config,
        split=evaluated.split,
        revision=evaluated.revision,
        date=run.date,
        setup=(*with_shots, *run.setup, *partial),
        remarks=remarks,
    )


def _scale(base: str, value: float, evaluated: Evaluated) -> Scale | None:
    of_one = base in _FRACTIONS or base in evaluated.fractions or _PASS_AT.fullmatch(base)
    return share_of_one(value) if of_one else None


def _setup(log: dict[str, Any], arguments: dict[str, Any]) -> Iterator[str]:
    if isinstance(log.get("chat_template"), str):  # empty where the server applies it
        yield "chat template"
    if as_text(log.get("system_instruction")):
        yield "system prompt"
    yield from model_revision(arguments)


def _model(log: dict[str, Any], config: dict[str, Any], arguments: dict[str, Any]) -> str | None:
    name = text_of(log, "model_name")
    if name and not _MADE_UP.fullmatch(name):
        return name
    # From Python, a model can be given as an object: the harness then calls it by its path.
    return text_of(arguments, *_MODEL_KEYS) or as_hub_id(config.get("model"))


def _model_arguments(config: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of the model, which older versions have in one text: `pretrained=x,a=b`."""
    arguments = config.get("model_args")
    if not isinstance(arguments, str):
        return as_mapping(arguments)
    pairs = (part.partition("=") for part in arguments.split(","))
    return {key.strip(): value.strip() for key, equals, value in pairs if equals}
