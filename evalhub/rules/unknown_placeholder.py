"""EH310: a placeholder in a template that Inspect AI doesn't fill in: it stays as it is, or stops the evaluation."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from evalhub.names import nearest, printable
from evalhub.rules.inspect_tasks import Step, Task, inspect_tasks, scorers, solvers, spec_keys
from evalhub.rules.subjects import Context, ParsedFile
from evalhub.rules.templates import TEMPLATES, Placeholder, Template, may_be_elsewhere, placeholders
from evalhub.yaml_source import Path, Problem

_MOST_TOLD = 5  # of one template
_AS_THEY_ARE = "write {{ and }} for braces that are meant as they are"


def check(file: ParsedFile, _context: Context) -> Iterator[Problem]:
    read = cache(_read)  # an alias may repeat one long template any number of times
    for index, task in inspect_tasks(file):
        metadata = _metadata(task)
        for step in (*solvers(index, task), *scorers(index, task)):
            for template in TEMPLATES.get(step.name, ()) if step else ():
                text = step.args.get(template.argument) if step else None
                if step and isinstance(text, str) and text and not may_be_elsewhere(text):
                    path = (*step.path, "args", template.argument)
                    yield from _wrong(file, path, template, read(text), _filled(template, step, metadata))


def _read(text: str) -> list[Placeholder] | None:
    """Return what the template asks for; None where its braces don't pair up."""
    try:
        return placeholders(text)
    except ValueError:
        return None


def _metadata(task: Task) -> frozenset[str] | None:
    """Return the names of a sample's metadata; None where they aren't written as the schema asks."""
    spec = spec_keys(task)
    listed = spec.get("metadata", []) if spec is not None else None
    if not isinstance(listed, list) or not all(isinstance(name, str) for name in listed):
        return None
    return frozenset(listed)


def _filled(template: Template, step: Step, metadata: frozenset[str] | None) -> frozenset[str] | None:
    """Return the names that are filled in; None where that can't be told."""
    filled = set(template.fills)
    if template.params:
        filled.update(name for name in step.args if name != template.argument)
    if template.metadata:
        if metadata is None:
            return None
        filled |= metadata - {template.hides}
    return frozenset(filled)


def _wrong(
    file: ParsedFile, path: Path, template: Template, asked: list[Placeholder] | None, filled: frozenset[str] | None
) -> Iterator[Problem]:
    if asked is None:
        message = "the braces of this template don't pair up, so that Inspect AI can't fill it in"
        yield file.problem("EH310", message, path, _AS_THEY_ARE)
        return
    told = 0
    for placeholder in asked if filled is not None else ():
        fine = placeholder.name in (filled or ()) or (template.keeps_unknown and placeholder.may_be_latex)
        if not fine and told < _MOST_TOLD:
            told += 1
            message = f"Inspect AI doesn't fill in {_braced(placeholder.name)} here"
            yield file.problem("EH310", message, path, _hint(placeholder.name, template, filled or frozenset()))


def _hint(name: str, template: Template, filled: frozenset[str]) -> str:
    few = sorted(known for known in filled if len(known) <= 60)[:100]
    near = nearest(name, few) if name else []
    if near:
        return f"did you mean {_braced(near[0])}?"
    if few:
        first = [*template.fills, *(known for known in few if known not in template.fills)][:6]
        return f"it fills in {', '.join(map(_braced, first))}; {_AS_THEY_ARE}"
    return f"it fills in what `metadata` of `field_spec` lists, and that is nothing; {_AS_THEY_ARE}"


def _braced(name: str) -> str:
    return f"{{{printable(name, limit=60)}}}"
