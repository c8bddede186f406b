"""What MTEB writes is read as it meant it. `data/logs/mteb/make.py` made the files."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from broken_logs import broken, check_reading, write
from hypothesis import HealthCheck, given, settings

from evalhub.errors import EvalhubError
from evalhub.logs import Log, Measurement, find_reader, read_log
from evalhub.logs.log_files import LogFile
from evalhub.terms import Scale

RESULTS = Path(__file__).parent / "data" / "logs" / "mteb" / "results"
SMALL = RESULTS / "evalhub-tests__small-embedder" / ("a" * 40)
ONE = "Banking77Classification.json"
LOGS = [json.loads((SMALL / name).read_text()) for name in (ONE, "MSMARCO.json", "STS22.v2.json")]


def main_scores(log: Log) -> list[tuple[str | None, str | None, float]]:
    return [(found.split, found.config, found.value) for found in log.measurements if found.main]


def first(path: Path) -> Measurement:
    return read_log(path).measurements[0]


def changed(**parts: Any) -> dict[str, Any]:
    return json.loads(json.dumps(LOGS[0])) | parts


def subset(name: Any, score: Any, **more: Any) -> dict[str, Any]:
    return {"hf_subset": name, "main_score": score, "languages": ["eng-Latn"]} | more


def test_one_split_and_subset_has_one_main_score() -> None:
    log = read_log(SMALL / ONE)

    assert (log.tool, log.version, log.remarks) == ("MTEB", "2.26.24", ())
    assert main_scores(log) == [("test", "default", 0.812346)]
    assert first(SMALL / ONE) == Measurement(
        "Banking77Classification",
        "main_score",
        0.812346,
        main=True,
        scale=Scale.FRACTION,
        model="evalhub-tests/small-embedder",
        config="default",
        split="test",
        revision="0fd18e25b25c072e09e0d92ab615fda904d66300",
        date="2026-08-01T12:30:00Z",
    )


def test_the_other_metrics_follow_without_a_scale() -> None:
    others = read_log(SMALL / ONE).measurements[1:]

    assert [(found.metric, found.value) for found in others] == [("accuracy", 0.812346), ("f1", 0.807346)]
    assert {(found.main, found.scale) for found in others} == {(False, None)}


def test_each_split_has_a_main_score_and_there_is_no_mean_over_splits() -> None:
    assert main_scores(read_log(SMALL / "MSMARCO.json")) == [("dev", "default", 0.4321), ("test", "default", 0.71)]


def test_subsets_are_followed_by_their_mean_as_get_score_has_it() -> None:
    log = read_log(SMALL / "STS22.v2.json")

    *subsets, (split, config, mean) = main_scores(log)
    assert subsets == [("test", "en", 0.67), ("test", "de", 0.51), ("test", "de-en", -0.02)]
    assert (split, config) == ("test", None)
    assert mean == pytest.approx((0.67 + 0.51 - 0.02) / 3)
    assert log.measurements[-1].remarks == (
        "the mean over the 3 subsets in the file: MTEB doesn't say there whether these are all",
    )


@pytest.mark.parametrize("bad", [subset("b", None), subset("b", float("nan")), subset("b", 0.5, languages=[])])
def test_there_is_no_mean_where_a_subset_has_no_score_or_language(tmp_path: Path, bad: dict[str, Any]) -> None:
    log = read_log(write(tmp_path / ONE, changed(scores={"test": [subset("a", 0.25), bad]})))

    assert not [found for found in log.measurements if found.config is None]
    assert "the mean of test is left out: not every subset has a main score and languages" in log.remarks


def test_the_model_is_that_of_its_metadata() -> None:
    assert first(RESULTS / "evalhub-tests__large__embedder" / "no_revision_available" / ONE).model == (
        "evalhub-tests/large__embedder"
    )


def test_without_metadata_the_folders_name_the_model(tmp_path: Path) -> None:
    folder = tmp_path / "org__name" / "main"
    folder.mkdir(parents=True)
    shutil.copy(SMALL / ONE, folder)

    assert first(folder / ONE).model == "org/name"


def test_without_either_the_model_is_open(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    folder.mkdir(parents=True)
    shutil.copy(SMALL / ONE, folder)

    assert first(folder / ONE).model is None


def test_an_experiment_tells_its_settings() -> None:
    found = first(SMALL / "experiments" / "embed_dim_256" / ONE)

    assert (found.model, found.setup) == ("evalhub-tests/small-embedder", ("embed_dim=256",))


def test_an_experiment_does_not_tell_secrets(tmp_path: Path) -> None:
    folder = tmp_path / "org__name" / "main" / "experiments" / "x"
    folder.mkdir(parents=True)
    settings = {"api_key": "abcdefgh", "dim": 256}
    (folder / "model_meta.json").write_text(json.dumps(META | {"experiment_kwargs": settings}))
    (folder / ONE).write_text((SMALL / ONE).read_text())
    assert first(folder / ONE).setup == ("dim=256",)


def test_an_experiment_without_metadata_is_known_by_its_folder(tmp_path: Path) -> None:
    folder = tmp_path / "org__name" / "main" / "experiments" / "embed_dim_256"
    folder.mkdir(parents=True)
    shutil.copy(SMALL / ONE, folder)

    assert (first(folder / ONE).model, first(folder / ONE).setup) == ("org/name", ("embed_dim_256",))


def test_broken_metadata_is_told(tmp_path: Path) -> None:
    shutil.copy(SMALL / ONE, tmp_path)
    (tmp_path / "model_meta.json").write_text("{")

    with pytest.raises(EvalhubError, match=r"model_meta\.json is not valid JSON"):
        read_log(tmp_path / ONE)


def test_metadata_through_a_symbolic_link_is_not_read(tmp_path: Path) -> None:
    shutil.copy(SMALL / ONE, tmp_path)
    (tmp_path / "model_meta.json").symlink_to(SMALL / "model_meta.json")

    assert first(tmp_path / ONE).model is None


@pytest.mark.parametrize("value", ["revision_not_applicable", "1.0", "A" * 40, None, 5])
def test_a_revision_is_a_commit_or_none(tmp_path: Path, value: Any) -> None:
    assert first(write(tmp_path / ONE, changed(dataset_revision=value))).revision is None


@pytest.mark.parametrize("value", [None, "2026-08-01", 1e30, -5, 27222.88])
def test_a_date_is_a_unix_time_or_none(tmp_path: Path, value: Any) -> None:
    assert first(write(tmp_path / ONE, changed(date=value))).date is None


def test_a_percentage_has_no_scale(tmp_path: Path) -> None:
    assert first(write(tmp_path / ONE, changed(scores={"test": [subset("default", 81.2)]}))).scale is None


def test_two_scores_for_one_subset_are_refused(tmp_path: Path) -> None:
    log = changed(scores={"test": [subset("en", 0.5), subset("en", 0.6)]})

    with pytest.raises(EvalhubError, match="has two scores for the subset en of test"):
        read_log(write(tmp_path / ONE, log))


@pytest.mark.parametrize("scores", [{}, {"test": []}, {"test": [5]}, {"test": {}}, {"test": [subset("en", None)]}])
def test_a_file_without_scores_is_refused(tmp_path: Path, scores: Any) -> None:
    with pytest.raises(EvalhubError, match="has no scores"):
        read_log(write(tmp_path / ONE, changed(scores=scores)))


@pytest.mark.parametrize("task", ["", None, 5])
def test_a_file_without_a_task_is_refused(tmp_path: Path, task: Any) -> None:
    with pytest.raises(EvalhubError, match="doesn't say which task was run"):
        read_log(write(tmp_path / ONE, changed(task_name=task)))


def test_the_format_before_1_11_is_refused_with_what_to_do(tmp_path: Path) -> None:
    old = {"mteb_dataset_name": "STS12", "mteb_version": "1.1.1", "test": {"cos_sim": {"spearman": 0.7}}}

    with pytest.raises(EvalhubError, match=r"is of MTEB before 1\.11") as caught:
        read_log(write(tmp_path / "STS12.json", old))
    assert "to_disk" in str(caught.value.hint)


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"task_name": "a"}', '{"scores": {}}', '{"task_name": "a", "scores": []}']
)
def test_what_is_no_such_log_is_not_recognised(tmp_path: Path, text: str) -> None:
    (tmp_path / ONE).write_text(text)

    assert find_reader(LogFile(tmp_path / ONE)) is None


@given(log=broken(LOGS))
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_a_broken_log_is_read_or_refused(tmp_path: Path, log: Any) -> None:
    check_reading(write(tmp_path / ONE, log))


META = json.loads((SMALL / "experiments" / "embed_dim_256" / "model_meta.json").read_text())


@given(meta=broken([META]))
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_broken_metadata_is_read_or_refused(tmp_path: Path, meta: Any) -> None:
    write(tmp_path / "model_meta.json", meta)
    check_reading(write(tmp_path / ONE, LOGS[0]))
