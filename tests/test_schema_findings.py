"""What newcomers are told about their files: the code, the place, the words."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from evalhub import schemas, yaml_source
from evalhub.choices import MAX_PROBLEMS
from evalhub.diagnostics import CODES
from evalhub.schema_findings import findings
from evalhub.sifting import MOST_LOOKED_AT
from evalhub.yaml_source import Problem

BENCHMARK = "name: HLE\ndescription: Hard.\nevaluation_framework: {}\ntasks:\n"
INSPECT = BENCHMARK.format("inspect-ai")
COMPLETE = "- id: hle\n  field_spec: {input: q}\n  solvers: [{name: generate}]\n  scorers: [{name: choice}]\n"


def _found(name: str, text: str, definition: str | None = None) -> list[Problem]:
    document = yaml_source.parse(text.encode())
    assert not document.fatal
    return findings(name, document, definition=definition)[0]


def _only(name: str, text: str, definition: str | None = None) -> Problem:
    problems = _found(name, text, definition)
    assert len(problems) == 1, problems
    return problems[0]


def _entry(**changes: str) -> str:
    keys = {"dataset": "{id: cais/hle, task_id: hle}", "value": "44.9", **changes}
    return "- " + "\n  ".join(f"{key}: {value}" for key, value in keys.items()) + "\n"


def _place(problem: Problem) -> tuple[int, int, int, int]:
    span = problem.span
    return span.line, span.column, span.end_line, span.end_column


# --- nothing to find ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "text"),
    [("eval_results", _entry()), ("eval_results", "[]"), ("eval", INSPECT + COMPLETE), ("registry", "{}")],
)
def test_valid_file_has_no_findings(name: str, text: str) -> None:
    assert _found(name, text) == []


# --- missing keys ---------------------------------------------------------------------------------------------------


def test_missing_key_of_an_entry_is_shown_at_the_entry() -> None:
    problem = _only("eval_results", "- dataset: {id: cais/hle, task_id: hle}\n")
    assert (problem.code, _place(problem), problem.path) == ("EH110", (1, 3, 1, 40), (0,))


def test_missing_key_of_a_named_mapping_is_shown_at_its_name() -> None:
    problem = _only("eval_results", _entry(source="{name: Paper}"))
    assert (problem.code, _place(problem), problem.path) == ("EH110", (3, 3, 3, 9), (0, "source"))


def test_missing_key_is_named_with_an_example_to_type() -> None:
    problem = _only("eval_results", "- value: 3\n")
    assert problem.message == "the key `dataset` is missing in entry 1"
    assert problem.hint == "add `dataset: …`, as in `dataset: {id: cais/hle, task_id: hle}`"


def test_every_missing_key_is_found_in_the_order_of_the_format() -> None:
    problems = _found("eval", "name: HLE\n")
    assert [problem.hint.split(":")[0] for problem in problems if problem.hint] == [
        "add `description",
        "add `evaluation_framework",
        "add `tasks",
    ]


# --- unknown keys ---------------------------------------------------------------------------------------------------


def test_unknown_key_is_shown_at_the_key() -> None:
    problem = _only("eval_results", _entry(sorce="{url: https://example.org}"))
    assert (problem.code, _place(problem), problem.path) == ("EH111", (3, 3, 3, 8), (0, "sorce"))


def test_unknown_key_has_the_nearest_known_one_as_its_hint() -> None:
    problem = _only("eval_results", _entry(sorce="{url: https://example.org}"))
    assert (problem.message, problem.hint) == ("unknown key `sorce`", "did you mean `source`?")


def test_unknown_key_near_nothing_has_the_known_keys_as_its_hint() -> None:
    problem = _only("eval_results", "- value: 1\n  dataset: {id: a/b, task_id: c, size: 3}\n")
    assert problem.hint == "remove it, or use one of: id, task_id, revision"


def test_unknown_key_that_belongs_one_level_deeper_is_sent_there() -> None:
    assert _only("eval_results", _entry(task_id="hle")).hint == "write it inside `dataset`"


def test_unknown_key_is_not_taken_for_one_that_is_there() -> None:
    assert "did you mean" not in str(_only("eval_results", _entry(score="3")).hint)


def test_scores_for_scorers_is_one_finding() -> None:
    problem = _only("eval", INSPECT + COMPLETE.replace("scorers", "scores"))
    assert (problem.message, problem.hint) == ("unknown key `scores`", "did you mean `scorers`?")


@pytest.mark.parametrize(
    ("key", "meant"), [("vaule", "value"), ("Value", "value"), ("score", "value"), ("accuracy", "value")]
)
def test_required_key_under_another_name_is_one_finding(key: str, meant: str) -> None:
    problem = _only("eval_results", f"- dataset: {{id: a/b, task_id: c}}\n  {key}: 3\n")
    assert (problem.code, problem.hint) == ("EH111", f"did you mean `{meant}`?")


def test_misspelt_required_key_is_one_finding_where_other_keys_are_allowed() -> None:
    problem = _only("eval", BENCHMARK.format("mteb").replace("tasks", "task") + "- id: x\n")
    assert (problem.code, problem.path, problem.hint) == ("EH111", ("task",), "did you mean `tasks`?")


def test_unknown_key_shows_no_control_characters() -> None:
    assert _only("eval_results", _entry(**{'"\\e[31m"': "1"})).message == "unknown key `\\x1b[31m`"


def test_very_long_key_is_cut() -> None:
    assert len(_only("eval_results", _entry(**{"k" * 1000: "1"})).message) < 100


# --- wrong types ----------------------------------------------------------------------------------------------------


def test_wrong_type_is_shown_at_the_value() -> None:
    problem = _only("eval_results", _entry(value='"84.6"'))
    assert (problem.code, _place(problem), problem.path) == ("EH112", (2, 10, 2, 16), (0, "value"))


def test_wrong_type_is_told_in_words() -> None:
    assert _only("eval_results", _entry(value='"84.6"')).message == '`value` must be a number, not the text "84.6"'


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ('"84.6"', "remove the quotes: 84.6"),
        ("'84'", "remove the quotes: 84"),
        ('"9007199254740993"', "remove the quotes: 9007199254740993"),
        ("1e5", "write 100000.0: YAML 1.1 reads 1e5 as text"),
        ("1e-7", "write 1.0e-07: YAML 1.1 reads 1e-7 as text"),
        ("84.6%", "write 84.6"),
        ('"84.6 %"', "write 84.6"),
        ('"84,6"', "write 84.6"),
        ('"017"', "write 17"),
        ("43.2 ± 2.9", "write 43.2, and the ± 2.9 in `notes`"),
        ("12,345", "write a number, such as 44.9"),
        ("1e999", "write a number, such as 44.9"),
        ("n/a", "write a number, such as 44.9"),
        ("true", "write a number, such as 44.9"),
        ("[1]", "write a number, such as 44.9"),
    ],
)
def test_hint_for_what_is_no_number(written: str, hint: str) -> None:
    assert _only("eval_results", _entry(value=written)).hint == hint


@pytest.mark.parametrize(
    "written", ['"84.6"', "1e5", "1e-7", "1E22", "1e-300", '"+3"', "1.5e5", '".5e1"', '"5."', "84.6%", '"0_1"', "1e5%"]
)
def test_number_in_a_hint_is_a_number_for_yaml(written: str) -> None:
    hint = str(_only("eval_results", _entry(value=written)).hint)
    number = hint.removeprefix("remove the quotes: ").removeprefix("write a number, such as ").removeprefix("write ")
    assert isinstance(yaml.safe_load(number.split(":")[0]), int | float)


@pytest.mark.parametrize(
    ("written", "hint"),
    [("2024", 'put it in quotes: "2024"'), ("no", 'put it in quotes: "no"'), ("1.50", 'put it in quotes: "1.50"')],
)
def test_hint_for_text_that_yaml_reads_as_something_else(written: str, hint: str) -> None:
    assert _only("eval_results", _entry(notes=written)).hint == hint


def test_key_without_a_value_is_shown_at_the_key() -> None:
    problem = _only("eval_results", _entry(notes=""))
    assert (_place(problem), problem.message) == ((3, 3, 3, 8), "`notes` is empty: it must be text")


def test_optional_key_without_a_value_may_be_removed() -> None:
    assert _only("eval_results", _entry(notes="")).hint == "remove the key, or write it like this: With tools"


def test_required_key_without_a_value_may_not_be_removed() -> None:
    assert _only("eval_results", _entry(value="")).hint == "write a number, such as 44.9"


def test_optional_key_behind_a_reference_may_be_removed() -> None:
    assert str(_only("eval", INSPECT + COMPLETE + "  split:\n").hint).startswith("remove the key, or")


@pytest.mark.parametrize("text", ["dataset: {id: cais/hle}\n", "", "hle\n", "{}"])
def test_results_that_are_no_list_are_told_to_begin_entries_with_a_dash(text: str) -> None:
    assert _only("eval_results", text).hint == 'begin each entry with "- "'


def test_empty_file_says_so() -> None:
    assert _only("eval_results", "# nothing yet\n").message == "the file is empty: it must be a list"


def test_empty_benchmark_is_told_its_keys() -> None:
    hint = "write a mapping with the keys name, description, evaluation_framework, tasks"
    assert _only("eval", "").hint == hint


def test_mapping_in_place_of_a_nested_list_is_told_to_begin_items_with_a_dash() -> None:
    problem = _only("eval", BENCHMARK.format("mteb") + "  id: x\n")
    assert (problem.message, problem.hint) == ("`tasks` must be a list, not a mapping", 'begin each item with "- "')


def test_text_in_place_of_a_mapping_with_one_required_key_is_put_into_it() -> None:
    problem = _only("eval", INSPECT + COMPLETE.replace("{name: generate}", "generate"))
    assert (problem.message, problem.hint) == (
        'item 1 of `solvers` must be a mapping, not the text "generate"',
        "write it like this: {name: generate}",
    )


def test_text_in_place_of_a_mapping_with_more_keys_gets_an_example() -> None:
    assert _only("eval_results", _entry(dataset="hle")).hint == "write it like this: {id: cais/hle, task_id: hle}"


# --- wrong values ---------------------------------------------------------------------------------------------------


def test_wrong_name_has_the_nearest_allowed_one_as_its_hint() -> None:
    problem = _only("eval", INSPECT + COMPLETE.replace("choice", "choise"))
    assert (problem.code, problem.message, problem.hint) == (
        "EH113",
        '`name` can\'t be "choise"',
        "did you mean `choice`?",
    )


def test_wrong_name_near_nothing_has_all_allowed_ones_as_its_hint() -> None:
    problem = _only("registry", "benchmarks: [{dataset: a/b, scale: '?'}]")
    assert problem.hint == "write one of: percent, fraction"


def test_wrong_date_has_examples_as_its_hint() -> None:
    problem = _only("eval_results", _entry(date="06/11/2025"))
    assert (problem.code, problem.hint) == ("EH113", 'write it like "2025-11-06" or "2025-11-06T14:30:00Z"')


def test_dataset_without_an_organisation_has_examples_as_its_hint() -> None:
    problem = _only("eval_results", _entry(dataset="{id: hle, task_id: hle}"))
    assert (_place(problem), problem.hint) == ((1, 17, 1, 20), "write it like cais/hle or TIGER-Lab/MMLU-Pro")


def test_address_in_place_of_a_dataset_id_is_shortened() -> None:
    url = "https://huggingface.co/datasets/cais/hle"
    assert _only("eval_results", _entry(dataset=f"{{id: '{url}', task_id: hle}}")).hint == "write only cais/hle"


def test_empty_text_is_one_finding_though_it_fails_the_pattern_too() -> None:
    problem = _only("eval_results", _entry(dataset="{id: '', task_id: hle}"))
    assert problem.message == "`dataset.id` must not be empty"


def test_empty_list_gets_an_example() -> None:
    problem = _only("eval", INSPECT + COMPLETE.replace("[{name: generate}]", "[]"))
    assert (problem.code, problem.hint) == ("EH113", "write it like this: [{name: generate}]")


def test_number_that_is_too_small_is_told_the_least() -> None:
    problem = _only("eval", INSPECT + COMPLETE + "  epochs: 0\n")
    assert (problem.message, problem.hint) == ("`epochs` must be at least 1, not 0", "write 1 or more")


def test_value_shows_no_control_characters() -> None:
    message = _only("eval_results", _entry(dataset='{id: "\\e[31m", task_id: x}')).message
    assert message == '`dataset.id` does not have the expected form: "\\x1b[31m"'


# --- all of a file --------------------------------------------------------------------------------------------------


def test_findings_are_sorted_by_position() -> None:
    text = _entry(value="x", sorce="1", date="soon") + _entry(dataset="{task_id: x}", value="")
    places = [_place(problem)[:2] for problem in _found("eval_results", text)]
    assert places == [(2, 10), (3, 3), (4, 9), (5, 3), (6, 3)]


@pytest.mark.parametrize("count", [0, 1, MOST_LOOKED_AT, MOST_LOOKED_AT + 1])
def test_findings_are_limited_and_more_is_told(count: int) -> None:
    problems, more = findings("eval_results", yaml_source.parse(b"- 3\n" * count or b"[]"))
    assert (len(problems), more) == (min(count, MOST_LOOKED_AT), count > MOST_LOOKED_AT)


def test_unknown_keys_of_one_mapping_are_limited_and_more_is_told() -> None:
    keys = "".join(f"  key{number}:\n" for number in range(MAX_PROBLEMS + 2))
    problems, more = findings("eval_results", yaml_source.parse((_entry() + keys).encode()))
    assert (len(problems), more) == (MAX_PROBLEMS + 1, True)


def test_only_some_entries_are_looked_at_and_told_as_among_all() -> None:
    text = _entry(value="x") + _entry(date="soon") + _entry(sorce="1") + "- 3\n"
    document = yaml_source.parse(text.encode())
    every = findings("eval_results", document)[0]
    assert findings("eval_results", document, only=frozenset({1, 3}))[0] == [every[1], every[3]]


def test_wrong_branch_of_a_leaderboard_is_not_told() -> None:
    board = {**schemas.schema("leaderboard")["examples"][0], "policy": "worst"}
    problem = _only("leaderboard", yaml.safe_dump(board))
    assert (problem.path, problem.hint) == (("policy",), "write one of: best, trusted, latest")


def test_definition_checks_one_entry() -> None:
    problem = _only("eval_results", "dataset: {id: a/b, task_id: c}\n", definition="entry")
    assert (problem.message, problem.path) == ("the key `value` is missing in the entry", ())


def test_optional_key_of_a_definition_may_be_removed() -> None:
    text = "dataset: {id: a/b, task_id: c}\nvalue: 3\nnotes:\n"
    assert str(_only("eval_results", text, definition="entry").hint).startswith("remove the key, or")


SAMPLES: dict[str, Any] = {
    "eval_results": yaml.safe_load(_entry(source="{url: u, name: n}", date='"2025-11-06"')),
    "eval": yaml.safe_load(INSPECT + COMPLETE + "  epochs: 3\n  epoch_reducer: mean\n"),
    "registry": {"benchmarks": [{"dataset": "a/b", "aliases": ["x"], "scale": "percent", "tasks": [{"id": "t"}]}]},
    "leaderboard": schemas.schema("leaderboard")["examples"][0],
}
WRONG = st.sampled_from(
    [None, True, 0, -1, 2.5, 10**30, "", " ", "x", "84.6", "1e5", "a\nb", "\x1b[31m", "é/🎉", [], [None], {}, {"k": 1}]
)


@st.composite
def _spoilt(draw: st.DrawFn) -> tuple[str, str]:
    name = draw(st.sampled_from(sorted(SAMPLES)))
    data = copy.deepcopy(SAMPLES[name])
    for _ in range(draw(st.integers(1, 3))):
        place = data
        while isinstance(place, dict | list) and place:
            key = draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
            if draw(st.booleans()) or not isinstance(place[key], dict | list) or not place[key]:
                place[key] = copy.deepcopy(draw(WRONG))
                break
            place = place[key]
        if isinstance(place, dict) and draw(st.booleans()):
            place[draw(st.sampled_from(["score", "idd", "\x1b", "x" * 300]))] = copy.deepcopy(draw(WRONG))
    return name, yaml.safe_dump(data, allow_unicode=True)


@settings(max_examples=250, deadline=None)
@given(_spoilt())
def test_findings_exist_exactly_where_the_schema_refuses(case: tuple[str, str]) -> None:
    name, text = case
    document = yaml_source.parse(text.encode())
    assert bool(findings(name, document)[0]) != schemas.accepts(name, document.data)


@settings(max_examples=150, deadline=None)
@given(_spoilt())
def test_findings_are_one_a_place_and_printable(case: tuple[str, str]) -> None:
    name, text = case
    problems = _found(name, text)
    assert len({(problem.code, problem.path, problem.message) for problem in problems}) == len(problems)
    assert all(problem.code in CODES and problem.hint for problem in problems)
    assert all(len(f"{problem.message}{problem.hint}") < 500 for problem in problems)
    assert "\x1b" not in "".join(f"{problem.message}{problem.hint}" for problem in problems)
