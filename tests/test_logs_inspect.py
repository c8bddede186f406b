"""Logs of Inspect AI: what is read of the real ones, and what becomes of broken and hostile ones."""

from __future__ import annotations

import io
import json
import math
import struct
import sys
import zipfile
from importlib.abc import MetaPathFinder
from pathlib import Path
from typing import Any

import pytest
from broken_logs import broken
from hypothesis import HealthCheck, given, settings

from evalhub.errors import EvalhubError
from evalhub.logs import Log, find_reader, inspect_logs, zip_members
from evalhub.logs.fields import as_hub_id, as_utc_date, as_web_address, as_words
from evalhub.logs.inspect_logs import read, recognises
from evalhub.logs.log_files import LogFile
from evalhub.terms import Scale

DATA = Path(__file__).parent / "data" / "logs" / "inspect"


def logged(name: str) -> Log:
    return read(LogFile(DATA / name))


@pytest.fixture
def ordinary() -> dict[str, Any]:
    """What the ordinary JSON log holds."""
    content: dict[str, Any] = json.loads((DATA / "ordinary.json").read_text())
    return content


def written(folder: Path, content: Any, name: str = "log.json") -> LogFile:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return LogFile(path)


def zipped(folder: Path, members: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> LogFile:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", compression) as archive:
        for name, member in members.items():
            archive.writestr(name, member)
    return written(folder, content.getvalue(), "log.eval")


# --- the real ones --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["ordinary.eval", "ordinary.json"])
def test_a_log_gives_the_accuracy_with_its_standard_error(name: str) -> None:
    log = logged(name)
    (found,) = log.measurements
    assert (found.task, found.metric, found.value, found.error) == ("sums", "accuracy", 0.75, 0.25)
    assert (found.scale, found.model, found.setup, found.remarks) == (Scale.FRACTION, "mockllm/model", (), ())
    assert (log.tool, f"inspect_ai {log.version}") == ("Inspect AI", (DATA / "VERSIONS").read_text().splitlines()[0])


def test_the_date_is_that_of_the_end_in_utc(tmp_path: Path, ordinary: dict[str, Any]) -> None:
    ordinary["stats"]["completed_at"] = "2026-01-31T23:30:00-02:00"
    assert read(written(tmp_path, ordinary)).measurements[0].date == "2026-02-01T01:30:00Z"


def test_without_an_end_the_date_is_that_of_the_beginning(tmp_path: Path, ordinary: dict[str, Any]) -> None:
    ordinary["stats"]["completed_at"] = ""
    ordinary["eval"]["created"] = "2026-01-31T10:00:00+00:00"
    assert read(written(tmp_path, ordinary)).measurements[0].date == "2026-01-31T10:00:00Z"


@pytest.mark.parametrize("name", ["several.eval", "several.json"])
def test_metrics_of_several_scorers_are_told_apart(name: str) -> None:
    found = {measurement.metric: measurement.value for measurement in logged(name).measurements}
    assert found == {
        "match/accuracy": 0.5,
        "includes/accuracy": 0.75,
        "brevity/mean": pytest.approx(0.675),
        "words/mean": 2.25,
        "points/accuracy": 40.0,
    }


def test_only_the_accuracy_of_inspects_own_scorers_is_surely_a_fraction() -> None:
    scales = {measurement.metric: measurement.scale for measurement in logged("several.eval").measurements}
    assert [metric for metric, scale in scales.items() if scale] == ["match/accuracy", "includes/accuracy"]


def test_the_reasoning_effort_is_told() -> None:
    assert logged("several.eval").measurements[0].setup == ("reasoning effort high",)


@pytest.mark.parametrize("name", ["repeated.eval", "repeated.json"])
def test_reducers_of_epochs_are_told_apart(name: str) -> None:
    found = [(measurement.metric, measurement.setup) for measurement in logged(name).measurements]
    assert found == [
        ("accuracy/mean", ("4 epochs", "limit 2")),
        ("accuracy/pass_at_2", ("4 epochs (pass_at_2)", "limit 2")),
    ]


def test_a_limit_is_remarked_on() -> None:
    remarks = ("only a part of the samples was evaluated: limit 2",)
    assert {measurement.remarks for measurement in logged("repeated.eval").measurements} == {remarks}


def test_samples_with_errors_are_remarked_on_and_arguments_told() -> None:
    (found,) = logged("partial.eval").measurements
    assert found.remarks == ("only 3 of 4 samples were completed without error",)
    assert found.setup == ("style=terse",)


def test_a_task_of_the_hub_has_its_dataset_and_the_name_it_is_run_by() -> None:
    (found,) = logged("hub_task.eval").measurements
    assert (found.task, found.dataset, found.metric) == ("hf/example/sums/easy", "example/sums", "accuracy")
    assert found.setup == ("2 epochs (pass_at_1)",)


@pytest.mark.parametrize("name", ["broken.eval", "broken.json"])
def test_a_failed_evaluation_has_no_results(name: str) -> None:
    with pytest.raises(EvalhubError, match="ended with an error: RuntimeError") as caught:
        logged(name)
    assert "inspect eval-retry" in str(caught.value.hint)


# --- what the header may say ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("task", "registered", "expected"),
    [
        ("mmlu_pro", "inspect_evals/mmlu_pro", "inspect_evals/mmlu_pro"),
        ("inspect_evals/mmlu_pro", "inspect_evals/mmlu_pro", "inspect_evals/mmlu_pro"),
        ("mmlu_pro_hard", "inspect_evals/mmlu_pro", "mmlu_pro_hard"),
        ("hf/cais/hle", None, "hf/cais/hle"),
        ("hf/cais/hle/hle", None, "hf/cais/hle/hle"),
    ],
)
def test_a_task_has_its_registered_name(
    tmp_path: Path, ordinary: dict[str, Any], task: str, registered: str | None, expected: str
) -> None:
    ordinary["eval"] |= {"task": task, "task_registry_name": registered}
    assert read(written(tmp_path, ordinary)).measurements[0].task == expected


