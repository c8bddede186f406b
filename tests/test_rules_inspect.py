"""What the rules find in what Inspect AI runs: solvers, scorers and templates."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from specs import check, inspect_task, marked, only, summary

from evalhub.rules.templates import placeholders

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


# --- templates ------------------------------------------------------------------------------------------------------


def _with_template(
    name: str, template: str, *, argument: str = "template", metadata: str = "[]", more: str = ""
) -> str:
    spec = f"{{input: question, target: answer, choices: options, metadata: {metadata}}}"
    quoted = "'" + template.replace("'", "''") + "'"
    step = f"{{name: {name}, args: {{{argument}: {quoted}{more}}}}}"
    if name.startswith("model_graded"):
        return inspect_task(field_spec=spec, scorers=f"[{step.replace('args: {', 'args: {model: a/b, ')}]")
    return inspect_task(field_spec=spec, solvers=f"[{step}, {{name: generate}}]")


@pytest.mark.parametrize(
    ("name", "argument", "template"),
    [
        ("prompt_template", "template", "{prompt} {subject} {tone}"),
        ("system_message", "template", "{subject} {tone}"),
        ("user_message", "template", "{subject[0]} {tone.upper}"),
        ("chain_of_thought", "template", "{prompt!r:>20}"),
        ("multiple_choice", "template", "{question} {choices} {letters}"),
        ("self_critique", "critique_template", "{question} {completion} {subject}"),
        ("self_critique", "completion_template", "{question} {completion} {critique} {subject}"),
        ("model_graded_qa", "template", "{question} {answer} {criterion} {instructions} {subject}"),
        ("model_graded_fact", "template", "{question} {answer} {criterion} {instructions} {subject}"),
    ],
)
def test_what_is_filled_in_is_fine(name: str, argument: str, template: str) -> None:
    more = ", tone: formal" if "tone" in template else ""
    task = _with_template(name, template, argument=argument, metadata="[subject]", more=more)
    assert check(task) == []


@pytest.mark.parametrize(
    ("name", "argument", "template"),
    [
        ("prompt_template", "template", "{question}"),
        ("system_message", "template", "{prompt}"),
        ("user_message", "template", "{prompt}"),
        ("chain_of_thought", "template", "{prompt} {subject}"),
        ("multiple_choice", "template", "{question} {choices} {subject}"),
        ("self_critique", "critique_template", "{question} {critique}"),
        ("self_critique", "completion_template", "{answer}"),
        ("model_graded_qa", "template", "{question} {completion}"),
        ("model_graded_fact", "template", "{target}"),
    ],
)
def test_what_is_not_filled_in_is_found_at_the_template(name: str, argument: str, template: str) -> None:
    found = check(_with_template(name, template, argument=argument, metadata="[subject, critique]"))
    assert summary(found) == [("EH310", f"'{template}'")]


@pytest.mark.parametrize(
    "template", ["{}", "{0}", "{prompt} {}", "{:>3}", "{prompt:{}}", "{prompt:{width}}", '{"a": 1}']
)
def test_placeholders_without_a_name_and_in_a_format_are_found(template: str) -> None:
    assert [found.code for found in check(_with_template("prompt_template", template))] == ["EH310"]


@pytest.mark.parametrize(
    "template",
    [
        "{",
        "}",
        "{prompt",
        "prompt}",
        "{a{b}}",
        "{prompt!x}",
        "{prompt:{a:{b}}}",
        "{a!}",
        "{a[}",
        "{prompt.}",
        "{prompt[0]x}",
    ],
)
def test_braces_that_do_not_pair_up_are_one_finding(template: str) -> None:
    found = only(check(_with_template("prompt_template", template)))
    assert (found.code, "don't pair up" in found.message) == ("EH310", True)


@pytest.mark.parametrize("template", ["{{answer}}", "{{}}", "{prompt} {{ {prompt} }}", "no braces", ""])
def test_doubled_braces_are_no_placeholders(template: str) -> None:
    assert check(_with_template("prompt_template", template)) == []


LATEX = [r"\boxed{answer}", r"\frac{1}{2}", "x^{2}", "a_{ij}"]


@pytest.mark.parametrize("template", LATEX)
def test_latex_stays_as_it_is_in_a_prompt(template: str) -> None:
    assert check(_with_template("prompt_template", template)) == []


@pytest.mark.parametrize("template", [*LATEX, r"\boxed{}"])
def test_latex_stops_what_fills_in_all_or_nothing(template: str) -> None:
    found = check(_with_template("self_critique", template, argument="critique_template"))
    assert {each.code for each in found} == {"EH310"}


def test_empty_latex_braces_are_found_in_a_prompt_too() -> None:
    assert only(check(_with_template("prompt_template", r"\boxed{}"))).code == "EH310"


@pytest.mark.parametrize("template", ["prompts/{x}.txt", "s3://bucket/{x}", "https://example.org/{x}"])
def test_what_may_be_the_name_of_a_file_is_not_judged(template: str) -> None:
    assert check(_with_template("prompt_template", template)) == []


def test_instructions_of_a_grader_are_no_template() -> None:
    assert check(_with_template("model_graded_qa", "{anything} {", argument="instructions")) == []


def test_placeholder_suggests_the_nearest() -> None:
    assert only(check(_with_template("prompt_template", "{promt}"))).hint == "did you mean {prompt}?"


def test_placeholder_that_is_like_no_other_lists_what_is_filled_in() -> None:
    hint = only(check(_with_template("prompt_template", "{zzz}", metadata="[subject]"))).hint or ""
    assert hint.startswith("it fills in {prompt}, {subject}; write {{ and }}")


def test_each_placeholder_is_told_once_and_few_of_one_template() -> None:
    template = "{x} {x} " + " ".join(f"{{z{number}}}" for number in range(20))
    assert len(check(_with_template("prompt_template", template))) == 5


class _Anything:
    """A value that has every attribute, key and format."""

    def __getattr__(self, name: str) -> _Anything:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __getitem__(self, key: object) -> _Anything:
        return self

    def __format__(self, format_: str) -> str:
        return ""


@given(st.text("{}a!:[].0r", max_size=10))
def test_what_is_fine_is_what_python_can_fill_in(template: str) -> None:
    try:
        fine = all(placeholder.name == "a" for placeholder in placeholders(template))
    except ValueError:
        fine = False
    try:
        template.format(a=_Anything())
        filled = True
    except (KeyError, IndexError, ValueError, AttributeError):
        filled = False
    assert fine == filled
