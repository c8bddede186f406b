"""`evalhub submit --batch FILE`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from evalhub.cli.options import progress_bar, say
from evalhub.errors import EvalhubError
from evalhub.files import shown

if TYPE_CHECKING:
    from rich.console import Console

    from evalhub.batches import Batch, ModelBatch
    from evalhub.drafts import Wanted
    from evalhub.hub import Hub
    from evalhub.planning import Request


@dataclass(frozen=True, slots=True)
class Options:
    """What was typed: the list, the model of what doesn't name one, where to write what became of each score, and where
    to push the branches.
    """

    path: Path
    model: str | None
    dry_run: bool
    yes: bool
    output: Path | None
    push: bool
    remote: str | None


def run(hub: Hub, options: Options, wanted: Wanted, request: Request, out: Console, err: Console) -> bool:
    """Plan what a list of scores would change, show it, commit it after a yes, and write what became of each score.
    Return whether nothing was left undone.
    """
    from evalhub.batches import NOT_DONE, State, branch_for, count, plan_batch
    from evalhub.render import batches
    from evalhub.score_lists import read_scores

    rows = read_scores(options.path)
    output = options.output or (None if options.dry_run else _result_file(options.path))
    if output:
        _check_output(output, options.path)
    request = replace(request, called=branch_for(options.path))
    with progress_bar(err, "planning") as progress:
        batch = plan_batch(hub, rows, wanted, model=options.model, request=request, progress=progress)
    if not batch.lines:
        raise EvalhubError(f"{shown(options.path)} holds no scores", "name a list, a log or a folder of logs")
    batches.print_plan(out, batch)
    for line in batches.not_done(batch.lines):
        err.print(line, soft_wrap=True)
    if batch.passed_over:
        say(err, f"{batch.passed_over} of {len(rows)} files are no logs that evalhub reads")
    for warning in batches.warnings(batch):
        say(err, f"warning: {warning}", "yellow")
    if options.dry_run:
        if output:
            _write(output, batch)
        if options.push or count(batch.lines, State.NEW):
            done = "commit and push" if options.push else "commit"
            say(err, f"to {done} it: the same command without --dry-run", "dim")
    elif output and _wanted(batch, options):
        batch = _carried_out(hub, batch, options, output, request.supersede, out, err)
    else:
        say(err, "nothing was committed")
    for hint in batches.hints(batch, pushed=options.push):
        say(err, hint, "dim")
    return not any(line.state in NOT_DONE for line in batch.lines)


def _wanted(batch: Batch, options: Options) -> bool:
    """Whether nobody at a terminal says no to what would be written."""
    from evalhub.batches import State, count

    fresh = count(batch.lines, State.NEW)
    if not fresh or options.yes or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return True
    branches = sum(count(model.lines, State.NEW) > 0 for model in batch.models)
    more = " and push them" if options.push else ""
    return typer.confirm(f"commit {_counted(fresh, 'score')} on {_counted(branches, 'branch', 'branches')}{more}?")


def _carried_out(
    hub: Hub, batch: Batch, options: Options, output: Path, supersede: bool, out: Console, err: Console
) -> Batch:
    """Commit what is new, push it where that is wanted, and write what became of everything, also if interrupted."""
    from evalhub.batches import State, carry_out_batch, count
    from evalhub.render import batches

    finished = {model.model_id: model for model in batch.models}

    def done() -> Batch:
        return replace(batch, models=tuple(finished.values()))

    def follow(steps: Iterable[ModelBatch], what: str) -> None:
        with progress_bar(err, what) as progress:
            for number, model in enumerate(steps, 1):
                finished[model.model_id] = model
                progress(number, len(finished))

    try:
        follow(carry_out_batch(hub, batch), "committing")
        if count(done().lines, State.COMMITTED):
            out.print(batches.committed(done()), soft_wrap=True)
        if options.push:
            from evalhub.batch_push import push_batch
            from evalhub.push import Wanted

            follow(push_batch(hub, done(), Wanted(options.remote, supersede)), "pushing")
            out.print(batches.summary(done().lines), soft_wrap=True)
            for line in batches.not_pushed(done().lines):
                err.print(line, soft_wrap=True)
    finally:
        _write(output, done())
        say(err, f"wrote what became of each score to {shown(output)}")
        left = count(done().lines, State.NEW)
        if left:
            say(err, f"{_counted(left, 'score')} left: the same command goes on", "yellow")
        waiting = count(done().lines, State.COMMITTED) if options.push else 0
        if waiting:
            say(err, f"{_counted(waiting, 'score')} not pushed yet: the same command goes on", "yellow")
    return done()


def _counted(number: int, what: str, several: str = "") -> str:
    return f"{number} {what if number == 1 else several or what + 's'}"


def _result_file(path: Path) -> Path:
    resolved = path.resolve()
    return path.parent / f"{path.stem if path.is_file() else resolved.name}.results.jsonl"


def _check_output(output: Path, listed: Path) -> None:
    """Raise `EvalhubError` where what became of the scores couldn't be written, before anything is done."""
    try:
        is_list = output.exists() and output.samefile(listed)
        device = output.exists() and not output.is_file() and not output.is_dir()
        fits = device or (not output.is_dir() and output.parent.is_dir() and os.access(output.parent, os.W_OK))
    except OSError:
        is_list, fits = False, False
    if is_list:
        raise EvalhubError(f"{shown(output)} is the list itself", "name another file: --output FILE", exit_status=2)
    if not fits:
        message = f"what becomes of each score can't be written to {shown(output)}"
        raise EvalhubError(message, "name another file: --output FILE", exit_status=2)


def _write(output: Path, batch: Batch) -> None:
    from evalhub.files import write_whole
    from evalhub.render.batches import result_lines

    write_whole(output, result_lines(batch.lines))
