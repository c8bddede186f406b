"""YAML text to data: where everything stands, what is wrong, and what hostile input may cost."""

from __future__ import annotations

import math
import subprocess
import sys
import time

import pytest
from costs import budget

from evalhub.diagnostics import CODES
from evalhub.yaml_source import MAX_BYTES, MAX_DEPTH, MAX_NODES, Document, Path, Problem, parse

Place = tuple[int, int, int, int]


def _parse(text: str) -> Document:
    return parse(text.encode())


def _data(text: str) -> object:
    document = _parse(text)
    assert document.problems == ()
    return document.data


def _only(text: str | bytes) -> Problem:
    document = parse(text.encode() if isinstance(text, str) else text)
    assert len(document.problems) == 1, document.problems
    return document.problems[0]


def _place(problem: Problem) -> Place:
    span = problem.span
    return span.line, span.column, span.end_line, span.end_column


def _at(text: str, path: Path, *, key: bool = False) -> Place:
    span = _parse(text).span(path, key=key)
    return span.line, span.column, span.end_line, span.end_column


# --- where things stand ---------------------------------------------------------------------------------------------

BLOCK = """\
# a comment
- dataset:
    id: cais/hle   # the id
    task_id: "hle"
  value: 44.9

- notes: 'no tools'
"""
FLOW = "[{id: a/b, 'task': [1, 22]}, {value: 0.5}]\n"
WIDE = "- name: 漢字🙂 x\n  é: ü\n"


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        (BLOCK, (0, "dataset", "id"), (3, 9, 3, 17)),
        (BLOCK, (0, "dataset", "task_id"), (4, 14, 4, 19)),
        (BLOCK, (0, "value"), (5, 10, 5, 14)),
        (BLOCK, (1, "notes"), (7, 10, 7, 20)),
        (FLOW, (0, "id"), (1, 7, 1, 10)),
        (FLOW, (0, "task"), (1, 20, 1, 27)),
        (FLOW, (0, "task", 1), (1, 24, 1, 26)),
        (FLOW, (1,), (1, 30, 1, 42)),
        (WIDE, (0, "name"), (1, 9, 1, 14)),
        (WIDE, (0, "é"), (2, 6, 2, 7)),
        ("a: |\n  one\n  two\nb: 1\n", ("b",), (4, 4, 4, 5)),
        ('a: "one\n  two"\nb: 1\n', ("a",), (1, 4, 2, 7)),
        ("a: one\n  two\n", ("a",), (1, 4, 2, 6)),
        ("a: !!str 1\n", ("a",), (1, 4, 1, 11)),
        ("---\na: 1\n", ("a",), (2, 4, 2, 5)),
    ],
)
def test_value_stands_where_it_is_written(text: str, path: Path, expected: Place) -> None:
    assert _at(text, path) == expected


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        (BLOCK, (0, "dataset"), (2, 3, 2, 10)),
        (BLOCK, (0, "dataset", "id"), (3, 5, 3, 7)),
        (BLOCK, (1, "notes"), (7, 3, 7, 8)),
        (FLOW, (0, "task"), (1, 12, 1, 18)),
        (WIDE, (0, "é"), (2, 3, 2, 4)),
        ("? long\n: 1\n", ("long",), (1, 3, 1, 7)),
    ],
)
def test_key_stands_where_it_is_written(text: str, path: Path, expected: Place) -> None:
    assert _at(text, path, key=True) == expected


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        (BLOCK, (0, "dataset"), (3, 5, 4, 19)),
        (BLOCK, (0,), (2, 3, 5, 14)),
        (BLOCK, (), (2, 1, 7, 20)),
        ("a:\n- 1\n- 2\n# end\n", ("a",), (2, 1, 3, 4)),
        ("a:\n  b:\n    c: 1\n\n\nd: 2\n", ("a",), (2, 3, 3, 9)),
    ],
)
def test_block_collection_ends_with_its_last_value(text: str, path: Path, expected: Place) -> None:
    assert _at(text, path) == expected


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r", "\x85", "\u2028"])
def test_every_line_end_of_yaml_counts_as_one(line_end: str) -> None:
    assert _at("a: 1\nb:\n  c: 22\n".replace("\n", line_end), ("b", "c")) == (3, 6, 3, 8)


