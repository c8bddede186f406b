"""What a hub has: its registry, its benchmarks, how names find them, and its models."""

from __future__ import annotations

import pytest
from gitrepos import HubDir, entry

from evalhub import EvalhubError, Hub
from evalhub.hub import ModelResults


def names(hub: HubDir) -> list[str]:
    return [summary.benchmark.dataset_id for summary in hub.read().list_benchmarks()]


def complaint(hub: HubDir, name: str) -> EvalhubError:
    """What is said where `name` finds no benchmark."""
    with pytest.raises(EvalhubError) as caught:
        hub.read().benchmark(name)
    return caught.value


# --- hubs without anything ------------------------------------------------------------------------------------------


def test_a_directory_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(EvalhubError, match="nowhere is not a directory"):
        Hub(tmp_path / "nowhere")


def test_a_file_is_no_hub(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(EvalhubError, match="file is not a directory"):
        Hub(tmp_path / "file")


def test_an_empty_directory_says_what_to_do(empty_hub):
    error = complaint(empty_hub, "hle")
    assert error.message.startswith("no git repositories in ")
    assert "evalhub demo" in str(error.hint)


def test_a_hub_without_benchmarks_says_what_to_do(empty_hub):
    empty_hub.model("org/model")
    error = complaint(empty_hub, "hle")
    assert error.message.startswith("no benchmarks in ")
    assert "evalhub validate" in str(error.hint)


def test_a_hub_without_benchmarks_has_none_to_list(empty_hub):
    empty_hub.model("org/model")
    with pytest.raises(EvalhubError, match="no benchmarks in "):
        empty_hub.read().list_benchmarks()


def test_a_hub_without_models_has_none_to_show(hub):
    with pytest.raises(EvalhubError, match="no model repos in "):
        hub.read().model("org/model")


def test_a_hub_may_be_named_by_text(hub):
    assert list(Hub(str(hub.root)).benchmarks) == ["cais/hle"]


def test_progress_is_told_for_each_repository(hub):
    hub.models({"org/a": 1, "org/b": 2})
    told: list[tuple[int, int]] = []
    Hub(hub.root, progress=lambda done, total: told.append((done, total))).leaderboard("hle")
    assert told == [(1, 3), (2, 3), (3, 3)]


# --- the registry ---------------------------------------------------------------------------------------------------


def test_without_a_registry_no_benchmark_is_official(hub):
    assert hub.read().benchmark("hle").official is False


def test_the_registry_says_which_benchmarks_are_official(hub):
    hub.dataset("org/other")
    hub.registry({"dataset": "cais/hle"})
    assert {id: benchmark.official for id, benchmark in hub.read().benchmarks.items()} == {
        "cais/hle": True,
        "org/other": False,
    }


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "{}\n", "name: A hub\n"])
def test_a_registry_may_say_nothing(hub, text):
    (hub.root / "evalhub.yaml").write_text(text)
    assert hub.read().benchmark("hle").official is False


def test_the_registry_may_list_a_benchmark_that_is_not_there(hub):
    hub.registry({"dataset": "gone/gone"}, {"dataset": "cais/hle"})
    assert names(hub) == ["cais/hle"]


BAD_REGISTRIES = {
    "not YAML": "benchmarks: [\n",
    "not a mapping": "- cais/hle\n",
    "a benchmark without dataset": "benchmarks: [{metric: accuracy}]\n",
    "an unknown key": "benchmarks: [{dataset: cais/hle, dirction: lower}]\n",
    "an unknown direction": "benchmarks: [{dataset: cais/hle, direction: down}]\n",
    "a duplicate key": "benchmarks: [{dataset: cais/hle, direction: lower, direction: higher}]\n",
}


@pytest.mark.parametrize("text", BAD_REGISTRIES.values(), ids=BAD_REGISTRIES)
def test_an_invalid_registry_is_an_error_that_says_what_to_type(hub, text):
    (hub.root / "evalhub.yaml").write_text(text)
    error = complaint(hub, "hle")
    assert error.message.endswith("evalhub.yaml: the registry is not valid")
    assert "evalhub validate" in str(error.hint)


def test_a_registry_behind_a_symbolic_link_is_an_error(hub, tmp_path):
    (tmp_path / "elsewhere.yaml").write_text("{}")
    (hub.root / "evalhub.yaml").symlink_to(tmp_path / "elsewhere.yaml")
    assert "the registry is not valid" in complaint(hub, "hle").message


def test_a_registry_in_a_repository_has_no_say(hub):
    hub.model(files={"./evalhub.yaml": "benchmarks: [{dataset: cais/hle}]\n"})
    assert hub.read().benchmark("hle").official is False


# --- names ----------------------------------------------------------------------------------------------------------

SPELLINGS = [
    "TIGER-Lab/MMLU-Pro",
    "tiger-lab/mmlu-pro",
    "TIGER_Lab/mmlu_pro",
    "MMLU-Pro",
    "mmlu-pro",
    "mmlu_pro",
    "MMLU PRO",
    "mmlupro",
    "MMLU Professional",
    "mmlu-professional",
    "the pro one",
    "The_Pro_One",
    "Ｍ１",
]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_benchmark_is_found_by_every_spelling_of_its_names(empty_hub, spelling):
    empty_hub.dataset("TIGER-Lab/MMLU-Pro", name="MMLU Professional")
    empty_hub.dataset("cais/hle")
    empty_hub.registry({"dataset": "TIGER-Lab/MMLU-Pro", "aliases": ["The Pro One", "M1"]})
    assert empty_hub.read().benchmark(spelling).dataset_id == "TIGER-Lab/MMLU-Pro"


