"""`evalhub.validate`: which files it finds, in what state, and what it says of each."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from gitrepos import HubDir, Link, Repo, entry, spec

from evalhub import EvalhubError, validate, validation
from evalhub.diagnostics import CODES, Severity
from evalhub.explanations import sections
from evalhub.validation import Report

ENTRY = "- dataset: {id: cais/hle, task_id: hle}\n  value: 41.2\n"
BAD = "- dataset: {id: cais/hle, task_id: hle}\n  value: high\n"
OTHER_BAD = BAD + "  notes: other\n"
SOURCE = ENTRY + "  source: {url: https://example.org/a"
TOKEN = "eyJhbGciOiJFZERTQSJ9.eyJ2YWx1ZSI6NDEuMn0"
SPEC = "name: X\ndescription: X.\nevaluation_framework: mteb\ntasks:\n- id: a\n"
RESULTS = ".eval_results/hle.yaml"


def _codes(report: Report) -> list[str]:
    return sorted(one.code for one in report.diagnostics)


def _write(path: Path, text: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


@pytest.fixture
def full(hub: HubDir) -> HubDir:
    """A hub in which nothing is wrong: a benchmark of percentages, and two models with a result each."""
    hub.registry({"dataset": "cais/hle", "scale": "percent"})
    hub.model("org/other", {"hle.yaml": [entry(50.0)]}, bare=True)
    hub.model("org/model", {"hle.yaml": ENTRY})
    return hub


def _model(hub: HubDir) -> Path:
    return hub.root / "models/org/model"


def test_a_hub_in_which_nothing_is_wrong_has_no_findings(full: HubDir) -> None:
    assert validate([full.root]).diagnostics == ()


# --- the codes ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", CODES.values(), ids=CODES)
def test_code_has_a_stable_id_and_a_kebab_case_name(code: object) -> None:
    assert re.fullmatch(r"EH[0-9]{3} [a-z0-9]+(-[a-z0-9]+)*", f"{code.id} {code.name}")  # type: ignore[attr-defined]


def test_names_of_codes_are_unique() -> None:
    assert len({code.name for code in CODES.values()}) == len(CODES)


def test_codes_are_in_order() -> None:
    assert list(CODES) == sorted(CODES)


_IN_RESULTS: dict[str, tuple[str | bytes, str | bytes]] = {
    "EH101": ("- a: [", ENTRY),
    "EH102": (ENTRY.encode() + b"  notes: caf\xe9\n", ENTRY + "  notes: café\n"),
    "EH103": (ENTRY + "  value: 42\n", ENTRY),
    "EH104": (ENTRY + "---\n" + ENTRY, "---\n" + ENTRY),
    "EH105": (ENTRY + "#" * (1 << 20), ENTRY + "#" * 1000),
    "EH106": ("[" * 80 + "]" * 80, ENTRY),
    "EH107": ("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 1\n", ENTRY),
    "EH109": (ENTRY + "  notes: !mine x\n", ENTRY + "  notes: !!str x\n"),
    "EH110": ("- dataset: {id: cais/hle, task_id: hle}\n", ENTRY),
    "EH111": (ENTRY + "  sorce: {url: https://example.org}\n", ENTRY + "  source: {url: https://example.org}\n"),
    "EH112": (BAD, ENTRY),
    "EH113": (ENTRY.replace("cais/hle", "hle"), ENTRY),
    "EH201": (ENTRY + "  date: 2026-01-31\n", ENTRY + '  date: "2026-01-31"\n'),
    "EH202": (ENTRY.replace("41.2", ".nan"), ENTRY),
    "EH203": (ENTRY.replace("cais/hle", "cais/other"), ENTRY),
    "EH204": (ENTRY.replace("task_id: hle", "task_id: other"), ENTRY),
    "EH205": (ENTRY + ENTRY, ENTRY + ENTRY + "  notes: With tools\n"),
    "EH207": (ENTRY + '  date: "2026-02-30"\n', ENTRY + '  date: "2026-02-28"\n'),
    "EH208": (ENTRY.replace("41.2", "1:30"), ENTRY.replace("41.2", "90")),
    "EH209": (ENTRY.replace("41.2", "0.412"), ENTRY),
    "EH210": (ENTRY.replace("41.2", "412"), ENTRY),
    "EH211": (ENTRY + '  date: "2206-01-31"\n', ENTRY + '  date: "2026-01-31"\n'),
    "EH212": (ENTRY + '  date: "2016-01-31"\n', ENTRY + '  date: "2026-01-31"\n'),
    "EH213": (ENTRY.replace("task", "revision: main, task"), ENTRY),
    "EH215": (SOURCE.replace("https://", "") + "}\n", SOURCE + "}\n"),
    "EH216": (SOURCE.replace("example", "ada:pw@example") + "}\n", SOURCE + "}\n"),
    "EH217": (SOURCE.replace("example.org", "localhost") + "}\n", SOURCE + "}\n"),
    "EH218": (SOURCE + ", user: ada, org: cais}\n", SOURCE + ", org: cais}\n"),
    "EH222": (ENTRY + f"  verifyToken: {TOKEN}\n", ENTRY + f"  verifyToken: {TOKEN}.c2ln\n"),
}
_CARD = """---
configs:
- {config_name: default, data_files: [{split: test, path: test.csv}]}
dataset_info:
  features: [{name: q}, {name: a}]
