"""The schemas themselves, and whether the fast validator and the exact one agree about them."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from evalhub import schemas

INSPECT_TASK = {
    "id": "hle",
    "field_spec": {"input": "question", "target": "answer", "choices": ["a", "b"], "metadata": ["m"]},
    "solvers": [{"name": "generate", "args": {"k": 1}}],
    "scorers": [{"name": "choice"}],
    "shuffle_choices": True,
    "epochs": 2,
    "epoch_reducer": "pass_at_1",
}
EVAL = {"name": "HLE", "description": "Hard.", "evaluation_framework": "inspect-ai", "tasks": [INSPECT_TASK]}
ENTRY = {
    "dataset": {"id": "cais/hle", "task_id": "hle", "revision": "5503434"},
    "value": 44.9,
    "date": "2025-11-06",
    "source": {"url": "https://example.org", "name": "Paper", "user": "ada", "org": "cais"},
    "notes": "With tools",
    "verifyToken": "a.b.c",
}
REGISTRY = {
    "name": "Hub",
    "benchmarks": [
        {
            "dataset": "cais/hle",
            "aliases": ["HLE"],
            "metric": "accuracy",
            "direction": "higher",
            "scale": "percent",
            "tasks": [{"id": "hle", "direction": "lower"}],
        }
    ],
}
SAMPLES = {"eval": EVAL, "eval_results": [ENTRY], "registry": REGISTRY}


def _schemas_within(schema: Any, name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every property of `schema` with where it stands; conditions (`if`) only ask, they describe nothing."""
    if not isinstance(schema, dict):
        return
    for key, inner in schema.get("properties", {}).items():
        yield f"{name}.{key}", inner
        yield from _schemas_within(inner, f"{name}.{key}")
    for keyword in ("items", "then"):
        yield from _schemas_within(schema.get(keyword), f"{name}.{keyword}")
    for key, inner in schema.get("$defs", {}).items():
        yield from _schemas_within(inner, f"{name}.$defs.{key}")


PROPERTIES = [
    pytest.param(name, inner, id=where)
    for name in schemas.SCHEMA_NAMES
    for where, inner in _schemas_within(schemas.schema(name), name)
]


