"""Conflicts as blocks for people, JSON or Markdown. `schemas/conflicts.schema.json` defines the JSON."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, replace
from typing import Any

from rich.console import Console
from rich.text import Text

from evalhub.conflicts import Conflict, Conflicts, plain
from evalhub.leaderboard import Score, branch_name, place_label
from evalhub.masking import masked
from evalhub.names import printable
from evalhub.render.jsontext import to_json
from evalhub.render.markdown import escaped, source_link
from evalhub.render.scores import score_object, source_cell
from evalhub.render.terminal import align_points, can_show, safe, short_value
from evalhub.terms import Origin
from evalhub.values import exact, format_time, format_value

_INDENT = 2
_GAP = "  "
_USUAL_VALUE = 6  # cells, so that the bars of most conflicts stand beneath each other
_MOST_VALUE = 24  # wider than any value; wider ones only come from aligning points
_MOST_LINES = 12  # of one conflict on a terminal
_MOST_VALUES = 4  # that a tally spells out


@dataclass(frozen=True, slots=True)
class _Signs:
    """What lines are drawn with: one character each, but for `until`."""

    line: str
    ends: str
    dot: str
    counts: str
    until: str
    more: str


_UNICODE = _Signs("─", "├┤", "●", "▸", "≤ ", "…")
_ASCII = _Signs("-", "||", "o", ">", "<= ", "...")


@dataclass(frozen=True, slots=True)
class _Line:
    """The cells of one claim."""

    value: str
    claim: Score
    who: Text
    brief: Text  # the same in fewer words
    since: str
    source: Text


@dataclass(frozen=True, slots=True)
class _Layout:
    """How wide each column is, in cells; 0 leaves it out."""

    value: int
    bar: int
    who: int
    since: int
    source: int
    commit: int

    @property
    def width(self) -> int:
        columns = (self.value, self.bar, self.who, self.since, self.source, self.commit)
        return _INDENT + sum(columns) + len(_GAP) * (sum(map(bool, columns)) - 1)


def print_conflicts(out: Console, found: Conflicts) -> None:
    """Print a block for each conflict, fitting a terminal's width, or for a pipe whole; and how many there are."""
    signs = _signs(out)
    for conflict in found.conflicts:
        _print_conflict(out, conflict, signs)
        out.print()
    if any(conflict.counts for conflict in found.conflicts):
        out.print(Text(f"{signs.counts} counts on the leaderboard", "dim"))
    out.print(summary(found), soft_wrap=not out.is_terminal)


def _print_conflict(out: Console, conflict: Conflict, signs: _Signs) -> None:
    for number, text in enumerate(_heading(conflict, out)):
        _print(out, text, _INDENT * number)
    lines = _lines(conflict, signs)
    if out.is_terminal and _whole(lines, out).width > out.width:
        lines = [_brief(line) for line in lines]
    layout = _fit(lines, out)
    for line in _shortened(lines, out.is_terminal):
        row = _row(conflict, line, layout, signs) if line else _gap_line(len(lines), signs)
        row.rstrip()
        out.print(row, soft_wrap=True)
    _print(out, _verdict(conflict), _INDENT)


def _print(out: Console, text: Text, indent: int = 0) -> None:
    """Print a text, on a terminal wrapped with `indent` blanks before each line."""
    lines = text.wrap(out, max(1, out.width - indent)) if out.is_terminal else [text]
    for line in lines:
        line.rstrip()
        out.print(Text.assemble(" " * indent, line), soft_wrap=True)


