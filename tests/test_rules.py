"""What the schemas can't say: each rule with what it finds, where, and what it advises."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest
from costs import budget

from evalhub.benchmarks import Spec, Task
from evalhub.checking import check_files
from evalhub.checkouts import source_file
from evalhub.diagnostics import Diagnostic, FileRef
from evalhub.registry import Metric, RegisteredBenchmark, Registry
from evalhub.rules.peers import Claim
from evalhub.rules.subjects import Context
from evalhub.terms import Scale


def _spec(name: str, *tasks: str) -> Spec:
    return Spec(name, "A benchmark.", "mteb", tuple(Task(task, "default", "test") for task in tasks))


SPECS = {
    "cais/hle": _spec("Humanity's Last Exam", "hle"),
    "Idavidrein/gpqa": _spec("GPQA", "gpqa_diamond", "gpqa_main"),
}
SPEC = "name: GPQA\ndescription: Hard.\nevaluation_framework: mteb\ntasks:\n- id: a\n"


def _context(scale: Scale | None = None) -> Context:
    registry = Registry({id: RegisteredBenchmark(id, metric=Metric(scale=scale)) for id in SPECS})
    return Context(SPECS, frozenset({"org/raw"}), registry)


def _claim(value: float, dataset: str = "cais/hle", task: str = "hle") -> Claim:
    """Return what another model's result claims."""
    return Claim(FileRef(".eval_results/hle.yaml", "org/other"), 0, 1, dataset, task, value, model_id="org/other")


def _check(files: dict[str, str], context: Context | None = None, *others: Claim) -> list[Diagnostic]:
    sources = [source_file(FileRef(path, "org/model"), text) for path, text in files.items()]
    checked = check_files(sources, context or _context(), elsewhere=lambda: others)
    return [diagnostic for each in checked for diagnostic in each.diagnostics]


def _results(text: str, context: Context | None = None, *others: Claim) -> list[Diagnostic]:
    return _check({".eval_results/hle_and_gpqa.yaml": text}, context, *others)


def _entry(dataset: str = "cais/hle", task: str = "hle", value: object = 41.2, more: str = "") -> str:
    return f"- dataset:\n    id: {dataset}\n    task_id: {task}\n  value: {value}\n{more}"


def _only(found: list[Diagnostic]) -> Diagnostic:
    assert len(found) == 1, found
    return found[0]


def _start(diagnostic: Diagnostic) -> tuple[int, int]:
    assert diagnostic.span is not None
    return diagnostic.span.line, diagnostic.span.column


def test_good_entry_has_no_findings() -> None:
    assert _results(_entry()) == []


# --- the benchmark and its tasks ------------------------------------------------------------------------------------


def test_unknown_benchmark_is_found_at_its_id() -> None:
    found = _only(_results(_entry("cais/other-thing")))
    assert (found.code, _start(found)) == ("EH203", (2, 9))


def test_unknown_benchmark_is_a_warning() -> None:
    assert not _only(_results(_entry("cais/other-thing"))).is_error


@pytest.mark.parametrize("typed", ["cais/hl", "CAIS/hle", "cais/HLE_"])
def test_unknown_benchmark_suggests_the_nearest(typed: str) -> None:
    assert _only(_results(_entry(typed))).hint == "did you mean cais/hle?"


def test_unknown_benchmark_that_is_like_no_other_says_to_clone_it() -> None:
    assert "clone" in (_only(_results(_entry("zzz/qqqqqqqq"))).hint or "")


def test_dataset_without_eval_yaml_is_told_apart() -> None:
    assert "eval.yaml" in _only(_results(_entry("org/raw"))).message


def test_unknown_task_is_found_at_its_id() -> None:
    found = _only(_results(_entry("Idavidrein/gpqa", "gpqa_dimond")))
    assert (found.code, _start(found)) == ("EH204", (3, 14))


def test_unknown_task_suggests_the_nearest() -> None:
    assert _only(_results(_entry("Idavidrein/gpqa", "gpqa_dimond"))).hint == "did you mean gpqa_diamond?"


def test_unknown_task_that_is_like_no_other_lists_those_there_are() -> None:
    hint = _only(_results(_entry("Idavidrein/gpqa", "zzzz"))).hint or ""
    assert "gpqa_diamond" in hint
    assert "gpqa_main" in hint


