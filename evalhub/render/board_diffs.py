"""What changed on a leaderboard, as a table, JSON or Markdown. `schemas/diff.schema.json` defines the JSON."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from rich.console import Console
from rich.text import Text

from evalhub.board_diff import BoardChange, BoardDiff, ChangeKind
from evalhub.conflicts import as_number, plain
from evalhub.leaderboard import Row, Score
from evalhub.masking import masked
from evalhub.render.jsontext import to_json
from evalhub.render.leaderboards import badges, question
from evalhub.render.markdown import escaped, source_link
from evalhub.render.scores import score_object, source_cell
from evalhub.render.terminal import Column, align_points, can_show, print_table, safe, short_value
from evalhub.terms import Origin, Per
from evalhub.values import format_time

_COLUMNS = (
    Column("rank"),
    Column("model", narrowest=16, wraps=True, style="bold"),
    Column("value"),
    Column("badges", narrowest=10, wraps=True),
    Column("who", narrowest=12, wraps=True, give_way=1),
    Column("committed", style="dim", give_way=4),
    Column("source", narrowest=10, give_way=2),
    Column("notes", narrowest=8, give_way=3),
)
_MOST_DIGITS = 24
_MOST_LEADERS = 3  # that a sentence names
_MOST_MOVED = 10  # that a line of a post names


@dataclass(frozen=True, slots=True)
class _Signs:
    up: str
    down: str
    arrow: str
    minus: str
    until: str


_UNICODE = _Signs("▲", "▼", "→", "−", "≤ ")
_ASCII = _Signs("^", "v", "->", "-", "<= ")

_TITLES = {
    ChangeKind.APPEARED: "New",
    ChangeKind.CHANGED: "Changed",
    ChangeKind.CONFIRMED: "Confirmed by their authors",
    ChangeKind.WITHDRAWN: "No longer by their authors",
    ChangeKind.MOVED: "Moved",
    ChangeKind.DISAPPEARED: "Gone",
}
_WORDS = {
    ChangeKind.APPEARED: "new",
    ChangeKind.CHANGED: "changed",
    ChangeKind.CONFIRMED: "confirmed by the author",
    ChangeKind.WITHDRAWN: "no longer by the author",
    ChangeKind.MOVED: "moved",
    ChangeKind.DISAPPEARED: "gone",
}
_BADGES = {ChangeKind.CONFIRMED: ("confirmed", "green"), ChangeKind.WITHDRAWN: ("withdrawn", "red")}


def print_diffs(out: Console, diffs: Sequence[BoardDiff], limit: int | None = None) -> None:
    """Print the tables to a terminal (fitting its width) or a pipe (whole), a blank line between them.

    `limit` is the number of rows to show of each kind of change.
    """
    for number, diff in enumerate(diffs):
        if number:
            out.print()
        _print_diff(out, diff, limit)


def _print_diff(out: Console, diff: BoardDiff, limit: int | None) -> None:
    signs = _signs(out)
    out.print(Text(_heading(diff), style="bold"), soft_wrap=not out.is_terminal)
    if not diff.count:
        out.print(Text(f"nothing changed between {between(diff)}"), soft_wrap=not out.is_terminal)
        out.print(Text(_totals(diff)), soft_wrap=not out.is_terminal)
        return
    out.print(Text(f"what changed between {between(diff)}", "dim"), soft_wrap=not out.is_terminal)
    out.print()
    for line in news(diff, signs):
        out.print(safe(line), soft_wrap=not out.is_terminal)
    if news(diff, signs):
        out.print()
    print_table(out, _COLUMNS, _rows(diff, limit, signs))
    out.print()
    for line in (_counts(diff, limit), _totals(diff)):
        out.print(Text(line), soft_wrap=not out.is_terminal)


def _signs(out: Console) -> _Signs:
    """Return signs that the output's encoding has."""
    return _UNICODE if can_show(out, "".join(astuple(_UNICODE))) else _ASCII


# --- sentences ------------------------------------------------------------------------------------------------------


def _heading(diff: BoardDiff) -> str:
    only = {Origin.AUTHOR: ", only authors' results", Origin.COMMUNITY: ", only results in open pull requests"}
    return question(diff.benchmark, diff.task_id, diff.metric) + (only[diff.origin] if diff.origin else "")


def between(diff: BoardDiff, now: str = "now") -> str:
    """Return the two moments, for people: `the end of 2026-02-01 (UTC) and now`."""
    return f"{diff.since.label()} and {diff.until.label() if diff.until else now}"


