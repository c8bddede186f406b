"""Editing result files in every layout that YAML allows a list of mappings, written as text, not by a YAML library."""

from __future__ import annotations

import json
import re
import time

import pytest
import ruamel.yaml
from costs import budget
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st
from ruamel.yaml.error import YAMLError

from evalhub.errors import EvalhubError
from evalhub.results_edit import add_entry, replace_entry
from evalhub.yaml_source import Document, parse

# --- layouts --------------------------------------------------------------------------------------------------------

# What may stand behind a key; lines after the first are indented by what the key has, and more.
SCALARS = [" 1", " -0.5", " 4.25e+1", " x", " a b", " 日本 Ü", " yes", " null", " ~", "", " &new x", " ! x", " *shared"]
SCALARS += [" 'it''s'", ' "q\u00e9""', " '#no'", ' "a: b"', ' "next\x85line"', " 'line\u2028end'", " !!str 5", " 1_0"]
SCALARS += [" 2025-01-31", ' "2025-01-31"', " https://example.org/a#b", " " + "very long " * 300 + "end", " !!float 1"]
MULTILINE = [" plain\n  words\n\n  more", " 'single\n\n   words'", ' "double\\\n  words"', "\n  behind", " |"]
MULTILINE += [" |\n  lines\n\n    # no comment\n  end", " >\n  folded\n  words", " |-\n  strip\n\n", " |+\n  keep\n\n"]
MULTILINE += [
    " >+\n  keep\n",
    " |2\n     odd\n  end",
    " |\n  - dash\n   ",
    " !!str |\n  x",
    " &y >-\n  x",
    " | # c\n  x",
]
FLOWS = [" {id: a/b, task_id: t}", ' {"id": "a/b", "task_id": \'t\'}', " {}", " [1, {a: null}]", " {? id : a, b}"]
FLOWS += [" {\n  id: a/b, # comment\n  task_id: t\n }", " &flow {id: [a,\n  b]}", " !!map {id: a/b}", " {id: a/b,}"]
NESTED = ["id: a/b\ntask_id: 't'", "id: a/b # comment\n# comment\nrevision: |\n  abc", "- 1\n- a: 2"]
KEYS = ["dataset", "value", "date", "source", "notes", "extra", "'quoted'", '"double"', "!!str tagged", "&key anchored"]
COMMENTS = ["# at the margin", "  # deeper", "      # deepest", "", "", "  ", "# - value: 1", "#!"]
IN_BRACES = ["{value: 1}", '{"value": 1, "notes": "x"}', "{dataset: {id: a},\n  value: 1}"]
IN_BRACKETS = [*IN_BRACES, "value: 1", "{}", "null", "x", "&one {value: 1}", "*shared", "{<<: *shared, value: 2}"]
IN_BRACKETS += ["{\n    'value': 1,\n    'notes': 'it''s'\n  }", "? value : 1", "'a': 1", "[1]"]
HEADS = ["", "---\n", "# head\n---\n", "--- # head\n", "\n# head\n\n", "%YAML 1.2\n---\n", "%TAG !e! tag:e:\n---\n"]
PROPERTIES = ["", "", "", "", "&all", "!!seq", "&all !!seq # comment", "!<tag:yaml.org,2002:seq>\n# comment"]
TAILS = ["", "", "...\n", "# foot\n", "\n\n", "# foot\n...\n# end\n", "\n  # foot", "   ", "\n...\n\n", "# \u2028#\n"]


@st.composite
def values(draw, step: int) -> list[str]:
    """What stands behind `key:`."""
    kind = draw(st.integers(0, 9))
    if kind < 4:
        return [draw(st.sampled_from(SCALARS)) + draw(st.sampled_from(["", "", "  # comment", " "]))]
    if kind < 6:
        return draw(st.sampled_from(MULTILINE)).split("\n")
    if kind < 8:
        return draw(st.sampled_from(FLOWS)).split("\n")
    properties = draw(st.sampled_from(["", "", " # comment", " &nested", " !!map"]))
    return [properties, *(" " * step + line for line in draw(st.sampled_from(NESTED)).split("\n"))]


@st.composite
def mappings(draw) -> list[str]:
    """The lines of a block mapping, its keys at the margin."""
    step = draw(st.integers(1, 4))
    lines = []
    for key in draw(st.lists(st.sampled_from(KEYS), min_size=1, max_size=4, unique=True)):
        if draw(st.integers(0, 9)) == 0:
            lines += [f"? {key}", *([":" + draw(st.sampled_from(SCALARS[:8]))] if draw(st.booleans()) else [])]
            continue
        first, *others = draw(values(step))
        lines += [f"{key}:{first}", *others, *draw(st.sampled_from([[], [], [], ["# inside"], [""]]))]
    if draw(st.integers(0, 9)) == 0:
        lines.insert(draw(st.sampled_from([0, len(lines)])), draw(st.sampled_from(["<<: *shared", "<<: [*shared]"])))
    return lines


