"""Which repair a finding has, where there is one right answer: an edit of the text at its place, or a new file name."""

from __future__ import annotations

import os
import re

from evalhub.diagnostics import Change, FileRef, Fix, Span
from evalhub.names import printable
from evalhub.yaml_source import Document, Problem, signature

# What means the same with and without quotes, in block and in flow context; but for a colon before a blank.
_PLAIN = re.compile(r"[\w./:?&=%+~@-]+")
_IN_QUOTES = re.compile(r"""[^'"\\\x00-\x1f\x7f-\x9f\u2028\u2029]+""")
_BEFORE_ENTRY = re.compile(r" *- +")
_COMMENT = re.compile(r"(?:^|\s)#")
_DESCRIPTIONS = {
    Change.QUOTED: "put it in quotes: {}",
    Change.KEY: "name the key {}",
    Change.VALUE: "write {}",
}


def fix_of(problem: Problem, document: Document) -> Fix | None:
    """Return the edit that makes of a problem's key or value what was meant, in the quotes that it has.

    Of an entry that repeats another, it is the edit that drops it.
    """
    if problem.twin is not None:
        return _removal(document, int(problem.path[0]), problem.twin)
    meant = problem.meant
    if meant is None or not problem.path:
        return None
    old = problem.path[-1] if meant.change is Change.KEY else document.value(problem.path)
    source = document.source(problem.span)
    quoted = len(source) > 1 and source[0] == source[-1] and source[0] in "'\""
    quote = '"' if meant.change is Change.QUOTED else source[0] if quoted else ""
    inner = source[1:-1] if quoted else source
    if inner != old or not (_IN_QUOTES if quote else _PLAIN).fullmatch(meant.text):
        return None  # an alias, an anchor, a tag, escapes, several lines: not what it looks like
    text = quote + meant.text + quote
    description = _DESCRIPTIONS[meant.change].format(printable(text, limit=100))
    return Fix(meant.change, description, text, problem.span, problem.path, meant.text, document.digest)


def _removal(document: Document, index: int, twin: int) -> Fix | None:
    """Return the edit that drops entry `index`, which says the same as entry `twin`.

    None where it says something else, a comment would be lost with it, or it has no lines of its own.
    """
    data = document.data if isinstance(document.data, list) else []
    if max(index, twin) >= len(data) or signature(data[index]) != signature(data[twin]):
        return None  # it was shortened since it was compared
    span = document.span((index,))
    last = span.end_line if span.end_column > 1 else span.end_line - 1
    lines = [document.line(number) for number in range(span.line, last + 1)]
    before = lines[0][: span.column - 1] if lines else ""
    if not _BEFORE_ENTRY.fullmatch(before) or any(_COMMENT.search(line) for line in lines):
        return None
    end = (last + 1, 1) if last < len(document.lines) else (last, len(lines[-1]) + 1)
    description = "remove the entry, which repeats another"
    return Fix(Change.REMOVED, description, "", Span(span.line, 1, *end), (index,), source=document.digest)


def renaming(file: FileRef) -> Fix | None:
    """Return the new name of a file that only ends wrong, in a working tree where nothing has that name yet."""
    stem, ending = os.path.splitext(file.path)
    if file.ref is not None or ending != ".yml":
        return None
    target = f"{stem}.yaml"
    if os.path.lexists(os.path.join(file.directory or "", target)):
        return None
    description = f"rename it to {printable(os.path.basename(target), limit=100)}"
    return Fix(Change.RENAMED, description, target)
