"""`validate --fix`: what is mended, what is left alone, and that nothing else changes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Cli
from gitrepos import HubDir, Link, Repo, entry
from hypothesis import given, settings
from hypothesis import strategies as st

from evalhub import validate, yaml_source
from evalhub.checking import check_files
from evalhub.checkouts import source_file
from evalhub.diagnostics import Diagnostic, FileRef, Fix
from evalhub.errors import EvalhubError
from evalhub.fixes import fix_of
from evalhub.fixing import apply, fixes_by_file, repairs
from evalhub.fixing import repair as mend
from evalhub.rules.subjects import Context
from evalhub.yaml_build import Problem

ENTRY = "- dataset:\n    id: cais/hle\n    task_id: hle\n  value: 41.2\n"
RESULTS = ".eval_results/hle.yaml"


@pytest.fixture
def model(hub: HubDir) -> Repo:
    hub.registry({"dataset": "cais/hle"})
    return hub.model("org/model", {"hle.yaml": ENTRY})


def _mended(text: str, tmp_path: Path, name: str = RESULTS) -> str:
    """Return what becomes of a file, written outside any repository."""
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
    for _ in range(5):
        found = repairs(validate([path]).diagnostics)
        for repair in found:
            apply(repair)
        if not found:
            break
    return path.read_bytes().decode()


# --- what is mended -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("  date: 2026-01-31\n", '  date: "2026-01-31"\n'),
        ("  date:   2026-01-31   # when\n", '  date:   "2026-01-31"   # when\n'),
        ("  date: 2026-01-31T10:00:00Z\n", '  date: "2026-01-31T10:00:00Z"\n'),
        ("  notes: 2026-01-31\n", '  notes: "2026-01-31"\n'),
        ("  nots: With tools\n", "  notes: With tools\n"),
        ('  "nots": With tools\n', '  "notes": With tools\n'),
        ("  'nots' : With tools\n", "  'notes' : With tools\n"),
        ("  sorce: {url: https://example.org, nam: Card}\n", "  source: {url: https://example.org, name: Card}\n"),
        ("  dat: 2026-01-31\n", '  date: "2026-01-31"\n'),
    ],
)
def test_one_right_answer_is_written(tmp_path: Path, before: str, after: str) -> None:
    assert _mended(ENTRY + before, tmp_path) == ENTRY + after


def test_a_required_key_that_is_misspelt_is_named_anew(tmp_path: Path) -> None:
    assert _mended(ENTRY.replace("task_id", "tsk_id"), tmp_path) == ENTRY


@pytest.mark.parametrize("framework", ["inspect-ai", "mteb"])
def test_scores_of_a_spec_become_scorers(tmp_path: Path, framework: str) -> None:
    spec = f"""name: X
description: X.
evaluation_framework: {framework}
tasks:
  - id: x  # the only one
    field_spec: {{input: question, target: answer}}
    solvers: [{{name: generate}}]
    scorers: [{{name: match}}]
