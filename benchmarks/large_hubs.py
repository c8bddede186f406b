"""Measures evalhub on large hubs, and writes that part of `docs/benchmarks.md`.

python benchmarks/large_hubs.py [--sizes 1000,10000,100000] [--runs N] [--hubs DIR]

It writes the hubs into a temporary folder, or into DIR, where they are used again: 100,000 repositories take 13 GB.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import long_history
import small_hub
import walks
from measure import Sample, Samples, calling, interleave, running, script
from report import machine, table

from evalhub import Hub
from evalhub.stamps import watched_in

ROOT = Path(__file__).parent.parent
_PAGE = ROOT / "docs" / "benchmarks.md"
BEGIN, _END = "<!-- large hubs: begin -->\n", "<!-- large hubs: end -->\n"
_NAIVE_REPOS = 1_000
_DATE = "2025-01-01T12:30:00Z"  # amid the commits of the hubs

_TEXT = """\
## Large hubs

Written by `python benchmarks/large_hubs.py`, which builds hubs of small repositories: one result file, and none to two
open pull requests each. All models are on one leaderboard, which is the worst case: ranking grows with the hub.

Medians of {runs} runs ({few} where there are 100,000 repositories), each a whole process; start-up, which is the same
command on a hub of one model ({start_up:.0f} ms), is taken off what is shown for one repository.

{table}

| target | measured | |
| --- | --- | --- |
{targets}

- **First read** is `evalhub index` without one: it reads all repositories on all cores, finds the commit behind every
  result, and writes the index; the files are in the page cache. Beside it, GitPython walks the same files of
  {naive_repos:,} such repositories, with `yaml.safe_load` ({safe:.2f} ms a repository) or PyYAML's C loader
  ({fast:.2f} ms); it does nothing of the rest.
- **Leaderboard** is `evalhub leaderboard --limit 20` after that: it looks with `stat` whether any repository has
  changed, ranks all models and prints 20. The `stat` calls alone, in one process in Python, take
  {stat:.0f} µs a repository here: about eight of them.
- **One changed** is how much longer that takes after a commit to one repository: the shortest of many runs beside the
  shortest without, in one process, as single runs vary by more.
- **As of** is `--as-of` a day amid the commits: the first time it reads all histories.
- **Memory** is that of the largest process in the first read, and for the leaderboard.

Histories, by `benchmarks/long_history.py` (the shortest of three runs):

{histories}

