"""Whatever happens to a hub, in whatever order, the index answers as reading everything does."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import pytest
from gitrepos import HubDir, Repo, entry
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from test_index import answers

from evalhub import Hub, stamps
from evalhub.index import index_file

MODELS = st.sampled_from(["a/one", "a/two", "b/one"])
VALUES = st.sampled_from([1, 2.5, 0.41, 10**30, -0.0, "wrong"])
TASKS = st.sampled_from([("cais/hle", "hle"), ("cais/hle", "gone"), ("cais/HLE", "hle"), ("other/set", "x")])
NOTES = st.sampled_from([{}, {"notes": "With tools"}, {"notes": "é\u2028"}])
ENTRIES = st.builds(lambda value, task, notes: entry(value, *task, **notes), VALUES, TASKS, NOTES)
FILES = st.dictionaries(
    st.sampled_from(["hle.yaml", "more.yaml", "wrong.yml"]),
    st.lists(ENTRIES, max_size=3) | st.sampled_from([None, "- [", b"\xff"]),
    min_size=1,
    max_size=2,
)
PULLS = st.integers(1, 3)
HOSTS = st.sampled_from(["hf", "github", "gitlab"])


class ChangingHub(RuleBasedStateMachine):
    """A hub that people work in, and its index."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="evalhub-states-"))
        self.cache = self.folder / "cache"
        self.hub = HubDir(self.folder / "hub")
        self.hub.dataset()
        self.repos: dict[str, Repo] = {}
        self.checked = False

    def teardown(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    @rule(id=MODELS, files=FILES, bare=st.booleans())
    def commit(self, id: str, files: dict[str, object], bare: bool) -> None:
        if id in self.repos:
            self.repos[id].commit(files)
        else:
            self.repos[id] = self.hub.model(id, {"./README.md": "# A model\n"}, bare=bare)
            self.repos[id].commit(files)

    @precondition(lambda self: self.repos)
    @rule(data=st.data(), number=PULLS, files=FILES, host=HOSTS)
    def propose(self, data: st.DataObject, number: int, files: dict[str, object], host: str) -> None:
        self.repos[data.draw(st.sampled_from(sorted(self.repos)))].pull(number, files, host=host)

    @precondition(lambda self: self.repos)
    @rule(data=st.data(), pack=st.booleans())
    def tidy(self, data: st.DataObject, pack: bool) -> None:
        repo = self.repos[data.draw(st.sampled_from(sorted(self.repos)))]
        repo.git(*(("pack-refs", "--all") if pack else ("gc", "-q")))

    @precondition(lambda self: self.repos)
    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        shutil.rmtree(self.repos.pop(data.draw(st.sampled_from(sorted(self.repos)))).path)

    @precondition(lambda self: self.repos)
    @rule(data=st.data())
    def copy(self, data: st.DataObject) -> None:
        repo = self.repos[data.draw(st.sampled_from(sorted(self.repos)))]
        target = self.hub.root / "zz" / repo.path.relative_to(self.hub.root)
        if not target.exists():
            shutil.copytree(repo.path, target)

    @precondition(lambda self: (self.hub.root / "zz").exists())
    @rule()
    def remove_copies(self) -> None:
        shutil.rmtree(self.hub.root / "zz")

    @rule(tasks=st.sampled_from([("hle",), ("hle", "gone"), ()]))
    def change_the_benchmark(self, tasks: tuple[str, ...]) -> None:
        shutil.rmtree(self.hub.root / "datasets", ignore_errors=True)
        if tasks:
            self.hub.dataset(tasks=tasks)

    @rule(direction=st.sampled_from(["higher", "lower"]))
    def change_the_registry(self, direction: str) -> None:
        self.hub.registry({"dataset": "cais/hle", "direction": direction, "scale": "percent"})

    @precondition(lambda self: self.cache.exists())
    @rule(how=st.sampled_from(["gone", "empty", "short", "old"]))
    def damage(self, how: str) -> None:
        file = index_file(self.cache, self.hub.root)
        if how == "gone":
            file.unlink()
        elif how == "empty":
            file.write_bytes(b"")
        elif how == "short":
            file.write_bytes(file.read_bytes()[: file.stat().st_size * 2 // 3])
        else:
            with sqlite3.connect(file) as connection:
                connection.execute("UPDATE meta SET value = '0' WHERE key = 'format'")
            connection.close()

    @rule()
    def settle(self) -> None:
        time.sleep(0.025)

    @invariant()
    def the_index_answers_as_the_repositories_do(self) -> None:
        assert answers(self.hub.root, self.cache) == answers(self.hub.root, None)

    @invariant()
    def what_stands_now_is_what_stood_just_now(self) -> None:
        hub = Hub(self.hub.root, cache=self.cache)
        for id in hub.benchmarks:
            now, then = hub.leaderboard(id), hub.leaderboard(id, as_of="now")
            assert [replace(row, warnings=()) for row in then.rows] == [replace(row, warnings=()) for row in now.rows]

    @rule()
    def use_it_twice(self) -> None:
        list(Hub(self.hub.root, cache=self.cache).repos)


@pytest.fixture(autouse=True)
def _short_tick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stamps, "_FINE_TICK", 20_000_000)


class TestChangingHub(ChangingHub.TestCase):
    settings = settings(max_examples=12, stateful_step_count=12, deadline=None)