"""
    assert _mended(spec.replace("scorers", "scores"), tmp_path, "eval.yaml") == spec


def test_an_entry_that_repeats_another_is_removed(tmp_path: Path) -> None:
    other = ENTRY + "  notes: other\n"
    assert _mended(ENTRY + other + "# last\n" + ENTRY, tmp_path) == ENTRY + other + "# last\n"


def test_of_three_equal_entries_the_first_stays(tmp_path: Path) -> None:
    assert _mended("# mine\n" + ENTRY * 3, tmp_path) == "# mine\n" + ENTRY


def test_an_entry_without_an_end_of_line_is_removed(tmp_path: Path) -> None:
    assert _mended(ENTRY + ENTRY.rstrip("\n"), tmp_path) == ENTRY


def test_a_file_that_ends_in_yml_is_renamed(model: Repo) -> None:
    (model.path / ".eval_results/hle_more.yml").write_text(ENTRY + "  notes: more\n")
    (repair,) = repairs(validate([model.path]).diagnostics)
    apply(repair)
    assert sorted(path.name for path in (model.path / ".eval_results").iterdir()) == ["hle.yaml", "hle_more.yaml"]


@pytest.mark.parametrize(("name", "where"), [("evalhub.yml", "."), ("eval.yml", "datasets/org/new")])
def test_other_files_that_end_in_yml_are_renamed(hub: HubDir, name: str, where: str) -> None:
    hub.dataset("org/new", text="name: X\n")
    folder = hub.root / where
    (folder / "eval.yaml").unlink(missing_ok=True)
    (folder / name).write_text("name: X\n")
    for repair in repairs(one for one in validate([hub.root]).diagnostics if one.code == "EH206"):
        apply(repair)
    assert not (folder / name).exists()
    assert (folder / name).with_suffix(".yaml").read_text() == "name: X\n"


# --- what is left alone ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        ENTRY + "  date: !!timestamp 2026-01-31\n",
        ENTRY + "  date: &day 2026-01-31\n  notes: *day\n",
        "- &a\n  dataset: {id: cais/hle, task_id: hle}\n  value: 1\n  dat: x\n- <<: *a\n  notes: b\n",
        ENTRY + "  bananas: With tools\n",
        ENTRY + "  nots: a\n  nots: b\n",
        ENTRY + "  nots: a\n  notes: b\n",
        ENTRY + '  "n\\x6fts": a\n',
        ENTRY + ENTRY.replace("41.2", "42.0"),
        ENTRY + ENTRY.replace("41.2", "41.2  # measured again"),
        ENTRY + "# both\n- {dataset: {id: cais/hle, task_id: hle}, value: 41.2} # again\n",
        f"[{json.dumps(entry(41.2))}, {json.dumps(entry(41.2))}]\n",
        "- a: [\n",
    ],
    ids=range(12),
)
def test_what_has_no_one_right_answer_stays_as_it_is(tmp_path: Path, text: str) -> None:
    assert _mended(text, tmp_path) == text


def test_what_an_alias_repeats_is_told_once_and_not_promised_to_be_mended(tmp_path: Path) -> None:
    text = "- &a\n  dataset: {id: cais/hle, task_id: hle}\n  value: 1\n  dat: x\n- <<: *a\n  notes: b\n"
    (tmp_path / "x.yaml").write_text(text)
    found = validate([tmp_path / "x.yaml"], select=["EH111"]).diagnostics
    assert [(one.code, one.fix) for one in found] == [("EH111", None)]


def test_a_file_is_not_renamed_over_another(model: Repo) -> None:
    (model.path / ".eval_results/hle.yml").write_text(ENTRY)
    assert repairs(validate([model.path]).diagnostics) == []


def test_two_files_with_one_result_both_stay(model: Repo) -> None:
    (model.path / ".eval_results/hle_more.yaml").write_text(ENTRY)
    assert repairs(validate([model.path]).diagnostics) == []


def test_a_link_is_not_followed(model: Repo, tmp_path: Path) -> None:
    (tmp_path / "elsewhere.yaml").write_text(ENTRY + "  date: 2026-01-31\n")
    model.commit({"link.yaml": Link(str(tmp_path / "elsewhere.yaml"))})
    assert repairs(validate([model.path]).diagnostics) == []


@pytest.mark.parametrize("options", [{"ref": "evalhub/x"}, {"staged": True}, {"pull_requests": True}])
def test_only_the_working_tree_is_mended(model: Repo, options: dict[str, object]) -> None:
    model.commit({"hle.yaml": ENTRY + "  date: 2026-01-31\n"}, on="evalhub/x", start=model.tip())
    (model.path / RESULTS).write_text(ENTRY + "  date: 2026-01-31\n")
    model.git("add", "-A")
    (model.path / RESULTS).write_text(ENTRY)
    report = validate([model.path], **options)  # type: ignore[arg-type]
    assert {one.code for one in report.diagnostics} == {"EH201"}
    assert repairs(report.diagnostics) == []


def test_a_bare_repository_has_nothing_to_mend(hub: HubDir) -> None:
    bare = hub.model("org/bare", {"hle.yaml": ENTRY + "  date: 2026-01-31\n"}, bare=True)
    assert repairs(validate([bare.path]).diagnostics) == []


def test_a_file_that_changed_meanwhile_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "hle.yaml"
    path.write_text(ENTRY + "  date: 2026-01-31\n")
    (repair,) = repairs(validate([path]).diagnostics)
    path.write_text(ENTRY + "  date: 2026-01-31\n  notes: mine\n")
    with pytest.raises(EvalhubError, match="changed meanwhile"):
        apply(repair)
    assert path.read_text().endswith("notes: mine\n")


def test_what_is_found_after_a_file_changed_is_not_applied_where_it_would_say_something_else(tmp_path: Path) -> None:
    path = tmp_path / "hle.yaml"
    path.write_text(ENTRY + "  date: 2026-01-31\n")
    found = validate([path]).diagnostics
    path.write_text(ENTRY.replace("41.2", "41.234567") + "  notes: abcdefgh\n")
    assert repairs(found) == []


def test_what_is_found_after_a_file_changed_is_not_applied_though_it_would_fit(tmp_path: Path) -> None:
    path = tmp_path / "hle.yaml"
    path.write_text(ENTRY + "  date: 2026-01-31\n")
    found = validate([path]).diagnostics
    path.write_text(ENTRY.replace("41.2", "99.9") + "  date: 2026-01-31\n")
    (fixes,) = fixes_by_file(found).values()
    with pytest.raises(EvalhubError, match="changed meanwhile"):
        mend(found[0].file, fixes)
    assert repairs(found) == []


def test_an_entry_that_is_gone_when_it_is_read_again_is_not_removed(tmp_path: Path) -> None:
    document = yaml_source.parse(ENTRY.encode())
    twin = Problem("EH205", "", document.span((0,)), path=(1,), twin=0)
    assert fix_of(twin, document) is None


def test_a_rename_never_replaces_a_file_that_was_made_meanwhile(model: Repo, cli: Cli) -> None:
    old, new = (model.path / f".eval_results/hle_more.{ending}" for ending in ("yml", "yaml"))
    old.write_text(ENTRY + "  notes: more\n")
    (found,) = repairs(validate([model.path]).diagnostics)
    new.write_text("mine")
    with pytest.raises(EvalhubError, match="such a file already"):
        apply(found)
    assert (old.exists(), new.read_text()) == (True, "mine")


def test_a_rename_needs_no_hard_links(model: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("os.link", refuse)
    old, new = (model.path / f".eval_results/hle_more.{ending}" for ending in ("yml", "yaml"))
    old.write_text(ENTRY + "  notes: more\n")
    apply(repairs(validate([model.path]).diagnostics)[0])
    assert (old.exists(), new.read_text()) == (False, ENTRY + "  notes: more\n")


def test_permissions_stay(tmp_path: Path) -> None:
    path = tmp_path / "hle.yaml"
    path.write_text(ENTRY + "  date: 2026-01-31\n")
    path.chmod(0o640)
    (repair,) = repairs(validate([path]).diagnostics)
    apply(repair)
    assert path.stat().st_mode & 0o777 == 0o640


# --- bytes ----------------------------------------------------------------------------------------------------------

_LINE_ENDS = st.sampled_from(["\n", "\r\n"])
_COMMENTS = st.sampled_from(["", " # by hand", "  #  2026-01-31", " # tsk_id: x"])
_VALUES = st.sampled_from(["2026-01-31", '"2026-01-31"', "'2026-02-01T10:00'", "2026-01-31 10:00:00"])
_KEYS = st.sampled_from(["date", "dat", "'dat'", "notes", "nots", "value", "sorce", "bananas"])
_MARKS = st.sampled_from(["", "\ufeff"])


@st.composite
def _files(draw: st.DrawFn) -> str:
    lines = ["# results" + draw(_COMMENTS)]
    for number in range(draw(st.integers(1, 3))):
        task = draw(st.sampled_from(["hle", "hle", f"t{number}"]))
        id_key = draw(st.sampled_from(["task_id", "tsk_id"]))
        lines += ["- dataset:" + draw(_COMMENTS), "    id: cais/hle", f"    {id_key}: {task}" + draw(_COMMENTS)]
        lines += [f"  value: {draw(st.sampled_from(['1', '1.0', 'x']))}"]
        lines += [f"  {draw(_KEYS)}: {draw(_VALUES)}{draw(_COMMENTS)}" for _ in range(draw(st.integers(0, 2)))]
        lines += [""] * draw(st.integers(0, 1))
    end = draw(_LINE_ENDS)
    return draw(_MARKS) + end.join(lines) + draw(st.sampled_from(["", end]))


def _check(path: Path) -> list[Diagnostic]:
    source = source_file(FileRef(path.name, None, None, str(path.parent)), path.read_bytes())
    return [one for each in check_files([source], Context()) for one in each.diagnostics]


@settings(deadline=None, max_examples=300)
@given(_files())
def test_after_mending_nothing_is_left_to_mend_and_other_lines_are_as_they_were(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    path = tmp_path_factory.mktemp("fix") / "x.yaml"
    path.write_bytes(text.encode())
    found = _check(path)
    spans = {one.fix.span for one in found if one.fix and one.fix.span}
    touched = {line for span in spans for line in range(span.line, span.end_line + (span.end_column > 1))}
    for repair in repairs(found):
        apply(repair)
    after = path.read_bytes().decode()
    kept = [line for number, line in enumerate(text.splitlines(keepends=True), start=1) if number not in touched]
    rest = iter(after.splitlines(keepends=True))
    assert all(line in rest or line.strip("\r\n") == "" for line in kept)
    assert after.startswith("\ufeff") == text.startswith("\ufeff")
    assert not yaml_source.parse(after.encode()).fatal
    left = _check(path)
    assert {one.code for one in left} <= {one.code for one in found} | {"EH113", "EH112", "EH205", "EH207"}
    assert [one.code for one in left if one.fix and one.code == "EH201"] == []


def test_crlf_and_bom_stay(tmp_path: Path) -> None:
    text = ("\ufeff" + ENTRY + "  date: 2026-01-31\n").replace("\n", "\r\n")
    assert _mended(text, tmp_path) == text.replace("2026-01-31", '"2026-01-31"')


def test_a_fix_tells_what_it_does(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text(ENTRY + "  date: 2026-01-31\n")
    (found,) = validate([tmp_path / "x.yaml"], ignore=["EH203"]).diagnostics
    assert isinstance(found.fix, Fix)
    assert found.fix.description == 'put it in quotes: "2026-01-31"'


# --- the command ----------------------------------------------------------------------------------------------------


def test_fix_mends_and_reports_what_is_left(model: Repo, cli: Cli) -> None:
    (model.path / RESULTS).write_text(ENTRY.replace("41.2", "high") + "  date: 2026-01-31\n")
    done = cli("validate", model.path, "--fix")
    assert (done.status, "EH112" in done.stdout, "EH201" in done.stdout) == (1, True, False)
    assert "mended 1 finding in 1 file" in done.stderr
    assert (model.path / RESULTS).read_text() == ENTRY.replace("41.2", "high") + '  date: "2026-01-31"\n'


def test_fix_of_all_there_is_succeeds(model: Repo, cli: Cli) -> None:
    (model.path / RESULTS).write_text(ENTRY + "  date: 2026-01-31\n")
    assert cli("validate", model.path, "--fix").status == 0
    assert cli("validate", model.path, "--strict").status == 0


def test_fix_mends_what_a_repair_brings_to_light(model: Repo, cli: Cli) -> None:
    (model.path / ".eval_results/hle_more.yml").write_text(ENTRY + "  notes: more\n  date: 2026-01-31\n")
    assert cli("validate", model.path, "--fix").status == 0
    assert (model.path / ".eval_results/hle_more.yaml").read_text().endswith('date: "2026-01-31"\n')


def test_fix_changes_neither_index_nor_head_nor_refs(model: Repo, cli: Cli) -> None:
    (model.path / RESULTS).write_text(ENTRY + "  date: 2026-01-31\n")
    before = model.git("for-each-ref"), model.git("rev-parse", "HEAD"), model.git("diff", "--cached")
    cli("validate", model.path, "--fix")
    assert (model.git("for-each-ref"), model.git("rev-parse", "HEAD"), model.git("diff", "--cached")) == before


def test_fix_leaves_what_is_ignored(model: Repo, cli: Cli) -> None:
    text = ENTRY + "  date: 2026-01-31  # evalhub: ignore[EH201]\n"
    (model.path / RESULTS).write_text(text)
    cli("validate", model.path, "--fix")
    cli("validate", model.path, "--fix", "--select", "EH1")
    assert (model.path / RESULTS).read_text() == text


def test_diff_shows_what_git_can_apply_and_changes_nothing(model: Repo, cli: Cli) -> None:
    text = ENTRY + "  date: 2026-01-31\n"
    (model.path / RESULTS).write_text(text)
    (model.path / ".eval_results/hle_more.yml").write_text(ENTRY + "  notes: more\n")
    done = cli("validate", model.path, "--diff")
    assert (done.status, (model.path / RESULTS).read_text()) == (1, text)
    model.git("apply", stdin=done.stdout.encode())
    assert cli("validate", model.path, "--strict").status == 0


def test_a_file_that_is_only_renamed_may_hold_anything(model: Repo, cli: Cli) -> None:
    (model.path / ".eval_results/hle_more.yml").write_bytes(b"\xff\x00")
    assert "rename to .eval_results/hle_more.yaml" in cli("validate", model.path, "--diff").stdout


def test_a_diff_with_a_rename_before_an_edit_can_be_applied(model: Repo, cli: Cli) -> None:
    (model.path / ".eval_results/a_hle.yml").write_text(ENTRY + "  notes: a\n")
    (model.path / RESULTS).write_text(ENTRY + "  date: 2026-01-31\n")
    model.git("apply", stdin=cli("validate", model.path, "--diff").stdout.encode())
    assert cli("validate", model.path, "--strict").status == 0


DATE = "  date: 2026-01-31\n"


def _evalhub(*arguments: object) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "evalhub", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, check=False, timeout=60)


@pytest.mark.parametrize(
    "text",
    [
        (ENTRY + DATE).replace("\n", "\r\n"),
        (ENTRY + DATE).removesuffix("\n"),
        "# first\n" + ENTRY + DATE + "  notes: last",
        ENTRY + "  notes: a\tb\n" + DATE,
        ENTRY + "  notes: a # b\tc\n" + DATE,
        "\ufeff" + ENTRY + DATE,
        "\ufeff" + DATE.replace("  ", "- ", 1) + ENTRY[2:].replace("dataset", "  dataset", 1),
        ENTRY + "  notes: 'a\u2028b'\n" + DATE,
        ENTRY + "  notes: 'a\x85b'\n" + DATE,
        ENTRY + DATE + "# \u202e\n",
        ENTRY.replace("\n", "\r\n") + DATE,
    ],
)
def test_git_applies_any_diff_and_gets_what_fix_writes(model: Repo, text: str) -> None:
    _assert_applies(model, "hle.yaml", text)


@pytest.mark.parametrize("name", ["hle more.yaml", 'hle "a\\b.yaml', "hlé.yaml"])
def test_git_applies_a_diff_whatever_the_files_name(model: Repo, name: str) -> None:
    (model.path / RESULTS).unlink()
    _assert_applies(model, name, ENTRY + DATE)


def _assert_applies(model: Repo, name: str, text: str) -> None:
    path = model.path / ".eval_results" / name
    path.write_bytes(text.encode())
    before = path.read_bytes()
    diff = _evalhub("validate", model.path, "--diff").stdout
    assert path.read_bytes() == before
    _evalhub("validate", model.path, "--fix")
    mended = path.read_bytes()
    path.write_bytes(before)
    model.git("apply", stdin=diff)
    assert path.read_bytes() == mended != before


def test_git_applies_a_diff_that_renames_and_mends(model: Repo, cli: Cli) -> None:
    for name in ("hle_a b.yml", "hle_é.yml", 'hle_"x.yml', "hle_z.yml"):
        (model.path / ".eval_results" / name).write_text(ENTRY + f"  notes: '{name}'\n" + DATE)
    diff = _evalhub("validate", model.path, "--diff")
    assert b"--fix would mend 8 findings in 4 files" in diff.stderr
    model.git("apply", stdin=diff.stdout)
    applied = {path.name: path.read_bytes() for path in (model.path / ".eval_results").iterdir()}
    assert cli("validate", model.path, "--strict", "--ignore", "EH219").status == 0
    assert set(applied) == {"hle.yaml", "hle_a b.yaml", "hle_é.yaml", 'hle_"x.yaml', "hle_z.yaml"}


def test_diff_shows_all_that_fix_does(model: Repo, cli: Cli) -> None:
    (model.path / RESULTS).write_text(ENTRY + "  dat: 2026-01-31\n")
    (model.path / ".eval_results/hle_more.yml").write_text(ENTRY + "  notes: more\n  sorce: {url: arxiv.org, nam: x}\n")
    shown = cli("validate", model.path, "--diff")
    done = cli("validate", model.path, "--fix")
    assert "--fix would mend 6 findings in 2 files" in shown.stderr
    assert "mended 6 findings in 2 files" in done.stderr
    assert (shown.status, done.status) == (1, 0)


def test_everything_is_mended_however_much_it_is(model: Repo, cli: Cli) -> None:
    (model.path / RESULTS).write_text("".join(ENTRY + f"  notes: n{n}\n" + DATE for n in range(3_000)))
    done = cli("validate", model.path, "--fix", "--ignore", "EH219")
    assert (done.status, "mended 3000 findings in 1 file" in done.stderr) == (0, True)


@pytest.mark.parametrize("option", ["--fix", "--diff"])
def test_a_file_that_is_named_and_renamed_is_found_again(model: Repo, cli: Cli, option: str) -> None:
    (model.path / ".eval_results/hle_more.yml").write_text(ENTRY + "  notes: more\n" + DATE)
    done = cli("validate", model.path / ".eval_results/hle_more.yml", option)
    assert (done.status, "2 findings in 1 file" in done.stderr) == (int(option == "--diff"), True)


@pytest.mark.parametrize("form", ["json", "github", "sarif", "junit"])
def test_a_diff_has_no_other_format(model: Repo, cli: Cli, form: str) -> None:
    done = cli("validate", model.path, "--diff", "--format", form)
    assert (done.status, done.stdout, "leave out --format" in done.stderr) == (2, "", True)


def test_diff_is_strict_where_that_is_asked_for(model: Repo, cli: Cli) -> None:
    (model.path / RESULTS).write_text(ENTRY.replace("cais/hle", "cais/other"))
    assert cli("validate", model.path, "--diff").status == 0
    assert cli("validate", model.path, "--diff", "--strict").status == 1


def test_diff_hides_passwords_and_says_so(model: Repo, cli: Cli) -> None:
    source = "  source:\n    url: https://ada:lovelace@example.org/x\n"
    (model.path / RESULTS).write_text(ENTRY + "  date: 2026-01-31\n" + source)
    done = cli("validate", model.path, "--diff")
    assert ("lovelace" in done.stdout + done.stderr, "asterisks" in done.stderr) == (False, True)


def test_diff_without_anything_to_mend_prints_nothing(model: Repo, cli: Cli) -> None:
    done = cli("validate", model.path, "--diff")
    assert (done.status, done.stdout) == (0, "")


def test_diff_fails_where_something_is_wrong_that_it_cannot_mend(model: Repo, cli: Cli) -> None:
    (model.path / RESULTS).write_text(ENTRY.replace("41.2", "high"))
    done = cli("validate", model.path, "--diff")
    assert (done.status, done.stdout) == (1, "")


@pytest.mark.parametrize("other", [("--ref", "main"), ("--staged",), ("--diff",)])
def test_fix_goes_with_nothing_but_the_working_tree(model: Repo, cli: Cli, other: tuple[str, ...]) -> None:
    done = cli("validate", model.path, "--fix", *other)
    assert (done.status, done.stdout) == (2, "")


def test_what_cannot_be_written_does_not_stop_the_rest(model: Repo, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    (model.path / RESULTS).write_text(ENTRY + "  date: 2026-01-31\n")
    (model.path / ".eval_results/hle_other.yaml").write_text(ENTRY + "  notes: a\n  date: 2026-01-31\n")
    from evalhub import fixing

    write = fixing.write_whole

    def refuse(path: Path, content: str | bytes) -> None:
        if path.name == "hle.yaml":
            raise EvalhubError("can't write it")
        write(path, content)

    monkeypatch.setattr(fixing, "write_whole", refuse)
    done = cli("validate", model.path, "--fix")
    assert (done.status, "not mended" in done.stderr) == (1, True)
    assert (model.path / ".eval_results/hle_other.yaml").read_text().endswith('"2026-01-31"\n')


@pytest.mark.parametrize("key", ["datset", "datast", "dataset_", "vaule"])
def test_a_key_like_one_that_is_there_is_not_taken_for_another(tmp_path: Path, key: str) -> None:
    assert _mended(ENTRY + f"  {key}: x\n", tmp_path) == ENTRY + f"  {key}: x\n"
    (found,) = validate(tmp_path / RESULTS, select="EH111").diagnostics
    assert (found.hint or "").startswith("remove it")


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("hle.yml", "put what is in it into .eval_results/hle.yaml, which is there already, and remove it"),
        ("sub/hle.yaml", "put what is in it into .eval_results/hle.yaml, which is there already, and remove it"),
        ("sub/more.yaml", "move it to .eval_results/more.yaml"),
    ],
)
def test_nothing_is_to_be_moved_over_another_file(model: Repo, name: str, hint: str) -> None:
    path = model.path / ".eval_results" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(ENTRY)
    (found,) = validate(model.path, select="EH206").diagnostics
    assert found.hint == hint


def test_a_second_registry_is_to_be_removed(hub: HubDir) -> None:
    hub.registry({"dataset": "cais/hle"})
    (hub.root / "evalhub.yml").write_text("benchmarks: []\n")
    (found,) = validate(hub.root, select="EH206").diagnostics
    assert (found.hint, found.fix) == ("remove it: evalhub.yaml is what counts", None)
