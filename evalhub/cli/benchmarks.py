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
    say_after,
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
    flag = hub_flag(context, hub)
    hints = [f"see one: evalhub leaderboard {shlex.quote(each.benchmark.dataset_id)}{flag}" for each in listed[:1]]
    say_after(stderr(context, no_color), opened.spec_warnings(), hints)
