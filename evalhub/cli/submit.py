"""`evalhub submit MODEL`."""

from __future__ import annotations

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
    model: Annotated[str, typer.Argument(metavar="MODEL", help="A model's id, or its last part.")],
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
    task: Annotated[
        str | None,
        typer.Option(help="The benchmark's task, or the log's, where there are several.", show_default=False),
    ] = None,
    metric: Annotated[
        str | None, typer.Option(help="Which of a log's metrics counts, where there are several.", show_default=False)
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
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be committed, and write nothing.")
    ] = False,
    hub: HubOption = None,
    no_color: NoColorOption = False,
    no_cache: NoCacheOption = False,
) -> None:
    """Propose scores as a pull-request branch.

    Commits them on a new branch evalhub/… of the model repo. Nothing else changes: neither working tree nor index, HEAD
    or other branches.
    """
    from evalhub.drafts import Wanted
    from evalhub.planning import Request
    from evalhub.submit import Status, submit
    from evalhub.typed import parse_source

    source = parse_source(source_url, source_name, source_user, source_org)
    wanted = Wanted(benchmark, task, metric, notes, date, revision, source)
    _check_usage(value, log, wanted)
    out, err = stdout(context, no_color), stderr(context, no_color)
    with open_hub(context, hub, no_color, no_cache) as opened:
        results = _typed(opened, value, wanted) if log is None else _read(opened, log, model, wanted, err)
        request = Request(results, file, branch, message, supersede, update)
        outcome = submit(opened, model, request, dry_run=dry_run)
    _print(outcome, out, err, hub_flag(context, hub))
    if outcome.status in (Status.CONFLICT, Status.INVALID):
        raise typer.Exit(1)


def _check_usage(value: str | None, log: Path | None, wanted: Wanted) -> None:
    from evalhub.errors import EvalhubError

    if log is not None and value is not None:
        raise EvalhubError("the score stands in the log", "drop --value, or --from", exit_status=2)
    if log is None and value is None:
        hint = "type --benchmark NAME --value NUMBER, or name a log: --from FILE"
        raise EvalhubError("there is nothing to submit", hint, exit_status=2)
    if log is None and wanted.benchmark is None:
        raise EvalhubError("a score needs its benchmark", "add --benchmark NAME", exit_status=2)
    if log is None and wanted.metric is not None:
        raise EvalhubError("--metric chooses among those of a log", "drop it, or add --from FILE", exit_status=2)


def _typed(hub: Hub, value: str | None, wanted: Wanted) -> tuple[EvalResult, ...]:
    from evalhub.results import EvalResult
    from evalhub.typed import parse_value, resolve_task

    number = parse_value(value or "")
    dataset_id, task_id = resolve_task(hub, wanted.benchmark or "", wanted.task)
    revision, date, source, notes = wanted.revision, wanted.date, wanted.source, wanted.notes
    return (EvalResult(dataset_id, task_id, number, revision, None, date, source, notes),)


def _read(hub: Hub, log: Path, model: str, wanted: Wanted, err: Console) -> tuple[EvalResult, ...]:
    """Return the results that a log is, and say what was read of it."""
    from evalhub.drafts import drafts, of_model, settled
    from evalhub.logs import read_log
    from evalhub.render import submissions

    read = read_log(log)
    found, warning = of_model(drafts(hub, read, wanted), hub.model_id(model))
    for line in submissions.log_lines(found):
        err.print(line, soft_wrap=True)
    for remark in read.remarks:
        say(err, f"note: {remark}")
    if warning:
        say(err, f"warning: {warning}", "yellow")
    return settled(found)


def _print(outcome: Outcome, out: Console, err: Console, hub_flag: str) -> None:
    from evalhub.files import quoted
    from evalhub.render import submissions

    for line in submissions.findings(outcome):
        err.print(line, soft_wrap=True)
    for line in submissions.lines(outcome):
        out.print(line, soft_wrap=True)
    push = f"evalhub push {quoted(outcome.plan.model_id)} {quoted(outcome.branch)}{hub_flag}"
    for hint in submissions.hints(outcome, push):
        say(err, hint, "dim")