Measured with {machine}.
"""


@dataclass(frozen=True, slots=True)
class Measured:
    """One hub, in seconds and MiB; `changed` is what one changed repository adds."""

    repos: int
    first: Samples
    board: Samples
    changed: float
    past_first: Samples
    past: Samples


class Commands:
    """The commands on one hub, with a cache of its own."""

    def __init__(self, hub: Path, cache: Path) -> None:
        self.hub = hub
        self._cache = cache
        os.environ["EVALHUB_CACHE"] = str(cache)

    def first(self) -> Sample:
        shutil.rmtree(self._cache, ignore_errors=True)
        return self._run("index")

    def board(self) -> Sample:
        return self._run("leaderboard", small_hub.DATASET, "--limit", "20", "--format", "json")

    def past(self) -> Sample:
        return self._run("leaderboard", small_hub.DATASET, "--limit", "20", "--format", "json", "--as-of", _DATE)

    def _run(self, *arguments: str) -> Sample:
        os.environ["EVALHUB_CACHE"] = str(self._cache)
        return running([[script("evalhub"), *arguments, "--hub", "."]], self.hub)()


def measure(hub: Path, repos: int, cache: Path, runs: int) -> Measured:
    commands = Commands(hub, cache)
    few = runs if repos < 100_000 else max(1, runs // 3)
    commands.first()  # which also brings the files into the page cache
    first = Samples(tuple(commands.first() for _ in range(few)))
    board = Samples(tuple(commands.board() for _ in range(runs)))
    changed = _changes(hub, cache, 3 * runs if repos < 100_000 else runs)
    past_first = Samples((commands.past(),))
    past = Samples(tuple(commands.past() for _ in range(few)))
    return Measured(repos, first, board, changed, past_first, past)


def _changes(hub: Path, cache: Path, runs: int) -> float:
    """Return how much longer a leaderboard takes after a change than after none, in this process: a process of its own
    varies by more than that.
    """

    def board() -> float:
        begun = time.perf_counter()
        Hub(hub, cache=cache).leaderboard(small_hub.DATASET, limit=20)
        return time.perf_counter() - begun

    changed, unchanged = [], []
    for number in range(runs):
        small_hub.change(hub, number)
        time.sleep(0.5)  # longer than what is too young to be kept
        changed.append(board())
        unchanged += [board(), board()]
    return min(changed) - min(unchanged)


def stats(hub: Path, repos: int) -> float:
    """Return how long the `stat` calls alone take, in seconds a repository: those of one process, in a loop."""
    watched = [[f"{path}/{name}" for name in watched_in(str(path))] for path in sorted(hub.glob("models/*/*"))]

    def look() -> None:
        for paths in watched:
            for path in paths:
                try:  # noqa: SIM105 (which takes longer)
                    os.stat(path)
                except OSError:
                    pass

    return long_history.seconds(look) / repos


def page(measured: list[Measured], start_up: float, naive: dict[str, Samples], stat: float, runs: int) -> str:
    def one(samples: Samples, of: Measured) -> float:
        return (samples.seconds - start_up) / of.repos

    rows = [
        [
            f"{of.repos:,}",
            f"{of.first.seconds:.2f} s",
            f"{one(of.first, of) * 1e3:.2f} ms",
            f"{of.board.seconds:.2f} s",
            f"{one(of.board, of) * 1e6:.0f} µs",
            f"{of.changed * 1e3:+.0f} ms",
            f"{of.past_first.seconds:.1f} s, {of.past.seconds:.2f} s",
            f"{of.first.peak_mib:.0f}, {of.board.peak_mib:.0f} MiB",
        ]
        for of in measured
    ]
    header = ["repositories", "first read", "each", "board", "each", "one changed", "as of: first, again", "memory"]
    most = measured[-1]
    middle = next((of for of in measured if of.repos == 10_000), most)
    safe, fast = (naive[name].seconds for name in ("safe", "fast"))
    first = one(middle.first, middle)
    targets = [
        _target("first read of a repository: at most 0.6 ms", first * 1e3, "{:.2f} ms", first <= 0.6e-3),
        _target("first read beside GitPython: at least 12×", safe / first, "{:.1f}×", safe / first >= 12),
        _target(
            "a leaderboard: at most 40 µs a repository",
            one(middle.board, middle) * 1e6,
            "{:.0f} µs",
            one(middle.board, middle) <= 40e-6,
        ),
        _target("one changed: at most 10 ms more", middle.changed * 1e3, "{:.1f} ms", middle.changed <= 0.01),
        _target(
            f"memory with {most.repos:,}: at most 300 MB",
            max(most.first.peak_mib, most.board.peak_mib) * 1.048576,
            "{:.0f} MB",
            max(most.first.peak_mib, most.board.peak_mib) * 1.048576 <= 300,
        ),
    ]
    return _TEXT.format(
        runs=runs,
        few=max(1, runs // 3),
        start_up=start_up * 1e3,
        table=table(header, rows),
        targets="\n".join(targets),
        naive_repos=_NAIVE_REPOS,
        safe=safe * 1e3,
        fast=fast * 1e3,
        stat=stat * 1e6,
        histories="\n".join(f"- {line}" for line in long_history.report(20_000)),
        machine=machine(),
    )


def _target(what: str, value: float, form: str, met: bool) -> str:
    return f"| {what} | {form.format(value)} | {'met' if met else '**not met**'} |"


@contextmanager
def _folder(named: Path | None) -> Iterator[Path]:
    if named:
        named.mkdir(parents=True, exist_ok=True)
        yield named
    else:
        with tempfile.TemporaryDirectory() as folder:
            yield Path(folder)


def _hub(folder: Path, repos: int) -> Path:
    hub = folder / f"hub-{repos}"
    if not hub.exists():
        print(f"building {repos:,} repositories …", file=sys.stderr)
        small_hub.build(hub, repos=repos)
    return hub


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure large hubs and write that part of docs/benchmarks.md.")
    parser.add_argument("--sizes", default="1000,10000,100000", help="how many repositories (default: %(default)s)")
    parser.add_argument("--runs", type=int, default=7, help="how often to measure each (default: 7)")
    parser.add_argument("--hubs", type=Path, help="where to keep the hubs (default: nowhere)")
    options = parser.parse_args()
    with _folder(options.hubs) as folder, tempfile.TemporaryDirectory() as cache:
        tiny = Commands(_hub(folder, 1), Path(cache, "tiny"))
        tiny.first()
        start_up = Samples(tuple(tiny.board() for _ in range(3 * options.runs))).seconds
        measured = []
        for repos in map(int, options.sizes.split(",")):
            hub = _hub(folder, repos)
            print(f"measuring {repos:,} repositories …", file=sys.stderr)
            measured.append(measure(hub, repos, Path(cache, str(repos)), options.runs))
        ways = {"safe": walks.read_with_gitpython_and_safe_load, "fast": walks.read_with_gitpython}
        few = _hub(folder, _NAIVE_REPOS)
        naive = interleave({name: calling(way, few) for name, way in ways.items()}, 3)
        text = page(measured, start_up, naive, stats(few, _NAIVE_REPOS), options.runs)
    write(text)
    print(text)
    return 0


def write(text: str) -> None:
    """Put the text between its marks in the page, or at its end."""
    whole = _PAGE.read_text(encoding="utf-8")
    before, _, rest = whole.partition(BEGIN)
    after = rest.partition(_END)[2]
    _PAGE.write_text(f"{before.rstrip()}\n\n{BEGIN}\n{text}\n{_END}{after}", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
