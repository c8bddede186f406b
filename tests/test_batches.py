"""`evalhub submit --batch`: many scores at once, one branch a model, and the same command again does what is left."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import Cli, Outcome
from gitrepos import IDENTITY, HubDir, Link, Repo, entry
from terminals import on_terminal

from evalhub import EvalhubError, schemas
from evalhub.list_names import ListNames
from evalhub.score_lists import read_scores

Batch = Callable[..., Outcome]


@pytest.fixture
def batch(hub: HubDir, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Batch:
    """Run `evalhub submit --batch NAME` on a file `NAME` with a text, as Ada."""
    for name, value in IDENTITY.items():
        monkeypatch.setenv(name, value)

    def run(text: str, *options: object, name: str = "scores.csv") -> Outcome:
        (tmp_path / name).write_text(text)
        return cli("submit", "--batch", tmp_path / name, "--hub", hub.root, *options)

    return run


def csv(*rows: str, header: str = "model,benchmark,value") -> str:
    return "\n".join([header, *rows, ""])


def results(folder: Path, name: str = "scores.results.jsonl") -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in (folder / name).read_text().splitlines()]
    assert all(schemas.accepts("batch", line) for line in lines)
    return lines


def statuses(folder: Path) -> list[str]:
    return [each["status"] for each in results(folder)]


def branches(repo: Repo) -> list[str]:
    return repo.git("for-each-ref", "--format=%(refname:short)", "refs/heads/evalhub/").split()


def held(repo: Repo, ref: str, name: str = "hle.yaml") -> Any:
    return yaml.safe_load(repo.git("show", f"{ref}:.eval_results/{name}"))


# --- what is committed ----------------------------------------------------------------------------------------------


def test_each_model_gets_one_branch_with_all_its_scores(hub: HubDir, batch: Batch) -> None:
    hub.dataset("org/more", name="More", tasks=("a", "b"))
    one, two = hub.model("org/one"), hub.model("org/two", bare=True)
    rows = ("org/one,hle,,1", "org/two,hle,,2", "one,More,a,3", "org/one,org/more,b,4")
    assert batch(csv(*rows, header="model,benchmark,task,value")).status == 0
    assert (branches(one), branches(two)) == (["evalhub/scores"], ["evalhub/scores"])
    assert held(one, "evalhub/scores") == [entry(1)]
    assert held(one, "evalhub/scores", "more.yaml") == [entry(3, "org/more", "a"), entry(4, "org/more", "b")]
    assert one.git("rev-list", "--count", "main..evalhub/scores") == "1"


def test_every_field_arrives(hub: HubDir, batch: Batch) -> None:
    model = hub.model()
    fields = {"model": "org/model", "benchmark": "hle", "task": "hle", "value": 1.5, "date": "2026-01-02"}
    fields |= {"revision": "a" * 40, "notes": "With tools", "source-url": "https://example.org", "source_name": "Paper"}
    fields |= {"source_user": "ada", "Source Org": "org"}
    batch(json.dumps(fields) + "\n", name="scores.jsonl")
    source = {"url": "https://example.org", "name": "Paper", "user": "ada", "org": "org"}
    wanted = entry(1.5, date="2026-01-02", source=source, notes="With tools")
    wanted["dataset"]["revision"] = "a" * 40
    assert held(model, "evalhub/scores", "hle_with_tools.yaml") == [wanted]


def test_options_are_for_what_a_row_does_not_say(hub: HubDir, batch: Batch) -> None:
    model = hub.model()
    text = "value,notes\n1,\n2,own\n"
    batch(text, "org/model", "--benchmark", "hle", "--notes", "default")
    assert held(model, "evalhub/scores", "hle_default.yaml") == [entry(1, notes="default")]
    assert held(model, "evalhub/scores", "hle_own.yaml") == [entry(2, notes="own")]


def test_a_value_keeps_the_form_in_which_it_is_written(hub: HubDir, batch: Batch) -> None:
    model = hub.model()
    batch('{"model": "org/model", "benchmark": "hle", "value": 41}\n', name="scores.jsonl")
    assert "value: 41\n" in model.git("show", "evalhub/scores:.eval_results/hle.yaml") + "\n"


@pytest.mark.parametrize(
    "text", ["model;benchmark;value\norg/model;hle;1\n", "\ufeffmodel,benchmark,value\r\norg/model,hle,1\r\n"]
)
def test_spreadsheets_write_csv_in_several_ways(hub: HubDir, batch: Batch, text: str) -> None:
    model = hub.model()
    assert batch(text).status == 0
    assert held(model, "evalhub/scores") == [entry(1)]


def test_a_row_of_several_lines_stands_where_it_begins(hub: HubDir, batch: Batch, tmp_path: Path) -> None:
    hub.model()
    batch(csv('org/model,hle,x,"a\nb"', "org/model,hle,y,c", header="model,benchmark,value,notes"))
    assert [each["where"].rpartition(", ")[2] for each in results(tmp_path)] == ["line 2", "line 4"]


def test_working_tree_index_and_head_stay(hub: HubDir, batch: Batch) -> None:
    model = hub.model()
    (model.path / "README.md").write_text("uncommitted")
    before = (model.git("status", "--porcelain"), model.git("rev-parse", "HEAD"), model.git("ls-files", "-s"))
    batch(csv("org/model,hle,1"))
    assert (model.git("status", "--porcelain"), model.git("rev-parse", "HEAD"), model.git("ls-files", "-s")) == before


# --- what is not ----------------------------------------------------------------------------------------------------


def test_what_becomes_of_each_score_is_written_in_the_lists_order(hub: HubDir, batch: Batch, tmp_path: Path) -> None:
    hub.model("org/old", {"hle.yaml": [entry(5)]})
    hub.model("org/new")
    rows = ("org/old,hle,5", "org/none,hle,1", "org/new,hle,1", "org/old,zzz,1", "org/new,hle,x")
    assert batch(csv(*rows)).status == 1
    assert statuses(tmp_path) == ["same", "no_model", "committed", "unclear", "unclear"]


def test_a_different_score_that_stands_is_a_conflict(hub: HubDir, batch: Batch, tmp_path: Path) -> None:
    hub.model(files={"hle.yaml": [entry(5)]})
    assert batch(csv("org/model,hle,6")).status == 1
    assert [(each["status"], each["reason"]) for each in results(tmp_path)] == [
        ("conflict", "it has a different score: 5 on refs/heads/main")
    ]


def test_what_to_do_about_a_conflict_is_told(hub: HubDir, batch: Batch) -> None:
    hub.model(files={"hle.yaml": [entry(5)]})
    assert "add --supersede" in batch(csv("org/model,hle,6")).stderr


def test_a_conflict_is_committed_with_supersede(hub: HubDir, batch: Batch) -> None:
    model = hub.model(files={"hle.yaml": [entry(5)]})
    assert batch(csv("org/model,hle,6"), "--supersede").status == 0
    assert held(model, "evalhub/scores") == [entry(6)]


def test_what_validation_refuses_is_left_out_and_the_rest_goes(hub: HubDir, batch: Batch, tmp_path: Path) -> None:
    model = hub.model()
    text = csv("org/model,hle,1,2026-02-30", "org/model,hle,2,2026-02-03", header="model,benchmark,value,date")
    text = text.replace("date", "date,notes").replace("-30", "-30,a").replace("-03", "-03,b")
    assert batch(text).status == 1
    assert statuses(tmp_path) == ["refused", "committed"]
    assert "EH207" in results(tmp_path)[0]["reason"]
    assert held(model, "evalhub/scores", "hle_b.yaml") == [entry(2, date="2026-02-03", notes="b")]


def test_a_list_that_contradicts_itself_is_unclear(hub: HubDir, batch: Batch, tmp_path: Path) -> None:
    model = hub.model()
    assert batch(csv("org/model,hle,1", "org/model,hle,2")).status == 1
    assert (statuses(tmp_path), branches(model)) == (["unclear", "unclear"], [])


def test_a_model_that_can_not_be_written_to_does_not_stop_the_others(hub: HubDir, batch: Batch, tmp_path: Path) -> None:
    Repo.create(hub.root / "models/org/empty")
    hub.model("org/fine")
    assert batch(csv("org/empty,hle,1", "org/fine,hle,2")).status == 1
    assert statuses(tmp_path) == ["failed", "committed"]


@pytest.mark.parametrize(
    ("text", "name", "message"),
    [
        ("model,benchmrk,value\n", "scores.csv", "did you mean benchmark"),
        ("model,value,Value\n", "scores.csv", "stands twice"),
        ('{"model": "a", "model": "b"}', "scores.jsonl", "stands twice"),
        ('{"modl": "a"}', "scores.jsonl", "did you mean model"),
        ("", "scores.csv", "lists no scores"),
        ("model,value\n", "scores.csv", "lists no scores"),
        ('model,value\n"a,1\n', "scores.csv", "line 2"),
    ],
)
def test_a_list_that_can_not_be_read_commits_nothing(batch: Batch, text: str, name: str, message: str) -> None:
    outcome = batch(text, name=name)
    assert outcome.status in (1, 2)
    assert message in outcome.stderr


@pytest.mark.parametrize(
    "line", ["[1]", "nonsense", '{"model": ["a"]}', '{"value": true}', '{"value": NaN, "model": "m"}']
)
def test_one_bad_line_does_not_stop_the_others(hub: HubDir, batch: Batch, tmp_path: Path, line: str) -> None:
    hub.model()
    good = '{"model": "org/model", "benchmark": "hle", "value": 1}'
    assert batch(f"{line}\n{good}\n", name="scores.jsonl").status == 1
    assert statuses(tmp_path) == ["unclear", "committed"]


@pytest.mark.parametrize("field", ["model", "notes", "benchmark"])
def test_half_a_character_is_told_and_does_not_stop_the_others(
    hub: HubDir, batch: Batch, tmp_path: Path, field: str
) -> None:
    hub.model()
    good = {"model": "org/model", "benchmark": "hle", "value": 1}
    text = "".join(json.dumps(line) + "\n" for line in (good | {field: "\ud800"}, good))
    assert batch(text, name="scores.jsonl").status == 1
    assert statuses(tmp_path) == ["unclear", "committed"]


def test_a_score_that_can_not_be_edited_in_does_not_stop_the_model(hub: HubDir, batch: Batch, tmp_path: Path) -> None:
    hub.dataset("org/more", name="More", tasks=("a",))
    model = hub.model(files={"hle.yaml": Link("x.yaml")})
    assert batch(csv("org/model,hle,1", "org/model,more,2")).status == 1
    assert statuses(tmp_path) == ["failed", "committed"]
    assert held(model, "evalhub/scores", "more.yaml") == [entry(2, "org/more", "a")]


def test_of_many_scores_just_those_that_are_wrong_are_refused(hub: HubDir, batch: Batch, tmp_path: Path) -> None:
    hub.model()
    rows = [f"org/model,hle,{n},n{n},{'2026-02-30' if n in (3, 8) else '2026-02-03'}" for n in range(10)]
    assert batch(csv(*rows, header="model,benchmark,value,notes,date")).status == 1
    assert [n for n, status in enumerate(statuses(tmp_path)) if status == "refused"] == [3, 8]


# --- lists of logs --------------------------------------------------------------------------------------------------


RECORD = json.loads((Path(__file__).parent / "data/logs/every_eval_ever/copied.json").read_text())


def record(path: Path, model: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(RECORD | {"model_info": {"id": model, "name": model}}))


@pytest.mark.parametrize(("of", "status"), [("org/other", "unclear"), ("checkpoints/step-9", "committed")])
def test_a_row_can_name_the_model_of_a_log_but_not_take_another_models(
    hub: HubDir, batch: Batch, tmp_path: Path, of: str, status: str
) -> None:
    hub.model("org/model")
    hub.model("org/other")
    record(tmp_path / "log.json", of)
    batch("model,log,benchmark,task\norg/model,log.json,hle,HLE\n")
    assert statuses(tmp_path) == [status]


def test_logs_of_other_models_than_the_one_that_was_typed_are_told(hub: HubDir, cli: Cli, tmp_path: Path) -> None:
    hub.model("org/model")
    for name in ("org/model", "org/none"):
        record(tmp_path / f"logs/{name}/log.json", name)
    outcome = cli(
        *("submit", "org/model", "--batch", tmp_path / "logs", "--benchmark", "hle", "--task", "HLE"),
        *("--dry-run", "--hub", hub.root),
    )
    assert (outcome.status, "1 new, 1 unclear" in outcome.stdout) == (1, True)
    assert "the log is of org/none, not of this model" in outcome.stderr


@pytest.mark.parametrize("name", ["missing", "empty", "text.txt"])
def test_where_there_are_no_scores_that_is_an_error(hub: HubDir, cli: Cli, tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "text.txt").write_text("text")
    assert cli("submit", "--batch", tmp_path / name, "--hub", hub.root).status == 1
    assert not list(tmp_path.glob("*.results.jsonl"))


def test_folders_are_read_however_deep(tmp_path: Path) -> None:
    folder = os.open(tmp_path, os.O_RDONLY)
    for _ in range(1200):
        os.mkdir("d", dir_fd=folder)
        inner = os.open("d", os.O_RDONLY, dir_fd=folder)
        os.close(folder)
        folder = inner
    os.close(folder)
    (tmp_path / "d/log.json").write_text("{}")
    try:
        assert [row.fields.get("log") for row in read_scores(tmp_path)] == [str(tmp_path / "d/log.json")]
    finally:
        subprocess.run(
            ["rm", "-rf", tmp_path / "d"], check=True
        )  # shutil and pytest stop at the depth of Python's stack


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_can_not_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0o000)
    (row,) = read_scores(tmp_path)
    assert "can't be read" in row.problem


def test_unknown_names_cost_little_however_many(hub: HubDir) -> None:
    for number in range(3):
        hub.model(f"org/m{number}")
    names = ListNames(hub.read())
    for number in range(1000):
        with pytest.raises(EvalhubError, match="no model is called"):
            names.model(f"org/unknown-{number}")
    assert (names.model("org/m1"), names.model("M2")) == ("org/m1", "org/m2")


# --- again, and interrupted -----------------------------------------------------------------------------------------


def test_the_same_list_again_does_nothing(hub: HubDir, batch: Batch, tmp_path: Path) -> None:
    model = hub.model()
    batch(csv("org/model,hle,1"))
    tip = model.git("rev-parse", "evalhub/scores")
    assert batch(csv("org/model,hle,1")).status == 0
    assert (statuses(tmp_path), branches(model)) == (["same"], ["evalhub/scores"])
    assert model.git("rev-parse", "evalhub/scores") == tip


def test_what_is_left_is_done_by_the_same_command(hub: HubDir, batch: Batch, tmp_path: Path) -> None:
    hub.model("org/one")
    batch(csv("org/one,hle,1", "org/two,hle,2"))
    two = hub.model("org/two")
    assert batch(csv("org/one,hle,1", "org/two,hle,2")).status == 0
    assert (statuses(tmp_path), branches(two)) == (["same", "committed"], ["evalhub/scores"])


def test_a_changed_list_updates_the_branches_it_made(hub: HubDir, batch: Batch) -> None:
    model = hub.model()
    batch(csv("org/model,hle,1"))
    assert batch(csv("org/model,hle,2")).status == 1
    assert batch(csv("org/model,hle,2"), "--update").status == 0
    assert (branches(model), held(model, "evalhub/scores")) == (["evalhub/scores"], [entry(2)])


def test_another_list_of_the_same_name_gets_another_branch(hub: HubDir, batch: Batch) -> None:
    model = hub.model()
    batch(csv("org/model,hle,1"))
    batch(csv("org/model,hle,1,new", header="model,benchmark,value,notes"))
    assert branches(model) == ["evalhub/scores", "evalhub/scores-2"]


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGKILL])
def test_after_an_interrupt_the_same_command_does_what_is_left(
    hub: HubDir, batch: Batch, tmp_path: Path, stop: signal.Signals
) -> None:
    models = [hub.model(f"org/m{number:02}", bare=True) for number in range(20)]
    text = csv(*(f"org/m{number:02},hle,{number}" for number in range(20)))
    (tmp_path / "scores.csv").write_text(text)
    command = [sys.executable, "-c", _RUN, "submit", "--batch", str(tmp_path / "scores.csv"), "--hub", str(hub.root)]
    with subprocess.Popen(command, env=os.environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        while not any(map(branches, models[2:])) and process.poll() is None:
            time.sleep(0.005)
        process.send_signal(stop)
        process.communicate(timeout=60)
    done = [model for model in models if branches(model)]
    assert process.returncode == (130 if stop is signal.SIGINT else -signal.SIGKILL)
    assert 0 < len(done) < 20
    assert all(held(model, "evalhub/scores") for model in done)  # whole branches only
    assert batch(text).status == 0
    assert all(branches(model) == ["evalhub/scores"] for model in models)


_RUN = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); from evalhub.cli import main; main()"


# --- what is shown --------------------------------------------------------------------------------------------------


def test_the_plan_is_shown_and_a_dry_run_writes_nothing(hub: HubDir, batch: Batch, tmp_path: Path) -> None:
    model = hub.model()
    outcome = batch(csv("org/model,hle,1", "org/none,hle,1"), "--dry-run")
    assert "2 scores: 1 new, 1 model not in the hub" in outcome.stdout
    assert (branches(model), (tmp_path / "scores.results.jsonl").exists()) == ([], False)


def test_the_result_file_can_be_named(hub: HubDir, batch: Batch, tmp_path: Path) -> None:
    hub.model()
    batch(csv("org/model,hle,1"), "--output", tmp_path / "done.jsonl")
    assert [each["branch"] for each in results(tmp_path, "done.jsonl")] == ["evalhub/scores"]


def test_warnings_of_validation_are_told_once_a_kind(hub: HubDir, batch: Batch) -> None:
    hub.model("org/one")
    hub.model("org/two")
    outcome = batch(csv("org/one,else/where,a,1", "org/two,else/where,a,1", header="model,benchmark,task,value"))
    assert (outcome.status, outcome.stderr.count("EH203"), "1 more such" in outcome.stderr) == (0, 1, True)
    assert "EH203 org/one: " in outcome.stderr


def test_on_a_terminal_it_asks_and_a_yes_commits(hub: HubDir, batch: Batch, tmp_path: Path) -> None:
    model = hub.model()
    (tmp_path / "scores.csv").write_text(csv("org/model,hle,1"))
    shown = on_terminal("submit", "--batch", "scores.csv", "--hub", hub.root, cwd=tmp_path, typed="n\n")
    assert ("commit 1 score on 1 branch?" in shown, branches(model)) == (True, [])
    on_terminal("submit", "--batch", "scores.csv", "--hub", hub.root, cwd=tmp_path, typed="y\n")
    assert branches(model) == ["evalhub/scores"]


def test_the_result_file_may_be_a_device(hub: HubDir, batch: Batch) -> None:
    hub.model()
    assert batch(csv("org/model,hle,1"), "--output", "/dev/null").status == 0


@pytest.mark.parametrize("output", ["scores.csv", "nowhere/out.jsonl", "folder"])
def test_a_result_file_that_can_not_be_is_refused_before_anything_is_committed(
    hub: HubDir, batch: Batch, tmp_path: Path, output: str
) -> None:
    model = hub.model()
    (tmp_path / "folder").mkdir()
    text = csv("org/model,hle,1")
    assert batch(text, "--output", tmp_path / output).status == 2
    assert (branches(model), (tmp_path / "scores.csv").read_text()) == ([], text)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--value", "1"), "don't go together"),
        (("--branch", "x"), "does nothing with --batch"),
        (("--file", "x.yaml"), "does nothing with --batch"),
    ],
)
def test_options_that_do_nothing_are_refused(batch: Batch, options: tuple[str, ...], message: str) -> None:
    outcome = batch(csv("org/model,hle,1"), *options)
    assert (outcome.status, message in outcome.stderr) == (2, True)


def test_a_plan_shows_each_score(hub: HubDir, batch: Batch) -> None:
    hub.model(files={"hle.yaml": [entry(5)]})
    shown = batch(csv("org/model,hle,6", "org/none,hle,8"), "--dry-run").stdout.splitlines()
    assert [line.split() for line in shown if line.startswith("org/")] == [
        ["org/model", "cais/hle", "hle", "6", "conflict"],
        ["org/none", "cais/hle", "hle", "8", "model", "not", "in", "the", "hub"],
    ]


def test_a_plan_of_very_many_scores_counts_them_by_model(hub: HubDir, batch: Batch) -> None:
    hub.model()
    rows = (f"org/model,hle,{number},{number}" for number in range(50))
    shown = batch(csv(*rows, header="model,benchmark,value,notes"), "--dry-run").stdout.splitlines()
    assert [line.split() for line in shown if line.startswith("org/")] == [["org/model", "50"]]


def test_scores_without_a_source_are_counted(hub: HubDir, batch: Batch) -> None:
    hub.model()
    rows = ("org/model,hle,1,,", "org/model,hle,2,x,https://example.org")
    outcome = batch(csv(*rows, header="model,benchmark,value,notes,source_url"))
    assert "without a source: 1 of 2 have none" in outcome.stderr


def test_one_reason_of_many_scores_is_told_once(hub: HubDir, batch: Batch) -> None:
    hub.model()
    outcome = batch(csv(*(f"org/model,zzz,{number}" for number in range(5))))
    assert outcome.stderr.count("no benchmark is called `zzz`") == 1
    assert "line 2 (org/model) and 4 more" in outcome.stderr
