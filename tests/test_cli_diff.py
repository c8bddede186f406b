"""`evalhub diff` as a user runs it, and held to what git says."""

from __future__ import annotations

import io
import json
import re
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import jsonschema
import pytest
from conftest import Cli
from gitrepos import FIRST_TIME, HubDir, entry
from histories import HOUR, STEPS, repository
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console
from test_board_diff import THEN, board
from test_cli_conflicts import CONTROL, TEXTS, VALUES
from test_conflicts import score
from test_timeline import git_results

from evalhub import Hub, demo
from evalhub.board_diff import BoardDiff, compare
from evalhub.render.board_diffs import diff_markdown, diffs_json, diffs_text, news, print_diffs
from evalhub.schemas import accepts, schema
from evalhub.terms import Per

FORMATS = ("table", "json", "markdown")
PAPER = {"source": {"url": "https://example.org/paper", "name": "Paper"}}
SINCE = ("--since", "2026-02-01")
HALF_A_DAY = timedelta(hours=12)
WEEK = (*SINCE, "--until", "2026-02-08")


def _day(day: int) -> str:
    return f"2026-02-{day:02}T10:00:00+00:00"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> HubDir:
    """A hub that tests only read, in which in the first week of February 2026 one model did each thing."""
    hub = HubDir(tmp_path_factory.mktemp("diff") / "a hub")
    hub.dataset("cais/hle", tasks=("hle", "hle_text"))
    hub.registry({"dataset": "cais/hle", "aliases": ["Last Exam"], "metric": "accuracy", "scale": "percent"})
    first = {id: hub.model(id, {"hle.yaml": [entry(value)]}, bare=True) for id, value in _FIRST.items()}
    first["org/changed"].commit({"hle.yaml": [entry(43.1, **PAPER)]}, author="Grace", time=_day(5))
    first["org/gone"].commit({"hle.yaml": None}, time=_day(3))
    first["org/withdrawn"].commit({"hle.yaml": None}, time=_day(3))
    first["org/withdrawn"].pull(4, {"hle.yaml": [entry(10)]}, time=_day(4))
    first["org/rescaled"].commit({"hle.yaml": [entry(5.5)]}, time=_day(6))
    confirmed = hub.model("org/confirmed", bare=True)
    ref = confirmed.pull(3, {"hle.yaml": [entry(50)]}, time="2026-01-20T10:00:00+00:00")
    confirmed.commit({"hle.yaml": [entry(50)]}, also=[confirmed.tip(ref)], time=_day(4), message="Merge it")
    hub.model("org/new", bare=True).commit({"hle.yaml": [entry(60.5, notes="With tools")]}, time=_day(6))
    hub.model("org/back", {"hle.yaml": [entry(8)]}, bare=True).commit({"hle.yaml": [entry(9)]}, time=_day(2))
    return hub


_FIRST = {"org/changed": 41.3, "org/moved": 45, "org/gone": 30, "org/same": 20, "org/withdrawn": 10}
_FIRST |= {"org/rescaled": 0.055}


@pytest.fixture
def at_shared(shared: HubDir, monkeypatch: pytest.MonkeyPatch) -> HubDir:
    """The shared hub, as the current directory."""
    monkeypatch.chdir(shared.root)
    return shared


def sections(cli: Cli, *arguments: object) -> dict[str, list[str]]:
    shown = json.loads(cli("diff", "hle", *arguments, "--format", "json").stdout)
    return {kind: [each["model_id"] for each in shown[kind]] for kind in shown["counts"] if shown.get(kind)}


ALL = {
    "appeared": ["org/new"],
    "changed": ["org/changed", "org/back", "org/rescaled"],
    "confirmed": ["org/confirmed"],
    "withdrawn": ["org/withdrawn"],
    "moved": ["org/moved"],
    "disappeared": ["org/gone"],
}

# --- what is shown --------------------------------------------------------------------------------------------------


