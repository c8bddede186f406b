"""What lighteval writes is read as it meant it. `data/logs/lighteval/make.py` made the files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from broken_logs import broken, check_reading, write
from hypothesis import HealthCheck, given, settings

from evalhub.errors import EvalhubError
from evalhub.logs import Log, Measurement, find_reader, read_log
from evalhub.logs.log_files import LogFile
from evalhub.terms import Scale

DATA = Path(__file__).parent / "data" / "logs" / "lighteval"
(WHOLE,) = (DATA / "whole").iterdir()
(LIMITED,) = (DATA / "limited").iterdir()
LOGS = [json.loads(path.read_text()) for path in (WHOLE, LIMITED)]

# The layout of version 0.6: a suite in each name, and configurations without shots.
OLD = {
    "config_general": {"lighteval_sha": "f" * 40, "max_samples": 10, "model_name": "org/model", "start_time": 1234.5},
    "results": {
        "leaderboard|gsm8k|5": {"qem": 0.6, "qem_stderr": 0.01},
        "all": {"qem": 0.6, "qem_stderr": 0.01},
    },
    "versions": {"leaderboard|gsm8k|5": 0},
    "config_tasks": {
        "leaderboard|gsm8k": {
            "hf_repo": "openai/gsm8k",
            "hf_subset": "main",
            "evaluation_splits": ["test"],
            "original_num_docs": 1319,
            "effective_num_docs": 10,
        }
    },
}


@pytest.fixture(scope="module")
def whole() -> Log:
    return read_log(WHOLE)


def by_name(log: Log) -> dict[tuple[str, str], Measurement]:
    return {(found.task, found.metric): found for found in log.measurements}


def changed(**parts: Any) -> dict[str, Any]:
    return json.loads(json.dumps(LOGS[0])) | parts


def test_every_task_and_metric_is_a_measurement(whole: Log) -> None:
    assert whole.tool == "lighteval"
    assert {name: found.value for name, found in by_name(whole).items()} == {
        (task, metric): value
        for task, scores in LOGS[0]["results"].items()
        for metric, value in scores.items()
        if task != "all" and not metric.endswith("_stderr")
    }


def test_the_mean_over_all_tasks_is_left_out_and_told(whole: Log) -> None:
    assert "all is left out: it is the mean over all tasks of the run, which are no benchmark" in whole.remarks


def test_the_mean_over_one_task_is_left_out_in_silence() -> None:
    assert read_log(LIMITED).remarks == ()


def test_the_mean_of_standard_errors_is_no_standard_error(whole: Log) -> None:
    assert LOGS[0]["results"]["sums:_average|2"]["acc_stderr"]
    assert by_name(whole)["sums:_average|2", "acc"].error is None
    assert by_name(whole)["sums:large|2", "acc"].error == LOGS[0]["results"]["sums:large|2"]["acc_stderr"]


def test_a_task_that_filters_its_rows_is_not_of_the_whole_dataset(tmp_path: Path) -> None:
    tasks = {name: {**config, "hf_filter": "<function law>"} for name, config in LOGS[0]["config_tasks"].items()}
    log = read_log(write(tmp_path / "results.json", changed(config_tasks=tasks)))
    assert {found.dataset for found in log.measurements} == {None}


def test_what_was_evaluated_is_told(whole: Log) -> None:
    small = by_name(whole)["sums:small|2", "acc"]

    assert (small.dataset, small.config, small.split) == ("evalhub-tests/sums", "small", "test")
    assert small.revision == "0123456789abcdef0123456789abcdef01234567"
    assert small.model == "evalhub-tests/dummy"
    assert small.setup == ("2-shot",)


def test_only_what_lighteval_defines_as_a_fraction_is_one(whole: Log) -> None:
    assert {found.metric for found in whole.measurements if found.scale is Scale.FRACTION} == {"acc", "em"}


def test_a_metric_with_parameters_has_the_scale_of_its_kind(tmp_path: Path) -> None:
    log = changed(results={"aime25|0": {"pass@k:k=1&n=16": 0.4, "bleu": 0.4}})

    assert [found.scale for found in read_log(write(tmp_path / "r.json", log)).measurements] == [Scale.FRACTION, None]


def test_the_day_comes_from_the_name_of_the_file(tmp_path: Path) -> None:
    """The times in the file count from when the machine was started."""
    log = read_log(write(tmp_path / "results_2026-08-01T23-30-00.123456.json", LOGS[0]))

    assert {found.date for found in log.measurements} == {"2026-08-01"}


@pytest.mark.parametrize("name", ["results.json", "results_2026-13-41T23-30-00.1.json"])
def test_a_name_without_a_day_leaves_the_date_open(tmp_path: Path, name: str) -> None:
    assert {found.date for found in read_log(write(tmp_path / name, LOGS[0])).measurements} == {None}


def test_a_limited_run_is_told() -> None:
    found = read_log(LIMITED).measurements[0]

    assert found.setup == ("limit 2",)
    assert found.remarks == ("the evaluation was limited to a part of the samples: limit 2",)


def test_the_layout_with_suites_is_read(tmp_path: Path) -> None:
    log = read_log(write(tmp_path / "results.json", OLD))

    found = by_name(log)["leaderboard|gsm8k|5", "qem"]
    assert log.version == "f" * 40
    assert (found.value, found.error) == (0.6, 0.01)
    assert (found.dataset, found.config, found.split) == ("openai/gsm8k", "main", "test")
    assert found.setup == ("5-shot", "limit 10")
    assert found.remarks == ("only 10 of 1319 samples were evaluated",)


def test_a_system_prompt_and_a_revision_are_the_setup(tmp_path: Path) -> None:
    general = {"model_config": {"model_name": "org/model", "system_prompt": "Be brief.", "revision": "step1000"}}
    log = read_log(write(tmp_path / "results.json", changed(config_general=general)))

    found = by_name(log)["words|0", "em"]
    assert found.setup == ("system prompt", "revision step1000")
    assert found.model == "org/model"


def test_what_is_not_finite_is_left_out_and_told(tmp_path: Path) -> None:
    log = changed(results={"a|0": {"ppl": float("nan"), "em": 0.5}})

    found = read_log(write(tmp_path / "results.json", log))
    assert list(by_name(found)) == [("a|0", "em")]
    assert found.remarks == ("ppl of a|0 is left out: it is not a finite number",)


def test_several_splits_leave_the_split_open(tmp_path: Path) -> None:
    log = changed(config_tasks={"words|0": {"evaluation_splits": ["test", "validation"]}})

    assert by_name(read_log(write(tmp_path / "results.json", log)))["words|0", "em"].split is None


@pytest.mark.parametrize("results", [{}, {"all": {"em": 0.5}}, {"a|0": {}}, {"a|0": {"em": None}}, {"a|0": 5}])
def test_a_file_without_scores_is_refused(tmp_path: Path, results: Any) -> None:
    with pytest.raises(EvalhubError, match="has no scores"):
        read_log(write(tmp_path / "results.json", changed(results=results)))


@pytest.mark.parametrize("text", ["{", "[]", '{"results": {}}', '{"results": [], "config_general": {}}'])
def test_what_is_no_such_log_is_not_recognised(tmp_path: Path, text: str) -> None:
    (tmp_path / "results.json").write_text(text)

    assert find_reader(LogFile(tmp_path / "results.json")) is None


@given(log=broken([*LOGS, OLD]))
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_a_broken_log_is_read_or_refused(tmp_path: Path, log: Any) -> None:
    check_reading(write(tmp_path / "results.json", log))
