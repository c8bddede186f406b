"""Sharing work among the cores."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

_shared: list[tuple[Callable[[Any], Any], Sequence[Any]]] = []  # what forked workers find in their memory


def cores() -> int:
    """Return how many processes can run at once; one where forking isn't safe."""
    if sys.platform != "linux" or threading.active_count() > 1:
        return 1
    return len(os.sched_getaffinity(0))


def share_out(function: Callable[[Item], Result], items: Sequence[Item], *, workers: int) -> Iterator[Result]:
    """Yield `function(item)` for each of `items`, in order; computed by forked processes where `workers` is over one.

    Neither function nor items are pickled, but results are. What a worker that was killed has left is computed here.
    """
    if workers < 2 or len(items) < 2:
        yield from map(function, items)
        return
    from concurrent.futures.process import BrokenProcessPool, ProcessPoolExecutor
    from multiprocessing import get_context

    _shared.append((function, items))
    pool = ProcessPoolExecutor(min(workers, len(items)), get_context("fork"), _begin)
    try:
        waiting = [pool.submit(_run, number) for number in range(len(items))]
        waiting.reverse()
        for item in items:
            try:
                result = waiting.pop().result()
            except BrokenProcessPool:
                result = function(item)
            yield result
    finally:
        pool.shutdown(cancel_futures=True)
        _shared.pop()


def _begin() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # whoever is interrupted says so once


def _run(number: int) -> Any:
    function, items = _shared[-1]
    return function(items[number])