def news(diff: BoardDiff, signs: _Signs = _UNICODE) -> list[str]:
    """Return what a post would begin with: a new first place, and the biggest gain."""
    found = []
    if diff.new_leaders:
        before = f", before: {_leaders(diff, diff.leaders_before)}" if diff.leaders_before else ""
        found.append(f"new first place: {_leaders(diff, diff.leaders)}{before}")
    gain = diff.biggest_gain
    if gain is not None:
        found.append(f"biggest gain: {_name(diff, gain.row)} {_values([gain], signs)[0]}{_claimed(gain.row)}")
    return found


def _leaders(diff: BoardDiff, rows: Sequence[Row]) -> str:
    names = [f"{_name(diff, row)} {short_value(row.value)}{_claimed(row)}" for row in rows[:_MOST_LEADERS]]
    more = len(rows) - len(names)
    return " and ".join([*names, *([f"{more} more"] if more else [])])


def _claimed(row: Row) -> str:
    """Return ` (community #3)` where only an open pull request says so."""
    labels = ", ".join(label for label, _ in badges(row) if label.startswith("community"))
    return f" ({labels})" if labels else ""


def _name(diff: BoardDiff, row: Row) -> str:
    notes = row.score.result.notes if diff.per is Per.VARIANT else None
    return f"{row.model_id} ({notes})" if notes else row.model_id


def _counts(diff: BoardDiff, limit: int | None = None) -> str:
    """Return how much changed: `2 new, 18 moved (3 shown), 1 unchanged`."""
    parts = []
    for kind, changes in diff.sections.items():
        if changes:
            cut = f" ({limit} shown)" if limit is not None and limit < len(changes) else ""
            parts.append(f"{len(changes)} {_WORDS[kind]}{cut}")
    return ", ".join([*parts, *([f"{diff.unchanged} unchanged"] if diff.unchanged else [])])


def _totals(diff: BoardDiff) -> str:
    """Return how many there are: `20 models (18 before), 13 open pull requests (13 before)`."""
    what = "model" if diff.per is Per.MODEL else "variant"
    totals = (
        (what, diff.total, diff.total_before),
        ("open pull request", diff.pull_requests, diff.pull_requests_before),
    )
    return ", ".join(f"{now} {name}{'s' * (now != 1)} ({before} before)" for name, now, before in totals)


# --- tables ---------------------------------------------------------------------------------------------------------


def _rows(diff: BoardDiff, limit: int | None, signs: _Signs) -> list[list[Text]]:
    """Return the rows of all sections, an empty one between two."""
    width = max(len(str(change.row.rank)) for changes in diff.sections.values() for change in changes[:limit])
    rows: list[list[Text]] = []
    for changes in diff.sections.values():
        if rows and changes:
            rows.append([Text("")] * len(_COLUMNS))
        values = _values(changes[:limit], signs) if changes else []
        for change, value in zip(changes[:limit], values, strict=True):
            rows.append(_cells(change, value, width, signs))
    return rows


def _cells(change: BoardChange, value: str, width: int, signs: _Signs) -> list[Text]:
    score = change.row.score
    mark, style = _mark(change, signs)
    labels = Text(", ").join(safe(label, colour) for label, colour in _badges(change))
    return [
        Text.assemble(f"{change.row.rank:>{width}} ", (mark, style)),
        safe(change.model_id),
        Text(value, "" if not change.comparable else "green" if change.better else "red"),
        labels,
        safe(score.commit_author),
        Text(_committed(score, signs)),
        source_cell(score.result.source),
        safe(score.result.notes or ""),
    ]


def _mark(change: BoardChange, signs: _Signs) -> tuple[str, str]:
    """Return what became of the rank, with its colour: `new` (`new?` where older history can't be read), `▲2`, `▼1`,
    `gone`, or nothing.
    """
    if change.kind is ChangeKind.APPEARED:
        return ("new", "green") if change.row.score.complete else ("new?", "yellow")
    if change.kind is ChangeKind.DISAPPEARED:
        return "gone", "red"
    if change.climbed:
        up = change.climbed > 0
        return f"{signs.up if up else signs.down}{abs(change.climbed)}", "green" if up else "red"
    return "", ""


def _badges(change: BoardChange) -> list[tuple[str, str]]:
    found = [*badges(change.row)]
    if change.kind in _BADGES:
        found.insert(0, _BADGES[change.kind])
    marks = {"rescaled": change.rescaled, "other setup": change.other_setup, "fell back": change.fell_back}
    return [*found, *((label, "magenta") for label, marked in marks.items() if marked)]


