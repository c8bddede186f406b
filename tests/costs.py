"""What something may cost, on machines that other processes slow down at any moment."""

from __future__ import annotations

import time

_QUIET = 0.015  # seconds that `_loop` takes on the machine that the limits were chosen on, with nothing else running
_SLACK = 2  # the limits are for costs that grow with the square of a file, which are off by far more


def budget(seconds: float) -> float:
    """Return what `seconds` of processor time on a quiet machine may be on this one, now."""
    return seconds * _SLACK * max(1.0, _loop() / _QUIET)


def _loop() -> float:
    begun = time.process_time()
    for number in range(200_000):
        str(number)
    return time.process_time() - begun
