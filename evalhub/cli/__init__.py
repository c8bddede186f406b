"""The command line: one module a command, each thin. This one builds the app and handles what goes wrong."""

from __future__ import annotations

import codecs
import errno
import io
import os
import sys
from importlib import import_module
from typing import Annotated, Any, Literal, NoReturn, cast

import typer
from typer.core import TyperGroup

from evalhub import __version__
from evalhub.cli.options import HubOption, NoCacheOption, NoColorOption, Settings
from evalhub.errors import EvalhubError

_COMMANDS = (
    "validate",
    "explain",
    "leaderboard",
    "diff",
    "conflicts",
    "submit",
    "push",
    "benchmarks",
    "model",
    "history",
    "index",
    "schema",
    "demo",
)
_MARKUP: Literal["rich"] | None = (
    "rich" if sys.stdout.isatty() and sys.stderr.isatty() else None
)  # boxes are for terminals
_SETTINGS = {"help_option_names": ["-h", "--help"]}


class _Commands(TyperGroup):
    """The commands, each imported and built when it is asked for: all of them would slow down every start."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = cast(Any, dict.fromkeys(_COMMANDS))  # for suggestions, which look at the names

    def list_commands(self, ctx: Any) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in _COMMANDS:
            return None
        single = typer.Typer(add_completion=False, rich_markup_mode=_MARKUP)
        module = import_module(f"evalhub.cli.{cmd_name}")
        single.command(cmd_name, context_settings=_SETTINGS)(module.command)
        return typer.main.get_command(single)


app = typer.Typer(
    name="evalhub",
    cls=_Commands,
    help="Trustworthy, reproducible model evaluation results that live in git.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=_MARKUP,
    context_settings=_SETTINGS,
)


def _print_version(value: bool) -> None:
    if value:
        sys.stdout.write(f"evalhub {__version__}\n")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    hub: HubOption = None,
    no_color: NoColorOption = False,
    no_cache: NoCacheOption = False,
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Validate, rank and submit model evaluation results over any directory of git clones, offline."""
    context.obj = Settings(hub, no_color, no_cache)


_ESCAPES = "evalhub-escapes"


def _escaped(error: UnicodeError) -> tuple[str, int]:
    """Write what an encoding lacks as `\\uXXXX`, which JSON reads too."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    units = error.object[error.start : error.end].encode("utf-16-be", "surrogatepass")
    pairs = zip(units[::2], units[1::2], strict=True)
    return "".join(f"\\u{high:02x}{low:02x}" for high, low in pairs), error.end


def main() -> None:
    """Run the command line. Whatever goes wrong becomes a message and an exit status, never a traceback."""
    codecs.register_error(_ESCAPES, _escaped)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_ESCAPES)  # names are any Unicode, terminals are not
    try:
        app()
    except EvalhubError as error:
        _complain(f"error: {error.message}", error.hint)
        sys.exit(error.exit_status)
    except BrokenPipeError:
        # The reader went away: point stdout elsewhere, so that flushing it at exit stays quiet.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EIO, errno.EDQUOT):
            _report_bug(error)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        _complain(f"error: can't write the output: {error.strerror}", "write it elsewhere")
        sys.exit(1)
    except KeyboardInterrupt:  # before or after a command, which handles its own
        sys.exit(130)
    except Exception as error:
        _report_bug(error)


def _report_bug(error: Exception) -> NoReturn:
    """End with what a report of the bug needs; with EVALHUB_DEBUG, by the error itself."""
    if os.environ.get("EVALHUB_DEBUG"):
        raise error
    what = f"{type(error).__name__}: {error}"
    _complain(f"internal error: {what}", "this is a bug in evalhub: report it with what EVALHUB_DEBUG=1 prints")
    sys.exit(1)


def _complain(message: str, hint: str | None) -> None:
    from evalhub.names import printable

    for line in filter(None, (message, hint and f"hint: {hint}")):
        sys.stderr.write(printable(line) + "\n")
