"""`evalhub diff BENCHMARK --since DATE`."""

from __future__ import annotations

import enum
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evalhub.cli.options import (
    HubOption,
    NoCacheOption,
    NoColorOption,
    by_ending,
    hub_flag,
    open_hub,
    say,
    stderr,
    stdout,
    write_out,
)
from evalhub.terms import Origin, Per, Policy

if TYPE_CHECKING:
    from evalhub.board_diff import BoardDiff


class Format(enum.StrEnum):
    TABLE = "table"
    JSON = "json"
    MARKDOWN = "markdown"


_ENDINGS = {".json": Format.JSON, ".md": Format.MARKDOWN}


def command(
    context: typer.Context,
    benchmark: Annotated[
        str, typer.Argument(metavar="BENCHMARK", help="A dataset id, its last part, an alias or the benchmark's name.")
    ],
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
    task: Annotated[
        str | None,
        typer.Option(help="A task of the benchmark, or `all`. Default: the first.", show_default=False),
    ] = None,
    policy: Annotated[
        Policy, typer.Option(help="Which of a model's results counts, as for leaderboards.")
    ] = Policy.BEST,
    per: Annotated[Per, typer.Option(help="Compare models, or models and variants (notes).")] = Per.MODEL,
    origin: Annotated[
        Origin | None,
        typer.Option(help="Only results on default branches, or only those in open pull requests.", show_default=False),
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Show only the first rows of each kind of change.", show_default=False)
    ] = None,
    format: Annotated[
        Format | None,
        typer.Option(help="How to print it. Default: as FILE's ending says, else a table.", show_default=False),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write to FILE, whole or not at all.", show_default=False),
    ] = None,
    hub: HubOption = None,
    no_color: NoColorOption = False,
    no_cache: NoCacheOption = False,
) -> None:
    """Show what changed on a leaderboard: which models are new, changed, moved or gone, and whose word that is."""
    from evalhub.board_diff import span

    format = format or by_ending(output, _ENDINGS, Format.TABLE)
    start, end = span(since, until)
    with open_hub(context, hub, no_color, no_cache) as opened:
        found = opened.benchmark(benchmark)
        every = task == "all" and "all" not in found.spec.task_ids
        tasks = found.spec.task_ids if every else (opened.task_id(found, task),)
        diffs = [
            opened.diff(found.dataset_id, since=start, until=end, task=each, policy=policy, per=per, origin=origin)
            for each in tasks
        ]
    if format is Format.TABLE and output is None:
        from evalhub.render.board_diffs import print_diffs

        print_diffs(stdout(context, no_color), diffs, limit)
    else:
        write_out(_rendered(diffs, format, limit, many=every), output)
    err = stderr(context, no_color)
    if output:
        count = sum(diff.count for diff in diffs)
        say(err, f"wrote {output}: {count} change{'s' * (count != 1)}")
    for warning in dict.fromkeys(warning for diff in diffs for warning in diff.warnings):
        say(err, f"warning: {warning}", "yellow")
    others = () if task else found.spec.task_ids[1:]
    for hint in hints(diffs, others, hub_flag(context, hub), limit, table=format is Format.TABLE):
        say(err, hint, "dim")


def _rendered(diffs: list[BoardDiff], format: Format, limit: int | None, *, many: bool) -> str:
    from evalhub.render import board_diffs

    if format is Format.JSON:
        return board_diffs.diffs_json(diffs, limit, many=many)
    if format is Format.MARKDOWN:
        return "\n".join(board_diffs.diff_markdown(diff, limit) for diff in diffs)
    return board_diffs.diffs_text(diffs, limit)


def hints(diffs: list[BoardDiff], others: tuple[str, ...], flag: str, limit: int | None, *, table: bool) -> list[str]:
    """Return what the badges of a table mean, and what to type next, the most useful first."""
    from evalhub.render.board_diffs import own_badges

    found = []
    if others:
        listed = ", ".join(others[:3]) + (", …" if len(others) > 3 else "")
        found.append(f"other tasks: {listed}; show one: --task {shlex.quote(others[0])}, or all: --task all")
    changes = [change for diff in diffs for section in diff.sections.values() for change in section]
    if table:
        found += own_badges(diffs, limit)
    if changes:
        model = shlex.quote(changes[0].model_id)
        found.append(f"how one model's numbers came about: evalhub history {model}{flag}")
    if changes and table:
        found.append("for a post: the same with --format markdown")
    return found
