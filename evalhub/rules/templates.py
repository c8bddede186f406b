"""The templates that Inspect AI fills in: which arguments hold one, what is filled in, and what a template asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from string import Formatter

_MOST_PLACEHOLDERS = 100  # of different names in one template
_CONVERSIONS = (None, "r", "s", "a")
# What in LaTeX comes before braces that are meant as they are: \boxed{…}, x^{…}.
_LATEX = re.compile(r"(?:\\[A-Za-z]+|[\^_])$")
_LATEX_LENGTH = 40
_STEPS = re.compile(r"(?:\.[^.\[]+|\[[^\]]+\])*", re.DOTALL)  # what may follow a placeholder's name
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_FILE_NAME = re.compile(r"\S{1,250}\.(?:txt|md|j2|jinja2?|tmpl|tpl|template|prompt|ya?ml|json)")


@dataclass(frozen=True, slots=True)
class Template:
    """An argument that holds a template: `fills` are the names that are filled in always.

    `metadata` says that those of `field_spec.metadata` are too, except the one that `hides` names, and `params` that
    the other arguments are. Where `keeps_unknown`, a placeholder of another name stays as it is; else it is an error.
    """

    argument: str
    fills: tuple[str, ...]
    metadata: bool = True
    hides: str = ""
    params: bool = False
    keeps_unknown: bool = False


_MESSAGE = Template("template", (), params=True, keeps_unknown=True)
_GRADING = Template("template", ("question", "answer", "criterion", "instructions"))

# `instructions` of the model_graded scorers are filled in, and aren't a template themselves.
TEMPLATES = {
    "prompt_template": (Template("template", ("prompt",), params=True, keeps_unknown=True),),
    "system_message": (_MESSAGE,),
    "user_message": (_MESSAGE,),
    "chain_of_thought": (Template("template", ("prompt",), metadata=False, keeps_unknown=True),),
    "multiple_choice": (Template("template", ("question", "choices", "letters"), metadata=False),),
    "self_critique": (
        Template("critique_template", ("question", "completion"), hides="critique"),
        Template("completion_template", ("question", "completion", "critique")),
    ),
    "model_graded_qa": (_GRADING,),
    "model_graded_fact": (_GRADING,),
}


@dataclass(frozen=True, slots=True)
class Placeholder:
    """What stands in braces: its name (up to a `.` or `[`), and whether it may be LaTeX instead."""

    name: str
    may_be_latex: bool


def may_be_elsewhere(template: str) -> bool:
    """Return whether the text may be the name of a file, or an address, whose content is the template."""
    return bool(_URL.match(template) or _FILE_NAME.fullmatch(template))


def placeholders(template: str) -> list[Placeholder]:
    """Return the first placeholders, one for each name. Raises ValueError where the braces don't pair up."""
    found: dict[str, Placeholder] = {}
    for placeholder in _parsed(template, levels=2):
        known = found.get(placeholder.name)
        new = known is None and len(found) < _MOST_PLACEHOLDERS
        if new or (known and known.may_be_latex):
            found[placeholder.name] = placeholder
    return list(found.values())


def _parsed(template: str, levels: int) -> Iterator[Placeholder]:
    """Yield what stands in braces, also in the format of another placeholder, which may go `levels` deep."""
    if not levels:
        raise ValueError("too deep")
    latex = False
    for literal, field, format_, conversion in Formatter().parse(template):
        if field is None:
            latex = False
            continue
        if conversion not in _CONVERSIONS:
            raise ValueError("no such conversion")
        after_latex = bool(_LATEX.search(literal[-_LATEX_LENGTH:])) or (latex and not literal)
        latex = after_latex and bool(field) and not format_ and not conversion
        name = re.split(r"[.\[]", field, maxsplit=1)[0]
        if not latex and not _STEPS.fullmatch(field, len(name)):
            raise ValueError("an attribute or key that isn't one")
        yield Placeholder(name, latex)
        if format_:
            yield from _parsed(format_, levels - 1)
