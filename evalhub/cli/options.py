"""Options that several commands share, and the hub and consoles that follow from them."""

from __future__ import annotations

import enum
import os
import shlex
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from evalhub.terms import Origin

if TYPE_CHECKING:
    from rich.console import Console

    from evalhub.benchmarks import Benchmark
    from evalhub.hub import Hub
    from evalhub.scan import Progress

_BETWEEN_DRAWINGS = 0.1  # seconds

HubOption = Annotated[
    Path | None,
    typer.Option(
        "--hub",
        metavar="DIR",
        help="The directory with the clones. Default: EVALHUB_HUB, else the nearest parent with an evalhub.yaml, "
        "else the current directory.",
        show_default=False,
    ),
]
NoColorOption = Annotated[bool, typer.Option("--no-color", help="Plain text, also on a terminal (as NO_COLOR=1).")]

NoCacheOption = Annotated[
    bool, typer.Option("--no-cache", help="Read everything anew, and keep nothing (EVALHUB_CACHE: where it is kept).")
]


BenchmarkArgument = Annotated[
    str, typer.Argument(metavar="BENCHMARK", help="A dataset id, its last part, an alias or the benchmark's name.")
]
TaskOption = Annotated[
    str | None, typer.Option(help="A task of the benchmark, or `all`. Default: the first.", show_default=False)
]
OriginOption = Annotated[
    Origin | None,
    typer.Option(help="Only results on default branches, or only those in open pull requests.", show_default=False),
]
OutputOption = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="FILE", help="Write to FILE, whole or not at all.", show_default=False),
]
FORMAT = typer.Option(help="How to print it. Default: as FILE's ending says, else a table.", show_default=False)


class PostFormat(enum.StrEnum):
    TABLE = "table"
    JSON = "json"
    MARKDOWN = "markdown"


class TableFormat(enum.StrEnum):
    TABLE = "table"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Settings:
    """What the options before the command's name say."""

    hub: Path | None = None
    no_color: bool = False
    no_cache: bool = False


def hub_root(context: typer.Context, hub: Path | None) -> Path:
    """Return the hub's directory: the option, else EVALHUB_HUB, else the nearest parent with an `evalhub.yaml`, else
    the current directory.
    """
    from evalhub.repos import nearest_hub

    return hub_option(context, hub) or nearest_hub(Path.cwd()) or Path()


def hub_option(context: typer.Context, hub: Path | None) -> Path | None:
    """Return the hub that was named, by the option or by EVALHUB_HUB, or None."""
    environment = os.environ.get("EVALHUB_HUB")
    named: Path | None = hub or context.obj.hub
    return named or (Path(environment) if environment else None)


def hub_flag(context: typer.Context, hub: Path | None) -> str:
    """Return the option as it must be repeated in a command to type next: ` --hub DIR`, or nothing."""
    from evalhub.files import quoted

    named = hub or context.obj.hub
    return f" --hub {quoted(named)}" if named else ""


def stdout(context: typer.Context, no_color: bool) -> Console:
    return _console(context, no_color, stderr=False)


def stderr(context: typer.Context, no_color: bool) -> Console:
    return _console(context, no_color, stderr=True)


def _console(context: typer.Context, no_color: bool, *, stderr: bool) -> Console:
    from evalhub.render.terminal import console

    return console(stderr=stderr, no_color=no_color or context.obj.no_color)


def cache_directory() -> Path:
    """Return where indexes are kept: EVALHUB_CACHE, else the user's cache directory."""
    named = os.environ.get("EVALHUB_CACHE")
    if named:
        return Path(named)
    import platformdirs

    return platformdirs.user_cache_path("evalhub")


def cache_option(context: typer.Context, no_cache: bool) -> Path | None:
    """Return where indexes are kept, None where --no-cache says that nothing is."""
    return None if no_cache or context.obj.no_cache else cache_directory()


