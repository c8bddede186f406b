"""Findings as GitHub annotations, SARIF and JUnit: what CI services read."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import jsonschema_rs
import pytest
from conftest import Cli
from gitrepos import HubDir, entry
from hypothesis import given, settings
from hypothesis import strategies as st

from evalhub import __version__, validate
from evalhub.cli.validate import Format
from evalhub.diagnostics import CODES, Change, Diagnostic, FileRef, Fix, Span
from evalhub.explanations import sections
from evalhub.render.annotations import report_annotations
from evalhub.render.junit import report_junit
from evalhub.render.places import paths
from evalhub.render.reports import RENDERERS
from evalhub.render.sarif import report_sarif
from evalhub.validation import Report

FILE = FileRef(".eval_results/hle.yaml", "org/model", None, "/hub/models/org/model")
SPEC = FileRef("eval.yaml", "cais/hle", None, "/hub/datasets/cais/hle")
REPO = FileRef("", "org/model", None, "/hub/models/org/model")
PULL = FileRef(".eval_results/hle.yaml", "org/model", "refs/pr/3", "/hub/models/org/model")
HOSTILE = "\x1b[31m\r\n::error::pwned\x00%0A,:=<![CDATA[ ]]>&\"'\u202e\u2028\ufffe\uffff\udcff\x85"
RAW = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2028\u2029\u2066-\u2069\ud800-\udfff\ufeff]")
ANY_TEXT = st.text(st.characters(codec=None), max_size=50) | st.text("\x00\r\n:,%[](){}01 <>&]\x1b\ufffe\udcff")


def _finding(
    code: str = "EH112",
    message: str = "a message",
    hint: str | None = "a hint",
    file: FileRef = FILE,
    span: Span | None = Span(4, 10, 4, 14),  # noqa: B008
    line: str | None = "  value: high",
) -> Diagnostic:
    return Diagnostic(code, message, file, span, hint, line)


WARNING = _finding("EH203", "a warning", None)


def _report(*diagnostics: Diagnostic, files: tuple[FileRef, ...] = (FILE,)) -> Report:
    return Report(len(files), diagnostics, files)


# --- what files are called ------------------------------------------------------------------------------------------


def _paths(*files: FileRef) -> list[str]:
    return list(map(paths(_report(files=files)), files))


def test_path_in_the_only_repository_is_relative_to_it() -> None:
    assert _paths(FILE) == [".eval_results/hle.yaml"]


def test_the_only_repository_itself_is_a_dot() -> None:
    assert _paths(FILE, REPO) == [".eval_results/hle.yaml", "."]


def test_paths_in_several_repositories_lead_there_from_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    files = [FileRef("eval.yaml", id, None, str(tmp_path / "hub" / id)) for id in ("a/b", "c/d")]
    assert _paths(*files, FileRef("evalhub.yaml", None, None, str(tmp_path / "hub"))) == [
        "hub/a/b/eval.yaml",
        "hub/c/d/eval.yaml",
        "hub/evalhub.yaml",
    ]


def test_repository_that_only_a_finding_is_about_counts_among_several(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    broken = FileRef("", "a/b", None, str(tmp_path / "a/b"))
    read = FileRef("eval.yaml", "c/d", None, str(tmp_path / "c/d"))
    assert list(map(paths(_report(_finding(file=broken), files=(read,))), (broken, read))) == ["a/b", "c/d/eval.yaml"]


def test_path_without_a_repository_is_as_it_was_given() -> None:
    assert _paths(FileRef("drafts/a.yaml")) == ["drafts/a.yaml"]


def test_absolute_path_without_a_repository_becomes_relative(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert _paths(FileRef(str(tmp_path / "a.yaml"), None, None, ".")) == ["a.yaml"]


# --- GitHub annotations ---------------------------------------------------------------------------------------------


def _one_annotation(diagnostic: Diagnostic) -> str:
    (line,) = report_annotations(_report(diagnostic)).splitlines()
    return line


def test_annotation_of_an_error() -> None:
    assert _one_annotation(_finding()) == (
        "::error file=.eval_results/hle.yaml,line=4,col=10,endLine=4,endColumn=14,"
        "title=EH112 wrong-type::a message%0Aa hint"
    )


def test_annotation_of_a_warning() -> None:
    assert _one_annotation(WARNING).startswith("::warning file=")


def test_annotation_without_a_hint_ends_with_the_message() -> None:
    assert _one_annotation(_finding(hint=None)).endswith("::a message")


def test_annotation_of_several_lines_has_no_columns() -> None:
    """GitHub's runner drops columns where the lines differ."""
    assert ",line=4,endLine=6,title=" in _one_annotation(_finding(span=Span(4, 10, 6, 2)))


