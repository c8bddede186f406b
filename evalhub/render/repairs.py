"""What mending does, or would do, to files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from rich.text import Text

from evalhub.diagnostics import FileRef
from evalhub.fixing import Repair
from evalhub.masking import masked
from evalhub.render.diffs import diff
from evalhub.render.terminal import safe


def diffs(repairs: Sequence[Repair], path: Callable[[FileRef], str]) -> Iterator[Text]:
    """Yield what would change, so that `git apply` takes it, but where it has a password or token in it, which isn't
    shown; `path` says how a file is called.
    """
    for repair in repairs:
        old = path(repair.file)
        if repair.new_path is not None:
            new = old.removesuffix(repair.file.path) + repair.new_path
            yield safe(f"diff --git a/{old} b/{new}", "bold")
            yield safe("similarity index 100%")
            yield safe(f"rename from {old}")
            yield safe(f"rename to {new}")
        else:
            yield safe(f"diff --git a/{old} b/{old}", "bold")  # else git takes it for a part of a rename above
            yield from diff(masked(repair.before.decode("utf-8")), masked(repair.after.decode("utf-8")), old, old)


def hides_secrets(repairs: Sequence[Repair]) -> bool:
    """Whether a diff of `repairs` shows asterisks where the files have something else."""
    texts = (repair.before.decode("utf-8") for repair in repairs if repair.new_path is None)
    return any(masked(text) != text for text in texts)


def summary(repairs: Sequence[Repair], done: str) -> str:
    """Return `mended 3 findings in 2 files`; `done` is the verb."""
    fixes, files = sum(len(repair.fixes) for repair in repairs), len(repairs)
    return f"{done} {fixes} finding{'s' * (fixes != 1)} in {files} file{'s' * (files != 1)}"