@contextmanager
def open_hub(context: typer.Context, hub: Path | None, no_color: bool, no_cache: bool) -> Iterator[Hub]:
    """Give the hub that the options name; while it is read on a terminal, show a bar if that takes over a second."""
    from evalhub.hub import Hub

    err = stderr(context, no_color)
    cache = cache_option(context, no_cache)
    with progress_bar(err, "reading repositories") as progress:
        yield Hub(hub_root(context, hub), cache=cache, progress=progress, note=lambda text: say(err, f"note: {text}"))


@contextmanager
def progress_bar(console: Console, what: str, *, after: float = 1.0) -> Iterator[Progress]:
    """Give a function to call with (done, total). On a terminal it shows a bar from `after` seconds on.

    The bar is drawn in those calls, and not by a thread of its own, beside which work can't be shared among processes.
    """
    if not console.is_terminal:
        yield lambda done, total: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    rate = TextColumn("{task.fields[rate]}")
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), rate, TimeRemainingColumn())
    bar = Progress(*columns, console=console, transient=True, auto_refresh=False)
    task = bar.add_task(what, total=None, rate="")
    begun = time.monotonic()
    due, last = begun + after, 0

    def update(done: int, total: int) -> None:
        nonlocal due, begun, last
        if done < last:  # another pass
            begun = time.monotonic()
        last = done
        if time.monotonic() < due:
            return
        if not bar.live.is_started:
            bar.start()
        now = time.monotonic()
        bar.update(task, completed=done, total=total, rate=f"{done / max(now - begun, 0.1):,.0f}/s", refresh=True)
        due = now + _BETWEEN_DRAWINGS

    try:
        yield update
    finally:
        bar.stop()


_ENDINGS = {".csv": "csv", ".json": "json", ".md": "markdown"}
Chosen = TypeVar("Chosen", bound=enum.StrEnum)


def by_ending(output: Path | None, formats: type[Chosen]) -> Chosen:
    """Return which of `formats` a file's ending means, else a table. Raises `EvalhubError` where it means another."""
    ending = output.suffix.lower() if output else ""
    value = _ENDINGS.get(ending, "table")
    known = [each.value for each in formats]
    if value in known:
        return formats(value)
    from evalhub.errors import EvalhubError

    others = " or ".join(each for each, meant in _ENDINGS.items() if meant in known)
    hint = f"name a file that ends in {others}, or choose another format with --format"
    raise EvalhubError(f"there is no format for {ending} here", hint, exit_status=2)


def named_tasks(opened: Hub, benchmark: str, task: str | None) -> tuple[Benchmark, tuple[str, ...], bool]:
    """Return the benchmark that is meant, the ids of its tasks that are, and whether those are `all`.

    Raises `EvalhubError`.
    """
    found = opened.benchmark(benchmark)
    every = task == "all" and "all" not in found.spec.task_ids
    return found, found.spec.task_ids if every else (opened.task_id(found, task),), every


def other_tasks_hints(others: Sequence[str]) -> list[str]:
    """Return what to type for the tasks that aren't shown."""
    if not others:
        return []
    listed = ", ".join(others[:3]) + (", …" if len(others) > 3 else "")
    return [f"other tasks: {listed}; show one: --task {shlex.quote(others[0])}, or all: --task all"]


def say_wrote(console: Console, output: Path | None, count: int, what: str) -> None:
    """Say that data went to a file, where it did, and how much."""
    if output:
        say(console, f"wrote {output}: {count} {what}{'s' * (count != 1)}")


def say_after(console: Console, warnings: Iterable[str], hints: Iterable[str]) -> None:
    """Write what people should know of the data, each warning once, and what to type next."""
    for warning in dict.fromkeys(warnings):
        say(console, f"warning: {warning}", "yellow")
    for hint in hints:
        say(console, hint, "dim")


def say(console: Console, text: str, style: str = "") -> None:
    """Write one line for people to stderr, safe for a terminal, and after what stdout has got so far."""
    from evalhub.render.terminal import safe

    sys.stdout.flush()
    console.print(safe(text, style), soft_wrap=True)


def write_out(text: str, output: Path | None) -> None:
    """Write data to stdout, or whole or not at all to the file `output`. Raises `EvalhubError`."""
    if output is None:
        sys.stdout.write(text)
    else:
        from evalhub.files import write_whole

        write_whole(output, text)
