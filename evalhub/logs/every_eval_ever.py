"""Records of the Every Eval Ever schema: one JSON file of results of one model, whichever tool or page they came from.

Read by hand, from version 0.1 of the schema on. Its `.jsonl` files hold single samples, not results, and aren't read.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

from evalhub.errors import EvalhubError
from evalhub.files import shown
from evalhub.logs.fields import as_hub_id, as_utc_date, as_web_address, as_words
from evalhub.logs.log_files import LogFile, as_number, as_text
from evalhub.logs.measurements import Log, Measurement
from evalhub.names import printable
from evalhub.terms import Scale

NAME = "Every Eval Ever"

_SCALES = {
    "proportion": Scale.FRACTION,
    "fraction": Scale.FRACTION,
    "percent": Scale.PERCENT,
    "percentage": Scale.PERCENT,
}
_BOUNDS = {(0.0, 1.0): Scale.FRACTION, (0.0, 100.0): Scale.PERCENT}
_UNKNOWN_LEVEL = -1
_LONGEST = 80

_Mapping = dict[str, Any]


def recognises(file: LogFile) -> bool:
    """Whether it is a JSON object with the parts of a record."""
    found = file.outline
    return "schema_version" in found and "model_info" in found and "evaluation_results" in found


def read(file: LogFile) -> Log:
    """Return one measurement for each result of a record; results that aren't told as the schema has them are left out,
    with a remark. Raises `EvalhubError` where none is left.
    """
    record = file.mapping
    results = record.get("evaluation_results")
    measurements: list[Measurement] = []
    ids: list[str | None] = []
    remarks: list[str] = []
    for number, result in enumerate(results if isinstance(results, list) else (), 1):
        why = _left_out(result)
        if why:
            remarks.append(f"result {number} is left out: {why}")
        else:
            measurements.append(_measurement(record, result))
            ids.append(as_text(result.get("evaluation_result_id")))
    if not measurements:
        message = f"{shown(file.path)} holds no results" + "".join(f": {remark}" for remark in remarks[:1])
        raise EvalhubError(message, "compare it with the schema: https://github.com/evaleval/every_eval_ever")
    return Log(NAME, as_text(record.get("schema_version")), _told_apart(measurements, ids), tuple(remarks))


def _told_apart(measurements: list[Measurement], ids: list[str | None]) -> tuple[Measurement, ...]:
    """Call metrics that share a name by the ids of their results: `match:accuracy` and `includes:accuracy`."""
    counts = Counter((measurement.task, measurement.metric) for measurement in measurements)
    return tuple(
        replace(measurement, metric=id) if id and counts[measurement.task, measurement.metric] > 1 else measurement
        for measurement, id in zip(measurements, ids, strict=True)
    )


def _left_out(result: Any) -> str | None:
    """Return why a result can't be taken for a measurement, None where it can."""
    if not isinstance(result, dict):
        return "it is no object"
    if as_text(result.get("evaluation_name")) is None:
        return "it has no evaluation_name"
    score = as_number(_at(result, "score_details").get("score"))
    if score is None:
        return "its score is no finite number"
    if score == _UNKNOWN_LEVEL and _at(result, "metric_config").get("has_unknown_level") is True:
        return "its score stands for an unknown level"
    return None


def _measurement(record: _Mapping, result: _Mapping) -> Measurement:
    details, metric = _at(result, "score_details"), _at(result, "metric_config")
    source, model, told = _source(record, result), _at(record, "model_info"), _at(record, "source_metadata")
    value: float = details["score"]
    scale, remark = _scale(metric, value)
    return Measurement(
        result["evaluation_name"],
        _metric_name(metric),
        value,
        scale=scale,
        error=_error(details, metric),
        model=as_text(model.get("id")) or as_text(model.get("name")),
        dataset=as_hub_id(source.get("hf_repo")),
        split=as_text(source.get("hf_split")) if as_hub_id(source.get("hf_repo")) else None,
        date=as_utc_date(result.get("evaluation_timestamp")) or as_utc_date(record.get("evaluation_timestamp")),
        source_url=_page(told, source),
        source_name=as_text(told.get("source_name")),
        setup=_setup(result, metric),
        remarks=(*_remarks(told), *((remark,) if remark else ())),
    )


def _metric_name(metric: _Mapping) -> str:
    """Return what the metric is called; older records don't tell, and there the score is but a score."""
    names = (as_text(metric.get(key)) for key in ("metric_name", "metric_id", "metric_kind"))
    return next((name for name in names if name), "score")


def _source(record: _Mapping, result: _Mapping) -> _Mapping:
    return _at(result, "source_data") or _at(record, "source_data")  # where version 0.1 has it


def _scale(metric: _Mapping, value: float) -> tuple[Scale | None, str | None]:
    """Return the scale that the unit, or else the bounds, make sure; and what to know where a value is out of them."""
    lower, upper = as_number(metric.get("min_score")), as_number(metric.get("max_score"))
    if (lower is not None and value < lower) or (upper is not None and value > upper):
        return None, f"the value is not between the bounds that the record gives: {lower} and {upper}"
    if metric.get("score_type") == "levels":
        return None, "the value is the number of a level, not a measure"
    unit = as_text(metric.get("metric_unit"))
    if unit:
        scale = _SCALES.get(unit.lower())
        if scale is Scale.FRACTION and not 0 <= value <= 1:
            return None, f"the value is no {printable(unit, limit=_LONGEST)}, as the record says it is"
        return scale, None
    return (None if lower is None or upper is None else _BOUNDS.get((lower, upper))), None


def _error(details: _Mapping, metric: _Mapping) -> float | None:
    told = _at(details, "uncertainty").get("standard_error")
    error = as_number(told.get("value") if isinstance(told, dict) else told)
    return error if error is not None and error >= 0 else None


def _page(told: _Mapping, source: _Mapping) -> str | None:
    """Return the page that a documented score was copied from, where it is the only one that is named."""
    pages = source.get("url")
    is_documented = told.get("source_type") == "documentation" and source.get("source_type") in ("url", None)
    return as_web_address(pages[0]) if is_documented and isinstance(pages, list) and len(pages) == 1 else None


def _setup(result: _Mapping, metric: _Mapping) -> tuple[str, ...]:
    arguments = _at(_at(result, "generation_config"), "generation_args")
    words = as_words(_at(metric, "metric_parameters"))
    if arguments.get("reasoning") is True:
        words += ("reasoning",)
    tools = _at(arguments, "agentic_eval_config").get("available_tools")
    if isinstance(tools, list) and tools:
        words += ("with tools",)
    attempts = arguments.get("max_attempts")
    if type(attempts) is int and 1 < attempts < 1_000_000:
        words += (f"{attempts} attempts",)
    return words


def _remarks(told: _Mapping) -> tuple[str, ...]:
    if told.get("source_type") != "documentation":
        return ()
    who = as_text(told.get("source_organization_name"))
    by = f" by {printable(who, limit=_LONGEST)}" if who else ""
    return (f"the number was copied from what was published{by}, not from an evaluation's own output",)


def _at(mapping: _Mapping, key: str) -> _Mapping:
    found = mapping.get(key)
    return found if isinstance(found, dict) else {}
