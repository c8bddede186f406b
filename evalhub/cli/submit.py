"""`evalhub submit MODEL`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evalhub.cli.options import HubOption, NoCacheOption, NoColorOption, hub_flag, open_hub, say, stderr, stdout

if TYPE_CHECKING:
    from rich.console import Console

    from evalhub.drafts import Wanted
    from evalhub.hub import Hub
    from evalhub.results import EvalResult
    from evalhub.submit import Outcome


def command(
    context: typer.Context,
    model: Annotated[
        str | None,
        typer.Argument(
            metavar="MODEL",
            help="A model's id, or its last part. Default: the one that the log or list names.",
            show_default=False,
        ),
    ] = None,
    benchmark: Annotated[
        str | None,
        typer.Option(help="A dataset id, its last part, an alias or the benchmark's name.", show_default=False),
    ] = None,
    value: Annotated[
        str | None, typer.Option(help="The score, on the leaderboard's scale.", show_default=False)
    ] = None,
    log: Annotated[
        Path | None,
        typer.Option(
            "--from",
            metavar="FILE",
            help="What an evaluation tool wrote, instead of --benchmark and --value: a log of Inspect AI, results of "
            "lm-eval, lighteval or MTEB, an Every Eval Ever record, or a README with a model-index.",
            show_default=False,
        ),
    ] = None,
    batch: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Many scores at once, one branch a model: a CSV file, JSON lines, or a folder of logs.",
            show_default=False,
        ),
    ] = None,
    task: Annotated[
        str | None,
        typer.Option(help="The benchmark's task, or the log's, where there are several.", show_default=False),
    ] = None,
    metric: Annotated[
        str | None, typer.Option(help="Which of a log's metrics counts, where there are several.", show_default=False)
    ] = None,
    config: Annotated[
        str | None,
        typer.Option(help="Which of the dataset's configs a log's value is of, as for --metric.", show_default=False),
    ] = None,
    split: Annotated[
        str | None,
        typer.Option(help="Which of the dataset's splits a log's value is of, as for --metric.", show_default=False),
    ] = None,
    source_url: Annotated[
        str | None, typer.Option(help="Where the score is published: paper, logs, model card.", show_default=False)
    ] = None,
    source_name: Annotated[str | None, typer.Option(help="What to call the source.", show_default=False)] = None,
    source_user: Annotated[str | None, typer.Option(help="The Hub user behind it.", show_default=False)] = None,
    source_org: Annotated[str | None, typer.Option(help="The Hub organisation behind it.", show_default=False)] = None,
    notes: Annotated[
        str | None,
        typer.Option(help="The setup, as in `With tools`. Default: what a log says of it.", show_default=False),
    ] = None,
    date: Annotated[
        str | None,
        typer.Option(
            help="When the evaluation ran (ISO-8601). Default: what a log says; else the commit's time counts.",
            show_default=False,
        ),
    ] = None,
    revision: Annotated[
        str | None, typer.Option(help="The commit of the dataset that was evaluated.", show_default=False)
    ] = None,
    file: Annotated[
        str | None,
        typer.Option(help="A file in .eval_results. Default: the benchmark's.", metavar="NAME", show_default=False),
    ] = None,
    branch: Annotated[
        str | None,
        typer.Option(help="The branch, below evalhub/. Default: a new one, called as the file.", show_default=False),
    ] = None,
    message: Annotated[
        str | None, typer.Option("--message", "-m", help="The commit message.", show_default=False)
    ] = None,
    supersede: Annotated[
        bool, typer.Option("--supersede", help="Propose it beside a different score that stands.")
    ] = False,
    update: Annotated[
        bool, typer.Option("--update", help="Change what your own open branch proposes, with another commit.")
    ] = False,
    push: Annotated[bool, typer.Option("--push", help="Then push the branch, as `evalhub push` does.")] = False,
    remote: Annotated[
        str | None,
        typer.Option(help="The remote to push to. Default: origin, else the only one.", show_default=False),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be committed, and write nothing.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Commit a batch without asking.")] = False,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Where a batch writes what became of each score. Default: NAME.results.jsonl beside it.",
            show_default=False,
        ),
    ] = None,
    hub: HubOption = None,
    no_color: NoColorOption = False,
    no_cache: NoCacheOption = False,
) -> None:
    """Propose scores as a pull-request branch.

    Commits them on a new branch evalhub/… of the model repo. Nothing else changes: neither working tree nor index, HEAD
    or other branches.
    """
    from evalhub.cli import submit_batch
    from evalhub.drafts import Wanted
    from evalhub.planning import Request
    from evalhub.submit import Status, submit
    from evalhub.typed import parse_source

    source = parse_source(source_url, source_name, source_user, source_org)
    wanted = Wanted(benchmark, task, metric, config, split, notes, date, revision, source)
    given = {"--value": value, "--from": log, "--batch": batch, "MODEL": model, "--metric": metric}
    given |= {"--config": config, "--split": split, "--remote": remote}
    given |= {"--benchmark": benchmark, "--file": file, "--branch": branch, "--output": output}
    flags = {name for name, is_set in (("--yes", yes), ("--push", push)) if is_set}
    _check_usage({name for name, what in given.items() if what is not None} | flags)
    out, err = stdout(context, no_color), stderr(context, no_color)
    with open_hub(context, hub, no_color, no_cache) as opened:
        request = Request((), file, branch, None, message, supersede, update)
        if batch is not None:
            options = submit_batch.Options(batch, model, dry_run, yes, output, push, remote)
            fine = submit_batch.run(opened, options, wanted, request, out, err)
        else:
            if log is not None:
                name, results = _read(opened, log, model, wanted, err)
            else:
                name, results = model or "", _typed(opened, value, wanted)
            outcome = submit(opened, name, replace(request, results=results), dry_run=dry_run)
            _print(outcome, out, err, hub_flag(context, hub), pushes=push)
            fine = outcome.status not in (Status.CONFLICT, Status.INVALID)
            if push:
                fine &= _push(opened, outcome, remote, supersede, out, err)
    if not fine:
        raise typer.Exit(1)


def _check_usage(given: set[str]) -> None:
    """Raise where options that were given don't go together, or one is missing."""
    from evalhub.errors import EvalhubError

    ways = sorted(given & {"--value", "--from", "--batch"})
    if len(ways) != 1:
        message = f"{ways[0]} and {ways[1]} don't go together" if ways else "there is nothing to submit"
        hint = "type --benchmark NAME --value NUMBER, or name a log: --from FILE; or a list of scores: --batch FILE"
        raise EvalhubError(message, hint, exit_status=2)
    (way,) = ways
    needed = ("MODEL", "--benchmark") if way == "--value" else ()
    useless = {
        "--value": ("--metric", "--config", "--split", "--output", "--yes"),
        "--from": ("--output", "--yes"),
        "--batch": ("--file", "--branch"),
    }[way]
    for name in needed:
        if name not in given:
            raise EvalhubError(f"{way} needs {name}", f"evalhub submit MODEL {way} …", exit_status=2)
    if "--remote" in given and "--push" not in given:
        raise EvalhubError("--remote says where to push to", "add --push", exit_status=2)
    for name in useless:
        if name in given:
            raise EvalhubError(f"{name} does nothing with {way}", f"drop {name}", exit_status=2)