def test_byte_order_mark_takes_no_column() -> None:
    assert _at("\ufeffa: 1\n", ("a",)) == (1, 4, 1, 5)


def test_list_item_is_its_own_key() -> None:
    assert _at("- 1\n- 2\n", (1,), key=True) == (2, 3, 2, 4)


def test_path_that_leads_nowhere_gives_the_last_node_on_the_way() -> None:
    assert _at(BLOCK, (0, "dataset", "revision", "x")) == _at(BLOCK, (0, "dataset"))


def test_index_beyond_the_end_gives_the_list() -> None:
    assert _at("[1, 2]", (7,)) == (1, 1, 1, 7)


def test_empty_document_has_a_place() -> None:
    assert _at("", ("a",)) == (1, 1, 1, 1)


def test_aliased_value_stands_at_its_anchor() -> None:
    assert _at("a: &x 12\nb: *x\n", ("b",)) == (1, 4, 1, 9)


def test_inside_of_an_alias_stands_at_its_anchor() -> None:
    assert _at("a: &x {k: 12}\nb: *x\n", ("b", "k")) == (1, 11, 1, 13)


def test_collection_that_ends_in_an_alias_ends_behind_its_beginning() -> None:
    line, column, end_line, end_column = _at("- &x [1]\n- a: 1\n  b: *x\n- c\n", (1,))
    assert (line, column) == (2, 3)
    assert (2, 3) < (end_line, end_column) <= (3, 8)


def test_merged_value_stands_where_it_is_merged_from() -> None:
    assert _at("- &x {value: 12}\n- <<: *x\n  notes: a\n", (1, "value")) == (1, 14, 1, 16)


def test_of_equal_keys_the_one_that_counts_is_shown() -> None:
    assert _at("a: 1\na: 2\n", ("a",)) == (2, 4, 2, 5)


def test_line_gives_the_text_without_its_end() -> None:
    assert _parse("a: 1\r\nb: 2\r\n").line(2) == "b: 2"


@pytest.mark.parametrize("number", [0, 3, -1])
def test_line_beyond_the_text_is_empty(number: int) -> None:
    assert _parse("a: 1\nb: 2").line(number) == ""


# --- data -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", None),
        ("# nothing\n", None),
        ("a: 1", {"a": 1}),
        ("a: 1.5e+3", {"a": 1500.0}),
        ("a: 0x1F", {"a": 31}),
        ("a: yes", {"a": True}),
        ("a: ~", {"a": None}),
        ("a:", {"a": None}),
        ("a: '1'", {"a": "1"}),
        ('a: "2026-01-31"', {"a": "2026-01-31"}),
        ("a: !!str 2026-01-31", {"a": "2026-01-31"}),
        ("a: |\n  x\n  y\n", {"a": "x\ny\n"}),
        ("1: a\ntrue: b\n~: c\n", {"1": "a", "true": "b", "~": "c"}),
        ("a: 1e3", {"a": "1e3"}),  # text in YAML 1.1, as PyYAML has it
        ("a: &x [1]\nb: *x\n", {"a": [1], "b": [1]}),
        ("- &x {a: 1, b: 2}\n- {<<: *x, b: 3}\n", [{"a": 1, "b": 2}, {"a": 1, "b": 3}]),
        ("- &x {a: 1}\n- &y {a: 2, b: 2}\n- {<<: [*x, *y]}\n", [{"a": 1}, {"a": 2, "b": 2}, {"a": 1, "b": 2}]),
        ("a: .inf.", {"a": ".inf."}),
        ("a: 1:30 h", {"a": "1:30 h"}),
        ("%YAML 1.1\n---\na: 1\n...\n", {"a": 1}),
        ("- *a\n".replace("*a", '"*a"'), ["*a"]),
    ],
)
def test_good_text_gives_its_data(text: str, expected: object) -> None:
    assert _data(text) == expected


