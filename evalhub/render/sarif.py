"""Diagnostics as SARIF 2.1.0, which code scanning services read."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from evalhub import __version__
from evalhub.diagnostics import CODES, Code, Diagnostic, Span
from evalhub.explanations import plain, sections
from evalhub.render.jsontext import to_json
from evalhub.render.places import paths, told
from evalhub.validation import Report

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_NEWLINES = ["\r\n", "\n", "\r", "\x85", "\u2028", "\u2029"]  # what ends a line in YAML 1.1
_INDICES = {code: index for index, code in enumerate(CODES)}
_LINE_NUMBER = re.compile(r"\bline \d+")
# In a message `{0}` is a placeholder and `[text](target)` a link: a stranger's text must be neither.
_PLACEHOLDER = re.compile(r"\{(\d+)\}")
_LINK = re.compile(r"\[(?=[^\[\]]*\]\()")


def report_sarif(report: Report) -> str:
    """Return a log with one run; its rules are all codes, those that were found with their documentation."""
    path = paths(report)
    places = [path(diagnostic.file) for diagnostic in report.diagnostics]
    prints = _fingerprints(report.diagnostics, places)
    results = [_result(*each) for each in zip(report.diagnostics, places, prints, strict=True)]
    found = {diagnostic.code for diagnostic in report.diagnostics}
    texts = sections() if found else {}
    rules = [_rule(code, texts[code.id] if code.id in found else None) for code in CODES.values()]
    driver = {"name": "evalhub", "version": __version__, "rules": rules}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "newlineSequences": _NEWLINES,
        "results": results,
    }
    return to_json({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(code: Code, section: str | None) -> dict[str, Any]:
    rule: dict[str, Any] = {
        "id": code.id,
        "name": code.name,
        "shortDescription": {"text": code.description},
        "defaultConfiguration": {"level": str(code.severity)},
    }
    if section is not None:
        rule["help"] = {"text": plain(section), "markdown": section}
    return rule


def _result(diagnostic: Diagnostic, path: str, fingerprint: str) -> dict[str, Any]:
    location: dict[str, Any] = {"artifactLocation": {"uri": _uri(path)}}
    if diagnostic.span:
        location["region"] = _region(diagnostic.span)
    result: dict[str, Any] = {
        "ruleId": diagnostic.code,
        "ruleIndex": _INDICES[diagnostic.code],
        "level": str(diagnostic.severity),
        "message": _message(told(diagnostic)),
        "locations": [{"physicalLocation": location}],
        "partialFingerprints": {"findingHash/v1": fingerprint},
    }
    if diagnostic.fix and diagnostic.fix.span:  # SARIF has no word for renaming a file
        fix = diagnostic.fix
        replacement = {"deletedRegion": _region(diagnostic.fix.span), "insertedContent": {"text": fix.text}}
        change = {"artifactLocation": location["artifactLocation"], "replacements": [replacement]}
        result["fixes"] = [{"description": _message(fix.description), "artifactChanges": [change]}]
    return result


def _message(text: str) -> dict[str, str]:
    return {"text": _LINK.sub(r"\\[", _PLACEHOLDER.sub(r"{{\1}}", text))}


def _region(span: Span) -> dict[str, int]:
    return {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }


def _uri(path: str) -> str:
    """Return a path as a relative reference: its bytes, in percent where a URI can't hold them."""
    try:
        name = path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # no path on a disk, but nothing to stumble over
        name = path.encode("utf-8", "surrogatepass")
    return quote(name)


def _fingerprints(diagnostics: Sequence[Diagnostic], places: Sequence[str]) -> list[str]:
    """Return what tells each finding from all others, and stays the same when it moves to another line.

    Equal findings on equal lines are told apart by their order.
    """
    seen: Counter[str] = Counter()
    found = []
    for diagnostic, place in zip(diagnostics, places, strict=True):
        message = _LINE_NUMBER.sub("line", diagnostic.message)
        line = (diagnostic.source_line or "").strip()
        parts = (diagnostic.code, place, diagnostic.file.ref, message, line)
        digest = hashlib.sha256(repr(parts).encode()).hexdigest()[:32]
        seen[digest] += 1
        found.append(f"{digest}:{seen[digest]}")
    return found
