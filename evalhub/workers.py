"""Sharing work among the cores.

Not by `concurrent.futures`: it waits for ever where a worker dies while it sends a result, as one does on an interrupt.
"""

from __future__ import annotations

import fcntl
import os
import pickle
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, BinaryIO, TypeVar

FEW = 100  # repositories that aren't worth a second process to read
_PACK = 50  # that one process reads at a time
_ROOM = 1 << 20

Item = TypeVar("Item")
Result = TypeVar("Result")


def cores() -> int:
    """Return how many processes can run at once; one where forking isn't safe."""
    if sys.platform != "linux" or threading.active_count() > 1:
        return 1
    return len(os.sched_getaffinity(0))


def share_out(function: Callable[[Item], Result], items: Sequence[Item], *, workers: int) -> Iterator[Result]:
    """Yield `function(item)` for each of `items`, in order; computed by forked processes where `workers` is over one.

    Neither function nor items are pickled, but results are. What a worker that was killed has left is computed here.
    """
    count = min(workers, len(items))
    if count < 2:
        yield from map(function, items)
        return
    running: list[_Worker] = []
    for number in range(count):
        running.append(_start(function, items, number, count, running))
    try:
        for number, item in enumerate(items):
            sent = running[number % count].next_result()
            if sent is None:
                yield function(item)
            elif isinstance(sent, _Raised):
                raise sent.error
            else:
                yield sent[0]
    finally:
        for worker in running:
            worker.end()


def in_packs(function: Callable[[Item], Result], items: Sequence[Item]) -> Iterator[list[Result]]:
    """Yield `function(item)` for each of `items`, in order, in lists: of several from other processes, if there are
    more than `FEW` items, else of one.
    """
    workers = cores() if len(items) > FEW else 1
    size = _PACK if workers > 1 else 1
    packs = [items[start : start + size] for start in range(0, len(items), size)]
    return share_out(lambda pack: list(map(function, pack)), packs, workers=workers)


@dataclass(frozen=True, slots=True)
class _Raised:
    error: Exception


@dataclass(slots=True)
class _Worker:
    """A process, and the pipe on which its results come, one after the other."""

    pid: int
    results: BinaryIO

    def next_result(self) -> tuple[Any] | _Raised | None:
        """Return what it sends next; None where it has died."""
        try:
            sent: tuple[Any] | _Raised = pickle.load(self.results)  # noqa: S301 (from a process of our own)
            return sent
        except (EOFError, pickle.UnpicklingError):
            return None

    def end(self) -> None:
        self.results.close()
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        with suppress(ChildProcessError):
            os.waitpid(self.pid, 0)


def _start(
    function: Callable[[Item], Result], items: Sequence[Item], first: int, step: int, others: Sequence[_Worker]
) -> _Worker:
    """Fork a worker for every `step`th item from the `first` on."""
    read_end, write_end = os.pipe()
    with suppress(OSError, AttributeError):
        fcntl.fcntl(write_end, fcntl.F_SETPIPE_SZ, _ROOM)  # so that a worker need not wait for the first process
    with _without_interrupts():
        pid = os.fork()
        if pid == 0:
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first process is interrupted, and ends the others
            os.close(read_end)
            for other in others:  # else those would not be told that nobody listens any more
                os.close(other.results.fileno())
            _work(function, items[first::step], write_end)
    os.close(write_end)
    return _Worker(pid, os.fdopen(read_end, "rb"))


@contextmanager
def _without_interrupts() -> Iterator[None]:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _work(function: Callable[[Item], Result], items: Sequence[Item], write_end: int) -> None:
    """Send the results of `items`, and end the process. Nothing else of what it has inherited is touched."""
    try:
        with os.fdopen(write_end, "wb") as results:
            for item in items:
                try:
                    sent: tuple[Result] | _Raised = (function(item),)
                except Exception as error:
                    sent = _Raised(error)
                results.write(pickle.dumps(sent, pickle.HIGHEST_PROTOCOL))
                results.flush()
    finally:
        os._exit(0)