def test_task_ids_are_compared_exactly() -> None:
    assert _only(_results(_entry("Idavidrein/gpqa", "GPQA_Diamond"))).hint == "did you mean gpqa_diamond?"


def test_task_of_an_unknown_benchmark_is_not_judged() -> None:
    assert [found.code for found in _results(_entry("zzz/qqqqqqqq", "zzz"))] == ["EH203"]


# --- two results for one thing --------------------------------------------------------------------------------------


def test_same_result_twice_is_found_at_the_second() -> None:
    found = _only(_results(_entry() + _entry(value=42)))
    assert (found.code, _start(found)) == ("EH205", (5, 3))


def test_same_result_twice_names_the_line_of_the_first() -> None:
    assert "line 3" in _only(_results("# results\n\n" + _entry() + _entry())).message


def test_same_result_in_two_files_names_the_file_of_the_first() -> None:
    found = _only(_check({".eval_results/hle_a.yaml": _entry(), ".eval_results/hle_b.yaml": _entry()}))
    assert found.file.path == ".eval_results/hle_b.yaml"
    assert ".eval_results/hle_a.yaml" in found.message


def test_a_result_that_stands_three_times_is_two_findings() -> None:
    assert [found.code for found in _results(_entry() * 3)] == ["EH205", "EH205"]


def test_same_notes_are_the_same_result() -> None:
    assert _only(_results(_entry(more="  notes: tools\n") * 2)).code == "EH205"


@pytest.mark.parametrize(
    "other",
    [
        _entry(more="  notes: tools\n"),
        _entry("Idavidrein/gpqa", "gpqa_main"),
        _entry("Idavidrein/gpqa", "gpqa_diamond"),
    ],
)
def test_results_that_differ_in_notes_task_or_dataset_are_fine(other: str) -> None:
    assert _results(_entry() + _entry(more="  notes: no-tools\n") + other) == []


def test_a_result_that_is_wrong_elsewhere_is_a_double_all_the_same() -> None:
    assert [found.code for found in _results(_entry(value="high") + _entry())] == ["EH112", "EH205"]


@pytest.mark.parametrize("text", ["- value: 1\n", "- dataset: {id: a/b}\n  value: 1\n", "- 1\n", "- dataset: x\n"])
def test_results_that_do_not_say_of_what_are_no_doubles(text: str) -> None:
    assert "EH205" not in {found.code for found in _results(text * 2)}


def test_files_that_the_hub_does_not_read_hold_no_doubles() -> None:
    found = _check({".eval_results/hle_a.yaml": _entry(), ".eval_results/old/a.yaml": _entry()})
    assert [one.code for one in found] == ["EH206"]


# --- dates ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("date", ["2026-02-30", "2026-13-01", "2026-01-31T25:00", "0000-01-01", "2025-02-29T12:00:00Z"])
def test_date_that_no_calendar_has_is_found_where_it_is(date: str) -> None:
    found = _only(_results(_entry(more=f'  date: "{date}"\n')))
    assert (found.code, _start(found)) == ("EH207", (5, 9))


@pytest.mark.parametrize(
    "date",
    [
        "2026-01-31",
        "2024-02-29",
        "2026-01-31T14:30",
        "2026-01-31T14:30:00",
        "2026-01-31 14:30:00",
        "2026-01-31T14:30:00Z",
        "2026-01-31t14:30:00z",
        "2026-01-31T14:30:00.5Z",
        "2026-01-31T14:30:00,123456789+02:00",
        "2026-01-31T14:30:00-0530",
        "2026-01-31T14:30:00+02",
        "9999-12-31",
    ],
)
def test_date_that_iso_8601_has_is_fine(date: str) -> None:
    assert _results(_entry(more=f'  date: "{date}"\n')) == []


def test_impossible_date_says_how_to_write_one() -> None:
    assert "ISO-8601" in (_only(_results(_entry(more='  date: "2026-02-30"\n'))).hint or "")


ON_SCALE = {Scale.PERCENT: 50, Scale.FRACTION: 0.5}


