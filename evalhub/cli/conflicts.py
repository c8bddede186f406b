"""`evalhub conflicts [BENCHMARK]`."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Annotated

import typer

from evalhub.cli.options import (
    FORMAT,
    HubOption,
    NoCacheOption,
    NoColorOption,
    OutputOption,
    PostFormat,
    by_ending,
    hub_flag,
    open_hub,
    say_after,
    say_wrote,
    stderr,
    stdout,
    write_out,
)

if TYPE_CHECKING:
    from evalhub.conflicts import Conflicts


def command(
    context: typer.Context,
    benchmark: Annotated[
        str | None,
        typer.Argument(
            metavar="[BENCHMARK]",
            help="A dataset id, its last part, an alias or the benchmark's name. Default: all.",
            show_default=False,
        ),
    ] = None,
    task: Annotated[str | None, typer.Option(help="Only this task.", show_default=False)] = None,
    model: Annotated[str | None, typer.Option(help="Only this model.", show_default=False)] = None,
    tolerance: Annotated[
        str,
        typer.Option(
            metavar="X",
            help="Differences that are no conflict: up to `0.1` in the metric's unit, or up to `1%` of the value.",
        ),
    ] = "0",
    limit: Annotated[
        int | None, typer.Option(min=1, help="Show only the first, which matter most.", show_default=False)
    ] = None,
    format: Annotated[PostFormat | None, FORMAT] = None,
    output: OutputOption = None,
    hub: HubOption = None,
    no_color: NoColorOption = False,
    no_cache: NoCacheOption = False,
) -> None:
    """Show where one model's results for one task and setup disagree, and who says what since when.

    Exits with 1 where there are any.
    """
    format = format or by_ending(output, PostFormat)
    with open_hub(context, hub, no_color, no_cache) as opened:
        found = opened.conflicts(benchmark, task=task, model=model, tolerance=tolerance, limit=limit)
    if format is PostFormat.TABLE and output is None:
        from evalhub.render.conflicts import print_conflicts

        print_conflicts(stdout(context, no_color), found)
    else:
        write_out(_rendered(found, format), output)
    err = stderr(context, no_color)
    say_wrote(err, output, len(found.conflicts), "conflict")
    say_after(err, found.warnings, hints(found, hub_flag(context, hub)))
    if found.total:
        raise typer.Exit(1)


def _rendered(found: Conflicts, format: PostFormat) -> str:
    from evalhub.render import conflicts

    if format is PostFormat.JSON:
        return conflicts.conflicts_json(found)
    if format is PostFormat.MARKDOWN:
        return conflicts.conflicts_markdown(found)
    return conflicts.conflicts_text(found)


def hints(found: Conflicts, flag: str) -> list[str]:
    """Return what to type next, the most useful first."""
    from evalhub.conflicts import plain
    from evalhub.values import exact

    if not found.results:
        return [_instead(found, flag)]
    if not found.conflicts:
        return []
    said = []
    roundings = [conflict.spread for conflict in found.conflicts if conflict.rounding]
    if roundings:
        said.append(f"to see no rounding: add --tolerance {plain(exact(max(roundings)))}")
    if found.model_id is None:
        model = shlex.quote(found.conflicts[0].model_id)
        said.append(f"all results of one model: evalhub model {model}{flag}")
    return said


def _instead(found: Conflicts, flag: str) -> str:
    """Return what to type where there is nothing to compare."""
    if found.model_id is not None:
        return f"all results that it has: evalhub model {shlex.quote(found.model_id)}{flag}"
    if found.dataset_id is not None:
        return f"how many results there are: evalhub benchmarks{flag}; all conflicts: evalhub conflicts{flag}"
    return f"how many results there are: evalhub benchmarks{flag}"
