"""The file that keeps what was read of one hub: an SQLite database, which may be lost or broken at any time.

Its tables hold what `rows.py` makes of repositories, in plain values. Where a statement fails, `StoreError` says
whether the file is broken (delete it) or can't be used now (do without it). SQLite notices a file that is cut short or
whose pages don't fit together; bits that a disk turns within a value are noticed by nobody.

A rollback journal is used, not a write-ahead log, as cache directories are on network file systems too, where a log
isn't safe. No repository is read while a transaction is open, so that others needn't wait for long.
"""

from __future__ import annotations

import os
import sqlite3
import weakref
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from evalhub import __version__

FORMAT = 6  # of the tables and of what is in them: raise it with every change
_COMPANIONS = ("-journal", "-wal", "-shm")  # files that SQLite keeps beside a database
_CACHE_KIB = 32 * 1024  # blobs' ids are random: their index is written all over
_MOST_VALUES = 500  # in one statement
_WAIT = 5.0  # seconds to wait for another process that writes

# `timeline` says of a repository's history that it is 0: not read; 1: whole; 2: to be tried again; 3: cut short.
_TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT);
CREATE TABLE folder (
    path BLOB PRIMARY KEY, read_at INT, stamp BLOB, is_repo INT, names TEXT, has_registry INT
) WITHOUT ROWID;
CREATE TABLE repo (
    number INTEGER PRIMARY KEY, path BLOB UNIQUE, read_at INT, watched TEXT, stamp BLOB, type TEXT, id, git_dir,
    linked INT, sorted INT, double_of BLOB, has_problems INT, is_dataset INT, timeline INT, snapshot TEXT
);
CREATE INDEX repo_id ON repo (id);
CREATE INDEX repo_git_dir ON repo (git_dir);
CREATE INDEX repo_unsorted ON repo (number) WHERE NOT sorted;
CREATE INDEX repo_double ON repo (double_of) WHERE double_of IS NOT NULL;
CREATE INDEX repo_problems ON repo (number) WHERE has_problems;
CREATE INDEX repo_dataset ON repo (number) WHERE is_dataset;
CREATE TABLE result (
    number INTEGER PRIMARY KEY, repo INT, dataset, task, value, variant, origin INT, time REAL, pull_request INT, ref,
    filename, position INT, complete INT, rest TEXT
);
CREATE INDEX result_repo ON result (repo);
CREATE INDEX result_task ON result (dataset, task);
CREATE INDEX repo_timeline ON repo (number) WHERE timeline IN (0, 2);
CREATE TABLE standing (
    number INTEGER PRIMARY KEY, repo INT, dataset, task, value, variant, origin INT, time REAL, pull_request INT, ref,
    filename, position INT, complete INT, rest TEXT, since REAL, until REAL
);
CREATE INDEX standing_repo ON standing (repo);
CREATE INDEX standing_task ON standing (dataset, task);
CREATE TABLE left_out (repo INT, reason TEXT, dataset, task, count INT);
CREATE INDEX left_out_repo ON left_out (repo);
CREATE TABLE blob (number INTEGER PRIMARY KEY, id BLOB UNIQUE, entries TEXT);
"""

_BROKEN = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT, sqlite3.SQLITE_ERROR}


class StoreError(Exception):
    """The file can't be used. `broken`: it is no database of ours any more; else it is locked, or its disk full, …"""

    def __init__(self, reason: str, *, broken: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.broken = broken


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (sqlite3.ProgrammingError, sqlite3.InterfaceError):
        raise  # a mistake of ours, and none of the file
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        raise StoreError(str(error), broken=code in _BROKEN) from error


@contextmanager
def _of_system() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError(error.strerror or str(error), broken=False) from error


@contextmanager
def readable() -> Iterator[None]:
    """Turn what values that nobody of ours wrote lead to into `StoreError`."""
    try:
        yield
    except (ValueError, TypeError, LookupError, OverflowError, AttributeError) as error:
        raise StoreError(f"unexpected content ({type(error).__name__}: {error})", broken=True) from error


class Store:
    """An open database: that of `file`, or one in memory where that is None. Every method raises `StoreError`."""

    def __init__(self, file: Path | None, root: str, address: str = "") -> None:
        self.file = file
        self.made_anew = False  # there was one, of another version or hub
        self._root = root
        with _translated():
            self._connection = sqlite3.connect(
                address or file or ":memory:",
                timeout=_WAIT,
                isolation_level=None,
                uri=bool(address),
                check_same_thread=False,
            )
        weakref.finalize(self, self._connection.close)

    @classmethod
    def open(cls, file: Path | None, root: str) -> Store:
        """Open the database in `file` of the hub at `root`, or one in memory; make it where it isn't there."""
        if file:
            with _of_system():
                file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                _refuse_strangers(file)
        store = cls(file, root)
        try:
            store._prepare()
        except StoreError:
            store.close()
            raise
        return store

    @classmethod
    def existing(cls, file: Path, root: str) -> Store | None:
        """Open a database only to read it; return None where there is none, or it is of another version or hub."""
        with _of_system():
            if not file.is_file():
                return None
            _refuse_strangers(file)
        # What a process that was killed has left must be rolled back, which is no change.
        mode = "rw" if os.access(file, os.W_OK) and os.access(file.parent, os.W_OK) else "ro"
        store = cls(file, root, f"{file.absolute().as_uri()}?mode={mode}")
        return store if store.is_ours() else None

    def _prepare(self) -> None:
        self._run("PRAGMA synchronous = NORMAL" if self.file else "PRAGMA synchronous = OFF")
        self._run("PRAGMA temp_store = MEMORY")
        self._run(f"PRAGMA cache_size = -{_CACHE_KIB}")
        if self.is_ours():
            return
        with self.writing():
            found, wanted = self._meta(), _wanted(self._root)
            if found == wanted:  # another process was faster
                return
            self.made_anew = bool(found)
            for (name,) in self.rows("SELECT name FROM sqlite_master WHERE type = 'table'"):
                self._run(f'DROP TABLE "{name}"')
            for statement in _TABLES.split(";"):
                self._run(statement)
            self.insert("meta", sorted(wanted.items()))

    def is_ours(self) -> bool:
        """Whether it is still of this version: another one makes it anew for itself."""
        return self._meta() == _wanted(self._root)

    def _meta(self) -> dict[str, str]:
        if not self.rows("SELECT 1 FROM sqlite_master WHERE name = 'meta'"):
            return {} if not self.rows("SELECT 1 FROM sqlite_master") else {"format": "?"}
        return dict(self.rows("SELECT key, value FROM meta"))

    def rows(self, query: str, values: Sequence[Any] = ()) -> list[Any]:
        """Return all rows that a query finds."""
        with _translated():
            return self._connection.execute(query, values).fetchall()

    def rows_among(self, query: str, values: Sequence[Any]) -> Iterator[Any]:
        """Yield all rows that a query finds whose `{marks}` stand for `values`, some of them at a time."""
        for start in range(0, len(values), _MOST_VALUES):
            some = values[start : start + _MOST_VALUES]
            yield from self.rows(query.format(marks=", ".join("?" * len(some))), some)

    def _run(self, statement: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        with _translated():
            return self._connection.execute(statement, values)

    def change(self, statement: str, values: Sequence[Any] = ()) -> None:
        self._run(statement, values)

    def change_each(self, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        """Make one change for each row of values."""
        with _translated():
            self._connection.executemany(statement, rows)

    def insert(self, table: str, rows: Iterable[Sequence[Any]]) -> None:
        """Insert rows; one that is there already (the same blob) stays as it is."""
        listed = list(rows)
        if listed:
            with _translated():
                self._connection.executemany(_insert(table, len(listed[0])), listed)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Make all changes inside, or none."""
        self._run("BEGIN IMMEDIATE")
        try:
            yield
            self._run("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")
            raise

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Let all queries inside see one state, whatever others write meanwhile."""
        self._run("BEGIN")
        try:
            yield
        finally:
            with suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")

    def in_memory(self) -> Store:
        """Return a copy that needs no disk. Raises `StoreError` where this one can't be read."""
        copy = Store(None, self._root)
        with _translated():
            self._connection.backup(copy._connection)
        return copy

    def close(self) -> None:
        with suppress(sqlite3.Error):
            self._connection.close()

    def size(self) -> int:
        """Return the size of the file in bytes."""
        return os.path.getsize(self.file) if self.file else 0


def _refuse_strangers(file: Path) -> None:
    """Raise where somebody else wrote the file, who could make it say anything: a cache may be a shared directory.

    So could a journal, which SQLite takes changes from.
    """
    for name in (str(file), *(f"{file}{ending}" for ending in _COMPANIONS)):
        with suppress(FileNotFoundError):
            if os.lstat(name).st_uid != os.geteuid():
                raise StoreError(f"{os.path.basename(name)} belongs to another user", broken=False)


def _wanted(root: str) -> dict[str, str]:
    return {"format": str(FORMAT), "version": __version__, "root": os.fsencode(root).hex()}


def _insert(table: str, count: int) -> str:
    marks = ", ".join("?" * count)
    return f"INSERT OR IGNORE INTO {table} VALUES ({marks})"


def delete(file: Path) -> None:
    """Remove a database. Raises `StoreError`."""
    for name in (file, *(Path(f"{file}{ending}") for ending in _COMPANIONS)):
        with _of_system():
            name.unlink(missing_ok=True)