def test_annotation_of_a_whole_file_has_no_line() -> None:
    assert _one_annotation(_finding(span=None)).startswith("::error file=.eval_results/hle.yaml,title=")


def test_annotation_of_a_repository_has_no_file() -> None:
    assert _one_annotation(_finding("EH001", file=REPO, span=None)).startswith("::error title=EH001 unreadable-repo::")


def test_annotation_of_a_pull_request_names_it() -> None:
    assert _one_annotation(_finding(file=PULL)).endswith("::a message (refs/pr/3)%0Aa hint")


def test_annotations_of_nothing_are_nothing() -> None:
    assert report_annotations(_report()) == ""


def test_annotation_message_is_escaped() -> None:
    assert _one_annotation(_finding(message="100%0A, a: b", hint=None)).endswith("::100%250A, a: b")


def test_annotation_path_is_escaped() -> None:
    file = FileRef("a%,b:c::d.yaml", "org/model", None, FILE.directory)
    assert _one_annotation(_finding(file=file)).startswith("::error file=a%25%2Cb%3Ac%3A%3Ad.yaml,line=4")


def _read_annotation(line: str) -> tuple[str, dict[str, str], str]:
    """Read a workflow command as GitHub's runner does."""
    assert line.startswith("::")
    head, _, message = line[2:].partition("::")
    kind, _, listed = head.partition(" ")
    properties = dict(one.split("=", 1) for one in listed.split(","))
    return kind, {name: _decoded(value, ":,") for name, value in properties.items()}, _decoded(message, "")


def _decoded(text: str, more: str) -> str:
    for char in "\r\n" + more + "%":
        text = text.replace(f"%{ord(char):02X}", char)
    return text


@settings(deadline=None)
@given(ANY_TEXT)
def test_annotation_of_any_text_is_one_command(text: str) -> None:
    file = FileRef(text or "x", text, text, "/hub")
    printed = report_annotations(_report(_finding(message=text, hint=text, file=file), files=(file,)))
    assert printed.count("\n") == 1
    assert not RAW.search(printed)
    printed.encode()
    kind, properties, message = _read_annotation(printed.rstrip("\n"))
    assert (kind, list(properties)) == ("error", ["file", "line", "col", "endLine", "endColumn", "title"])
    assert message.count("\n") == (1 if text else 0)


# --- SARIF ----------------------------------------------------------------------------------------------------------

_TEXT = (Path(__file__).parent / "data" / "sarif-2.1.0-rtm.5.json").read_text(encoding="utf-8")
_NO_REGEX = r'"pattern": "\^\[a-zA-Z\]\{2\}.*"'  # a bracket too many, in what names a language
# jsonschema takes minutes for all that is validated here.
SARIF = jsonschema_rs.Draft4Validator(json.loads(re.sub(_NO_REGEX, '"title": ""', _TEXT)))
_URI_REFERENCE = re.compile(r"(?:[A-Za-z0-9._~/!$&'()*+,;=@-]|%[0-9A-F]{2})+")  # a relative one: formats aren't checked