def summary(found: Conflicts) -> str:
    """Return the line beneath: `12 conflicts in 9 models, 3 look like scale mix-ups; largest spread 12.4`."""
    tolerance = found.tolerance
    amount = f"{plain(tolerance.amount * 100)}%" if tolerance.relative else plain(tolerance.amount)
    beyond = f" beyond {amount}" if tolerance.amount else ""
    if not found.results:
        return f"nothing to compare: {_whose(found)} no results{_for(found)}"
    if not found.total:
        return f"no conflicts{beyond} among {found.results} result{'s' * (found.results != 1)}"
    shown = len(found.conflicts)
    count = f"{shown} of {found.total}" if shown < found.total else str(shown)
    text = f"{count} conflict{'s' * (found.total != 1)}{beyond} in {found.models} model{'s' * (found.models != 1)}"
    if found.scale_mixups:
        one = found.scale_mixups == 1
        text += f", {found.scale_mixups} {'looks like a scale mix-up' if one else 'look like scale mix-ups'}"
    return text if found.largest is None else f"{text}; largest spread {plain(exact(found.largest))}"


def _whose(found: Conflicts) -> str:
    return f"{printable(found.model_id)} has" if found.model_id else "there are"


def _for(found: Conflicts) -> str:
    parts = [printable(found.dataset_id)] if found.dataset_id else []
    if found.task is not None:
        parts.append(f"task {printable(found.task, limit=100)}")
    return f" for {', '.join(parts)}" if parts else ""


def tally(conflict: Conflict) -> str:
    """Return who is with whom where somebody agrees: `2 say 41.2, 1 says 43.0`; else nothing."""
    said = conflict.tally
    if len(said) == len(conflict.claims):
        return ""
    shown = said if len(said) <= _MOST_VALUES else sorted(said, key=lambda each: -each[1])[: _MOST_VALUES - 1]
    parts = [f"{count} {'say' if count > 1 else 'says'} {format_value(value)}" for value, count in shown]
    others = sum(count for _, count in said) - sum(count for _, count in shown)
    return ", ".join([*parts, *([f"{others} something else" if others > 1 else "1 something else"] if others else [])])


def whos(claims: Sequence[Score], *, brief: bool = False) -> list[str]:
    """Return who says each value, and in which file where one place says several."""
    said = [who(claim, brief=brief) for claim in claims]
    files: dict[str, set[str]] = {}
    for claim in claims:
        files.setdefault(claim.ref, set()).add(claim.placed.filename)
    return [
        f"{name}, {claim.placed.filename.rpartition('/')[2]}" if len(files[claim.ref]) > 1 else name
        for name, claim in zip(said, claims, strict=True)
    ]


def who(claim: Score, *, brief: bool = False) -> str:
    """Return who says a value: `by the author (Ada)`, `in pull request 3 by Grace`; in brief `author Ada`, `#3 Grace`.

    The name is that of the commit's author, who may have contributed what the model's author merged.
    """
    name = claim.commit_author
    if brief:
        number = claim.pull_request
        place = f"#{number}" if number is not None else branch_name(claim.ref)
        return f"author {name}" if claim.origin is Origin.AUTHOR else f"{place} {name}"
    label = place_label(claim)
    return f"{label} ({name})" if claim.origin is Origin.AUTHOR else f"{label} by {name}"


# --- blocks ---------------------------------------------------------------------------------------------------------


def _signs(out: Console) -> _Signs:
    """Return signs that the output's encoding has."""
    return _UNICODE if can_show(out, "".join(astuple(_UNICODE))) else _ASCII


def _lines(conflict: Conflict, signs: _Signs) -> list[_Line]:
    values = [short_value(claim.value) for claim in conflict.claims]
    aligned = align_points(values)
    if len(aligned[0]) <= _MOST_VALUE:
        values = aligned
    return [
        _Line(value, claim, safe(name), safe(brief), _since(claim, signs), source_cell(claim.result.source))
        for value, claim, name, brief in zip(
            values, conflict.claims, whos(conflict.claims), whos(conflict.claims, brief=True), strict=True
        )
    ]


def _since(claim: Score, signs: _Signs) -> str:
    return ("" if claim.complete else signs.until) + format_time(claim.commit_time)[:10]


def _brief(line: _Line) -> _Line:
    """Return a line with less to read in it, where there isn't room for all."""
    source = line.source.copy()
    if match := re.match(r"https?://(www\.)?", source.plain):
        source = source[match.end() :]
    return replace(line, who=line.brief, source=source)