# --- scale ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scale", "value"),
    [(Scale.PERCENT, 0.412), (Scale.PERCENT, 1), (Scale.PERCENT, 0.001), (Scale.FRACTION, 41.2), (Scale.FRACTION, 1.1)],
)
def test_value_on_the_other_scale_is_found_at_the_value(scale: Scale, value: float) -> None:
    found = _only(_results(_entry(value=value), _context(scale), _claim(ON_SCALE[scale])))
    assert (found.code, _start(found)) == ("EH209", (4, 10))


@pytest.mark.parametrize(
    ("scale", "value"),
    [
        (Scale.PERCENT, 41.2),
        (Scale.PERCENT, 0),
        (Scale.PERCENT, 100),
        (Scale.PERCENT, -3.5),
        (Scale.FRACTION, 0.412),
        (Scale.FRACTION, 0),
        (Scale.FRACTION, 1),
        (None, 0.412),
        (None, 41.2),
    ],
)
def test_value_on_the_scale_is_fine(scale: Scale | None, value: float) -> None:
    assert _results(_entry(value=value), _context(scale), _claim(0.9), _claim(50)) == []


@pytest.mark.parametrize("others", [[], [_claim(0.5)], [_claim(0)], [_claim(50, task="other")]])
def test_value_is_not_judged_where_no_other_is_on_the_scale(others: list[Claim]) -> None:
    assert _results(_entry(value=0.412), _context(Scale.PERCENT), *others) == []


def test_results_that_are_validated_together_are_compared_too() -> None:
    found = _only(_results(_entry(value=0.412) + _entry(value=50, more="  notes: tools\n"), _context(Scale.PERCENT)))
    assert (found.code, _start(found)) == ("EH209", (4, 10))


def test_wrong_scale_is_a_warning_that_names_the_scale() -> None:
    found = _only(_results(_entry(value=0.412), _context(Scale.PERCENT), _claim(50)))
    assert (found.is_error, "percent" in found.message) == (False, True)


# --- files that are not read ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", [".eval_results/a.yml", ".eval_results/a.YAML", ".eval_results/old/a.yaml", ".eval_results/x/y/a.yml"]
)
def test_file_that_the_hub_does_not_read_is_found(path: str) -> None:
    found = _only(_check({path: _entry()}))
    assert (found.code, found.is_error, found.file.path) == ("EH206", False, path)


@pytest.mark.parametrize("path", [".eval_results/a.yml", ".eval_results/old/a.yaml"])
def test_file_that_the_hub_does_not_read_says_where_to_put_it(path: str) -> None:
    assert ".eval_results/a.yaml" in (_only(_check({path: _entry()})).hint or "")


@pytest.mark.parametrize("path", [".eval_results/README.md", ".eval_results/plot.png", ".eval_results/a.json"])
def test_other_files_are_of_no_concern(path: str) -> None:
    assert _check({path: "[" * 10}) == []


# --- eval.yaml ------------------------------------------------------------------------------------------------------


def _spec_findings(text: str) -> list[Diagnostic]:
    return _check({"eval.yaml": text})


def test_good_spec_has_no_findings() -> None:
    assert _spec_findings(SPEC) == []


def test_task_id_that_stands_twice_is_found_at_the_second() -> None:
    found = _only(_spec_findings(SPEC + "- id: b\n- id: a\n"))
    assert (found.code, _start(found), "line 5" in found.message) == ("EH301", (7, 7), True)


def test_task_ids_that_differ_in_case_are_two() -> None:
    assert _spec_findings(SPEC + "- id: A\n") == []


def test_unknown_framework_is_a_warning_at_its_name() -> None:
    found = _only(_spec_findings(SPEC.replace("mteb", "home-made")))
    assert (found.code, found.is_error, _start(found)) == ("EH302", False, (3, 23))


def test_unknown_framework_suggests_the_nearest() -> None:
    assert _only(_spec_findings(SPEC.replace("mteb", "open_asr_leaderbord"))).hint == (
        "did you mean open-asr-leaderboard?"
    )


def test_unknown_key_of_a_spec_is_a_warning_at_the_key() -> None:
    found = _only(_spec_findings(SPEC + "descripton: x\n"))
    assert (found.code, found.is_error, _start(found)) == ("EH303", False, (6, 1))


def test_unknown_key_of_a_task_suggests_the_nearest() -> None:
    assert _only(_spec_findings(SPEC + "  splt: test\n")).hint == "did you mean split?"


