"""EH308: a scorer that can't work: nothing is there that it could score, or it lacks the argument it needs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from evalhub.names import nearest, printable
from evalhub.rules.inspect_tasks import Step, inspect_tasks, scorers, solvers
from evalhub.rules.subjects import Context, ParsedFile
from evalhub.yaml_source import Problem

_GENERATE = frozenset({"generate", "multiple_choice", "self_critique"})  # the others only prepare the prompt
_ANSWERS = ("letter", "word", "line")


def check(file: ParsedFile, _context: Context) -> Iterator[Problem]:
    for index, task in inspect_tasks(file):
        its_solvers, its_scorers = solvers(index, task), scorers(index, task)
        yield from _alone(file, its_scorers)
        if not its_solvers or not its_scorers or None in its_solvers:
            continue
        names = {step.name for step in its_solvers if step}
        choice = next((step for step in its_scorers if step and step.name == "choice"), None)
        if choice and "multiple_choice" not in names:
            message = (
                "`choice` scores the choice that the solver `multiple_choice` marks, and that isn't among the solvers"
            )
            hint = "add the solver `multiple_choice`, or use another scorer, such as `match`"
            yield file.problem("EH308", message, (*choice.path, "name"), hint)
        elif not names & _GENERATE:
            message = "none of the solvers asks the model for an answer, so that there is nothing to score"
            hint = "add `- name: generate` as the last of the solvers"
            yield file.problem("EH308", message, ("tasks", index, "solvers"), hint, key=True)


def _alone(file: ParsedFile, steps: Sequence[Step | None]) -> Iterator[Problem]:
    """Yield what is wrong with the argument without which `answer` and `pattern` can't even be made."""
    for step in steps:
        if step is None or step.name not in ("answer", "pattern"):
            continue
        value = step.args.get("pattern")
        if isinstance(value, str) and (step.name == "pattern" or value in _ANSWERS):
            continue
        path = (*step.path, "args", "pattern") if "pattern" in step.args else (*step.path, "name")
        if step.name == "pattern":
            message, hint = "`pattern` needs a regular expression", 'add `args: {pattern: "ANSWER: (.*)"}`'
        else:
            shown = f", not {printable(value, limit=60)}" if isinstance(value, str) else ""
            message = f"`answer` needs a pattern, which is one of {', '.join(_ANSWERS)}{shown}"
            near = nearest(value, _ANSWERS) if isinstance(value, str) else []
            hint = f"did you mean {near[0]}?" if near else "add `args: {pattern: line}`, or `letter` or `word`"
        yield file.problem("EH308", message, path, hint)