def _sarif(*diagnostics: Diagnostic, files: tuple[FileRef, ...] = (FILE,)) -> Any:
    """Return the run of a report's SARIF, which must be valid."""
    log = json.loads(report_sarif(_report(*diagnostics, files=files)))
    SARIF.validate(log)
    (run,) = log["runs"]
    for result in run["results"]:
        for location in result["locations"]:
            assert _URI_REFERENCE.fullmatch(location["physicalLocation"]["artifactLocation"]["uri"])
    return run


def _result(diagnostic: Diagnostic) -> Any:
    (result,) = _sarif(diagnostic)["results"]
    return result


def _location(diagnostic: Diagnostic) -> Any:
    (location,) = _result(diagnostic)["locations"]
    return location["physicalLocation"]


def test_the_schema_refuses_what_the_standard_refuses() -> None:
    log = json.loads(report_sarif(_report(_finding())))
    log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"] = 0
    log["runs"][0]["results"][0]["level"] = "fatal"
    log["runs"][0]["tool"]["driver"]["url"] = "x"
    assert len(list(SARIF.iter_errors(log))) == 3


def test_a_repair_is_a_fix_of_the_file_in_which_the_finding_is() -> None:
    span = Span(3, 5, 3, 11)
    found = _result(replace(_finding(), fix=Fix(Change.KEY, "name the key {0} [a](b)", "task_id", span, (0, "tsk_id"))))
    (fix,) = found["fixes"]
    (change,) = fix["artifactChanges"]
    (replacement,) = change["replacements"]
    assert change["artifactLocation"] == found["locations"][0]["physicalLocation"]["artifactLocation"]
    assert replacement["insertedContent"]["text"] == "task_id"
    assert replacement["deletedRegion"] == {"startLine": 3, "startColumn": 5, "endLine": 3, "endColumn": 11}


def test_a_repair_of_a_file_name_is_no_fix_in_sarif() -> None:
    assert "fixes" not in _result(replace(_finding(), fix=Fix(Change.RENAMED, "rename it", ".eval_results/a.yaml")))


def test_sarif_names_the_tool() -> None:
    driver = _sarif()["tool"]["driver"]
    assert (driver["name"], driver["version"]) == ("evalhub", __version__)


def test_sarif_without_findings_has_an_empty_list() -> None:
    assert _sarif()["results"] == []


def test_sarif_describes_every_rule() -> None:
    assert _sarif()["tool"]["driver"]["rules"] == [
        {
            "id": code.id,
            "name": code.name,
            "shortDescription": {"text": code.description},
            "defaultConfiguration": {"level": code.severity},
        }
        for code in CODES.values()
    ]


def test_sarif_explains_the_rules_of_what_was_found() -> None:
    rules = {rule["id"]: rule for rule in _sarif(_finding(code="EH204"))["tool"]["driver"]["rules"]}
    assert rules["EH204"]["help"]["markdown"] == sections()["EH204"]
    assert "```" not in rules["EH204"]["help"]["text"]
    assert "help" not in rules["EH205"]


def test_sarif_result_points_to_its_rule() -> None:
    run = _sarif(*(_finding(code) for code in CODES))
    rules = run["tool"]["driver"]["rules"]
    assert [rules[result["ruleIndex"]]["id"] for result in run["results"]] == list(CODES)
    assert [result["ruleId"] for result in run["results"]] == list(CODES)


def test_sarif_level_is_the_severity() -> None:
    assert [result["level"] for result in _sarif(_finding(), WARNING)["results"]] == ["error", "warning"]


def test_sarif_message_has_the_hint() -> None:
    assert _result(_finding())["message"] == {"text": "a message\na hint"}


def test_sarif_location() -> None:
    assert _location(_finding()) == {
        "artifactLocation": {"uri": ".eval_results/hle.yaml"},
        "region": {"startLine": 4, "startColumn": 10, "endLine": 4, "endColumn": 14},
    }