@pytest.mark.parametrize(("revision", "expected"), [("a" * 40, "a" * 40), ("main", None)])
def test_the_commit_of_a_task_of_the_hub_is_told(
    tmp_path: Path, ordinary: dict[str, Any], revision: str, expected: str | None
) -> None:
    ordinary["eval"]["task"] = f"hf/cais/hle@{revision}"
    (found,) = read(written(tmp_path, ordinary)).measurements
    assert (found.task, found.revision) == ("hf/cais/hle", expected)


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("hf/Qwen/Qwen3-4B", "Qwen/Qwen3-4B"),
        ("vllm/Qwen/Qwen3-4B", "Qwen/Qwen3-4B"),
        ("hf/local", "hf/local"),
        ("openai/gpt-5", "openai/gpt-5"),
        ("openai/azure/gpt-5", "openai/azure/gpt-5"),
    ],
)
def test_models_of_the_hub_have_their_ids(tmp_path: Path, ordinary: dict[str, Any], model: str, expected: str) -> None:
    ordinary["eval"]["model"] = model
    assert read(written(tmp_path, ordinary)).measurements[0].model == expected


@pytest.mark.parametrize(
    ("changes", "remark"),
    [
        ({"invalidated": True}, "samples of this log were marked as invalid"),
        ({"log_updates": "edit"}, "the log was edited after the evaluation"),
        ({"eval": {"config": {"sample_id": ["1+1"]}}}, "only samples that were chosen by their ids were evaluated"),
        ({"results": {"scores": [{"unscored_samples": 3}]}}, "3 samples were not scored"),
    ],
)
def test_what_people_should_know_is_remarked_on(
    tmp_path: Path, ordinary: dict[str, Any], changes: dict[str, Any], remark: str
) -> None:
    if changes.get("log_updates"):
        edits = [{"type": "tags", "tags_add": ["good"], "tags_remove": []}]
        by = {"author": "somebody", "timestamp": "2026-01-01T00:00:00+00:00"}
        changes = {"log_updates": [{"edits": edits, "provenance": by}]}
    _merge(ordinary, changes)
    assert read(written(tmp_path, ordinary)).measurements[0].remarks == (remark,)


def _merge(content: Any, changes: Any) -> None:
    for key, change in changes.items() if isinstance(changes, dict) else enumerate(changes):
        if isinstance(change, dict | list) and not isinstance(content, list) and key not in content:
            content[key] = change
        elif isinstance(change, dict | list):
            _merge(content[key], change)
        else:
            content[key] = change


def test_the_headline_that_a_task_declares_is_main(tmp_path: Path) -> None:
    content = json.loads((DATA / "several.json").read_text())
    content["eval"]["headline_metric"] = content["results"]["headline"] = {
        "scorer": "includes",
        "score": "includes",
        "metric": "accuracy",
    }
    found = read(written(tmp_path, content)).measurements
    assert [measurement.metric for measurement in found if measurement.main] == ["includes/accuracy"]


