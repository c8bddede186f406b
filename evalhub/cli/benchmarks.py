"""`evalhub benchmarks`."""

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
    format: Annotated[TableFormat, typer.Option(help="How to print it.")] = TableFormat.TABLE,
    hub: HubOption = None,
    no_color: NoColorOption = False,
    no_cache: NoCacheOption = False,
) -> None:
    """List every benchmark in the hub, official or not."""
    from evalhub.render import listings

    with open_hub(context, hub, no_color, no_cache) as opened:
        listed = opened.list_benchmarks()
    if format is TableFormat.JSON:
        write_out(listings.benchmarks_json(listed), None)
    else:
        listings.print_benchmarks(stdout(context, no_color), listed)
    err = stderr(context, no_color)
    for warning in opened.spec_warnings():
        say(err, f"warning: {warning}", "yellow")
    if listed:
        say(
            err,
            f"see one: evalhub leaderboard {shlex.quote(listed[0].benchmark.dataset_id)}{hub_flag(context, hub)}",
            "dim",
        )
