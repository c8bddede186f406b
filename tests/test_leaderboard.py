"""Which result of each model counts, how rows rank, and what is said of them."""

from __future__ import annotations

import json
import re

import jsonschema
import pytest
from gitrepos import HubDir, entry
from rich.cells import cell_len
from rich.console import Console

from evalhub import EvalhubError, Leaderboard
from evalhub.leaderboard import Row
from evalhub.render import leaderboards as render
from evalhub.schemas import schema

TOKEN = "eyJhbGciOiJFZERTQSJ9.e30.c2lnbmF0dXJl"


def only(board: Leaderboard) -> Row:
    (row,) = board.rows
    return row


def labels(row: Row) -> list[str]:
    return [label for label, _ in render.badges(row)]


# --- ranks ----------------------------------------------------------------------------------------------------------


def test_the_best_comes_first(hub):
    hub.models({"a/low": 1.5, "b/high": 30.25, "c/middle": 7})
    assert hub.ranking() == [(1, "b/high", 30.25), (2, "c/middle", 7), (3, "a/low", 1.5)]


def test_lower_is_better_where_the_registry_says_so(hub):
    hub.registry({"dataset": "cais/hle", "direction": "lower"})
    hub.models({"a/low": 1.5, "b/high": 30.25, "c/middle": 7})
    assert hub.ranking() == [(1, "a/low", 1.5), (2, "c/middle", 7), (3, "b/high", 30.25)]


def test_a_task_may_have_a_direction_of_its_own(empty_hub):
    empty_hub.dataset(tasks=("accuracy", "error"))
    empty_hub.registry({"dataset": "cais/hle", "tasks": [{"id": "error", "direction": "lower"}]})
    for id, value in (("a/a", 1), ("b/b", 2)):
        empty_hub.model(id, {"hle.yaml": [entry(value, task="accuracy"), entry(value, task="error")]})
    assert [empty_hub.ranking(task=task)[0][1] for task in ("accuracy", "error")] == ["b/b", "a/a"]


def test_equal_values_share_a_rank_and_the_next_is_passed_over(hub):
    hub.models({"d/d": 1, "c/c": 2, "b/b": 2, "a/a": 3})
    assert hub.ranking() == [(1, "a/a", 3), (2, "b/b", 2), (2, "c/c", 2), (4, "d/d", 1)]


def test_ties_are_listed_by_model_id(hub):
    hub.models({"b/x": 1, "a/z": 1, "B/x": 1, "a/y": 1})
    assert [model for _, model, _ in hub.ranking()] == ["B/x", "a/y", "a/z", "b/x"]


def test_an_integer_and_the_same_fraction_are_equal(hub):
    hub.models({"a/a": 45.0, "b/b": 45})
    assert [rank for rank, *_ in hub.ranking()] == [1, 1]


def test_nearly_equal_values_are_not_equal(hub):
    hub.models({"a/a": 0.3, "b/b": 0.1 + 0.2})
    assert hub.ranking() == [(1, "b/b", 0.1 + 0.2), (2, "a/a", 0.3)]


@pytest.mark.parametrize("value", [0, -3.5, 1e-9, 1e21, 123456789.123, 2**53])
def test_values_are_shown_as_reported(hub, value):
    hub.models({"a/a": value})
    assert hub.ranking() == [(1, "a/a", value)]


def test_negative_values_rank_below_positive_ones(hub):
    hub.models({"a/a": -1, "b/b": 0, "c/c": -2})
    assert [model for _, model, _ in hub.ranking()] == ["b/b", "a/a", "c/c"]


def test_a_benchmark_without_results_has_no_rows(hub):
    board = hub.board()
    assert (board.rows, board.total, board.warnings) == ((), 0, ())


def test_a_limit_keeps_the_first_rows_and_says_how_many_there_are(hub):
    hub.models({"a/a": 1, "b/b": 2, "c/c": 3})
    board = hub.board(limit=2)
    assert ([row.model_id for row in board.rows], board.total) == (["c/c", "b/b"], 3)


