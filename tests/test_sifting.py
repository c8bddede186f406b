"""That what isn't told hides nothing of what is to be told, however much of it there is."""

from __future__ import annotations

import inspect
import re
import time
from itertools import chain
from types import ModuleType

import pytest
from costs import budget
from gitrepos import HubDir, Repo, spec

from evalhub import rules, validate
from evalhub.choices import MAX_PROBLEMS
from evalhub.sifting import MOST_LOOKED_AT
from evalhub.validation import Report

GOOD = "- dataset: {id: cais/hle, task_id: hle}\n  value: 1\n"
NO_VALUE = GOOD.replace("  value: 1\n", "")  # EH110
UNKNOWN_TASK = GOOD.replace("task_id: hle", "task_id: hel")  # EH204
TEXT = GOOD.replace("value: 1", "value: high")  # EH112
DATE = GOOD + "  date: 2026-01-31\n"  # EH201
UNKNOWN = GOOD.replace("cais/hle", "org/{}")  # EH203, a warning
MANY = MAX_PROBLEMS + 50


def _variants(text: str, count: int = MANY) -> str:
    """Return many entries that don't repeat one another."""
    return "".join(text.replace("{}", str(number)) + f"  notes: n{number}\n" for number in range(count))


@pytest.fixture
def model(hub: HubDir) -> Repo:
    return hub.model("org/model", {"hle.yaml": GOOD}, bare=True)


def _codes(report: Report) -> set[str]:
    return {one.code for one in report.diagnostics}


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (_variants(DATE), DATE, "EH201"),
        (_variants(DATE), NO_VALUE, "EH110"),
        (_variants(DATE), UNKNOWN_TASK, "EH204"),
        (_variants(NO_VALUE), TEXT, "EH112"),
        (_variants(NO_VALUE, MOST_LOOKED_AT * 2), TEXT, "EH112"),
        (_variants(NO_VALUE), DATE, "EH201"),
        (_variants(NO_VALUE), UNKNOWN_TASK, "EH204"),
        (_variants(UNKNOWN_TASK), UNKNOWN_TASK, "EH204"),
        (_variants(UNKNOWN_TASK), TEXT, "EH112"),
        (_variants(UNKNOWN, MOST_LOOKED_AT * 2), UNKNOWN_TASK, "EH204"),
        (GOOD * MOST_LOOKED_AT * 2, GOOD.replace("value: 1", "value: 2"), "EH205"),
    ],
)
def test_a_pull_request_hides_nothing_behind_what_was_there(
    hub: HubDir, model: Repo, old: str, new: str, code: str
) -> None:
    model.commit({"hle.yaml": old})
    model.pull(1, {"hle.yaml": old + new})
    report = validate([hub.root], pull_requests=True, select=["EH1", "EH2"], ignore=["EH220"])
    of_pull = [one for one in report.diagnostics if one.file.ref == "refs/pr/1"]
    assert [one.code for one in of_pull] == [code]
    lines = old.count("\n")
    assert of_pull[0].span is not None
    assert of_pull[0].span.line > lines


@pytest.mark.parametrize(
    ("text", "select", "ignore", "code"),
    [
        (_variants(DATE) + UNKNOWN_TASK, ["EH204"], [], "EH204"),
        (_variants(DATE) + UNKNOWN_TASK, [], ["EH201"], "EH204"),
        (TEXT * MANY + NO_VALUE, ["EH110"], [], "EH110"),
        (TEXT * MANY + UNKNOWN_TASK, [], ["EH112", "EH205"], "EH204"),
        (_variants(UNKNOWN_TASK, MOST_LOOKED_AT * 2) + GOOD + "  date: '2999-01-01'\n", ["EH211"], [], "EH211"),
        (_variants(UNKNOWN, MOST_LOOKED_AT * 2) + UNKNOWN_TASK, [], [], "EH204"),
        (_variants(GOOD.replace("1", "0.5"), MOST_LOOKED_AT * 2) + GOOD * 2, [], ["EH209"], "EH205"),
        (_variants(GOOD.replace("1", "0.5"), MOST_LOOKED_AT * 2) + GOOD * 2, [], [], "EH205"),
    ],
)
def test_what_is_not_chosen_and_warnings_hide_no_error(
    hub: HubDir, text: str, select: list[str], ignore: list[str], code: str
) -> None:
    hub.registry({"dataset": "cais/hle", "scale": "percent"})
    hub.model("org/model", {"hle.yaml": text})
    report = validate([hub.root], select=select, ignore=[*ignore, "EH220"])
    assert code in _codes(report)
    assert code in {one.code for one in report.diagnostics if one.is_error}


def test_what_comments_ignore_hides_nothing(hub: HubDir) -> None:
    ignored = UNKNOWN_TASK.replace("}\n", "}  # evalhub: ignore[EH204]\n")
    hub.model("org/model", {"hle.yaml": _variants(ignored) + UNKNOWN_TASK})
    report = validate([hub.root], ignore=["EH311"])
    assert ([one.code for one in report.diagnostics], report.ignored) == (["EH204"], MANY)