def test_the_table_in_a_pipe(at_shared: HubDir, cli: Cli) -> None:
    outcome = cli("diff", "hle", *WEEK)
    assert (outcome.status, outcome.stdout.splitlines()) == (
        0,
        [
            "Humanity's Last Exam (cais/hle), task hle: accuracy in percent, higher is better",
            "what changed between the end of 2026-02-01 (UTC) and the end of 2026-02-08 (UTC)",
            "",
            "new first place: org/new 60.5, before: org/confirmed 50 (community #3)",
            "biggest gain: org/changed 41.3 → 43.1 (+1.8)",
            "",
            "rank    model          value                 badges                   who           committed   source  "
            "notes",
            "1 new   org/new        60.5                                           Ada Lovelace  2026-02-06          "
            "With tools",
            "",
            "4 ▼1    org/changed    41.3   → 43.1 (+1.8)                           Grace         2026-02-05  Paper",
            "7       org/back        8     →  9   (+1)                             Ada Lovelace  2026-02-02",
            "8       org/rescaled    0.055 →  5.5         rescaled                 Ada Lovelace  2026-02-06",
            "",
            "2 ▼1    org/confirmed  50                    confirmed                Grace Hopper  2026-01-20",
            "",
            "6       org/withdrawn  10                    withdrawn, community #4  Grace Hopper  2026-02-04",
            "",
            "3 ▼1    org/moved      45                                             Ada Lovelace  2026-01-01",
            "",
            "4 gone  org/gone       30                                             Ada Lovelace  2026-01-01",
            "",
            "1 new, 3 changed, 1 confirmed by the author, 1 no longer by the author, 1 moved, 1 gone, 1 unchanged",
            "8 models (8 before), 1 open pull request (1 before)",
        ],
    )
    assert outcome.stderr.splitlines() == [
        "other tasks: hle_text; show one: --task hle_text, or all: --task all",
        "rescaled: looks like the old value on another scale, and is no gain",
        "how one model's numbers came about: evalhub history org/new",
        "for a post: the same with --format markdown",
    ]


