"""`evalhub history MODEL [BENCHMARK]`."""

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
    benchmark: Annotated[
        str | None,
        typer.Argument(
            metavar="[BENCHMARK]", help="Only this one: an id, name or alias. Default: all.", show_default=False
        ),
    ] = None,
    task: Annotated[str | None, typer.Option(metavar="ID", help="Only this task.", show_default=False)] = None,
    format: Annotated[TableFormat, typer.Option(help="How to print it.")] = TableFormat.TABLE,
    hub: HubOption = None,
    no_color: NoColorOption = False,
    no_cache: NoCacheOption = False,
) -> None:
    """Show how one model's numbers came about, oldest first: who added, changed or proposed each, and when."""
    from evalhub.model_history import model_history
    from evalhub.render import history as render

    with open_hub(context, hub, no_color, no_cache) as opened:
        found = model_history(opened, model, benchmark, task)
        names = {id: spec.name for id, spec in opened.specs.items()}
    if format is TableFormat.JSON:
        write_out(render.history_json(found), None)
    else:
        render.print_history(stdout(context, no_color), found, names)
    hint = f"what stands now: evalhub model {shlex.quote(found.model_id)}{hub_flag(context, hub)}"
    say_after(stderr(context, no_color), render.warnings(found), [hint])
