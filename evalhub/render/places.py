"""Where a finding is and what it says, for formats that other tools read: the same words in all of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable

from evalhub.diagnostics import Diagnostic, FileRef
from evalhub.names import printable
from evalhub.validation import Report


def paths(report: Report) -> Callable[[FileRef], str]:
    """Return how a report's files are called: relative to their repository, as on a checkout of it.

    Where the report is about several repositories or folders, relative to the current directory instead, so that no two
    files have one name and each can be opened. A repository as a whole is its directory: `.` where it is the only one.
    """
    return names([*report.files, *(diagnostic.file for diagnostic in report.diagnostics)])


def names(files: Iterable[FileRef]) -> Callable[[FileRef], str]:
    """Return how `files` are called where a report is about them."""
    several = len({file.directory for file in files}) > 1

    def path(file: FileRef) -> str:
        joined = os.path.join(file.directory or "", file.path) if several else file.path
        return os.path.relpath(joined or ".") if several or os.path.isabs(joined) else joined or "."

    return path


def told(diagnostic: Diagnostic) -> str:
    """Return what a finding says: one line, which names the ref where it isn't about the working tree; below it what to
    do. Nothing in it that a terminal would act on.
    """
    lines = [diagnostic.message + on_ref(diagnostic.file)]
    if diagnostic.hint:
        lines.append(diagnostic.hint)
    return "\n".join(map(printable, lines))


def on_ref(file: FileRef) -> str:
    """Return ` (REF)` for a file on a ref, nothing for one in the working tree."""
    return f" ({file.ref})" if file.ref is not None else ""