def _whole(lines: Sequence[_Line], out: Console) -> _Layout:
    """Return the layout that all texts of `lines` need."""
    return _Layout(
        max(_USUAL_VALUE, *(len(line.value) for line in lines)),
        24 if out.width >= 120 else 14,
        max(line.who.cell_len for line in lines),
        max(len(line.since) for line in lines),
        max(line.source.cell_len for line in lines),
        12,
    )


def _fit(lines: Sequence[_Line], out: Console) -> _Layout:
    """Return a layout for all lines: as their texts need, and on a terminal what comes nearest to that."""
    whole = _whole(lines, out)
    if not out.is_terminal:
        return whole
    for layout in _narrower(whole):
        if layout.width <= out.width:
            return layout
    least = replace(whole, bar=0, since=0, source=0, commit=0, who=0)
    return replace(least, who=max(0, out.width - least.width - len(_GAP)))


def _narrower(whole: _Layout) -> Iterator[_Layout]:
    """Yield ever narrower layouts: what matters less gives way first."""
    yield whole
    short = replace(whole, commit=7)
    for bar in (whole.bar, 8):
        yield replace(short, bar=bar)
        source = min(whole.source, 10)
        for width in range(whole.source, source - 1, -1):
            yield replace(short, bar=bar, source=width)
        for width in range(whole.who, min(whole.who, 16) - 1, -1):
            yield replace(short, bar=bar, source=source, who=width)
    for bar in (8, 0):
        for width in range(whole.who, min(whole.who, 12) - 1, -1):
            yield replace(short, bar=bar, source=0, who=width)


def _heading(conflict: Conflict, out: Console) -> list[Text]:
    model = safe(conflict.model_id, "bold")
    task = f"{conflict.dataset_id}, task {conflict.task_id}"
    about = safe(f"{task}, notes: {conflict.variant}" if conflict.variant else task, "dim")
    joined = Text(_GAP).join([model, about])
    if joined.cell_len <= out.width or not out.is_terminal:
        return [joined]
    return [model, about]


def _shortened(lines: Sequence[_Line], terminal: bool) -> Sequence[_Line | None]:
    """Return the lines to show, on a terminal the best and the worst of too many, with None between them."""
    if not terminal or len(lines) <= _MOST_LINES:
        return lines
    half = _MOST_LINES // 2
    return [*lines[:half], None, *lines[1 - half :]]


def _gap_line(count: int, signs: _Signs) -> Text:
    return Text(f"{' ' * _INDENT}{signs.more} {count - _MOST_LINES + 1} between them", "dim")


def _row(conflict: Conflict, line: _Line, layout: _Layout, signs: _Signs) -> Text:
    claim = line.claim
    counts = claim is conflict.counts
    style = "green" if claim.origin is Origin.AUTHOR else "yellow"
    cells = [Text(line.value.ljust(layout.value), "bold" if counts else "")]
    if layout.bar:
        cells.append(_bar(conflict, claim, layout.bar, signs, style))
    if layout.who:
        cells.append(_cut(line.who, layout.who, signs, style))
    if layout.since:
        cells.append(Text(line.since.ljust(layout.since), "dim"))
    if layout.source:
        cells.append(_cut(line.source, layout.source, signs))
    if layout.commit:
        cells.append(Text(claim.commit[: layout.commit], "dim"))
    return Text.assemble((f"{signs.counts if counts else ' '} ", "bold"), Text(_GAP).join(cells))


def _cut(cell: Text, width: int, signs: _Signs, style: str = "") -> Text:
    """Return a cell of that width, with what doesn't fit left out."""
    fitted = cell.copy()
    fitted.stylize(style)
    fitted.truncate(width, overflow="ellipsis" if signs is _UNICODE else "crop", pad=True)
    return fitted


def _bar(conflict: Conflict, claim: Score, width: int, signs: _Signs, style: str) -> Text:
    """Return a line from the lowest value to the highest, with a dot where the claim's is."""
    low, high = sorted(exact(each.value) for each in (conflict.claims[0], conflict.claims[-1]))
    place = round((exact(claim.value) - low) / (high - low) * (width - 1))
    line = signs.ends[0] + signs.line * (width - 2) + signs.ends[1]
    return Text.assemble((line[:place], "dim"), (signs.dot, style), (line[place + 1 :], "dim"))


