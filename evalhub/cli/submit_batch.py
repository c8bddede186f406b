"""`evalhub submit --batch FILE`."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from evalhub.cli.options import progress_bar, say

if TYPE_CHECKING:
    from rich.console import Console

    from evalhub.batches import Batch
    from evalhub.drafts import Wanted
    from evalhub.hub import Hub
    from evalhub.planning import Request


@dataclass(frozen=True, slots=True)
class Options:
    """What was typed: the list, the model of what doesn't name one, and where to write what became of each score."""

    path: Path
    model: str | None
    dry_run: bool
    yes: bool
    output: Path | None


def run(hub: Hub, options: Options, wanted: Wanted, request: Request, out: Console, err: Console) -> bool:
    """Plan what a list of scores would change, show it, commit it after a yes, and write what became of each score.
    Return whether nothing was left undone.
    """
    from evalhub.batches import NOT_DONE, State, branch_for, count, plan_batch
    from evalhub.render import batches
    from evalhub.score_lists import read_scores

    rows = read_scores(options.path)
    request = replace(request, called=branch_for(options.path))
    with progress_bar(err, "planning") as progress:
        batch = plan_batch(hub, rows, wanted, model=options.model, request=request, progress=progress)
    batches.print_plan(out, batch)
    for line in batches.not_done(batch.lines):
        err.print(line, soft_wrap=True)
    if batch.passed_over:
        say(err, f"{batch.passed_over} of {len(rows)} files are no logs that evalhub reads")
    for warning in batches.warnings(batch):
        say(err, f"warning: {warning}", "yellow")
    output = options.output or _result_file(options.path)
    if options.dry_run:
        if options.output:
            _write(output, batch)
        say(err, "to commit it: the same command without --dry-run", "dim")
    elif not count(batch.lines, State.NEW):
        _write(output, batch)
    elif _wanted(batch, options.yes):
        batch = _carried_out(hub, batch, output, out, err)
    return not any(line.state in NOT_DONE for line in batch.lines)


def _wanted(batch: Batch, yes: bool) -> bool:
    """Whether nobody at a terminal says no."""
    from evalhub.batches import State, count

    fresh = count(batch.lines, State.NEW)
    models = sum(count(model.lines, State.NEW) > 0 for model in batch.models)
    asks = not yes and sys.stdin.isatty() and sys.stdout.isatty()
    return not asks or typer.confirm(f"commit {fresh} scores on {models} branches?")


def _carried_out(hub: Hub, batch: Batch, output: Path, out: Console, err: Console) -> Batch:
    """Commit what is new, and write what became of everything, also where it is interrupted."""
    from evalhub.batches import State, carry_out_batch, count

    finished = {model.model_id: model for model in batch.models}
    try:
        with progress_bar(err, "committing") as progress:
            for done, model in enumerate(carry_out_batch(hub, batch), 1):
                finished[model.model_id] = model
                progress(done, len(finished))
    finally:
        batch = replace(batch, models=tuple(finished.values()))
        _write(output, batch)
        committed = count(batch.lines, State.COMMITTED)
        branches = sum(count(model.lines, State.COMMITTED) > 0 for model in batch.models)
        out.print(f"committed {committed} scores on {branches} branches", soft_wrap=True)
        say(err, f"wrote what became of each score to {output}")
        left = count(batch.lines, State.NEW)
        if left:
            say(err, f"{left} scores are left: the same command goes on", "yellow")
    return batch


def _result_file(path: Path) -> Path:
    resolved = path.resolve()
    return path.parent / f"{path.stem if path.is_file() else resolved.name}.results.jsonl"


def _write(output: Path, batch: Batch) -> None:
    from evalhub.files import write_whole
    from evalhub.render.batches import result_lines

    write_whole(output, result_lines(batch.lines))