@pytest.mark.parametrize(
    ("options", "shown"),
    [
        (WEEK, ALL),
        (SINCE, ALL),
        (("--since", "2026-02-01T09:00:00Z", "--until", "2026-02-02"), {"changed": ["org/back"]}),
        ((*SINCE, "--until", "2026-02-01T23:59:59.5Z"), None),
        (("--since", "2026-02-06"), {}),
        ((*WEEK, "--origin", "community"), {"appeared": ["org/withdrawn"], "disappeared": ["org/confirmed"]}),
        ((*WEEK, "--task", "hle_text"), {}),
        ((*WEEK, "--limit", "1"), {kind: ids[:1] for kind, ids in ALL.items()}),
        ((*WEEK, "--per", "variant"), ALL),
        ((*WEEK, "--policy", "latest"), ALL),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_options_choose_what_is_shown(
    at_shared: HubDir, cli: Cli, options: tuple[str, ...], shown: dict[str, list[str]] | None
) -> None:
    if shown is None:
        assert cli("diff", "hle", *options).status == 2
    else:
        assert sections(cli, *options) == shown


def test_nothing_is_said_too_and_no_failure(at_shared: HubDir, cli: Cli) -> None:
    outcome = cli("diff", "last exam", "--since", "2026-02-06", "--until", "2026-02-08")
    assert (outcome.status, outcome.stdout.splitlines()[1:]) == (
        0,
        [
            "nothing changed between the end of 2026-02-06 (UTC) and the end of 2026-02-08 (UTC)",
            "8 models (8 before), 1 open pull request (1 before)",
        ],
    )
    markdown = cli("diff", "hle", "--since", "2026-02-06", "--format", "markdown").stdout
    assert "Nothing changed between the end of 2026-02-06 (UTC) and 2" in markdown
    assert "|" not in markdown


def test_a_limit_is_said(at_shared: HubDir, cli: Cli) -> None:
    assert "3 changed (1 shown), 1 confirmed" in cli("diff", "hle", *WEEK, "--limit", "1").stdout
    assert "\n… and 2 more.\n" in cli("diff", "hle", *WEEK, "--limit", "1", "--format", "markdown").stdout


def test_all_tasks(at_shared: HubDir, cli: Cli) -> None:
    found = json.loads(cli("diff", "hle", *WEEK, "--task", "all", "--format", "json").stdout)
    assert [each["task"] for each in found] == ["hle", "hle_text"]
    assert cli("diff", "hle", *WEEK, "--task", "all").stdout.count("between the end of 2026-02-01") == 2
    markdown = cli("diff", "hle", *WEEK, "--task", "all", "--format", "markdown").stdout
    assert re.findall("^### .*", markdown, re.MULTILINE) == [
        f"### Humanity's Last Exam, task {task}: what changed from 2026-02-01 to 2026-02-08"
        for task in ("hle", r"hle\_text")
    ]


def test_json_meets_its_schema(at_shared: HubDir, cli: Cli) -> None:
    for options in (WEEK, (*SINCE, "--per", "variant", "--task", "all"), ("--since", "2026-02-07", "--limit", "1")):
        jsonschema.validate(json.loads(cli("diff", "hle", *options, "--format", "json").stdout), schema("diff"))


def test_json_has_both_rows_of_a_change_as_leaderboards_show_them(at_shared: HubDir, cli: Cli) -> None:
    change = json.loads(cli("diff", "hle", *WEEK, "--format", "json").stdout)["changed"][0]
    assert (change["difference"], change["better"], change["rescaled"]) == (1.8, True, False)
    for key, date in (("old", "2026-02-01"), ("new", "2026-02-08")):
        rows = json.loads(cli("leaderboard", "hle", "--as-of", date, "--format", "json").stdout)["rows"]
        (row,) = (each for each in rows if each["model_id"] == "org/changed")
        common = change[key].keys() & row.keys()
        assert {"rank", "commit", "commit_author", "source"} <= common
        assert {name: change[key][name] for name in common} == {name: row[name] for name in common}


def test_markdown_is_a_post(at_shared: HubDir, cli: Cli) -> None:
    lines = cli("diff", "hle", *WEEK, "--format", "markdown").stdout.splitlines()
    assert lines[0] == "### Humanity's Last Exam, task hle: what changed from 2026-02-01 to 2026-02-08"
    assert "**New first place: org/new 60.5, before: org/confirmed 50 (community #<!-- -->3)**" in lines
    assert [line.removeprefix("#### ") for line in lines if line.startswith("#### ")] == [
        *("New", "Changed", "Confirmed by their authors", "No longer by their authors", "Moved", "Gone")
    ]
    assert (
        r"| 4 ▼1 | org/changed | 41.3 → 43.1 (+1.8) |  | Grace | 2026-02-05 | [Paper](https://example.org/paper) |  |"
        in lines
    )


@pytest.mark.parametrize(("name", "begins"), [("x.json", "{"), ("x.md", "### H"), ("x.txt", "Humanity's")])
def test_the_files_ending_chooses_the_format(
    at_shared: HubDir, cli: Cli, tmp_path: Path, name: str, begins: str
) -> None:
    outcome = cli("diff", "hle", *WEEK, "--output", tmp_path / name)
    assert (outcome.status, outcome.stdout) == (0, "")
    assert (tmp_path / name).read_text(encoding="utf-8").startswith(begins)
    assert "8 changes" in outcome.stderr


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["nonsense", *SINCE], 1),
        (["hle", *SINCE, "--task", "nonsense"], 1),
        (["hle", *SINCE, "--hub", "nowhere"], 1),
        (["hle"], 2),
        (["hle", "--since", "tomorrow"], 2),
        (["hle", "--since", "2026-03-01", "--until", "2026-02-01"], 2),
        (["hle", "--since", "2026-02-01", "--until", "2026-02-01"], 2),
        (["hle", "--since", "now"], 2),
        (["hle", *SINCE, "--limit", "0"], 2),
        (["hle", *SINCE, "--format", "csv"], 2),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_errors(at_shared: HubDir, cli: Cli, arguments: list[str], status: int) -> None:
    outcome = cli("diff", *arguments)
    assert (outcome.status, outcome.stdout) == (status, "")


def test_an_empty_directory_is_an_error_that_says_what_to_do(empty_hub: HubDir, cli: Cli) -> None:
    outcome = cli("diff", "hle", *SINCE, "--hub", empty_hub.root)
    assert (outcome.status, outcome.stdout) == (1, "")
    assert "\nhint: " in outcome.stderr


def test_what_is_left_out_is_said(hub: HubDir, cli: Cli) -> None:
    hub.model("org/a", {"hle.yaml": [entry(1)]}).commit({"hle.yaml": [entry("bad")]}, time=_day(3))
    outcome = cli("diff", "hle", *SINCE, "--hub", hub.root)
    assert "1 gone" in outcome.stdout
    assert "warning: left out: 1 entry is not valid; see: evalhub validate --prs" in outcome.stderr


def test_what_may_only_look_new_is_marked(shared: HubDir, hub: HubDir, cli: Cli) -> None:
    shallow = hub.root / "models/org/shallow.git"
    _git(hub.root, "clone", "-q", "--bare", "--depth=1", f"file://{shared.root}/models/org/changed.git", str(shallow))
    outcome = cli("diff", "hle", *SINCE, "--hub", hub.root)
    assert "\n1 new?  org/shallow  43.1   Grace  ≤ 2026-02-05" in outcome.stdout
    assert "warning: at the end of 2026-02-01 (UTC): the history of 1 model can't be read" in outcome.stderr
    assert "| 1 new? |" in cli("diff", "hle", *SINCE, "--hub", hub.root, "--format", "markdown").stdout


def test_variants_are_told_apart(hub: HubDir, cli: Cli) -> None:
    model = hub.model("org/a", {"hle.yaml": [entry(1, notes="With tools"), entry(2)]}, bare=True)
    model.commit({"hle.yaml": [entry(3, notes="With tools"), entry(2)]}, time=_day(3))
    lines = cli("diff", "hle", *SINCE, "--hub", hub.root, "--per", "variant").stdout.splitlines()
    assert lines[3:5] == [
        "new first place: org/a (With tools) 3, before: org/a 2",
        "biggest gain: org/a (With tools) 1 → 3 (+2)",
    ]
    assert lines[-1].startswith("2 variants (2 before)")


def test_a_value_of_another_setup_is_marked_and_no_gain(hub: HubDir, cli: Cli) -> None:
    model = hub.model("org/a", {"hle.yaml": [entry(30)]}, bare=True)
    model.commit({"tools.yaml": [entry(60, notes="With tools")]}, time=_day(3))
    outcome = cli("diff", "hle", *SINCE, "--hub", hub.root)
    assert re.search(r"^1 +org/a +30 → 60 +other setup +Ada", outcome.stdout, re.MULTILINE)
    assert "biggest gain" not in outcome.stdout
    meaning = "other setup: the value that counts is of another setup than the old one (see the notes), and is no gain"
    assert meaning in outcome.stderr.splitlines()
    assert f"\n{meaning}.\n" in cli("diff", "hle", *SINCE, "--hub", hub.root, "--format", "markdown").stdout
    change = json.loads(cli("diff", "hle", *SINCE, "--hub", hub.root, "--format", "json").stdout)["changed"][0]
    assert (change["difference"], change["rescaled"], change["other_setup"]) == (30, False, True)


def test_an_older_value_that_counts_again_is_marked(hub: HubDir, cli: Cli) -> None:
    model = hub.model("org/a", {"hle.yaml": [entry(30)], "best.yaml": [entry(60)]}, bare=True)
    model.commit({"best.yaml": None}, time=_day(3))
    outcome = cli("diff", "hle", *SINCE, "--hub", hub.root)
    assert re.search(r"^1 +org/a +60 → 30 +fell back +Ada", outcome.stdout, re.MULTILINE)
    assert "fell back: the result that counted is gone; this one had stood before" in outcome.stderr.splitlines()
    change = json.loads(cli("diff", "hle", *SINCE, "--hub", hub.root, "--format", "json").stdout)["changed"][0]
    assert (change["difference"], change["fell_back"]) == (-30, True)


def test_headlines_say_what_is_only_claimed() -> None:
    before = board([score(40, 1, model="a/a"), score(30, model="b/b")], at=THEN)
    after = board([score(40, 1, model="a/a"), score(41.3, 2, model="b/b"), score(30, model="b/b")])
    assert news(compare(before, after)) == [
        "new first place: b/b 41.3 (community #2), before: a/a 40 (community #1)",
        "biggest gain: b/b 30 → 41.3 (+11.3) (community #2)",
    ]


def test_a_post_lists_who_only_moved() -> None:
    same = [score(value, model=f"a/m_{value}") for value in range(12, 0, -1)]
    before = board([*same, score(0.5, model="b/b"), score(0.4, model="c/c"), score(9.5, 3, model="g/g")], at=THEN)
    after = board([*same, score(20, model="x/x"), score(19, model="y/y"), score(0.4, model="c/c")])
    lines = diff_markdown(compare(before, after)).splitlines()
    start = lines.index("#### Moved")
    assert lines[start + 2 : lines.index("#### Gone") - 1] == [
        r"- ▼1: a/m\_9, a/m\_8, a/m\_7, a/m\_6, a/m\_5, a/m\_4, a/m\_3, a/m\_2, a/m\_1",
        r"- ▼2: a/m\_12, a/m\_11, a/m\_10",
    ]
    short = diff_markdown(compare(before, after), 2)
    assert "\n- ▼1: a/m\\_9, a/m\\_8 and 7 more\n" in short


@pytest.mark.parametrize(
    ("since", "until", "title"),
    [
        ("2026-02-01T09:00:00Z", "2026-02-08T10:11:12Z", "what changed from 2026-02-01 to 2026-02-08"),
        ("2026-02-01T09:00:00Z", "2026-02-01", "what changed on 2026-02-01"),
    ],
)
def test_a_post_is_called_by_plain_dates(shared: HubDir, since: str, until: str, title: str) -> None:
    found = shared.read().diff("hle", since=since, until=until)
    assert diff_markdown(found).splitlines()[0].endswith(f": {title}")


def test_secrets_are_not_shown(hub: HubDir, cli: Cli) -> None:
    url = "https://ada:kingfisher@example.org"
    fields = {"source": {"url": url, "name": url}, "notes": f"see {url}"}
    model = hub.model(files={"hle.yaml": [entry(1, **fields)]}, bare=True)
    model.commit({"hle.yaml": [entry(2, **fields)]}, time=_day(3))
    for format in FORMATS:
        for per in Per:
            outcome = cli("diff", "hle", *SINCE, "--hub", hub.root, "--format", format, "--per", per)
            assert "kingfisher" not in outcome.stdout + outcome.stderr


# --- what git says --------------------------------------------------------------------------------------------------


def _git(directory: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(directory), *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture(scope="module")
def demo_hub(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return demo.build(tmp_path_factory.mktemp("demo") / "demo-hub").directory


def _logged(path: Path, since: datetime, until: datetime) -> dict[str, tuple[float | None, float | None]]:
    """What `git log -p` of a clone's main says: by dataset, the value before the two moments and the one after.

    Each file of the demo has one result.
    """
    after, before = (since + timedelta(seconds=1)).isoformat(), until.isoformat()
    log = _git(
        *(path, "log", "-p", "-m", "--first-parent", "--reverse", "--no-renames", "-U99"),
        *(f"--since={after}", f"--until={before}", "--format=", "main", "--", ".eval_results"),
    )
    found: dict[str, tuple[float | None, float | None]] = {}
    for patch in log.split("diff --git ")[1:]:
        (dataset,) = re.findall(r"^[ +]    id: (\S+)$", patch, re.MULTILINE)
        old = re.search(r"^[ -]  value: (\S+)$", patch, re.MULTILINE)
        new = re.search(r"^[ +]  value: (\S+)$", patch, re.MULTILINE)
        first = found[dataset][0] if dataset in found else old and float(old[1])
        found[dataset] = (first, new and float(new[1]))
    return {dataset: (old, new) for dataset, (old, new) in found.items() if old != new}


@pytest.mark.parametrize(
    ("since", "until", "least"),
    [("2025-10-31", "2026-09-01", 20), ("2026-01-14", "2026-01-20", 1), ("2026-02-01", "2026-09-01", 10)],
)
def test_values_of_authors_are_those_that_git_log_shows(demo_hub: Path, since: str, until: str, least: int) -> None:
    hub = Hub(demo_hub)
    start, end = (datetime.fromisoformat(f"{day}T23:59:59Z") for day in (since, until))
    shown = {}
    for id in hub.benchmarks:
        found = hub.diff(id, since=start, until=end, origin="author")
        for each in (*found.appeared, *found.changed, *found.disappeared):
            shown[each.model_id, id] = (each.old and each.old.value, each.new and each.new.value)
        assert (found.confirmed, found.withdrawn) == ((), ())
    logged = {
        (f"{path.parent.name}/{path.name}", dataset): change
        for path in demo_hub.glob("models/*/*")
        for dataset, change in _logged(path, start, end).items()
    }
    assert len(logged) >= least
    assert shown == logged


def test_what_was_merged_is_confirmed(demo_hub: Path) -> None:
    merge = _git(demo_hub / "models/moonshotai/Kimi-K2-Thinking", "log", "--merges", "-1", "--format=%cI", "main")
    merged = datetime.fromisoformat(merge)
    found = Hub(demo_hub).diff("gpqa", since=merged - timedelta(seconds=1), until=merged)
    assert [each.model_id for each in found.confirmed] == ["moonshotai/Kimi-K2-Thinking"]
    assert found.count == 1


MOMENTS = st.integers(0, 12)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS, MOMENTS, MOMENTS)
def test_the_authors_values_of_any_history_are_those_of_git(steps, one: int, other: int) -> None:  # type: ignore[no-untyped-def]
    if one == other:
        other += 1
    moments = [datetime.fromtimestamp(FIRST_TIME + HOUR * hour, UTC) for hour in sorted((one, other))]
    with repository(steps) as repo:
        root = HubDir(repo.path.parents[2])
        root.dataset()
        found = root.read().diff("hle", since=moments[0], until=moments[1], origin="author")
        best = []
        for moment in moments:
            commit = repo.git("rev-list", "-1", "--first-parent", f"--before={moment.isoformat()}", "main")
            values = [result.value for _, result in git_results(repo, commit)] if commit else []
            best.append(max(values, default=None))
    changes = [each for section in found.sections.values() for each in section]
    expected = [tuple(best)] if best[0] != best[1] else []
    assert [(each.old and each.old.value, each.new and each.new.value) for each in changes] == expected


# --- drawing --------------------------------------------------------------------------------------------------------


@st.composite
def drawn(draw: st.DrawFn) -> BoardDiff:
    models = st.lists(TEXTS.filter(bool), max_size=6, unique=True)
    per = draw(st.sampled_from(Per))
    boards = []
    for at in (THEN, None):
        scores = [
            score(draw(VALUES), draw(st.integers(0, 2)), model=model, notes=draw(TEXTS) or None)
            for model in draw(models)
        ]
        boards.append(board(scores, per=per, at=at))
    return compare(*boards)


def on_terminal(found: BoardDiff, width: int, encoding: str = "utf-8", limit: int | None = None) -> str:
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="backslashreplace")
    out = Console(file=stream, force_terminal=True, width=width, color_system="standard", highlight=False)
    print_diffs(out, [found], limit)
    stream.flush()
    text = stream.buffer.getvalue().decode(encoding)  # type: ignore[attr-defined]
    return re.sub(r"\x1b\[[0-9;]*m|\x1b\]8;[^\x1b]*\x1b\\", "", text)


@settings(max_examples=100, deadline=None)
@given(drawn(), st.sampled_from([None, 1]))
def test_nothing_that_a_terminal_acts_on_is_printed(found: BoardDiff, limit: int | None) -> None:
    for text in (on_terminal(found, 80, limit=limit), diffs_text([found], limit), diff_markdown(found, limit)):
        assert not CONTROL.search(text), repr(CONTROL.search(text))
    data = diffs_json([found], limit)
    assert not CONTROL.search(data), repr(CONTROL.search(data))
    assert accepts("diff", json.loads(data))
    rows = [line for line in diff_markdown(found, limit).splitlines() if line.startswith("| ")]
    assert {len(re.findall(r"(?<!\\)(?:\\\\)*\|", row)) for row in rows} <= {9}


@pytest.mark.parametrize("width", [80, 120, 200])
def test_the_table_fits_a_terminal(shared: HubDir, width: int) -> None:
    text = on_terminal(shared.read().diff("hle", since="2026-02-01", until="2026-02-08"), width)
    assert max(cell_len(line) for line in text.splitlines()) <= width
    assert all(model in text.replace("\n", "") for models in ALL.values() for model in models)


def test_an_encoding_without_arrows_gets_ascii() -> None:
    before = board([score(41.3, model="a/a"), score(40, model="b/b")], at=THEN)
    found = compare(before, board([score(41.3, model="a/a"), score(41.2, model="b/b"), score(50, model="c/c")]))
    text = on_terminal(found, 80, "ascii")
    assert re.search(r"^3 v1 .*b/b .*40 -> 41.2 \(\+1.2\)", text, re.MULTILINE)
    assert "\\" not in text


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        (41.2, 41.3, "41.2 → 41.3 (+0.1)"),
        (43.0, 41.2, "43.0 → 41.2 (−1.8)"),
        (1, 3, "1 → 3 (+2)"),
        (-1e308, 1.7e308, "-1e+308 → 1.7e+308 (+2.7000e+308)"),
    ],
)
def test_a_difference_is_that_of_the_decimals(old: float, new: float, text: str) -> None:
    found = compare(board([score(old)], at=THEN), board([replace(score(new), commit_time=THEN.moment + HALF_A_DAY)]))
    assert text in diffs_text([found])
    assert found.changed[0].difference == Fraction(str(new)) - Fraction(str(old))
