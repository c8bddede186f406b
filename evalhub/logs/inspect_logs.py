"""Logs of Inspect AI, `.eval` and `.json`, as the `inspect_ai` package reads them. Only the header is read, no samples.

A task's name is the one that Inspect's registry has for it (`inspect_evals/mmlu_pro`) where the log tells. Which split
and config of a dataset was evaluated isn't in these logs, and its commit only where the task was named with it.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evalhub.errors import EvalhubError
from evalhub.files import quoted, shown
from evalhub.logs.fields import as_commit, as_hub_id, as_utc_date, as_words
from evalhub.logs.inspect_scores import NamedScore, named_scores
from evalhub.logs.log_files import LogFile, as_text, parse_json
from evalhub.logs.measurements import Log, Measurement
from evalhub.logs.zip_members import read_member
from evalhub.names import printable

if TYPE_CHECKING:
    from inspect_ai.log import EvalLog, EvalSpec

NAME = "Inspect AI"

_HEADER = "header.json"
_HEADER_KEYS = (
    *("version", "status", "eval", "plan", "results", "stats", "error"),
    *("invalidated", "log_updates", "config_updates"),
)
# What serves models of the Hub under their own ids, which follow the first `/`.
_PROVIDERS_OF_HUB_MODELS = frozenset({"hf", "hf-inference-providers", "sglang", "vllm"})
_HUB_TASK = re.compile(r"hf/(?P<dataset>[^/@]+/[^/@]+)(?:/(?P<task>[^/@]+))?(?:@(?P<revision>[^/@]+))?(?P<again>/.*)?")
_LONGEST = 60


def recognises(file: LogFile) -> bool:
    """Whether it is called `*.eval`, or is a JSON object with the parts of an Inspect log."""
    if file.path.suffix.lower() == ".eval":
        return True
    found = file.outline
    spec = found.get("eval")
    return isinstance(spec, dict) and "task" in spec and "model" in spec and ("status" in found or "version" in found)


def read(file: LogFile) -> Log:
    """Return one measurement for each metric of each scorer of a log of a finished evaluation.

    Raises `EvalhubError` where `inspect_ai` isn't installed or can't read the log, and where the evaluation was
    stopped, failed or has no scores.
    """
    read_eval_log = _imported(file.path)
    header = _header(file)
    log = _parsed(file.path, header, read_eval_log)
    _refuse_unfinished(log, file.path)
    scores, remarks = named_scores(log, _declared_headline(header))
    known = (*_remarks(log), *_changes(header))
    measurements = tuple(_measurement(log, score, known) for score in scores)
    if not measurements:
        raise EvalhubError(
            f"{shown(file.path)} holds no scores" + "".join(f": {remark}" for remark in remarks[:1]),
            f"score it: inspect score {quoted(file.path)}",
        )
    version = as_text(log.eval.packages.get("inspect_ai"))
    return Log(NAME, version, measurements, remarks)


def _imported(path: Path) -> Callable[..., EvalLog]:
    """Return Inspect's own function. Importing it is slow, and teaches `zipfile` the compression of newer logs."""
    try:
        from inspect_ai.log import read_eval_log
    except ModuleNotFoundError as error:
        if error.name != "inspect_ai":
            raise _broken_install(error) from None
        message = f"{shown(path)} is a log of {NAME}, which is read with the inspect_ai package"
        raise EvalhubError(message, "install it: pip install inspect-ai") from None
    except Exception as error:  # of whatever it imports in turn
        raise _broken_install(error) from None
    function: Callable[..., EvalLog] = read_eval_log
    return function


def _parsed(path: Path, header: dict[str, Any], read_eval_log: Callable[..., EvalLog]) -> EvalLog:
    """Return the header of a log in Inspect's own terms."""
    content = json.dumps({key: value for key, value in header.items() if key in _HEADER_KEYS}).encode()
    try:
        return read_eval_log(io.BytesIO(content), header_only=True, format="json")
    except Exception as error:  # pydantic's, and what Inspect's own converters of old logs stumble over
        raise EvalhubError(
            f"{shown(path)} is no log that inspect_ai can read: {_reason(error)}",
            "it may need a newer inspect_ai: pip install --upgrade inspect-ai",
        ) from None


def _broken_install(error: Exception) -> EvalhubError:
    message = f"inspect_ai can't be imported: {printable(str(error), limit=200)}"
    return EvalhubError(message, "install it anew: pip install --force-reinstall inspect-ai")


def _header(file: LogFile) -> dict[str, Any]:
    if file.path.suffix.lower() != ".eval":
        return file.mapping
    with file.open() as stream:
        content = read_member(stream, _HEADER, file.path)
    if content is None:  # it is written last
        hint = f"finish it: inspect eval-retry {quoted(file.path)}"
        raise EvalhubError(f"{shown(file.path)} has no results: the evaluation was not finished", hint)
    header = parse_json(content, f"{_HEADER} in {shown(file.path)}")
    return header if isinstance(header, dict) else {}