def test_a_limit_beyond_the_end_shows_all(hub):
    hub.models({"a/a": 1})
    assert len(hub.board(limit=99).rows) == 1


def test_results_for_other_benchmarks_and_tasks_do_not_count(hub):
    hub.model(files={"a.yaml": [entry(1, "cais/other"), entry(2, task="other"), entry(3, "CAIS/HLE")]})
    assert hub.ranking() == []


# --- which result of a model counts ---------------------------------------------------------------------------------


@pytest.fixture
def disputed(hub: HubDir) -> HubDir:
    """A model whose author says 1 and, newer and with other notes, 2; pull requests say 3 (newest) and 4 (oldest)."""
    model = hub.model(
        files={"hle.yaml": [entry(1, date="2025-02-01"), entry(2, date="2025-03-01", notes="With tools")]}, bare=True
    )
    model.pull(1, {"hle.yaml": [entry(3, date="2025-04-01")]})
    model.pull(2, {"hle.yaml": [entry(4, date="2025-01-01")]})
    return hub


@pytest.mark.parametrize(("policy", "value"), [("best", 4), ("trusted", 2), ("latest", 3)])
def test_a_policy_chooses_one_result_of_each_model(disputed, policy, value):
    assert only(disputed.board(policy=policy)).value == value


def test_the_best_is_the_default(disputed):
    assert only(disputed.board()).value == 4


def test_the_best_is_the_lowest_where_lower_is_better(disputed):
    disputed.registry({"dataset": "cais/hle", "direction": "lower"})
    assert only(disputed.board()).value == 1


def test_the_others_are_kept_in_the_policys_order(disputed):
    assert [score.value for score in only(disputed.board(policy="trusted")).others] == [1, 3, 4]


@pytest.mark.parametrize(("origin", "values"), [("author", [2, 1]), ("community", [4, 3]), (None, [4, 3, 2, 1])])
def test_only_one_origin_may_be_asked_for(disputed, origin, values):
    row = only(disputed.board(origin=origin))
    assert [row.value, *(score.value for score in row.others)] == values


def test_a_model_without_results_of_the_origin_has_no_row(hub):
    hub.models({"a/a": 1})
    hub.model("b/b").pull(1, {"hle.yaml": [entry(2)]})
    assert hub.ranking(origin="author") == [(1, "a/a", 1)]
    assert hub.ranking(origin="community") == [(1, "b/b", 2)]


def test_the_best_of_equal_values_is_the_authors(hub):
    model = hub.model(files={"hle.yaml": [entry(1, date="2025-01-01")]})
    model.pull(1, {"more.yaml": [entry(1, date="2025-06-01")]})
    assert only(hub.board()).score.origin == "author"


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("2026-01-31", "2026-02-01"),
        ("2026-01-31", "2026-01-31T00:00:01Z"),
        ("2026-01-31T23:00:00+00:00", "2026-01-31T20:00:00-05:00"),
        ("2026-02-01T00:30:00+02:00", "2026-01-31T23:00:00Z"),
        ("2026-01-31T10:00Z", "2026-01-31 10:01"),
        ("2026-01-31T10:00:00.1Z", "2026-01-31T10:00:00.2Z"),
    ],
)
def test_dates_are_compared_as_moments(hub, older, newer):
    results = [entry(1, date=newer, notes="newer"), entry(2, date=older, notes="older")]
    hub.model(files={"hle.yaml": results})
    assert only(hub.board(policy="latest")).score.result.notes == "newer"


def test_a_result_without_date_is_as_new_as_its_commit(hub):
    model = hub.model()
    model.commit({"a.yaml": [entry(1)]}, time="2026-02-01T00:00:00+00:00")
    model.commit({"b.yaml": [entry(2, notes="b", date="2026-01-31")]}, time="2026-03-01T00:00:00+00:00")
    assert only(hub.board(policy="latest")).value == 1


def test_an_unchecked_token_makes_no_result_verified(hub):
    hub.model(files={"hle.yaml": [entry(1, verifyToken=TOKEN)]})
    assert only(hub.board()).score.verified is False


