"""Findings as text, with the source line and a caret, and as JSON."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from evalhub import validate
from evalhub.diagnostics import Diagnostic, FileRef, Span
from evalhub.render.diagnostics import diagnostic_lines, place, print_report, report_json, summary
from evalhub.validation import Report

FILE = FileRef(".eval_results/hle.yaml", "org/model", None, "/hub/models/org/model")


def _diagnostic(
    line: str | None = "  value: high",
    span: Span | None = Span(4, 10, 4, 14),  # noqa: B008
    *,
    code: str = "EH112",
    message: str = "a message",
    hint: str | None = "a hint",
    file: FileRef = FILE,
) -> Diagnostic:
    return Diagnostic(code, message, file, span, hint, line)


def _text(*diagnostics: Diagnostic, terminal: bool = False, width: int = 80, **options: Any) -> str:
    """Return what is printed, on a console as `evalhub.render.terminal` makes them."""
    stream = io.StringIO()
    colours = "standard" if terminal else None
    console = Console(
        file=stream, force_terminal=terminal, width=width, color_system=colours, highlight=False, **options
    )
    print_report(console, Report(3, diagnostics))
    return stream.getvalue()


def _source_and_caret(line: str, span: Span) -> tuple[str, str]:
    lines = _text(_diagnostic(line, span)).splitlines()
    return lines[1], lines[2]


# --- the source line ------------------------------------------------------------------------------------------------


def test_finding_is_told_in_four_lines() -> None:
    assert _text(_diagnostic()).splitlines()[:4] == [
        "/hub/models/org/model/.eval_results/hle.yaml:4:10: error[EH112] a message",
        "  4 |   value: high",
        "    |          ^^^^",
        "    = hint: a hint",
    ]


@pytest.mark.parametrize(
    ("line", "span", "marked"),
    [
        ("  value: high", Span(4, 10, 4, 14), "high"),
        ("- a: x", Span(12345, 6, 12345, 7), "x"),
        ("- 漢字: 値 # x", Span(1, 7, 1, 8), "値"),
        ("- 🙂🙂: bad", Span(1, 7, 1, 10), "bad"),
        ("- e\u0301e\u0301: bad", Span(1, 9, 1, 12), "bad"),
        ("-\ta: bad", Span(1, 6, 1, 9), "bad"),
        ("- a: \x1b[31m", Span(1, 6, 1, 11), "\\x1b[31m"),
        ("- \u202ea: bad", Span(1, 7, 1, 10), "bad"),
        ("x" * 500 + "bad" + "y" * 500, Span(1, 501, 1, 504), "bad"),
        ("漢" * 500 + "bad" + "字" * 500, Span(1, 501, 1, 504), "bad"),
        ("\x1b" * 500 + "bad", Span(1, 501, 1, 504), "bad"),
        ("bad" + "y" * 500, Span(1, 1, 1, 4), "bad"),
        ("x" * 159 + "bad", Span(1, 160, 1, 163), "bad"),
        ("x" * 500 + "bad", Span(1, 501, 1, 504), "bad"),
        ("[bold]a[/bold] bad", Span(1, 16, 1, 19), "bad"),
    ],
)
def test_caret_is_exactly_under_what_is_meant(line: str, span: Span, marked: str) -> None:
    source, caret = _source_and_caret(line, span)
    before = source[: source.rindex(marked)]
    assert cell_len(before) == caret.index("^")
    assert caret.count("^") == cell_len(marked)


def test_span_over_several_lines_is_marked_to_the_end_of_the_first() -> None:
    assert _source_and_caret("  a: {", Span(1, 6, 3, 2))[1].count("^") == 1


@pytest.mark.parametrize("column", [7, 8, 500])
def test_span_behind_the_end_has_one_caret_behind_the_last_character(column: int) -> None:
    source, caret = _source_and_caret("- a: [", Span(1, column, 1, column + 1))
    assert caret.index("^") == len(source)
    assert caret.count("^") == 1


def test_empty_span_has_a_caret() -> None:
    assert _source_and_caret("a: b", Span(1, 2, 1, 2))[1].count("^") == 1


def test_very_long_line_is_cut_on_both_sides() -> None:
    source, _ = _source_and_caret("x" * 5000 + "bad" + "y" * 5000, Span(1, 5001, 1, 5004))
    assert len(source) < 300
    assert source.count("…") == 2


def test_line_that_fits_is_not_cut() -> None:
    assert "…" not in _source_and_caret("x" * 100, Span(1, 1, 1, 2))[0]


def test_very_long_span_is_cut() -> None:
    source, caret = _source_and_caret("x" * 5000, Span(1, 1, 1, 5001))
    assert len(source) < 300
    assert len(caret) <= len(source)


@pytest.mark.parametrize("line", [None, "", "   "])
def test_finding_without_a_source_line_has_no_caret(line: str | None) -> None:
    assert "^" not in _text(_diagnostic(line))


def test_finding_without_a_place_has_neither_line_nor_caret() -> None:
    assert _text(_diagnostic(None, None)).splitlines()[:2] == [
        "/hub/models/org/model/.eval_results/hle.yaml: error[EH112] a message",
        "   = hint: a hint",
    ]


def test_finding_without_a_hint_has_no_hint_line() -> None:
    assert "hint" not in _text(_diagnostic(hint=None))


def test_warning_is_called_a_warning() -> None:
    assert ": warning[EH203] " in _text(_diagnostic(code="EH203"))


LINES = st.text(st.characters(codec="utf-8", exclude_characters="\n\r\x85\u2028\u2029"), min_size=1, max_size=200)


@settings(max_examples=50, deadline=None)
@given(LINES, st.integers(1, 250), st.integers(0, 250))
def test_any_line_and_span_can_be_shown(line: str, column: int, length: int) -> None:
    text = _text(_diagnostic(line, Span(1, column, 1, column + length)))
    assert not set(text) & {chr(code) for code in (*range(0x0A), *range(0x0B, 0x20), *range(0x7F, 0xA0))}


@settings(max_examples=50, deadline=None)
@given(LINES, st.integers(1, 200))
def test_any_line_with_something_in_it_has_a_caret(line: str, column: int) -> None:
    if line.strip():
        assert "^" in _text(_diagnostic(line, Span(1, column, 1, column + 1))).splitlines()[2]


# --- where ----------------------------------------------------------------------------------------------------------


def test_place_in_a_working_tree_is_a_path_to_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    file = FileRef(".eval_results/a.yaml", "org/m", None, str(tmp_path / "models/org/m"))
    assert place(file, Span(4, 10, 4, 14)) == "models/org/m/.eval_results/a.yaml:4:10"


def test_place_on_a_ref_names_the_repository_and_the_ref(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    file = FileRef(".eval_results/a.yaml", "org/m", "refs/pr/3", str(tmp_path / "models/org/m"))
    assert place(file, Span(4, 10, 4, 14)) == "models/org/m (refs/pr/3) .eval_results/a.yaml:4:10"


def test_place_of_a_whole_repository_is_its_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert place(FileRef("", "org/m", None, str(tmp_path / "models/org/m")), None) == "models/org/m"


def test_place_outside_any_repository_is_the_path_as_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert place(FileRef("drafts/a.yaml"), None) == "drafts/a.yaml"


# --- the summary ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("files", "codes", "expected"),
    [
        (0, [], "no findings in 0 files"),
        (1, [], "no findings in 1 file"),
        (47, ["EH112", "EH101", "EH203"], "2 errors, 1 warning in 47 files"),
        (1, ["EH203", "EH302"], "0 errors, 2 warnings in 1 file"),
        (2, ["EH112"], "1 error, 0 warnings in 2 files"),
    ],
)
def test_summary_counts(files: int, codes: list[str], expected: str) -> None:
    assert summary(Report(files, tuple(_diagnostic(code=code) for code in codes))) == expected


def test_summary_is_the_last_line() -> None:
    assert _text(_diagnostic()).splitlines()[-1] == "1 error, 0 warnings in 3 files"


# --- terminals and pipes --------------------------------------------------------------------------------------------


def test_pipe_gets_plain_text() -> None:
    assert "\x1b" not in _text(_diagnostic("- a: \x1b[31m", Span(1, 6, 1, 11)))


def test_terminal_gets_colours() -> None:
    assert "\x1b[1;31m" in _text(_diagnostic(), terminal=True)


def test_terminal_without_colours_gets_none() -> None:
    assert "\x1b[1;31m" not in _text(_diagnostic(), terminal=True, no_color=True)


def test_narrow_terminal_breaks_no_line() -> None:
    """A broken line would put the caret under something else; terminals wrap by themselves."""
    long = _diagnostic("  value: " + "x" * 100, Span(4, 10, 4, 110), message="m " * 60)
    assert len(_text(long, width=40).splitlines()) == len(_text(long, width=1000).splitlines())


# --- JSON -----------------------------------------------------------------------------------------------------------

KEYS = {"code", "severity", "message", "path", "repo", "ref", "line", "column", "end_line", "end_column", "hint"}


def _json(*diagnostics: Diagnostic) -> Any:
    return json.loads(report_json(Report(3, diagnostics)))


def test_json_has_exactly_these_keys() -> None:
    assert list(_json()) == ["files_checked", "errors", "warnings", "diagnostics"]


def test_json_counts() -> None:
    found = _json(_diagnostic(), _diagnostic(code="EH203"))
    assert (found["files_checked"], found["errors"], found["warnings"]) == (3, 1, 1)


@pytest.mark.parametrize("diagnostic", [_diagnostic(), _diagnostic(None, None, hint=None, file=FileRef(""))])
def test_json_of_a_finding_always_has_all_keys(diagnostic: Diagnostic) -> None:
    assert set(_json(diagnostic)["diagnostics"][0]) >= KEYS


def test_json_of_a_finding() -> None:
    found = _json(_diagnostic())["diagnostics"][0]
    assert {key: found[key] for key in KEYS} == {
        "code": "EH112",
        "severity": "error",
        "message": "a message",
        "path": ".eval_results/hle.yaml",
        "repo": "org/model",
        "ref": None,
        "line": 4,
        "column": 10,
        "end_line": 4,
        "end_column": 14,
        "hint": "a hint",
    }


def test_json_without_a_place_has_nulls() -> None:
    found = _json(_diagnostic(None, None))["diagnostics"][0]
    assert [found[key] for key in ("line", "column", "end_line", "end_column")] == [None] * 4


@settings(deadline=None)
@given(st.text(st.characters(codec=None), max_size=50))
def test_json_of_any_text_is_safe_and_read_back(text: str) -> None:
    printed = report_json(Report(1, (_diagnostic(message=text, hint=text, file=FileRef(text, text, text)),)))
    assert not any((ord(char) < 0x20 and char != "\n") or 0x7F <= ord(char) < 0xA0 for char in printed)
    printed.encode()
    assert json.loads(printed)["diagnostics"][0]["message"] == json.loads(json.dumps(text))


@pytest.mark.parametrize("width", [30, 80, 120])
@pytest.mark.parametrize("filler", ["x", "字", "\x85"])
@pytest.mark.parametrize("before", [0, 40, 75, 300])
def test_a_caret_stands_beneath_what_is_meant_on_any_terminal(width: int, filler: str, before: int) -> None:
    line = filler * before + "WRONG" + filler * 300
    found = Diagnostic("EH112", "m", FILE, Span(1, before + 1, 1, before + 6), None, line)
    _, source, caret = (text.plain for text in diagnostic_lines(found, width))
    assert cell_len(source) <= width
    assert cell_len(source[: source.index("WRONG")]) == caret.index("^")
    assert caret.count("^") == 5


def test_a_line_is_cut_for_a_terminal(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text("- 3 # " + "x" * 500 + "\n")
    stream = io.StringIO()
    out = Console(file=stream, force_terminal=True, width=80, color_system=None)
    print_report(out, validate(tmp_path / "x.yaml"))
    assert all(cell_len(line) <= 80 for line in stream.getvalue().splitlines() if " | " in line)
