"""`evalhub push MODEL [BRANCH]`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from evalhub.cli.options import (
    HubOption,
    NoCacheOption,
    NoColorOption,
    open_hub,
    say,
    say_after,
    stderr,
    stdout,
)

if TYPE_CHECKING:
    from rich.console import Console

    from evalhub.push import Outcome


def command(
    context: typer.Context,
    model: Annotated[str, typer.Argument(metavar="MODEL", help="A model's id, or its last part.")],
    branch: Annotated[
        str | None,
        typer.Argument(
            metavar="BRANCH",
            help="The branch, with or without evalhub/. Default: the only one that is open.",
            show_default=False,
        ),
    ] = None,
    remote: Annotated[
        str | None, typer.Option(help="The remote's name. Default: origin, else the only one.", show_default=False)
    ] = None,
    supersede: Annotated[
        bool, typer.Option("--supersede", help="Push it beside a different score that stands there.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Ask the remote and say what would be done, and push nothing.")
    ] = False,
    hub: HubOption = None,
    no_color: NoColorOption = False,
    no_cache: NoCacheOption = False,
) -> None:
    """Push a branch of proposed scores to where the model lives.

    An ordinary host gets the branch; Hugging Face gets a pull request, whose ref replaces the branch. Before, it is
    looked whether the same score, or a different one, stands there.
    """
    from evalhub import push as library

    out, err = stdout(context, no_color), stderr(context, no_color)
    wanted = library.Wanted(remote, supersede, dry_run)
    with open_hub(context, hub, no_color, no_cache) as opened:
        outcome = library.push(opened, model, branch, wanted, waiting(err))
    if not tell(outcome, out, err):
        raise typer.Exit(1)


def waiting(err: Console) -> Callable[[str], None] | None:
    """Return what tells people at a terminal what is waited for."""
    return (lambda text: say(err, f"{text} …", "dim")) if err.is_terminal else None


def tell(outcome: Outcome, out: Console, err: Console) -> bool:
    """Print what came of a push, and return whether that is all that was wanted."""
    from evalhub.push import Status
    from evalhub.render import pushes

    for line in pushes.lines(outcome):
        out.print(line, soft_wrap=True)
    say_after(err, outcome.warnings, pushes.hints(outcome))
    return outcome.status not in (Status.CONFLICT, Status.INCOMPLETE)
