"""EH309: a model grades, and nothing says which: each model that is evaluated may be graded by another one."""

from __future__ import annotations

from collections.abc import Iterator

from evalhub.rules.inspect_tasks import inspect_tasks, scorers
from evalhub.rules.subjects import Context, ParsedFile
from evalhub.yaml_source import Problem

_GRADERS = ("model_graded_qa", "model_graded_fact")


def check(file: ParsedFile, _context: Context) -> Iterator[Problem]:
    for index, task in inspect_tasks(file):
        for step in scorers(index, task):
            if step and step.name in _GRADERS and not step.args.get("model"):
                message = (
                    f"`{step.name}` names no model that grades: each model would grade itself, unless a run says more"
                )
                hint = "name it in its arguments: `args: {model: PROVIDER/NAME-VERSION}`"
                yield file.problem("EH309", message, (*step.path, "name"), hint)
