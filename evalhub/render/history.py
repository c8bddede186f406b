"""A model's history as a table with small plots, and as JSON, which `schemas/history.schema.json` defines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.text import Text

from evalhub.git import CommitInfo
from evalhub.history import ON_DEFAULT, Event, EventKind, History, Series
from evalhub.leaderboard import branch_name
from evalhub.names import printable
from evalhub.render.jsontext import to_json
from evalhub.render.plots import step_plot
from evalhub.render.scores import shown_source, source_cell
from evalhub.render.terminal import Column, can_show, print_table, safe, short_value
from evalhub.standings import KnownFrom
from evalhub.values import format_time

_COLUMNS = (
    Column("date", style="dim"),
    Column("benchmark", narrowest=9, wraps=True, style="bold"),
    Column("task", narrowest=8, wraps=True),
    Column("value"),
    Column("what", narrowest=10, wraps=True),
    Column("file", narrowest=8, give_way=5),
    Column("author", narrowest=8, give_way=2),
    Column("commit", style="dim", give_way=1),
    Column("source", narrowest=10, give_way=4),
    Column("notes", narrowest=8, give_way=3),
)
_STYLES = {
    EventKind.ADDED: "green",
    EventKind.CHANGED: "yellow",
    EventKind.REMOVED: "red",
    EventKind.MERGED: "green",
    EventKind.SUPERSEDED: "magenta",
    EventKind.WITHDRAWN: "red",
}
_WORTH_A_PLOT = 3  # values
_MOST_PLOTS = 3
_WIDEST_PLOT = 72


def print_history(out: Console, history: History, names: Mapping[str, str]) -> None:
    """Print what happened, oldest first, and a plot of what has had three values or more. `names` are what benchmarks
    are called, by their ids.
    """
    heading = [history.model_id]
    if history.dataset_id:
        name = names.get(history.dataset_id)
        heading.append(f"{name} ({history.dataset_id})" if name else history.dataset_id)
    if history.task_id:
        heading.append(f"task {history.task_id}")
    out.print(safe(", ".join(heading), "bold"), soft_wrap=not out.is_terminal)
    out.print()
    if history.events:
        print_table(out, _COLUMNS, _rows(out, history, names))
        out.print()
        _print_plots(out, history, names)
    out.print(_summary(history))


def _rows(out: Console, history: History, names: Mapping[str, str]) -> list[list[Text]]:
    several = len({event.result.dataset_id for event in history.events}) > 1
    tasks = len({event.result.dataset_id for event in history.events}) < len(
        {(event.result.dataset_id, event.result.task_id) for event in history.events}
    )
    files = len({event.key for event in history.events}) < len(
        {(event.key, event.filename) for event in history.events}
    )
    arrow = "→" if can_show(out, "→") else "->"
    rows = []
    for event in history.events:
        result = event.result
        rows.append(
            [
                Text(event.time.date().isoformat()),
                safe(names.get(result.dataset_id, result.dataset_id) if several else ""),
                safe(result.task_id if tasks else ""),
                Text(_value(event, arrow)),
                safe(_what(event), _STYLES.get(event.kind, "")),
                safe(event.filename.rpartition("/")[2] if files else ""),
                safe(event.commit.author),
                Text(event.commit.id[:12]),
                source_cell(result.source),
                safe(result.notes or ""),
            ]
        )
    return rows


def _value(event: Event, arrow: str) -> str:
    old = None if event.old is None else short_value(event.old.value)
    new = None if event.new is None else short_value(event.new.value)
    if old is None or old == new:
        return new or ""
    return f"{old} {arrow} {new or 'none'}"


def _what(event: Event) -> str:
    """Return what happened in few words: `added`, `source changed`, `#3 opened`, `added through #3`."""
    pull = _pull(event)
    fields = [name.replace("_", " ") for name in event.changed]
    if event.kind not in ON_DEFAULT:
        alone = f" ({', '.join(fields)})" if fields and "value" not in fields else ""
        return f"{pull} {event.kind}{alone}"
    said = event.kind.value
    if event.kind is EventKind.CHANGED and "value" not in fields:
        said = f"{', '.join(fields)} changed"
    if not event.complete:
        said += " or older"
    if not pull:
        return said
    claimed = event.known_from in (KnownFrom.MERGE, KnownFrom.MESSAGE)
    return f"{said}, its message says {pull}" if claimed else f"{said} through {pull}"


def _pull(event: Event) -> str:
    if event.pull_request is not None:
        return f"#{event.pull_request}"
    return branch_name(event.ref) if event.ref else ""


def _print_plots(out: Console, history: History, names: Mapping[str, str]) -> None:
    """Print the plots of the series that changed most."""
    worth = [each for each in history.series if _values(each) >= _WORTH_A_PLOT]
    chosen = sorted(worth, key=lambda each: -_values(each))[:_MOST_PLOTS]
    width = min(out.width, _WIDEST_PLOT)
    for each in (each for each in history.series if each in chosen):
        if len(history.series) > 1:
            out.print(safe(_title(each, names)), soft_wrap=not out.is_terminal)
        for line in step_plot(each.points, width, ascii=not can_show(out, "┤─╴┼")):
            out.print(Text(line), soft_wrap=True)
        out.print()
    if len(worth) > len(chosen):
        out.print(f"(and {len(worth) - len(chosen)} more that changed often: name a benchmark, or --task)", style="dim")


def _values(series: Series) -> int:
    return sum(value is not None for _, value in series.points)


def _title(series: Series, names: Mapping[str, str]) -> str:
    notes = f", {series.notes}" if series.notes else ""
    return f"{names.get(series.dataset_id, series.dataset_id)}, task {series.task_id}{notes}"


def _summary(history: History) -> str:
    count = len(history.events)
    pulls = len({event.ref for event in history.events if event.kind not in ON_DEFAULT})
    return f"{count} event{'s' * (count != 1)}, {pulls} pull request{'s' * (pulls != 1)}"


# --- JSON -----------------------------------------------------------------------------------------------------------


def history_json(history: History) -> str:
    """Return the object that `schemas/history.schema.json` defines."""
    return to_json(
        {
            "model_id": history.model_id,
            "benchmark": history.dataset_id,
            "task": history.task_id,
            "complete": history.complete,
            "warnings": warnings(history),
            "events": [_event_object(event) for event in history.events],
        }
    )


def _event_object(event: Event) -> dict[str, Any]:
    result = event.result
    return {
        "time": format_time(event.time),
        "kind": event.kind,
        "benchmark": result.dataset_id,
        "task": result.task_id,
        "notes": result.notes,
        "old_value": None if event.old is None else event.old.value,
        "new_value": None if event.new is None else event.new.value,
        "changed": list(event.changed),
        "date": result.date,
        "source": result.source and asdict(shown_source(result.source)),
        "filename": event.filename,
        "pull_request": event.pull_request,
        "ref": event.ref,
        "known_from": event.known_from,
        "commit": _commit_object(event.commit),
        "landed": _commit_object(event.landed),
        "complete": event.complete,
    }


def _commit_object(commit: CommitInfo) -> dict[str, str]:
    return {"id": commit.id, "author": commit.author, "time": format_time(commit.time)}


def warnings(history: History) -> list[str]:
    """Return what to know before trusting the history, as sentences with what to type."""
    found = [f"{problem.message}" + (f"; {problem.hint}" if problem.hint else "") for problem in history.problems]
    if not history.complete and not history.problems:
        found.append("the clone is shallow: what happened before its oldest commit is not in it; git fetch --unshallow")
    return [printable(each) for each in found]