def test_text_that_can_be_read_is_not_fatal() -> None:
    assert not _parse("a: 2026-01-31").fatal


def test_faulty_names_the_items_with_problems() -> None:
    assert _parse("- {a: 1}\n- {a: 2026-01-31}\n- {a: 1, a: 2}\n").faulty == {1, 2}


def test_an_alias_to_something_wrong_is_wrong_too() -> None:
    assert _parse("- &x {a: 2026-01-31}\n- {a: 1}\n- *x\n").faulty == {0, 2}


def test_problem_has_the_path_of_its_value() -> None:
    assert _only("- {a: {b: 2026-01-31}}\n").path == (0, "a", "b")


# --- syntax ---------------------------------------------------------------------------------------------------------

SYNTAX = {
    "open list": ("- a: [", (1, 7)),
    "open list, with a newline": ("- a: [\n", (2, 1)),
    "open mapping": ("a: {b: 1", (1, 9)),
    "open single quote": ("a: 'x", (1, 6)),
    "open double quote": ('a: "x', (1, 6)),
    "closed and never opened": ("a: ]", (1, 4)),
    "colon in text": ("a: b: c", (1, 5)),
    "mapping deeper than its neighbour": ("a: 1\n b: 2", (2, 3)),
    "unknown alias": ("a: *x", (1, 4)),
    "at sign": ("a: @x", (1, 4)),
    "backquote": ("a: `x", (1, 4)),
    "percent sign": ("a: %x", (1, 4)),
    "bad escape": ('a: "\\q"', (1, 5)),
    "tab for indentation": ("a:\n\tb: 1", (2, 1)),
    "list inside a line": ("a: - b", (1, 4)),
    "end of a document only": ("...", (1, 1)),
    "YAML of another version": ("%YAML 9.9\n---\na: 1", (1, 1)),
    "text below a list": ("- a\nb", (2, 1)),
    "comma list": ("a: [1,, 2]", (1, 7)),
}


@pytest.mark.parametrize(("text", "_where"), SYNTAX.values(), ids=SYNTAX)
def test_bad_syntax_is_one_finding(text: str, _where: object) -> None:
    assert _only(text).code == "EH101"


@pytest.mark.parametrize(("text", "where"), SYNTAX.values(), ids=SYNTAX)
def test_bad_syntax_is_found_where_it_is(text: str, where: tuple[int, int]) -> None:
    assert _place(_only(text))[:2] == where


@pytest.mark.parametrize(("text", "_where"), SYNTAX.values(), ids=SYNTAX)
def test_bad_syntax_leaves_no_data(text: str, _where: object) -> None:
    document = _parse(text)
    assert document.fatal
    assert document.data is None


def test_tab_gets_advice() -> None:
    assert "spaces" in (_only("a:\n\tb: 1\n").hint or "")


def test_colon_in_text_gets_advice() -> None:
    assert "quotes" in (_only("a: b: c\n").hint or "")


def test_anchor_that_stands_twice_is_named_as_such() -> None:
    assert "anchor" in _only("- &a 1\n- &a 2\n").message


# --- single problems ------------------------------------------------------------------------------------------------


def test_equal_keys_are_an_error_at_the_second() -> None:
    problem = _only("- a: 1\n  b: 2\n  a: 3\n")
    assert (problem.code, _place(problem)) == ("EH103", (3, 3, 3, 4))


def test_equal_keys_name_the_line_of_the_first() -> None:
    assert "line 2" in _only("# top\na: 1\n\na: 2\n").message


def test_keys_that_are_equal_as_text_are_equal() -> None:
    assert _only("{1: a, '1': b}").code == "EH103"


def test_a_key_that_stands_three_times_is_two_findings() -> None:
    assert [problem.span.line for problem in _parse("a: 1\na: 2\na: 3\n").problems] == [2, 3]


def test_a_merged_key_may_be_overridden() -> None:
    assert _parse("- &x {a: 1}\n- <<: *x\n  a: 2\n").problems == ()


