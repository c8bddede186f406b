"""Tasks of an `eval.yaml` as tests write them, and what validation finds in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from evalhub.checking import check_files
from evalhub.checkouts import source_file
from evalhub.diagnostics import Diagnostic, FileRef
from evalhub.rules.peers import Claim
from evalhub.rules.subjects import Context

Card = Mapping[str, Any]
HEADER = "name: Sums\ndescription: In words.\nevaluation_framework: {}\ntasks:\n"
FIELDS = {"dataset_info": {"features": [{"name": name} for name in ("question", "answer", "options", "image")]}}
SPLITS = {
    "configs": [{"config_name": "default", "data_files": [{"split": name, "path": "x"} for name in ("test", "dev")]}]
}


def check(tasks: str, card: Card | None = None, *results: str, framework: str = "inspect-ai") -> list[Diagnostic]:
    """Return what is found; `results` are the task ids that results elsewhere name."""
    source = source_file(FileRef("eval.yaml", "org/sums"), HEADER.format(framework) + tasks)
    source = replace(source, card=lambda: card or {})
    claims = [Claim(FileRef(f"{n}.yaml", "org/m"), 0, 1, "org/sums", id) for n, id in enumerate(results)]
    checked = check_files([source], Context(), elsewhere=lambda: claims)
    return [diagnostic for each in checked for diagnostic in each.diagnostics]


def inspect_task(**changes: str) -> str:
    """Return a good task for Inspect AI, with `changes` to its keys; an empty text leaves a key out."""
    good = {
        "id": "sums",
        "field_spec": "{input: question, target: answer}",
        "solvers": "[{name: generate}]",
        "scorers": "[{name: match}]",
    }
    keys = {key: value for key, value in {**good, **changes}.items() if value}
    return "- " + "\n  ".join(f"{key}: {value}" for key, value in keys.items()) + "\n"


def plain(**keys: str) -> str:
    """Return a task of another framework."""
    return "- " + "\n  ".join(f"{key}: {value}" for key, value in {"id": "sums", **keys}.items()) + "\n"


def only(found: list[Diagnostic]) -> Diagnostic:
    assert len(found) == 1, found
    return found[0]


def marked(found: Diagnostic) -> str:
    """Return the text that a finding is about."""
    assert found.span is not None
    assert found.source_line is not None
    return found.source_line[found.span.column - 1 : found.span.end_column - 1]


def summary(found: list[Diagnostic]) -> list[tuple[str, str]]:
    return [(each.code, marked(each)) for each in found]
