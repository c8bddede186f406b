"""What lm-evaluation-harness writes is read as it meant it. `data/logs/lm_eval/make.py` made the files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from broken_logs import broken, check_reading, write
from hypothesis import HealthCheck, given, settings

from evalhub.errors import EvalhubError
from evalhub.logs import Log, find_reader, read_log
from evalhub.logs.log_files import LogFile
from evalhub.terms import Scale

DATA = Path(__file__).parent / "data" / "logs" / "lm_eval"
NAMES = ("whole", "limited", "chat", "predicted")
LOGS = [json.loads((DATA / f"{name}.json").read_text()) for name in NAMES]

# The layout before 0.4.
OLD = {
    "results": {"hellaswag": {"acc": 0.5, "acc_stderr": 0.01, "acc_norm": 0.7, "acc_norm_stderr": 0.02}},
    "versions": {"hellaswag": 0},
    "config": {
        "model": "hf-causal",
        "model_args": "pretrained=EleutherAI/pythia-160m,revision=step100000",
        "num_fewshot": 10,
        "limit": 100,
    },
}


@pytest.fixture(scope="module")
def whole() -> Log:
    return read_log(DATA / "whole.json")


def values(log: Log) -> dict[tuple[str, str], float]:
    return {(found.task, found.metric): found.value for found in log.measurements}


def changed(**parts: Any) -> dict[str, Any]:
    return json.loads(json.dumps(LOGS[0])) | parts


def test_every_task_group_metric_and_filter_is_a_measurement(whole: Log) -> None:
    assert (whole.tool, whole.version) == ("lm-eval", "0.4.13")
    assert values(whole) == {
        (task, metric): value
        for task, scores in LOGS[0]["results"].items()
        for metric, value in scores.items()
        if "," in metric and "_stderr" not in metric
    }
    assert ("words", "exact_match,first-word") in values(whole)
    assert ("sums", "acc,none") in values(whole)


def test_the_standard_error_belongs_to_its_metric_and_filter(whole: Log) -> None:
    errors = {(found.task, found.metric): found.error for found in whole.measurements}

    assert errors["sums", "acc,none"] == LOGS[0]["results"]["sums"]["acc_stderr,none"]
    assert errors["words", "exact_match,strict"] == LOGS[0]["results"]["words"]["exact_match_stderr,strict"]
    assert errors["prose", "bits_per_byte,none"] is None


def test_only_what_the_harness_defines_as_a_fraction_is_one(whole: Log) -> None:
    of_one = {found.metric for found in whole.measurements if found.scale is Scale.FRACTION}

    assert of_one == {"acc,none", "acc_norm,none", "exact_match,strict", "exact_match,first-word"}


def test_what_was_evaluated_is_told(whole: Log) -> None:
    small = whole.measurements[0]

    assert (small.dataset, small.config, small.split) == ("evalhub-tests/sums", "small", "test")
    assert small.revision == "0123456789abcdef0123456789abcdef01234567"
    assert small.model == "evalhub-tests/dummy"
    assert small.setup == ("2-shot",)
    assert small.remarks == ()


def test_a_group_has_what_its_tasks_have_in_common(whole: Log) -> None:
    group = next(found for found in whole.measurements if found.task == "sums")

    assert (group.dataset, group.config, group.split) == ("evalhub-tests/sums", None, "test")


def test_a_local_file_is_no_dataset(whole: Log) -> None:
    words = next(found for found in whole.measurements if found.task == "words")

    assert (words.dataset, words.split) == (None, "validation")


def test_the_date_is_that_of_the_start_in_utc(tmp_path: Path) -> None:
    log = read_log(write(tmp_path / "results.json", changed(date=1_785_587_400.5)))

    assert {found.date for found in log.measurements} == {"2026-08-01T12:30:00Z"}


def test_without_a_date_the_name_of_the_file_tells_the_day(tmp_path: Path) -> None:
    log = read_log(write(tmp_path / "results_2026-08-01T23-30-00.123456.json", changed(date=None)))

    assert {found.date for found in log.measurements} == {"2026-08-01"}


def test_a_part_of_the_samples_is_told_of_tasks_and_groups() -> None:
    log = read_log(DATA / "limited.json")

    told = {found.task: (found.setup, found.remarks) for found in log.measurements}
    assert told["sums_large"] == (("limit 2",), ("only 2 of 8 samples were evaluated",))
    assert told["sums"] == (("limit 2",), ("only 4 of 12 samples were evaluated",))


def test_a_limit_that_left_nothing_out_is_no_setup(tmp_path: Path) -> None:
    log = read_log(write(tmp_path / "results.json", changed(config={"limit": 1000})))

    assert {found.setup for found in log.measurements} == {("2-shot",)}


def test_a_chat_template_and_a_system_prompt_are_the_setup() -> None:
    assert read_log(DATA / "chat.json").measurements[0].setup == ("chat template", "system prompt")


def test_a_name_that_the_harness_made_up_is_no_model() -> None:
    assert len(LOGS[2]["model_name"]) == 8
    assert read_log(DATA / "chat.json").measurements[0].model is None


def test_the_layout_before_version_0_4_is_read(tmp_path: Path) -> None:
    log = read_log(write(tmp_path / "results.json", OLD))

    assert values(log) == {("hellaswag", "acc"): 0.5, ("hellaswag", "acc_norm"): 0.7}
    assert [found.error for found in log.measurements] == [0.01, 0.02]
    assert log.measurements[0].model == "EleutherAI/pythia-160m"
    assert log.measurements[0].setup == ("10-shot", "revision step100000", "limit 100")
    assert log.measurements[0].remarks == ("the evaluation was limited to a part of the samples: limit 100",)


@pytest.mark.parametrize(
    ("arguments", "model"),
    [
        ("pretrained=org/base,peft=org/adapter", "org/adapter"),
        ({"pretrained": "org/base", "dtype": "auto"}, "org/base"),
        ("base_url=http://localhost,model=org/served", "org/served"),
        ("dtype=auto", None),
        ("", None),
        (["pretrained=org/base"], None),
    ],
)
def test_the_model_is_found_among_its_arguments(tmp_path: Path, arguments: Any, model: str | None) -> None:
    log = changed(config={"model": "hf", "model_args": arguments}, model_name="a1b2c3d4")

    assert read_log(write(tmp_path / "results.json", log)).measurements[0].model == model


@pytest.mark.parametrize("value", ["NaN", "Infinity", '"N/A"', "null", "true"])
def test_what_is_no_number_is_left_out_and_told(tmp_path: Path, value: str) -> None:
    text = json.dumps(changed(results={"a": {"acc,none": "VALUE", "f1,none": 0.5}}, groups={}))
    (tmp_path / "results.json").write_text(text.replace('"VALUE"', value))

    log = read_log(tmp_path / "results.json")
    assert values(log) == {("a", "f1,none"): 0.5}
    assert log.remarks == ("acc,none of a is left out: it is not a finite number",)


def test_f1_is_a_fraction_only_where_the_task_lists_it(tmp_path: Path) -> None:
    configs = {"mrpc": {"metric_list": [{"metric": "f1"}]}, "squadv2": {}}
    results = {"mrpc": {"f1,none": 0.8}, "squadv2": {"f1,none": 0.8}}
    log = read_log(write(tmp_path / "results.json", changed(results=results, groups={}, configs=configs)))

    assert [found.scale for found in log.measurements] == [Scale.FRACTION, None]


def test_an_accuracy_above_one_has_no_scale(tmp_path: Path) -> None:
    log = read_log(write(tmp_path / "results.json", changed(results={"a": {"acc,none": 55.1}}, groups={})))

    assert log.measurements[0].scale is None


def test_a_group_with_two_scores_is_refused(tmp_path: Path) -> None:
    log = changed(groups={"sums": {"acc,none": 0.99}})

    with pytest.raises(EvalhubError, match="has two scores for the group sums"):
        read_log(write(tmp_path / "results.json", log))


def test_a_group_that_only_groups_has_is_read(tmp_path: Path) -> None:
    log = read_log(write(tmp_path / "results.json", changed(groups={"more": {"acc,none": 0.9}})))

    assert values(log)["more", "acc,none"] == 0.9


def test_a_run_without_scores_is_refused() -> None:
    with pytest.raises(EvalhubError, match="has no scores"):
        read_log(DATA / "predicted.json")


def test_the_constant_of_runs_without_scores_is_no_score(tmp_path: Path) -> None:
    log = changed(results={"a": {"bypass,none": 999, "bypass_stderr,none": "N/A"}}, groups={})

    with pytest.raises(EvalhubError, match="has no scores"):
        read_log(write(tmp_path / "results.json", log))


def test_groups_within_each_other_end(tmp_path: Path) -> None:
    log = read_log(write(tmp_path / "results.json", changed(group_subtasks={"sums": ["b"], "b": ["sums", "b"]})))

    assert next(found for found in log.measurements if found.task == "sums").dataset is None


def test_groups_without_end_are_refused(tmp_path: Path) -> None:
    names = [str(number) for number in range(2000)]
    results = {name: {"acc,none": 0.5} for name in names}
    log = changed(results=results, groups={}, group_subtasks=dict.fromkeys(names[:600], names))

    with pytest.raises(EvalhubError, match="too many groups within groups"):
        read_log(write(tmp_path / "results.json", log))


@pytest.mark.parametrize("text", ["{", "[]", "1", '{"results": []}', '{"results": {}, "versions": {}}', "\ufeff{}"])
def test_what_is_no_such_log_is_not_recognised(tmp_path: Path, text: str) -> None:
    (tmp_path / "results.json").write_text(text, encoding="utf-8")

    assert find_reader(LogFile(tmp_path / "results.json")) is None


def test_broken_json_is_told(tmp_path: Path) -> None:
    (tmp_path / "results.json").write_text(json.dumps(LOGS[0])[:-1])

    with pytest.raises(EvalhubError, match="is not valid JSON"):
        read_log(tmp_path / "results.json")


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(EvalhubError, match="no such file"):
        read_log(tmp_path / "results.txt")


@given(log=broken([*LOGS, OLD]))
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_a_broken_log_is_read_or_refused(tmp_path: Path, log: Any) -> None:
    check_reading(write(tmp_path / "results.json", log))


def test_what_is_left_out_is_told_in_few_lines(tmp_path: Path) -> None:
    scores = {f"m{number},none": "N/A" for number in range(25)} | {"acc,none": 0.5}
    log = read_log(write(tmp_path / "results.json", changed(results={"a": scores}, groups={})))

    assert len(log.remarks) == 21
    assert log.remarks[-1] == "5 more are left out: they are not finite numbers"


def test_a_task_whose_code_chooses_the_rows_is_not_of_the_whole_dataset(tmp_path: Path) -> None:
    configs = {
        name: {**config, "process_docs": "functools.partial(...)"} for name, config in LOGS[0]["configs"].items()
    }
    log = read_log(write(tmp_path / "log.json", changed(configs=configs)))
    assert {found.dataset for found in log.measurements} == {None}
