"""The YAML header of a README."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalhub.cards import base_models, read_header


@pytest.mark.parametrize(
    "text",
    [
        "---\nlicense: mit\n---\n# Title\n",
        "---\r\nlicense: mit\r\n---\r\n",
        "\ufeff---\nlicense: mit\n---\n",
        "---  \nlicense: mit\n---",
        "---\nlicense: mit\n...\ntext\n---\n",
    ],
)
def test_header_is_what_stands_between_the_lines(text: str) -> None:
    assert read_header(text.encode()) == {"license": "mit"}


_NO_HEADERS = ["", "# Title\n", "\n---\na: b\n---\n", "---\na: b\n", "---\n- a\n---\n", "---\na: [\n---\n"]


@pytest.mark.parametrize("text", _NO_HEADERS)
def test_without_a_header_that_can_be_read_there_is_nothing(text: str) -> None:
    assert read_header(text.encode()) == {}


def test_a_header_beyond_the_first_mebibyte_is_not_read() -> None:
    assert read_header(b"---\na: b\n" + b"#" * (1 << 20) + b"\n---\n") == {}


@given(st.binary(max_size=200))
def test_any_bytes_are_read_without_an_error(raw: bytes) -> None:
    read_header(b"---\n" + raw + b"\n---\n")


_NOTHING: list[object] = [None, 1, {"a": 1}, "", []]


@pytest.mark.parametrize(
    ("declared", "ids"),
    [("a/b", ("a/b",)), (["a/b", "c/d"], ("a/b", "c/d")), (["a/b", 2], ("a/b",)), *((one, ()) for one in _NOTHING)],
)
def test_base_models_are_named_alone_or_in_a_list(declared: object, ids: tuple[str, ...]) -> None:
    assert base_models({"base_model": declared}) == ids
