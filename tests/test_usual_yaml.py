"""The fast reader of the usual layout says what the parser says, or nothing."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from evalhub import usual_yaml, yaml_source
from evalhub.yaml_source import Document, signature

ENTRY = """- dataset:
    id: cais/hle
    task_id: hle
    revision: 5503434ddd753f426f4b38109466949a1217c2bb
  value: 44.9
  date: "2026-01-31"
  source:
    url: https://example.org/a_b-c?d=e&f=1,2
    name: Model Card
  notes: With tools (2 of 3)
"""


def _parsed(text: str, monkeypatch: pytest.MonkeyPatch) -> Document:
    """Return what the parser alone makes of a text."""
    monkeypatch.setattr(usual_yaml, "read", lambda _text: None)
    try:
        return yaml_source.parse(text.encode("utf-8", "surrogatepass"))
    finally:
        monkeypatch.undo()


def _agrees(text: str) -> bool:
    """Check that both say the same of a text; return whether the fast reader says anything."""
    found = usual_yaml.read(text)
    if found is None:
        return False
    with pytest.MonkeyPatch.context() as patch:
        document = _parsed(text, patch)
    assert (document.fatal, document.problems) == (False, ())
    assert signature(found[0]) == signature(document.data)
    assert found[1] == document.item_lines()
    return True


@pytest.mark.parametrize(
    "text",
    [
        ENTRY,
        ENTRY * 3,
        "- value: 1\n",
        "- value: -0.5\n- value: 0\n  notes: x\n",
        "- dataset:\n    id: a\n- dataset:\n    id: b\n",
        "- notes: ''\n  date: '2026-01-31'\n",
        '- notes: "a # b: c"\n',
        "- notes: 12:30 pm\n",
        "- notes: 1e5\n",
        "- notes: 1.2.3\n",
    ],
)
def test_the_usual_layout_is_read(text: str) -> None:
    assert _agrees(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "[]\n",
        "- value: 1",
        "  value: 1\n",
        "- value: 1\n\n",
        "# results\n- value: 1\n",
        "- value: 1 # by hand\n",
        "- value: 1\r\n",
        "- value:\n",
        "- value:\n  notes: x\n",
        "- dataset:\n  value: 1\n",
        "- dataset: x\n    id: a\n",
        "- dataset:\n      id: a\n",
        "- value: 1\n  value: 2\n",
        "- dataset:\n    id: a\n    id: b\n",
        "- date: 2026-01-31\n",
        "- notes: yes\n",
        "- notes: null\n",
        "- notes: ~\n",
        "- notes: 1_000\n",
        "- value: 017\n",
        "- value: 1:30\n",
        "- value: 0x1f\n",
        "- value: .5\n",
        "- value: 1.\n",
        "- value: 1.5e+3\n",
        "- value: " + "9" * 400 + "\n",
        "- notes: a: b\n",
        "- notes: a #b\n",
        "- notes: a \n",
        "- notes: *a\n",
        "- notes: &a b\n",
        "- notes: !!str b\n",
        "- notes: |\n    a\n",
        "- notes: [a]\n",
        "- notes: {a: b}\n",
        '- notes: "a\\tb"\n',
        "- notes: 'it''s'\n",
        "- notes: a\n    b\n",
        "- notes: caf\u00e9\n",
        "- notes: 'a\tb'\n",
        "- <<: a\n",
        "- 1: a\n",
        "- yes: a\n",
        "- a" + "b" * 2000 + ": c\n",
        "---\n- a: b\n",
        "- - a: b\n",
        "a: b\n",
        "- value: 1\n" * 8000,
    ],
    ids=range(50),
)
def test_anything_else_is_left_to_the_parser(text: str) -> None:
    assert usual_yaml.read(text) is None


_SINGLE = (
    "a B9 1 -2.50 0 007 1e5 1. 12:30 yes No null ~ 2026-01-31 a-b x/y:z https://e.org/a?b=c&d ( ) % +1 = << a:b ' \" "
    "'' é *a &a | > 5503434 1_0 .5 .inf nan 0x1f 0b1 1:30 12e03 y on ? - [ { , a, ! @ a@b a#b"
)
_WORDS = st.sampled_from([*_SINGLE.split(), "a: b", "a #b", "With tools"])
_TEXTS = st.lists(_WORDS, max_size=3).map(" ".join)
_VALUES = st.one_of(
    _TEXTS, _TEXTS.map(lambda text: f'"{text}"'), _TEXTS.map(lambda text: f"'{text}'"), st.floats().map(str)
)
_KEYS = st.sampled_from(["value", "id", "task_id", "notes", "verifyToken", "y", "null", "1", "<<", "a b", "é", "-"])
_INDENTS = st.sampled_from(["- ", "  ", "    ", "", "- - ", "   ", "      ", "\t", "-  "])
_LINES = st.one_of(
    st.builds(lambda indent, key, value: f"{indent}{key}: {value}", _INDENTS, _KEYS, _VALUES),
    st.builds(lambda indent, key: f"{indent}{key}:", _INDENTS, _KEYS),
    st.sampled_from(ENTRY.splitlines()),
    st.sampled_from(["", "# x", "---", "...", "- x", "%YAML 1.1", "   ", "- dataset: # x"]),
)
_ENDS = st.sampled_from(["\n", "\n", "\n", "\r\n", "", "\x85", "\u2028"])


@settings(deadline=None, max_examples=500)
@example("- a:\n    b: c\n  d: 1.0\n")
@given(st.lists(st.builds(str.__add__, _LINES, _ENDS), max_size=8).map("".join))
def test_of_any_lines_both_say_the_same(text: str) -> None:
    _agrees(text)


@settings(deadline=None, max_examples=300)
@given(st.from_regex(usual_yaml._LINE, fullmatch=True), st.from_regex(usual_yaml._LINE, fullmatch=True))
def test_of_any_lines_that_it_takes_for_usual_both_say_the_same(first: str, second: str) -> None:
    _agrees(f"- {first.lstrip(' -')}\n{second}\n")
    _agrees(f"- dataset:\n    {first.lstrip(' -')}\n{second}\n")


@settings(deadline=None, max_examples=300)
@given(st.text(st.characters(codec="utf-8"), max_size=12), st.sampled_from(["", "'", '"']))
def test_of_any_text_in_a_value_both_say_the_same(text: str, quote: str) -> None:
    _agrees(f"- notes: {quote}{text}{quote}\n")


def test_spans_are_found_in_what_was_read_fast() -> None:
    assert usual_yaml.read(ENTRY) is not None
    span = yaml_source.parse(ENTRY.encode()).span((0, "source", "name"))
    assert (span.line, span.column, span.end_column) == (9, 11, 21)
