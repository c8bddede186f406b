"""One member of a zip file, read within limits: a short file may unpack to any length, and list any number of members.

The compression is whatever `zipfile` can read at that moment; others raise `EvalhubError`.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import IO, BinaryIO

from evalhub.errors import EvalhubError
from evalhub.files import shown

MAX_LISTING = 16 << 20  # bytes of the zip's list of members
MAX_MEMBER = 32 << 20  # bytes of a member, unpacked
# Few bytes at a time: some decompressors hand out at once all that they make of one piece.
_PIECE = 1 << 12


class _TooLongError(Exception):
    pass


class _Limited(io.BufferedIOBase):
    """A file from which nobody reads more at once than `MAX_LISTING`: `zipfile` reads the whole list as one piece."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def read(self, size: int | None = -1, /) -> bytes:
        content = self._file.read(MAX_LISTING + 1 if size is None or size < 0 else min(size, MAX_LISTING + 1))
        if len(content) > MAX_LISTING:
            raise _TooLongError
        return content

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def seekable(self) -> bool:
        return True


def read_member(file: BinaryIO, name: str, path: Path) -> bytes | None:
    """Return what the member `name` of a zip file holds, None where there is none. Raises `EvalhubError`, with `path`,
    where it isn't a zip file, is broken, or too long.
    """
    try:
        with zipfile.ZipFile(_Limited(file)) as archive:
            try:
                member = archive.getinfo(name)
            except KeyError:
                return None
            if member.file_size > MAX_MEMBER:
                raise _TooLongError
            with archive.open(member) as stream:
                return _whole(stream)
    except _TooLongError:
        raise EvalhubError(f"{shown(path)} unpacks to more than evalhub reads", "no tool writes such logs") from None
    except Exception as error:  # each decompressor has errors of its own
        reason = "it is compressed in a way that can't be read here" if isinstance(error, NotImplementedError) else None
        reason = reason or "it is no zip file, or a broken one"
        raise EvalhubError(f"{shown(path)} can't be read: {reason}", "copy it again from where it was made") from None


def _whole(stream: IO[bytes]) -> bytes:
    pieces, length = [], 0
    while piece := stream.read(_PIECE):
        length += len(piece)
        if length > MAX_MEMBER:
            raise _TooLongError
        pieces.append(piece)
    return b"".join(pieces)