def test_sarif_columns_are_characters() -> None:
    assert _sarif()["columnKind"] == "unicodeCodePoints"


def test_sarif_finding_about_a_whole_file_has_no_region() -> None:
    assert _location(_finding(span=None)) == {"artifactLocation": {"uri": ".eval_results/hle.yaml"}}


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("a b.yaml", "a%20b.yaml"),
        ("漢.yaml", "%E6%BC%A2.yaml"),
        ("a:b.yaml", "a%3Ab.yaml"),
        ("100%.yaml", "100%25.yaml"),
        ("a?b#c.yaml", "a%3Fb%23c.yaml"),
        ("\udcff\x1b.yaml", "%FF%1B.yaml"),
        ("", "."),
    ],
)
def test_sarif_uri_is_percent_encoded(path: str, uri: str) -> None:
    file = FileRef(path, "org/model", None, FILE.directory)
    assert _location(_finding(file=file))["artifactLocation"]["uri"] == uri


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ("unknown key `[x](http://evil)`", "unknown key `\\[x](http://evil)`"),
        ("not {0} but {x}", "not {{0}} but {x}"),
        ("[a] or [b]", "[a] or [b]"),
    ],
)
def test_sarif_message_has_neither_links_nor_placeholders(message: str, text: str) -> None:
    assert _result(_finding(message=message, hint=None))["message"]["text"] == text


def _fingerprints(*diagnostics: Diagnostic) -> list[str]:
    return [result["partialFingerprints"]["findingHash/v1"] for result in _sarif(*diagnostics)["results"]]


def test_fingerprint_stays_when_lines_above_move() -> None:
    before = _finding("EH103", "the key `a` stands twice: first on line 2")
    after = _finding("EH103", "the key `a` stands twice: first on line 12", span=Span(14, 10, 14, 14))
    assert _fingerprints(before) == _fingerprints(after)


def test_fingerprint_stays_when_other_findings_come_and_go() -> None:
    assert _fingerprints(WARNING, _finding())[1:] == _fingerprints(_finding())


@pytest.mark.parametrize(
    "other",
    [
        _finding(),
        _finding("EH111"),
        _finding(message="another"),
        _finding(line="  value: low"),
        _finding(file=PULL),
        _finding(file=FileRef("b.yaml", "org/model", None, FILE.directory)),
    ],
    ids=["the same again", "code", "message", "line", "ref", "path"],
)
def test_fingerprints_tell_findings_apart(other: Diagnostic) -> None:
    assert len(set(_fingerprints(_finding(), other))) == 2


def test_fingerprint_of_a_checkout_is_the_same_wherever_it_is() -> None:
    elsewhere = FileRef(FILE.path, "some/clone", None, "/some/clone")
    (found,) = json.loads(report_sarif(_report(_finding(file=elsewhere), files=(elsewhere,))))["runs"][0]["results"]
    assert [found["partialFingerprints"]["findingHash/v1"]] == _fingerprints(_finding())


@settings(deadline=None)
@given(ANY_TEXT)
def test_sarif_of_any_text_is_valid_and_safe(text: str) -> None:
    file = FileRef(text, text, text, "/hub")
    report = _report(_finding(message=text, hint=text, file=file, line=text), files=(file,))
    printed = report_sarif(report)
    assert not RAW.search(printed)
    printed.encode()
    log = json.loads(printed)
    SARIF.validate(log)
    assert not RAW.search(log["runs"][0]["results"][0]["message"]["text"])


# --- JUnit ----------------------------------------------------------------------------------------------------------


def _suite(*diagnostics: Diagnostic, files: tuple[FileRef, ...] = (FILE,)) -> ET.Element:
    suites = ET.fromstring(report_junit(_report(*diagnostics, files=files)))
    (suite,) = suites
    assert (suites.tag, suite.tag) == ("testsuites", "testsuite")
    return suite


