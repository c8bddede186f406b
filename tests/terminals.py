"""evalhub run on a real terminal."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

EVALHUB = [sys.executable, "-m", "evalhub"]


def on_terminal(
    *arguments: object, cwd: Path | None = None, columns: int = 80, typed: str = "", **environment: str
) -> str:
    """Run evalhub on a terminal, with what somebody types there, and return all that it writes."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*EVALHUB, *map(str, arguments)],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=cwd,
        env={**os.environ, "COLUMNS": str(columns), **environment},
    )
    os.close(theirs)
    os.write(ours, typed.encode())
    written = b""
    while True:
        try:
            chunk = os.read(ours, 65536)
        except OSError:  # how Linux says that the other end is closed
            chunk = b""
        if not chunk:
            break
        written += chunk
    os.close(ours)
    assert process.wait(timeout=60) == 0
    return written.decode()
