"""`evalhub conflicts` as a user runs it."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import jsonschema
import pytest
import yaml
from conftest import Cli
from gitrepos import HubDir, entry
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console
from test_conflicts import found, score

from evalhub import Hub, demo
from evalhub.conflicts import Conflicts, parse_tolerance
from evalhub.render.conflicts import conflicts_json, conflicts_markdown, conflicts_text, print_conflicts
from evalhub.schemas import accepts, schema

FORMATS = ("table", "json", "markdown")
PAPER = {"source": {"url": "https://example.org/paper", "name": "Paper"}}
CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> HubDir:
    """A hub that tests only read: a disagreement, a scale mix-up, a rounding, a dataset without a repo, a bad entry."""
    hub = HubDir(tmp_path_factory.mktemp("conflicts") / "a hub")
    hub.dataset("cais/hle", tasks=("hle", "hle_text"))
    hub.registry({"dataset": "cais/hle", "aliases": ["Last Exam"], "metric": "accuracy", "scale": "percent"})
    first = hub.model("org/a", {"hle.yaml": [entry(41.2, **PAPER), entry("bad")], "same.yaml": [entry(41.2)]})
    first.pull(7, {"more.yaml": [entry(43.0)]}, host="github", time="2026-02-03T10:00:00+00:00")
    second = hub.model("org/b", {"hle.yaml": [entry(41.2, task="hle_text"), entry(5, "else/where", "x")]}, bare=True)
    second.pull(1, {"hle.yaml": [entry(0.412, task="hle_text"), entry(5.04, "else/where", "x")]})
    hub.models({"org/c": 30})
    return hub


@pytest.fixture
def at_shared(shared: HubDir, monkeypatch: pytest.MonkeyPatch) -> HubDir:
    """The shared hub, as the current directory."""
    monkeypatch.chdir(shared.root)
    return shared


def models(cli: Cli, *arguments: object) -> list[str]:
    shown = json.loads(cli("conflicts", *arguments, "--format", "json").stdout)
    return [f"{each['model_id']} {each['task']}" for each in shown["conflicts"]]


# --- what is shown --------------------------------------------------------------------------------------------------


def test_blocks_in_a_pipe(at_shared: HubDir, cli: Cli) -> None:
    a, b = at_shared.root / "models/org/a", at_shared.root / "models/org/b.git"
    a_main, a_pull = (tip[:12] for tip in _git(a, "rev-parse", "main", "refs/pull/7/head").split())
    b_main, b_pull = (tip[:12] for tip in _git(b, "rev-parse", "main", "refs/pr/1").split())
    assert cli("conflicts").stdout.splitlines() == [
        "org/a  cais/hle, task hle",
        f"▸ 43.0    ├──────────────────────●  in pull request 7 by Grace Hopper        2026-02-03         {a_pull}",
        f"  41.2    ●──────────────────────┤  by the author (Ada Lovelace), hle.yaml   2026-01-01  Paper  {a_main}",
        f"  41.2    ●──────────────────────┤  by the author (Ada Lovelace), same.yaml  2026-01-01         {a_main}",
        "  differs by 1.8 points (4.2%): 1 says 43.0, 2 say 41.2",
        "",
        "org/b  cais/hle, task hle_text",
        f"▸ 41.2    ├──────────────────────●  by the author (Ada Lovelace)       2026-01-01  {b_main}",
        f"   0.412  ●──────────────────────┤  in pull request 1 by Grace Hopper  2026-01-01  {b_pull}",
        "  scale mix-up: 0.412 is 41.2 of 100",
        "",
        "org/b  else/where, task x",
        f"  5.04    ├──────────────────────●  in pull request 1 by Grace Hopper  2026-01-01  {b_pull}",
        f"  5       ●──────────────────────┤  by the author (Ada Lovelace)       2026-01-01  {b_main}",
        "  rounding: 5.04 rounds to 5",
        "",
        "▸ counts on the leaderboard",
        "3 conflicts in 2 models, 1 looks like a scale mix-up; largest spread 1.8",
    ]


def test_what_counts_is_what_the_leaderboard_shows(shared: HubDir) -> None:
    counts = {conflict.model_id: conflict.counts for conflict in shared.read().conflicts("hle", task="hle").conflicts}
    rows = {row.model_id: row.score for row in shared.board().rows}
    assert counts == {"org/a": rows["org/a"]}


@pytest.mark.parametrize(
    ("options", "shown"),
    [
        ([], ["org/a hle", "org/b hle_text", "org/b x"]),
        (["hle"], ["org/a hle", "org/b hle_text"]),
        (["last exam"], ["org/a hle", "org/b hle_text"]),
        (["else/where"], ["org/b x"]),
        (["where"], ["org/b x"]),
        (["--task", "HLE-Text"], ["org/b hle_text"]),
        (["hle", "--task", "hle"], ["org/a hle"]),
        (["--model", "b"], ["org/b hle_text", "org/b x"]),
        (["--model", "org/c"], []),
        (["--tolerance", "0.1"], ["org/a hle", "org/b hle_text"]),
        (["--tolerance", "5%"], ["org/b hle_text"]),
        (["--tolerance", "100"], []),
        (["--limit", "1"], ["org/a hle"]),
    ],
    ids=lambda value: " ".join(value),
)
def test_options_choose_what_is_shown(at_shared: HubDir, cli: Cli, options: list[str], shown: list[str]) -> None:
    assert models(cli, *options) == shown


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize(("options", "status"), [([], 1), (["--limit", "1"], 1), (["--model", "c"], 0)])
def test_conflicts_exit_with_1_and_none_with_0(
    at_shared: HubDir, cli: Cli, format: str, options: list[str], status: int
) -> None:
    assert cli("conflicts", *options, "--format", format).status == status


def test_none_is_said_with_how_much_was_compared(at_shared: HubDir, cli: Cli) -> None:
    assert cli("conflicts", "--tolerance", "100").stdout == "no conflicts beyond 100 among 8 results\n"
    assert cli("conflicts", "--tolerance", "50%", "--model", "c").stdout == "no conflicts beyond 50% among 1 result\n"


def test_a_limit_is_said(at_shared: HubDir, cli: Cli) -> None:
    last = cli("conflicts", "--limit", "1").stdout.splitlines()[-1]
    assert last == "1 of 3 conflicts in 2 models, 1 looks like a scale mix-up; largest spread 1.8"


def test_json_meets_its_schema(at_shared: HubDir, cli: Cli) -> None:
    for options in ([], ["hle", "--tolerance", "1%", "--limit", "1"], ["--model", "c"]):
        jsonschema.validate(json.loads(cli("conflicts", *options, "--format", "json").stdout), schema("conflicts"))


def test_json_has_everything_of_a_claim(at_shared: HubDir, cli: Cli) -> None:
    conflict = json.loads(cli("conflicts", "hle", "--task", "hle", "--format", "json").stdout)["conflicts"][0]
    claim = conflict["claims"][0]
    assert (claim["counts"], claim["since"], claim["since_sure"]) == (True, "2026-02-03T10:00:00Z", True)
    row = json.loads(cli("leaderboard", "hle", "--format", "json").stdout)["rows"][0]
    assert {key: claim[key] for key in claim.keys() & row.keys()} == {
        key: row[key] for key in claim.keys() & row.keys()
    }


def test_markdown_has_a_table_for_each(at_shared: HubDir, cli: Cli) -> None:
    lines = cli("conflicts", "--format", "markdown").stdout.splitlines()
    assert lines[0] == "### 3 conflicts in 2 models, 1 looks like a scale mix-up; largest spread 1.8"
    assert lines[2] == "**org/a**, cais/hle, task hle: differs by 1.8 points (4.2%): 1 says 43.0, 2 say 41.2"
    cells = [line.strip("|").split(" | ") for line in lines if line.startswith("| 4")]
    assert [cell.strip() for cell in cells[1]][:4] == [
        "41.2",
        "by the author (Ada Lovelace), hle.yaml",
        "2026-01-01",
        "[Paper](https://example.org/paper)",
    ]


@pytest.mark.parametrize(("name", "begins"), [("x.json", "{"), ("x.md", "### 3"), ("x.txt", "org/a  cais/hle")])
def test_the_files_ending_chooses_the_format(
    at_shared: HubDir, cli: Cli, tmp_path: Path, name: str, begins: str
) -> None:
    outcome = cli("conflicts", "--output", tmp_path / name)
    assert (outcome.status, outcome.stdout) == (1, "")
    assert (tmp_path / name).read_text(encoding="utf-8").startswith(begins)
    assert "3 conflicts" in outcome.stderr


def test_the_tolerance_of_the_hint_hides_the_roundings(hub: HubDir, cli: Cli) -> None:
    for number, values in enumerate([(41.5, 42), (5.04, 5), (41.2, 43.0), (1e-05, 1.04e-05)]):
        model = hub.model(f"org/m{number}", {"hle.yaml": [entry(values[0])]}, bare=True)
        model.pull(1, {"hle.yaml": [entry(values[1])]})
    outcome = cli("conflicts", "--hub", hub.root)
    assert "to see no rounding: add --tolerance 0.5" in outcome.stderr.splitlines()
    assert models(cli, "--hub", hub.root, "--tolerance", "0.5") == ["org/m2 hle"]


@pytest.mark.parametrize(
    ("options", "said", "typed"),
    [
        (["else/where", "--model", "c"], "org/c has no results for else/where", "evalhub model org/c"),
        (
            ["hle", "--task", "hle_text", "--model", "c"],
            "org/c has no results for cais/hle, task hle_text",
            "model org/c",
        ),
    ],
    ids=lambda value: "",
)
def test_nothing_to_compare_is_said(at_shared: HubDir, cli: Cli, options: list[str], said: str, typed: str) -> None:
    outcome = cli("conflicts", *options)
    assert (outcome.status, outcome.stdout) == (0, f"nothing to compare: {said}\n")
    assert typed in outcome.stderr


def test_a_hub_without_results_has_nothing_to_compare(hub: HubDir, cli: Cli) -> None:
    hub.model("org/a", {})
    outcome = cli("conflicts", "--hub", hub.root)
    assert outcome.stdout == "nothing to compare: there are no results\n"
    assert "evalhub benchmarks --hub" in outcome.stderr
    assert "for cais/hle" in cli("conflicts", "hle", "--hub", hub.root).stdout


def test_an_unknown_task_lists_those_that_there_are(hub: HubDir, cli: Cli) -> None:
    hub.dataset("org/many", tasks=[f"t{number:02}" for number in range(11)])
    hub.model("org/a", {})
    stderr = cli("conflicts", "--task", "zzz", "--hub", hub.root).stderr
    assert "hint: the tasks there are: hle, t00, t01, t02, t03, t04, t05, t06, t07, t08 and 2 more" in stderr
    assert "hint: its tasks: hle\n" in cli("conflicts", "hle", "--task", "zzz", "--hub", hub.root).stderr + "\n"


def test_what_is_left_out_is_said(at_shared: HubDir, cli: Cli) -> None:
    assert "warning: left out: 1 entry is not valid; see: evalhub validate --prs" in cli("conflicts").stderr
    assert "left out" not in cli("conflicts", "--model", "b").stderr
    assert "left out" not in cli("conflicts", "else/where").stderr


def test_an_unreadable_pull_request_is_counted(hub: HubDir, cli: Cli) -> None:
    model = hub.model(files={"hle.yaml": [entry(1)]})
    model.lose(model.pull(1, {"hle.yaml": [entry(2)]}))
    assert hub.read().conflicts().left_out == {"unreadable_refs": 1}


def test_a_misspelt_dataset_is_counted(hub: HubDir) -> None:
    hub.model(files={"hle.yaml": [entry(1), entry(2, "CAIS/HLE")]})
    assert hub.read().conflicts("hle").left_out == {"misspelt_datasets": 1}


# --- errors ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [["nonsense"], ["hle", "--task", "nonsense"], ["--task", "x y"], ["--model", "nonsense"], ["--hub", "nowhere"]],
    ids=" ".join,
)
def test_what_is_not_there_exits_with_1(at_shared: HubDir, cli: Cli, arguments: list[str]) -> None:
    outcome = cli("conflicts", *arguments)
    assert (outcome.status, outcome.stdout) == (1, "")
    assert outcome.stderr.startswith("error: ")


@pytest.mark.parametrize(
    "arguments", [["--tolerance", "-1"], ["--tolerance", "nan"], ["--limit", "0"], ["--format", "csv"], ["a", "b"]]
)
def test_wrong_usage_exits_with_2(at_shared: HubDir, cli: Cli, arguments: list[str]) -> None:
    outcome = cli("conflicts", *arguments)
    assert (outcome.status, outcome.stdout) == (2, "")


def test_an_empty_directory_is_an_error_that_says_what_to_do(empty_hub: HubDir, cli: Cli) -> None:
    outcome = cli("conflicts", "--hub", empty_hub.root)
    assert (outcome.status, outcome.stdout) == (1, "")
    assert "\nhint: " in outcome.stderr


def test_a_benchmark_whose_spec_is_not_valid_can_be_asked_for(hub: HubDir, cli: Cli) -> None:
    hub.dataset("org/broken", text="name: [")
    hub.model(files={"x.yaml": [entry(1, "org/broken", "x"), entry(2, "org/broken", "x")]})
    assert models(cli, "org/broken", "--hub", hub.root) == ["org/model x"]


# --- what git says --------------------------------------------------------------------------------------------------


def _git(directory: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(directory), *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture(scope="module")
def disputed_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example hub, in which for every third model one more pull request proposes another value."""
    root = demo.build(tmp_path_factory.mktemp("demo") / "demo-hub").directory
    for path in sorted(root.glob("models/*/*"))[::3]:
        ref = _git(path, "for-each-ref", "--format=%(refname)", "--sort=-refname", "--count=1")
        name = _git(path, "ls-tree", "-r", "--name-only", ref, ".eval_results/").split()[0]
        _git(path, "checkout", "-q", "--detach", ref)
        text = (path / name).read_text(encoding="utf-8")
        changed = re.sub(r"value: (\S+)", lambda match: f"value: {float(match[1]) + 1}", text)
        (path / name).write_text(changed, encoding="utf-8")
        _git(path, "-c", "user.name=Kim Sample", "-c", "user.email=kim@example.org", "commit", "-qam", "Measure again")
        _git(path, "update-ref", "refs/pr/99", "HEAD")
        _git(path, "checkout", "-q", "main")
    return root


