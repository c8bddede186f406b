"""`evalhub leaderboard BENCHMARK`."""

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
    from rich.console import Console

    from evalhub.leaderboard import Leaderboard


class Format(enum.StrEnum):
    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    MARKDOWN = "markdown"


_ENDINGS = {".json": Format.JSON, ".csv": Format.CSV, ".md": Format.MARKDOWN}


def command(
    context: typer.Context,
    benchmark: Annotated[
        str, typer.Argument(metavar="BENCHMARK", help="A dataset id, its last part, an alias or the benchmark's name.")
    ],
    task: Annotated[
        str | None,
        typer.Option(help="A task of the benchmark, or `all`. Default: the first.", show_default=False),
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Show only the first rows.", show_default=False)] = None,
    policy: Annotated[
        Policy,
        typer.Option(
            help="Which of a model's results counts: the best value; the most trusted (verified, author, community, "
            "newest first within each); or the newest."
        ),
    ] = Policy.BEST,
    per: Annotated[Per, typer.Option(help="A row for each model, or for each model and variant (notes).")] = Per.MODEL,
    origin: Annotated[
        Origin | None,
        typer.Option(help="Only results on default branches, or only those in open pull requests.", show_default=False),
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of",
            metavar="DATE",
            help="What stood then: 2026-02-01 (the end of that day, UTC), a time, or a git date as in `3 months ago`.",
            show_default=False,
        ),
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
    """Rank the models of one benchmark.

    Reads the results on default branches and in open pull requests together; every number is traced to a commit, a
    person and a source.
    """
    from evalhub.dates import parse_as_of

    then = parse_as_of(as_of) if as_of is not None else None
    with open_hub(context, hub, no_color, no_cache) as opened:
        found = opened.benchmark(benchmark)
        every = task == "all" and "all" not in found.spec.task_ids
        tasks = found.spec.task_ids if every else (opened.task_id(found, task),)
        boards = [
            opened.leaderboard(
                found.dataset_id, task=each, policy=policy, per=per, origin=origin, limit=limit, as_of=then
            )
            for each in tasks
        ]
    format = format or by_ending(output, _ENDINGS, Format.TABLE)
    if format is Format.TABLE and output is None:
        from evalhub.render.leaderboards import print_boards

        print_boards(stdout(context, no_color), boards)
    else:
        write_out(_rendered(boards, format, many=every), output)
    if output:
        rows = sum(len(board.rows) for board in boards)
        say(stderr(context, no_color), f"wrote {output}: {rows} row{'s' * (rows != 1)}")
    _print_hints(stderr(context, no_color), boards, () if task else found.spec.task_ids[1:], hub_flag(context, hub))


def _rendered(boards: list[Leaderboard], format: Format, *, many: bool) -> str:
    from evalhub.render import leaderboards

    if format is Format.JSON:
        return leaderboards.boards_json(boards, many=many)
    if format is Format.CSV:
        return leaderboards.boards_csv(boards)
    if format is Format.MARKDOWN:
        return "\n".join(leaderboards.board_markdown(board) for board in boards)
    return leaderboards.boards_text(boards)


def _print_hints(err: Console, boards: list[Leaderboard], others: tuple[str, ...], flag: str) -> None:
    for warning in dict.fromkeys(warning for board in boards for warning in board.warnings):
        say(err, f"warning: {warning}", "yellow")
    for board in boards[:1]:
        for hint in hints(board, others, flag):
            say(err, hint, "dim")


def hints(board: Leaderboard, others: tuple[str, ...], flag: str) -> list[str]:
    """Return what to type next, the most useful first."""
    name = shlex.quote(board.benchmark.dataset_id)
    found = []
    if others:
        listed = ", ".join(others[:3]) + (", …" if len(others) > 3 else "")
        found.append(f"other tasks: {listed}; show one: --task {shlex.quote(others[0])}, or all: --task all")
    if not board.total and board.as_of:
        found.append(f"nothing stood then; what stands now: evalhub leaderboard {name}{flag}")
    elif not board.total:
        found.append(f"no results yet; propose one: evalhub submit MODEL --benchmark {name} --value VALUE{flag}")
    if any(row.conflict for row in board.rows) and not board.as_of:
        found.append(f"conflict: results for one setup disagree; who says what: evalhub conflicts {name}{flag}")
    if any(row.scale_suspect for row in board.rows):
        found.append(f"scale?: the value looks as if it were not a {board.metric.scale}")
    if board.rows:
        model = next((row.model_id for row in board.rows if row.warnings), board.rows[0].model_id)
        told = "how one model's numbers came about: evalhub history"  # the other commands show what stands now
        first = told if board.as_of else "all results of one model: evalhub model"
        found.append(f"{first} {shlex.quote(model)}{flag}")
    return found
