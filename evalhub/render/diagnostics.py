"""Diagnostics as text, with the source line and a caret, and as JSON."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from evalhub.diagnostics import CODES, Diagnostic, FileRef, Fix, Severity, Span
from evalhub.files import shown
from evalhub.names import printable
from evalhub.render.jsontext import to_json
from evalhub.validation import Report

_COLOURS = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow"}
_MOST_ALIKE = 20
_WIDEST = 160  # cells of a source line that are shown around what it is about
_NARROWEST = 20


def print_report(out: Console, report: Report) -> None:
    """Print each finding with the line it is about, and a summary line at the end.

    Of many findings that say the same, the first are printed, and how many more there are.
    """
    alike: Counter[tuple[str, str]] = Counter()
    for diagnostic in report.diagnostics:
        alike[diagnostic.code, diagnostic.message] += 1
        if alike[diagnostic.code, diagnostic.message] <= _MOST_ALIKE:
            for line in diagnostic_lines(diagnostic, out.width if out.is_terminal else None):
                out.print(line, soft_wrap=True)
            out.print()
    for (code, message), count in alike.items():
        if count > _MOST_ALIKE:
            more = f"{count - _MOST_ALIKE} more (--format json lists them): {code} {printable(message)}\n"
            out.print(Text(more), soft_wrap=True)
    out.print(summary(report), soft_wrap=True)


def summary(report: Report) -> str:
    """Return the last line: `2 errors, 1 warning in 47 files`, or that there are none."""
    files = f"{report.files_checked} file{'s' * (report.files_checked != 1)}"
    ignored = f" ({report.ignored} ignored by comments)" if report.ignored else ""
    if not report.diagnostics:
        return f"no findings in {files}{ignored}"
    errors = f"{report.errors} error{'s' * (report.errors != 1)}"
    return f"{errors}, {report.warnings} warning{'s' * (report.warnings != 1)} in {files}{ignored}"


def hints(report: Report) -> list[str]:
    """Return what to type next: how to mend what can be, and what a code means, of an error rather than a warning."""
    first = min(report.diagnostics, key=lambda one: not one.is_error, default=None)
    fixable = sum(one.fix is not None for one in report.diagnostics)
    mend = [f"{fixable} of these can be mended: add --fix, or --diff to see how"] if fixable else []
    return [*mend, f"what a code means: evalhub explain {first.code}"] if first else []


def place(file: FileRef, span: Span | None) -> str:
    """Return where a finding is, so that it can be opened: `PATH:LINE:COLUMN`, or `REPOSITORY (REF) PATH:…`."""
    position = f":{span.line}:{span.column}" if span else ""
    if file.ref is not None:
        return printable(
            f"{shown(file.directory or '')} ({_short(file.ref)}){' ' * bool(file.path)}{file.path}{position}"
        )
    return shown(Path(file.directory or "") / file.path) + position


def _short(ref: str) -> str:
    return ref.removeprefix("refs/heads/")


def diagnostic_lines(diagnostic: Diagnostic, width: int | None = None) -> list[Text]:
    """Return one finding: where and what, the source line with a caret beneath the span, and what to do.

    The source line is cut to fit a terminal's `width`: a caret on a line that is wrapped points to nothing.
    """
    colour = _COLOURS[diagnostic.severity]
    head = Text(place(diagnostic.file, diagnostic.span), "bold")
    head.append(f": {diagnostic.severity}[{diagnostic.code}]", colour)
    head.append(f" {printable(diagnostic.message)}", "not bold")
    lines = [head]
    gutter = 0
    if diagnostic.span and diagnostic.source_line is not None and diagnostic.source_line.strip():
        number = str(diagnostic.span.line)
        gutter = len(number)
        room = _WIDEST if width is None else max(_NARROWEST, min(_WIDEST, width - gutter - len("   | ……")))
        source, before, cells = _fitting(diagnostic.source_line, diagnostic.span, room)
        lines.append(Text.assemble((f"  {number} | ", "dim"), source))
        lines.append(Text.assemble((f"  {' ' * gutter} | ", "dim"), " " * before, ("^" * cells, colour)))
    if diagnostic.hint:
        lines.append(Text.assemble((f"  {' ' * gutter} = ", "dim"), f"hint: {printable(diagnostic.hint)}"))
    return lines


def _fitting(line: str, span: Span, room: int) -> tuple[str, int, int]:
    """Return what `_excerpt` does, of so few characters that they fit into `room` cells."""
    widest = room
    while True:
        found = _excerpt(line, span, widest)
        if cell_len(found[0].strip("…")) <= room or widest <= 1:
            return found
        widest = widest * 2 // 3  # wide characters, or escapes


def _excerpt(line: str, span: Span, widest: int) -> tuple[str, int, int]:
    """Return the line as it can be shown, how many cells stand before the span, and how many the span takes."""
    start = min(span.column - 1, len(line))
    end = span.end_column - 1 if span.end_line == span.line else len(line)
    end = max(start, min(end, len(line)))
    left = max(0, min(start - widest // 2, len(line) - widest)) if len(line) > widest else 0
    right = min(len(line), left + widest)
    before = ("…" if left else "") + printable(line[left:start])
    inside = printable(line[start : min(end, right)])
    after = printable(line[min(end, right) : right]) + ("…" if right < len(line) else "")
    return before + inside + after, cell_len(before), max(1, cell_len(inside))


def report_json(report: Report) -> str:
    """Return the object that DESIGN's command line promises: the counts, and every finding."""
    return to_json(
        {
            "files_checked": report.files_checked,
            "errors": report.errors,
            "warnings": report.warnings,
            "diagnostics": [_object(diagnostic) for diagnostic in report.diagnostics],
        }
    )


def _object(diagnostic: Diagnostic) -> dict[str, Any]:
    span = diagnostic.span
    return {
        "code": diagnostic.code,
        "name": CODES[diagnostic.code].name,
        "severity": diagnostic.severity,
        "message": diagnostic.message,
        "path": diagnostic.file.path,
        "repo": diagnostic.file.repo,
        "ref": diagnostic.file.ref,
        "line": span and span.line,
        "column": span and span.column,
        "end_line": span and span.end_line,
        "end_column": span and span.end_column,
        "hint": diagnostic.hint,
        "fix": _fix(diagnostic.fix),
    }


def _fix(fix: Fix | None) -> dict[str, Any] | None:
    """Return a repair: the text to put in place of what stands there, or the path to rename the file to."""
    if fix is None:
        return None
    span = fix.span
    if span is None:
        return {"description": fix.description, "rename_to": fix.text}
    position = {name: getattr(span, name) for name in ("line", "column", "end_line", "end_column")}
    return {"description": fix.description, **position, "text": fix.text}