def _claims_by_git(path: Path) -> dict[tuple[str, str, str], set[tuple[str, float]]]:
    """What each ref of a clone says, by dataset, task and notes; of a pull request only what main doesn't say."""
    claims: dict[tuple[str, str, str], set[tuple[str, float]]] = defaultdict(set)
    mains: set[tuple[object, ...]] = set()
    for ref in ("refs/heads/main", *_git(path, "for-each-ref", "--format=%(refname)", "refs/pr").split()):
        for name in _git(path, "ls-tree", "-r", "--name-only", ref, ".eval_results/").split():
            for item in yaml.safe_load(_git(path, "show", f"{ref}:{name}")):
                key = item["dataset"]["id"], item["dataset"]["task_id"], item.get("notes", "")
                if ref == "refs/heads/main":
                    mains.add((*key, item["value"]))
                elif (*key, item["value"]) in mains:
                    continue
                claims[key].add((ref, item["value"]))
    return claims


def test_conflicts_are_those_that_git_shows(disputed_demo: Path) -> None:
    expected = {}
    for path in disputed_demo.glob("models/*/*"):
        for key, claims in _claims_by_git(path).items():
            if len({value for _, value in claims}) > 1:
                expected[f"{path.parent.name}/{path.name}", *key] = claims
    shown = {
        (each.model_id, each.dataset_id, each.task_id, each.variant): {(one.ref, one.value) for one in each.claims}
        for each in Hub(disputed_demo).conflicts().conflicts
    }
    assert len(shown) > 5
    assert shown == expected


