"""The index of one hub: what its repositories hold, kept between runs, and brought up to date where they changed.

The answer is always that of the repositories as they are: what has another stamp than when it was read (`stamps.py`) is
read again, and what couldn't be read is tried anew each time. The file is a cache, and nothing but one: where it is
missing, broken, of another version, locked or on a full disk, it is made anew or done without, and that is said.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, TypeVar

import pygit2

from evalhub import __version__, contents, git, keep, rows, stamps
from evalhub.attribution import attributed
from evalhub.changes import find_changes
from evalhub.diagnostics import Diagnostic, FileRef
from evalhub.files import shown
from evalhub.keep import KeptRepo, KeptTimeline
from evalhub.leaderboard import Score
from evalhub.names import slug
from evalhub.repos import Unlisted, includes, name_below
from evalhub.result_reader import ResultReader
from evalhub.results import ResultEntries
from evalhub.scan import Note as Note
from evalhub.scan import Progress
from evalhub.snapshot import LeftOut, read_with
from evalhub.store import FORMAT, Store, StoreError, delete, readable
from evalhub.terms import Reason
from evalhub.workers import FEW, in_packs

if TYPE_CHECKING:
    from evalhub.standings import Timeline


_TRIES = 5  # to see an index that is whole, while other processes read repositories anew
_KEEP_EVERY = 1.0  # seconds between writing what was read, so that an interrupt loses no more

Answer = TypeVar("Answer")
Item = TypeVar("Item")


def no_progress(_done: int, _total: int) -> None:
    """Show nothing."""


class Index:
    """What the repositories below `root` hold, kept in `file`, or only in memory where that is None.

    `ask` brings it up to date the first time, and answers from one state of it. `note` is called with a sentence where
    the file can't be used.
    """

    def __init__(
        self, root: Path, file: Path | None, *, progress: Progress | None = None, note: Note | None = None
    ) -> None:
        self.root = root
        self._file = file
        self._progress = progress or no_progress
        self._note = note or (lambda _sentence: None)
        self._opened: Store | None = None
        self._store: Store | None = None  # the same, once it is up to date
        self._lock = RLock()  # a connection takes one question at a time
        self._retried = False
        self._is_copy = False  # what is in memory comes from the file
        self._is_new = False  # the file was broken before, and has been made anew
        self.read = 0  # repositories that had changed
        self.unlisted: tuple[Unlisted, ...] = ()
        self.inner_registries: tuple[Path, ...] = ()

    @property
    def is_kept(self) -> bool:
        """Whether there is a file that the next run can use."""
        return self._file is not None

    def ask(self, question: Callable[[Store], Answer], *, timelines: bool = False) -> Answer:
        """Return what `question` finds in the index as it is now; all its queries see one state. With `timelines` it
        also has what stood when, which is read when first asked for.
        """
        with self._lock:
            while True:
                try:
                    return self._answer(question, timelines)
                except StoreError as error:
                    self._do_without(error)

    def _answer(self, question: Callable[[Store], Answer], timelines: bool) -> Answer:
        store = self._store or self._up_to_date()
        for tries_left in reversed(range(_TRIES)):
            if timelines:
                self._read_timelines(store)
            with store.reading():
                if not store.is_ours():
                    self._opened = None
                    raise StoreError("something else uses it at the same time", broken=False)
                if not tries_left or contents.is_settled(store, timelines=timelines):
                    with readable():
                        return question(store)
            keep.sort_out_doubles(store)  # another process has just read a repository anew
        raise AssertionError("the last try returns")

    def _up_to_date(self) -> Store:
        store = self._opened = Store.open(self._file, os.path.abspath(self.root))
        if store.made_anew:
            self._note(f"the index {shown(store.file or '')} was of another version: it is made anew")
        self._update(store)
        self._store = store
        return store

    def _do_without(self, error: StoreError) -> None:
        """After an error, let the next try use a new file where the old one is broken; else none, but a copy in memory
        if it can be read. Raises the error where there was no file.
        """
        broken, self._opened, self._store = self._opened, None, None
        if self._file is None:
            if not self._is_copy:
                raise error
            self._is_copy = False  # and what was copied was broken
            return
        if error.broken and not self._is_new:
            self._is_new = True
            self._note(f"the index {shown(self._file)} is broken, and made anew: {error.reason}")
            if broken:
                broken.close()
            try:
                delete(self._file)
            except StoreError:
                self._file = None
            return
        self._note(f"the index {shown(self._file)} can't be used, so this takes longer: {error.reason}")
        self._file = None
        if broken:
            with suppress(StoreError):
                copy = broken.in_memory()
                self._update(copy)
                self._store, self._is_copy = copy, True

    def timeline(self, path: Path, model_id: str) -> Timeline:
        """Return what stood when in the repository at `path`; what its blobs hold is kept."""
        from evalhub.timeline import open_timeline  # few commands need it

        def read(store: Store) -> tuple[Timeline, list[tuple[bytes, ResultEntries]]]:
            readers: list[ResultReader] = []

            def reader_of(repository: pygit2.Repository) -> ResultReader:
                readers.append(ResultReader(repository, recall=partial(_recall, store)))
                return readers[-1]

            found = open_timeline(path, model_id, reader_of)
            return found, [(id.raw, entries) for reader in readers for id, entries in reader.parsed.items()]

        timeline, parsed = self.ask(read)
        if self._store and parsed:
            with suppress(StoreError):  # it has been read; that it can't be kept costs time, and nothing else
                keep.remember_blobs(self._store, [rows.blob_row(*each) for each in parsed])
        return timeline

    def _read_timelines(self, store: Store) -> None:
        """Read the history of repositories that have changed since it was kept."""
        wanted = store.rows(
            "SELECT path, read_at, id FROM repo WHERE timeline IN (0, ?) AND NOT is_dataset AND double_of IS NULL",
            (0 if self._retried else 2,),  # what couldn't be read is tried once more
        )
        self._retried = True
        self._share(store, partial(_read_timeline, self.root), wanted, keep.remember_timelines)

    def _update(self, store: Store) -> None:
        """Read what has changed since it was kept."""
        with readable():
            changes = find_changes(store, str(self.root))
        self.unlisted, self.inner_registries = tuple(changes.unlisted), tuple(changes.inner_registries)
        keep.remember_places(store, changes)
        self.read = len(changes.changed)
        self._read(store, changes.changed)
        keep.sort_out_doubles(store)

    def _read(self, store: Store, changed: Sequence[bytes]) -> None:
        """Read the repositories at the paths `changed`, and keep what they hold."""
        recall = partial(_recall, store) if len(changed) <= FEW else None  # other processes can't ask the store
        self._share(store, partial(_read_one, self.root, recall), changed, keep.remember)

    def _share(
        self,
        store: Store,
        read: Callable[[Item], Answer],
        items: Sequence[Item],
        remember: Callable[[Store, Sequence[Answer]], None],
    ) -> None:
        """Read `items`, by all cores where there are many, and remember what that gives from time to time."""
        waiting: list[Answer] = []
        written, done = time.monotonic(), 0
        try:
            for pack in in_packs(read, items):
                waiting += pack
                done += len(pack)
                self._progress(done, len(items))
                if time.monotonic() - written > _KEEP_EVERY:
                    kept, waiting = waiting, []
                    remember(store, kept)
                    written = time.monotonic()
        finally:  # also of what was interrupted
            remember(store, waiting)


Recall = Callable[[pygit2.Oid], ResultEntries | None]


def _recall(store: Store, id: pygit2.Oid) -> ResultEntries | None:
    found = store.rows("SELECT entries FROM blob WHERE id = ?", (id.raw,))
    with readable():
        return rows.to_entries(found[0][0]) if found else None


def _read_one(root: Path, recall: Recall | None, path: bytes) -> KeptRepo:
    """Read one repository, its stamp before everything else."""
    directory = root / os.fsdecode(path)
    read_at = time.time_ns()
    watched = stamps.watched_in(str(directory))
    if name_below(root, directory) is None and includes(directory):
        watched = (stamps.UNKNOWN,)  # its name comes from its configuration, which other files are part of
    stamp = stamps.stamp(str(directory), watched)
    found, reader = read_with(root, directory, recall=recall)
    scores: list[Score] = []
    parsed: list[tuple[bytes, ResultEntries]] = []
    if reader:
        try:
            scores = attributed(found, reader)
        except git.UnreadableError as error:  # it has become so since it was read
            problem = Diagnostic("EH001", error.message, FileRef("", found.id, None, str(directory)), hint=error.hint)
            left_out = (LeftOut(Reason.UNREADABLE_REPOS),)
            found = replace(found, results=(), left_out=left_out, problems=(problem,))
        reader.repository.free()  # it is in a cycle of references, and its packs would stay in memory for long
        parsed = [(id.raw, entries) for id, entries in reader.parsed.items()]
    # What can't be read is tried again: a missing object may be fetched without a change of any ref.
    stamp = stamps.NEVER if found.problems else stamp
    return KeptRepo(path, read_at, watched, stamp, rows.encode(found, scores, parsed))


def _read_timeline(root: Path, repo: tuple[bytes, int, str | bytes]) -> KeptTimeline:
    from evalhub.timeline import open_timeline  # few commands need it

    path, read_at, id = repo
    timeline = open_timeline(root / os.fsdecode(path), rows.untext(id))
    standings = tuple(map(rows.standing_row, timeline.standings))
    problems = any(problem.code != "EH004" for problem in timeline.problems)  # no commits, no history
    return KeptTimeline(path, read_at, standings, timeline.complete, problems)


@dataclass(frozen=True, slots=True)
class Status:
    """What an index holds. `size` is in bytes; `changed` counts the repositories that the next command reads anew."""

    file: Path
    size: int
    repositories: int
    models: int
    datasets: int
    results: int
    changed: int


def status(file: Path, root: Path) -> Status | None:
    """Return what the index in `file` holds of the hub at `root`, without changing it; None where there is none, or it
    is of another version. Raises `StoreError` where it can't be read.
    """
    store = Store.existing(file, os.path.abspath(root))
    if store is None:
        return None
    with readable():
        changed = len(find_changes(store, str(root)).changed)  # outside of what follows: others may want to write
    with store.reading():
        return Status(file, store.size(), *contents.totals(store), changed)


def index_file(cache: Path, root: Path) -> Path:
    """Return where the index of the hub at `root` is, in the directory `cache`: each version of evalhub has its own.

    A hub that is reached by a link has another one: repositories may be called after the directories above them.
    """
    return cache / f"{_stem(root)}-{FORMAT}-{__version__}.sqlite"


def index_files(cache: Path, root: Path) -> list[Path]:
    """Return the indexes of a hub that there are, of all versions."""
    return sorted(cache.glob(f"{_stem(root)}-*.sqlite"))


def _stem(root: Path) -> str:
    path = os.path.abspath(root)
    return f"{slug(os.path.basename(path)) or 'hub'}-{sha256(os.fsencode(path)).hexdigest()[:16]}"