def _case(*diagnostics: Diagnostic) -> ET.Element:
    (case,) = _suite(*diagnostics)
    return case


def test_junit_has_a_case_for_every_file() -> None:
    suite = _suite(files=(FILE, SPEC))
    assert [case.get("classname") for case in suite] == ["org/model", "cais/hle"]


def test_junit_case_without_findings_has_passed() -> None:
    case = _case()
    assert (case.get("name"), list(case)) == (".eval_results/hle.yaml", [])


def test_junit_counts_failed_files() -> None:
    suite = _suite(_finding(), _finding("EH111"), _finding("EH203", file=SPEC), files=(FILE, SPEC))
    assert [suite.get(name) for name in ("name", "tests", "failures", "errors")] == ["evalhub", "2", "1", "0"]


def test_junit_failure_says_what_and_where() -> None:
    (failure,) = _case(_finding())
    assert (failure.tag, failure.attrib) == ("failure", {"message": "a message", "type": "EH112"})
    assert failure.text == ".eval_results/hle.yaml:4:10: error[EH112] wrong-type\n  a message\n  a hint"


def test_junit_file_with_several_errors_fails_once_and_tells_all() -> None:
    (failure,) = _case(_finding(), _finding("EH111", "another"))
    assert failure.attrib == {"message": "2 errors", "type": "EH112 EH111"}
    assert failure.text is not None
    assert all(text in failure.text for text in ("a message", "another"))


def test_junit_warning_is_output() -> None:
    (output,) = _case(WARNING)
    assert (output.tag, output.text) == (
        "system-out",
        ".eval_results/hle.yaml:4:10: warning[EH203] unknown-benchmark\n  a warning",
    )


def test_junit_errors_stand_before_warnings() -> None:
    assert [child.tag for child in _case(WARNING, _finding())] == ["failure", "system-out"]


def test_junit_has_a_case_for_a_repository_that_is_not_read() -> None:
    suite = _suite(_finding("EH001", file=REPO, span=None), files=())
    assert [(case.get("name"), len(case)) for case in suite] == [(".", 1)]


def test_junit_tells_a_pull_request_from_the_working_tree() -> None:
    assert [case.get("name") for case in _suite(files=(FILE, PULL))] == [
        ".eval_results/hle.yaml",
        ".eval_results/hle.yaml (refs/pr/3)",
    ]


def test_junit_is_ascii() -> None:
    printed = report_junit(_report(_finding(message="漢🙂")))
    assert printed.isascii()
    assert ET.fromstring(printed).find(".//failure").get("message") == "漢🙂"  # type: ignore[union-attr]


def test_junit_escapes_what_xml_cannot_hold() -> None:
    (failure,) = _case(_finding(message="\x00\x1b\ufffe\uffff\udcff<&>", hint=None))
    assert failure.get("message") == "\\x00\\x1b\\ufffe\\uffff\\udcff<&>"


@settings(deadline=None)
@given(ANY_TEXT)
def test_junit_of_any_text_is_well_formed(text: str) -> None:
    file = FileRef(text, text, text, "/hub")
    found = [_finding(message=text, hint=text, file=file), _finding("EH203", text, text, file)]
    printed = report_junit(_report(*found, files=(file,)))
    assert not RAW.search(printed)
    (case,) = ET.fromstring(printed)[0]
    assert [child.tag for child in case] == ["failure", "system-out"]
    assert not any(RAW.search(child.text or "") for child in case)


# --- the command ----------------------------------------------------------------------------------------------------

GOOD = "- dataset: {id: cais/hle, task_id: hle}\n  value: 41.2\n"
BAD = GOOD.replace("41.2", "high")
WARNED = GOOD.replace("cais/hle", "cais/other")
MACHINE = ["github", "sarif", "junit"]