def _resolved(name: str, inner: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in inner:
        target: Any = schemas.schema(name)
        for step in inner["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        inner = target
    return inner


# --- the schemas ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", schemas.SCHEMA_NAMES)
def test_schema_is_valid_draft_2020_12(name: str) -> None:
    Draft202012Validator.check_schema(schemas.schema(name))


@pytest.mark.parametrize("name", schemas.SCHEMA_NAMES)
def test_schema_has_a_urn_as_its_id(name: str) -> None:
    assert schemas.schema(name)["$id"] == f"urn:evalhub:schema:{name}"


@pytest.mark.parametrize("name", schemas.SCHEMA_NAMES)
def test_examples_of_a_whole_schema_are_valid(name: str) -> None:
    whole = schemas.schema(name)
    assert all(schemas.accepts(name, example) for example in whole["examples"])


@pytest.mark.parametrize(("name", "inner"), PROPERTIES)
def test_property_tells_an_editor_what_it_is(name: str, inner: dict[str, Any]) -> None:
    described = _resolved(name, inner)
    assert all(described.get(keyword) for keyword in ("title", "description", "examples"))


@pytest.mark.parametrize(("name", "inner"), PROPERTIES)
def test_examples_of_a_property_are_valid(name: str, inner: dict[str, Any]) -> None:
    described = _resolved(name, inner)
    validator = Draft202012Validator({**described, "$defs": schemas.schema(name).get("$defs", {})})
    assert [error.message for example in described["examples"] for error in validator.iter_errors(example)] == []


@pytest.mark.parametrize("name", schemas.SCHEMA_NAMES)
def test_patterns_use_nothing_that_regex_engines_read_differently(name: str) -> None:
    patterns = [inner["pattern"] for _, inner in _schemas_within(schemas.schema(name), name) if "pattern" in inner]
    different = [r"\d", r"\w", r"\s", r"\b", r"\Z", r"\z", "(?i"]
    assert [p for p in patterns if not p.endswith(r"$(?!\n)") or any(escape in p for escape in different)] == []


# --- eval_results ---------------------------------------------------------------------------------------------------


def _accepts_entry(**changes: Any) -> bool:
    return schemas.accepts("eval_results", {**ENTRY, **changes}, "entry")


@pytest.mark.parametrize("dataset_id", ["cais/hle", "组织/数据 集", "a b/c.d-e_f", "🎉/é"])
def test_dataset_id_may_be_any_organisation_and_name(dataset_id: str) -> None:
    assert _accepts_entry(dataset={"id": dataset_id, "task_id": "x"})


@pytest.mark.parametrize("dataset_id", ["hle", "a/b/c", "/hle", "cais/", "cais/hle\n", "ca\tis/hle", "a/b\x85", ""])
def test_dataset_id_needs_one_slash_and_no_control_characters(dataset_id: str) -> None:
    assert not _accepts_entry(dataset={"id": dataset_id, "task_id": "x"})


@pytest.mark.parametrize(
    "date",
    [
        "2025-11-06",
        "2025-11-06T14:30",
        "2025-11-06T14:30:00Z",
        "2025-11-06 14:30:00.123456+02:00",
        "2025-11-06T14:30:00-0500",
        "2025-02-31",  # the calendar is a rule's concern
    ],
)
def test_date_in_iso_form_is_accepted(date: str) -> None:
    assert _accepts_entry(date=date)


@pytest.mark.parametrize(
    "date", ["", "06/11/2025", "2025-11", "2025-1-6", "2025-11-06\n", "2025-11-06T", "2025-11-06Z", "٢٠٢٥-١١-٠٦"]
)
def test_date_in_another_form_is_refused(date: str) -> None:
    assert not _accepts_entry(date=date)


@pytest.mark.parametrize(
    "changes",
    [
        {"extra": 1},
        {"dataset": {"id": "a/b", "task_id": "x", "extra": 1}},
        {"source": {"url": "https://example.org", "extra": 1}},
    ],
    ids=["entry", "dataset", "source"],
)
def test_unknown_key_of_a_result_is_refused(changes: dict[str, Any]) -> None:
    assert not _accepts_entry(**changes)


@pytest.mark.parametrize(
    "changes", [{"value": None}, {"value": True}, {"value": "84.6"}, {"source": {"name": "Paper"}}]
)
def test_result_with_a_missing_or_mistyped_value_is_refused(changes: dict[str, Any]) -> None:
    assert not _accepts_entry(**changes)


def test_file_without_results_is_accepted() -> None:
    assert schemas.accepts("eval_results", [])


# --- eval -----------------------------------------------------------------------------------------------------------


def _accepts_task(framework: str, **changes: Any) -> bool:
    return schemas.accepts("eval", {**EVAL, "evaluation_framework": framework, "tasks": [{**INSPECT_TASK, **changes}]})


def test_framework_that_nobody_knows_is_accepted() -> None:
    assert schemas.accepts("eval", {**EVAL, "evaluation_framework": "brand-new"})


def test_other_frameworks_may_add_keys_to_a_task() -> None:
    assert _accepts_task("mteb", languages=["eng"])


def test_inspect_refuses_other_keys_in_a_task() -> None:
    assert not _accepts_task("inspect-ai", languages=["eng"])


@pytest.mark.parametrize("key", ["field_spec", "solvers", "scorers"])
def test_inspect_task_needs(key: str) -> None:
    task = {name: value for name, value in INSPECT_TASK.items() if name != key}
    assert not schemas.accepts("eval", {**EVAL, "tasks": [task]})


@pytest.mark.parametrize(
    "changes",
    [
        {"field_spec": {"inputs": "q"}},
        {"solvers": [{"name": "generate", "arg": {}}]},
        {"solvers": []},
        {"solvers": [{"name": "includes"}]},
        {"scorers": [{"name": "generate"}]},
        {"epochs": 0},
        {"epoch_reducer": "pass_at_k"},
        {"epoch_reducer": "at_least_0"},
        {"epoch_reducer": "mean\n"},
    ],
)
def test_inspect_task_with_a_wrong_part_is_refused(changes: dict[str, Any]) -> None:
    assert not _accepts_task("inspect-ai", **changes)


@pytest.mark.parametrize("task_id", ["MathArena/aime_2026", "musr:murder_mysteries", "任务 1"])
def test_task_id_may_be_any_text(task_id: str) -> None:
    assert _accepts_task("inspect-ai", id=task_id)


def test_benchmark_needs_a_task() -> None:
    assert not schemas.accepts("eval", {**EVAL, "tasks": []})


# --- registry and leaderboard ---------------------------------------------------------------------------------------


def test_empty_registry_is_accepted() -> None:
    assert schemas.accepts("registry", {})


@pytest.mark.parametrize("changes", [{"direction": "up"}, {"scale": "other"}, {"dataset": "hle"}, {"tasks": [{}]}])
def test_registry_with_a_wrong_benchmark_is_refused(changes: dict[str, Any]) -> None:
    assert not schemas.accepts("registry", {"benchmarks": [{"dataset": "cais/hle", **changes}]})


def test_leaderboard_may_be_a_list_of_them() -> None:
    board = schemas.schema("leaderboard")["examples"][0]
    assert schemas.accepts("leaderboard", [board, board])


@pytest.mark.parametrize("key", schemas.properties("leaderboard", "$defs", "row"))
def test_leaderboard_row_needs(key: str) -> None:
    board = copy.deepcopy(schemas.schema("leaderboard")["examples"][0])
    del board["rows"][0][key]
    assert not schemas.accepts("leaderboard", board)


# --- the functions --------------------------------------------------------------------------------------------------


def test_known_frameworks_have_addresses() -> None:
    assert schemas.known_frameworks()["inspect-ai"] == "https://inspect.aisi.org.uk/"


def test_schema_of_an_unknown_name_is_an_error() -> None:
    with pytest.raises(ValueError, match="no schema 'nope': there are batch, conflicts, diff, eval, eval_results"):
        schemas.schema("nope")


def test_definition_of_an_unknown_name_is_an_error() -> None:
    with pytest.raises(ValueError, match="defines no 'nope'"):
        schemas.accepts("eval", {}, "nope")


def test_properties_are_those_of_the_subschema() -> None:
    assert list(schemas.properties("eval", "$defs", "task")) == ["id", "config", "split"]


def test_schemas_are_found_in_an_installed_package_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "eval.schema.json").write_text('{"title": "installed"}', encoding="utf-8")
    monkeypatch.setattr(schemas, "_FOLDERS", (tmp_path, *schemas._FOLDERS))
    assert schemas.schema.__wrapped__("eval") == {"title": "installed"}


def test_importing_loads_no_validator() -> None:
    code = "import sys, evalhub.schemas; print(sorted({'jsonschema', 'jsonschema_rs'} & set(sys.modules)))"
    root = Path(schemas.__file__).parent.parent
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root)
    assert done.stdout.strip() == "[]"


