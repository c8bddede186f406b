from __future__ import annotations

import json
import math

import pytest
import yaml
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from evalhub.errors import EvalhubError
from evalhub.results_edit import add_entry, replace_entry
from evalhub.yaml_source import parse

NEW = {
    "dataset": {"id": "cais/hle", "task_id": "hle"},
    "value": 0.5,
    "source": {"url": "https://example.org/a", "user": "someone"},
    "notes": "no tools",
}
NEW_TEXT = """\
- dataset:
    id: cais/hle
    task_id: hle
  value: 0.5
  source:
    url: https://example.org/a
    user: someone
  notes: no tools
"""
NEW_FLOW = (
    '{"dataset": {"id": "cais/hle", "task_id": "hle"}, "value": 0.5,'
    ' "source": {"url": "https://example.org/a", "user": "someone"}, "notes": "no tools"}'
)


def data(text: str):
    document = parse(text.encode())
    assert not document.fatal, document.problems
    return document.data


def strict(value) -> str:
    return json.dumps(value, sort_keys=True)


def indented(spaces: int) -> str:
    return "".join(" " * spaces + line for line in NEW_TEXT.splitlines(keepends=True))


# --- a new file -----------------------------------------------------------------------------------------------------


def entry_text(entry):
    """What a new file with one entry holds."""
    return add_entry("", entry)


def test_a_new_file_puts_the_keys_in_order_and_quotes_what_is_not_plainly_text():
    entry = {
        "notes": "Ünï 日本: 5-shot # really",
        "extra": [1, {"a": None}],
        "source": {"org": "yes", "user": "me", "name": "A name (v2)", "url": "https://example.org/a"},
        "date": "2025-01-31",
        "verifyToken": "eyJ.abc",
        "value": 41.2,
        "dataset": {"revision": "1e5", "task_id": "musr:murder_mysteries", "id": "01-ai/x"},
    }
    assert (
        entry_text(entry)
        == """\
- dataset:
    id: "01-ai/x"
    task_id: musr:murder_mysteries
    revision: "1e5"
  value: 41.2
  verifyToken: eyJ.abc
  date: "2025-01-31"
  source:
    url: https://example.org/a
    name: A name (v2)
    user: me
    org: "yes"
  notes: "Ünï 日本: 5-shot # really"
  extra: [1, {"a": null}]
"""
    )


AMBIGUOUS = [
    *(
        "yes",
        "No",
        "ON",
        "off",
        "y",
        "N",
        "true",
        "False",
        "null",
        "Null",
        "~",
        "=",
        "<<",
        "*",
        "&",
        "!",
        "|",
        ">",
        "%",
    ),
    *("@", "`", "-", "?", ":", "1", "017", "0o17", "0x1F", "0b1", "1_000", "1e5", "1.5", ".5", "+1", ".inf", "-.inf"),
    *(".nan", "nan", "inf", "Infinity", "12:30", "1:30:00.5", "2025-01-31", "2025-01-31T10:00:00Z", "---", "...", "[]"),
    *("{}", "a:", "#b", "'c", '"d', "\\"),
]
TEXTS = [
    *AMBIGUOUS,
    *(
        "",
        " ",
        " a",
        "a ",
        "a: b",
        "a #b",
        "a\nb",
        "a\r\nb",
        "a\tb",
        "\ta",
        "[a",
        "a, b",
        "- a",
        "? a",
        "key:",
        "é",
        "😀",
    ),
    *(
        "\x00",
        "\x07",
        "\x7f",
        "\x85",
        "\xa0",
        "\u2028",
        "\u202e",
        "\ufeff",
        "\ufffe",
        "👩\u200d💻",
        "x" * 5000,
        "a b " * 500,
    ),
]


@pytest.mark.parametrize("text", TEXTS)
def test_text_is_read_as_the_same_text_by_yaml_1_1_and_1_2(text):
    entry = {"dataset": {"id": text}, "value": 1, "notes": text, text[:1000]: "odd key"}
    written = entry_text(entry)
    assert yaml.safe_load(written) == [entry]
    assert data(written) == [entry]
    assert not parse(written.encode()).problems
    assert read_as_1_2(written) == [entry]
    assert "\u202e" not in written