def test_an_unknown_policy_is_an_error(hub):
    with pytest.raises(ValueError, match="nonsense"):
        hub.board(policy="nonsense")


# --- variants -------------------------------------------------------------------------------------------------------


@pytest.fixture
def variants(hub: HubDir) -> HubDir:
    """A model with two variants, one of them proposed once more, and a model with one."""
    model = hub.model("a/a", {"hle.yaml": [entry(20), entry(40, notes="With tools")]}, bare=True)
    model.pull(1, {"more.yaml": [entry(41, notes="With tools")]})
    hub.models({"b/b": 30})
    return hub


def test_a_model_has_one_row(variants):
    assert variants.ranking() == [(1, "a/a", 41), (2, "b/b", 30)]


def test_each_variant_of_a_model_may_have_a_row(variants):
    board = variants.board(per="variant")
    shown = [(row.rank, row.model_id, row.score.result.notes, row.value) for row in board.rows]
    assert shown == [(1, "a/a", "With tools", 41), (2, "b/b", None, 30), (3, "a/a", None, 20)]


def test_a_variants_other_values_are_its_own(variants):
    rows = variants.board(per="variant").rows
    assert [[score.value for score in row.others] for row in rows] == [[40], [], []]


# --- conflicts ------------------------------------------------------------------------------------------------------


def test_results_that_disagree_are_marked_and_spelt_out(hub):
    model = hub.model(files={"hle.yaml": [entry(1)]}, bare=True)
    model.pull(3, {"hle.yaml": [entry(2)]})
    row = only(hub.board())
    assert labels(row) == ["community #3", "conflict"]
    assert row.warnings == ("results disagree: 2 in pull request 3; 1 by the author",)


def test_a_local_proposal_that_disagrees_is_named_by_its_branch(hub):
    model = hub.model(files={"hle.yaml": [entry(1)]}, bare=True)
    model.pull(0, {"hle.yaml": [entry(2)]}, ref="refs/heads/evalhub/hle")
    row = only(hub.board())
    assert labels(row) == ["community evalhub/hle", "conflict"]
    assert row.warnings == ("results disagree: 2 on evalhub/hle; 1 by the author",)


def test_two_results_of_the_author_can_disagree(hub):
    hub.model(files={"a.yaml": [entry(1)], "b.yaml": [entry(2)]})
    assert only(hub.board()).conflict


def test_equal_values_do_not_disagree(hub):
    model = hub.model(files={"hle.yaml": [entry(1)]})
    model.pull(3, {"hle.yaml": [entry(1.0, date="2026-01-01")]})
    assert not only(hub.board()).conflict


def test_results_with_different_notes_do_not_disagree(variants):
    rows = variants.board(origin="author").rows
    assert [row.conflict for row in rows] == [False, False]


def test_a_conflict_among_results_that_were_not_chosen_is_still_said(hub):
    hub.model(files={"a.yaml": [entry(9, notes="With tools"), entry(1)], "b.yaml": [entry(2)]})
    row = only(hub.board())
    assert (row.value, row.conflict) == (9, True)


def test_a_conflict_that_the_origin_filter_hides_is_not_said(hub):
    model = hub.model(files={"hle.yaml": [entry(1)]})
    model.pull(3, {"hle.yaml": [entry(2)]})
    assert not only(hub.board(origin="author")).conflict


def test_a_conflict_among_many_stays_short(hub):
    hub.model(files={"hle.yaml": [entry(value) for value in range(50)]})
    (warning,) = only(hub.board()).warnings
    assert warning.endswith("and 44 more")


# --- scale ----------------------------------------------------------------------------------------------------------

