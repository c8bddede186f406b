"""`evalhub history` as a user runs it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from conftest import Cli
from gitrepos import HubDir, Repo, entry
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from rich.cells import cell_len
from terminals import on_terminal

from evalhub import schemas
from evalhub.render.plots import step_plot

ONE, TWO = {"hle.yaml": [entry(1)]}, {"hle.yaml": [entry(2)]}
START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def model(hub: HubDir) -> Repo:
    return hub.model(bare=True)


def lines(cli: Cli, hub: HubDir, *arguments: str) -> list[str]:
    done = cli("history", "org/model", *arguments, "--hub", hub.root)
    assert done.status == 0, done.stderr
    return done.stdout.splitlines()


def plain_on_terminal(columns: int, *arguments: object) -> str:
    """Run evalhub on a terminal and return all that it writes there, without colours."""
    written = on_terminal(*arguments, columns=columns, NO_COLOR="1")
    return re.sub(r"\x1b\[[0-9;]*m|\x1b\]8;[^\x1b]*\x1b\\", "", written).replace("\r", "")


# --- the table ------------------------------------------------------------------------------------------------------


def test_the_table_in_a_pipe(hub, cli, model):
    first = model.commit({"hle.yaml": [entry(1, source={"url": "https://example.org", "name": "Paper"})]})
    second = model.commit(TWO, author="Grace")
    assert lines(cli, hub) == [
        "org/model",
        "",
        "date        value  what     author        commit        source",
        f"2026-01-01  1      added    Ada Lovelace  {first[:12]}  Paper",
        f"2026-01-01  1 → 2  changed  Grace         {second[:12]}",
        "",
        "2 events, 0 pull requests",
    ]


def test_pull_requests_are_named(hub, cli, model):
    ref = model.pull(7, ONE)
    model.commit(TWO, on="evalhub/hle", start=model.tip())
    model.merge(ref)
    text = "\n".join(lines(cli, hub))
    for said in ("#7 opened", "evalhub/hle opened", "added through #7", "#7 merged"):
        assert said in text


@pytest.mark.parametrize(("message", "said"), [("Add HLE (#12)", "added, its message says #12"), ("Add HLE", "added ")])
def test_a_claim_is_told_as_one(hub, cli, model, message, said):
    model.commit(ONE, message=message)
    assert said in lines(cli, hub)[3]


def test_what_else_changed_is_said(hub, cli, model):
    model.commit(ONE)
    model.commit({"hle.yaml": [entry(1, source={"url": "https://example.org"}, date="2026-01-01")]})
    assert lines(cli, hub)[4].startswith("2026-01-01  1      source, date changed  Ada Lovelace  ")


def test_a_removed_number_is_said_to_be_none(hub, cli, model):
    model.commit(ONE)
    model.commit({"hle.yaml": None})
    assert "1 → none  removed" in lines(cli, hub)[4]


def test_benchmark_and_task_are_columns_only_where_there_are_several(hub, cli, model):
    model.commit({"hle.yaml": [entry(1), entry(2, task="text"), entry(3, "org/other")]})
    assert lines(cli, hub)[2].split()[:3] == ["date", "benchmark", "task"]
    assert lines(cli, hub, "hle")[2].split()[:2] == ["date", "task"]
    assert lines(cli, hub, "hle", "--task", "text")[2].split()[:2] == ["date", "value"]


def test_the_heading_says_what_was_asked_for(hub, cli, model):
    model.commit(ONE)
    assert lines(cli, hub, "HLE", "--task", "hle")[0] == "org/model, Humanity's Last Exam (cais/hle), task hle"


def test_a_dataset_that_is_not_in_the_hub_is_found_by_what_the_results_name(hub, cli, model):
    model.commit({"x.yaml": [entry(1, "far/Away-Bench", "t")]})
    for name in ("far/Away-Bench", "away bench"):
        assert lines(cli, hub, name)[0] == "org/model, far/Away-Bench"


def test_a_hub_without_benchmarks_has_histories(empty_hub, cli):
    empty_hub.model(files=ONE, bare=True)
    assert lines(cli, empty_hub, "hle")[-1] == "1 event, 0 pull requests"


def test_a_model_without_results_has_no_events(hub, cli, model):
    assert lines(cli, hub) == ["org/model", "", "0 events, 0 pull requests"]


def test_the_hint_shows_what_stands_now(hub, cli, model):
    model.commit(ONE)
    hint = cli("history", "org/model", "--hub", hub.root).stderr.splitlines()[-1]
    assert hint == f"what stands now: evalhub model org/model --hub {hub.root}"


@pytest.mark.parametrize("columns", [80, 200])
def test_the_table_fits_the_terminal(hub, model, columns):
    source = {"url": "https://example.org/a/long/address/of/a/paper", "name": "A paper with a long name"}
    notes = "With tools, four attempts, and a long word or two"
    entries = [
        entry(41.25, source=source, notes=notes),
        entry(1, "some-organisation/a-long-benchmark-name", "task_of_it"),
    ]
    model.commit({"hle.yaml": entries}, author="A Person With A Rather Long Name")
    model.pull(7, {"hle.yaml": [entry(43.5, source=source, notes=notes)]}, author="Another Person")
    text = plain_on_terminal(columns, "history", "org/model", "--hub", hub.root)
    hint = text.index("what stands now")
    assert max(map(cell_len, text[:hint].splitlines())) <= columns
    assert ("too narrow for" in text) == (columns == 80)
    assert "#7 opened" in text


# --- plots ----------------------------------------------------------------------------------------------------------


def test_three_values_are_plotted(hub, cli, model):
    for value in (1, 3, 2):
        model.commit({"hle.yaml": [entry(value)]})
    shown = lines(cli, hub)
    assert [line.partition("┤")[0].strip() for line in shown if "┤" in line] == ["3", "", "2", "", "1"]
    assert shown[-3].split() == ["2026-01-01"]


def test_two_values_are_not(hub, cli, model):
    model.commit(ONE)
    model.commit(TWO)
    assert not [line for line in lines(cli, hub) if "┤" in line]


def test_of_many_series_a_few_are_plotted_and_that_is_said(hub, cli, model):
    for value in range(3):
        model.commit({"hle.yaml": [entry(value, notes=f"n{number}") for number in range(5)]})
    shown = lines(cli, hub)
    assert sum("task hle, n" in line for line in shown) == 3
    assert any(line.startswith("(and 2 more") for line in shown)


def test_without_unicode_it_is_plain_ascii(hub, model):
    for value in (1, 3, 2):
        model.commit({"hle.yaml": [entry(value)]})
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    command = [sys.executable, "-m", "evalhub", "history", "org/model", "--hub", str(hub.root)]
    done = subprocess.run(command, capture_output=True, env=environment, check=True)
    text = done.stdout.decode("ascii")
    assert "1 -> 3" in text
    assert "\\u" not in text
    assert "+--" in text


VALUES = st.none() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)


@given(st.lists(st.tuples(st.integers(0, 10**6), VALUES), min_size=1, max_size=30), st.integers(30, 100), st.booleans())
def test_any_plot_fits(points, width, ascii):
    times = sorted(seconds for seconds, _ in points)
    dated = [(START + timedelta(seconds=time), value) for time, (_, value) in zip(times, points, strict=True)]
    drawn = step_plot(dated, width, ascii=ascii)
    labels = max(len(line.partition("|" if ascii else "┤")[0]) for line in drawn[:-1])
    assert max(map(len, drawn)) <= max(width, labels + 24)
    assert len(drawn) <= 9


# --- JSON -----------------------------------------------------------------------------------------------------------


def as_json(cli: Cli, hub: HubDir, *arguments: str) -> dict:  # type: ignore[type-arg]
    done = cli("history", "org/model", *arguments, "--format", "json", "--hub", hub.root)
    assert done.status == 0
    found = json.loads(done.stdout)
    Draft202012Validator(schemas.schema("history")).validate(found)
    return found


def test_json_is_as_the_schema_says(hub, cli, model):
    ref = model.pull(7, ONE)
    model.pull(8, TWO)
    model.merge(ref)
    model.commit({"hle.yaml": [entry(1, source={"url": "https://example.org"}, notes="n")]})
    model.commit({"hle.yaml": None}, message="Remove")
    found = as_json(cli, hub)
    kinds = {event["kind"] for event in found["events"]}
    assert kinds == {"opened", "merged", "added", "removed", "superseded"}


def test_json_has_the_commits_in_full(hub, cli, model):
    ref = model.pull(7, ONE, author="Grace")
    merge = model.merge(ref)
    added = as_json(cli, hub)["events"][1]
    assert (added["kind"], added["commit"]["id"], added["commit"]["author"]) == ("added", model.tip(ref), "Grace")
    assert (added["landed"]["id"], added["known_from"], added["pull_request"]) == (merge, "ref", 7)


def test_json_says_what_was_asked_for(hub, cli, model):
    model.commit(ONE)
    found = as_json(cli, hub, "hle", "--task", "HLE")
    assert (found["benchmark"], found["task"], found["complete"], found["warnings"]) == ("cais/hle", "hle", True, [])


# --- what goes wrong ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "error", "hint"),
    [
        (["org/modle"], "no model is called `org/modle`", "did you mean org/model?"),
        (["org/model", "hel"], "no benchmark is called `hel`", "did you mean cais/hle?"),
        (["org/model", "hle", "--task", "hel"], "no task is called `hel`", "did you mean hle?"),
    ],
)
def test_a_name_that_means_nothing_says_what_it_may_have_been(hub, cli, model, arguments, error, hint):
    model.commit(ONE)
    done = cli("history", *arguments, "--hub", hub.root)
    assert (done.status, done.stdout) == (1, "")
    assert error in done.stderr
    assert hint in done.stderr


def test_a_shallow_clone_is_a_warning(hub, cli, tmp_path):
    server = Repo.create(tmp_path / "server", ONE, bare=True)
    server.commit(TWO)
    server.clone(hub.root / "models/org/model", "--depth=1")
    done = cli("history", "org/model", "--hub", hub.root)
    assert (done.status, "added or older" in done.stdout) == (0, True)
    assert "warning: the clone is shallow" in done.stderr
    assert as_json(cli, hub)["complete"] is False


def test_a_hole_in_the_history_is_a_warning(hub, cli, model):
    model.commit(ONE)
    model.commit(TWO)
    model.lose("main~1")
    done = cli("history", "org/model", "--hub", hub.root)
    assert done.status == 0
    assert re.search("warning: .* is missing", done.stderr)


def test_only_the_named_models_repository_is_walked(hub, cli, model):
    """Another model's history has a hole, which nothing tells here."""
    model.commit(ONE)
    other = hub.model("org/other", ONE, bare=True)
    other.commit(TWO)
    other.lose("main~1")
    assert "warning" not in cli("history", "org/model", "--hub", hub.root).stderr