def read_as_1_2(text: str):
    ruamel_yaml = pytest.importorskip("ruamel.yaml")
    return ruamel_yaml.YAML(typ="safe", pure=True).load(text)


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (0, "0"),
        (-3, "-3"),
        (41.2, "41.2"),
        (1.0, "1.0"),
        (-0.0, "-0.0"),
        (1e-05, "1.0e-05"),
        (1.25e-07, "1.25e-07"),
        (1e16, "1.0e+16"),
        (1e300, "1.0e+300"),
        (0.1 + 0.2, "0.30000000000000004"),
        (10**30, "1" + "0" * 30),
    ],
)
def test_numbers_are_the_same_numbers_in_yaml_1_1_and_1_2(number, written):
    text = entry_text({"value": number})
    assert text == f"- value: {written}\n"
    for value in (yaml.safe_load(text)[0]["value"], data(text)[0]["value"], read_as_1_2(text)[0]["value"]):
        assert (type(value), value) == (type(number), number)


def test_a_subclass_of_float_is_written_as_a_number():
    class Float64(float):
        def __repr__(self) -> str:
            return f"Float64({float(self)})"

    assert entry_text({"value": Float64(0.5)}) == "- value: 0.5\n"


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 10**400, "\ud800"])
def test_what_yaml_cannot_hold_is_refused(value):
    with pytest.raises(EvalhubError):
        entry_text({"value": value})


def test_an_entry_without_keys_is_an_empty_mapping():
    assert entry_text({}) == "- {}\n"
    assert entry_text({"source": {}}) == "- source: {}\n"


# --- add_entry ------------------------------------------------------------------------------------------------------

OLD = "- dataset: {id: a/b, task_id: t}  # which\n  value: 1\n"
LIKE_OLD = NEW_TEXT.replace(":\n    id: cais/hle\n    task_id: hle\n", ": {id: cais/hle, task_id: hle}\n")
IN_BLOCK = {
    "simple": ("- value: 1\n", "- value: 1\n" + NEW_TEXT),
    "comments": ("# head\n" + OLD + "# foot\n\n", "# head\n" + OLD + LIKE_OLD + "# foot\n\n"),
    "no final newline": ("- value: 1  # one", "- value: 1  # one\n" + NEW_TEXT),
    "indented": ("  - value: 1\n", "  - value: 1\n" + indented(2)),
    "blank lines at the end": ("- value: 1\n\n\n", "- value: 1\n" + NEW_TEXT + "\n\n"),
    "own comment": ("- value: 1\n  # date: when\n# foot", "- value: 1\n  # date: when\n" + NEW_TEXT + "# foot"),
    "blank lines between": ("- a: 1\n\n- b: 2\n", "- a: 1\n\n- b: 2\n\n" + NEW_TEXT),
    "document markers": ("---\n- value: 1\n...\n# end\n", "---\n- value: 1\n" + NEW_TEXT + "...\n# end\n"),
    "block scalar": ("- notes: |\n    x\n\n# foot\n", "- notes: |\n    x\n\n" + NEW_TEXT + "# foot\n"),
    "kept blank lines": ("- notes: |+\n    x\n\n\n", "- notes: |+\n    x\n\n\n" + NEW_TEXT),
    "several lines": (
        "- notes: a\n    b\n  source: {\n    url: x }\n",
        "- notes: a\n    b\n  source: {\n    url: x }\n"
        + NEW_TEXT.replace(
            ":\n    url: https://example.org/a\n    user: ", ': {url: "https://example.org/a", user: '
        ).replace("someone", "someone}"),
    ),
    "lone dash": ("-\n", "-\n" + NEW_TEXT),
    "dash on its own line": ("-\n  value: 1\n", "-\n  value: 1\n" + NEW_TEXT.replace("- ", "-\n  ")),
    "alias": (
        "- &x\n  dataset: &y {id: a/b}\n- dataset: *y\n- *x\n# foot\n",
        "- &x\n  dataset: &y {id: a/b}\n- dataset: *y\n- *x\n" + LIKE_OLD + "# foot\n",
    ),
    "alias in one entry": (
        "- a: &y {id: a/b}\n  b: *y\n# foot\n",
        "- a: &y {id: a/b}\n  b: *y\n" + NEW_TEXT + "# foot\n",
    ),
    "problems of its own": ("- date: 2025-01-31\n  value: 1\n  value: 2\n", None),
    "empty": ("", NEW_TEXT),
    "only blank lines": ("\n\n", "\n\n" + NEW_TEXT),
    "only comments": ("# head\n  # more", "# head\n  # more\n" + NEW_TEXT),
    "only a marker": ("--- # none yet\n", "--- # none yet\n" + NEW_TEXT),
    "two markers": ("---\n...\n", "---\n" + NEW_TEXT + "...\n"),
}


