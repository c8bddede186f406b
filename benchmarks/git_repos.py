"""Writes git repositories as clones leave them: objects and refs packed, the default branch checked out."""

from __future__ import annotations

import hashlib
import re
import struct
import zlib
from collections.abc import Mapping, Sequence
from itertools import accumulate
from pathlib import Path

import pygit2
from pygit2.enums import FileMode

Files = Mapping[str, str]  # path to content

_BEGIN = 1_735_725_600  # 2025-01-01T10:00:00Z
_STEP = 3_600


def write_repo(directory: Path, url: str, commits: Sequence[Files], pull_requests: Sequence[Files] = ()) -> None:
    """Write what a clone of `url` would be, with one commit on `main` for each of `commits`: files added or replaced.

    Each of `pull_requests` becomes one commit on top of `main`, as `refs/pr/1` and so on.
    """
    objects = Objects()
    files: dict[str, str] = {}
    tip = b""
    for number, added in enumerate(commits):
        files |= added
        tip = objects.commit(files, f"Add {', '.join(sorted(added)[:3])}", _BEGIN + number * _STEP, tip)
    refs = {"refs/heads/main": tip, "refs/remotes/origin/main": tip}
    for number, added in enumerate(pull_requests, start=1):
        time = _BEGIN + (len(commits) + number) * _STEP
        proposal = objects.commit({**files, **added}, f"Propose {', '.join(sorted(added))}", time, tip)
        refs[f"refs/pr/{number}"] = proposal
    for folder in _FOLDERS:
        (directory / ".git" / folder).mkdir(parents=True)
    objects.pack(directory / ".git/objects/pack")
    _write(directory / ".git", {**_GIT_FILES, "config": _CONFIG.format(url=url), "packed-refs": _packed(refs)})
    _write(directory, files)
    index = pygit2.Index(str(directory / ".git/index"))
    for path, text in files.items():
        index.add(pygit2.IndexEntry(path, pygit2.hash(text.encode()), FileMode.BLOB))
    index.write()


# No samples of hooks, which are half of what git makes.
_FOLDERS = ("objects/info", "objects/pack", "refs/heads", "refs/tags", "refs/remotes/origin")
_GIT_FILES = {"HEAD": "ref: refs/heads/main\n", "refs/remotes/origin/HEAD": "ref: refs/remotes/origin/main\n"}
_CONFIG = """\
[core]
\trepositoryformatversion = 0
\tfilemode = true
\tbare = false
[remote "origin"]
\turl = {url}
\tfetch = +refs/heads/*:refs/remotes/origin/*
"""


class Objects:
    """Blobs, trees and commits of one repository, written as git does: libgit2 takes ten times as long."""

    def __init__(self) -> None:
        self._objects: dict[bytes, tuple[int, bytes]] = {}  # by id: the type in a pack, and the content

    def commit(self, files: Files, message: str, time: int, parent: bytes = b"") -> bytes:
        """Add a commit with `files` and return its id (20 bytes)."""
        who = f"evalhub benchmarks <benchmarks@example.org> {time} +0000"
        parents = f"parent {parent.hex()}\n" if parent else ""
        tree = self._tree({path: text.encode() for path, text in files.items()})
        text = f"tree {tree.hex()}\n{parents}author {who}\ncommitter {who}\n\n{message}\n"
        return self._add("commit", text.encode())

    def _tree(self, files: Mapping[str, bytes]) -> bytes:
        folders: dict[str, dict[str, bytes]] = {}
        entries = []
        for path, content in files.items():
            name, slash, rest = path.partition("/")
            if slash:
                folders.setdefault(name, {})[rest] = content
            else:
                entries.append((name, b"100644", self._add("blob", content)))
        entries += [(f"{name}/", b"40000", self._tree(inside)) for name, inside in folders.items()]
        lines = (mode + b" " + name.rstrip("/").encode() + b"\0" + id for name, mode, id in sorted(entries))
        return self._add("tree", b"".join(lines))

    def _add(self, type_: str, content: bytes) -> bytes:
        id = hashlib.sha1(b"%s %d\0%s" % (type_.encode(), len(content), content)).digest()
        self._objects[id] = (("commit", "tree", "blob").index(type_) + 1, content)
        return id

    def pack(self, folder: Path) -> None:
        """Write all as a pack with its index (git's pack format 2, index version 2)."""
        pack = bytearray(b"PACK" + struct.pack(">II", 2, len(self._objects)))
        places: dict[bytes, tuple[int, int]] = {}
        for id, (type_, content) in self._objects.items():
            begin = len(pack)
            size = len(content)
            pack.append((type_ << 4 | size & 15) | (128 if size > 15 else 0))
            size >>= 4
            while size:
                pack.append(size & 127 | (128 if size > 127 else 0))
                size >>= 7
            pack += zlib.compress(content)
            places[id] = (begin, zlib.crc32(pack[begin:]))
        pack += hashlib.sha1(pack).digest()
        ids = sorted(places)
        counts = [0] * 256
        for id in ids:
            counts[id[0]] += 1
        index = b"\xfftOc" + struct.pack(">I256I", 2, *accumulate(counts)) + b"".join(ids)
        index += b"".join(struct.pack(">I", places[id][1]) for id in ids)
        index += b"".join(struct.pack(">I", places[id][0]) for id in ids) + pack[-20:]
        index += hashlib.sha1(index).digest()
        name = f"pack-{hashlib.sha1(b''.join(ids)).hexdigest()}"
        (folder / f"{name}.pack").write_bytes(pack)
        (folder / f"{name}.idx").write_bytes(index)


def _packed(refs: Mapping[str, bytes]) -> str:
    lines = [f"{id.hex()} {ref}\n" for ref, id in sorted(refs.items())]
    return "# pack-refs with: peeled fully-peeled sorted \n" + "".join(lines)


def _write(directory: Path, files: Files) -> None:
    for path, text in files.items():
        file = directory / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def add_commit(directory: Path, files: Files) -> None:
    """Add a commit to `main` with nothing but `files`, as a push to a bare repository would."""
    repository = pygit2.Repository(directory)
    tip = repository[repository.references["refs/heads/main"].target]
    index = pygit2.Index()
    index.read_tree(tip.tree)
    for path, text in files.items():
        index.add(pygit2.IndexEntry(path, repository.create_blob(text.encode()), FileMode.BLOB))
    who = pygit2.Signature("evalhub benchmarks", "benchmarks@example.org", tip.commit_time + _STEP, 0, "utf-8")
    tree = index.write_tree(repository)
    repository.create_commit("refs/heads/main", who, who, "Change\n", tree, [tip.id])


def slug(name: str) -> str:
    """Return `name` as a file name: lower case, with `_` for everything that is neither a letter nor a digit."""
    return re.sub("[^a-z0-9]+", "_", name.lower()).strip("_")