@pytest.mark.parametrize("format", ["table", "json"])
def test_what_strangers_write_does_no_harm(hub, cli, model, format):
    evil = "\x1b]0;pwned\x07\x1b[31m\u202e\u2028[bold]x"
    source = {"url": f"https://example.org/{evil}", "name": evil}
    text = json.dumps([entry(1, notes=evil, source=source), entry(2, "evil/\u202ename", evil)])
    model.commit({"hle.yaml": text}, author=evil, message=evil)
    model.pull(7, {"hle.yaml": json.dumps([entry(3, notes=evil)])}, author=evil)
    done = cli("history", "org/model", "--format", format, "--hub", hub.root)
    assert done.status == 0
    assert done.stdout.count("\n") > 5


def test_colours_only_on_a_terminal_and_not_with_no_color(hub, cli, model):
    model.commit(ONE)
    assert (
        cli("history", "org/model", "--hub", hub.root).stdout
        == cli("history", "org/model", "--no-color", "--hub", hub.root).stdout
    )


def test_it_is_one_of_the_commands(cli):
    assert "history" in cli("--help").stdout


def test_help_names_what_can_be_typed(cli):
    text = cli("history", "--help").stdout
    for word in ("MODEL", "BENCHMARK", "--task", "--format", "--hub", "--no-color"):
        assert word in text


def test_a_broken_registry_does_not_stop_a_history(hub, cli, model):
    model.commit(ONE)
    (hub.root / "evalhub.yaml").write_text("benchmarks: 1\n")
    assert lines(cli, hub)[-1] == "1 event, 0 pull requests"


def test_the_demo(tmp_path: Path, cli: Cli) -> None:
    cli("demo", tmp_path / "hub")
    shown = cli("history", "GLM-4.7", "hle", "--hub", tmp_path / "hub").stdout
    assert "0.248 → 24.8  changed" in shown
