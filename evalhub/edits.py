"""What files would say after edits that nobody has written yet."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from evalhub.files import RawFile, read_file
from evalhub.yaml_source import MAX_BYTES


@dataclass(frozen=True, slots=True)
class Edits:
    """Contents by absolute path, to be taken for what is on disk; None for a file that is gone, under a new name."""

    contents: Mapping[str, bytes | None] = field(default_factory=dict)

    def read(self, path: Path | str) -> RawFile | None:
        """Return what is at `path`, or None, as `read_file` does."""
        key = os.path.abspath(path) if self.contents else ""
        if key not in self.contents:
            return read_file(path)
        content = self.contents[key]
        return None if content is None else RawFile("file", content[: MAX_BYTES + 1])

    def exists(self, path: Path | str) -> bool:
        """Whether there is anything at `path`, also a link that leads nowhere."""
        key = os.path.abspath(path) if self.contents else ""
        return self.contents[key] is not None if key in self.contents else os.path.lexists(path)

    def names(self, folder: Path | str, on_disk: list[str]) -> list[str]:
        """Return, in order, the names that a folder has instead of those that it has on disk."""
        here = os.path.abspath(folder)
        names = set(on_disk)
        for path, content in self.contents.items():
            if os.path.dirname(path) == here:
                (names.discard if content is None else names.add)(os.path.basename(path))
        return sorted(names)


NO_EDITS = Edits()
