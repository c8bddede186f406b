"""Records of Every Eval Ever: what is read of those that its own package wrote, and of broken ones."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any

import pytest
from broken_logs import broken
from hypothesis import HealthCheck, given, settings

from evalhub.errors import EvalhubError
from evalhub.logs import Log, Measurement, every_eval_ever, find_reader, read_log
from evalhub.logs.every_eval_ever import read, recognises
from evalhub.logs.log_files import LogFile
from evalhub.terms import Scale

DATA = Path(__file__).parent / "data" / "logs" / "every_eval_ever"


def copied() -> dict[str, Any]:
    content: dict[str, Any] = json.loads((DATA / "copied.json").read_text())
    return content


def written(folder: Path, content: Any) -> LogFile:
    path = folder / "record.json"
    path.write_text(json.dumps(content))
    return LogFile(path)


@pytest.fixture
def log() -> Log:
    return read_log(DATA / "copied.json")


def of(log: Log, task: str) -> Measurement:
    (found,) = [measurement for measurement in log.measurements if measurement.task == task]
    return found


def only(folder: Path, **changes: Any) -> Measurement:
    """Return what is read of a record whose one result has these changes, at most two levels deep."""
    content = copied()
    result = content["evaluation_results"][0]
    for key, change in changes.items():
        result[key] = result.get(key, {}) | change if isinstance(change, dict) else change
    content["evaluation_results"] = [result]
    (found,) = read(written(folder, content)).measurements
    return found


# --- the real ones --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["copied.json", "from_inspect.json"])
def test_records_are_recognised(name: str) -> None:
    assert find_reader(LogFile(DATA / name)) is every_eval_ever


def test_the_schemas_version_is_told(log: Log) -> None:
    assert (log.tool, log.version) == ("Every Eval Ever", "0.3.0")


def test_a_result_has_its_value_scale_and_standard_error(log: Log) -> None:
    found = of(log, "GPQA Diamond")
    assert (found.metric, found.value, found.scale, found.error) == ("Accuracy", 0.412, Scale.FRACTION, 0.021)


def test_a_result_has_its_model_and_dataset(log: Log) -> None:
    found = of(log, "GPQA Diamond")
    assert (found.model, found.dataset, found.split) == ("example/example-7b", "Idavidrein/gpqa", "train")


def test_the_date_is_that_of_the_evaluation_not_of_the_record(log: Log) -> None:
    assert {measurement.date for measurement in log.measurements} == {"2026-07-31"}


def test_a_copied_number_has_the_page_it_was_copied_from(log: Log) -> None:
    found = of(log, "HLE")
    assert (found.source_url, found.source_name) == ("https://example.org/hle", "Example Board")
    assert "copied from what was published by Example Org" in found.remarks[0]


def test_the_unit_gives_the_scale(log: Log) -> None:
    assert of(log, "HLE").scale is Scale.PERCENT
    assert of(log, "Latency").scale is None


def test_the_setup_is_told(log: Log) -> None:
    assert of(log, "HLE").setup == ("reasoning", "with tools")
    assert of(log, "HumanEval").setup == ("k=5",)


def test_a_level_is_remarked_on(log: Log) -> None:
    assert of(log, "Tone").remarks[-1] == "the value is the number of a level, not a measure"


def test_an_unknown_level_is_left_out_with_a_remark(log: Log) -> None:
    assert log.remarks == ("result 6 is left out: its score stands for an unknown level",)


def test_metrics_of_one_name_are_told_apart_by_the_ids_of_their_results() -> None:
    log = read_log(DATA / "from_inspect.json")
    names = [measurement.metric for measurement in log.measurements]
    assert names == ["match:accuracy", "includes:accuracy", "brevity:mean", "words:mean", "points:accuracy"]
    assert log.measurements[0].error == 0.28867513459481287


def test_a_value_out_of_its_bounds_has_no_scale_and_is_remarked_on() -> None:
    found = read_log(DATA / "from_inspect.json").measurements[-1]
    assert (found.value, found.scale) == (40.0, None)
    assert "is not between the bounds" in found.remarks[0]


def test_the_date_of_an_evaluation_run_is_a_time_in_utc() -> None:
    found = read_log(DATA / "from_inspect.json").measurements[0]
    assert re.fullmatch("2026-[0-9-]{5}T[0-9:]{8}Z", str(found.date))


# --- others ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        ({"metric_unit": "percent"}, Scale.PERCENT),
        ({"metric_unit": None, "max_score": 100}, Scale.PERCENT),
        ({"metric_unit": None, "max_score": 1}, Scale.FRACTION),
        ({"metric_unit": None, "min_score": -1}, None),
        ({"metric_unit": None, "max_score": "Infinity"}, None),
        ({"metric_unit": "points"}, None),
    ],
)
def test_the_scale_is_told_by_the_unit_or_else_the_bounds(
    tmp_path: Path, metric: dict[str, Any], expected: Scale | None
) -> None:
    assert only(tmp_path, metric_config=metric).scale is expected


def test_a_proportion_above_one_has_no_scale(tmp_path: Path) -> None:
    found = only(tmp_path, score_details={"score": 41.2}, metric_config={"max_score": None})
    assert found.scale is None
    assert "the value is no proportion, as the record says it is" in found.remarks


def test_a_standard_error_may_be_a_bare_number_as_in_old_records(tmp_path: Path) -> None:
    assert only(tmp_path, score_details={"uncertainty": {"standard_error": 0.5}}).error == 0.5


def test_a_record_of_the_first_version_has_one_dataset_for_all(tmp_path: Path) -> None:
    content = copied()
    content["source_data"] = content["evaluation_results"][0].pop("source_data")
    assert read(written(tmp_path, content)).measurements[0].dataset == "Idavidrein/gpqa"


def test_without_a_name_of_a_metric_it_is_a_score(tmp_path: Path) -> None:
    assert only(tmp_path, metric_config={"metric_name": None, "metric_id": None}).metric == "score"


@pytest.mark.parametrize("pages", [["https://a.org", "https://b.org"], ["javascript:x"], [], "https://a.org", [3]])
def test_without_one_page_there_is_no_source_link(tmp_path: Path, pages: Any) -> None:
    assert only(tmp_path, source_data={"source_type": "url", "url": pages}).source_url is None


@pytest.mark.parametrize("score", [None, "0.5", True, math.nan, math.inf, 10**400, [0.5]])
def test_a_score_that_is_no_number_is_left_out_with_a_remark(tmp_path: Path, score: Any) -> None:
    content = copied()
    content["evaluation_results"][0]["score_details"]["score"] = score
    found = read(written(tmp_path, content))
    assert found.remarks[0] == "result 1 is left out: its score is no finite number"


@pytest.mark.parametrize("results", [None, [], {}, [3], [{}], [{"evaluation_name": "a"}]])
def test_without_a_result_that_can_be_read_there_is_an_error(tmp_path: Path, results: Any) -> None:
    content = copied() | {"evaluation_results": results}
    with pytest.raises(EvalhubError, match="holds no results"):
        read(written(tmp_path, content))


@pytest.mark.parametrize("content", [[], {}, {"schema_version": "0.3.0"}, {"evaluation_results": []}])
def test_other_json_is_not_recognised(tmp_path: Path, content: Any) -> None:
    assert not recognises(written(tmp_path, content))


def test_a_key_that_stands_twice_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "record.json"
    path.write_text((DATA / "copied.json").read_text().replace('"score": 0.412', '"score": 0.412, "score": 0.9'))
    with pytest.raises(EvalhubError, match="the key 'score' stands twice"):
        read_log(path)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(broken([copied()]))
def test_of_any_record_come_finite_numbers_or_one_error(tmp_path: Path, content: Any) -> None:
    try:
        found = read(written(tmp_path, content)).measurements
    except EvalhubError:
        return
    assert found
    assert all(math.isfinite(number.value) and math.isfinite(number.error or 0) for number in found)
    assert all(isinstance(number.task, str) and isinstance(number.metric, str) for number in found)
