"""What a log would be as results of a hub's benchmarks: told for sure, asked for, or reported; never guessed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from gitrepos import HubDir, spec

from evalhub import EvalhubError, schemas, tool_tasks, yaml_source
from evalhub.drafts import Draft, Wanted, drafts, settled
from evalhub.log_models import is_called, of_one_model
from evalhub.logs import Log, Measurement
from evalhub.results import EvalResult, Source
from evalhub.terms import Scale

SOURCE = Source("https://example.org/log")


def measured(value: float = 0.5, task: str = "hle", metric: str = "accuracy", **fields: Any) -> Measurement:
    return Measurement(task, metric, value, **fields)


def drafted(hub: HubDir, *measurements: Measurement, tool: str = "lm-eval", **wanted: Any) -> list[Draft]:
    return drafts(hub.read(), Log(tool, "1", measurements), Wanted(**wanted))


def only(hub: HubDir, *measurements: Measurement, tool: str = "lm-eval", **wanted: Any) -> EvalResult:
    (result,) = settled(drafted(hub, *measurements, tool=tool, **wanted))
    return result


def tools(hub: HubDir, *benchmarks: dict[str, Any], **mapping: dict[str, Any]) -> None:
    data = {"benchmarks": list(benchmarks), "tools": {name.replace("_", "-"): tasks for name, tasks in mapping.items()}}
    (hub.root / "evalhub.yaml").write_text(yaml.safe_dump(data))


# --- which benchmark ------------------------------------------------------------------------------------------------


def test_a_typed_benchmark_is_what_the_log_is_of(hub: HubDir) -> None:
    assert only(hub, measured(task="whatever"), benchmark="hle") == EvalResult("cais/hle", "hle", 0.5)


def test_the_registry_says_what_a_tools_task_is(hub: HubDir) -> None:
    tools(hub, lm_eval={"exam": {"dataset": "cais/hle"}})
    assert only(hub, measured(task="exam")).dataset_id == "cais/hle"


def test_the_registry_of_another_tool_says_nothing(hub: HubDir) -> None:
    tools(hub, lighteval={"exam": {"dataset": "cais/hle"}})
    (draft,) = drafted(hub, measured(task="exam"))
    assert (draft.result, draft.reason) == (None, "belongs to no benchmark that is known here")


def test_the_task_of_a_benchmark_that_is_evaluated_with_the_tool_is_known_by_its_id(hub: HubDir) -> None:
    hub.dataset("mteb/banking", tasks=("Banking77",), framework="mteb")
    assert only(hub, measured(task="Banking77"), tool="MTEB").task_id == "Banking77"


def test_a_task_of_the_same_id_is_nothing_where_another_tool_evaluates(hub: HubDir) -> None:
    hub.dataset("mteb/banking", tasks=("Banking77",), framework="harbor")
    assert drafted(hub, measured(task="Banking77"), tool="MTEB")[0].result is None


def test_the_dataset_that_the_log_names_is_known_by_config_and_split(hub: HubDir) -> None:
    text = spec("Two", ["a"]).replace("- id: a", "- id: a\n  config: one\n- id: b\n  config: two\n  split: dev")
    hub.dataset("org/two", text=text)
    result = only(hub, measured(task="x", dataset="org/two", config="two", split="dev"))
    assert (result.dataset_id, result.task_id) == ("org/two", "b")


def test_a_split_that_no_task_has_is_not_taken_for_one(hub: HubDir) -> None:
    assert drafted(hub, measured(task="x", dataset="cais/hle", split="validation"))[0].result is None


def test_a_part_of_a_dataset_is_not_taken_for_the_whole(hub: HubDir) -> None:
    assert drafted(hub, measured(task="hle_biology", dataset="cais/hle", split="test"))[0].result is None


@pytest.mark.parametrize("task", ["hle", "Humanity's Last Exam", "inspect_evals/HLE", "hle|0"])
def test_a_task_called_as_the_benchmark_is_known_by_its_dataset(hub: HubDir, task: str) -> None:
    hub.dataset("org/exam", name="Humanity's Last Exam", tasks=("hle",))
    assert only(hub, measured(task=task, dataset="org/exam")).dataset_id == "org/exam"


def test_a_task_of_a_benchmark_without_the_tasks_config_is_asked_for(hub: HubDir) -> None:
    hub.dataset("mteb/banking", tasks=("Banking77",), framework="mteb")
    with pytest.raises(EvalhubError, match=r"no value of default test.* choose with --config or --split: de test"):
        settled(drafted(hub, measured(task="Banking77", config="de", split="test"), tool="MTEB"))


def test_a_typed_config_counts_where_it_is_not_the_tasks(hub: HubDir) -> None:
    hub.dataset("mteb/banking", tasks=("Banking77",), framework="mteb")
    assert only(hub, measured(task="Banking77", config="de", split="test"), tool="MTEB", config="de").value == 0.5


CHALLENGE = spec("ARC", ["arc"]).replace("- id: arc", "- id: arc\n  config: ARC-Challenge")


@pytest.mark.parametrize(
    ("tool", "task", "fields"),
    [
        ("Inspect AI", "inspect_evals/arc_easy", {"dataset": "allenai/ai2_arc"}),
        ("lm-eval", "arc_easy", {"dataset": "allenai/ai2_arc", "config": "ARC-Easy", "split": "test"}),
        ("lighteval", "arc:easy|0", {"dataset": "allenai/ai2_arc", "config": "ARC-Easy", "split": "test"}),
    ],
)
def test_a_config_that_no_task_is_of_is_left_out(hub: HubDir, tool: str, task: str, fields: dict[str, str]) -> None:
    hub.dataset("allenai/ai2_arc", text=CHALLENGE)
    (draft,) = drafted(hub, measured(task=task, **fields), tool=tool)
    assert draft.result is None
    assert "of allenai/ai2_arc, which none of the tasks there is of" in draft.reason


def test_a_config_that_the_log_does_not_tell_is_that_of_the_tools_task(hub: HubDir) -> None:
    two = CHALLENGE + "- id: easy\n  config: ARC-Easy\n"
    hub.dataset("allenai/ai2_arc", text=two)
    assert only(hub, measured(task="inspect_evals/arc_easy"), tool="Inspect AI").task_id == "easy"


def test_configs_of_a_copy_of_the_dataset_say_nothing(hub: HubDir) -> None:
    tools(hub, lm_eval={"exam": {"dataset": "cais/hle"}})
    copy = measured(task="exam", dataset="org/copy", config="all", split="dev")
    assert only(hub, copy).dataset_id == "cais/hle"


def test_what_somebody_typed_counts_although_the_split_differs_and_is_remarked(hub: HubDir) -> None:
    (draft,) = drafted(hub, measured(split="validation"), benchmark="hle")
    assert draft.result
    assert any("validation was evaluated" in remark for remark in draft.warnings)


def test_a_shipped_mapping_for_a_benchmark_that_is_not_in_the_hub_is_reported(hub: HubDir) -> None:
    tools(hub, lm_eval={"exam": {"dataset": "org/elsewhere"}})
    (draft,) = drafted(hub, measured(task="exam"))
    assert draft.reason == "belongs to org/elsewhere, which is no benchmark of this hub"


def test_one_benchmark_for_several_tasks_of_a_log_is_refused(hub: HubDir) -> None:
    with pytest.raises(EvalhubError, match="2 tasks: a, b"):
        drafted(hub, measured(task="a"), measured(task="b"), benchmark="hle")


def test_the_logs_task_is_chosen_by_its_name(hub: HubDir) -> None:
    result = only(hub, measured(0.1, "a"), measured(0.2, "b"), benchmark="hle", task="b")
    assert (result.task_id, result.value) == ("hle", 0.2)


def test_a_task_that_the_log_does_not_have_is_an_error(hub: HubDir) -> None:
    with pytest.raises(EvalhubError, match="no task c"):
        drafted(hub, measured(task="a"), task="c")


def test_a_log_without_any_known_task_is_an_error(hub: HubDir) -> None:
    with pytest.raises(EvalhubError, match="no task of the log belongs to a benchmark"):
        settled(drafted(hub, measured(task="a")))


# --- which number ---------------------------------------------------------------------------------------------------


def test_several_metrics_are_asked_for(hub: HubDir) -> None:
    with pytest.raises(EvalhubError, match=r"several metrics; choose one with --metric: acc,none .0.5.; acc_norm,none"):
        settled(drafted(hub, measured(metric="acc,none"), measured(metric="acc_norm,none"), benchmark="hle"))


def test_a_metric_is_chosen_by_a_part_of_its_name(hub: HubDir) -> None:
    both = (measured(0.1, metric="acc,none"), measured(0.2, metric="acc_norm,none"))
    assert only(hub, *both, benchmark="hle", metric="acc_norm").value == 0.2


def test_a_part_that_several_metrics_have_is_asked_for(hub: HubDir) -> None:
    both = (measured(0.1, metric="exact_match,strict"), measured(0.2, metric="exact_match,flexible"))
    with pytest.raises(EvalhubError, match="several metrics"):
        settled(drafted(hub, *both, benchmark="hle", metric="exact_match"))


def test_a_metric_that_the_task_does_not_have_is_an_error(hub: HubDir) -> None:
    with pytest.raises(EvalhubError, match="has no metric f1; it has accuracy"):
        settled(drafted(hub, measured(), benchmark="hle", metric="f1"))


def test_the_tools_main_metric_counts(hub: HubDir) -> None:
    assert only(hub, measured(0.1, metric="a"), measured(0.2, metric="b", main=True), benchmark="hle").value == 0.2


def test_the_registrys_mapping_says_which_metric_counts(hub: HubDir) -> None:
    tools(hub, lm_eval={"exam": {"dataset": "cais/hle", "metric": "acc_norm"}})
    both = (measured(0.1, "exam", "acc,none"), measured(0.2, "exam", "acc_norm,none"))
    assert only(hub, *both).value == 0.2


def test_the_registrys_metric_of_the_benchmark_counts_where_the_log_has_it(hub: HubDir) -> None:
    hub.registry({"dataset": "cais/hle", "metric": "Accuracy"})
    assert only(hub, measured(0.1, metric="f1"), measured(0.2), benchmark="hle").value == 0.2


def test_of_several_subsets_the_one_that_the_task_is_of_counts(hub: HubDir) -> None:
    both = (measured(0.1, config="de"), measured(0.2, config="default"))
    assert only(hub, *both, benchmark="hle").value == 0.2


def test_several_values_of_one_metric_are_asked_for(hub: HubDir) -> None:
    with pytest.raises(EvalhubError, match="2 values of accuracy; choose one with --config or --split: de, fr"):
        settled(drafted(hub, measured(0.1, config="de"), measured(0.2, config="fr"), benchmark="hle"))


def test_the_subset_and_split_of_the_task_count_before_a_mean_over_all_of_them(hub: HubDir) -> None:
    three = (measured(0.1, config="default", split="test"), measured(0.2, config="de"), measured(0.3))
    assert only(hub, *three, benchmark="hle").value == 0.1


@pytest.mark.parametrize(("typed", "value"), [({"config": "fr"}, 0.2), ({"split": "dev"}, 0.3)])
def test_a_config_or_split_is_chosen_by_its_name(hub: HubDir, typed: dict[str, str], value: float) -> None:
    three = (measured(0.1, config="de"), measured(0.2, config="fr"), measured(0.3, config="de", split="dev"))
    assert only(hub, *three, benchmark="hle", **typed).value == value


def test_a_config_that_the_log_does_not_have_is_an_error(hub: HubDir) -> None:
    with pytest.raises(EvalhubError, match="nothing of that config or split; it has de"):
        settled(drafted(hub, measured(config="de"), benchmark="hle", config="fr"))


def test_the_registry_need_not_name_the_task_where_the_logs_config_tells(hub: HubDir) -> None:
    hub.dataset("org/two", text=spec("Two", ["a"]).replace("- id: a", "- id: a\n  config: one\n- id: b\n  config: two"))
    tools(hub, lm_eval={"x": {"dataset": "org/two"}})
    assert only(hub, measured(task="x", config="two")).task_id == "b"


@pytest.mark.parametrize("name", ["gsm8k", "gsm8k|5", "lighteval|gsm8k|5|0"])
def test_what_lighteval_writes_around_a_tasks_name_does_not_matter(hub: HubDir, name: str) -> None:
    tools(hub, lighteval={"gsm8k": {"dataset": "cais/hle"}})
    assert only(hub, measured(task=name), tool="lighteval").dataset_id == "cais/hle"


def test_what_evalhub_comes_with_is_as_the_registrys_schema_has_it() -> None:
    text = Path(tool_tasks.__file__).with_suffix(".yaml").read_bytes()
    assert schemas.accepts("registry", {"tools": yaml_source.parse(text).data})


def test_a_task_that_evalhub_knows_needs_no_mapping(hub: HubDir) -> None:
    assert only(hub, measured(task="inspect_evals/hle"), tool="Inspect AI").dataset_id == "cais/hle"


def test_a_fraction_becomes_percent_where_the_registry_says_so_and_that_is_told(hub: HubDir) -> None:
    hub.registry({"dataset": "cais/hle", "scale": "percent"})
    (draft,) = drafted(hub, measured(0.8462, scale=Scale.FRACTION), benchmark="hle")
    assert draft.result
    assert draft.result.value == 84.62
    assert "accuracy is 0.8462, told as 84.62: the registry says percent" in draft.remarks


@pytest.mark.parametrize(("scale", "said"), [(None, "percent"), (Scale.FRACTION, "fraction"), (Scale.FRACTION, None)])
def test_nothing_else_is_rescaled(hub: HubDir, scale: Scale | None, said: str | None) -> None:
    hub.registry({"dataset": "cais/hle", **({"scale": said} if said else {})})
    assert only(hub, measured(0.5, scale=scale), benchmark="hle").value == 0.5


def test_a_standard_error_is_reported_and_not_submitted(hub: HubDir) -> None:
    (draft,) = drafted(hub, measured(error=0.01), benchmark="hle")
    assert any("standard error, 0.01, stays in the log" in remark for remark in draft.remarks)


# --- the rest of the entry ------------------------------------------------------------------------------------------


def test_what_the_log_says_becomes_the_entry(hub: HubDir) -> None:
    fields = {"date": "2026-02-01T10:00:00Z", "revision": "a" * 40, "setup": ("5-shot", "limit 10")}
    result = only(hub, measured(source_url=SOURCE.url, **fields), benchmark="hle")
    wanted = EvalResult("cais/hle", "hle", 0.5, "a" * 40, None, "2026-02-01T10:00:00Z", SOURCE, "5-shot; limit 10")
    assert result == wanted


def test_a_commit_of_a_copy_of_the_dataset_is_none_of_the_dataset(hub: HubDir) -> None:
    (draft,) = drafted(hub, measured(dataset="org/copy", revision="a" * 40), benchmark="hle")
    assert draft.result
    assert draft.result.revision is None
    assert "org/copy was evaluated, not cais/hle itself" in draft.warnings


def test_what_was_typed_counts_before_the_log(hub: HubDir) -> None:
    measurement = measured(date="2026-02-01", revision="a" * 40, setup=("5-shot",), source_url="https://example.org/x")
    typed = {"date": "2026-03-01", "revision": "b" * 40, "notes": "mine", "source": SOURCE}
    result = only(hub, measurement, benchmark="hle", **typed)
    assert result == EvalResult("cais/hle", "hle", 0.5, "b" * 40, None, "2026-03-01", SOURCE, "mine")


def test_empty_notes_drop_what_the_log_says_of_the_setup(hub: HubDir) -> None:
    assert only(hub, measured(setup=("5-shot",)), benchmark="hle", notes="").notes is None


# --- whose it is ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["org/model", "Org/Model", "hf/org/model", "model", "MODEL"])
def test_tools_call_a_model_in_several_ways(name: str) -> None:
    assert is_called("org/model", name)


@pytest.mark.parametrize("name", ["other/model", "org", "org/model/x", "", "org/model-2"])
def test_another_models_name_is_not_taken_for_it(name: str) -> None:
    assert not is_called("org/model", name)


def whose(hub: HubDir, typed: str | None, *models: str | None) -> tuple[str, list[float], str | None]:
    for id in ("org/a", "org/mine"):
        hub.model(id)
    found = drafted(hub, *(measured(number, model=model) for number, model in enumerate(models)), benchmark="hle")
    model_id, own, warning = of_one_model(hub.read(), found, typed)
    return model_id, [draft.result.value for draft in own if draft.result], warning


def test_a_log_of_another_model_is_warned_about(hub: HubDir) -> None:
    warning = "the log is of mockllm/model, and you submit it for org/mine"
    assert whose(hub, "mine", "mockllm/model") == ("org/mine", [0], warning)


def test_a_log_that_names_no_model_is_of_the_one_that_was_typed(hub: HubDir) -> None:
    assert whose(hub, "mine", None) == ("org/mine", [0], None)


def test_of_several_models_ones_own_counts(hub: HubDir) -> None:
    assert whose(hub, "mine", "org/a", "hf/org/mine") == ("org/mine", [1], None)


def test_a_log_of_several_other_models_is_refused(hub: HubDir) -> None:
    with pytest.raises(EvalhubError, match="none is org/mine: org/b, org/c"):
        whose(hub, "org/mine", "org/b", "org/c")


def test_without_a_model_typed_it_is_the_logs(hub: HubDir) -> None:
    assert whose(hub, None, "vllm/org/mine") == ("org/mine", [0], None)


@pytest.mark.parametrize("models", [("org/a", "org/mine"), (None,)])
def test_without_a_model_typed_the_log_must_name_just_one(hub: HubDir, models: tuple[str | None, ...]) -> None:
    with pytest.raises(EvalhubError, match=r"the log (is of 2|names no) model"):
        whose(hub, None, *models)


def test_a_model_of_a_log_that_is_not_in_the_hub_is_an_error(hub: HubDir) -> None:
    with pytest.raises(EvalhubError, match="which is no model of the hub"):
        whose(hub, None, "hf/org/other")
