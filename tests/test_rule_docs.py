"""`docs/rules.md`: a section for every code, whose every example is tried."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest
from gitrepos import HubDir, entry, spec

from evalhub import validate
from evalhub.diagnostics import CODES, Code
from evalhub.explanations import sections

RULES = Path(__file__).parent.parent / "docs" / "rules.md"
EVERY_CODE = pytest.mark.parametrize("code", CODES.values(), ids=CODES)
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```\n", re.DOTALL | re.MULTILINE)


def _blocks(code: str) -> list[tuple[str, str]]:
    """Return the language and text of each example of a section."""
    return _BLOCK.findall(sections()[code])


IN_FILES = [code for code in CODES if _blocks(code)[0][0] == "yaml"]


# --- the sections ---------------------------------------------------------------------------------------------------


def test_sections_are_those_of_the_codes_in_order() -> None:
    assert list(sections()) == list(CODES)


def test_no_heading_stands_twice() -> None:
    assert re.findall(r"^## .*", RULES.read_text(encoding="utf-8"), re.MULTILINE) == [
        section.splitlines()[0] for section in sections().values()
    ]


@EVERY_CODE
def test_section_begins_with_what_the_table_of_codes_says(code: Code) -> None:
    sentence = f"{code.description[0].upper()}{code.description[1:]}."
    assert sections()[code.id].startswith(f"## {code.id} {code.name} ({code.severity})\n\n{sentence}\n\n")


@EVERY_CODE
def test_section_says_why_it_matters_and_has_a_bad_example_and_its_repair(code: Code) -> None:
    prose = [line.partition(":")[0] for line in _BLOCK.sub("```", sections()[code.id]).splitlines()[4:]]
    assert [line for line in prose if line in ("Why it matters", "Bad", "Repaired", "```")] == [
        "Why it matters",
        "Bad",
        "```",
        "Repaired",
        "```",
    ]
    assert {language for language, _ in _blocks(code.id)} <= {"yaml", "text"}


@EVERY_CODE
def test_table_at_the_top_links_to_the_section(code: Code) -> None:
    link = f"[{code.id}](#{code.id.lower()}-{code.name}-{code.severity})"
    row = f"| {link} | {code.name} | {code.severity} | {code.description} |"
    assert RULES.read_text(encoding="utf-8").splitlines().count(row) == 1


def test_documentation_has_no_characters_that_a_terminal_would_act_on() -> None:
    odd = {char for char in RULES.read_text(encoding="utf-8") if unicodedata.category(char).startswith("C")}
    assert odd == {"\n"}


# --- their examples -------------------------------------------------------------------------------------------------


@pytest.fixture
def full(hub: HubDir) -> HubDir:
    """A hub in which nothing is wrong, with what the examples take for granted."""
    hub.registry({"dataset": "cais/hle", "scale": "percent"}, {"dataset": "Idavidrein/gpqa"})
    hub.dataset("Idavidrein/gpqa", name="GPQA", tasks=("gpqa_diamond",))
    hub.dataset("org/sums", name="Sums", tasks=("sums",))
    hub.model("org/other", {"hle.yaml": [entry(50.0)]}, bare=True)
    hub.model("org/with-tools", {"hle.yaml": [entry(52.0, notes="With tools")]}, bare=True)
    hub.model("org/base", {"hle.yaml": [entry(41.9)]}, bare=True)
    return hub


@pytest.fixture
def hub(empty_hub: HubDir) -> HubDir:
    """A hub with cais/hle, whose task had another split at its first release, v1, than at its second, v2."""
    dataset = empty_hub.dataset(text=spec("Humanity's Last Exam", ["hle"]) + "  split: validation\n")
    dataset.set("refs/tags/v1", dataset.tip())
    dataset.set("refs/tags/v2", dataset.commit({"./eval.yaml": spec("Humanity's Last Exam", ["hle"])}))
    return empty_hub


def _codes_with(hub: HubDir, text: str) -> list[str]:
    """Put an example's files where they belong, and return what validation finds in the repository of the first."""
    parts = [part.lstrip("\n") for part in re.split(r"(?m)^(?=# (?:\S+/)?\S+\.ya?ml$|# README\.md$)", text) if part]
    files = {part.splitlines()[0].removeprefix("# "): part for part in parts}
    card = files.pop("README.md", None)
    places = [_put(hub, name, content, card) for name, content in files.items()]
    return [one.code for one in validate([places[0]], hub=hub.root).diagnostics]


def _put(hub: HubDir, name: str, text: str, card: str | None) -> Path:
    """Write the file `name`, with `card` as the header of the README beside it, and return where to validate it."""
    if name == "evalhub.yaml":
        (hub.root / name).write_text(text, encoding="utf-8")
        return hub.root
    if name == "eval.yaml":
        repo = hub.dataset("org/benchmark", text=text)
        if card:
            repo.commit({"./README.md": f"---\n{card}---\n"})
        return repo.path
    assert name.startswith(".eval_results/")
    return hub.model("org/model", {f"./{name}": text, "./README.md": "---\nbase_model: org/base\n---\n"}).path


def test_a_hub_without_the_examples_has_no_findings(full: HubDir) -> None:
    assert validate([full.root]).diagnostics == ()


def test_most_codes_have_an_example_that_can_be_tried() -> None:
    others = ["EH001", "EH002", "EH003", "EH004", "EH102", "EH105", "EH107", "EH108", "EH114"]
    assert others == [code for code in CODES if code not in IN_FILES]


@pytest.mark.parametrize("code", IN_FILES)
def test_bad_example_has_its_code_and_no_other(full: HubDir, code: str) -> None:
    assert _codes_with(full, _blocks(code)[0][1]) == [code]


@pytest.mark.parametrize("code", IN_FILES)
def test_repaired_example_has_no_findings(full: HubDir, code: str) -> None:
    assert _codes_with(full, _blocks(code)[1][1]) == []