def test_so_much_ignored_that_not_all_is_looked_at_is_told(hub: HubDir) -> None:
    ignored = UNKNOWN_TASK.replace("}\n", "}  # evalhub: ignore[EH204]\n")
    hub.model("org/model", {"hle.yaml": _variants(ignored, MOST_LOOKED_AT + 1) + UNKNOWN_TASK})
    (found,) = validate([hub.root], ignore=["EH311"]).diagnostics
    assert (found.code, "2,000" in found.message) == ("EH114", True)


@pytest.mark.parametrize("count", [MAX_PROBLEMS, MAX_PROBLEMS + 1])
@pytest.mark.parametrize("text", [DATE, NO_VALUE, TEXT, UNKNOWN_TASK])
def test_more_is_told_where_there_is_more_and_only_there(hub: HubDir, text: str, count: int) -> None:
    hub.model("org/model", {"hle.yaml": _variants(text, count)})
    found = validate([hub.root], ignore=["EH205", "EH311"]).diagnostics
    assert [one.code for one in found][MAX_PROBLEMS:] == ["EH114"] * (count - MAX_PROBLEMS)


@pytest.mark.parametrize("options", [{"select": ["EH204"]}, {"ignore": ["EH114"]}, {"ignore": ["EH1"]}])
def test_that_there_is_more_is_told_whatever_is_chosen(hub: HubDir, options: dict[str, list[str]]) -> None:
    hub.model("org/model", {"hle.yaml": _variants(UNKNOWN_TASK)})
    assert validate([hub.root], **options).diagnostics[-1].code == "EH114"  # type: ignore[arg-type]


def test_what_aliases_repeat_is_one_finding(hub: HubDir) -> None:
    hub.model("org/model", {"hle.yaml": "- &a\n  value: 017\n" + "- *a\n" * MANY + "- 3\n"})
    found = validate([hub.root], select=["EH112", "EH208"]).diagnostics
    assert [one.code for one in found] == ["EH208", "EH112"]


@pytest.mark.parametrize(
    "text",
    [
        _variants(UNKNOWN_TASK, 8_000),
        _variants(UNKNOWN, 8_000),
        "- 3\n" * 90_000,
        "- 2026-01-31\n" * 80_000,
        "- 3 # evalhub: ignore[EH112]\n" * 30_000,
    ],
)
def test_files_full_of_mistakes_cost_little(hub: HubDir, text: str) -> None:
    (hub.root / "datasets/cais/hle/eval.yaml").write_text(spec("HLE", [f"task{number}" for number in range(200)]))
    hub.model("org/model", {"hle.yaml": text})
    begun = time.process_time()
    assert validate([hub.root]).diagnostics[-1].code == "EH114"
    assert time.process_time() - begun < budget(12)


@pytest.mark.parametrize(
    ("old", "new", "codes"),
    [
        (GOOD, GOOD.replace("value: 1", "value: 2"), {"EH205"}),
        (TEXT, GOOD, {"EH205"}),
        (GOOD, TEXT, {"EH205", "EH112"}),
        (TEXT, NO_VALUE, {"EH205", "EH110"}),
        (GOOD, GOOD + "  notes: other\n", set()),
    ],
)
def test_what_a_pull_request_adds_is_compared_with_other_files(
    hub: HubDir, old: str, new: str, codes: set[str]
) -> None:
    model = hub.model("org/rivals", {"hle_a.yaml": old, "hle_z.yaml": UNKNOWN}, bare=True)
    model.pull(1, {"hle_b.yaml": new})
    found = validate([model.path], hub=hub.root, pull_requests=True).diagnostics
    assert {one.code for one in found if one.file.ref == "refs/pr/1"} == codes


def test_many_pull_requests_of_a_model_with_many_files_cost_little(hub: HubDir) -> None:
    files = {f"hle_{number}.yaml": GOOD + f"  notes: n{number}\n" for number in range(300)}
    model = hub.model("org/busy", files, bare=True)
    for number in range(1, 101):
        model.pull(number, {"hle_p.yaml": GOOD + f"  notes: p{number}\n"})
    begun = time.process_time()
    assert validate([model.path], hub=hub.root, pull_requests=True).files_checked == 400
    assert time.process_time() - begun < budget(1.5)


def test_each_rule_finds_what_its_table_says() -> None:
    tables = (rules.ENTRY_RULES, rules.RESULT_RULES, rules.CLAIM_RULES)
    more = (rules.REPO_RULES, rules.SPEC_RULES, rules.REGISTRY_RULES)
    for code, check in chain.from_iterable(table.items() for table in (*tables, *more)):  # type: ignore[attr-defined]
        module = inspect.getmodule(check)
        assert isinstance(module, ModuleType)
        assert set(re.findall(r'"(EH\d{3})"', inspect.getsource(module))) == {code}
