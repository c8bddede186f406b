"""`evalhub leaderboard BENCHMARK`."""

from __future__ import annotations

import enum
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
    from evalhub.leaderboard import Leaderboard


class Format(enum.StrEnum):
    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    MARKDOWN = "markdown"


def command(
    context: typer.Context,
    benchmark: BenchmarkArgument,
    task: TaskOption = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Show only the first rows.", show_default=False)] = None,
    policy: Annotated[
        Policy,
        typer.Option(
            help="Which of a model's results counts: the best value; the most trusted (verified, author, community, "
            "newest first within each); or the newest."
        ),
    ] = Policy.BEST,
    per: Annotated[Per, typer.Option(help="A row for each model, or for each model and variant (notes).")] = Per.MODEL,
    origin: OriginOption = None,
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of",
            metavar="DATE",
            help="What stood then: 2026-02-01 (the end of that day, UTC), a time, or a git date as in `3 months ago`.",
            show_default=False,
        ),
    ] = None,
    format: Annotated[Format | None, FORMAT] = None,
    output: OutputOption = None,
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
        found, tasks, every = named_tasks(opened, benchmark, task)
        boards = [
            opened.leaderboard(
                found.dataset_id, task=each, policy=policy, per=per, origin=origin, limit=limit, as_of=then
            )
            for each in tasks
        ]
    format = format or by_ending(output, Format)
    if format is Format.TABLE and output is None:
        from evalhub.render.leaderboards import print_boards

        print_boards(stdout(context, no_color), boards)
    else:
        write_out(_rendered(boards, format, many=every), output)
    err = stderr(context, no_color)
    say_wrote(err, output, sum(len(board.rows) for board in boards), "row")
    warnings = (warning for board in boards for warning in board.warnings)
    others = () if task else found.spec.task_ids[1:]
    say_after(err, warnings, hints(boards[0], others, hub_flag(context, hub)))


def _rendered(boards: list[Leaderboard], format: Format, *, many: bool) -> str:
    from evalhub.render import leaderboards

    if format is Format.JSON:
        return leaderboards.boards_json(boards, many=many)
    if format is Format.CSV:
        return leaderboards.boards_csv(boards)
    if format is Format.MARKDOWN:
        return "\n".join(leaderboards.board_markdown(board) for board in boards)
    return leaderboards.boards_text(boards)


def hints(board: Leaderboard, others: tuple[str, ...], flag: str) -> list[str]:
    """Return what to type next, the most useful first."""
    name = shlex.quote(board.benchmark.dataset_id)
    found = other_tasks_hints(others)
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