SCALES = [
    ("percent", {"a/a": 41.2, "b/b": 0.412}, ["b/b"]),
    ("percent", {"a/a": 41.2, "b/b": 1}, ["b/b"]),
    ("percent", {"a/a": 41.2, "b/b": 0}, []),
    ("percent", {"a/a": 0.5, "b/b": 0.6}, []),
    ("percent", {"a/a": 41.2, "b/b": 1.5}, []),
    ("fraction", {"a/a": 0.5, "b/b": 50}, ["b/b"]),
    ("fraction", {"a/a": 0.5, "b/b": 1}, []),
    ("fraction", {"a/a": 0.5, "b/b": 0}, []),
    ("fraction", {"a/a": 50, "b/b": 60}, []),
    (None, {"a/a": 41.2, "b/b": 0.412}, []),
]


@pytest.mark.parametrize(("scale", "values", "marked"), SCALES)
def test_a_value_on_the_other_scale_is_marked(hub, scale, values, marked):
    hub.registry({"dataset": "cais/hle", **({"scale": scale} if scale else {})})
    hub.models(values)
    rows = hub.board().rows
    assert [row.model_id for row in rows if row.scale_suspect] == marked
    assert [row.model_id for row in rows if "scale?" in labels(row)] == marked


def test_a_marked_value_is_not_rescaled_and_says_why(hub):
    hub.registry({"dataset": "cais/hle", "scale": "percent"})
    hub.models({"a/a": 41.2, "b/b": 0.412})
    row = hub.board().rows[1]
    assert row.value == 0.412
    assert row.warnings == ("the value 0.412 looks as if it were not on the scale `percent`",)


# --- tasks ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def tasks(empty_hub: HubDir) -> HubDir:
    """A benchmark with three tasks; the model's value tells them apart."""
    empty_hub.dataset(tasks=("MathArena/aime_2026", "musr:murder", "third"))
    results = [entry(1, task="MathArena/aime_2026"), entry(2, task="musr:murder")]
    empty_hub.model(files={"hle.yaml": results}, bare=True)
    return empty_hub


def test_the_first_task_is_the_default(tasks):
    assert tasks.ranking() == [(1, "org/model", 1)]


@pytest.mark.parametrize("name", ["musr:murder", "MUSR Murder", "musr_murder"])
def test_a_task_is_found_by_every_spelling(tasks, name):
    assert tasks.ranking(task=name) == [(1, "org/model", 2)]


def test_an_unknown_task_lists_those_there_are(tasks):
    with pytest.raises(EvalhubError, match="no task of cais/hle is called `fourth`") as caught:
        tasks.board(task="fourth")
    assert caught.value.hint == "its tasks: MathArena/aime_2026, musr:murder, third"


# --- JSON -----------------------------------------------------------------------------------------------------------

HOSTILE = (
    "a|b\nc\r\nd\te \x1b[31mred\x1b]8;;http://evil\x07 \x9b1m \u202egnirts \u2028 "
    "](javascript:alert(1)) <script>alert(1)</script> **bold** `code` [link](http://evil) \\| [bold red]markup[/] 😀"
)


def hostile_source(url: str = "javascript:alert(1)") -> dict[str, str]:
    return {"url": url, "name": HOSTILE, "user": HOSTILE, "org": HOSTILE}


@pytest.fixture
def hostile(hub: HubDir) -> HubDir:
    """A model whose every text is out to do harm."""
    hub.registry({"dataset": "cais/hle", "metric": HOSTILE, "scale": "percent"})
    model = hub.model("org/[red]x|y", {"a|b.yaml": [entry(1, notes=HOSTILE, source=hostile_source())]})
    model.pull(1, {"c.yaml": [entry(50, notes=HOSTILE, source=hostile_source("https://ok.example/a)c"))]})
    model.pull(0, {"d.yaml": [entry(60, notes="x")]}, ref="refs/heads/evalhub/`x`|<b>")
    return hub


def test_json_meets_its_schema_whatever_the_board(hub, disputed):
    hub.registry({"dataset": "cais/hle", "metric": "accuracy", "scale": "percent"})
    hub.model(
        "b/b", {"a.yaml": [entry(0.5, source={"url": "https://a.example", "org": "o"}), entry("bad")], "b.yaml": ""}
    )
    for options in (
        {},
        {"policy": "trusted"},
        {"policy": "latest", "per": "variant"},
        {"origin": "author"},
        {"origin": "community", "limit": 1},
    ):
        board = json.loads(render.boards_json([hub.board(**options)], many=False))
        jsonschema.validate(board, schema("leaderboard"))