@st.composite
def items(draw, margin: str) -> list[str]:
    """The lines of one item of a block list."""
    kind = draw(st.integers(0, 9))
    if kind == 0:
        rest = draw(st.sampled_from(["", " # comment", " *shared", " null", " text", " - 1", " &item", " !!map {}"]))
        return [f"{margin}-{rest}"]
    if kind < 3:
        lines = f"-{draw(st.sampled_from([' ', '  ']))}{draw(st.sampled_from(IN_BRACES))}".split("\n")
        return [margin + line for line in lines]
    lines, gap = draw(mappings()), draw(st.sampled_from([1, 1, 1, 2, 3]))
    indent = margin + " " * (gap + 1)
    if draw(st.integers(0, 4)) == 0:
        alone = draw(st.sampled_from(["-", "- # comment", "- &item", "- !!map # comment"]))
        return [margin + alone, *(indent + line if line else "" for line in lines)]
    first, *others = lines
    return [f"{margin}-{' ' * gap}{first}", *(indent + line if line else "" for line in others)]


@st.composite
def block_lists(draw) -> str:
    margin = " " * draw(st.sampled_from([0, 0, 0, 1, 2, 3]))
    lines = [margin + "- &shared {notes: shared, source: {url: x}}"] if draw(st.booleans()) else []
    between = st.sampled_from([[], [], [], [""]]) | st.lists(st.sampled_from(COMMENTS), max_size=3)
    for _ in range(draw(st.integers(0 if lines else 1, 3))):
        lines += draw(between) + draw(items(margin))
    return "\n".join([*lines, *draw(between), ""])


@st.composite
def flow_lists(draw) -> str:
    listed = draw(st.lists(st.sampled_from(IN_BRACKETS), max_size=3))
    listed = [*draw(st.sampled_from([[], ["&shared {notes: shared}"]])), *listed]
    gap = draw(st.sampled_from(["", " ", "\n  ", "\n\t", " # comment\n", "\n# comment\n\n    "]))
    comma = draw(st.sampled_from([",", ", ", ",\n  ", ", # comment\n  ", "\n  , ", " # comment\n, "]))
    last = draw(st.sampled_from(["", ",", " ,", ", # comment\n"])) if listed else ""
    return f"[{gap}{comma.join(listed)}{last}{draw(st.sampled_from(['', ' ', gap]))}]" + draw(
        st.sampled_from(["", " # comment", "\n"])
    )


@st.composite
def layouts(draw) -> str:
    """The text of a file that holds a list or nothing, if it is one that can be read at all."""
    none = st.sampled_from(["", "\n", "# only\n", "null\n", "~ # none\n", "  # deeper\n\n", "!!null null", "&x\n"])
    text = draw(st.one_of(block_lists(), block_lists(), block_lists(), flow_lists(), flow_lists(), none))
    head, properties = draw(st.sampled_from(HEADS)), draw(st.sampled_from(PROPERTIES))
    if properties and text.strip()[:1] in ("-", "["):
        text = f"{properties}\n{text}"
        head = head.replace("---\n", draw(st.sampled_from(["--- ", "---\n"])))
    text = head + text
    tail = draw(st.sampled_from(TAILS))
    text = text + tail if not tail.startswith((".", "#")) or text.endswith("\n") else f"{text}\n{tail}"
    text = text.rstrip("\n") if draw(st.integers(0, 2)) == 0 else text
    newline = draw(st.sampled_from(["\n", "\n", "\r\n", "\r"]))
    return draw(st.sampled_from(["", "", "\ufeff"])) + text.replace("\n", newline)


plain = st.sampled_from(
    ["x", "cais/hle", "with: colon", "it's", "yes", "", " 日本", "two\nlines", "https://e.org/#b", "\x85"]
)


def some_of(**fields: st.SearchStrategy) -> st.SearchStrategy[dict]:
    return st.fixed_dictionaries({}, optional=fields)


entries = some_of(
    dataset=some_of(id=plain, task_id=plain, revision=plain),
    value=st.integers(-9, 99) | st.floats(allow_nan=False, allow_infinity=False),
    date=st.just("2025-01-31"),
    source=some_of(url=plain, user=plain),
    notes=plain,
    extra=st.none() | st.booleans() | st.lists(plain, max_size=2),
)

# --- what must hold -------------------------------------------------------------------------------------------------


def readable(text: str) -> Document:
    document = parse(text.encode())
    assume(not document.fatal and isinstance(document.data, list | None))
    return document


def strict(value) -> str:
    return json.dumps(value, sort_keys=True)