def test_a_value_that_is_no_number_is_left_out_with_a_remark(tmp_path: Path) -> None:
    content = json.loads((DATA / "several.json").read_text())
    content["results"]["scores"][0]["metrics"]["accuracy"]["value"] = math.nan
    log = read(written(tmp_path, content))
    assert "match/accuracy" not in {measurement.metric for measurement in log.measurements}
    assert log.remarks == ("match/accuracy is left out: it is not a finite number",)


def test_a_standard_error_of_nothing_is_left_out_with_a_remark(tmp_path: Path, ordinary: dict[str, Any]) -> None:
    metrics = ordinary["results"]["scores"][0]["metrics"]
    metrics["f1"] = metrics.pop("accuracy") | {"name": "f1"}
    log = read(written(tmp_path, ordinary))
    assert [(found.metric, found.error) for found in log.measurements] == [("f1", None)]
    assert log.remarks == ("stderr is left out: it is a standard error, and of what isn't said",)


def test_two_numbers_of_one_name_are_both_left_out(tmp_path: Path) -> None:
    content = json.loads((DATA / "several.json").read_text())
    content["results"]["scores"][3]["name"] = "brevity"
    log = read(written(tmp_path, content))
    assert "brevity/mean" not in {measurement.metric for measurement in log.measurements}
    assert "brevity/mean is left out: it stands 2 times" in log.remarks


@pytest.mark.parametrize(("status", "said"), [("started", "was not finished"), ("cancelled", "was cancelled")])
def test_an_evaluation_that_did_not_succeed_has_no_results(
    tmp_path: Path, ordinary: dict[str, Any], status: str, said: str
) -> None:
    ordinary["status"] = status
    with pytest.raises(EvalhubError, match=said):
        read(written(tmp_path, ordinary))


def test_a_log_without_scores_says_how_to_score_it(tmp_path: Path, ordinary: dict[str, Any]) -> None:
    ordinary["results"]["scores"] = []
    with pytest.raises(EvalhubError, match="holds no scores") as caught:
        read(written(tmp_path, ordinary))
    assert str(caught.value.hint).startswith("score it: inspect score ")


# --- which files they are -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["ordinary.eval", "several.json"])
def test_logs_are_recognised(name: str) -> None:
    reader = find_reader(LogFile(DATA / name))
    assert reader is inspect_logs


@pytest.mark.parametrize(
    "content", [[], {}, {"eval": []}, {"eval": {}}, {"eval": {"task": "a", "model": "b"}}, {"results": {}}]
)
def test_other_json_is_not_recognised(tmp_path: Path, content: Any) -> None:
    assert not recognises(written(tmp_path, content))


def test_recognising_needs_no_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "inspect_ai.log", None)
    assert recognises(LogFile(DATA / "ordinary.json"))


class _WithoutInspect(MetaPathFinder):
    """Finds nothing, and says so of inspect_ai as Python does where it isn't installed."""

    def find_spec(self, fullname: str, *_: object) -> None:
        if fullname == "inspect_ai":
            raise ModuleNotFoundError("No module named 'inspect_ai'", name="inspect_ai")


def test_without_the_package_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "inspect_ai"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [_WithoutInspect(), *sys.meta_path])
    with pytest.raises(EvalhubError, match="is read with the inspect_ai package") as caught:
        logged("ordinary.eval")
    assert caught.value.hint == "install it: pip install inspect-ai"


def test_a_package_that_cannot_be_imported_is_one_error(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "inspect_ai"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "inspect_ai", None)
    with pytest.raises(EvalhubError, match="inspect_ai can't be imported"):
        logged("ordinary.eval")


# --- broken and hostile ones ----------------------------------------------------------------------------------------


def test_a_log_that_is_no_zip_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(EvalhubError, match="it is no zip file, or a broken one"):
        read(written(tmp_path, b"PK\x03\x04 and no more", "log.eval"))


