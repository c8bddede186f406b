"""The legacy `model-index` of model cards: those that `huggingface_hub` wrote, and those that people wrote by hand."""

from __future__ import annotations

import copy
import math
from pathlib import Path
from typing import Any

import pytest
import yaml
from broken_logs import broken
from hypothesis import HealthCheck, given, settings

from evalhub.errors import EvalhubError
from evalhub.logs import Measurement, find_reader, model_index, read_log
from evalhub.logs.log_files import LogFile
from evalhub.logs.model_index import read, recognises
from evalhub.terms import Scale
from evalhub.yaml_source import MAX_NODES

DATA = Path(__file__).parent / "data" / "logs" / "model_index"
USUAL, STRANGE = DATA / "usual" / "README.md", DATA / "strange" / "README.md"


def header(path: Path = USUAL) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(path.read_text().split("---")[1])
    return content


def written(folder: Path, text: str) -> LogFile:
    path = folder / "README.md"
    path.write_text(f"---\n{text}\n---\n\n# Model\n")
    return LogFile(path)


def with_value(folder: Path, value: str) -> LogFile:
    """Return a card with two metrics, of which the first has this value, as it stands in YAML."""
    metrics = f"[{{type: acc, value: {value}}}, {{type: f1, value: 1.5}}]"
    result = f"{{task: {{type: qa}}, dataset: {{name: SQuAD, type: squad}}, metrics: {metrics}}}"
    return written(folder, f"model-index: [{{name: m, results: [{result}]}}]")


def first(folder: Path, value: str) -> Measurement:
    return read(with_value(folder, value)).measurements[0]


# --- the real ones --------------------------------------------------------------------------------------------------


def test_a_card_with_an_index_is_recognised() -> None:
    assert find_reader(LogFile(USUAL)) is model_index


def test_a_result_has_all_that_the_index_tells() -> None:
    assert read_log(USUAL).measurements[0] == Measurement(
        "text-generation/MMLU-Pro",
        "acc",
        47.84,
        model="example-7b",
        dataset="TIGER-Lab/MMLU-Pro",
        config="main",
        split="test",
        revision="5503434ddd753f426f4b38109466949a1217c2bb",
        source_url="https://example.org/leaderboard",
        source_name="Open LLM Leaderboard",
        setup=("5-shot",),
    )


def test_a_number_with_another_behind_it_counts_and_is_remarked_on() -> None:
    found = read_log(USUAL).measurements[1]
    assert (found.metric, found.value, found.error) == ("wer", 20.0, None)
    assert found.remarks == ("it is told as 20.0 ± 1.2",)


def test_a_percent_sign_gives_the_scale() -> None:
    found = read_log(USUAL).measurements[2]
    assert (found.metric, found.value, found.scale, found.setup) == ("cer", 7.5, Scale.PERCENT, ("lang=fr",))


def test_metrics_of_one_type_are_told_apart_by_their_names() -> None:
    assert [found.metric for found in read_log(STRANGE).measurements] == ["strict", "loose", "exact_match"]


def test_what_is_not_surely_a_number_is_left_out_with_a_remark() -> None:
    assert read_log(STRANGE).remarks == (
        "text-generation/MMLU-Pro: f1 is left out: [0.1, 0.2] is not surely a number with a name",
        "text-generation/MMLU-Pro: bleu is left out: about 30 is not surely a number with a name",
        "text-generation/MMLU-Pro: rouge is left out: 84,6 is not surely a number with a name",
        "text-generation/MMLU-Pro: loss is left out: .nan is not a finite number that can be compared",
    )


def test_an_old_token_is_not_taken_over_and_that_is_remarked_on() -> None:
    assert "token" in read_log(STRANGE).measurements[-1].remarks[0]


# --- values ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("84.6", 84.6),
        ("'84.6'", 84.6),
        ("'84'", 84),
        ("' 84.6 '", 84.6),
        ("'84.6 %'", 84.6),
        ("9e-05", 9e-05),
        ("'-0.5'", -0.5),
        ("'20.0±1.2'", 20.0),
        ("'20.0% ± 1.2%'", 20.0),
    ],
)
def test_a_value_that_is_surely_a_number_counts(tmp_path: Path, value: str, expected: float) -> None:
    assert (first(tmp_path, value).metric, first(tmp_path, value).value) == ("acc", expected)


_NO_NUMBERS = [
    *("true", "null", "''", "'84,6'", "'1,234'", "'about 3'", "'3 of 4'", "'84.6/100'", "'1_000'", "'٣'", "'0x10'"),
    *("'nan'", "'inf'", ".inf", "'1e999'", "[84.6]", "{a: 84.6}", "'84.6 84.7'", "'±3'", "2026-01-01", "017", "1:30"),
]


