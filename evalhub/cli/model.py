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
    say_after,
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
    of_benchmarks = [item.score.result.dataset_id for item in results.scores if item.benchmark]
    flag = hub_flag(context, hub)
    hints = [f"the leaderboard: evalhub leaderboard {shlex.quote(id)}{flag}" for id in of_benchmarks[:1]]
    say_after(stderr(context, no_color), results.warnings, hints)