@pytest.mark.parametrize(
    ("text", "where"),
    [("a: 1\n---\nb: 2\n", (2, 1)), ("---\na: 1\n---\n", (3, 1)), ("- 1\n...\n---\n- 2\n", (3, 1))],
)
def test_second_document_is_an_error_where_it_begins(text: str, where: tuple[int, int]) -> None:
    problem = _only(text)
    assert (problem.code, _place(problem)[:2]) == ("EH104", where)


@pytest.mark.parametrize(
    ("raw", "where"),
    [
        (b"\xff", (1, 1)),
        (b"a: 1\nb: caf\xe9\n", (2, 7)),
        ("é: 漢".encode() + b"\x80", (1, 5)),
        (b"a: \xc3", (1, 4)),
        (b"a: 1\r\nb: \xff", (2, 4)),
        (b"\xef\xbb\xbfa: \xff", (1, 4)),
        (b"a: 1\rb: \xff", (2, 4)),
        ("a: 1\n".encode("utf-16"), (1, 1)),
    ],
)
def test_not_utf8_is_an_error_at_the_byte(raw: bytes, where: tuple[int, int]) -> None:
    problem = _only(raw)
    assert (problem.code, _place(problem)[:2]) == ("EH102", where)


@pytest.mark.parametrize("text", ["2026-01-31", "2026-1-3 1:02:03", "2001-12-14t21:59:43.10-05:00"])
def test_unquoted_date_is_an_error(text: str) -> None:
    problem = _only(f"date: {text}\n")
    assert (problem.code, _place(problem)) == ("EH201", (1, 7, 1, 7 + len(text)))


def test_unquoted_date_is_kept_as_the_text_it_was() -> None:
    assert _parse("date: 2026-01-31\n").data == {"date": "2026-01-31"}


def test_unquoted_date_says_what_to_type() -> None:
    assert '"2026-01-31"' in (_only("date: 2026-01-31\n").hint or "")


@pytest.mark.parametrize("text", [".nan", ".NaN", ".inf", "-.inf", "+.INF", "1.0e+999", "-1.0e+999", "9" * 400])
def test_number_that_is_not_finite_is_an_error(text: str) -> None:
    assert _only(f"value: {text}\n").code == "EH202"


@pytest.mark.parametrize("text", ["1.0e+308", "-1.0e+308", "9" * 300, "1.0e-400", "0.1" + "0" * 300])
def test_finite_numbers_stay(text: str) -> None:
    data = _data(f"value: {text}\n")
    assert isinstance(data, dict)
    assert math.isfinite(data["value"])


@pytest.mark.parametrize("text", ["017", "-017", "0_7", "1:30", "1:30:00", "-190:20", "1:30.5"])
def test_number_that_yaml_versions_read_differently_is_an_error(text: str) -> None:
    assert _only(f"value: {text}\n").code == "EH208"


@pytest.mark.parametrize("text", ["0", "-0", "0.17", "10", "100.0", '"017"', "'1:30'"])
def test_plain_numbers_and_quoted_text_are_not_ambiguous(text: str) -> None:
    assert _parse(f"value: {text}\n").problems == ()


@pytest.mark.parametrize(
    "text",
    [
        "a: !!python/object/apply:os.system [echo]",
        "a: !!python/name:os.system x",
        "a: !custom x",
        "a: !!binary aGk=",
        "a: !!set {x}",
        "a: !!omap [x: 1]",
        "a: !!bool maybe",
        "a: !!int one",
        "a: !!float x",
        "? [a]\n: 1",
        "? {a: 1}\n: 1",
        "<<: 1",
        "<<: [1]",
    ],
)
def test_what_json_has_no_word_for_is_an_error(text: str) -> None:
    assert {problem.code for problem in _parse(text).problems} == {"EH109"}


def test_two_keys_that_are_no_text_are_not_called_equal() -> None:
    assert {problem.code for problem in _parse("? [a]\n: 1\n? [b]\n: 2\n").problems} == {"EH109"}


@pytest.mark.parametrize("text", ["a: !!str 1", "a: !!int 1", "a: !!map {b: 1}", "a: !!seq [1]", "a: !!null ''"])
def test_tags_of_json_types_are_fine(text: str) -> None:
    assert _parse(text).problems == ()