---
"""
_INSPECT = (
    SPEC.replace("mteb", "inspect-ai")
    + """  field_spec: {input: q, target: a}
  solvers: [{name: generate}]
  scorers: [{name: match}]
"""
)
_IN_SPEC = {
    "EH301": (SPEC + "- id: a\n", SPEC + "- id: b\n"),
    "EH302": (SPEC.replace("mteb", "mine"), SPEC),
    "EH303": (SPEC + "descripton: x\n", SPEC),
    "EH304": (_INSPECT.replace("input: q", "input: x"), _INSPECT),
    "EH305": (SPEC + "  config: main\n", SPEC + "  config: default\n"),
    "EH306": (SPEC + "  split: train\n", SPEC + "  split: test\n"),
    "EH307": (
        _INSPECT.replace("generate", "multiple_choice"),
        _INSPECT.replace("generate", "multiple_choice").replace("target:", "choices: a, target:"),
    ),
    "EH308": (_INSPECT.replace("generate", "use_tools"), _INSPECT),
    "EH309": (_INSPECT.replace("match", "model_graded_qa"), _INSPECT),
    "EH310": (
        _INSPECT.replace("[{", "[{name: user_message, args: {template: '{x}'}}, {", 1),
        _INSPECT.replace("[{", "[{name: user_message, args: {template: '{{x}}'}}, {", 1),
    ),
}
_IN_REGISTRY = {
    "EH401": ("[{dataset: cais/hle, aliases: [A]}, {dataset: cais/x, aliases: [a]}]", "[{dataset: cais/hle}]"),
    "EH402": ("[{dataset: cais/hle}, {dataset: cais/none}]", "[{dataset: cais/hle}]"),
    "EH403": ("[{dataset: cais/hle, tasks: [{id: hel}]}]", "[{dataset: cais/hle, tasks: [{id: hle}]}]"),
    "EH404": ("[{dataset: cais/hle}, {dataset: cais/hle}]", "[{dataset: cais/hle}]"),
}


def _unreadable_repo(hub: HubDir) -> None:
    (_model(hub) / ".git/HEAD").unlink()


def _unreadable_ref(hub: HubDir) -> None:
    repo = hub.model("org/broken", {"hle.yaml": ENTRY}, bare=True)
    repo.lose(f"HEAD:{RESULTS}")


def _duplicate_repo(hub: HubDir) -> None:
    shutil.copytree(_model(hub), hub.root / "copies/models/org/model")


def _no_commits(hub: HubDir) -> None:
    Repo.create(hub.root / "models/org/new")


def _symbolic_link(hub: HubDir) -> None:
    (_model(hub) / ".eval_results/link.yaml").symlink_to("hle.yaml")


def _other_suffix(hub: HubDir) -> None:
    _write(_model(hub) / ".eval_results/more.yml", ENTRY)


def _outdated_revision(hub: HubDir) -> None:
    dataset = Repo(hub.root / "datasets/cais/hle")
    then = dataset.tip()
    dataset.commit({"./eval.yaml": spec("HLE", ["hle"]) + "  split: validation\n"}, start=then)
    _write(_model(hub) / RESULTS, ENTRY.replace("task_id", f"revision: {then}, task_id"))


def _inconsistent_notes(hub: HubDir) -> None:
    _write(_model(hub) / RESULTS, ENTRY + "  notes: with tools\n")
    hub.model("org/third", {"hle.yaml": ENTRY + "  notes: With tools.\n"})


def _file_name_mismatch(hub: HubDir) -> None:
    _write(_model(hub) / ".eval_results/gpqa.yaml", ENTRY + "  notes: With tools\n")


def _unofficial_benchmark(hub: HubDir) -> None:
    hub.dataset("cais/other")
    _write(_model(hub) / ".eval_results/other.yaml", ENTRY.replace("cais/hle", "cais/other"))


def _base_model_score(hub: HubDir) -> None:
    hub.model("org/new", {"hle.yaml": ENTRY, "./README.md": "---\nbase_model: org/model\n---\n"})


_IN_REPOS: dict[str, Callable[[HubDir], None]] = {
    "EH001": _unreadable_repo,
    "EH002": _unreadable_ref,
    "EH003": _duplicate_repo,
    "EH004": _no_commits,
    "EH108": _symbolic_link,
    "EH206": _other_suffix,
    "EH214": _outdated_revision,
    "EH219": _inconsistent_notes,
    "EH220": _file_name_mismatch,
    "EH221": _unofficial_benchmark,
    "EH223": _base_model_score,
}


def _with_file(hub: HubDir, code: str, *, good: bool) -> None:
    if code in _IN_RESULTS:
        _write(_model(hub) / RESULTS, _IN_RESULTS[code][good])
    elif code in _IN_SPEC:
        hub.dataset("cais/x", text=_IN_SPEC[code][good]).commit({"./README.md": _CARD})
    else:
        hub.dataset("cais/x", text=SPEC)
        _write(hub.root / "evalhub.yaml", f"benchmarks: {_IN_REGISTRY[code][good]}\n")


def test_more_findings_than_are_shown_are_said_to_be_there(full: HubDir) -> None:
    (full.root / "models/org/model/.eval_results").mkdir(parents=True, exist_ok=True)
    file = full.root / "models/org/model/.eval_results/many.yaml"
    file.write_text("- {}\n" * 300)
    codes = _codes(validate([file]))
    assert (len(codes), codes[-1]) == (101, "EH114")


def test_the_examples_cover_every_code_that_the_documentation_has_none_for() -> None:
    others = (
        set(CODES) - {code for code, text in sections().items() if "```yaml" in text} - {"EH114"}
    )  # more findings than are shown
    assert others <= {*_IN_RESULTS, *_IN_SPEC, *_IN_REGISTRY, *_IN_REPOS}


@pytest.mark.parametrize("code", [*_IN_RESULTS, *_IN_SPEC, *_IN_REGISTRY])
def test_bad_file_has_its_code_and_no_other(full: HubDir, code: str) -> None:
    _with_file(full, code, good=False)
    assert set(_codes(validate([full.root]))) == {code}


@pytest.mark.parametrize("code", [*_IN_RESULTS, *_IN_SPEC, *_IN_REGISTRY])
def test_its_good_counterpart_has_no_findings(full: HubDir, code: str) -> None:
    _with_file(full, code, good=True)
    assert _codes(validate([full.root])) == []


@pytest.mark.parametrize("code", _IN_REPOS)
def test_bad_repository_has_its_code_once_and_no_other(full: HubDir, code: str) -> None:
    _IN_REPOS[code](full)
    assert _codes(validate([full.root])) == [code]


@pytest.mark.parametrize("code", _IN_REPOS)
def test_finding_about_a_repository_names_it(full: HubDir, code: str) -> None:
    _IN_REPOS[code](full)
    (found,) = validate([full.root]).diagnostics
    assert found.file.repo in ("org/model", "org/broken", "org/new")


@pytest.mark.parametrize("code", [*_IN_RESULTS, *_IN_SPEC, *_IN_REGISTRY, *_IN_REPOS])
def test_severity_is_that_of_the_table(full: HubDir, code: str) -> None:
    if code in _IN_REPOS:
        _IN_REPOS[code](full)
    else:
        _with_file(full, code, good=False)
    report = validate([full.root])
    expected = CODES[code].severity is Severity.ERROR
    assert (report.errors > 0, report.warnings > 0) == (expected, not expected)


@pytest.mark.parametrize("code", [*_IN_RESULTS, *_IN_SPEC, *_IN_REGISTRY])
def test_finding_says_what_to_do(full: HubDir, code: str) -> None:
    _with_file(full, code, good=False)
    assert all(found.hint for found in validate([full.root]).diagnostics if code not in ("EH101", "EH105"))


# --- what can be named ----------------------------------------------------------------------------------------------


def test_a_file_of_a_clone(full: HubDir) -> None:
    path = _write(_model(full) / RESULTS, BAD)
    report = validate([path])
    assert (report.files_checked, _codes(report)) == (1, ["EH112"])


def test_a_file_of_a_clone_has_the_path_below_the_clone_and_its_id(full: HubDir) -> None:
    (found,) = validate([_write(_model(full) / RESULTS, BAD)]).diagnostics
    assert (found.file.path, found.file.repo, found.file.ref) == (RESULTS, "org/model", None)


def test_several_files_are_checked_in_the_order_given(full: HubDir) -> None:
    second = _write(_model(full) / ".eval_results/hle_a.yaml", BAD)
    first = _write(_model(full) / RESULTS, BAD)
    report = validate([first, second])
    assert list(dict.fromkeys(found.file.path for found in report.diagnostics)) == [RESULTS, ".eval_results/hle_a.yaml"]


def test_a_single_file_is_checked_in_the_light_of_its_neighbours(full: HubDir) -> None:
    _write(_model(full) / ".eval_results/hle_a.yaml", ENTRY)
    single = _write(_model(full) / ".eval_results/hle_b.yaml", ENTRY)
    report = validate([single])
    assert [(found.code, found.file.path) for found in report.diagnostics] == [("EH205", ".eval_results/hle_b.yaml")]
    assert report.files_checked == 1


def test_a_path_that_is_named_twice_is_told_once(full: HubDir) -> None:
    path = _write(_model(full) / RESULTS, BAD)
    assert _codes(validate([path, path])) == ["EH112"]


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("scores.yaml", BAD, "EH112"),
        ("eval.yaml", SPEC + "- id: a\n", "EH301"),
        ("evalhub.yaml", "benchmarks: 1\n", "EH112"),
        ("draft.yaml", SPEC + "- id: a\n", "EH301"),
        ("draft.yaml", "benchmarks: 1\n", "EH112"),
    ],
)
def test_a_file_outside_any_repository(tmp_path: Path, name: str, text: str, code: str) -> None:
    assert code in _codes(validate([_write(tmp_path / name, text)]))


def test_a_file_outside_any_repository_has_the_path_as_it_was_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write(tmp_path / "drafts/scores.yaml", BAD)
    monkeypatch.chdir(tmp_path)
    assert {found.file.path for found in validate(["drafts/scores.yaml"]).diagnostics} == {"drafts/scores.yaml"}


def test_a_folder_outside_any_repository(tmp_path: Path) -> None:
    _write(tmp_path / RESULTS, BAD)
    assert "EH112" in _codes(validate([tmp_path]))


def test_a_clone(full: HubDir) -> None:
    _write(_model(full) / RESULTS, BAD)
    report = validate([_model(full)])
    assert (report.files_checked, _codes(report)) == (1, ["EH112"])


def test_text_may_name_a_path(full: HubDir) -> None:
    assert validate([str(_model(full))]).files_checked == 1


def test_what_is_not_committed_is_what_is_validated(full: HubDir) -> None:
    full.model("org/dirty", {"hle.yaml": BAD})
    path = full.root / "models/org/dirty"
    _write(path / RESULTS, ENTRY)
    assert _codes(validate([path])) == []


def test_a_new_file_that_git_does_not_know_is_validated(full: HubDir) -> None:
    _write(_model(full) / ".eval_results/hle_new.yaml", BAD + "  notes: new\n")
    assert _codes(validate([_model(full)])) == ["EH112"]


def test_a_file_that_was_deleted_is_not_validated(full: HubDir) -> None:
    full.model("org/dirty", {"hle.yaml": BAD, "hle_good.yaml": ENTRY})
    (full.root / "models/org/dirty" / RESULTS).unlink()
    assert _codes(validate([full.root / "models/org/dirty"])) == []


def test_the_branch_that_is_checked_out_is_validated(full: HubDir) -> None:
    repo = full.model("org/branchy", {"hle.yaml": ENTRY})
    repo.commit({"hle.yaml": BAD}, on="other", start=repo.tip())
    repo.git("checkout", "-q", "other")
    assert _codes(validate([repo.path])) == ["EH112"]


def test_a_clone_without_commits_is_validated_too(full: HubDir) -> None:
    repo = Repo.create(full.root / "models/org/new")
    _write(repo.path / RESULTS, BAD)
    assert _codes(validate([repo.path])) == ["EH004", "EH112"]


@pytest.mark.parametrize("folder", [".eval_results", ".eval_results/old"])
def test_a_folder_of_a_clone(full: HubDir, folder: str) -> None:
    _write(_model(full) / RESULTS, BAD)
    _write(_model(full) / ".eval_results/old/hle_x.yaml", ENTRY)
    expected = {".eval_results": ["EH112", "EH206"], ".eval_results/old": ["EH206"]}
    assert _codes(validate([_model(full) / folder])) == expected[folder]


def test_a_linked_worktree(full: HubDir, tmp_path: Path) -> None:
    repo = full.model("org/trees", {"hle.yaml": ENTRY})
    repo.git("worktree", "add", "-q", "-b", "side", str(tmp_path / "side"))
    _write(tmp_path / "side" / RESULTS, BAD)
    assert _codes(validate([tmp_path / "side"], hub=full.root)) == ["EH112"]


def test_a_bare_repository_is_validated_on_its_default_branch(full: HubDir) -> None:
    repo = full.model("org/bare", {"hle.yaml": ENTRY}, bare=True)
    repo.commit({"hle.yaml": BAD}, on="main")
    repo.commit({"more.yaml": BAD}, on="other", start=repo.tip())
    (found,) = validate([repo.path]).diagnostics
    assert (found.code, found.file.path, found.file.ref) == ("EH112", RESULTS, "refs/heads/main")


def test_a_bare_dataset(full: HubDir) -> None:
    repo = full.dataset("cais/bare", text=SPEC + "- id: a\n", bare=True)
    assert _codes(validate([repo.path])) == ["EH301"]


def test_bare_and_clone_have_the_same_findings(full: HubDir) -> None:
    files = {
        "hle_a.yaml": BAD,
        "b.yml": ENTRY,
        "old/c.yaml": ENTRY,
        "link.yaml": Link("hle_a.yaml"),
        "x.yaml/inner.txt": "x",
        "README.md": "x",
    }
    named = {name if "/" not in name else f".eval_results/{name}": content for name, content in files.items()}
    bare = full.model("org/bare", named, bare=True)
    clone = full.model("org/clone", named)
    findings = [
        [(found.code, found.file.path, found.message) for found in validate([repo.path]).diagnostics]
        for repo in (bare, clone)
    ]
    assert findings[0] == findings[1]


def test_a_hub_counts_all_its_files(full: HubDir) -> None:
    assert validate([full.root]).files_checked == 4  # evalhub.yaml, eval.yaml and two of results


def test_findings_of_a_hub_are_in_path_order(full: HubDir) -> None:
    for name in ("org/b", "org/a", "org/c"):
        full.model(name, {"hle.yaml": BAD})
    assert [found.file.repo for found in validate([full.root]).diagnostics] == ["org/a", "org/b", "org/c"]


def test_a_folder_of_a_hub(full: HubDir) -> None:
    full.model("org/bad", {"hle.yaml": BAD})
    assert _codes(validate([full.root / "datasets"])) == []


def test_the_current_directory(full: HubDir, monkeypatch: pytest.MonkeyPatch) -> None:
    _write(_model(full) / RESULTS, BAD)
    monkeypatch.chdir(_model(full))
    assert [found.file.repo for found in validate(["."]).diagnostics] == ["org/model"]


@pytest.mark.parametrize("path", ["../model", "../model/.eval_results", "../model/.eval_results/hle.yaml"])
def test_a_path_with_dots_is_the_same_repository(full: HubDir, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    clone = full.model("org/model2", {"hle.yaml": ENTRY})
    _write(_model(full) / RESULTS, BAD)
    monkeypatch.chdir(clone.path)
    assert [found.file.repo for found in validate([path]).diagnostics] == ["org/model"]


def test_a_path_with_dots_without_a_hub_is_the_same_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Repo.create(tmp_path / "org/model", {"hle.yaml": BAD})
    (tmp_path / "org/side").mkdir()
    monkeypatch.chdir(tmp_path / "org/side")
    assert {found.file.repo for found in validate(["../model"]).diagnostics} == {"org/model"}


def test_a_subfolder_and_dots_lead_to_the_top_of_the_clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repo = Repo.create(tmp_path / "org/model", {"hle.yaml": BAD})
    (repo.path / "docs").mkdir()
    monkeypatch.chdir(repo.path / "docs")
    assert {found.file.repo for found in validate([".."]).diagnostics} == {"org/model"}


def test_nothing_is_changed_by_validating(full: HubDir) -> None:
    def state() -> dict[str, tuple[int, int]]:
        files = (path for path in full.root.rglob("*") if path.is_file())
        return {str(path): (path.stat().st_mtime_ns, path.stat().st_size) for path in files}

    before = state()
    validate([full.root], pull_requests=True)
    assert state() == before


# --- nothing there --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["missing", "missing.yaml", "a/b/c", "x" * 300, "é 漢"])
def test_a_path_that_is_missing_is_an_error_that_names_it(tmp_path: Path, name: str) -> None:
    with pytest.raises(EvalhubError) as raised:
        validate([tmp_path / name])
    assert name[:60] in raised.value.message


def test_a_missing_path_among_others_is_an_error(full: HubDir) -> None:
    with pytest.raises(EvalhubError):
        validate([full.root, full.root / "missing"])


def test_an_empty_directory_is_an_error_that_says_what_to_name(tmp_path: Path) -> None:
    with pytest.raises(EvalhubError) as raised:
        validate([tmp_path])
    assert "nothing to validate" in raised.value.message
    assert raised.value.hint


def test_a_folder_of_a_clone_without_anything_to_validate_is_an_error(full: HubDir) -> None:
    (_model(full) / "docs").mkdir()
    with pytest.raises(EvalhubError):
        validate([_model(full) / "docs"])


def test_a_clone_without_results_has_no_findings(hub: HubDir) -> None:
    report = validate([hub.model("org/plain").path])
    assert (report.files_checked, report.diagnostics) == (0, ())


def test_a_hub_without_benchmarks_says_so_of_each_result(empty_hub: HubDir) -> None:
    empty_hub.model("org/model", {"hle.yaml": ENTRY})
    assert _codes(validate([empty_hub.root])) == ["EH203"]


def test_a_hub_that_is_no_directory_is_an_error(full: HubDir) -> None:
    with pytest.raises(EvalhubError):
        validate([full.root], hub=full.root / "evalhub.yaml")


# --- what else is known ---------------------------------------------------------------------------------------------


def test_hub_can_be_named(full: HubDir, tmp_path: Path) -> None:
    path = _write(tmp_path / "draft.yaml", ENTRY.replace("task_id: hle", "task_id: hl"))
    assert _codes(validate([path], hub=full.root)) == ["EH204"]


def test_hub_is_the_nearest_with_a_registry(full: HubDir) -> None:
    path = _write(_model(full) / RESULTS, ENTRY.replace("task_id: hle", "task_id: hl"))
    assert _codes(validate([path])) == ["EH204"]


def test_tasks_are_those_of_the_spec_that_is_being_edited(full: HubDir) -> None:
    _write(full.root / "datasets/cais/hle/eval.yaml", spec("HLE", ["hle", "hle_text"]))
    _write(_model(full) / RESULTS, ENTRY.replace("task_id: hle", "task_id: hle_text"))
    assert _codes(validate([full.root])) == []


def test_tasks_that_are_being_removed_are_unknown(full: HubDir) -> None:
    _write(full.root / "datasets/cais/hle/eval.yaml", spec("HLE", ["hle_text"]))
    assert _codes(validate([full.root])) == ["EH204", "EH204", "EH311"]


def test_a_benchmark_that_is_not_committed_yet_is_known(full: HubDir) -> None:
    full.registry({"dataset": "cais/hle"}, {"dataset": "cais/new"})
    repo = Repo.create(full.root / "datasets/cais/new")
    _write(repo.path / "eval.yaml", SPEC)
    _write(_model(full) / ".eval_results/new.yaml", ENTRY.replace("cais/hle, task_id: hle", "cais/new, task_id: a"))
    assert _codes(validate([full.root])) == ["EH004"]


def test_results_for_a_dataset_whose_spec_is_wrong_say_so(full: HubDir) -> None:
    full.dataset("cais/bad", text="name: X\n")
    _write(_model(full) / RESULTS, ENTRY.replace("cais/hle", "cais/bad"))
    assert "EH203" in _codes(validate([full.root]))


@pytest.mark.parametrize("text", ["[", "benchmarks: 1\n", "nothing: here\n", "- a\n", b"\xff", "a: 1\na: 2\n"])
def test_a_wrong_registry_does_not_stop_the_rest(full: HubDir, text: str | bytes) -> None:
    _write(full.root / "evalhub.yaml", text)
    _write(_model(full) / RESULTS, BAD.replace("task_id: hle", "task_id: hl"))
    found = validate([full.root]).diagnostics
    assert {"evalhub.yaml", RESULTS} == {one.file.path for one in found}


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "{}\n", "name: My hub\n", "benchmarks: []\n"])
def test_an_empty_registry_is_fine(full: HubDir, text: str) -> None:
    _write(full.root / "evalhub.yaml", text)
    assert _codes(validate([full.root])) == []


def test_one_bad_repository_does_not_stop_the_rest(full: HubDir) -> None:
    _write(full.root / "models/aaa/broken/.git/HEAD", "rubbish")
    _write(_model(full) / RESULTS, BAD)
    assert _codes(validate([full.root])) == ["EH001", "EH112"]


def test_one_bad_file_does_not_stop_the_rest(full: HubDir) -> None:
    _write(_model(full) / ".eval_results/hle_a.yaml", b"\xff")
    _write(_model(full) / ".eval_results/hle_b.yaml", "[")
    _write(_model(full) / RESULTS, BAD)
    assert _codes(validate([full.root])) == ["EH101", "EH102", "EH112"]


def test_a_model_is_not_asked_for_an_eval_yaml(full: HubDir) -> None:
    _write(_model(full) / "eval.yaml", "model_config: 1\n")
    assert _codes(validate([full.root])) == []


def test_many_processes_find_what_one_finds(full: HubDir, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = _model(full) / ".eval_results"
    for number in range(700):
        wrong = [ENTRY, BAD, ENTRY.replace("41.2", "0.412"), ENTRY + "  date: 2026-01-31\n", ENTRY * 2, "- a: [\n"]
        (folder / f"hle_{number}.yaml").write_text(wrong[number % 6] + f"# {number}\n")
    bare = full.model("org/bare", {f"hle_{number}.yaml": BAD for number in range(20)}, bare=True)
    bare.pull(1, {"hle_new.yaml": OTHER_BAD})
    reports = []
    for cores in (1, 2):
        monkeypatch.setattr(validation, "cores", lambda cores=cores: cores)
        reports.append(validate([full.root], pull_requests=True))
    assert reports[0] == reports[1]
    assert len(reports[0].diagnostics) > 1_000


def test_what_is_named_twice_is_checked_once(full: HubDir) -> None:
    _write(_model(full) / RESULTS, BAD)
    once = validate([full.root])
    twice = validate([full.root, _model(full), _model(full) / RESULTS, full.root])
    assert (twice.files_checked, twice.diagnostics) == (once.files_checked, once.diagnostics)


def test_progress_ends_with_all_done(full: HubDir) -> None:
    calls: list[tuple[int, int]] = []
    validate([full.root], progress=lambda done, total: calls.append((done, total)))
    assert calls
    assert calls[-1][0] == calls[-1][1]


# --- pull requests --------------------------------------------------------------------------------------------------


def test_pull_requests_are_left_alone_by_default(full: HubDir) -> None:
    full.model("org/prs", {"hle_a.yaml": ENTRY}).pull(1, {"hle_b.yaml": BAD})
    assert _codes(validate([full.root])) == []


@pytest.mark.parametrize("host", ["hf", "github", "gitlab"])
@pytest.mark.parametrize("bare", [True, False])
def test_what_a_pull_request_adds_is_validated(full: HubDir, host: str, bare: bool) -> None:
    ref = full.model("org/prs", {"hle_a.yaml": ENTRY}, bare=bare).pull(1, {"hle_b.yaml": OTHER_BAD}, host=host)
    (found,) = validate([full.root], pull_requests=True).diagnostics
    assert (found.code, found.file.ref, found.file.path) == ("EH112", ref, ".eval_results/hle_b.yaml")


def test_what_a_local_branch_proposes_is_validated(full: HubDir) -> None:
    repo = full.model("org/prs", {"hle_a.yaml": ENTRY})
    repo.commit({"hle_b.yaml": OTHER_BAD}, on="evalhub/b", start=repo.tip())
    (found,) = validate([full.root], pull_requests=True).diagnostics
    assert found.file.ref == "refs/heads/evalhub/b"


def test_files_that_a_pull_request_leaves_as_they_are_are_told_once(full: HubDir) -> None:
    full.model("org/prs", {"hle_a.yaml": BAD}, bare=True).pull(1, {"hle_b.yaml": ENTRY + "  notes: b\n"})
    found = validate([full.root], pull_requests=True).diagnostics
    assert [(one.code, one.file.ref) for one in found] == [("EH112", "refs/heads/main")]


def test_a_merged_pull_request_is_not_validated(full: HubDir) -> None:
    repo = full.model("org/prs", {"hle_a.yaml": ENTRY}, bare=True)
    repo.merge(repo.pull(1, {"hle_b.yaml": BAD}))
    found = validate([full.root], pull_requests=True).diagnostics
    assert {one.file.ref for one in found} == {"refs/heads/main"}


def test_each_pull_request_counts_its_files(full: HubDir) -> None:
    repo = full.model("org/prs", {"hle_a.yaml": ENTRY}, bare=True)
    repo.pull(1, {"hle_b.yaml": ENTRY + "  notes: b\n"})
    repo.pull(2, {"c.yaml": ENTRY + "  notes: c\n", "d.yaml": ENTRY + "  notes: d\n"})
    extra = validate([full.root], pull_requests=True).files_checked - validate([full.root]).files_checked
    assert extra == 3


def test_a_link_that_a_pull_request_adds_is_found(full: HubDir) -> None:
    full.model("org/prs", {"hle_a.yaml": ENTRY}, bare=True).pull(1, {"hle_b.yaml": Link("hle_a.yaml")})
    assert _codes(validate([full.root], pull_requests=True)) == ["EH108"]


def test_a_file_that_the_hub_does_not_read_is_found_in_a_pull_request(full: HubDir) -> None:
    full.model("org/prs", {"hle_a.yaml": ENTRY}, bare=True).pull(1, {".eval_results/sub/hle_b.yaml": ENTRY})
    assert _codes(validate([full.root], pull_requests=True)) == ["EH206"]


def test_an_entry_that_a_pull_request_adds_twice_is_found(full: HubDir) -> None:
    twice = (ENTRY + "  notes: other\n") * 2
    full.model("org/prs", {"hle_a.yaml": ENTRY}, bare=True).pull(1, {"hle_b.yaml": twice})
    assert _codes(validate([full.root], pull_requests=True)) == ["EH205"]


@pytest.mark.parametrize("name", ["0_hle.yaml", "hle_b.yaml"])
def test_a_result_that_a_pull_request_adds_beside_one_that_stands_is_found_in_what_it_adds(
    full: HubDir, name: str
) -> None:
    full.model("org/prs", {"hle_a.yaml": ENTRY}, bare=True).pull(1, {name: ENTRY.replace("41.2", "42.0")})
    (found,) = validate([full.root], pull_requests=True).diagnostics
    assert (found.code, found.file.path, "hle_a.yaml" in found.message) == ("EH205", f".eval_results/{name}", True)


def test_two_pull_requests_that_propose_the_same_are_no_doubles(full: HubDir) -> None:
    repo = full.model("org/prs", {"hle_a.yaml": ENTRY}, bare=True)
    for number, value in enumerate(["42.0", "43.0"], start=1):
        repo.pull(number, {"hle_b.yaml": ENTRY.replace("41.2", value) + "  notes: other\n"})
    assert _codes(validate([full.root], pull_requests=True)) == []


def test_of_a_file_that_a_pull_request_changes_only_its_own_entries_are_told(full: HubDir) -> None:
    repo = full.model("org/prs", {"hle_a.yaml": BAD}, bare=True)
    ref = repo.pull(1, {"hle_a.yaml": BAD + OTHER_BAD})
    found = validate([full.root], pull_requests=True).diagnostics
    assert [(one.file.ref, one.span and one.span.line) for one in found] == [("refs/heads/main", 2), (ref, 4)]


def test_a_pull_request_that_cannot_be_read_is_told_once(full: HubDir) -> None:
    repo = full.model("org/prs", {"hle_a.yaml": ENTRY}, bare=True)
    ref = repo.pull(1, {"hle_b.yaml": ENTRY + "  notes: b\n"})
    repo.lose(f"{ref}:.eval_results/hle_b.yaml")
    found = validate([full.root], pull_requests=True).diagnostics
    assert [(one.code, one.file.repo, one.file.ref) for one in found] == [("EH002", "org/prs", ref)]


# --- repositories that git has trouble with -------------------------------------------------------------------------


def test_a_sha256_repository_is_named_as_such(full: HubDir) -> None:
    path = full.root / "models/org/sha256"
    subprocess.run(["git", "init", "-q", "--object-format=sha256", str(path)], check=True)
    (found,) = validate([full.root]).diagnostics
    assert (found.code, "SHA-256" in found.message) == ("EH001", True)


def test_a_worktree_whose_repository_is_gone_is_unreadable(full: HubDir) -> None:
    _write(full.root / "models/org/gone/.git", "gitdir: /nowhere/at/all\n")
    assert _codes(validate([full.root])) == ["EH001"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_repository_of_another_user_says_how_to_trust_it(full: HubDir) -> None:
    for path in (_model(full), *_model(full).rglob("*")):
        os.chown(path, 12345, 12345)
    (found,) = validate([full.root]).diagnostics
    assert (found.code, "safe.directory" in (found.hint or "")) == ("EH001", True)


def test_corrupt_results_on_the_default_branch_are_told_once(full: HubDir) -> None:
    repo = full.model("org/broken", {"hle.yaml": ENTRY}, bare=True)
    repo.lose(f"HEAD:{RESULTS}", corrupt=True)
    assert [(one.code, one.file.repo) for one in validate([full.root]).diagnostics] == [("EH002", "org/broken")]


def test_working_tree_is_validated_where_objects_are_missing(full: HubDir) -> None:
    repo = full.model("org/broken", {"hle.yaml": ENTRY})
    repo.lose(f"HEAD:{RESULTS}")
    _write(repo.path / RESULTS, BAD)
    assert _codes(validate([full.root])) == ["EH002", "EH112"]