def test_names_of_other_alphabets_find_their_benchmark(empty_hub):
    empty_hub.dataset("org/日本語", name="Größe")
    assert [empty_hub.read().benchmark(name).dataset_id for name in ("日本語", "GRÖSSE")] == ["org/日本語"] * 2


def test_an_ambiguous_name_lists_the_candidates(hub):
    hub.dataset("org/hle", name="Another")
    hub.dataset("org/third", name="hle")
    hub.dataset("org/other", name="Something else")
    message = complaint(hub, "HLE").message
    assert message == "`HLE` can mean more than one benchmark: cais/hle, org/hle, org/third"


def test_an_alias_that_is_another_ones_name_is_ambiguous(hub):
    hub.dataset("org/other", name="Other")
    hub.registry({"dataset": "cais/hle", "aliases": ["other"]})
    assert "more than one benchmark: cais/hle, org/other" in complaint(hub, "Other").message


def test_an_id_is_never_ambiguous(hub):
    hub.dataset("org/other", name="cais/hle")
    assert hub.read().benchmark("cais/hle").dataset_id == "cais/hle"


def test_ids_that_differ_only_in_case_are_found_as_they_are_written(hub):
    hub.dataset("CAIS/HLE", name="Loud")
    assert hub.read().benchmark("CAIS/HLE").name == "Loud"


@pytest.mark.parametrize("typo", ["hlee", "Humanitys Last Exam 2", "cais/hel", "humanity last"])
def test_an_unknown_name_suggests_the_nearest(hub, typo):
    hub.dataset("org/completely-different", name="Completely different")
    error = complaint(hub, typo)
    assert error.message == f"no benchmark is called `{typo}`"
    assert "did you mean cais/hle?" in str(error.hint)


def test_an_unknown_name_without_anything_near_lists_how_to_see_them_all(hub):
    error = complaint(hub, "zzzzzz")
    assert "did you mean" not in str(error.hint)
    assert "evalhub benchmarks" in str(error.hint)


def test_a_model_is_not_a_benchmark(hub):
    hub.model("org/model")
    error = complaint(hub, "Model")
    assert error.message == "no benchmark is called `Model`"
    assert "org/model is a model: evalhub model org/model --hub " in error.hint
    assert "; evalhub conflicts --model org/model --hub " in error.hint


# --- the list of benchmarks -----------------------------------------------------------------------------------------


def test_official_benchmarks_come_first(empty_hub):
    for id in ("a/a", "b/b", "c/c", "d/d"):
        empty_hub.dataset(id, name=id)
    empty_hub.registry({"dataset": "d/d"}, {"dataset": "c/c"})
    assert names(empty_hub) == ["c/c", "d/d", "a/a", "b/b"]


def test_models_and_results_are_counted_with_pull_requests(empty_hub):
    empty_hub.dataset(tasks=("one", "two"))
    model = empty_hub.model("org/a", {"a.yaml": [entry(1, task="one"), entry(2, task="two")]})
    model.pull(1, {"b.yaml": [entry(3, task="one", notes="more")]})
    empty_hub.model("org/b", {"a.yaml": [entry(4, task="one"), entry(5, task="not there")]})
    (summary,) = empty_hub.read().list_benchmarks()
    assert (summary.models, summary.results) == (2, 4)


def test_a_benchmark_without_results_is_listed(hub):
    (summary,) = hub.read().list_benchmarks()
    assert (summary.models, summary.results) == (0, 0)


# --- one model ------------------------------------------------------------------------------------------------------


@pytest.fixture
def card(hub: HubDir) -> ModelResults:
    """A model with two results of its own, one of them for a benchmark that the hub doesn't have, and one proposed."""
    model = hub.model("org/Model-1", {"hle.yaml": [entry(1)], "gone.yaml": [entry(2, "gone/gone", "gone"), {}]})
    model.pull(4, {"tools.yaml": [entry(3, notes="With tools")]})
    hub.model("org/other", {"hle.yaml": [entry(9)]})
    return hub.read().model("model 1")


def test_a_model_has_all_its_results(card):
    shown = [(item.score.value, item.score.pull_request) for item in card.scores]
    assert shown == [(1, None), (3, 4), (2, None)]


def test_a_models_result_knows_its_benchmark_where_the_hub_has_it(card):
    assert [item.benchmark and item.benchmark.dataset_id for item in card.scores] == ["cais/hle", "cais/hle", None]


def test_a_model_counts_what_is_left_out_of_it(card):
    assert card.left_out == {"invalid_entries": 1}


def test_a_model_without_results_is_shown(hub):
    hub.model("org/model")
    assert hub.read().model("org/model").scores == ()


def test_an_ambiguous_model_lists_the_candidates(hub):
    hub.models({"a/model": 1, "b/model": 2})
    with pytest.raises(EvalhubError, match="can mean more than one model: a/model, b/model"):
        hub.read().model("model")


def test_an_unknown_model_suggests_the_nearest(hub):
    hub.models({"moonshotai/Kimi-K2": 1})
    with pytest.raises(EvalhubError, match="no model is called `kimi-k3`") as caught:
        hub.read().model("kimi-k3")
    assert "did you mean moonshotai/Kimi-K2?" in str(caught.value.hint)


def test_a_dataset_is_not_a_model(hub):
    hub.models({"org/model": 1})
    with pytest.raises(EvalhubError, match="no model is called `HLE`") as caught:
        hub.read().model("HLE")
    assert "cais/hle is a benchmark: evalhub leaderboard cais/hle --hub " in str(caught.value.hint)


def test_an_invalid_registry_does_not_hide_that_a_model_is_not_there(hub):
    hub.models({"org/model": 1})
    (hub.root / "evalhub.yaml").write_text("[")
    with pytest.raises(EvalhubError, match="no model is called `hle`"):
        hub.read().model("hle")