# --- evalhub.yaml ---------------------------------------------------------------------------------------------------


def _registry_findings(text: str) -> list[Diagnostic]:
    return _check({"evalhub.yaml": "benchmarks:\n" + text})


@pytest.mark.parametrize(
    "text",
    [
        "- dataset: cais/hle\n",
        "- {dataset: cais/hle, aliases: [HLE, hle, Last Exam]}\n",
        "- {dataset: cais/hle, aliases: [A]}\n- {dataset: Idavidrein/gpqa, aliases: [B]}\n",
    ],
)
def test_good_registry_has_no_findings(text: str) -> None:
    assert _registry_findings(text) == []


@pytest.mark.parametrize("alias", ["GPQA", "gpqa", "Idavidrein/gpqa", "G-P-Q-A"])
def test_alias_that_is_another_benchmark_is_found(alias: str) -> None:
    found = _only(_registry_findings(f"- dataset: cais/hle\n  aliases: [{alias}]\n"))
    assert (found.code, _start(found), "Idavidrein/gpqa" in found.message) == ("EH401", (3, 13), True)


def test_alias_that_stands_for_two_benchmarks_is_found_at_the_second() -> None:
    text = "- {dataset: cais/hle, aliases: [X1]}\n- {dataset: Idavidrein/gpqa, aliases: [x-1]}\n"
    found = _only(_registry_findings(text))
    assert (found.code, _start(found)[0]) == ("EH401", 3)


def test_registered_dataset_that_is_not_in_the_hub_is_a_warning_at_its_id() -> None:
    found = _only(_registry_findings("- dataset: cais/hl\n"))
    assert (found.code, found.is_error, _start(found)) == ("EH402", False, (2, 12))


@pytest.mark.parametrize(
    ("task", "code", "start"),
    [("{dataset: cais/hl}", "EH402", (3, 24)), ("{dataset: cais/hle, task: hel}", "EH403", (3, 40))],
)
def test_a_tools_task_that_is_no_benchmarks_is_found(task: str, code: str, start: tuple[int, int]) -> None:
    found = _only(_check({"evalhub.yaml": f"tools:\n  lm-eval:\n    my exam: {task}\n"}))
    assert (found.code, _start(found)) == (code, start)


def test_a_tools_task_may_leave_the_benchmarks_out() -> None:
    assert _check({"evalhub.yaml": "tools:\n  mteb:\n    x: {dataset: cais/hle}\n"}) == []


def test_registered_dataset_that_is_not_in_the_hub_suggests_the_nearest() -> None:
    assert _only(_registry_findings("- dataset: cais/hl\n")).hint == "did you mean cais/hle?"


# --- together -------------------------------------------------------------------------------------------------------


def test_findings_of_a_file_are_in_the_order_of_its_lines() -> None:
    text = (
        _entry("zzz/qqqqqqqq")
        + _entry(value="x")
        + _entry(task="zz")
        + _entry(more='  notes: n\n  date: "2026-02-30"\n')
    )
    lines = [_start(found)[0] for found in _results(text)]
    assert lines == sorted(lines)
    assert len(lines) == 4


def test_an_entry_that_fails_the_schema_leaves_its_neighbours_to_the_rules() -> None:
    assert [found.code for found in _results("- value: 1\n" + _entry(task="zz"))] == ["EH110", "EH204"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (_entry(more="  date: 2026-02-30\n"), "EH201"),
        (_entry(value="!mine 41.2"), "EH109"),
        (_entry(value="!!int x"), "EH109"),
        (_entry(value=".inf"), "EH202"),
    ],
)
def test_one_mistake_is_told_once(text: str, code: str) -> None:
    assert [found.code for found in _results(text)] == [code]