def lines_of(text: str) -> list[str]:
    return re.findall(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+", text)


def is_block_list(document: Document) -> bool:
    return bool(document.data) and root_start(document) == "-"


def root_start(document: Document) -> str:
    """The character with which the list begins, behind its anchor and tag."""
    span = document.span(())
    rest = document.text[document.offset(span.line, span.column) :]
    while rest.startswith(("&", "!", "#")):
        rest = (re.sub(r"^[^\r\n]*", "", rest) if rest[0] == "#" else re.sub(r"^\S*", "", rest)).lstrip()
    return rest[:1]


def as_yaml_1_2(text: str):
    """What another parser, of another version of YAML, reads; None where it takes the text for no YAML."""
    try:
        return ruamel.yaml.YAML(typ="safe", pure=True).load(text)
    except (YAMLError, ValueError, AttributeError, TypeError, NotImplementedError):
        return None


def ends_in_block_scalar(before: Document) -> bool:
    """Whether a newline at the end of the text would be new in a block scalar."""
    last = max(before.scalars(lambda _: True), key=lambda found: (found[1].line, found[1].column), default=None)
    unfinished = not before.text.endswith(("\n", "\r"))
    return unfinished and last is not None and re.match(r"(?:[&!]\S+\s+)*[|>]", before.source(last[1])) is not None


def assert_lines_kept(before: str, after: str) -> None:
    """Every line of `before` stands in `after`, in order, byte for byte, and all that is new is one run of lines."""
    assert before.startswith("\ufeff") == after.startswith("\ufeff")
    old, new = (lines_of(text.removeprefix("\ufeff")) for text in (before, after))
    if old and not old[-1].endswith(("\n", "\r")) and old[-1] != new[-1]:
        old[-1] = next(line for line in new if line.rstrip("\r\n") == old[-1])
    kept = next((index for index, line in enumerate(old) if new[index] != line), len(old))
    assert old[kept:] == new[len(new) - len(old) + kept :]


def assert_characters_kept(before: str, after: str) -> None:
    rest = iter(after)
    assert all(character in rest for character in before)


# --- what an added entry looks like ---------------------------------------------------------------------------------

ENTRY = {"dataset": {"id": "cais/hle", "task_id": "hle"}, "value": 41.5, "date": "2026-01-31", "notes": "With tools"}
BLOCK = """\
- dataset:
    id: cais/hle
    task_id: hle
  value: 41.5
  date: "2026-01-31"
  notes: With tools
"""
DATASET_IN_BRACES = BLOCK.replace(":\n    id: cais/hle\n    task_id: hle\n", ": {id: cais/hle, task_id: hle}\n")
LOOKS = {
    "directive": ("%YAML 1.1\n---\n- a: 1\n", BLOCK),
    "directive and nothing": ("%YAML 1.2\n---\n", BLOCK),
    "tag directive": ("%TAG ! tag:example.org,2025:\n--- # c\n- a: 1\n", BLOCK),
    "tag": ("!!seq\n- a: 1\n", BLOCK),
    "anchor": ("--- &all # c\n  - a: 1\n", "  " + BLOCK.replace("\n", "\n  ")[:-2]),
    "line that begins with % in quotes": ('- notes: "a\n%b"\n  id: b\n', BLOCK),
    "keys far from the dash": ("-   a: 1\n", BLOCK.replace("\n", "\n  ").replace("- ", "-   ")[:-2]),
    "nested keys far to the right": ("- dataset:\n      id: a\n", BLOCK.replace("    ", "      ")),
    "nested keys near": ("- dataset:\n   id: a\n", BLOCK.replace("    ", "   ")),
    "dash on a line of its own": ("-\n  a: 1\n- # c\n  a: 2\n", BLOCK.replace("- ", "-\n  ")),
    "blank line between": ("- a: 1\n\n# the second\n- a: 2\n", "\n" + BLOCK),
    "blank line inside only": ("- a: 1\n\n  b: 1\n- a: 2\n", BLOCK),
    "mappings in braces": ("- dataset: {id: a}\n  value: 1\n", DATASET_IN_BRACES),
    "one mapping in braces, one not": ("- dataset: {id: a}\n- dataset:\n    id: a\n", BLOCK),
    "entries in braces": (
        "-  {value: 1}\n",
        '-  {dataset: {id: cais/hle, task_id: hle}, value: 41.5, date: "2026-01-31", notes: With tools}\n',
    ),
    "entries in braces on lines": (
        "- {\n    'value': 1\n  }\n",
        "- {\n    'dataset': {'id': 'cais/hle', 'task_id': 'hle'},\n    'value': 41.5,\n".replace("'", '"')
        + '    "date": "2026-01-31",\n    "notes": "With tools"\n  }\n',
    ),
    "double quotes": ('- notes: "a"\n', re.sub("(cais/hle|hle|With tools)$", r'"\1"', BLOCK, flags=re.M)),
    "single quotes": ("- notes: 'a'\n", re.sub('"?(cais/hle|hle|With tools|2026.*1)"?$', r"'\1'", BLOCK, flags=re.M)),
    "single quotes where needed": ("- date: '2025-01-31'\n  notes: a\n", BLOCK.replace('"', "'")),
    "quoted keys": ('- "value": 1\n', re.sub("([a-z_]+):", r'"\1":', BLOCK)),
    "comments that belong to the last entry": ("- a: 1 # c\n    # d\n  # e\n", BLOCK),
    "alias": ("- &x\n  a: 1\n- *x # c\n", BLOCK),
}


@pytest.mark.parametrize(("before", "added"), LOOKS.values(), ids=LOOKS)
def test_an_added_entry_looks_like_its_neighbours(before, added):
    assert add_entry(before, ENTRY) == before + added


UNFINISHED = ["|", "|-", "|+", ">", ">+", "|2", "|2+", "|+2", "| # comment", "!!str |", "&x >"]


@pytest.mark.parametrize("header", UNFINISHED)
def test_a_block_scalar_at_the_end_without_a_newline_stays_the_text_it_is(header):
    before = f"- notes: a\n  extra: {header}\n    x"
    strips = re.sub(r"([|>])(?:([1-9]?)[+-]?|[+-]([1-9]))(?= |$)", r"\1\2\3-", header)
    assert add_entry(before, ENTRY) == before.replace(header, strips) + "\n" + BLOCK


def test_an_entry_that_ends_in_a_key_without_a_value_is_replaced_as_a_whole():
    text = "- &x {a: 1}\n- <<: *x\n  ? dataset"
    assert replace_entry(text, 1, {"value": 2}) == "- &x {a: 1}\n- value: 2"


def test_the_cost_does_not_grow_with_the_square_of_an_entry():
    text = "- value: 1\n" + "".join(f"  k{number}: 1\n" for number in range(20_000)) + "# foot\n"
    allowed = budget(5)
    begun = time.process_time()
    assert replace_entry(text, 0, {"value": 2}) == "- value: 2\n# foot\n"
    add_entry(text, ENTRY)
    assert time.process_time() - begun < allowed


many = settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)


