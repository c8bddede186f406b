"""Whether a repository or directory has changed since it was read, told by a few `stat` calls.

What evalhub knows of a repository depends on its refs, on what they point to, which never changes, and on what is named
in `watched_in`. Each file and directory there has a time of last change (ctime), size and inode; their digest is the
repository's stamp. Why it moves with every change:

- A loose ref is written by renaming a lock file, which changes the directory it is in. Every directory below `refs` is
  watched, so also one in which a first ref of its kind appears; and every loose ref itself, as some programs (go-git,
  an editor) write in place. Tags aren't: nothing depends on one, unless HEAD does. Nor is `refs/remotes` where it has
  the one remote that is read.
- `packed-refs`, `HEAD`, `config` and `shallow` are replaced as a whole, so their inode and ctime change; an edit in
  place changes the ctime. That one of them is absent is part of the stamp too.
- A linked worktree has its refs in the main repository, whose files are watched at the end of the `.git` file's trail.
- `.git` could become a link, which isn't followed: its own inode is watched.
- A reftable or SHA-256 repository can't be read at all, and what can't be read has no stamp.
- ctime is used, not mtime, because nothing can set it back: neither `touch -d` nor restoring a backup.
- Racy timestamps: a file that is changed twice within one tick of the file system's clock has one ctime. So a stamp
  that is younger than such a tick isn't kept, and what it stands for is read again the next time.
"""

from __future__ import annotations

import os
import struct
import time
from collections.abc import Iterator, Sequence
from hashlib import blake2b

NEVER = b""  # the stamp of what must be read again

_FINE_TICK = 100_000_000  # ns; clocks of file systems that tell less than milliseconds move every 1 to 10 ms
_COARSE_TICK = 2_500_000_000  # FAT tells two seconds, others one
_SHARED_FILES = ("HEAD", "packed-refs", "config", "shallow")
_ITSELF = ":"  # before a path of which only the inode counts, not what it leads to: git locks files in it all the time
UNKNOWN = "?"  # what can't be watched
_ABSENT = (0, 0, 0)


def watched_in(repository: str) -> tuple[str, ...]:
    """Return what to watch of the repository at `repository`: paths relative to it, or absolute ones."""
    git_dir = os.path.join(repository, ".git")
    if os.path.isdir(git_dir):
        return (_ITSELF + ".git", *_of_git_dir(repository, ".git/"))
    if os.path.isfile(git_dir):
        return (".git", *_of_worktree(repository, git_dir))
    return tuple(_of_git_dir(repository, ""))


def _of_worktree(repository: str, file: str) -> Iterator[str]:
    """Yield what to watch of a linked worktree (or a submodule), whose `.git` is a file that says where its data is."""
    own = _content(file).removeprefix("gitdir:").strip()
    if not own:
        return
    own = os.path.abspath(os.path.join(repository, own)) + "/"
    common = os.path.normpath(os.path.join(own, _content(own + "commondir") or ".")) + "/"
    yield from (own + "HEAD", own + "commondir")
    yield from _of_git_dir("/", common)


def _content(path: str) -> str:
    try:
        with open(path, "rb") as stream:
            return os.fsdecode(stream.read(10_000)).strip("\n")
    except OSError:
        return ""


def _of_git_dir(repository: str, git_dir: str) -> Iterator[str]:
    yield from (git_dir + name for name in _SHARED_FILES)
    if _content(os.path.join(repository, git_dir, "HEAD")).startswith("ref: refs/tags/"):
        yield UNKNOWN
    yield from _refs(repository, git_dir + "refs")


def _refs(repository: str, refs: str) -> Iterator[str]:
    """Yield `refs` and everything below it that is read."""
    folders = [refs]
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(os.path.join(repository, folder)) as entries:
                listing = sorted(entries, key=lambda entry: entry.name)
        except OSError:
            listing = []
        if folder != f"{refs}/remotes" or all(entry.name != "origin" for entry in listing):
            yield folder
        for entry in listing:
            path = f"{folder}/{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                folders += [path] if path != f"{refs}/tags" else []
            else:
                yield path if not entry.is_dir() else UNKNOWN  # a link to a folder, which may be anywhere


def stamp(directory: str, watched: Sequence[str]) -> bytes:
    """Return the stamp of what is `watched` in `directory`, to be taken before it is read; `NEVER` where it is too
    young to be kept.
    """
    if UNKNOWN in watched:
        return NEVER
    now = time.time_ns()
    found = _look(directory, watched)
    changed = found[::3]
    tick = _FINE_TICK if any(time % 1_000_000 for time in changed) else _COARSE_TICK
    return _digest(found) if max(changed, default=0) < now - tick else NEVER


def is_same(directory: str, watched: Sequence[str], before: bytes) -> bool:
    """Whether nothing `watched` in `directory` has changed since the stamp `before` was taken."""
    return before != NEVER and _digest(_look(directory, watched)) == before


def _look(directory: str, watched: Sequence[str]) -> list[int]:
    prefix = directory + "/"
    found: list[int] = []
    for path in watched:
        try:
            if path[:1] == _ITSELF:
                found += (0, os.lstat(prefix + path[1:]).st_ino, 0)
                continue
            status = os.stat(path if path[:1] == "/" else prefix + path)
        except OSError:
            found += _ABSENT
        else:
            found += (status.st_ctime_ns, status.st_ino, status.st_size)
    return found


def _digest(found: Sequence[int]) -> bytes:
    try:
        packed = struct.pack(f"{len(found)}q", *found)
    except struct.error:  # some network file systems have inodes of 64 bits, unsigned
        packed = repr(found).encode()
    return blake2b(packed, digest_size=16).digest()
