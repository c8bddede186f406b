"""What the rules find in `eval.yaml`: against the dataset's card, against the results, and all of it together."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
import yaml
from costs import budget
from gitrepos import HubDir, spec
from hypothesis import given, settings
from hypothesis import strategies as st
from specs import FIELDS, HEADER, SPLITS, Card, check, inspect_task, marked, only, plain, summary
from test_yaml_properties import DATA

from evalhub import validate
from evalhub.checking import check_files
from evalhub.checkouts import source_file
from evalhub.dataset_card import read_card
from evalhub.diagnostics import FileRef
from evalhub.rules.peers import Claim
from evalhub.rules.subjects import Context
from evalhub.rules.templates import TEMPLATES


@pytest.mark.parametrize("card", [None, FIELDS, SPLITS, {**FIELDS, **SPLITS}])
def test_good_spec_has_no_findings(card: Card | None) -> None:
    assert check(inspect_task(), card) == []


# --- fields ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "spec",
    [
        "{input: wrong, target: answer}",
        "{input: question, target: wrong}",
        "{input: question, target: answer, choices: wrong}",
        "{input: question, target: answer, choices: [options, wrong]}",
        "{input: question, target: answer, input_image: wrong}",
        "{input: question, target: answer, metadata: [image, wrong]}",
        "{input: question, target: answer, description: wrong}",
    ],
)
def test_field_that_the_dataset_lacks_is_found_at_its_name(spec: str) -> None:
    assert summary(check(inspect_task(field_spec=spec), FIELDS)) == [("EH304", "wrong")]


def test_field_suggests_the_nearest() -> None:
    assert (
        only(check(inspect_task(field_spec="{input: qestion, target: answer}"), FIELDS)).hint
        == "did you mean question?"
    )


def test_field_that_is_like_no_other_lists_those_there_are() -> None:
    found = only(check(inspect_task(field_spec="{input: zzz, target: answer}"), FIELDS))
    assert found.hint == "its fields: answer, image, options, question"


@pytest.mark.parametrize("target", ["literal:A", "'literal:'", "literal:anything at all"])
def test_literal_target_is_no_field(target: str) -> None:
    assert check(inspect_task(field_spec=f"{{input: question, target: {target}}}"), FIELDS) == []


@pytest.mark.parametrize(("spec", "name"), [("{input: question}", "target"), ("{target: answer}", "input")])
def test_field_that_is_read_without_being_named_is_found_too(spec: str, name: str) -> None:
    found = only(check(inspect_task(field_spec=spec), FIELDS))
    assert (found.code, marked(found), f"add `{name}: …`" in (found.hint or "")) == ("EH304", "field_spec", True)


@pytest.mark.parametrize(
    "card",
    [
        {},
        {"dataset_info": {"config_name": "other", "features": [{"name": "x"}]}},
        {"dataset_info": {"features": []}},
        {"dataset_info": {"features": [{"name": "x"}, "y"]}},
        {"dataset_info": {"features": [{"name": 1}]}},
        {"dataset_info": {"features": {"name": "x"}}},
        {"dataset_info": [{"features": [{"name": "x"}]}, 3]},
        {"dataset_info": "x"},
        {"configs": 3, "dataset_info": {"features": [{"name": "x"}]}},
    ],
)
def test_fields_are_not_judged_where_the_card_does_not_tell_them(card: Card) -> None:
    assert check(inspect_task(), card) == []


def test_fields_are_those_of_the_task_config() -> None:
    card = {"dataset_info": [{"config_name": name, "features": [{"name": name}]} for name in ("a", "b")]}
    found = check(inspect_task(config="a", field_spec="{input: a, target: b}"), card)
    assert summary(found) == [("EH304", "b")]


def test_fields_of_other_frameworks_are_not_judged() -> None:
    assert check(plain(field_spec="{input: wrong}"), FIELDS, framework="harbor") == []


# --- configs --------------------------------------------------------------------------------------------------------


TWO = {"configs": [{"config_name": "main"}, {"config_name": "extra"}]}
CONFIG_CARDS: list[Card] = [
    TWO,
    {"dataset_info": [{"config_name": "main"}, {"config_name": "extra"}]},
    {"configs": [{"config_name": "main"}], "dataset_info": {"config_name": "mian"}},
]


@pytest.mark.parametrize("framework", ["inspect-ai", "harbor"])
@pytest.mark.parametrize("card", CONFIG_CARDS)
def test_config_that_the_card_lacks_is_found_at_its_name(card: Card, framework: str) -> None:
    found = only(check(inspect_task(config="mian"), card, framework=framework))
    assert (found.code, marked(found), found.hint) == ("EH305", "mian", "did you mean main?")


@pytest.mark.parametrize("card", CONFIG_CARDS)
def test_config_that_the_card_has_is_fine(card: Card) -> None:
    assert check(inspect_task(config="main"), card) == []


def test_task_for_inspect_without_config_needs_the_one_called_default() -> None:
    found = only(check(inspect_task(), TWO))
    assert (found.code, marked(found), found.hint) == ("EH305", "sums", "add `config: …` with one of: extra, main")


def test_default_that_the_card_marks_is_not_the_one_called_default() -> None:
    assert only(check(inspect_task(), {"configs": [{"config_name": "main", "default": True}]})).code == "EH305"


@pytest.mark.parametrize(
    "card",
    [
        {"configs": [{"config_name": "default"}, {"config_name": "main"}]},
        {"configs": [{"data_files": "x"}]},
        {"configs": {"data_files": "x"}},
        {"dataset_info": {"splits": []}},
        {"dataset_info": {"config_name": "plain_text"}},
    ],
)
def test_task_without_config_is_fine_where_default_may_be_loaded(card: Card) -> None:
    assert check(inspect_task(split="train"), card) == []


def test_task_of_another_framework_without_config_is_not_judged() -> None:
    assert check(plain(), TWO, framework="harbor") == []


@pytest.mark.parametrize("configs", [[{"config_name": 1}], [3], "x", [], None, [{"config_name": "main"}, None]])
def test_configs_are_not_judged_where_the_card_does_not_tell_them(configs: object) -> None:
    assert check(inspect_task(config="any"), {"configs": configs}) == []


# --- splits ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("framework", ["inspect-ai", "harbor"])
@pytest.mark.parametrize(
    "card",
    [
        SPLITS,
        {"dataset_info": {"splits": [{"name": "test"}, {"name": "dev"}]}},
        {**SPLITS, "dataset_info": {"splits": [{"name": "dev"}]}},
    ],
)
def test_split_that_the_config_lacks_is_found_at_its_name(card: Card, framework: str) -> None:
    found = only(check(inspect_task(split="tset"), card, framework=framework))
    assert (found.code, marked(found), found.hint) == ("EH306", "tset", "did you mean test?")


@pytest.mark.parametrize("files", ["x.csv", ["x.csv", "*.json"], "data/*"])
def test_files_without_splits_are_train(files: object) -> None:
    card = {"configs": [{"config_name": "default", "data_files": files}]}
    assert [summary(check(inspect_task(split=split), card)) for split in ("train", "dev")] == [[], [("EH306", "dev")]]


def test_task_for_inspect_without_split_needs_the_one_called_test() -> None:
    found = only(check(inspect_task(), {"dataset_info": {"splits": [{"name": "train"}]}}))
    assert (found.code, marked(found), found.hint) == ("EH306", "sums", "add `split: …` with one of: train")


def test_task_of_another_framework_without_split_is_not_judged() -> None:
    card = {"dataset_info": {"splits": [{"name": "train"}]}}
    assert check(plain(), card, framework="harbor") == []


@pytest.mark.parametrize("split", ["test", "test[:100]", "test[10%:] + dev", "dev(closest)", "all", "test+dev"])
def test_split_may_be_what_the_library_takes_for_one(split: str) -> None:
    assert check(inspect_task(split=f"'{split}'"), SPLITS) == []


def test_part_of_a_split_that_is_missing_is_named() -> None:
    assert "no split train" in only(check(inspect_task(split="test+train[:5]"), SPLITS)).message


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"data_dir": "x"},
        {"data_files": []},
        {"data_files": {"train": "x"}},
        {"data_files": [{"path": "x"}]},
        {"data_files": ["x", {"split": "dev", "path": "x"}]},
        {"data_files": 3},
    ],
)
def test_splits_are_not_judged_where_the_card_does_not_tell_them(config: dict[str, Any]) -> None:
    assert check(inspect_task(split="any"), {"configs": [{"config_name": "default", **config}]}) == []


def test_split_of_an_unknown_config_is_not_a_second_finding() -> None:
    assert [found.code for found in check(inspect_task(config="any", split="any"), SPLITS)] == ["EH305"]


# --- results that point to other tasks ------------------------------------------------------------------------------


def test_task_that_results_still_name_is_a_warning_at_the_tasks() -> None:
    found = only(check(inspect_task(id="sums_v2"), None, "sums", "sums"))
    assert (found.code, found.is_error, marked(found)) == ("EH311", False, "tasks")


def test_task_that_results_still_name_is_told_with_their_number_and_its_likely_name() -> None:
    found = only(check(inspect_task(id="sums_v2"), None, "sums", "sums"))
    assert "2 results point to the task sums, which isn't defined here" in found.message
    assert "renamed to sums_v2?" in (found.hint or "")


def test_task_that_is_like_no_other_is_to_be_kept() -> None:
    assert (only(check(inspect_task(), None, "zzz", "zzz")).hint or "").startswith("keep the task")


@pytest.mark.parametrize("slip", ["Sums", "zzz"])
def test_slip_of_one_result_is_not_told_of_the_benchmark(slip: str) -> None:
    assert check(inspect_task(), None, slip) == []


def test_few_removed_tasks_are_told_those_with_most_results_first() -> None:
    found = check(inspect_task(), None, *("zz", "zz", "zz"), *[f"y{number}" for number in range(30)] * 2)
    assert (len(found), "task zz," in found[0].message) == (5, True)


@pytest.mark.parametrize("tasks", ["- {name: x}\n", "- {id: 3}\n", "[]\n", "- sums\n"])
def test_tasks_without_an_id_are_one_mistake(tasks: str) -> None:
    assert "EH311" not in {found.code for found in check(tasks, None, "zzz", "zzz", framework="harbor")}


def test_results_for_tasks_that_are_defined_are_fine() -> None:
    assert check(inspect_task(), None, "sums", "sums") == []


def test_file_outside_any_repository_has_no_results() -> None:
    source = source_file(FileRef("eval.yaml"), HEADER.format("harbor") + plain())
    claim = Claim(FileRef("a.yaml", "org/m"), 0, 1, "None", "zzz")
    assert check_files([source], Context(), elsewhere=lambda: [claim])[0].diagnostics == ()


# --- together -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("task", "code"),
    [
        (inspect_task(splits="dev"), "EH111"),
        (inspect_task(configs="default"), "EH111"),
        (inspect_task(config="3"), "EH112"),
        (inspect_task(field_spec=""), "EH110"),
        (
            inspect_task(
                field_spec="{input: question, target: answer, choice: options}", solvers="[{name: multiple_choice}]"
            ),
            "EH111",
        ),
        (
            inspect_task(
                field_spec="{input: question, target: answer, choices: null}", solvers="[{name: multiple_choice}]"
            ),
            "EH112",
        ),
        (inspect_task(solvers="[{name: multiple_choise}]", scorers="[{name: choice}]"), "EH113"),
        (inspect_task(solvers="[]"), "EH113"),
    ],
)
def test_one_mistake_is_told_once(task: str, code: str) -> None:
    card = {**FIELDS, "configs": [{"config_name": "default", "data_files": [{"split": "dev", "path": "x"}]}]}
    if "split" not in task:
        task += "  split: dev\n"
    assert [found.code for found in check(task, card)] == [code]


# --- real repositories ----------------------------------------------------------------------------------------------


def _codes(hub: HubDir, dataset: str = "org/sums") -> list[str]:
    return [found.code for found in validate([hub.root / "datasets" / dataset], hub=hub.root).diagnostics]


@pytest.mark.parametrize("bare", [False, True])
def test_card_is_the_readme_beside_the_spec(hub: HubDir, bare: bool) -> None:
    repo = hub.dataset("org/sums", text=HEADER.format("harbor") + plain(split="tset"), bare=bare)
    header = yaml.safe_dump(SPLITS)
    repo.commit({"./README.md": f"---\n{header}---\n# Sums\n"})
    assert [found.code for found in validate([repo.path], hub=hub.root).diagnostics] == ["EH306"]


@pytest.mark.parametrize("readme", ["# Sums\n", "---\nconfigs: [\n---\n", b"\xff\xfe", "---\n- a\n---\n"])
def test_readme_without_a_header_that_can_be_read_tells_nothing(hub: HubDir, readme: str | bytes) -> None:
    repo = hub.dataset("org/sums", text=HEADER.format("harbor") + plain(config="any", split="any"))
    repo.commit({"./README.md": readme})
    assert _codes(hub) == []


def test_results_of_other_repositories_are_compared_with_the_tasks(hub: HubDir) -> None:
    hub.dataset("org/sums", tasks=("summation",))
    hub.models({"org/a": 1, "org/b": 2}, "org/sums", "sums")
    assert _codes(hub) == ["EH311"]


def test_a_task_that_was_there_is_told_for_one_result_already(hub: HubDir) -> None:
    repo = hub.dataset("org/sums", tasks=("sums", "products"))
    repo.commit({"./eval.yaml": spec("Sums", ["summation", "products"])})
    hub.models({"org/a": 1}, "org/sums", "sums")
    (found,) = validate([repo.path], hub=hub.root).diagnostics
    assert (found.code, found.message) == (
        "EH311",
        "1 result points to the task sums, which isn't defined here any more",
    )


def test_a_task_that_is_being_removed_was_there(hub: HubDir) -> None:
    repo = hub.dataset("org/sums", tasks=("sums", "products"))
    hub.models({"org/a": 1}, "org/sums", "sums")
    assert _codes(hub) == []
    (repo.path / "eval.yaml").write_text(spec("Sums", ["products"]))
    assert _codes(hub) == ["EH311"]


# --- anything -------------------------------------------------------------------------------------------------------


WORDS = st.sampled_from(["default", "test", "train", "answer", "question", "literal:"]) | st.text(
    "{}a!:[].0", max_size=8
)
ANYTHING = WORDS | DATA


def _mappings(keys: str, values: st.SearchStrategy[Any] = ANYTHING) -> st.SearchStrategy[Any]:
    return st.dictionaries(st.sampled_from(keys.split()), values, max_size=4)


NAMES = st.sampled_from([*TEMPLATES, "generate", "choice", "answer", "pattern", "match"])
ARGUMENTS = _mappings("template critique_template completion_template model pattern x")
STEPS = st.lists(st.fixed_dictionaries({"name": NAMES}, optional={"args": ARGUMENTS}), max_size=3)
FIELDS_OF = _mappings("input target choices metadata description", WORDS | st.lists(WORDS, max_size=2) | DATA)
TASKS = st.fixed_dictionaries(
    {"id": WORDS | DATA, "field_spec": FIELDS_OF, "solvers": STEPS, "scorers": STEPS},
    optional={"config": ANYTHING, "split": ANYTHING},
)
NAMED = st.lists(st.fixed_dictionaries({"name": WORDS, "split": WORDS, "path": WORDS}), max_size=2)
ABOUT = _mappings("config_name data_files splits features", NAMED | ANYTHING)
CARDS = st.fixed_dictionaries({}, optional={key: ABOUT | st.lists(ABOUT) | DATA for key in ("configs", "dataset_info")})


@settings(max_examples=150, deadline=None)
@given(st.lists(TASKS | DATA, max_size=2) | DATA, CARDS)
def test_no_tasks_and_no_card_make_a_rule_fail(tasks: object, card: Card) -> None:
    check(f"  {json.dumps(tasks, ensure_ascii=False)}\n", card)
    read_card(card)


HOSTILE = "\\e[31m\\u202e\\x9b" + "x" * 300


@pytest.mark.parametrize(
    "task",
    [
        inspect_task(config=f'"{HOSTILE}"'),
        inspect_task(split=f'"{HOSTILE}"'),
        inspect_task(field_spec=f'{{input: "{HOSTILE}"}}'),
        inspect_task(scorers=f'[{{name: answer, args: {{pattern: "{HOSTILE}"}}}}]'),
        inspect_task(solvers=f'[{{name: prompt_template, args: {{template: "{{{HOSTILE}}}"}}}}]'),
    ],
)
def test_hostile_text_is_told_shortly_and_without_controls(task: str) -> None:
    card = {**FIELDS, "configs": [{"config_name": "default", "data_files": [{"split": "\x1b" * 90, "path": "x"}]}]}
    found = check(task, card, "\x1b" * 500, "\x1b" * 500)
    assert len(found) > 1
    for text in [text for one in found for text in (one.message, one.hint or "")]:
        assert text.isprintable()
        assert len(text) <= 500


LONG = "{prompt} " * 20_000
MANY_FIELDS = {"dataset_info": {"features": [{"name": f"field {number}"} for number in range(30_000)]}}
REPEATED = "- &t\n  id: a\n  field_spec: {input: q}\n  solvers:\n  - name: prompt_template\n    args:\n      template: "


@pytest.mark.parametrize(
    ("tasks", "card"),
    [
        (f"{REPEATED}'{LONG}'\n" + "- *t\n" * 5_000, None),
        (f"{REPEATED}'{'{' * 100_000}'\n" + "- *t\n" * 5_000, None),
        (REPEATED + "'" + " ".join(f"{{a{n}}}" for n in range(20_000)) + "'\n" + "- *t\n" * 5_000, None),
        ("".join(inspect_task(id=f"t{number}") for number in range(3_000)), MANY_FIELDS),
        ("- {id: a, split: " + "a+" * 100_000 + "}\n" + "- {id: b, config: " + "b" * 100_000 + "}\n", SPLITS),
    ],
    ids=["long template", "braces", "many placeholders", "many fields", "long names"],
)
def test_large_files_cost_little_time(tasks: str, card: Card | None) -> None:
    begun = time.process_time()
    check(tasks, card, *(f"task {number}" for number in range(5_000)))
    assert time.process_time() - begun < budget(3)