def test_json_of_an_empty_board_meets_its_schema(hub):
    jsonschema.validate(json.loads(render.boards_json([hub.board()], many=False)), schema("leaderboard"))


def test_json_of_all_tasks_meets_its_schema(tasks):
    boards = [tasks.board(task=task) for task in ("MathArena/aime_2026", "musr:murder", "third")]
    jsonschema.validate(json.loads(render.boards_json(boards, many=True)), schema("leaderboard"))


def test_json_of_a_hostile_board_meets_its_schema_and_keeps_every_character(hostile):
    board = json.loads(render.boards_json([hostile.board()], many=False))
    jsonschema.validate(board, schema("leaderboard"))
    assert HOSTILE in [value["notes"] for value in board["rows"][0]["other_values"]]


def test_json_has_where_each_number_comes_from(hub):
    source = {"url": "https://example.org/paper", "name": "Paper"}
    model = hub.model("org/model", {"hle.yaml": [entry(1, date="2025-11-06", source=source, notes="With tools")]})
    (row,) = json.loads(render.boards_json([hub.board()], many=False))["rows"]
    assert row == {
        "rank": 1,
        "model_id": "org/model",
        "value": 1,
        "verified": False,
        "origin": "author",
        "pull_request": None,
        "filename": ".eval_results/hle.yaml",
        "ref": "refs/heads/main",
        "commit": model.tip(),
        "commit_author": "Ada Lovelace",
        "commit_time": "2026-01-01T00:00:00Z",
        "date": "2025-11-06",
        "source": {"url": "https://example.org/paper", "name": "Paper", "user": None, "org": None},
        "notes": "With tools",
        "warnings": [],
        "other_values": [],
    }


def test_json_says_what_was_left_out_and_how_to_see_it(hub):
    hub.model(files={"hle.yaml": [entry("bad"), entry("worse")], "more.yaml": "]["})
    board = json.loads(render.boards_json([hub.board()], many=False))
    assert board["left_out"] == {"invalid_entries": 2, "unreadable_files": 1}
    assert [warning.split(";")[0] for warning in board["warnings"]] == [
        "left out: 2 entries are not valid",
        "left out: 1 result file can't be read",
    ]
    assert all("evalhub validate" in warning for warning in board["warnings"])


# --- CSV and Markdown -----------------------------------------------------------------------------------------------


def test_csv_has_one_record_a_row(variants):
    import csv

    records = list(csv.DictReader(render.boards_csv([variants.board(per="variant")]).splitlines()))
    shown = [(record["rank"], record["model_id"], record["value"], record["notes"]) for record in records]
    assert shown == [("1", "a/a", "41", "With tools"), ("2", "b/b", "30", ""), ("3", "a/a", "20", "")]


def test_csv_keeps_quotes_commas_and_pipes(hub):
    import csv

    notes = 'with "tools", | and; more'
    hub.model(files={"hle.yaml": [entry(1, notes=notes)]})
    (record,) = csv.DictReader(render.boards_csv([hub.board()]).splitlines())
    assert record["notes"] == notes


def test_csv_of_a_hostile_board_has_one_line_a_row(hostile):
    text = render.boards_csv([hostile.board(per="variant")])
    assert text.count("\n") == 3
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\u2028]", text)


def test_markdown_is_a_table(hub):
    source = {"url": "https://example.org/paper", "name": "Paper"}
    hub.model(files={"hle.yaml": [entry(41.2, date="2025-11-06", source=source, notes="With tools")]})
    assert render.board_markdown(hub.board()).splitlines()[2:5] == [
        "| Rank | Model | Value | Badges | Date | Source | Notes |",
        "| ---: | :--- | ---: | :--- | :--- | :--- | :--- |",
        "| 1 | org/model | 41.2 |  | 2025-11-06 | [Paper](https://example.org/paper) | With tools |",
    ]