@pytest.mark.parametrize("value", _NO_NUMBERS)
def test_a_value_that_is_not_is_left_out_with_a_remark(tmp_path: Path, value: str) -> None:
    log = read(with_value(tmp_path, value))
    assert [found.metric for found in log.measurements] == ["f1"]
    assert log.remarks[0].startswith("qa/SQuAD: acc is left out: ")


# --- other cards ----------------------------------------------------------------------------------------------------


def test_a_card_of_several_models_has_the_results_of_each(tmp_path: Path) -> None:
    content = header()
    content["model-index"].append(copy.deepcopy(content["model-index"][0]) | {"name": "other-7b"})
    found = read(written(tmp_path, yaml.safe_dump(content))).measurements
    assert [number.model for number in found] == ["example-7b"] * 3 + ["other-7b"] * 3


def test_what_is_no_commit_is_no_revision(tmp_path: Path) -> None:
    content = header()
    content["model-index"][0]["results"][0]["dataset"]["revision"] = "main"
    assert read(written(tmp_path, yaml.safe_dump(content))).measurements[0].revision is None


def test_a_result_without_task_and_dataset_is_left_out(tmp_path: Path) -> None:
    content = header()
    for key in ("task", "dataset"):
        del content["model-index"][0]["results"][0][key]
    log = read(written(tmp_path, yaml.safe_dump(content)))
    assert log.remarks == ("a result without task: acc is left out: 47.84 is not surely a number with a name",)


def test_a_problem_elsewhere_in_the_header_does_not_matter(tmp_path: Path) -> None:
    assert read(written(tmp_path, f"license: 017\n{yaml.safe_dump(header())}")).measurements


@pytest.mark.parametrize("name", ["notes.md", "README.markdown"])
def test_other_names_of_markdown_files_are_read_too(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(USUAL.read_bytes())
    assert read_log(tmp_path / name).measurements


@pytest.mark.parametrize(
    "text", ["# model-index: none\n", "---\nlicense: mit\n---\n", "", "text\n---\nmodel-index: []\n---"]
)
def test_a_card_without_an_index_is_not_recognised(tmp_path: Path, text: str) -> None:
    path = tmp_path / "README.md"
    path.write_text(text)
    assert not recognises(LogFile(path))


# --- errors ---------------------------------------------------------------------------------------------------------


def test_two_values_of_one_metric_are_no_value(tmp_path: Path) -> None:
    log = read(with_value(tmp_path, "1, value: 2"))
    assert [found.metric for found in log.measurements] == ["f1"]


def test_an_index_that_stands_twice_is_an_error(tmp_path: Path) -> None:
    text = yaml.safe_dump(header())
    with pytest.raises(EvalhubError, match="is not valid YAML"):
        read(written(tmp_path, text + "\n" + text.replace("47.84", "99.9")))


def test_yaml_that_cannot_be_read_is_an_error_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(EvalhubError, match="is not valid YAML") as caught:
        read(written(tmp_path, "license: mit\nmodel-index: [\n"))
    assert "mend line" in str(caught.value.hint)


def test_a_header_that_never_ends_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "README.md"
    path.write_text("---\nmodel-index:\n- name: m\n")
    with pytest.raises(EvalhubError, match="has no YAML header"):
        read_log(path)


def test_a_header_with_far_too_many_values_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(EvalhubError, match="is not valid YAML"):
        read(written(tmp_path, "model-index: [" + "1," * (MAX_NODES + 1) + "]"))


@pytest.mark.parametrize("index", ["3", "{}", "[]", "[3]", "[{results: 3}]", "[{results: [{metrics: [3]}]}]"])
def test_an_index_without_numbers_is_an_error(tmp_path: Path, index: str) -> None:
    with pytest.raises(EvalhubError, match="has no numbers in its model-index"):
        read(written(tmp_path, f"model-index: {index}"))


def test_what_a_stranger_wrote_is_safe_for_a_terminal(tmp_path: Path) -> None:
    assert "\x1b" not in read(with_value(tmp_path, '"\\e[2J"')).remarks[0]


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(broken([header()]))
def test_of_any_card_come_finite_numbers_or_one_error(tmp_path: Path, content: Any) -> None:
    try:
        found = read(written(tmp_path, yaml.safe_dump(content))).measurements
    except EvalhubError:
        return
    assert found
    assert all(math.isfinite(number.value) for number in found)
    assert all(isinstance(number.task, str) and isinstance(number.metric, str) for number in found)
