"""Names that mean the same thing, the nearest known name, and showing a stranger's text."""

from __future__ import annotations

import time
import unicodedata

import pytest
from costs import budget
from hypothesis import given, settings
from hypothesis import strategies as st

from evalhub.names import did_you_mean, nearest, normalise, printable

# Everything that a terminal, or a reader's eye, takes for an instruction: controls, and what turns text around.
CONTROLS = [chr(code) for code in (*range(0x20), *range(0x7F, 0xA0))]
DIRECTIONS = list("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
OTHERS = [chr(code) for code in (0x2028, 0x2029, 0xD800, 0xDFFF, 0xFEFF)]  # line ends, lone surrogates, a mark


# --- normalise ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["MMLU-Pro", "mmlu_pro", "mmlu pro", "MMLU.PRO", "mmlu--pro", "mMlUpRo", "ＭＭＬＵ-Pro"]
)
def test_case_and_separators_do_not_matter(name: str) -> None:
    assert normalise(name) == normalise("MMLU-Pro")


@pytest.mark.parametrize(("one", "other"), [("GPQA", "GPQA2"), ("hle", "hla"), ("v1.0", "v1.1"), ("été", "ete")])
def test_letters_and_digits_matter(one: str, other: str) -> None:
    assert normalise(one) != normalise(other)


def test_composed_and_decomposed_letters_are_one() -> None:
    assert normalise(unicodedata.normalize("NFD", "Évaluation")) == normalise("Évaluation")


@pytest.mark.parametrize(("one", "other"), [("-", "_"), ("--", "-"), ("/", ".")])
def test_names_of_separators_only_stay_different(one: str, other: str) -> None:
    assert normalise(one) != normalise(other)


@settings(deadline=None)
@given(st.text())
def test_normalising_twice_changes_nothing(name: str) -> None:
    assert normalise(normalise(name)) == normalise(name)


# --- nearest --------------------------------------------------------------------------------------------------------


def test_nearest_finds_a_typing_mistake() -> None:
    assert nearest("gpqa_dimond", ["hle", "gpqa_diamond", "gpqa_main"]) == ["gpqa_diamond"]


def test_nearest_ignores_case_and_separators() -> None:
    assert nearest("GPQA DIAMOND", ["gpqa_main", "gpqa_diamond"]) == ["gpqa_diamond"]


def test_nearest_gives_nothing_where_nothing_is_near() -> None:
    assert nearest("terminal-bench", ["hle", "gpqa"]) == []


def test_nearest_of_no_names_is_nothing() -> None:
    assert nearest("hle", []) == []


def test_nearest_gives_the_most_similar_first() -> None:
    assert nearest("gpqa_diamon", ["gpqa_dia", "gpqa_diamond"], limit=2) == ["gpqa_diamond", "gpqa_dia"]


def test_nearest_gives_at_most_as_many_as_asked_for() -> None:
    assert len(nearest("task_1", [f"task_{number}" for number in range(50)], limit=3)) == 3


def test_nearest_gives_a_name_as_it_is_written() -> None:
    assert nearest("mmlu pro", ["TIGER-Lab/MMLU-Pro", "MMLU-Pro"]) == ["MMLU-Pro"]


def test_nearest_is_fast_for_a_very_long_name() -> None:
    begun = time.process_time()
    nearest("ab" * 200_000, ["ab" * 50, "hle"])
    assert time.process_time() - begun < budget(1)


def test_suggestion_is_a_question() -> None:
    assert did_you_mean("hle_", ["hle"]) == "did you mean hle?"


def test_no_suggestion_where_nothing_is_near() -> None:
    assert did_you_mean("terminal-bench", ["hle"]) is None


def test_suggestion_is_safe_for_a_terminal() -> None:
    assert did_you_mean("hle", ["h\x1ble"]) == "did you mean h\\x1ble?"


# --- printable ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("char", [*CONTROLS, *DIRECTIONS, *OTHERS])
def test_what_a_terminal_acts_on_is_escaped(char: str) -> None:
    shown = printable(f"a{char}b")
    assert char not in shown
    assert shown.startswith("a\\")
    assert shown.endswith("b")


@pytest.mark.parametrize("text", ["", "plain", "Évaluation", "漢字", "🙂", "a  b", "e\u0301", "a\u200db", 'q"\\'])
def test_what_can_be_shown_stays(text: str) -> None:
    assert printable(text) == text


def test_escape_names_the_character() -> None:
    assert printable("\x1b[31m\u202e") == "\\x1b[31m\\u202e"


def test_text_within_the_limit_stays_whole() -> None:
    assert printable("12345", limit=5) == "12345"


def test_text_beyond_the_limit_ends_in_an_ellipsis() -> None:
    assert printable("123456", limit=5) == "1234…"


@settings(deadline=None)
@given(st.text(alphabet=st.characters(codec=None)))
def test_printable_text_encodes_and_has_no_controls(text: str) -> None:
    shown = printable(text)
    shown.encode("utf-8")
    assert not any(unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") for char in shown)


@settings(deadline=None)
@given(st.text())
def test_printing_twice_changes_nothing(text: str) -> None:
    assert printable(printable(text)) == printable(text)
