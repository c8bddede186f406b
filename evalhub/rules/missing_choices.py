"""EH307: the solver `multiple_choice` without choices to show. Inspect AI stops at the first sample then."""

from __future__ import annotations

from collections.abc import Iterator

from evalhub.rules.inspect_tasks import inspect_tasks, solvers, spec_keys
from evalhub.rules.subjects import Context, ParsedFile
from evalhub.yaml_source import Problem


def check(file: ParsedFile, _context: Context) -> Iterator[Problem]:
    for index, task in inspect_tasks(file):
        spec = spec_keys(task)
        if spec is None or "choices" in spec:
            continue
        step = next((step for step in solvers(index, task) if step and step.name == "multiple_choice"), None)
        if step:
            message = "`multiple_choice` needs choices, and `field_spec` names no field that holds them"
            hint = "add `choices: …` to `field_spec`: a field with the list of choices, or a list of fields"
            yield file.problem("EH307", message, (*step.path, "name"), hint)
