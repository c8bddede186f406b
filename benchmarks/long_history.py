"""How long it takes to read a long history, beside `git log -p --first-parent -- .eval_results`.

Run it: `python benchmarks/long_history.py [--commits N]`. It writes bare repositories in a temporary folder:

- a README that changes in every commit, and ten results that change ten times;
- the same with a merge commit for every other;
- ten results of which one changes in every commit;
- 2,000 commits with 500 pull requests, a third each merged, squashed and open.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from evalhub.timeline import open_timeline

_BEGIN = 1_735_725_600  # 2025-01-01T10:00:00Z
_RESULTS = 10
_CHANGES = 10
Write = Callable[[int], Iterator[bytes]]


def _commit(ref: str, mark: int, files: dict[str, str], parents: tuple[int, ...] = ()) -> bytes:
    lines = [
        f"commit {ref}",
        f"mark :{mark}",
        f"committer Ada <ada@example.org> {_BEGIN + 60 * mark} +0000",
        "data 1",
        "x",
    ]
    lines += [f"{word} :{parent}" for word, parent in zip(("from", "merge"), parents, strict=False)]
    for path, text in files.items():
        lines += [f"M 100644 inline {path}", f"data {len(text)}", text]
    return ("\n".join(lines) + "\n\n").encode()


def _results(state: int, changed: int | None = None) -> dict[str, str]:
    values = [state + task if changed is None or task == changed else task for task in range(_RESULTS)]
    text = "".join(
        f"- dataset:\n    id: cais/hle\n    task_id: task_{task}\n  value: {value}\n"
        for task, value in enumerate(values)
    )
    return {".eval_results/hle.yaml": text}


def readme_changes(commits: int) -> Iterator[bytes]:
    """Yield a history in which only a README changes, but for ten commits."""
    every = max(1, commits // _CHANGES)
    for number in range(commits):
        files = {"README.md": f"# {number}\n", **({} if number % every else _results(number))}
        yield _commit("refs/heads/main", number + 1, files, (number,) if number else ())


def merges(commits: int) -> Iterator[bytes]:
    """Yield the same, but every other commit merges one that was made beside the branch."""
    every = max(1, commits // _CHANGES) // 2 * 2 or 2
    tip = 0
    for number in range(1, commits, 2):
        files = {"README.md": f"# {number}\n", **(_results(number) if number % every == 1 else {})}
        yield _commit("refs/heads/side", number, files, (tip,) if tip else ())
        parents = (tip, number) if tip else (number,)
        yield _commit("refs/heads/main", number + 1, files, parents)
        tip = number + 1
    yield b"reset refs/heads/side\nfrom 0000000000000000000000000000000000000000\n\n"


def results_change(commits: int) -> Iterator[bytes]:
    """Yield a history in which every commit changes one result."""
    for number in range(commits):
        yield _commit("refs/heads/main", number + 1, _results(number, changed=0), (number,) if number else ())


def pull_requests(commits: int) -> Iterator[bytes]:
    """Yield a history with a pull request to every fourth commit: merged, squashed or open."""
    mark = tip = 0
    for number in range(commits):
        files = {"README.md": f"# {number}\n", **({} if number else _results(0))}
        parents = (tip,) if tip else ()
        if number % 4 == 3:
            pull = number // 4 + 1
            value = f"- {{dataset: {{id: cais/hle, task_id: task_0}}, value: {pull}, notes: n{pull}}}\n"
            proposed = {f".eval_results/{pull}.yaml": value}
            mark += 1
            yield _commit(f"refs/pr/{pull}", mark, proposed, (tip,))
            files |= proposed if pull % 3 else {}
            parents = (tip, mark) if pull % 3 == 1 else (tip,)
        mark += 1
        yield _commit("refs/heads/main", mark, files, parents)
        tip = mark


def build(path: Path, stream: Iterator[bytes]) -> None:
    """Write a bare repository at `path`."""
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", path], check=True)
    command = ["git", "-C", path, "fast-import", "--quiet", "--force"]
    subprocess.run(command, input=b"".join(stream), check=True)


def seconds(do: Callable[[], object], rounds: int = 3) -> float:
    """Return the shortest time of some rounds."""
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        do()
        times.append(time.perf_counter() - begun)
    return min(times)


def git_log(path: Path) -> None:
    command = ["git", "-C", path, "log", "-p", "--first-parent", "main", "--", ".eval_results"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def report(commits: int) -> Iterator[str]:
    """Yield how long each history takes, beside git."""
    ways: list[tuple[Write, int]] = [
        (readme_changes, commits),
        (merges, commits),
        (results_change, commits),
        (pull_requests, commits // 10),
    ]
    for write, count in ways:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "model.git")
            build(path, write(count))
            timeline = open_timeline(path, "org/model")
            ours = seconds(lambda at=path: open_timeline(at, "org/model"))
            theirs = seconds(lambda at=path: git_log(at))
        name = write.__name__.replace("_", " ")
        what = f"{count:,} commits, {len(timeline.standings):,} standings, {len(timeline.pulls):,} pull requests"
        yield f"{name}: {ours:.2f} s, `git log -p` {theirs:.2f} s ({what})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--commits", type=int, default=20_000)
    for line in report(parser.parse_args().commits):
        print(line)


if __name__ == "__main__":
    main()