@pytest.mark.parametrize("char", ["\x00", "\x07", "\x1b", "\x7f", "\x80", "\x9b", "\ufffe"])
def test_control_character_is_an_error_where_it_is(char: str) -> None:
    problem = _only(f"a: 1\nbb: x{char}\n")
    assert (problem.code, _place(problem)) == ("EH101", (2, 6, 2, 7))


@pytest.mark.parametrize("line_end", ["\r\n", "\r", "\x85", "\u2028"])
def test_control_character_is_found_after_any_line_end(line_end: str) -> None:
    assert _place(_only(f"a: 1{line_end}b: \x07"))[:2] == (2, 4)


def test_control_characters_are_never_in_a_message() -> None:
    assert "\x1b" not in _only("a: \x1b[31m").message


def test_escaped_control_characters_are_data() -> None:
    assert _data('a: "\\e[31m"') == {"a": "\x1b[31m"}


def test_lfs_pointer_is_told_as_such() -> None:
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"
    problem = _only(pointer)
    assert (problem.code, "git lfs pull" in (problem.hint or "")) == ("EH107", True)


def test_file_over_the_limit_is_refused() -> None:
    assert _only(b"#" * (MAX_BYTES + 1)).code == "EH105"


def test_file_at_the_limit_is_read() -> None:
    text = b"a: 1\n#"
    assert parse(text + b"#" * (MAX_BYTES - len(text))).data == {"a": 1}


def test_all_codes_are_in_the_table() -> None:
    texts = ["[", "a: 1\na: 2", "a: .nan", "a: 2026-01-31", "a: 017", "a: !x 1", "a: 1\n---\n", "[" * 99]
    codes = {problem.code for text in texts for problem in _parse(text).problems}
    assert codes <= set(CODES)


# --- limits ---------------------------------------------------------------------------------------------------------


def test_every_problem_is_kept() -> None:
    document = _parse("- 2026-01-31\n" * 300)
    assert (len(document.problems), len(document.faulty)) == (300, 300)


def test_every_problem_is_kept_where_aliases_repeat_it() -> None:
    document = _parse("- &a [017, {x: [017]}]\n" + "- [*a, *a]\n" * 100)
    assert (len(document.problems), len(document.faulty)) == (402, 101)
    assert document.problems[-1].path == (100, 1, 1, "x", 0)


@pytest.mark.parametrize(
    "text",
    [
        "a: &a {x: 1}\nb:\n" + "  <<: *a\n" * 33_000,
        "b:\n" + "  <<: {x: 1}\n" * 16_000,
        "a: 1\n" * 49_000,
        "- 2026-01-31\n" * 80_000,
        "- &a [" + "017, " * 300 + "]\n" + "- *a\n" * 320,
    ],
)
def test_problems_without_number_cost_little(text: str) -> None:
    begun = time.process_time()
    assert len(_parse(text).problems) > 10_000
    assert time.process_time() - begun < budget(8)


def test_as_deep_as_allowed_is_read() -> None:
    assert not _parse("[" * MAX_DEPTH + "]" * MAX_DEPTH).fatal


@pytest.mark.parametrize("opener", ["[", "{a: ", "- ", "? "])
@pytest.mark.parametrize("times", [MAX_DEPTH + 2, 900, 5_000])
def test_deeper_is_never_data(opener: str, times: int) -> None:
    problems = _parse(opener * times).problems
    assert problems
    assert {problem.code for problem in problems} <= {"EH106", "EH101", "EH109"}


def test_deep_block_nesting_is_too_complex() -> None:
    assert _only("".join(" " * depth + "a:\n" for depth in range(MAX_DEPTH + 5))).code == "EH106"


def test_as_many_values_as_allowed_are_read() -> None:
    assert len(_parse("- 1\n" * (MAX_NODES - 1)).data) == MAX_NODES - 1


def test_more_values_are_too_complex() -> None:
    assert _only("- 1\n" * MAX_NODES).code == "EH106"


def test_aliases_that_stay_small_are_fine() -> None:
    assert _parse("a: &x [1, 2]\nb: [*x, *x, *x]\n").problems == ()