MANY = {
    "results": (".eval_results/hle_a.yaml", _entry() * 8_000),
    "whole entries": (
        ".eval_results/hle_a.yaml",
        "".join(
            _entry(value=0.4, more=f"  date: 2996-01-01\n  source: {{url: ex {number}}}\n  notes: n{number}\n")
            for number in range(4_800)
        ),
    ),
    "ignored by comments": (".eval_results/hle_a.yaml", _entry(value="x # evalhub: ignore[EH112]") * 8_000),
    "wrong entries": (".eval_results/hle_a.yaml", "- {a: 1}\n" * 30_000),
    "keys of an entry": (".eval_results/hle_a.yaml", "- " + "\n  ".join(f"k{number}: 1" for number in range(40_000))),
    "unknown tasks": (".eval_results/hle_a.yaml", "".join(_entry(task=f"hl{number}") for number in range(8_000))),
    "keys of a spec": ("eval.yaml", SPEC + "".join(f"k{number}: 1\n" for number in range(40_000))),
    "keys of a task": ("eval.yaml", SPEC + "".join(f"  k{number}: 1\n" for number in range(40_000))),
    "tasks": ("eval.yaml", SPEC + "- id: a\n" * 30_000),
    "aliases": ("evalhub.yaml", "benchmarks:\n- dataset: c/d\n  aliases:\n" + "  - GPQA\n" * 90_000),
    "benchmarks": ("evalhub.yaml", "benchmarks:\n" + "- dataset: cais/x\n" * 30_000),
}
_MEASURE = """
import sys, time
from evalhub.checking import check_files
from evalhub.checkouts import source_file
from evalhub.diagnostics import FileRef
from evalhub.rules.subjects import Context
source = source_file(FileRef(sys.argv[1], "org/model"), sys.stdin.buffer.read())
begun = time.process_time()
found = check_files([source], Context())[0].diagnostics
print(time.process_time() - begun)
"""


@pytest.mark.parametrize(("path", "text"), MANY.values(), ids=MANY)
def test_many_mistakes_in_one_file_cost_little_time(path: str, text: str) -> None:
    command = [sys.executable, "-c", _MEASURE, path]
    done = subprocess.run(command, input=text.encode(), capture_output=True, timeout=60, check=True)
    assert float(done.stdout) < budget(2)


HOSTILE = "\\e[31m\\u202e\\x9b" + "x" * 300
WITH_HOSTILE_TEXT: list[tuple[str, Callable[[], list[Diagnostic]]]] = [
    ("dataset", lambda: _results(_entry(f'"a/{HOSTILE}"'))),
    ("task", lambda: _results(_entry(task=f'"{HOSTILE}"'))),
    ("value", lambda: _results(_entry(value=f'"{HOSTILE}"'))),
    ("key", lambda: _results(_entry(more=f'  "{HOSTILE}": 1\n'))),
    ("equal keys", lambda: _results(_entry(more=f'  "{HOSTILE}": 1\n  "{HOSTILE}": 1\n'))),
    ("date", lambda: _results(_entry(more=f'  date: "{HOSTILE}"\n'))),
    ("source", lambda: _results(_entry(more=f'  source: "{HOSTILE}"\n'))),
    ("double", lambda: _results(_entry("a/" + "x" * 5000, "y" * 5000) * 2)),
    ("framework", lambda: _spec_findings(SPEC.replace("mteb", f'"{HOSTILE}"'))),
    ("spec key", lambda: _spec_findings(SPEC + f'"{HOSTILE}": 1\n')),
    ("double task", lambda: _spec_findings(SPEC + f'- id: "{HOSTILE}"\n' * 2)),
    ("alias", lambda: _registry_findings(f'- {{dataset: a/b, aliases: ["{HOSTILE}"]}}\n' * 2 + "- dataset: c/d\n")),
    ("alias of two", lambda: _registry_findings("".join(f'- {{dataset: a/{x}, aliases: ["\\ex"]}}\n' for x in "bc"))),
    ("registered", lambda: _registry_findings(f'- dataset: "a/{HOSTILE}"\n')),
    ("direction", lambda: _registry_findings(f'- {{dataset: a/b, direction: "{HOSTILE}"}}\n')),
    ("tag", lambda: _results("- !" + "x" * 5000 + " 1\n")),
]


@pytest.mark.parametrize("check", [case[1] for case in WITH_HOSTILE_TEXT], ids=[case[0] for case in WITH_HOSTILE_TEXT])
def test_hostile_text_is_found_and_told_shortly_and_without_controls(check: Callable[[], list[Diagnostic]]) -> None:
    found = check()
    assert found
    for text in [text for one in found for text in (one.message, one.hint or "")]:
        assert text.isprintable()
        assert len(text) <= 500