@pytest.mark.parametrize("bom", ["", "\ufeff"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize(("before", "after"), IN_BLOCK.values(), ids=IN_BLOCK)
def test_add_to_a_block_list_keeps_every_line(before, after, newline, bom):
    before = bom + before.replace("\n", newline)
    added = add_entry(before, NEW)
    if after is None:
        after = before.removeprefix(bom).replace("\r\n", "\n") + NEW_TEXT
    assert added.removeprefix(bom) == after.replace("\n", newline if "\n" in before else "\n")
    assert strict(data(added)) == strict([*(data(before) or []), NEW])


PLAIN_FLOW = (
    "{dataset: {id: cais/hle, task_id: hle}, value: 0.5,"
    ' source: {url: "https://example.org/a", user: someone}, notes: no tools}'
)
IN_FLOW = {
    "empty": ("[]\n", f"[{NEW_FLOW}]\n"),
    "one line": ("--- [ {value: 1} ] # c", f"--- [ {{value: 1}}, {PLAIN_FLOW} ] # c"),
    "trailing comma": ("[{value: 1},]", f"[{{value: 1}}, {PLAIN_FLOW},]"),
    "empty with a comment": ("[\n  # none\n]\n", f"[\n  # none\n  {NEW_FLOW}\n]\n"),
    "lines": (
        "[\n    {value: 1}, # one\n    {value: 2} # two\n]\n",
        f"[\n    {{value: 1}}, # one\n    {{value: 2}}, # two\n    {PLAIN_FLOW}\n]\n",
    ),
    "lines with a trailing comma": (
        "[\n    {value: 1}, # one\n    {value: 2}, # two\n]\n",
        f"[\n    {{value: 1}}, # one\n    {{value: 2}}, # two\n    {PLAIN_FLOW},\n]\n",
    ),
    "alias last": ("[&x {value: 1}, *x]", f"[&x {{value: 1}}, *x, {PLAIN_FLOW}]"),
    "alias last with a trailing comma": ("[&x {value: 1}, *x,]", f"[&x {{value: 1}}, *x, {PLAIN_FLOW},]"),
    "quoted keys and text": ('[{"notes": "a"}]', f'[{{"notes": "a"}}, {NEW_FLOW}]'),
    "single quotes": ("[{'notes': 'a'}]", f"[{{'notes': 'a'}}, {NEW_FLOW}]".replace('"', "'")),
    "items on lines, brackets not": (
        "[{value: 1},\n {value: 2}]\n",
        f"[{{value: 1}},\n {{value: 2}},\n {PLAIN_FLOW}]\n",
    ),
    "nothing to learn from": ("[a, null]", f"[a, null, {NEW_FLOW}]"),
}


@pytest.mark.parametrize(("before", "after"), IN_FLOW.values(), ids=IN_FLOW)
def test_add_to_a_flow_list(before, after):
    added = add_entry(before, NEW)
    assert added == after
    assert strict(data(added)) == strict([*(data(before) or []), NEW])


def test_add_to_a_file_that_json_wrote_looks_as_json_writes_it():
    for indent in (None, 1, 2, 4):
        old = [{"dataset": {"id": "a/b", "task_id": "t"}, "value": 1}]
        added = add_entry(json.dumps(old, indent=indent), NEW)
        assert added == json.dumps([*old, NEW], indent=indent)


IN_PLACE_OF_NULL = {
    "on its own line": ("# head\nnull\n# foot\n", f"# head\n{NEW_TEXT}# foot\n"),
    "comment behind it": ("null # none yet\n# foot", f"# none yet\n{NEW_TEXT}# foot"),
    "behind the marker": ("--- ~", f"---\n{NEW_TEXT}"),
    "behind the marker, with a comment": ("--- null # none yet\n...\n", f"--- # none yet\n{NEW_TEXT}...\n"),
    "tagged": ("--- !!null\n# foot\n", f"---\n{NEW_TEXT}# foot\n"),
    "anchored": ("&all\n# foot\n", f"{NEW_TEXT}# foot\n"),
}


@pytest.mark.parametrize(("before", "after"), IN_PLACE_OF_NULL.values(), ids=IN_PLACE_OF_NULL)
def test_add_in_the_place_of_null(before, after):
    assert add_entry(before, NEW) == after


REFUSED = {
    "broken": "- a: 'b\n- c: [\n",
    "mapping": "dataset: x\n",
    "text": "hello\n",
    "two documents": "- a: 1\n---\n- b: 2\n",
    "surrogate": "# \ud800\n- a: 1\n",
    "too large": "# " + "x" * (1 << 20),
}


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_add_refuses_what_it_cannot_be_sure_of(text):
    with pytest.raises(EvalhubError) as error:
        add_entry(text, NEW)
    assert "--file" in (error.value.hint or "")


def test_add_refuses_an_entry_that_the_file_cannot_take():
    deep: dict = {}
    for _ in range(80):
        deep = {"a": deep}
    with pytest.raises(EvalhubError):
        add_entry("- a: 1\n", deep)
    with pytest.raises(EvalhubError):
        add_entry("- a: 1\n", {"value": math.nan})


# --- replace_entry --------------------------------------------------------------------------------------------------

COMMENTED = """\
# head
- dataset:  # which
    id: a/b  # the id
    task_id: 't'
    revision: abc
    # below the revision
  value: 0.4  # higher is better
  date: 2025-01-31
  source:
    # where from
    url: http://example.org
    # below the source
  # end of the entry
# between

- value: 2
"""
EDITED = """\
# head
- dataset:  # which
    id: cais/hle  # the id
    task_id: 'hle'
    # below the revision
  value: 0.5  # higher is better
  source:
    # where from
    url: https://example.org/a
    user: someone
    # below the source
  notes: no tools
  # end of the entry
# between

- value: 2
"""
WHOLE = NEW_TEXT[2:]
IN_PLACE = {
    "comments inside": (COMMENTED, 0, EDITED),
    "only what differs": (NEW_TEXT.replace("0.5", "0.50 # c"), 0, NEW_TEXT.replace("0.5", "0.50 # c")),
    "flow mappings inside": (
        NEW_TEXT
        + "- dataset: {id: cais/hle, task_id: x} # c\n  value:\n  source: {url: x}\n  notes: |\n    y\n\n# foot\n",
        1,
        NEW_TEXT
        + "- dataset: {id: cais/hle, task_id: hle} # c\n  value: 0.5\n"
        + '  source: {url: "https://example.org/a", user: someone}\n  notes: no tools\n\n# foot\n',
    ),
    "flow entry": (
        f"- {NEW_FLOW.replace('0.5', '0.4 # was wrong' + chr(10) + '   ')} # c\n",
        0,
        f"- {NEW_FLOW.replace('0.5', '0.5 # was wrong' + chr(10) + '   ')} # c\n",
    ),
    "no final newline": ("- notes: x\n  value: 1", 0, None),
    "key that goes at the end": (NEW_TEXT + "  verifyToken: |\n    abc\n\n# foot\n", 0, NEW_TEXT + "\n# foot\n"),
    "unquoted date": (
        NEW_TEXT + "- dataset: {id: cais/hle, task_id: hle}\n  date: 2025-01-31\n",
        1,
        None,
    ),
    "alias that stays": (
        "- &x {id: cais/hle, task_id: hle}\n- dataset: *x # which\n  value: 0.4 # now\n  # own\n# foot\n",
        1,
        "- &x {id: cais/hle, task_id: hle}\n- dataset: *x # which\n  value: 0.5 # now\n"
        + NEW_TEXT.split("0.5\n")[1]
        + "  # own\n# foot\n",
    ),
    "merged keys that stay": (
        "- &x\n" + NEW_TEXT.replace("- ", "  ") + "- <<: *x # all but\n  value: 0.4 # now\n",
        1,
        "- &x\n" + NEW_TEXT.replace("- ", "  ") + "- <<: *x # all but\n  value: 0.5 # now\n",
    ),
    "anchor that stays": ("- &x\n  value: 1\n# foot\n", 0, None),
}


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize(("before", "index", "after"), IN_PLACE.values(), ids=IN_PLACE)
def test_replace_changes_only_what_differs(before, index, after, newline):
    before = before.replace("\n", newline)
    replaced = replace_entry(before, index, NEW)
    expected = [*data(before)]
    expected[index] = NEW
    assert strict(data(replaced)) == strict(expected)
    if after is not None:
        assert replaced == after.replace("\n", newline)


def test_replace_quotes_a_date_that_had_no_quotes():
    entry = {"value": 1, "date": "2025-01-31"}
    assert replace_entry("- value: 1\n  date: 2025-01-31 # c\n", 0, entry) == '- value: 1\n  date: "2025-01-31" # c\n'


def test_replace_tells_numbers_of_different_types_apart():
    assert replace_entry("- value: 1\n", 0, {"value": 1.0}) == "- value: 1.0\n"
    assert replace_entry("- value: yes\n", 0, {"value": 1}) == "- value: 1\n"


AS_A_WHOLE = {
    "null": ("-\n- b\n", 0, f"- {WHOLE}- b\n"),
    "null at the end": ("- b\n-", 1, f"- b\n- {WHOLE.rstrip()}"),
    "text": ("- x # c\n- b\n", 0, f"- {WHOLE.rstrip()} # c\n- b\n"),
    "wide indentation": ("# c\n-   a: 1\n    b: 2\n# d\n", 0, "# c\n-   " + WHOLE.replace("\n  ", "\n    ") + "# d\n"),
    "dash on its own line": ("- # c\n  a: 1\n# d\n", 0, f"- # c\n  {WHOLE}# d\n"),
    "duplicate key": ("- value: 1\n  value: 2\n# c\n", 0, f"- {WHOLE}# c\n"),
    "merged keys": ("- &x {notes: y}\n- <<: *x\n  value: 2\n", 1, "- &x {notes: y}\n- " + WHOLE),
    "list in a list": ("- - x\n  - y\n# c\n", 0, f"- {WHOLE}# c\n"),
    "alias": ("- &x\n  value: 1\n- *x # c\n# d\n", 1, f"- &x\n  value: 1\n- {WHOLE.rstrip()} # c\n# d\n"),
    "alias in a flow list": ("[&x {a: 1}, *x]", 1, f"[&x {{a: 1}}, {PLAIN_FLOW}]"),
    "flow list": ("[{a: 1} , {b: 2}] # c", 1, f"[{{a: 1}} , {PLAIN_FLOW}] # c"),
    "flow pair": ("[a: 1, {b: 2}]", 0, f"[{PLAIN_FLOW}, {{b: 2}}]"),
    "block scalar and blank lines": ("- a: |\n    x\n\n# c\n- b\n", 0, f"- {WHOLE}\n# c\n- b\n"),
}


@pytest.mark.parametrize(("before", "index", "after"), AS_A_WHOLE.values(), ids=AS_A_WHOLE)
def test_replace_as_a_whole_keeps_what_is_outside(before, index, after):
    replaced = replace_entry(before, index, NEW)
    assert replaced == after
    expected = [*data(before)]
    expected[index] = NEW
    assert strict(data(replaced)) == strict(expected)


def test_replace_refuses_an_entry_that_others_refer_to():
    with pytest.raises(EvalhubError) as error:
        replace_entry("- &x {value: 1}\n- *x\n", 0, NEW)
    assert "--file" in (error.value.hint or "")


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_replace_refuses_what_add_refuses(text):
    with pytest.raises(EvalhubError):
        replace_entry(text, 0, NEW)


@pytest.mark.parametrize(("text", "index"), [("", 0), ("[]", 0), ("- a: 1\n", 1), ("- a: 1\n", -1)])
def test_replace_refuses_an_index_that_is_not_there(text, index):
    with pytest.raises(EvalhubError, match="there is no entry"):
        replace_entry(text, index, NEW)


# --- any layout -----------------------------------------------------------------------------------------------------

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(AMBIGUOUS)
numbers = st.integers(-(10**20), 10**20) | st.floats(allow_nan=False, allow_infinity=False)


def some_of(**fields: st.SearchStrategy) -> st.SearchStrategy[dict]:
    return st.fixed_dictionaries({}, optional=fields)


entries = some_of(
    dataset=some_of(id=texts, task_id=texts, revision=texts),
    value=numbers,
    date=texts,
    source=some_of(url=texts, name=texts, user=texts, org=texts),
    notes=texts,
    extra=st.none() | st.booleans() | st.lists(numbers, max_size=2),
)


@st.composite
def files(draw) -> str:
    """Any layout of a list of entries that YAML allows and people, editors and tools write."""
    listed = draw(st.lists(entries, max_size=4))
    newline = draw(st.sampled_from(["\n", "\r\n"]))
    comments = st.lists(st.sampled_from(["# c", "", "      # deep", "#- value: 1"]), max_size=2)
    flow = draw(st.sampled_from([True, False, False]))
    if flow:
        text = json.dumps(listed, indent=draw(st.none() | st.integers(0, 4))) + "\n"
    else:
        margin = " " * draw(st.integers(0, 3))
        lines = []
        for entry in listed:
            item = draw(st.sampled_from([entry_text, dumped, dumped_in_flow, with_literals]))(entry)
            lines += [margin + line if line else "" for line in item.splitlines()] + draw(comments)
        text = "\n".join([*draw(comments), *lines, ""])
    text = draw(st.sampled_from(["", "---\n", "# head\n---\n"])) + text + draw(st.sampled_from(["", "...\n", "\n"]))
    text = text.removesuffix("\n") if draw(st.booleans()) else text
    return draw(st.sampled_from(["", "\ufeff"])) + text.replace("\n", newline)


def dumped(entry: dict) -> str:
    return yaml.safe_dump([entry], allow_unicode=True, sort_keys=False, width=20)


def dumped_in_flow(entry: dict) -> str:
    return yaml.safe_dump([entry], default_flow_style=None, width=40)


def with_literals(entry: dict) -> str:
    return entry_text({**entry, "notes": "N"}).replace("notes: N", "notes: |\n    first\n\n    # second\n")


def readable(text: str):
    document = parse(text.encode())
    assume(not document.fatal and isinstance(document.data, list | None))
    return document


many = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@many
@given(files(), entries)
def test_adding_adds_and_changes_nothing_else(text, entry):
    before = readable(text)
    last_is_literal = not text.endswith("\n") and "# second" in text
    try:
        added = add_entry(text, entry)
    except EvalhubError:
        assert last_is_literal
        return
    assert strict(parse(added.encode()).data) == strict([*(before.data or []), entry])
    if before.data is None or before.line(before.span(()).line).lstrip().startswith("-"):
        assert_lines_kept(text, added)


def assert_lines_kept(before: str, after: str) -> None:
    """Every line of `before` stands in `after`, in order and byte for byte; nothing but one run of lines is new."""
    assert before.startswith("\ufeff") == after.startswith("\ufeff")
    old, new = (text.removeprefix("\ufeff").splitlines(keepends=True) for text in (before, after))
    if old and not old[-1].endswith(("\n", "\r")) and not after.endswith(old[-1]):
        old[-1] += "\r\n" if "\r\n" in before else "\n"
    kept = next((index for index, line in enumerate(old) if new[index] != line), len(old))
    assert old[kept:] == new[len(new) - len(old) + kept :]


@many
@given(files(), entries, st.data())
def test_replacing_replaces_and_changes_nothing_else(text, entry, draws):
    before = readable(text)
    assume(before.data)
    index = draws.draw(st.integers(0, len(before.data) - 1))
    changed = before.data[index] | entry if draws.draw(st.booleans()) else entry
    replaced = replace_entry(text, index, changed)
    after = parse(replaced.encode())
    assert strict(after.data) == strict([*before.data[:index], changed, *before.data[index + 1 :]])
    if before.line(before.span(()).line).lstrip().startswith("-"):
        span = before.span((index,))
        old, new = text.splitlines(keepends=True), replaced.splitlines(keepends=True)
        assert old[: span.line - 1] == new[: span.line - 1]
        rest = old[span.end_line :]
        while rest and "# deep" in rest[0]:  # of the entry itself
            del rest[0]
        assert new[len(new) - len(rest) :] == rest
