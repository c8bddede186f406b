"""`evalhub submit MODEL`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

import typer

from evalhub.cli.options import HubOption, NoCacheOption, NoColorOption, open_hub, say, stderr, stdout

if TYPE_CHECKING:
    from rich.console import Console

    from evalhub.results import Source
    from evalhub.submit import Outcome


def command(
    context: typer.Context,
    model: Annotated[str, typer.Argument(metavar="MODEL", help="A model's id, or its last part.")],
    benchmark: Annotated[str, typer.Option(help="A dataset id, its last part, an alias or the benchmark's name.")],
    value: Annotated[str, typer.Option(help="The score, on the leaderboard's scale.")],
    task: Annotated[
        str | None, typer.Option(help="The task's id; needed where there are several.", show_default=False)
    ] = None,
    source_url: Annotated[
        str | None, typer.Option(help="Where the score is published: paper, logs, model card.", show_default=False)
    ] = None,
    source_name: Annotated[str | None, typer.Option(help="What to call the source.", show_default=False)] = None,
    source_user: Annotated[str | None, typer.Option(help="The Hub user behind it.", show_default=False)] = None,
    source_org: Annotated[str | None, typer.Option(help="The Hub organisation behind it.", show_default=False)] = None,
    notes: Annotated[str | None, typer.Option(help="The setup, as in `With tools`.", show_default=False)] = None,
    date: Annotated[
        str | None,
        typer.Option(help="When the evaluation ran (ISO-8601). Default: the commit's time.", show_default=False),
    ] = None,
    revision: Annotated[
        str | None, typer.Option(help="The commit of the dataset that was evaluated.", show_default=False)
    ] = None,
    file: Annotated[
        str | None,
        typer.Option(help="A file in .eval_results. Default: the benchmark's.", metavar="NAME", show_default=False),
    ] = None,
    branch: Annotated[
        str | None, typer.Option(help="The new branch, below evalhub/. Default: the file's name.", show_default=False)
    ] = None,
    message: Annotated[
        str | None, typer.Option("--message", "-m", help="The commit message.", show_default=False)
    ] = None,
    supersede: Annotated[bool, typer.Option("--supersede", help="Replace a different score that stands.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be committed, and write nothing.")
    ] = False,
    hub: HubOption = None,
    no_color: NoColorOption = False,
    no_cache: NoCacheOption = False,
) -> None:
    """Propose a score as a pull-request branch.

    Commits it on a new branch evalhub/… of the model repo. Nothing else changes: neither working tree nor index, HEAD
    or other branches.
    """
    from evalhub import submit as library
    from evalhub.results import EvalResult

    source = _source(source_url, source_name, source_user, source_org)
    number = library.parse_value(value)
    with open_hub(context, hub, no_color, no_cache) as opened:
        dataset_id, task_id = library.resolve_task(opened, benchmark, task)
        result = EvalResult(dataset_id, task_id, number, revision, None, date, source, notes)
        request = library.Request(result, file, branch, message, supersede, dry_run)
        outcome = library.submit(opened, model, request)
    _print(outcome, stdout(context, no_color), stderr(context, no_color))
    if outcome.status in (library.Status.CONFLICT, library.Status.INVALID):
        raise typer.Exit(1)


def _source(url: str | None, name: str | None, user: str | None, org: str | None) -> Source | None:
    from evalhub.errors import EvalhubError
    from evalhub.results import Source

    if url is not None:
        if not re.fullmatch(r"https?://[^\s/]+\S*", url):
            raise EvalhubError(f"{url} is not the address of a page", "--source-url https://…", exit_status=2)
        return Source(url, name, user, org)
    if name is not None or user is not None or org is not None:
        raise EvalhubError("a source needs its address", "add --source-url URL", exit_status=2)
    return None


def _print(outcome: Outcome, out: Console, err: Console) -> None:
    from evalhub.render import submissions

    for line in submissions.findings(outcome):
        err.print(line, soft_wrap=True)
    for line in submissions.lines(outcome):
        out.print(line, soft_wrap=True)
    for hint in submissions.hints(outcome):
        say(err, hint, "dim")
