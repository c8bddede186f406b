"""Keys of `eval.yaml` that are nearly right: one finding each, which names the key that is meant."""

from __future__ import annotations

import pytest
from specs import FIELDS, SPLITS, check, inspect_task, marked, only, summary

SLIPS = [
    ("scorers", "scores"),
    ("scorers", "scorer"),
    ("scorers", "score"),
    ("scorers", "metrics"),
    ("solvers", "solver"),
    ("solvers", "steps"),
    ("field_spec", "fields"),
    ("field_spec", "fieldspec"),
    ("field_spec", "columns"),
]


@pytest.mark.parametrize(("framework", "code"), [("inspect-ai", "EH111"), ("harbor", "EH303")])
@pytest.mark.parametrize(("key", "slip"), SLIPS)
def test_key_of_a_task_under_another_name_is_one_finding(key: str, slip: str, framework: str, code: str) -> None:
    found = only(check(inspect_task().replace(f"{key}:", f"{slip}:"), {**FIELDS, **SPLITS}, framework=framework))
    assert (found.code, marked(found), key in (found.hint or "")) == (code, slip, True)


@pytest.mark.parametrize("framework", ["inspect-ai", "harbor"])
@pytest.mark.parametrize("slip", ["name", "task", "task_id"])
def test_id_of_a_task_under_another_name_is_one_finding(slip: str, framework: str) -> None:
    found = only(check(inspect_task().replace("id:", f"{slip}:"), framework=framework))
    assert (found.code, found.hint) == ("EH111", "did you mean `id`?")


@pytest.mark.parametrize(("key", "slip"), [("input", "question"), ("target", "answer"), ("input", "inputs")])
def test_key_of_a_field_spec_under_another_name_is_one_finding(key: str, slip: str) -> None:
    found = only(
        check(inspect_task(field_spec="{input: question, target: answer}".replace(f"{key}:", f"{slip}:")), FIELDS)
    )
    assert (found.code, found.hint) == ("EH111", f"did you mean `{key}`?")


@pytest.mark.parametrize(
    ("scorer", "slip"),
    [
        ("{name: model_graded_qa, arg: {model: a/b}}", "arg"),
        ("{name: model_graded_qa, params: {model: a/b}}", "params"),
        ("{type: model_graded_qa, args: {model: a/b}}", "type"),
        ("{scorer: choice}", "scorer"),
        ("{nam: choice}", "nam"),
    ],
)
def test_key_of_a_scorer_under_another_name_is_one_finding(scorer: str, slip: str) -> None:
    assert summary(check(inspect_task(scorers=f"[{scorer}]"))) == [("EH111", slip)]


def test_slip_for_a_key_that_is_there_is_not_taken_for_it() -> None:
    found = only(check(inspect_task(scores="[{name: match}]"), framework="harbor"))
    assert "did you mean scorers" not in (found.hint or "")