def test_a_log_that_was_cut_short_is_an_error(tmp_path: Path) -> None:
    content = (DATA / "ordinary.eval").read_bytes()
    with pytest.raises(EvalhubError, match="it is no zip file, or a broken one"):
        read(written(tmp_path, content[: len(content) // 2], "log.eval"))


def test_a_log_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(EvalhubError, match="no such file"):
        read(LogFile(tmp_path / "log.eval"))


def test_a_folder_that_is_called_like_a_log_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "log.eval").mkdir()
    with pytest.raises(EvalhubError, match="is a folder"):
        read(LogFile(tmp_path / "log.eval"))


def test_a_log_without_its_header_is_of_an_evaluation_that_goes_on(tmp_path: Path) -> None:
    with pytest.raises(EvalhubError, match="was not finished"):
        read(zipped(tmp_path, {"_journal/start.json": b"{}"}))


@pytest.mark.parametrize("header", [b"[]", b"{}", b'"text"', b'{"eval": 3}', b'{"version": "x"}'])
def test_a_header_that_is_none_is_one_short_error(tmp_path: Path, header: bytes) -> None:
    with pytest.raises(EvalhubError, match="is no log that inspect_ai can read: ") as caught:
        read(zipped(tmp_path, {"header.json": header}))
    assert len(caught.value.message.splitlines()) == 1
    assert "pydantic" not in caught.value.message


def test_a_header_that_says_one_thing_twice_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(EvalhubError, match="the key 'status' stands twice"):
        read(zipped(tmp_path, {"header.json": b'{"status": "error", "status": "success"}'}))


def test_a_header_that_unpacks_to_too_much_is_an_error(tmp_path: Path) -> None:
    file = zipped(tmp_path, {"header.json": b" " * (zip_members.MAX_MEMBER + 1)})
    assert file.path.stat().st_size < 100_000
    with pytest.raises(EvalhubError, match="unpacks to more than evalhub reads"):
        read(file)


def test_a_header_that_lies_about_its_length_is_an_error(tmp_path: Path) -> None:
    file = zipped(tmp_path, {"header.json": b" " * (zip_members.MAX_MEMBER + 1)})
    content, length = file.path.read_bytes(), struct.pack("<L", zip_members.MAX_MEMBER + 1)
    with pytest.raises(EvalhubError, match="it is no zip file, or a broken one"):
        read(written(tmp_path, content.replace(length, struct.pack("<L", 10)), "log.eval"))


def test_a_list_of_members_that_is_too_long_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zip_members, "MAX_LISTING", 10_000)
    with pytest.raises(EvalhubError, match="unpacks to more than evalhub reads"):
        read(zipped(tmp_path, {f"samples/{number}.json": b"" for number in range(300)}))


def test_a_log_may_be_longer_than_what_is_read_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evalhub.logs.log_files.MAX_BYTES", 100)
    assert logged("ordinary.eval").measurements


def test_what_a_stranger_wrote_is_safe_for_a_terminal(tmp_path: Path, ordinary: dict[str, Any]) -> None:
    ordinary["eval"]["solver"] = "evil\x1b[2J"
    ordinary["eval"]["task_args_passed"] = {"api_key": "sk-1", "shots\n": 5}
    assert read(written(tmp_path, ordinary)).measurements[0].setup == ("solver evil\\x1b[2J", "shots\\x0a=5")


_CONTENT = {
    key: value for key, value in json.loads((DATA / "several.json").read_text()).items() if key not in ("samples",)
}


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(broken([_CONTENT]))
def test_of_any_log_come_finite_numbers_or_one_error(tmp_path: Path, content: Any) -> None:
    try:
        found = read(written(tmp_path, content)).measurements
    except EvalhubError:
        return
    assert found
    assert all(math.isfinite(number.value) and math.isfinite(number.error or 0) for number in found)
    assert all(isinstance(number.task, str) and isinstance(number.metric, str) for number in found)


# --- what a value surely means --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-02-01", "2026-02-01"),
        ("2026-02-30", None),
        ("2026-02-01T10:00:00.5+02:00", "2026-02-01T08:00:00Z"),
        ("1785585600", "2026-08-01T12:00:00Z"),
        ("1785585600.75", "2026-08-01T12:00:00Z"),
        ("12", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_dates_are_in_utc(text: str, expected: str | None) -> None:
    assert as_utc_date(text) == expected


@pytest.mark.parametrize(
    "text", ["data/test.json", "/data/test", "a/b/c", "beans", "../beans", "a b/c", "é/b", "a/b\n"]
)
def test_other_text_is_no_hub_id(text: str) -> None:
    assert as_hub_id(text) is None


@pytest.mark.parametrize("text", ["javascript:alert(1)", "https://", "example.org", "https://[", " https://a.org", 3])
def test_other_text_is_no_web_address(text: Any) -> None:
    assert as_web_address(text) is None


def test_arguments_are_told_in_few_words() -> None:
    arguments = {"cot": True, "k": 5.0, "shots": 3, "hf_token": "x", "list": [1], "long": "a" * 101, "nothing": None}
    assert as_words(arguments, without=("shots",)) == ("cot=true", "k=5")
