"""Mending until nothing is left to mend: a repair can bring to light what it hid, such as what a file with the right
name says.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from evalhub.diagnostics import FileRef
from evalhub.edits import Edits
from evalhub.errors import EvalhubError
from evalhub.fixing import Repair, fixes_by_file, path_of, repair
from evalhub.validation import Report

MOST_AT_ONCE = 2_000  # findings of a file to look for
_MOST_ROUNDS = 200  # one is enough for nearly all


@dataclass(frozen=True, slots=True)
class Mended:
    """What mending makes of files, a repair a file, in the order in which they were found; what would be found then;
    and why some can't be mended.
    """

    repairs: list[Repair]
    report: Report
    refused: list[EvalhubError]


@dataclass(slots=True)
class _State:
    """The repairs so far by the present path of their files, and the files that are left as they are."""

    repairs: dict[str, Repair] = field(default_factory=dict)
    left: set[FileRef] = field(default_factory=set)
    refused: list[EvalhubError] = field(default_factory=list)

    def edits(self) -> Edits:
        gone: dict[str, bytes | None] = {os.path.abspath(path_of(one.file)): None for one in self.repairs.values()}
        return Edits(gone | {path: one.after for path, one in self.repairs.items()})


def mended(check: Callable[[Edits, Sequence[Repair]], Report]) -> Mended:
    """Return what comes of mending all that `check` finds, after edits and the repairs that they are, until nothing is
    left. Nothing is written.
    """
    state = _State()
    for _ in range(_MOST_ROUNDS):
        edits = state.edits()
        report = check(edits, list(state.repairs.values()))
        if not _mend_once(state, report, edits):
            break
    return Mended(list(state.repairs.values()), report, state.refused)


def moved(paths: Iterable[Path], repairs: Iterable[Repair]) -> list[Path]:
    """Return paths as they are after repairs that rename files."""
    renamed = {os.path.abspath(path_of(one.file)): one.new_path for one in repairs if one.new_path}
    names = ((path, renamed.get(os.path.abspath(path))) for path in paths)
    return [path if new is None else path.with_name(os.path.basename(new)) for path, new in names]


def _mend_once(state: _State, report: Report, edits: Edits) -> bool:
    progress = False
    for file, fixes in fixes_by_file(report.diagnostics).items():
        if file in state.left:
            continue
        try:
            found = repair(file, fixes, edits)
        except EvalhubError as error:
            state.left.add(file)
            state.refused.append(error)
            continue
        path = os.path.abspath(path_of(file))
        if found is None or (found.new_path is None and found.after == found.before):
            state.left.add(file)  # once more wouldn't help
            continue
        known = state.repairs.pop(path, None)
        target = path if found.new_path is None else os.path.abspath(Path(file.directory or "", found.new_path))
        state.repairs[target] = _together(known, found) if known else found
        progress = True
    return progress


def _together(first: Repair, then: Repair) -> Repair:
    return replace(first, after=then.after, fixes=first.fixes + then.fixes, new_path=then.new_path or first.new_path)