@pytest.fixture
def model(hub: HubDir) -> Path:
    hub.registry({"dataset": "cais/hle"})
    return hub.model("org/model", {"hle.yaml": [entry(41.2)]}).path


def _write(model: Path, text: str) -> None:
    (model / ".eval_results/hle.yaml").write_text(text)


def _places(form: str, text: str) -> list[str]:
    """Return the paths that an output names."""
    if form == "github":
        return [_read_annotation(line)[1]["file"] for line in text.splitlines()]
    if form == "junit":
        return [case.get("name", "") for case in ET.fromstring(text).iter("testcase") if len(case)]
    log = json.loads(text)
    SARIF.validate(log)
    locations = (result["locations"][0]["physicalLocation"] for result in log["runs"][0]["results"])
    return [unquote(location["artifactLocation"]["uri"]) for location in locations]


def test_every_format_but_text_has_a_renderer() -> None:
    assert {str(form) for form in Format} == {"text", *RENDERERS}


@pytest.mark.parametrize("form", MACHINE)
@pytest.mark.parametrize(
    ("text", "options", "status"),
    [(GOOD, [], 0), (WARNED, [], 0), (WARNED, ["--strict"], 1), (BAD, [], 1)],
    ids=["good", "warned", "strict", "bad"],
)
def test_exit_status_is_that_of_text(
    model: Path, cli: Cli, form: str, text: str, options: list[str], status: int
) -> None:
    _write(model, text)
    assert cli("validate", model, "--format", form, *options).status == status


@pytest.mark.parametrize("form", MACHINE)
def test_output_is_on_stdout_alone_and_nothing_else_is(model: Path, cli: Cli, form: str) -> None:
    _write(model, BAD)
    outcome = cli("validate", model, "--format", form)
    assert (outcome.stdout, outcome.stderr) == (RENDERERS[form](validate([model])), "")


@pytest.mark.parametrize("form", MACHINE)
def test_paths_on_a_checkout_are_those_of_the_repository(model: Path, cli: Cli, form: str) -> None:
    _write(model, BAD)
    assert _places(form, cli("validate", model, "--format", form).stdout) == [".eval_results/hle.yaml"]


@pytest.mark.parametrize("form", MACHINE)
def test_paths_in_a_hub_can_be_opened(
    model: Path, hub: HubDir, cli: Cli, form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write(model, BAD)
    hub.model("org/other", {"hle.yaml": BAD})
    monkeypatch.chdir(tmp_path)
    found = _places(form, cli("validate", hub.root, "--format", form).stdout)
    assert found == [f"hub/models/org/{name}/.eval_results/hle.yaml" for name in ("model", "other")]
    assert all(Path(path).is_file() for path in found)


def test_junit_lists_every_file_that_was_checked(model: Path, hub: HubDir, cli: Cli) -> None:
    root = ET.fromstring(cli("validate", hub.root, "--format", "junit").stdout)
    assert [case.get("classname") for case in root.iter("testcase")] == ["evalhub", "cais/hle", "org/model"]


def test_report_has_each_file_once(model: Path) -> None:
    report = validate([model, model])
    assert [file.path for file in report.files] == [".eval_results/hle.yaml"]


def test_report_on_one_file_lists_it_alone(model: Path) -> None:
    (model / ".eval_results/other.yaml").write_text(GOOD)
    assert [file.path for file in validate([model / ".eval_results/hle.yaml"]).files] == [".eval_results/hle.yaml"]


@pytest.mark.parametrize("form", MACHINE)
def test_hostile_file_stays_data(model: Path, cli: Cli, form: str) -> None:
    _write(model, f"- dataset: {{id: cais/hle, task_id: hle}}\n  value: 1\n  {json.dumps(HOSTILE)}: 1\n")
    (model / ".eval_results" / HOSTILE.replace("\x00", "").replace("/", "")).with_suffix(".yml").write_text("x")
    assert len(_places(form, cli("validate", model, "--format", form).stdout)) == 2