def _reason(error: Exception) -> str:
    """Return the first thing that is wrong, without the pages that pydantic has to say on it."""
    problems = getattr(error, "errors", None)
    if callable(problems) and getattr(error, "error_count", None):
        first = problems(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(str(step) for step in first["loc"])
        return printable(f"{where}: {first['msg']}" if where else first["msg"], limit=200)
    lines = str(error).splitlines()
    return printable(lines[0] if lines else type(error).__name__, limit=200)


def _refuse_unfinished(log: EvalLog, path: Path) -> None:
    if log.status == "success":
        return
    happened = {"cancelled": "was cancelled", "error": "ended with an error"}.get(log.status, "was not finished")
    why = as_text(log.error.message) if log.error else None
    message = f"{shown(path)} has no results: the evaluation {happened}"
    message += f": {printable(why, limit=200)}" if why else ""
    raise EvalhubError(message, f"finish it: inspect eval-retry {quoted(path)}")


def _measurement(log: EvalLog, score: NamedScore, known: tuple[str, ...]) -> Measurement:
    spec = log.eval
    task, revision = _task(spec)
    return Measurement(
        task,
        score.metric,
        score.value,
        main=score.main,
        scale=score.scale,
        error=score.error,
        model=_model(spec.model),
        dataset=as_hub_id(spec.dataset.location),
        revision=revision,
        date=as_utc_date(log.stats.completed_at) or as_utc_date(spec.created),
        setup=_setup(log, score),
        remarks=(*known, *score.remarks),
    )


def _task(spec: EvalSpec) -> tuple[str, str | None]:
    """Return the task's name, and the commit of the dataset if that is a part of it.

    What was run as `hf/ORG/NAME/TASK` is logged as `hf/ORG/NAME/TASK/TASK` where the dataset has several tasks.
    """
    hub = _HUB_TASK.fullmatch(spec.task)
    if hub:
        task = hub["task"] or (hub["again"] or "").removeprefix("/")
        return "/".join(filter(None, ("hf", hub["dataset"], task))), as_commit(hub["revision"])
    registered = spec.task_registry_name or ""
    return (registered if registered.rpartition("/")[2] == spec.task else spec.task), None


def _model(name: str) -> str | None:
    provider, _, rest = name.partition("/")
    return as_text(rest if provider in _PROVIDERS_OF_HUB_MODELS and as_hub_id(rest) else name)


def _setup(log: EvalLog, score: NamedScore) -> tuple[str, ...]:
    config, generation = log.eval.config, log.eval.model_generate_config
    words: list[str] = []
    if (config.epochs or 1) > 1:
        reducer = score.reducer if score.reducer not in (None, "mean") else None
        words.append(f"{config.epochs} epochs" + (f" ({printable(reducer, limit=_LONGEST)})" if reducer else ""))
    for name in ("reasoning_effort", "reasoning_tokens"):
        value = getattr(log.plan.config, name, None)
        value = getattr(generation, name, None) if value is None else value
        if value is not None:
            words.append(f"{name.replace('_', ' ')} {printable(str(value), limit=_LONGEST)}")
    if log.eval.solver:
        words.append(f"solver {printable(log.eval.solver, limit=_LONGEST)}")
    limit = _limit(config.limit)
    words += [f"limit {limit}"] if limit else []
    return (*words, *as_words(log.eval.task_args_passed, without=("revision",)))


def _limit(limit: Any) -> str | None:
    if isinstance(limit, tuple | list):
        return "-".join(str(bound) for bound in limit)
    return str(limit) if limit is not None else None


def _remarks(log: EvalLog) -> list[str]:
    config, results = log.eval.config, log.results
    said: list[str] = []
    if config.limit is not None:
        said.append(f"only a part of the samples was evaluated: limit {_limit(config.limit)}")
    if config.sample_id is not None:
        said.append("only samples that were chosen by their ids were evaluated")
    if results and results.completed_samples < results.total_samples:
        said.append(
            f"only {results.completed_samples:,} of {results.total_samples:,} samples were completed without error"
        )
    if results and getattr(results, "early_stopping", None) is not None:
        said.append("the evaluation was stopped early")
    return said


def _changes(header: dict[str, Any]) -> Iterator[str]:
    """Yield what was changed in the course of the evaluation or after it: older versions of inspect_ai pass over it."""
    if header.get("invalidated"):
        yield "samples of this log were marked as invalid"
    if header.get("log_updates"):
        yield "the log was edited after the evaluation"
    if header.get("config_updates"):
        yield "the configuration was changed while the evaluation ran"


def _declared_headline(header: dict[str, Any]) -> dict[str, Any] | None:
    """Return the metric that the task itself declares to sum it up; where it doesn't, Inspect only takes the first."""
    headline = (header.get("results") or {}).get("headline")
    return headline if isinstance(headline, dict) and header["eval"].get("headline_metric") is not None else None
