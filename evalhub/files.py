"""Reading files on disk that strangers may have made: never through a symbolic link, never beyond the size limit."""

from __future__ import annotations

import os
import shlex
import stat
from dataclasses import dataclass
from pathlib import Path

from evalhub.errors import EvalhubError
from evalhub.names import printable
from evalhub.yaml_source import MAX_BYTES


@dataclass(frozen=True, slots=True)
class RawFile:
    """What was found on disk: a `kind` of `file` has `content` (one byte over the limit where it is longer)."""

    kind: str
    content: bytes = b""


def read_file(path: Path | str, *, limit: int = MAX_BYTES) -> RawFile | None:
    """Read one file, at most `limit` + 1 bytes; None where there is nothing at `path`. Never blocks on a pipe.

    Raises nothing: a file that may not be read has the kind `unreadable file (REASON)`.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    except OSError as error:
        if os.path.islink(path):
            return RawFile("symbolic link")
        return RawFile(f"unreadable file ({error.strerror or error})")
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            return RawFile("folder" if stat.S_ISDIR(status.st_mode) else "special file")
        return RawFile("file", _read(descriptor, limit + 1, expected=status.st_size + 1))
    except OSError as error:
        return RawFile(f"unreadable file ({error.strerror or error})")
    finally:
        os.close(descriptor)


def _read(descriptor: int, most: int, *, expected: int) -> bytes:
    """Read to the end, `most` bytes at most; files as long as is `expected` take one read that ends short."""
    content = os.read(descriptor, min(expected, most))
    while len(content) >= expected and len(content) < most:  # it has grown, or its size isn't told, as in /proc
        more = os.read(descriptor, most - len(content))
        if not more:
            break
        content += more
    return content


def shown(path: Path | str) -> str:
    """Return `path` for people: relative to the current directory where it lies below it, safe for a terminal."""
    absolute = os.path.abspath(path)
    relative = os.path.relpath(absolute)
    return printable(absolute if relative.startswith("..") else relative)


def quoted(path: Path | str) -> str:
    """Return `path` as it can be typed in a shell."""
    return shlex.quote(shown(path))


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file so that it is either complete or as it was. Raises `EvalhubError` where it can't be written."""
    import tempfile  # slow to import, and most commands write nothing

    temporary: Path | None = None
    raw = content.encode("utf-8") if isinstance(content, str) else content
    try:
        if path.exists() and not path.is_file():  # a terminal, a pipe: there is nothing to replace
            path.write_bytes(raw)
            return
        target = path.resolve() if path.is_symlink() else path
        mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else 0o666 & ~_umask()
        descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        temporary = Path(name)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(raw)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.chmod(mode)
        temporary.replace(target)
    except OSError as error:
        raise EvalhubError(f"can't write {shown(path)}: {error.strerror or error}") from None
    finally:
        if temporary:
            temporary.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