def test_markdown_of_a_hostile_board_has_the_cells_it_should(hostile):
    rows = [line for line in render.board_markdown(hostile.board(per="variant")).splitlines() if line.startswith("| ")]
    assert [len(re.findall(r"(?<!\\)(?:\\\\)*\|", row)) for row in rows] == [8] * len(rows)


def test_markdown_makes_no_link_html_or_emphasis_of_a_strangers_text(hostile):
    text = render.board_markdown(hostile.board(per="variant"))
    unescaped = re.sub(r"\\[!-/:-@\[-`{-~]", "", text)
    assert re.findall(r"\]\([^)]*\)", unescaped) == ["](https://ok.example/a%29c)"]
    assert not re.search(r"[<>`*]", unescaped.replace("<!-- -->", ""))


def test_markdown_mentions_nobody_and_no_issue(hub):
    notes = "@someone, pass@1, see #7 and GH"
    hub.model(files={"hle.yaml": [entry(1, notes=notes)]})
    text = render.board_markdown(hub.board())
    assert not re.search(r"(?<![\w\\])[@#]\w", text)
    assert notes in text.replace("<!-- -->", "").replace("\\", "")


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "https://a.example/x y", "https://a.example/x\ny", "//a", "a"]
)
def test_only_web_addresses_become_links(hub, url):
    hub.model(files={"hle.yaml": [entry(1, source={"url": url, "name": "Paper"})]})
    assert "](" not in render.board_markdown(hub.board())


def test_brackets_in_an_address_do_not_end_the_link(hub):
    hub.model(files={"hle.yaml": [entry(1, source={"url": "https://a.example/x(1)", "name": "Paper"})]})
    assert "[Paper](https://a.example/x%281%29)" in render.board_markdown(hub.board())


# --- the table ------------------------------------------------------------------------------------------------------


def on_terminal(board: Leaderboard, width: int = 80, **options: object) -> str:
    console = Console(force_terminal=True, width=width, record=False, highlight=False, color_system=None, **options)
    with console.capture() as captured:
        render.print_boards(console, [board])
    return captured.get()


def plain(text: str) -> str:
    """The text without the styles and links of a terminal."""
    return re.sub(r"\x1b\[[0-9;]*m|\x1b\]8;[^\x1b]*\x1b\\", "", text)


@pytest.fixture
def wide(hub: HubDir) -> HubDir:
    """Rows whose every cell is longer than a terminal likes."""
    hub.registry({"dataset": "cais/hle", "metric": "accuracy " * 10, "scale": "percent"})
    source = {"url": "https://example.org/" + "x" * 60, "name": "A very long name of a source " * 3}
    model = hub.model(
        "an-organisation-with-a-long-name/a-model-with-an-even-longer-name-Instruct-2507-FP8",
        {"hle.yaml": [entry(41.123456789, notes="模型用工具 " * 12, source=source, date="2026-01-31T10:20:30Z")]},
        bare=True,
    )
    model.pull(0, {"more.yaml": [entry(42.5)]}, ref="refs/heads/evalhub/humanitys-last-exam-with-tools")
    model.pull(123456789, {"hle.yaml": [entry(0.987654321, notes="x" * 200)]})
    return hub


@pytest.mark.parametrize("width", [80, 100, 200])
@pytest.mark.parametrize("per", ["model", "variant"])
def test_the_table_fits_the_terminal(wide, width, per):
    lines = plain(on_terminal(wide.board(per=per), width)).splitlines()
    assert max(cell_len(line) for line in lines) <= width


def test_values_are_never_cut_on_a_terminal_and_what_is_hidden_is_named(wide):
    text = plain(on_terminal(wide.board(per="variant")))
    for value in ("41.123456789", "42.5", "0.987654321", "(too narrow for: date)"):
        assert value in text