def _nested(depth: int) -> list[Any]:
    data: list[Any] = []
    for _ in range(depth):
        data = [data]
    return data


@pytest.mark.parametrize(
    "value",
    [10**5000, -(10**400), float("inf"), float("-inf"), float("nan"), 1e308],
    ids=["5001 digits", "negative", "inf", "-inf", "nan", "1e308"],
)
def test_any_number_is_a_value(value: float) -> None:
    assert _accepts_entry(value=value)


@pytest.mark.parametrize(
    "value",
    ["\ud800", 10**5000, _nested(5000), {"\ud800": 1}, {"": _nested(5000)}],
    ids=["surrogate", "5001 digits", "deep list", "surrogate key", "deep mapping"],
)
def test_odd_data_is_refused_without_an_exception(value: Any) -> None:
    assert not _accepts_entry(source=value)


# --- both engines agree ---------------------------------------------------------------------------------------------

TEXTS = st.one_of(
    st.text(alphabet=st.sampled_from("a/\n\r\x00\x85\u2028 -:é🎉0٣"), max_size=6),
    st.sampled_from(["cais/hle", "cais/hle\n", "2025-11-06", "2025-11-06T10:00:00Z\n", "mean", "pass_at_3", "higher"]),
    st.sampled_from(["inspect-ai", "mteb", "includes", "generate", "e\u0301", "\ud800/x", "84.6"]),
)
SCALARS = st.one_of(
    TEXTS,
    st.none(),
    st.booleans(),
    st.integers(-2, 3),
    st.sampled_from([2**63, 2**64, -(10**30), 10**400, 0.5, 1.0, -0.0, 1e308, float("inf"), float("nan")]),
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXTS, inner, max_size=2), max_leaves=4
)


def _places(data: Any) -> list[tuple[Any, Any]]:
    """Return every (container, key) within `data`."""
    found: list[tuple[Any, Any]] = []
    for key in list(data) if isinstance(data, dict) else range(len(data)) if isinstance(data, list) else ():
        found += [(data, key), *_places(data[key])]
    return found


@st.composite
def _mutated(draw: st.DrawFn) -> tuple[str, Any]:
    name = draw(st.sampled_from(sorted(SAMPLES)))
    data = copy.deepcopy(SAMPLES[name])
    for _ in range(draw(st.integers(0, 2))):
        container, key = draw(st.sampled_from(_places(data)))
        change = draw(st.sampled_from(["replace", "remove", "add"]))
        if change == "remove" and len(_places(data)) > 1:
            del container[key]
        elif change == "add" and isinstance(container, dict):
            container[draw(TEXTS)] = draw(VALUES)
        else:
            container[key] = draw(VALUES)
        if not _places(data):
            break
    return name, data


@settings(max_examples=300, deadline=None)
@given(_mutated())
def test_accepts_says_what_jsonschema_says(case: tuple[str, Any]) -> None:
    name, data = case
    assert schemas.accepts(name, data) == Draft202012Validator(schemas.schema(name)).is_valid(data)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(schemas.SCHEMA_NAMES), VALUES)
def test_accepts_never_raises(name: str, data: Any) -> None:
    assert schemas.accepts(name, data) in (True, False)


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_fast_validator_reads_patterns_and_lengths_as_jsonschema_does(text: str) -> None:
    try:
        json.dumps(text, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return
    for data in ({**ENTRY, "dataset": {"id": text, "task_id": text}}, {**ENTRY, "date": text}):
        fast = schemas._fast_validator("eval_results", "entry").is_valid(data)
        assert fast == schemas.validator("eval_results", "entry").is_valid(data)
