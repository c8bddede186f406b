"""`evalhub model MODEL`."""

from __future__ import annotations

import shlex
from typing import Annotated

import typer

from evalhub.cli.options import (
    HubOption,
    NoCacheOption,
    NoColorOption,
    TableFormat,
    hub_flag,
    open_hub,
    say,
    stderr,
    stdout,
    write_out,
)


def command(
    context: typer.Context,
    model: Annotated[str, typer.Argument(metavar="MODEL", help="A model's id, or its last part.")],
    format: Annotated[TableFormat, typer.Option(help="How to print it.")] = TableFormat.TABLE,
    hub: HubOption = None,
    no_color: NoColorOption = False,
    no_cache: NoCacheOption = False,
) -> None:
    """Show all results of one model, as its model card would."""
    from evalhub.render import listings

    with open_hub(context, hub, no_color, no_cache) as opened:
        results = opened.model(model)
    if format is TableFormat.JSON:
        write_out(listings.model_json(results), None)
    else:
        listings.print_model(stdout(context, no_color), results)
    err = stderr(context, no_color)
    for warning in results.warnings:
        say(err, f"warning: {warning}", "yellow")
    of_benchmarks = [item for item in results.scores if item.benchmark]
    if of_benchmarks:
        dataset_id = of_benchmarks[0].score.result.dataset_id
        say(err, f"the leaderboard: evalhub leaderboard {shlex.quote(dataset_id)}{hub_flag(context, hub)}", "dim")