def test_commits_are_those_that_added_the_value(disputed_demo: Path) -> None:
    hub = Hub(disputed_demo)
    for conflict in hub.conflicts().conflicts:
        for claim in conflict.claims:
            path = hub.models[claim.model_id].path
            shown = _git(path, "show", "--format=%an %ct", claim.commit, "--", claim.placed.filename)
            author, time = shown.splitlines()[0].rsplit(" ", 1)
            assert re.search(rf"^\+  value: {re.escape(str(claim.value))}$", shown, re.MULTILINE)
            assert (author, int(time)) == (claim.commit_author, claim.commit_time.timestamp())


# --- drawing --------------------------------------------------------------------------------------------------------

TEXTS = st.sampled_from(
    ["", "org/model", "\x1b]0;x\x07", "\u202e", "\ud800", "[bold]x[/]", "模型" * 30, "x" * 200, "a|b", "\n", "<b>&*_`"]
)
VALUES = st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from([0.412, 41.2, 1e300, -5, 10**300])


@st.composite
def drawn(draw: st.DrawFn) -> Conflicts:
    model, notes = draw(TEXTS.filter(bool)), draw(TEXTS)
    values = draw(st.lists(VALUES, min_size=2, max_size=15))
    conflicts = found([score(value, pull, model=model, notes=notes) for pull, value in enumerate(values)])
    return conflicts_of(conflicts)