def _committed(score: Score, signs: _Signs) -> str:
    return ("" if score.complete else signs.until) + format_time(score.commit_time)[:10]


def _values(changes: Sequence[BoardChange], signs: _Signs) -> list[str]:
    """Return each value, or `24.8 → 62.5 (+37.7)` where it changed, the points of several beneath each other."""
    new = _aligned([short_value(change.row.value) for change in changes])
    if any(change.difference is None for change in changes):
        return new
    old = _aligned([short_value(change.old.value) for change in changes if change.old])
    gains = [
        f" ({_signed(change.difference or Fraction(0), signs)})" if change.comparable else "" for change in changes
    ]
    return [f"{a} {signs.arrow} {b}{gain}" for a, b, gain in zip(old, new, gains, strict=True)]


def _aligned(values: list[str]) -> list[str]:
    aligned = align_points(values)
    return aligned if len(aligned[0]) <= _MOST_DIGITS else values


def _signed(difference: Fraction, signs: _Signs) -> str:
    size = plain(abs(difference))
    if len(size) > _MOST_DIGITS:
        size = f"{Decimal(abs(difference).numerator) / abs(difference).denominator:.4e}"
    return f"{'+' if difference > 0 else signs.minus}{size}"


def diffs_text(diffs: Sequence[BoardDiff], limit: int | None = None) -> str:
    """Return the tables as a pipe gets them: plain, nothing cut."""
    out = io.StringIO()
    print_diffs(Console(file=out, width=10_000, no_color=True, highlight=False), diffs, limit)
    return out.getvalue()


# --- JSON, Markdown -------------------------------------------------------------------------------------------------


def diffs_json(diffs: Sequence[BoardDiff], limit: int | None = None, *, many: bool = False) -> str:
    """Return the changes of one leaderboard as an object, or with `many` a list of them."""
    objects = [_diff_object(diff, limit) for diff in diffs]
    return to_json(objects if many else objects[0])


def _diff_object(diff: BoardDiff, limit: int | None) -> dict[str, Any]:
    gain = diff.biggest_gain
    return {
        "benchmark": diff.benchmark.dataset_id,
        "name": diff.benchmark.name,
        "task": diff.task_id,
        "metric": diff.metric.name,
        "direction": diff.metric.direction,
        "scale": diff.metric.scale,
        "policy": diff.policy,
        "per": diff.per,
        "origin": diff.origin,
        "since": format_time(diff.since.moment),
        "until": format_time(diff.until.moment) if diff.until else None,
        "generated_at": format_time(diff.generated_at),
        "total": diff.total,
        "total_before": diff.total_before,
        "pull_requests": diff.pull_requests,
        "pull_requests_before": diff.pull_requests_before,
        "counts": {**{kind: len(changes) for kind, changes in diff.sections.items()}, "unchanged": diff.unchanged},
        "new_first_place": bool(diff.new_leaders),
        "leaders": [_row_object(row) for row in diff.leaders],
        "leaders_before": [_row_object(row) for row in diff.leaders_before],
        "biggest_gain": gain and _change_object(gain),
        "left_out": dict(diff.left_out),
        "warnings": list(diff.warnings),
        **{kind: [_change_object(change) for change in changes[:limit]] for kind, changes in diff.sections.items()},
    }


def _change_object(change: BoardChange) -> dict[str, Any]:
    return {
        "model_id": change.model_id,
        "variant": masked(change.variant) or None,
        "old": change.old and _row_object(change.old),
        "new": change.new and _row_object(change.new),
        "difference": None if change.difference is None else as_number(change.difference),
        "better": change.better,
        "rescaled": change.rescaled,
        "other_setup": change.other_setup,
        "fell_back": change.fell_back,
    }


def _row_object(row: Row) -> dict[str, Any]:
    """Return a row as leaderboards show it, but for its other values, with since when the value has stood."""
    since = {"since": format_time(row.score.commit_time), "since_sure": row.score.complete}
    warnings = [masked(warning) for warning in row.warnings]
    return {"rank": row.rank, "model_id": row.model_id, **score_object(row.score), **since, "warnings": warnings}