def test_a_long_model_id_wraps_and_is_never_cut_on_a_terminal(hub):
    id = "an-organisation-with-a-long-name/a-model-with-an-even-longer-name-Instruct-2507-FP8"
    hub.model(id, {"hle.yaml": [entry(41.2, notes="x" * 200)]})
    lines = plain(on_terminal(hub.board())).splitlines()
    header = next(line for line in lines if "rank" in line)
    start, end = header.index("model"), header.index("value")
    column = "".join(line[start:end].strip() for line in lines[lines.index(header) + 2 :] if line[:1] == " ")
    assert column == id


@pytest.mark.parametrize("width", [40, 60])
def test_a_narrow_terminal_still_shows_every_model_and_value(hub, width):
    hub.model("a/a", {"hle.yaml": [entry(41.2, notes="x" * 200)]}).pull(7, {"more.yaml": [entry(42.5)]})
    lines = plain(on_terminal(hub.board(per="variant"), width)).splitlines()
    assert sum("a/a" in line for line in lines) == 2
    assert [value for value in ("42.5", "41.2") if any(value in line for line in lines)] == ["42.5", "41.2"]


def test_a_terminal_gets_links(hub):
    hub.model(files={"hle.yaml": [entry(1, source={"url": "https://a.example/paper", "name": "Paper"})]})
    console = Console(force_terminal=True, width=80, color_system="standard", legacy_windows=False)
    with console.capture() as captured:
        render.print_boards(console, [hub.board()])
    assert ";https://a.example/paper\x1b\\" in captured.get()


def test_a_strangers_text_is_no_markup(hub):
    hub.model("org/[red]x", {"hle.yaml": [entry(1, notes="[bold]loud[/bold] :smile:")]})
    text = render.boards_text([hub.board()])
    assert "org/[red]x" in text
    assert "[bold]loud[/bold] :smile:" in text


def test_a_hostile_board_has_no_control_characters_on_a_terminal(hostile):
    text = plain(on_terminal(hostile.board(per="variant"), 300))
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\u2028]", text)


def test_decimal_points_stand_beneath_each_other(hub):
    hub.models({"a/a": 41.25, "b/b": 7.5, "c/c": 3})
    lines = [line for line in render.boards_text([hub.board()]).splitlines() if "/" in line and line[0] == " "]
    assert len({line.index(".") for line in lines if "." in line}) == 1


def test_columns_that_nobody_fills_are_left_out(hub):
    hub.models({"a/a": 1})
    header = render.boards_text([hub.board()]).splitlines()[2]
    assert header.split() == ["rank", "model", "value", "date"]


@pytest.mark.parametrize(
    ("metric", "heading"),
    [
        ({}, "value, higher is better"),
        ({"metric": "WER", "direction": "lower"}, "WER, lower is better"),
        ({"metric": "accuracy", "scale": "percent"}, "accuracy in percent, higher is better"),
        ({"metric": "accuracy", "scale": "fraction"}, "accuracy as a fraction, higher is better"),
    ],
)
def test_the_heading_says_what_is_ranked_and_how(hub, metric, heading):
    hub.registry({"dataset": "cais/hle", **metric})
    assert render.heading(hub.board()) == f"Humanity's Last Exam (cais/hle), task hle: {heading}"


def test_the_line_beneath_counts_models_pull_requests_and_warnings(disputed):
    disputed.model("b/b", {"hle.yaml": [entry("bad"), entry(9)]})
    assert render.summary(disputed.board()) == "2 models, 2 open pull requests, 2 warnings"


def test_the_line_beneath_counts_one_as_one(hub):
    model = hub.model(files={"hle.yaml": [entry(1)]})
    model.pull(1, {"hle.yaml": [entry(2)]})
    assert render.summary(hub.board()) == "1 model, 1 open pull request, 1 warning"


def test_the_line_beneath_says_where_rows_were_cut(variants):
    assert render.summary(variants.board(limit=1)).startswith("1 of 2 models, ")
    assert render.summary(variants.board(limit=1, per="variant")).startswith("1 of 3 variants, ")
