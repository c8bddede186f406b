"""Repairing files of working trees: what would change, and doing it."""

from __future__ import annotations

import copy
import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evalhub import yaml_source
from evalhub.diagnostics import Change, Diagnostic, FileRef, Fix
from evalhub.edits import NO_EDITS, Edits
from evalhub.errors import EvalhubError
from evalhub.files import read_file, shown, write_whole
from evalhub.yaml_source import Document, signature

_BOM = b"\xef\xbb\xbf"
_LONGEST_TRIED = 1 << 14
_MOST_TRIES = 20  # of one file, where fixes can't be applied together


@dataclass(frozen=True, slots=True)
class Repair:
    """What becomes of one file: its content, and its new path where it is renamed; `fixes` are what was mended."""

    file: FileRef
    before: bytes
    after: bytes
    fixes: tuple[Fix, ...]
    new_path: str | None = None


def repairs(diagnostics: Iterable[Diagnostic]) -> list[Repair]:
    """Return what the fixes of `diagnostics` make of the files as they are on disk now, a repair a file.

    A fix that would change more than it is meant to is left out, and so is a file that has changed meanwhile.
    """
    found = []
    for file, fixes in fixes_by_file(diagnostics).items():
        with suppress(EvalhubError):
            found.append(repair(file, fixes))
    return [each for each in found if each]


def fixes_by_file(diagnostics: Iterable[Diagnostic]) -> dict[FileRef, list[Fix]]:
    """Return the fixes of each file that has any."""
    by_file: dict[FileRef, list[Fix]] = defaultdict(list)
    for diagnostic in diagnostics:
        if diagnostic.fix:
            by_file[diagnostic.file].append(diagnostic.fix)
    return by_file


def apply(repair: Repair) -> None:
    """Write a repaired file. Raises `EvalhubError` where it changed meanwhile, or can't be written."""
    path = path_of(repair.file)
    now = read_file(path)
    if now is None or now.kind != "file" or now.content != repair.before:
        raise _changed(path)
    if repair.after != repair.before:
        write_whole(path, repair.after)
    if repair.new_path is not None:
        _rename(path, path.with_name(os.path.basename(repair.new_path)))


def _rename(path: Path, target: Path) -> None:
    """Rename a file, never over another one, also not over one that is made at this moment."""
    try:
        try:
            os.link(path, target)
        except FileExistsError:
            raise FileExistsError(0, "there is such a file already") from None
        except OSError:  # a file system without hard links
            os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
            path.replace(target)
        else:
            path.unlink()
    except OSError as error:
        raise EvalhubError(f"can't rename {shown(path)} to {shown(target)}: {error.strerror or error}") from None


def path_of(file: FileRef) -> Path:
    """Return where a file of a working tree is."""
    return Path(file.directory or "", file.path)


def _changed(path: Path) -> EvalhubError:
    return EvalhubError(f"{shown(path)} has changed meanwhile", "validate again")


def repair(file: FileRef, fixes: Sequence[Fix], edits: Edits = NO_EDITS) -> Repair | None:
    """Return what fixes make of a file, or None where none can be applied.

    Raises `EvalhubError` where the file isn't any more what they are right for.
    """
    raw = edits.read(path_of(file))
    if raw is None or raw.kind != "file":
        raise _changed(path_of(file))
    renamed = next((fix for fix in fixes if fix.span is None), None)
    if renamed:
        return Repair(file, raw.content, raw.content, (renamed,), renamed.text)
    digest = yaml_source.parse(raw.content).digest
    if any(fix.source != digest for fix in fixes):
        raise _changed(path_of(file))
    applied = mended(raw.content, fixes)
    return Repair(file, raw.content, *applied) if applied else None


def mended(content: bytes, fixes: Sequence[Fix]) -> tuple[bytes, tuple[Fix, ...]] | None:
    """Return what a file's content is after those of the fixes that can be applied, and which they are, or None."""
    document = yaml_source.parse(content)
    applied = _applied(document, fixes) if not document.fatal else None
    if not applied:
        return None
    text, done = applied
    bom = _BOM if content.startswith(_BOM) else b""
    return bom + text.encode("utf-8"), done


def _applied(document: Document, fixes: Sequence[Fix]) -> tuple[str, tuple[Fix, ...]] | None:
    """Return the text with all fixes, or with those that can be applied, and which they are; None where none can."""
    apart = _apart(document, fixes)
    text = _edited(document, apart)
    if _says(text, document, apart):
        return text, tuple(apart)
    good: list[Fix] = []
    for fix in apart[:_MOST_TRIES]:
        if _says(_edited(document, [*good, fix]), document, [*good, fix]):
            good.append(fix)
    return (_edited(document, good), tuple(good)) if good else None


def holds(document: Document, fix: Fix) -> bool:
    """Whether a fix by itself changes no more than it is meant to: not so where an alias repeats what it changes.

    Of a long text it isn't tried, and so said not to: a file may have a hundred fixes.
    """
    return len(document.text) <= _LONGEST_TRIED and _says(_edited(document, [fix]), document, [fix])


def _range(document: Document, fix: Fix) -> tuple[int, int]:
    assert fix.span is not None  # noqa: S101 (a fix of the text)
    span, offset = fix.span, document.offset
    return offset(span.line, span.column), offset(span.end_line, span.end_column)


def _apart(document: Document, fixes: Iterable[Fix]) -> list[Fix]:
    """Return the fixes in the order of the text, without those that overlap one before."""
    apart: list[Fix] = []
    done = -1
    for (start, end), fix in sorted(((_range(document, fix), fix) for fix in fixes), key=lambda item: item[0]):
        if start >= done:
            apart.append(fix)
            done = max(end, start + 1)
    return apart


def _edited(document: Document, fixes: Iterable[Fix]) -> str:
    parts, done = [], 0
    for fix in fixes:
        start, end = _range(document, fix)
        parts += [document.text[done:start], fix.text]
        done = end
    return "".join([*parts, document.text[done:]])


def _says(text: str, before: Document, fixes: Sequence[Fix]) -> bool:
    """Whether `text` says what `before` does but for what the fixes are meant to change, and has no new problems."""
    after = yaml_source.parse(text.encode("utf-8"))
    codes, known = (Counter(problem.code for problem in each.problems) for each in (after, before))
    return not after.fatal and codes <= known and signature(after.data) == signature(_meant(before.data, fixes))


def _meant(data: Any, fixes: Sequence[Fix]) -> Any:
    """Return what the data is meant to be. Values and inner keys are first: the paths are those of before."""
    data = copy.deepcopy(data)
    for fix in sorted(fixes, key=lambda fix: (fix.change.value, -len(fix.path), -_index(fix.path[0]))):
        parent, last = _inside(data, fix.path[:-1]), fix.path[-1]
        if fix.change is Change.REMOVED and isinstance(parent, list):
            del parent[_index(last)]
        elif fix.change is Change.VALUE and isinstance(parent, dict):
            parent[last] = fix.meant
        elif fix.change is Change.KEY and isinstance(parent, dict) and last in parent:
            parent[fix.meant] = parent.pop(last)
    return data


def _index(step: str | int) -> int:
    return step if isinstance(step, int) else 0


def _inside(data: Any, path: Sequence[str | int]) -> Any:
    for step in path:
        data = data[step]
    return data