def diff_markdown(diff: BoardDiff, limit: int | None = None) -> str:
    """Return a post with a table for each kind of change, which GitHub and the Hugging Face Hub render.

    Who only moved because of others is listed.
    """
    moments = between(diff, format_time(diff.generated_at))
    lines = [f"### {escaped(_title(diff))}", "", escaped(f"{_heading(diff)}."), ""]
    if not diff.count:
        return "\n".join([*lines, escaped(f"Nothing changed between {moments}; {_totals(diff)}."), ""])
    lines += [escaped(f"Between {moments}: {_counts(diff)}; {_totals(diff)}."), ""]
    for line in news(diff):
        lines += [f"**{escaped(line[:1].upper() + line[1:])}**", ""]
    for kind, changes in diff.sections.items():
        if changes:
            shown = _moves(diff, limit) if kind is ChangeKind.MOVED else _markdown_table(changes, limit)
            lines += [f"#### {_TITLES[kind]}", "", *shown, ""]
    return "\n".join([*lines, *_legend(diff, limit)])


_MEANINGS = {
    "community": "stands in an open pull request",
    "confirmed": "the author has taken it over from one",
    "withdrawn": "only an open pull request says so now",
    "rescaled": "looks like the old value on another scale, and is no gain",
    "other setup": "the value that counts is of another setup than the old one (see the notes), and is no gain",
    "fell back": "the result that counted is gone; this one had stood before",
    "scale?": "looks as if it were on another scale than the others",
    "conflict": "the model's results for one setup disagree",
}


_OWN = ("rescaled", "other setup", "fell back")  # the badges that leaderboards don't have, and hints explain


def _legend(diff: BoardDiff, limit: int | None) -> list[str]:
    """Return what the badges of a post mean."""
    said = "; ".join(_explained(replace(diff, moved=()), limit, _MEANINGS))
    return [f"{escaped(said)}.", ""] if said else []


def own_badges(diffs: Sequence[BoardDiff], limit: int | None = None) -> list[str]:
    """Return what the badges of a table mean that only say why a change is no gain."""
    return list(dict.fromkeys(said for diff in diffs for said in _explained(diff, limit, _OWN)))


def _explained(diff: BoardDiff, limit: int | None, labels: Iterable[str]) -> list[str]:
    shown = [change for changes in diff.sections.values() for change in changes[:limit]]
    used = {label.partition(" #")[0] for change in shown for label, _ in _badges(change)}
    return [f"{label}: {_MEANINGS[label]}" for label in labels if label in used]


def _title(diff: BoardDiff) -> str:
    """Return what a post is called: `Humanity's Last Exam: what changed from 2026-02-01 to 2026-02-08`."""
    task = f", task {diff.task_id}" if len(diff.benchmark.tasks) > 1 else ""
    first, last = diff.since.moment.date(), (diff.until.moment if diff.until else diff.generated_at).date()
    when = f"from {first} to {last}" if first != last else f"on {last}"
    return f"{diff.benchmark.name}{task}: what changed {when}"


def _moves(diff: BoardDiff, limit: int | None) -> list[str]:
    """Return a line for each distance that rows moved by, the farthest climb first: `- ▼2: a/b, c/d and 15 more`."""
    found: dict[int, list[str]] = defaultdict(list)
    for change in diff.moved:
        found[change.climbed].append(escaped(_name(diff, change.row)))
    most = min(_MOST_MOVED, limit or _MOST_MOVED)
    lines = []
    for climbed, names in sorted(found.items(), reverse=True):
        sign = _UNICODE.up if climbed > 0 else _UNICODE.down
        more = f" and {len(names) - most} more" if len(names) > most else ""
        lines.append(f"- {sign}{abs(climbed)}: {', '.join(names[:most])}{more}")
    return lines


def _markdown_table(changes: Sequence[BoardChange], limit: int | None) -> list[str]:
    shown = changes[:limit]
    lines = [
        "| Rank | Model | Value | Badges | Who | Committed | Source | Notes |",
        "| :--- | :--- | ---: | :--- | :--- | :--- | :--- | :--- |",
    ]
    for change in shown:
        score = change.row.score
        cells = [
            f"{change.row.rank} {_mark(change, _UNICODE)[0]}".rstrip(),
            escaped(change.model_id),
            _values([change], _UNICODE)[0],
            escaped(", ".join(label for label, _ in _badges(change))),
            escaped(score.commit_author),
            _committed(score, _UNICODE),
            source_link(score.result.source),
            escaped(score.result.notes or ""),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    more = len(changes) - len(shown)
    return [*lines, "", f"… and {more} more."] if more else lines