def _bomb(lines: int, width: int) -> str:
    text = "- &a0 [" + ", ".join(["x"] * width) + "]\n"
    for number in range(1, lines):
        text += f"- &a{number} [" + ", ".join([f"*a{number - 1}"] * width) + "]\n"
    return text


HOSTILE = {
    "list in itself": ("&x [*x]", "EH106"),
    "mapping in itself": ("a: &x {b: *x}", "EH106"),
    "block list in itself": ("- &x\n  - *x\n", "EH106"),
    "block mapping in itself": ("a: &x\n  b: *x\n", "EH106"),
    "merged with itself": ("&x {<<: *x}", "EH106"),
    "alias bomb": (_bomb(40, 10), "EH106"),
    "deep alias bomb": (_bomb(500, 1), "EH106"),
    "wide alias bomb": ("- &a [" + "x," * 50_000 + "]\n" + "- [" + "*a," * 100_000 + "]\n", "EH106"),
    "merge bomb": (
        "- &m0 {a: 1}\n" + "".join(f"- &m{i} {{<<: [{f'*m{i - 1},' * 9}]}}\n" for i in range(1, 40)),
        "EH106",
    ),
    "lists": ("[" * 200_000, "EH106"),
    "mappings": ("{" * 200_000, "EH106"),
    "block lists": ("- " * 200_000, "EH106"),
    "keys": ("? " * 200_000, "EH106"),
    "named lists": ("{a: [" * 100_000, "EH106"),
    "lists, one a line": ("[\n" * 200_000, "EH106"),
    "anchors": ("".join(f"- &a{number} x\n" for number in range(90_000)), None),
    "a long digit string": ("9" * 1_000_000, "EH202"),
    "a long sexagesimal": ("1" + ":1" * 400_000, "EH208"),
    "a long date": ("2026-01-31 00:00:00." + "0" * 1_000_000, "EH201"),
    "equal keys": ("k: 1\n" * 49_999, "EH103"),
    "a long key": ("k" * 1_000_000 + ": 1", "EH101"),
    "tag directives": ("".join(f"%TAG !a{number}! x\n" for number in range(60_000)) + "--- a\n", None),
    "open quotes": ('"' + "\\" * 1_000_000, "EH101"),
    "tabs": ("\t" * 1_000_000, "EH101"),
    "escapes": ('"' + "\\0" * 500_000 + '"', None),
    "documents": ("---\n" * 200_000, None),
    "comments": ("#\n" * 500_000, None),
}

_MEASURE = """
import resource, sys, time
from evalhub.yaml_source import parse
raw = sys.stdin.buffer.read()
before, begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
document = parse(raw)
seconds, after = time.process_time() - begun, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(seconds, (after - before) // 1024, *sorted({problem.code for problem in document.problems}))
"""


@pytest.mark.parametrize(("text", "code"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_costs_less_than_a_second_and_100_mb(text: str, code: str | None) -> None:
    """In a process of its own: a crash would take the test run with it, and memory is measured from a clean start."""
    if len(text) > MAX_BYTES:
        text = text[:MAX_BYTES]
    done = subprocess.run(
        [sys.executable, "-c", _MEASURE], input=text.encode(), capture_output=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    seconds, megabytes, *codes = done.stdout.decode().split()
    assert float(seconds) < budget(1)
    assert int(megabytes) < 100
    assert code is None or code in codes


LONG = [name for name in HOSTILE if name.startswith(("a long", "escapes", "open", "tabs"))]


@pytest.mark.parametrize("name", [*LONG])
def test_messages_about_long_texts_stay_short(name: str) -> None:
    for problem in _parse(HOSTILE[name][0][:MAX_BYTES]).problems:
        assert len(problem.message) + len(problem.hint or "") < 500


def test_a_large_ordinary_file_is_read_fast() -> None:
    entry = "- dataset: {id: a/b, task_id: t}\n  value: 12.5\n  notes: n\n"
    begun = time.process_time()
    assert len(_parse(entry * 5_000).data) == 5_000
    assert time.process_time() - begun < budget(2)
