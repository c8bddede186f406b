"""`evalhub validate` as people and CI call it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import Cli
from gitrepos import HubDir, entry

ENTRY = "- dataset: {id: cais/hle, task_id: hle}\n  value: 41.2\n"
BAD = "- dataset: {id: cais/hle, task_id: hle}\n  value: high\n"
WARNED = "- dataset: {id: cais/other, task_id: x}\n  value: 1\n"
KEYS = {"code", "severity", "message", "path", "repo", "ref", "line", "column", "end_line", "end_column", "hint"}


@pytest.fixture
def model(hub: HubDir) -> Path:
    hub.registry({"dataset": "cais/hle"})
    return hub.model("org/model", {"hle.yaml": [entry(41.2)]}).path


def _write(model: Path, text: str) -> Path:
    path = model / ".eval_results/hle.yaml"
    path.write_text(text)
    return path


def _run(*arguments: object, **environment: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "evalhub", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, env={**os.environ, **environment}, timeout=30, check=False)


# --- exit status ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "options", "status"),
    [
        (ENTRY, [], 0),
        (ENTRY, ["--strict"], 0),
        (WARNED, [], 0),
        (WARNED, ["--strict"], 1),
        (BAD, [], 1),
        (BAD, ["--strict"], 1),
        (BAD, ["--format", "json"], 1),
        (WARNED, ["--format", "json"], 0),
        (WARNED, ["--format", "json", "--strict"], 1),
    ],
)
def test_exit_status_says_whether_there_are_findings(
    model: Path, cli: Cli, text: str, options: list[str], status: int
) -> None:
    assert cli("validate", _write(model, text), *options).status == status


@pytest.mark.parametrize("arguments", [["--format", "pdf"], ["--no-such-option"], ["--format"]])
def test_wrong_usage_is_status_2(cli: Cli, arguments: list[str]) -> None:
    assert cli("validate", *arguments).status == 2


@pytest.mark.parametrize("name", ["missing", "a/b.yaml", "x" * 300])
def test_missing_path_is_status_1_and_a_message(tmp_path: Path, cli: Cli, name: str) -> None:
    outcome = cli("validate", tmp_path / name)
    assert (outcome.status, outcome.stdout, "error: " in outcome.stderr) == (1, "", True)


def test_empty_directory_is_status_1_and_a_message_with_a_hint(tmp_path: Path, cli: Cli) -> None:
    outcome = cli("validate", tmp_path)
    assert (outcome.status, "hint: " in outcome.stderr) == (1, True)


def test_a_hub_that_is_missing_is_status_1(model: Path, tmp_path: Path, cli: Cli) -> None:
    assert cli("validate", model, "--hub", tmp_path / "nowhere").status == 1


# --- what is validated ----------------------------------------------------------------------------------------------


def test_default_is_the_current_directory(model: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    _write(model, BAD)
    monkeypatch.chdir(model)
    assert ".eval_results/hle.yaml:2:10: error[EH112]" in cli("validate").stdout


def test_default_is_the_hub_where_one_is_named(
    model: Path, hub: HubDir, tmp_path: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli("validate", "--hub", hub.root).stdout == "no findings in 3 files\n"


def test_hub_of_the_environment(
    model: Path, hub: HubDir, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cli: Cli
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EVALHUB_HUB", str(hub.root))
    assert cli("validate").stdout == "no findings in 3 files\n"


def test_several_paths(model: Path, hub: HubDir, cli: Cli) -> None:
    outcome = cli("validate", _write(model, ENTRY), hub.root / "datasets/cais/hle")
    assert outcome.stdout == "no findings in 2 files\n"


def test_pull_requests_with_prs(hub: HubDir, cli: Cli) -> None:
    hub.model("org/prs", {"hle_a.yaml": ENTRY}).pull(1, {"hle_b.yaml": BAD})
    assert [cli("validate", hub.root, *options).status for options in ([], ["--prs"])] == [0, 1]


# --- text -----------------------------------------------------------------------------------------------------------


def test_text_shows_the_line_and_a_caret(model: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    _write(model, BAD)
    monkeypatch.chdir(model)
    lines = cli("validate", ".").stdout.splitlines()
    assert lines[1:3] == ["  2 |   value: high", "    |          ^^^^"]


def test_text_ends_with_a_summary(model: Path, cli: Cli) -> None:
    assert cli("validate", _write(model, BAD)).stdout.splitlines()[-1] == "1 error, 0 warnings in 1 file"


def test_good_files_are_one_line(model: Path, cli: Cli) -> None:
    assert cli("validate", model).stdout == "no findings in 1 file\n"


def test_stderr_says_how_to_learn_what_a_code_means(model: Path, cli: Cli) -> None:
    assert cli("validate", _write(model, BAD)).stderr == "what a code means: evalhub explain EH112\n"


def test_what_is_said_to_be_learnt_is_an_error_where_there_is_one(model: Path, cli: Cli) -> None:
    assert cli("validate", _write(model, WARNED + BAD)).stderr == "what a code means: evalhub explain EH112\n"


def test_a_warning_can_be_learnt_about_too(model: Path, cli: Cli) -> None:
    assert cli("validate", _write(model, WARNED)).stderr == "what a code means: evalhub explain EH203\n"


@pytest.mark.parametrize(("text", "options"), [(ENTRY, []), (ENTRY, ["--format", "json"]), (BAD, ["--format", "json"])])
def test_without_findings_and_in_json_there_is_no_hint(model: Path, cli: Cli, text: str, options: list[str]) -> None:
    assert cli("validate", _write(model, text), *options).stderr == ""


def test_long_lines_are_whole_in_a_pipe(model: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    _write(
        model,
        "- dataset: {id: cais/hle, task_id: hle}\n  value: 'a text that is rather long for a number, isn''t it'\n",
    )
    assert len(cli("validate", model).stdout.splitlines()) == 6


# --- JSON -----------------------------------------------------------------------------------------------------------


def test_json_is_the_whole_of_stdout(model: Path, cli: Cli) -> None:
    outcome = cli("validate", _write(model, BAD), "--format", "json")
    found = json.loads(outcome.stdout)
    assert list(found) == ["files_checked", "errors", "warnings", "diagnostics"]


def test_json_of_each_finding_has_all_keys(model: Path, cli: Cli) -> None:
    found = json.loads(cli("validate", _write(model, BAD + WARNED), "--format", "json").stdout)
    assert len(found["diagnostics"]) == 2
    assert all(set(one) >= KEYS for one in found["diagnostics"])


def test_json_says_where(model: Path, cli: Cli) -> None:
    (found,) = json.loads(cli("validate", _write(model, BAD), "--format", "json").stdout)["diagnostics"]
    assert (found["repo"], found["path"], found["line"], found["column"]) == (
        "org/model",
        ".eval_results/hle.yaml",
        2,
        10,
    )


def test_json_path_of_a_folder_without_git_leads_to_the_file(
    tmp_path: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "drafts/.eval_results").mkdir(parents=True)
    _write(tmp_path / "drafts", BAD)
    monkeypatch.chdir(tmp_path)
    found = json.loads(cli("validate", "drafts", "--format", "json").stdout)["diagnostics"]
    assert {one["path"] for one in found} == {"drafts/.eval_results/hle.yaml"}


def test_json_without_findings(model: Path, cli: Cli) -> None:
    assert json.loads(cli("validate", model, "--format", "json").stdout) == {
        "files_checked": 1,
        "errors": 0,
        "warnings": 0,
        "diagnostics": [],
    }


# --- as a process ---------------------------------------------------------------------------------------------------


def test_output_in_an_encoding_that_lacks_letters_is_no_failure(model: Path) -> None:
    _write(model, "- dataset: {id: cais/hle, task_id: hle}\n  value: 'très haut 漢'\n  notes: '漢'\n")
    done = _run("validate", model, PYTHONIOENCODING="ascii")
    assert (done.returncode, b"internal error" in done.stderr) == (1, False)
    assert b"EH112" in done.stdout


def test_json_in_an_encoding_that_lacks_letters_is_no_failure(model: Path) -> None:
    _write(model, "- dataset: {id: cais/hle, task_id: hle}\n  value: 'très haut 漢'\n")
    done = _run("validate", model, "--format", "json", PYTHONIOENCODING="ascii")
    assert json.loads(done.stdout.decode("ascii"))["errors"] == 1


@pytest.mark.parametrize("form", ["text", "json"])
def test_reader_that_goes_away_is_no_failure(model: Path, form: str) -> None:
    _write(model, BAD.replace("high", "x" * 50) * 100)
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "evalhub", "validate", str(model), "--format", form]
    done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, timeout=30, check=False)
    os.close(write)
    assert done.stderr == b""


def test_interruption_is_status_130() -> None:
    code = (
        "import signal, sys, time, evalhub.validation as v\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # a shell's background jobs ignore it
        "def wait(*a, **k):\n print('up', flush=True); time.sleep(20)\n"
        "v.validate = wait\n"
        "sys.argv = ['evalhub', 'validate', '.']\n"
        "from evalhub.cli import main; main()\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=20)
    assert (process.returncode, b"Traceback" in stderr) == (130, False)
