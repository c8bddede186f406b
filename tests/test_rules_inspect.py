"""What the rules find in what Inspect AI runs: solvers, scorers and templates."""

from __future__ import annotations

import pytest
from specs import check, inspect_task, marked, only, summary

# --- solvers and scorers --------------------------------------------------------------------------------------------


def test_multiple_choice_without_choices_is_found_at_the_solver() -> None:
    found = check(inspect_task(solvers="[{name: multiple_choice}]", scorers="[{name: choice}]"))
    assert summary(found) == [("EH307", "multiple_choice")]


@pytest.mark.parametrize("choices", ["options", "[a, b]"])
def test_multiple_choice_with_choices_is_fine(choices: str) -> None:
    spec = f"{{input: question, target: answer, choices: {choices}}}"
    assert check(inspect_task(field_spec=spec, solvers="[{name: multiple_choice}]", scorers="[{name: choice}]")) == []


@pytest.mark.parametrize("solvers", ["prompt_template, args: {template: '{prompt}'}", "chain_of_thought", "use_tools"])
def test_solvers_that_never_ask_the_model_are_found_at_their_key(solvers: str) -> None:
    assert summary(check(inspect_task(solvers=f"[{{name: {solvers}}}]"))) == [("EH308", "solvers")]


@pytest.mark.parametrize("solver", ["generate", "self_critique"])
def test_one_solver_that_asks_the_model_is_enough(solver: str) -> None:
    assert check(inspect_task(solvers=f"[{{name: chain_of_thought}}, {{name: {solver}}}]")) == []


@pytest.mark.parametrize("solvers", ["[{name: generate}]", "[{name: chain_of_thought}]"])
def test_choice_without_multiple_choice_is_found_at_the_scorer(solvers: str) -> None:
    assert summary(check(inspect_task(solvers=solvers, scorers="[{name: choice}]"))) == [("EH308", "choice")]


@pytest.mark.parametrize(
    ("scorer", "marked"),
    [
        ("{name: answer}", "answer"),
        ("{name: answer, args: {pattern: lines}}", "lines"),
        ("{name: answer, args: {pattern: 3}}", "3"),
        ("{name: pattern}", "pattern"),
        ("{name: pattern, args: {ignore_case: true}}", "pattern"),
    ],
)
def test_scorer_without_its_pattern_is_found(scorer: str, marked: str) -> None:
    assert summary(check(inspect_task(scorers=f"[{scorer}]"))) == [("EH308", marked)]


@pytest.mark.parametrize(
    "scorer", ["{name: answer, args: {pattern: letter}}", "{name: pattern, args: {pattern: '(.)'}}"]
)
def test_scorer_with_its_pattern_is_fine(scorer: str) -> None:
    assert check(inspect_task(scorers=f"[{scorer}]")) == []


def test_wrong_pattern_of_an_answer_suggests_the_nearest() -> None:
    assert only(check(inspect_task(scorers="[{name: answer, args: {pattern: lines}}]"))).hint == "did you mean line?"


@pytest.mark.parametrize("name", ["model_graded_qa", "model_graded_fact"])
@pytest.mark.parametrize("args", ["", ", args: {}", ", args: {model: null}", ", args: {model_role: judge}"])
def test_grader_without_a_model_is_a_warning_at_the_scorer(name: str, args: str) -> None:
    found = only(check(inspect_task(scorers=f"[{{name: {name}{args}}}]")))
    assert (found.code, found.is_error, marked(found)) == ("EH309", False, name)


@pytest.mark.parametrize("model", ["openai/gpt-4o", "[openai/gpt-4o, google/gemini-2.5-pro]"])
def test_grader_with_a_model_is_fine(model: str) -> None:
    assert check(inspect_task(scorers=f"[{{name: model_graded_qa, args: {{model: {model}}}}}]")) == []


def test_steps_of_other_frameworks_are_not_judged() -> None:
    task = inspect_task(solvers="[{name: multiple_choice}]", scorers="[{name: model_graded_qa}]")
    assert check(task, framework="harbor") == []