def conflicts_of(conflicts: list) -> Conflicts:
    time = found([score(1), score(2, 1)])[0].claims[0].time
    shown = tuple(conflicts)
    return Conflicts(None, None, None, parse_tolerance("0"), time, shown, len(shown), 1, 0, None, 2, {})


def on_terminal(shown: Conflicts, width: int, encoding: str = "utf-8") -> str:
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="backslashreplace")
    out = Console(file=stream, force_terminal=True, width=width, color_system="standard", highlight=False)
    print_conflicts(out, shown)
    stream.flush()
    text = stream.buffer.getvalue().decode(encoding)  # type: ignore[attr-defined]
    return re.sub(r"\x1b\[[0-9;]*m|\x1b\]8;[^\x1b]*\x1b\\", "", text)


@settings(max_examples=100, deadline=None)
@given(drawn(), st.sampled_from([40, 80, 200]))
@example(conflicts_of(found([score(1.3407807680139745e154), score(10**23, 1), score(-5e-324, 2)])), 40)
def test_blocks_fit_a_terminal_and_hold_nothing_that_it_acts_on(shown: Conflicts, width: int) -> None:
    text = on_terminal(shown, width)
    assert not CONTROL.search(text), repr(CONTROL.search(text))
    assert max(cell_len(line) for line in text.splitlines()) <= width


