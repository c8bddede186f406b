"""`evalhub leaderboard`, `evalhub benchmarks` and `evalhub model` as a user runs them."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import resource
import shlex
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest
from gitrepos import HubDir, Repo, entry
from terminals import EVALHUB, on_terminal

from evalhub.schemas import schema

FORMATS = ("table", "json", "csv", "markdown")
COMMANDS = (["leaderboard", "hle"], ["benchmarks"], ["model", "org/a"])


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> HubDir:
    """A hub that tests only read: two models, a pull request that disagrees, a bad entry, an official benchmark."""
    hub = HubDir(tmp_path_factory.mktemp("shared") / "a hub")
    hub.dataset("cais/hle", tasks=("hle", "hle_text", "hle:audio"))
    hub.dataset("org/other", name="Other")
    hub.registry({"dataset": "cais/hle", "aliases": ["Last Exam"], "metric": "accuracy", "scale": "percent"})
    source = {"url": "https://example.org/paper", "name": "Paper"}
    results = [entry(41.2, date="2025-11-06", source=source), entry(39.5, task="hle_text"), entry("bad")]
    first = hub.model("org/a", {"hle.yaml": results}, bare=True)
    first.pull(7, {"more.yaml": [entry(43.25)]}, host="github")
    hub.model("org/b model", {"hle.yaml": [entry(44, notes="With tools")]}, bare=True)
    return hub


@pytest.fixture
def at_shared(shared: HubDir, monkeypatch: pytest.MonkeyPatch) -> HubDir:
    """The shared hub, as the current directory."""
    monkeypatch.chdir(shared.root)
    return shared


def run(*arguments: object, cwd: Path | None = None, **options: object) -> subprocess.CompletedProcess[str]:
    """Run evalhub as its own process."""
    return subprocess.run(
        [*EVALHUB, *map(str, arguments)], capture_output=True, text=True, timeout=60, cwd=cwd, **options
    )


# --- what goes where ------------------------------------------------------------------------------------------------


def test_the_table_in_a_pipe(at_shared, cli):
    assert cli("leaderboard", "hle").stdout.splitlines() == [
        "Humanity's Last Exam (cais/hle), task hle: accuracy in percent, higher is better",
        "",
        "rank  model        value  badges                  date        notes",
        "   1  org/b model  44                             2026-01-01  With tools",
        "   2  org/a        43.25  community #7, conflict  2026-01-01",
        "",
        "2 models, 1 open pull request, 2 warnings",
    ]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_a_command_that_finds_what_was_asked_for_exits_with_0(at_shared, cli, command):
    assert cli(*command).status == 0


def test_warnings_and_hints_go_to_stderr_alone(at_shared, cli):
    outcome = cli("leaderboard", "hle")
    assert "left out: 1 entry is not valid" in outcome.stderr
    assert "evalhub model" in outcome.stderr
    assert "left out" not in outcome.stdout
    assert "evalhub" not in outcome.stdout


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_json_on_stdout_is_nothing_but_json(at_shared, cli, command):
    json.loads(cli(*command, "--format", "json").stdout)


@pytest.mark.parametrize("format", FORMATS)
def test_an_error_writes_nothing_to_stdout(at_shared, cli, format):
    outcome = cli("leaderboard", "nonsense", "--format", format)
    assert (outcome.status, outcome.stdout) == (1, "")
    assert outcome.stderr.startswith("error: no benchmark is called `nonsense`\n")


def test_json_meets_its_schema(at_shared, cli):
    jsonschema.validate(json.loads(cli("leaderboard", "hle", "--format", "json").stdout), schema("leaderboard"))


def test_csv_can_be_read(at_shared, cli):
    records = list(csv.DictReader(io.StringIO(cli("leaderboard", "hle", "--format", "csv").stdout)))
    assert [(record["model_id"], record["value"]) for record in records] == [("org/b model", "44"), ("org/a", "43.25")]


def test_markdown_has_a_row_for_each_model(at_shared, cli):
    text = cli("leaderboard", "hle", "--format", "markdown").stdout
    assert [line.split(" | ")[1] for line in text.splitlines() if re.match(r"\| \d", line)] == ["org/b model", "org/a"]


def test_nothing_is_lost_in_a_pipe(hub, cli):
    id, notes = "organisation-" * 5 + "/" + "model-" * 15, "notes " * 60
    hub.model(id, {"hle.yaml": [entry(1.123456789012, notes=notes.strip())]})
    text = cli("leaderboard", "hle", "--hub", hub.root).stdout
    assert all(part in text for part in (id, "1.123456789012", notes.strip()))


# --- options --------------------------------------------------------------------------------------------------------


def ranked(outcome) -> list[tuple[int, str, float]]:
    return [(row["rank"], row["model_id"], row["value"]) for row in json.loads(outcome.stdout)["rows"]]


@pytest.mark.parametrize(
    ("options", "rows"),
    [
        ([], [(1, "org/b model", 44), (2, "org/a", 43.25)]),
        (["--limit", "1"], [(1, "org/b model", 44)]),
        (["--policy", "trusted"], [(1, "org/b model", 44), (2, "org/a", 41.2)]),
        (["--policy", "latest"], [(1, "org/b model", 44), (2, "org/a", 43.25)]),
        (["--origin", "author"], [(1, "org/b model", 44), (2, "org/a", 41.2)]),
        (["--origin", "community"], [(1, "org/a", 43.25)]),
        (["--per", "variant"], [(1, "org/b model", 44), (2, "org/a", 43.25)]),
        (["--task", "hle_text"], [(1, "org/a", 39.5)]),
        (["--task", "HLE-Text"], [(1, "org/a", 39.5)]),
    ],
    ids=lambda value: " ".join(value) if value and isinstance(value[0], str) else "",
)
def test_options_choose_what_is_ranked(at_shared, cli, options, rows):
    assert ranked(cli("leaderboard", "hle", "--format", "json", *options)) == rows


@pytest.mark.parametrize("name", ["hle", "cais/hle", "LAST-EXAM", "humanity's last exam"])
def test_a_benchmark_by_its_names(at_shared, cli, name):
    assert ranked(cli("leaderboard", name, "--format", "json"))[0] == (1, "org/b model", 44)


def test_several_tasks_show_the_first_and_say_how_to_see_the_others(at_shared, cli):
    outcome = cli("leaderboard", "hle")
    assert "task hle:" in outcome.stdout
    assert "other tasks: hle_text, hle:audio; show one: --task hle_text, or all: --task all" in outcome.stderr


def test_a_chosen_task_gets_no_hint_about_others(at_shared, cli):
    assert "other tasks" not in cli("leaderboard", "hle", "--task", "hle").stderr


def test_all_tasks_in_a_table(at_shared, cli):
    text = cli("leaderboard", "hle", "--task", "all").stdout
    assert re.findall(r"task (\S+): accuracy", text) == ["hle", "hle_text", "hle:audio"]


def test_all_tasks_as_json_are_a_list(at_shared, cli):
    boards = json.loads(cli("leaderboard", "hle", "--task", "all", "--format", "json").stdout)
    jsonschema.validate(boards, schema("leaderboard"))
    assert [board["task"] for board in boards] == ["hle", "hle_text", "hle:audio"]


def test_all_tasks_as_csv_are_one_table(at_shared, cli):
    records = csv.DictReader(io.StringIO(cli("leaderboard", "hle", "--task", "all", "--format", "csv").stdout))
    assert [record["task"] for record in records] == ["hle", "hle", "hle_text"]


def test_all_of_a_benchmark_with_one_task_is_still_a_list(at_shared, cli):
    assert len(json.loads(cli("leaderboard", "other", "--task", "all", "--format", "json").stdout)) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["leaderboard"],
        ["leaderboard", "hle", "--limit", "0"],
        ["leaderboard", "hle", "--limit", "many"],
        ["leaderboard", "hle", "--policy", "worst"],
        ["leaderboard", "hle", "--format", "xml"],
        ["leaderboard", "hle", "--origin", "me"],
        ["leaderboard", "hle", "--nonsense"],
        ["leaderboard", "hle", "more"],
        ["model"],
        ["model", "org/a", "--format", "csv"],
        ["benchmarks", "hle"],
        ["nonsense"],
    ],
    ids=" ".join,
)
def test_wrong_usage_exits_with_2(at_shared, cli, arguments):
    outcome = cli(*arguments)
    assert (outcome.status, outcome.stdout) == (2, "")
    assert "Usage:" in outcome.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["leaderboard", "nonsense"],
        ["leaderboard", "hle", "--task", "nonsense"],
        ["leaderboard", "hle", "--hub", "nowhere"],
        ["leaderboard", "hle", "--output", "nowhere/file"],
        ["model", "nonsense"],
        ["model", "org/a", "--hub", "nowhere"],
        ["benchmarks", "--hub", "nowhere"],
    ],
    ids=" ".join,
)
def test_what_is_not_there_exits_with_1(at_shared, cli, arguments):
    outcome = cli(*arguments)
    assert (outcome.status, outcome.stdout) == (1, "")
    assert outcome.stderr.startswith("error: ")


@pytest.mark.parametrize("command", ["leaderboard", "benchmarks", "model"])
def test_help_says_what_the_options_do(cli, command):
    outcome = cli(command, "--help")
    assert outcome.status == 0
    assert "--format" in outcome.stdout


# --- which hub ------------------------------------------------------------------------------------------------------


def first_model(outcome) -> str:
    return json.loads(outcome.stdout)["rows"][0]["model_id"]


@pytest.fixture
def other_hub(tmp_path: Path) -> HubDir:
    hub = HubDir(tmp_path / "other")
    hub.dataset()
    hub.models({"other/model": 1})
    return hub


JSON = ("leaderboard", "hle", "--format", "json")


def test_the_current_directory_is_the_hub(other_hub, cli, monkeypatch):
    monkeypatch.chdir(other_hub.root)
    assert first_model(cli(*JSON)) == "other/model"


def test_the_nearest_parent_with_a_registry_is_the_hub(other_hub, cli, monkeypatch):
    other_hub.registry()
    monkeypatch.chdir(other_hub.root / "models/other")
    assert first_model(cli(*JSON)) == "other/model"


def test_the_environment_goes_before_the_current_directory(other_hub, at_shared, cli, monkeypatch):
    monkeypatch.setenv("EVALHUB_HUB", str(other_hub.root))
    assert first_model(cli(*JSON)) == "other/model"


def test_the_option_goes_before_the_environment(other_hub, shared, cli, monkeypatch):
    monkeypatch.setenv("EVALHUB_HUB", str(shared.root))
    assert first_model(cli(*JSON, "--hub", other_hub.root)) == "other/model"


def test_the_option_may_stand_before_the_command(other_hub, cli):
    assert first_model(cli("--hub", other_hub.root, *JSON)) == "other/model"


def test_an_empty_variable_is_none(other_hub, cli, monkeypatch):
    monkeypatch.setenv("EVALHUB_HUB", "")
    monkeypatch.chdir(other_hub.root)
    assert first_model(cli(*JSON)) == "other/model"


# --- hubs with something wrong --------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_an_empty_directory_is_an_error_that_says_what_to_do(empty_hub, cli, command):
    outcome = cli(*command, "--hub", empty_hub.root)
    assert (outcome.status, outcome.stdout) == (1, "")
    assert "\nhint: " in outcome.stderr


def test_a_benchmark_without_results_says_how_to_propose_one(hub, cli):
    outcome = cli("leaderboard", "hle", "--hub", hub.root)
    assert outcome.status == 0
    assert "0 models" in outcome.stdout
    assert "evalhub submit" in outcome.stderr


def test_an_invalid_registry_is_an_error_that_names_it(hub, cli):
    (hub.root / "evalhub.yaml").write_text("benchmarks: nonsense\n")
    outcome = cli("leaderboard", "hle", "--hub", hub.root)
    assert (outcome.status, outcome.stdout) == (1, "")
    assert "evalhub.yaml: the registry is not valid" in outcome.stderr


@pytest.mark.parametrize("format", FORMATS)
def test_broken_repositories_do_not_stop_the_others(hub, cli, format):
    hub.models({"org/good": 1})
    hub.model("org/broken", {"hle.yaml": [entry(2)]}, bare=True).lose("main^{tree}", corrupt=True)
    Repo.create(hub.root / "models/org/empty")
    outcome = cli("leaderboard", "hle", "--format", format, "--hub", hub.root)
    assert outcome.status == 0
    assert "org/good" in outcome.stdout
    assert "left out: 1 branch or pull request can't be read" in outcome.stderr


def test_an_invalid_eval_yaml_is_said_where_benchmarks_are_listed(hub, cli):
    hub.dataset("org/bad", text="nonsense")
    outcome = cli("benchmarks", "--hub", hub.root)
    assert outcome.status == 0
    assert "org/bad is not listed: its eval.yaml is not valid" in outcome.stderr


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
@pytest.mark.parametrize("format", ["table", "json"])
def test_control_characters_are_never_echoed(empty_hub, cli, command, format):
    """The fixture `cli` looks for them, in both streams."""
    evil = "\x1b[31mred\x1b]0;title\x07\x9b1m\u202e\r\n"
    empty_hub.dataset("cais/hle", name=f"HLE {evil}", tasks=("hle", f"{evil}"), framework=f"x{evil}")
    source = {"url": f"https://a.example/{evil}", "name": evil, "org": evil}
    results = [entry(1, notes=evil, source=source), entry(1, task=evil), {"dataset": evil}]
    model = empty_hub.model("org/a", {f"x{evil}.yaml": results, f"y{evil}.yaml": "]["}, bare=True)
    model.pull(3, {"z.yaml": [entry(2, notes=evil)]}, author="Eve \x1b[31m")
    empty_hub.model(f"org/{evil}", {"x.yaml": [entry(3, notes=evil)]}, bare=True)
    outcome = cli(*command, "--format", format, "--hub", empty_hub.root)
    assert outcome.status == 0


def test_control_characters_in_what_was_typed_are_never_echoed(at_shared, cli):
    assert cli("leaderboard", "\x1b[31mhle").status == 1
    assert cli("leaderboard", "hle", "--task", "\x1b[31m").status == 1
    assert cli("model", "\x9b31m").status == 1


# --- what to type next ----------------------------------------------------------------------------------------------


def commands_in(text: str) -> Iterator[list[str]]:
    """The evalhub commands that a message says to type."""
    for line in text.splitlines():
        for command in re.findall(r"evalhub (?:leaderboard|benchmarks|model|validate) [^;]+", line):
            yield shlex.split(command)[1:]


@pytest.mark.parametrize(
    "arguments", [*COMMANDS, ["leaderboard", "other"], ["leaderboard", "hle", "--limit", "1"]], ids=" ".join
)
def test_what_a_hint_says_can_be_typed(shared, cli, monkeypatch, tmp_path, arguments):
    """From anywhere, with the hub named by an option and a space in its name."""
    monkeypatch.chdir(tmp_path)
    for command in commands_in(cli(*arguments, "--hub", shared.root).stderr):
        outcome = cli(*command)
        assert not outcome.stderr.startswith(("error", "Usage")), (command, outcome.stderr)


def test_what_the_hint_of_an_error_says_can_be_typed(shared, cli, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (command,) = commands_in(cli("leaderboard", "nonsense", "--hub", shared.root).stderr)
    assert cli(*command).status == 0


def test_validate_shows_what_the_leaderboard_left_out(at_shared, cli):
    (command,) = (found for found in commands_in(cli("leaderboard", "hle").stderr) if found[0] == "validate")
    assert "EH112" in cli(*command).stdout


# --- --output -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("format", FORMATS)
def test_a_file_gets_what_stdout_would(at_shared, cli, tmp_path, format):
    outcome = cli("leaderboard", "hle", "--format", format, "--output", tmp_path / "out")
    assert (outcome.status, outcome.stdout) == (0, "")
    assert without_time((tmp_path / "out").read_text()) == without_time(
        cli("leaderboard", "hle", "--format", format).stdout
    )


def without_time(text: str) -> str:
    return re.sub(r'"generated_at": "[^"]*"', "", text)


def test_a_file_that_is_there_is_replaced(at_shared, cli, tmp_path):
    (tmp_path / "out").write_text("old\n" * 1000)
    cli("leaderboard", "hle", "-o", tmp_path / "out")
    assert (tmp_path / "out").read_text() == cli("leaderboard", "hle").stdout


def test_a_file_keeps_its_permissions(at_shared, cli, tmp_path):
    (tmp_path / "out").touch()
    (tmp_path / "out").chmod(0o640)
    cli("leaderboard", "hle", "--output", tmp_path / "out")
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o640


def test_a_link_is_written_through(at_shared, cli, tmp_path):
    (tmp_path / "out").symlink_to("target")
    cli("leaderboard", "hle", "--output", tmp_path / "out")
    assert (tmp_path / "out").is_symlink()
    assert (tmp_path / "target").is_file()


def test_an_error_leaves_the_old_file(at_shared, cli, tmp_path):
    (tmp_path / "out").write_text("old")
    assert cli("leaderboard", "nonsense", "--output", tmp_path / "out").status == 1
    assert (tmp_path / "out").read_text() == "old"


def test_a_full_disk_leaves_the_old_file_and_nothing_else(shared, tmp_path):
    (tmp_path / "out").write_text("old")
    done = run(
        *("leaderboard", "hle", "--format", "json", "--output", tmp_path / "out"),
        cwd=shared.root,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100)),
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert done.returncode == 1
    assert done.stderr.startswith("error: can't write ")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"out": "old"}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_directory_that_may_not_be_written_leaves_the_old_file(at_shared, cli, tmp_path):
    (tmp_path / "out").write_text("old")
    tmp_path.chmod(0o500)
    try:
        assert cli("leaderboard", "hle", "--output", tmp_path / "out").status == 1
        assert (tmp_path / "out").read_text() == "old"
    finally:
        tmp_path.chmod(0o700)


def test_a_directory_in_place_of_a_file_is_an_error(at_shared, cli, tmp_path):
    outcome = cli("leaderboard", "hle", "--output", tmp_path)
    assert outcome.status == 1
    assert outcome.stderr.startswith("error: can't write ")


def test_a_device_is_written_to(at_shared, cli):
    assert cli("leaderboard", "hle", "--output", "/dev/null").status == 0


# --- benchmarks and model -------------------------------------------------------------------------------------------


def test_benchmarks_in_a_pipe(at_shared, cli):
    lines = cli("benchmarks").stdout.splitlines()
    assert lines[0].split() == ["benchmark", "name", "tasks", "models", "results", "framework", "listed"]
    assert [re.split(r" {2,}", line) for line in lines[1:3]] == [
        ["cais/hle", "Humanity's Last Exam", "hle and 2 more", "2", "4", "harbor", "official"],
        ["org/other", "Other", "hle", "0", "0", "harbor", "unofficial"],
    ]
    assert lines[-1] == "2 benchmarks, 1 official"


def test_benchmarks_as_json(at_shared, cli):
    listed = json.loads(cli("benchmarks", "--format", "json").stdout)
    assert [(item["benchmark"], item["official"], item["aliases"], item["models"]) for item in listed] == [
        ("cais/hle", True, ["Last Exam"], 2),
        ("org/other", False, [], 0),
    ]
    assert listed[0]["tasks"][2] == {"id": "hle:audio", "config": "default", "split": "test"}


def test_a_model_in_a_pipe(at_shared, cli):
    lines = cli("model", "org/a").stdout.splitlines()
    assert lines[0] == "org/a"
    assert [re.split(r" {2,}", line) for line in lines[3:6]] == [
        ["Humanity's Last Exam", "hle", "41.2", "2025-11-06", "Paper"],
        ["Humanity's Last Exam", "hle", "43.25", "community #7", "2026-01-01"],
        ["Humanity's Last Exam", "hle_text", "39.5", "2026-01-01"],
    ]
    assert lines[-1] == "3 results, 1 open pull request"


def test_a_model_as_json(at_shared, cli):
    shown = json.loads(cli("model", "A", "--format", "json").stdout)
    assert (shown["model_id"], shown["left_out"]) == ("org/a", {"invalid_entries": 1})
    assert [(result["task"], result["value"], result["pull_request"]) for result in shown["results"]] == [
        ("hle", 41.2, None),
        ("hle", 43.25, 7),
        ("hle_text", 39.5, None),
    ]


def test_a_models_json_has_the_fields_of_the_leaderboards(at_shared, cli):
    row = json.loads(cli("leaderboard", "hle", "--format", "json").stdout)["rows"][0]
    (result,) = json.loads(cli("model", "b model", "--format", "json").stdout)["results"]
    assert {key: result[key] for key in result.keys() & row.keys()} == {
        key: row[key] for key in result.keys() & row.keys()
    }
    assert {"value", "commit", "commit_author", "date", "source", "ref", "filename"} <= result.keys()


def test_what_is_left_out_of_a_model_is_said(at_shared, cli):
    assert "left out: 1 entry is not valid" in cli("model", "org/a").stderr


# --- real processes -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [["leaderboard", "hle"], ["model", "org/a"]], ids=" ".join)
def test_a_terminal_gets_colour(shared, arguments):
    assert "\x1b[" in on_terminal(*arguments, cwd=shared.root)


@pytest.mark.parametrize(
    ("arguments", "environment"),
    [
        (["leaderboard", "hle"], {"NO_COLOR": "1"}),
        (["leaderboard", "hle", "--no-color"], {}),
        (["--no-color", "benchmarks"], {}),
        (["model", "org/a", "--no-color"], {}),
        (["leaderboard", "hle"], {"TERM": "dumb"}),
    ],
    ids=["NO_COLOR", "--no-color", "before the command", "model", "dumb"],
)
def test_plain_text_on_a_terminal_has_no_escapes(shared, arguments, environment):
    assert "\x1b" not in on_terminal(*arguments, cwd=shared.root, **environment)


def test_a_pipe_gets_plain_text(shared):
    done = run("leaderboard", "hle", cwd=shared.root)
    assert (done.returncode, "\x1b" in done.stdout + done.stderr) == (0, False)
    assert "org/b model" in done.stdout


def test_a_pipe_of_another_encoding_is_no_traceback(hub):
    hub.model("org/モデル", {"hle.yaml": [entry(1, notes="é 😀")]})
    done = run("leaderboard", "hle", cwd=hub.root, env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert "Traceback" not in done.stderr
    assert "internal error" not in done.stderr


@pytest.fixture
def writing(hub: HubDir) -> Iterator[subprocess.Popen[bytes]]:
    """evalhub while it writes more than fits into a pipe, of which the first byte has been read."""
    hub.model(files={"hle.yaml": [entry(value, notes=f"{value}") for value in range(400)]}, bare=True)
    process = subprocess.Popen(
        [*EVALHUB, "leaderboard", "hle", "--per", "variant", "--format", "json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=hub.root,
    )
    with process:
        assert process.stdout is not None
        assert os.read(process.stdout.fileno(), 1) == b"{"
        yield process


def test_a_reader_that_goes_away_is_no_traceback(writing):
    writing.stdout.close()
    assert writing.stderr.read() == b""
    assert writing.wait(timeout=60) == 1


def test_an_interrupt_exits_with_130(writing):
    writing.send_signal(signal.SIGINT)
    _, err = writing.communicate(timeout=60)
    assert (writing.returncode, b"Traceback" in err) == (130, False)


def test_no_command_but_git_is_needed_and_not_even_that(shared):
    done = run("leaderboard", "hle", cwd=shared.root, env={**os.environ, "PATH": "/nowhere"})
    assert done.returncode == 0