@many
@given(layouts(), entries)
def test_an_entry_is_added_in_any_layout_and_nothing_else_changes(text, entry):
    before = readable(text)
    event("block" if is_block_list(before) else "flow" if before.data is not None else "nothing")
    added = add_entry(text, entry)
    after = parse(added.encode())
    assert strict(after.data) == strict([*(before.data or []), entry])
    assert [problem.code for problem in after.problems] == [problem.code for problem in before.problems]
    if is_block_list(before):
        if not ends_in_block_scalar(before):
            assert_lines_kept(text, added)
    elif before.data is not None:
        assert_characters_kept(text, added)
    elif before.span(()) and not before.source(before.span(())):
        assert_lines_kept(text, added)


@many
@given(layouts(), entries)
def test_a_yaml_1_2_parser_reads_the_added_entry_too(text, entry):
    readable(text)
    before = as_yaml_1_2(text)
    assume(isinstance(before, list))
    after = as_yaml_1_2(add_entry(text, entry))
    assert repr(after[:-1]) == repr(before)
    assert strict(after[-1]) == strict(entry)


@many
@given(layouts(), entries, st.data())
def test_an_entry_is_replaced_in_any_layout_and_nothing_else_changes(text, entry, draws):
    before = readable(text)
    assume(before.data)
    index = draws.draw(st.integers(0, len(before.data) - 1))
    old = before.data[index]
    changed = old | entry if isinstance(old, dict) and draws.draw(st.booleans()) else entry
    try:
        replaced = replace_entry(text, index, changed)
    except EvalhubError:
        assert "&" in before.source(before.span((index,)))  # others may refer to what it holds
        return
    expected = [*before.data[:index], changed, *before.data[index + 1 :]]
    assert strict(parse(replaced.encode()).data) == strict(expected)
    if is_block_list(before):
        assert_only_that_entry_changed(text, replaced, before, index)


def assert_only_that_entry_changed(text: str, replaced: str, before: Document, index: int) -> None:
    """The lines of all other entries, and the comments that are not deeper than the dash, are as they were."""
    assume("- *shared" not in text)  # an alias is found where its anchor is
    assert text.startswith("\ufeff") == replaced.startswith("\ufeff")
    new = lines_of(replaced.removeprefix("\ufeff"))
    head = lines_of(before.text[: before.offset(before.span((index,)).line, 1)])
    assert new[: len(head)] == head
    if index + 1 < len(before.data):
        tail = lines_of(before.text[before.offset(before.span((index + 1,)).line, 1) :])
        assert new[len(new) - len(tail) :] == tail