@settings(max_examples=100, deadline=None)
@given(drawn())
@example(conflicts_of(found([score(41.2, notes="a|b"), score(0.412, 1, notes="a|b")])))
def test_data_and_pipes_hold_nothing_that_a_terminal_acts_on(shown: Conflicts) -> None:
    for text in (conflicts_text(shown), conflicts_json(shown), conflicts_markdown(shown)):
        assert not CONTROL.search(text), repr(CONTROL.search(text))
    assert accepts("conflicts", json.loads(conflicts_json(shown)))
    rows = [line for line in conflicts_markdown(shown).splitlines() if line.startswith("| ")]
    assert {len(re.findall(r"(?<!\\)(?:\\\\)*\|", row)) for row in rows} <= {7}


def test_of_many_claims_a_terminal_shows_the_best_and_the_worst() -> None:
    shown = conflicts_of(found([score(float(value), value) for value in range(30)]))
    lines = on_terminal(shown, 80).splitlines()
    values = [line.split()[0] for line in lines[1:13]]
    assert values == ["▸", "28.0", "27.0", "26.0", "25.0", "24.0", "…", "4.0", "3.0", "2.0", "1.0", "0.0"]
    assert lines[7] == "  … 19 between them"
    assert conflicts_text(shown).count("pull request") == 29


def test_an_encoding_without_lines_gets_ascii() -> None:
    text = on_terminal(conflicts_of(found([score(41.2), score(43, 1)])), 80, "ascii")
    assert "> 43      |------------o" in text
    assert "\\" not in text


def test_a_narrow_terminal_still_shows_every_value() -> None:
    text = on_terminal(conflicts_of(found([score(41.123456789), score(43, 1)])), 30)
    assert all(part in text for part in ("41.123456789", "43", "differs by"))


def test_older_history_that_is_missing_is_marked(hub: HubDir) -> None:
    model = hub.model(files={"hle.yaml": [entry(1), entry(2)]})
    model.commit({"./README.md": "x"})
    clone = hub.root / "models/org/shallow"
    model.clone(clone, "--depth", "1")
    text = conflicts_text(hub.read().conflicts(model="shallow"))
    assert text.count("≤ 2026-01-01") == 2


def test_secrets_are_not_shown(hub: HubDir, cli: Cli) -> None:
    url = "https://ada:kingfisher@example.org"
    source = {"source": {"url": url, "name": url}, "notes": f"see {url}"}
    hub.model(files={"hle.yaml": [entry(1, **source), entry(2, **source)]})
    for format in FORMATS:
        outcome = cli("conflicts", "--hub", hub.root, "--format", format)
        assert "kingfisher" not in outcome.stdout + outcome.stderr
    assert "kingfisher" not in on_terminal(hub.read().conflicts(), 200)


def test_a_pipe_of_another_encoding_is_no_traceback(hub: HubDir) -> None:
    hub.model("org/モデル", {"hle.yaml": [entry(1, notes="é 😀"), entry(2, notes="é 😀")]})
    command = [sys.executable, "-m", "evalhub", "conflicts"]
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(command, cwd=hub.root, env=environment, capture_output=True, text=True, timeout=60)
    assert (done.returncode, "Traceback" in done.stderr, "internal error" in done.stderr) == (1, False, False)
    assert "|----" in done.stdout