def _typed(hub: Hub, value: str | None, wanted: Wanted) -> tuple[EvalResult, ...]:
    from evalhub.results import EvalResult
    from evalhub.typed import parse_value, resolve_task

    number = parse_value(value or "")
    dataset_id, task_id = resolve_task(hub, wanted.benchmark or "", wanted.task)
    revision, date, source, notes = wanted.revision, wanted.date, wanted.source, wanted.notes
    return (EvalResult(dataset_id, task_id, number, revision, None, date, source, notes),)


def _read(hub: Hub, log: Path, model: str | None, wanted: Wanted, err: Console) -> tuple[str, tuple[EvalResult, ...]]:
    """Return the model and results that a log is of, and say what was read of it."""
    from evalhub.drafts import drafts, settled
    from evalhub.log_models import of_one_model
    from evalhub.logs import read_log
    from evalhub.render import submissions

    read = read_log(log)
    model_id, found, warning = of_one_model(hub, drafts(hub, read, wanted), model)
    for line in submissions.log_lines(found):
        err.print(line, soft_wrap=True)
    for remark in read.remarks:
        say(err, f"note: {remark}")
    if warning:
        say(err, f"warning: {warning}", "yellow")
    return model_id, settled(found)


def _push(hub: Hub, outcome: Outcome, remote: str | None, supersede: bool, out: Console, err: Console) -> bool:
    """Push the branch of a submission, also where its scores stand there from before; return whether it all went."""
    from evalhub.cli import push as command
    from evalhub.push import Wanted, push_branch

    fine, wanted = True, Wanted(remote, supersede)
    for branch in outcome.branches:
        snapshot = hub.model_repo(outcome.plan.model_id)
        fine &= command.tell(push_branch(snapshot, branch, hub.root, wanted, command.waiting(err)), out, err)
    return fine


def _print(outcome: Outcome, out: Console, err: Console, hub_flag: str, *, pushes: bool) -> None:
    from evalhub.files import quoted
    from evalhub.render import submissions

    for line in submissions.findings(outcome):
        err.print(line, soft_wrap=True)
    for line in submissions.lines(outcome):
        out.print(line, soft_wrap=True)
    push = f"evalhub push {quoted(outcome.plan.model_id)} {quoted(outcome.branch)}{hub_flag}"
    for hint in submissions.hints(outcome, None if pushes else push):
        say(err, hint, "dim")
