"""`evalhub diff BENCHMARK --since DATE`."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Annotated

import typer

from evalhub.cli.options import (
    FORMAT,
    BenchmarkArgument,
    HubOption,
    NoCacheOption,
    NoColorOption,
    OriginOption,
    OutputOption,
    PostFormat,
    TaskOption,
    by_ending,
    hub_flag,
    named_tasks,
    open_hub,
    other_tasks_hints,
    say_after,
    say_wrote,
    stderr,
    stdout,
    write_out,
)
from evalhub.terms import Per, Policy

if TYPE_CHECKING:
    from evalhub.board_diff import BoardDiff


def command(
    context: typer.Context,
    benchmark: BenchmarkArgument,
    since: Annotated[
        str,
        typer.Option(
            metavar="DATE",
            help="What stood then is compared: 2026-02-01 (the end of that day, UTC), a time, or a git date as in "
            "`1 week ago`.",
        ),
    ],
    until: Annotated[
        str | None, typer.Option(metavar="DATE", help="With what stood then. Default: now.", show_default=False)
    ] = None,
    task: TaskOption = None,
    policy: Annotated[
        Policy, typer.Option(help="Which of a model's results counts, as for leaderboards.")
    ] = Policy.BEST,
    per: Annotated[Per, typer.Option(help="Compare models, or models and variants (notes).")] = Per.MODEL,
    origin: OriginOption = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Show only the first rows of each kind of change.", show_default=False)
    ] = None,
    format: Annotated[PostFormat | None, FORMAT] = None,
    output: OutputOption = None,
    hub: HubOption = None,
    no_color: NoColorOption = False,
    no_cache: NoCacheOption = False,
) -> None:
    """Show what changed on a leaderboard: which models are new, changed, moved or gone, and whose word that is."""
    from evalhub.board_diff import span

    format = format or by_ending(output, PostFormat)
    start, end = span(since, until)
    with open_hub(context, hub, no_color, no_cache) as opened:
        found, tasks, every = named_tasks(opened, benchmark, task)
        diffs = [
            opened.diff(found.dataset_id, since=start, until=end, task=each, policy=policy, per=per, origin=origin)
            for each in tasks
        ]
    if format is PostFormat.TABLE and output is None:
        from evalhub.render.board_diffs import print_diffs

        print_diffs(stdout(context, no_color), diffs, limit)
    else:
        write_out(_rendered(diffs, format, limit, many=every), output)
    err = stderr(context, no_color)
    say_wrote(err, output, sum(diff.count for diff in diffs), "change")
    warnings = (warning for diff in diffs for warning in diff.warnings)
    others = () if task else found.spec.task_ids[1:]
    say_after(err, warnings, hints(diffs, others, hub_flag(context, hub), limit, table=format is PostFormat.TABLE))


def _rendered(diffs: list[BoardDiff], format: PostFormat, limit: int | None, *, many: bool) -> str:
    from evalhub.render import board_diffs

    if format is PostFormat.JSON:
        return board_diffs.diffs_json(diffs, limit, many=many)
    if format is PostFormat.MARKDOWN:
        return "\n".join(board_diffs.diff_markdown(diff, limit) for diff in diffs)
    return board_diffs.diffs_text(diffs, limit)


def hints(diffs: list[BoardDiff], others: tuple[str, ...], flag: str, limit: int | None, *, table: bool) -> list[str]:
    """Return what the badges of a table mean, and what to type next, the most useful first."""
    from evalhub.render.board_diffs import own_badges

    found = other_tasks_hints(others)
    changes = [change for diff in diffs for section in diff.sections.values() for change in section]
    if table:
        found += own_badges(diffs, limit)
    if changes:
        model = shlex.quote(changes[0].model_id)
        found.append(f"how one model's numbers came about: evalhub history {model}{flag}")
    if changes and table:
        found.append("for a post: the same with --format markdown")
    return found