def _verdict(conflict: Conflict) -> Text:
    style = "red" if conflict.remaining else "magenta" if conflict.scale_mixup else "cyan"
    agreed = tally(conflict)
    verdict = safe(conflict.verdict, style)
    return verdict.append(f": {agreed}", "dim") if agreed else verdict


def conflicts_text(found: Conflicts) -> str:
    """Return the blocks as a pipe gets them: plain, nothing cut."""
    out = io.StringIO()
    print_conflicts(Console(file=out, width=10_000, no_color=True, highlight=False), found)
    return out.getvalue()


# --- JSON, Markdown -------------------------------------------------------------------------------------------------


def conflicts_json(found: Conflicts) -> str:
    """Return the object that `schemas/conflicts.schema.json` defines."""
    tolerance = found.tolerance
    return to_json(
        {
            "benchmark": found.dataset_id,
            "task": found.task,
            "model_id": found.model_id,
            "tolerance": float(tolerance.amount),
            "tolerance_relative": tolerance.relative,
            "generated_at": format_time(found.generated_at),
            "total": found.total,
            "models": found.models,
            "scale_mixups": found.scale_mixups,
            "largest_spread": found.largest,
            "results": found.results,
            "left_out": dict(found.left_out),
            "warnings": list(found.warnings),
            "conflicts": [_conflict_object(conflict) for conflict in found.conflicts],
        }
    )


def _conflict_object(conflict: Conflict) -> dict[str, Any]:
    return {
        "model_id": conflict.model_id,
        "benchmark": conflict.dataset_id,
        "task": conflict.task_id,
        "notes": masked(conflict.variant) or None,
        "metric": conflict.metric.name,
        "direction": conflict.metric.direction,
        "scale": conflict.metric.scale,
        "spread": conflict.spread,
        "relative_spread": conflict.relative_spread,
        "remaining": conflict.remaining,
        "scale_mixup": conflict.scale_mixup,
        "rounding": conflict.rounding,
        "verdict": conflict.verdict,
        "tally": [{"value": value, "claims": count} for value, count in conflict.tally],
        "claims": [_claim_object(conflict, claim) for claim in conflict.claims],
    }


def _claim_object(conflict: Conflict, claim: Score) -> dict[str, Any]:
    """Return a claim as leaderboards show scores, with whether it counts and since when it has stood."""
    since = {"since": format_time(claim.commit_time), "since_sure": claim.complete}
    return {**score_object(claim), **since, "counts": claim is conflict.counts}


def conflicts_markdown(found: Conflicts) -> str:
    """Return a table for each conflict, for an issue or a post."""
    lines = [f"### {escaped(summary(found))}", ""]
    for conflict in found.conflicts:
        notes = f", notes: {escaped(conflict.variant)}" if conflict.variant else ""
        task = f"{escaped(conflict.dataset_id)}, task {escaped(conflict.task_id)}{notes}"
        agreed = tally(conflict)
        verdict = escaped(f"{conflict.verdict}: {agreed}" if agreed else conflict.verdict)
        lines += [f"**{escaped(conflict.model_id)}**, {task}: {verdict}", ""]
        lines += ["| Value | Who | Since | Source | Commit | |", "| ---: | :--- | :--- | :--- | :--- | :--- |"]
        names = whos(conflict.claims)
        lines += [_markdown_row(conflict, claim, name) for claim, name in zip(conflict.claims, names, strict=True)]
        lines.append("")
    return "\n".join(lines)


def _markdown_row(conflict: Conflict, claim: Score, name: str) -> str:
    counts = "counts on the leaderboard" if claim is conflict.counts else ""
    cells = [format_value(claim.value), escaped(name), _since(claim, _UNICODE)]
    return f"| {' | '.join([*cells, source_link(claim.result.source), claim.commit[:12], counts])} |"
