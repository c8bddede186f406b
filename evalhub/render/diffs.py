"""What would change in a file, as a unified diff that git can apply."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from evalhub.names import printable

_STYLES = {"+": "green", "-": "red", "@": "cyan"}
_LINE = re.compile("[^\n]*\n|[^\n]+")  # lines as git counts them: a lone CR, a NEL or U+2028 ends none
_TO_QUOTE = re.compile('["\\\\\x00-\x1f\x7f\udc80-\udcff]')


def diff(before: str | None, after: str, old_path: str, new_path: str) -> Iterator[str]:
    """Yield the lines of a diff, without their ends; `before` is None for a new file."""
    name = "/dev/null" if before is None else git_path("a/", old_path)
    lines = [] if before is None else _LINE.findall(before)
    for line in difflib.unified_diff(lines, _LINE.findall(after), name, git_path("b/", new_path)):
        yield line.removesuffix("\n")
        if not line.endswith("\n"):
            yield "\\ No newline at end of file"


def git_path(prefix: str, path: str) -> str:
    """Return a path as git writes it in a diff: in quotes where it has characters that would be taken for others."""
    if not _TO_QUOTE.search(path):
        return prefix + path
    escaped = (_escape(byte) for byte in (prefix + path).encode("utf-8", "surrogateescape"))
    return f'"{"".join(escaped)}"'


def _escape(byte: int) -> str:
    if byte in b'"\\':
        return f"\\{chr(byte)}"
    return chr(byte) if 0x20 <= byte < 0x7F else f"\\{byte:03o}"


def styled(line: str) -> Text:
    """Return a line of a diff, safe for a terminal."""
    bold = line.startswith(("--- ", "+++ ", "diff "))
    return Text(printable(line), _STYLES.get(line[:1], "bold" if bold else ""))


def print_diff(out: Console, lines: Iterator[str]) -> None:
    """Print a diff: on a terminal with nothing that it would act on, elsewhere exactly, so that it can be applied."""
    for line in lines:
        if out.is_terminal:
            out.print(styled(line), soft_wrap=True)
        else:
            out.file.write(f"{line}\n")
