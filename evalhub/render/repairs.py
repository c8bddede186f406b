"""What mending does, or would do, to files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from evalhub.diagnostics import FileRef
from evalhub.fixing import Repair
from evalhub.masking import masked
from evalhub.render.diffs import diff, git_path


def diffs(repairs: Sequence[Repair], path: Callable[[FileRef], str]) -> Iterator[str]:
    """Yield what would change, so that `git apply` takes it, but where it has a password or token in it, which isn't
    shown; `path` says how a file is called.
    """
    for repair in repairs:
        old = new = path(repair.file)
        if repair.new_path is not None:
            new = old.removesuffix(repair.file.path) + repair.new_path
        # Without this, git takes an edit for a part of a rename above.
        yield f"diff --git {git_path('a/', old)} {git_path('b/', new)}"
        if repair.new_path is not None:
            if repair.before == repair.after:
                yield "similarity index 100%"
            yield f"rename from {git_path('', old)}"
            yield f"rename to {git_path('', new)}"
        if repair.before != repair.after:
            yield from diff(_shown(repair.before), _shown(repair.after), old, new)


def _shown(content: bytes) -> str:
    return masked(content.decode("utf-8"))


def hides_secrets(repairs: Sequence[Repair]) -> bool:
    """Whether a diff of `repairs` shows asterisks where the files have something else."""
    texts = (repair.before.decode("utf-8") for repair in repairs if repair.before != repair.after)
    return any(masked(text) != text for text in texts)


def summary(repairs: Sequence[Repair], done: str) -> str:
    """Return `mended 3 findings in 2 files`; `done` is the verb."""
    fixes, files = sum(len(repair.fixes) for repair in repairs), len(repairs)
    return f"{done} {fixes} finding{'s' * (fixes != 1)} in {files} file{'s' * (files != 1)}"
