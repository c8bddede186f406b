"""`evalhub index`."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from evalhub.cli.options import (
    HubOption,
    NoColorOption,
    TableFormat,
    cache_directory,
    hub_flag,
    hub_root,
    open_hub,
    stderr,
    stdout,
    write_out,
)


def command(
    context: typer.Context,
    status: Annotated[bool, typer.Option("--status", help="Tell what the index holds, and change nothing.")] = False,
    clear: Annotated[bool, typer.Option("--clear", help="Remove the index of this hub.")] = False,
    format: Annotated[TableFormat, typer.Option(help="How to print what --status tells.")] = TableFormat.TABLE,
    hub: HubOption = None,
    no_color: NoColorOption = False,
) -> None:
    """Bring the index up to date, which makes the next commands fast.

    Every command does the same with what has changed; this one is for large hubs, before anybody waits for it. The
    index is a cache in EVALHUB_CACHE or the user's cache directory, and can be removed at any time.
    """
    from evalhub.errors import EvalhubError
    from evalhub.files import shown
    from evalhub.index import index_file, index_files

    if format is TableFormat.JSON and not status:
        raise EvalhubError("--format is for --status", "add --status, or leave it out", exit_status=2)
    if status and clear:
        raise EvalhubError("--status and --clear contradict each other", "name one of them", exit_status=2)
    if context.obj.no_cache:
        raise EvalhubError("--no-cache keeps no index", "leave it out", exit_status=2)
    root = hub_root(context, hub)
    if not root.is_dir():
        raise EvalhubError(f"{shown(root)} is not a directory", "name a hub: --hub DIR, or set EVALHUB_HUB")
    file = index_file(cache_directory(), root)
    if status:
        _show(context, hub, file, format, no_color)
    elif clear:
        _clear(context, index_files(cache_directory(), root) or [file], no_color)
    else:
        _build(context, hub, file, no_color)


def _build(context: typer.Context, hub: Path | None, file: Path, no_color: bool) -> None:
    from evalhub import contents
    from evalhub.errors import EvalhubError
    from evalhub.files import shown

    begun = time.monotonic()
    with open_hub(context, hub, no_color, no_cache=False) as opened:
        repositories, _, _, results = opened.index.ask(contents.totals)
    if not opened.index.is_kept:
        raise EvalhubError(f"the index {shown(file)} could not be kept", "name another place: EVALHUB_CACHE=DIR")
    took = time.monotonic() - begun
    out = stdout(context, no_color)
    out.print(f"{repositories} repositories, {results} results; {opened.index.read} read anew in {took:.1f} s")
    out.print(f"the index is {shown(file)}", soft_wrap=True)


def _show(context: typer.Context, hub: Path | None, file: Path, format: TableFormat, no_color: bool) -> None:
    from evalhub.errors import EvalhubError
    from evalhub.files import shown
    from evalhub.index import status
    from evalhub.render import listings
    from evalhub.store import StoreError

    root, flag = hub_root(context, hub), hub_flag(context, hub)
    try:
        found = status(file, root)
    except StoreError as error:
        hint = f"remove it: evalhub index --clear{flag}"
        raise EvalhubError(f"the index {shown(file)} can't be read: {error.reason}", hint) from None
    if found is None:
        raise EvalhubError(f"{shown(root)} has no index of this version yet", f"make one: evalhub index{flag}")
    if format is TableFormat.JSON:
        write_out(listings.index_json(found), None)
    else:
        listings.print_index(stdout(context, no_color), found)


def _clear(context: typer.Context, files: list[Path], no_color: bool) -> None:
    from evalhub.errors import EvalhubError
    from evalhub.files import shown
    from evalhub.store import StoreError, delete

    for file in files:
        try:
            was_there = file.exists()
            delete(file)
        except (StoreError, OSError) as error:
            raise EvalhubError(f"can't remove {shown(file)}: {error}") from None
        said = f"removed {shown(file)}" if was_there else f"there was no index: {shown(file)}"
        stderr(context, no_color).print(said, soft_wrap=True)
