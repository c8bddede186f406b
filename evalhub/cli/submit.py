"""`evalhub submit MODEL`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from evalhub.cli.options import HubOption, NoCacheOption, NoColorOption, hub_flag, open_hub, say, stderr, stdout
from evalhub.cli.submit_options import (
    BatchOption,
    BenchmarkOption,
    BranchOption,
    ConfigOption,
    DateOption,
    DryRunOption,
    FileOption,
    LogOption,
    MessageOption,
    MetricOption,
    ModelArgument,
    NotesOption,
    OutputOption,
    PushOption,
    RemoteOption,
    RevisionOption,
    SourceNameOption,
    SourceOrgOption,
    SourceUrlOption,
    SourceUserOption,
    SplitOption,
    SupersedeOption,
    TaskOption,
    UpdateOption,
    ValueOption,
    YesOption,
)

if TYPE_CHECKING:
    from rich.console import Console

    from evalhub.drafts import Wanted
    from evalhub.hub import Hub
    from evalhub.results import EvalResult
    from evalhub.submit import Outcome


def command(
    context: typer.Context,
    model: ModelArgument = None,
    benchmark: BenchmarkOption = None,
    value: ValueOption = None,
    log: LogOption = None,
    batch: BatchOption = None,
    task: TaskOption = None,
    metric: MetricOption = None,
    config: ConfigOption = None,
    split: SplitOption = None,
    source_url: SourceUrlOption = None,
    source_name: SourceNameOption = None,
    source_user: SourceUserOption = None,
    source_org: SourceOrgOption = None,
    notes: NotesOption = None,
    date: DateOption = None,
    revision: RevisionOption = None,
    file: FileOption = None,
    branch: BranchOption = None,
    message: MessageOption = None,
    supersede: SupersedeOption = False,
    update: UpdateOption = False,
    push: PushOption = False,
    remote: RemoteOption = None,
    dry_run: DryRunOption = False,
    yes: YesOption = False,
    output: OutputOption = None,
    hub: HubOption = None,
    no_color: NoColorOption = False,
    no_cache: NoCacheOption = False,
) -> None:
    """Propose scores as a pull-request branch.

    Commits them on a new branch evalhub/… of the model repo. Nothing else changes: neither working tree nor index, HEAD
    or other branches. Three ways:

    \b
      evalhub submit Kimi-K3 --benchmark hle --value 57.4 --source-url URL
      evalhub submit Kimi-K3 --from results.json --metric acc
      evalhub submit --batch scores.csv
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
        missing = "the score is missing" if "--benchmark" in given else "there is nothing to submit"
        message = f"{ways[0]} and {ways[1]} don't go together" if ways else missing
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
            raise EvalhubError(
                f"{way} needs {name}", "evalhub submit MODEL --benchmark NAME --value NUMBER", exit_status=2
            )
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
