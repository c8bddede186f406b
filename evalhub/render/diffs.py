"""What would change in a file, as a unified diff."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from rich.text import Text

from evalhub.names import printable

_STYLES = {"+": "green", "-": "red", "@": "cyan"}


def diff(before: str | None, after: str, old_path: str, new_path: str) -> Iterator[Text]:
    """Yield the lines of a diff, safe for a terminal; `before` is None for a new file."""
    name = "/dev/null" if before is None else f"a/{old_path}"
    lines = [] if before is None else before.splitlines()
    for line in difflib.unified_diff(lines, after.splitlines(), name, f"b/{new_path}", lineterm=""):
        yield Text(printable(line), _STYLES.get(line[:1], ""))
