"""Sharing work among processes."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from evalhub import workers
from evalhub.cli.options import progress_bar
from evalhub.workers import share_out


@pytest.mark.parametrize("processes", [1, 2, 3])
@pytest.mark.parametrize("count", [0, 1, 2, 20])
def test_results_come_in_the_order_of_the_items(processes: int, count: int) -> None:
    assert list(share_out(lambda number: number * number, range(count), workers=processes)) == [
        number * number for number in range(count)
    ]


def test_other_processes_do_the_work() -> None:
    assert os.getpid() not in set(share_out(lambda _: os.getpid(), range(4), workers=2))


def test_functions_and_items_need_not_be_picklable() -> None:
    items: list[Callable[[], int]] = [lambda number=number: number for number in range(5)]  # type: ignore[misc]
    assert list(share_out(lambda item: item(), items, workers=2)) == list(range(5))


def test_what_a_killed_worker_leaves_is_done_here() -> None:
    own = os.getpid()

    def work(number: int) -> int:
        if number == 3 and os.getpid() != own:
            os.kill(os.getpid(), signal.SIGKILL)
        return number

    assert list(share_out(work, range(10), workers=2)) == list(range(10))


def test_what_a_function_raises_is_raised() -> None:
    def work(number: int) -> int:
        raise ValueError(str(number))

    with pytest.raises(ValueError, match="0"):
        list(share_out(work, range(4), workers=2))


def test_whoever_stops_listening_leaves_nothing_running() -> None:
    for _ in share_out(lambda _: time.sleep(0.01), range(50), workers=2):
        break
    assert list(share_out(lambda number: number, range(3), workers=2)) == [0, 1, 2]


def test_an_interrupt_ends_all_processes_at_once_and_in_silence(tmp_path: Path) -> None:
    folder = tmp_path / ".eval_results"
    folder.mkdir()
    for number in range(3_000):
        (folder / f"hle_{number}.yaml").write_text(f"- dataset: {{id: a/b, task_id: c}}\n  value: {number}\n")
    for wait in (0.3, 0.5, 0.7, 0.9):
        command = [sys.executable, "-m", "evalhub", "validate", str(tmp_path)]
        process = subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        time.sleep(wait)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: all of them
        _, errors = process.communicate(timeout=20)
        assert (process.returncode, b"Traceback" in errors) in ((130, False), (-signal.SIGINT, False), (0, False))
        with pytest.raises(ProcessLookupError):
            os.killpg(process.pid, 0)


def test_beside_other_threads_nothing_is_forked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: {0, 1, 2})
    monkeypatch.setattr(threading, "active_count", lambda: 1)
    assert workers.cores() == 3
    monkeypatch.setattr(threading, "active_count", lambda: 2)
    assert workers.cores() == 1


def test_a_progress_bar_needs_no_thread_so_that_work_is_shared_on_a_terminal_too() -> None:
    out = io.StringIO()
    before = threading.active_count()
    with progress_bar(Console(file=out, force_terminal=True, width=80), "reading", after=0) as update:
        for done in range(5):
            update(done, 5)
            time.sleep(0.06)
            assert threading.active_count() == before
    drawn = out.getvalue()
    assert 2 <= drawn.count("reading") <= 6
    assert "3/5" in drawn or "4/5" in drawn


def test_a_progress_bar_of_quick_work_is_not_drawn() -> None:
    out = io.StringIO()
    with progress_bar(Console(file=out, force_terminal=True, width=80), "reading") as update:
        update(1, 5)
    assert out.getvalue() == ""
