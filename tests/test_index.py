"""The index answers as the repositories do, whatever became of them, of its file or of other processes."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from gitrepos import HubDir, Repo, entry

from evalhub import Hub, stamps
from evalhub.index import index_file
from evalhub.render.leaderboards import board_object


@pytest.fixture(autouse=True)
def _short_tick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let stamps be kept after 20 ms: Linux's clocks for files move every 10 ms at most."""
    monkeypatch.setattr(stamps, "_FINE_TICK", 20_000_000)


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def settle() -> None:
    """Wait until what was written before is no longer too young to be kept."""
    time.sleep(0.03)


class Reader:
    """Reads a hub with the index in `cache`, one new `Hub` each time."""

    def __init__(self, hub: HubDir, cache: Path) -> None:
        self.root, self.cache, self.notes = hub.root, cache, []
        self.read = 0

    def values(self) -> list[tuple[str, float]]:
        """Return the models and values of the leaderboard; `read` then tells how many repositories were read."""
        hub = Hub(self.root, cache=self.cache, note=self.notes.append)
        rows = hub.leaderboard("cais/hle").rows
        self.read = hub.index.read
        return [(row.model_id, row.value) for row in rows]

    @property
    def file(self) -> Path:
        return index_file(self.cache, self.root)


@pytest.fixture
def reader(hub: HubDir, cache: Path) -> Reader:
    return Reader(hub, cache)


def answers(root: Path, cache: Path | None) -> object:
    """Return everything that evalhub says of a hub."""
    hub = Hub(root, cache=cache)
    boards = []
    for id, benchmark in hub.benchmarks.items():
        for task in benchmark.tasks:
            for options in ({}, {"policy": "trusted", "per": "variant"}, {"policy": "latest", "origin": "community"}):
                board = board_object(hub.leaderboard(id, task=task.id, **options))
                boards.append({**board, "generated_at": None})
    models = [hub.model(id) for id in sorted(hub.models)]
    return hub.repos, sorted(map(str, hub.problems)), boards, models, hub.benchmarks


# --- what is read again ---------------------------------------------------------------------------------------------


def test_nothing_is_read_again_where_nothing_has_changed(hub, reader):
    hub.models({"a/a": 1, "b/b": 2})
    settle()
    first = reader.values()
    assert (reader.values(), reader.read) == (first, 0)


def test_only_the_repository_that_changed_is_read_again(hub, reader):
    hub.models({"a/a": 1, "b/b": 2})
    model = hub.model("c/c", {"hle.yaml": [entry(3)]})
    settle()
    reader.values()
    model.commit({"hle.yaml": [entry(4)]})
    assert (reader.values()[0], reader.read) == (("c/c", 4), 1)


def _new_pull(model: Repo) -> None:
    model.pull(1, {"more.yaml": [entry(9)]})


def _packed_refs(model: Repo) -> None:
    model.pull(1, {"more.yaml": [entry(9)]})
    model.git("pack-refs", "--all", "--prune")


def _update_in_place(model: Repo) -> None:
    tip = model.commit({"hle.yaml": [entry(9)]}, on="other", start=model.tip())
    settle()
    (model.git_dir / "refs/heads/main").write_text(tip + "\n")  # as go-git writes it


def _packed_in_place(model: Repo) -> None:
    tip = model.commit({"hle.yaml": [entry(9)]}, on="other", start=model.tip())
    (model.git_dir / "refs/heads/main").unlink()
    (model.git_dir / "packed-refs").write_text(
        f"# pack-refs with: peeled fully-peeled sorted \n{tip} refs/heads/main\n"
    )


def _other_head(model: Repo) -> None:
    tip = model.commit({"hle.yaml": [entry(9)]}, on="other", start=model.tip())
    model.git("update-ref", "refs/remotes/origin/other", tip)
    model.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/other")


def _forged_time(model: Repo) -> None:
    file = model.git_dir / "refs/heads/main"
    before = file.stat()
    folder = file.parent.stat()
    model.commit({"hle.yaml": [entry(9)]})
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    os.utime(file.parent, ns=(folder.st_atime_ns, folder.st_mtime_ns))


CHANGES = [_new_pull, _packed_refs, _update_in_place, _packed_in_place, _other_head, _forged_time]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__.strip("_"))
@pytest.mark.parametrize("bare", [False, True], ids=["clone", "bare"])
def test_every_way_to_change_a_ref_is_seen(hub, reader, change, bare):
    model = hub.model("a/a", {"hle.yaml": [entry(3)]}, bare=bare)
    settle()
    reader.values()
    reader.values()
    assert reader.read == 0
    change(model)
    assert reader.values()[0] == ("a/a", 9)


def test_a_worktree_is_read_again_when_its_main_repository_changes(hub, tmp_path, reader):
    model = Repo.create(tmp_path / "elsewhere", {"hle.yaml": [entry(3)]})
    (hub.root / "models/a").mkdir(parents=True)
    model.git("worktree", "add", "-q", str(hub.root / "models/a/a"), "-b", "side")
    settle()
    reader.values()
    reader.values()
    assert reader.read == 0
    model.commit({"hle.yaml": [entry(9)]})
    assert reader.values() == [("a/a", 9)]


def test_a_change_within_one_tick_of_the_clock_is_seen(hub, reader):
    model = hub.model("a/a", {"hle.yaml": [entry(0)]}, bare=True)
    for value in range(1, 30):
        model.commit({"hle.yaml": [entry(value)]})
        assert reader.values() == [("a/a", value)]


def test_what_becomes_readable_without_a_change_of_refs_is_read(hub, reader):
    model = hub.model("a/a", {"hle.yaml": [entry(3)]}, bare=True)
    blob = model.lose("HEAD:.eval_results/hle.yaml")
    settle()
    assert (reader.values(), reader.values()) == ([], [])
    (model.git_dir / "objects" / blob[:2]).mkdir(exist_ok=True)
    content = subprocess.run(
        [sys.executable, "-c", "import sys, yaml; print(yaml.safe_dump(eval(sys.argv[1]), sort_keys=False), end='')",
         repr([entry(3)])], capture_output=True, check=True).stdout  # fmt: skip
    assert model.git("hash-object", "-w", "--stdin", stdin=content) == blob
    assert reader.values() == [("a/a", 3)]


def test_a_worktree_with_a_relative_path_is_watched_wherever_one_is(hub, tmp_path, cache, monkeypatch):
    model = Repo.create(hub.root / "elsewhere", {"hle.yaml": [entry(3)]})
    (hub.root / "models/a").mkdir(parents=True)
    model.git("worktree", "add", "-q", "--detach", str(hub.root / "models/a/a"))
    git_file = hub.root / "models/a/a/.git"
    git_file.write_text("gitdir: ../../../elsewhere/.git/worktrees/a\n")
    monkeypatch.chdir(hub.root.parent)
    relative = Path(hub.root.name)
    settle()
    first = Hub(relative, cache=cache).values("cais/hle", "hle")
    model.commit({"hle.yaml": [entry(9)]})
    assert (first, Hub(relative, cache=cache).values("cais/hle", "hle")) == ([3], [9])


def test_a_deeply_nested_branch_is_watched(hub, reader):
    branch = "/".join("abcdefghijklmnopqrstuvwxyz")
    model = Repo.create(hub.root / "models/a/a.git", {"hle.yaml": [entry(3)]}, bare=True, branch=branch)
    settle()
    reader.values()
    model.commit({"hle.yaml": [entry(9)]})
    assert reader.values() == [("a/a", 9)]


def test_a_name_from_an_included_configuration_is_read_anew(hub, cache, tmp_path):
    repo = Repo.create(hub.root / "somewhere", {"hle.yaml": [entry(3)]})
    other = tmp_path / "other"
    repo.git("config", "include.path", str(other))
    for name in ("a/one", "a/two"):
        other.write_text(f'[remote "origin"]\nurl = https://huggingface.co/{name}\n')
        settle()
        assert list(Hub(hub.root, cache=cache).models) == [name]


# --- which repositories there are -----------------------------------------------------------------------------------


def test_new_moved_and_deleted_repositories_are_seen(hub, reader):
    hub.models({"a/a": 1, "b/b": 2})
    settle()
    reader.values()
    hub.models({"a/new": 3})
    assert reader.values() == [("a/new", 3), ("b/b", 2), ("a/a", 1)]
    (hub.root / "models/b/b.git").rename(hub.root / "models/a/moved.git")
    assert reader.values() == [("a/new", 3), ("a/moved", 2), ("a/a", 1)]
    shutil.rmtree(hub.root / "models/a")
    assert reader.values() == []


def test_a_git_directory_that_becomes_a_link_is_no_repository(hub, reader, tmp_path):
    hub.model("a/a", {"hle.yaml": [entry(3)]})
    settle()
    assert reader.values() == [("a/a", 3)]
    git_dir = hub.root / "models/a/a/.git"
    git_dir.rename(tmp_path / "moved")
    git_dir.symlink_to(tmp_path / "moved")
    assert reader.values() == []


def test_a_hub_that_is_reached_by_a_link_has_names_of_its_own(hub, cache):
    Repo.create(hub.root / "model", {"hle.yaml": [entry(3)]})
    link = hub.root.parent / "link"
    link.symlink_to(hub.root)
    for root in (hub.root, link, hub.root):
        assert list(Hub(root, cache=cache).models) == [f"{root.name}/model"]


def test_a_hub_whose_name_is_no_text(hub, cache):
    root = Path(os.fsdecode(os.fsencode(hub.root) + b"\xff"))
    hub.root.rename(root)
    HubDir(root).models({"a/a": 1})
    for _ in range(2):
        assert [row.value for row in Hub(root, cache=cache).leaderboard("cais/hle").rows] == [1]


def test_another_repository_at_the_same_path_is_seen(hub, reader):
    hub.models({"a/a": 1})
    settle()
    reader.values()
    shutil.rmtree(hub.root / "models/a/a.git")
    hub.models({"a/a": 5})
    assert reader.values() == [("a/a", 5)]


def test_a_folder_that_becomes_a_repository_hides_those_in_it(hub, reader):
    hub.models({"a/a": 1})
    settle()
    reader.values()
    Repo.create(hub.root / "other", {"hle.yaml": [entry(7)]})
    shutil.move(hub.root / "other/.git", hub.root / "models/.git")
    assert [value for _, value in reader.values()] == [7]


def test_a_double_counts_when_the_first_is_gone(hub, reader):
    hub.models({"a/a": 1})
    Repo.create(hub.root / "zz/models/a/a", {"hle.yaml": [entry(2)]})
    settle()
    assert reader.values() == [("a/a", 1)]
    shutil.rmtree(hub.root / "models/a/a.git")
    assert reader.values() == [("a/a", 2)]
    hub.models({"a/a": 1})
    assert reader.values() == [("a/a", 1)]


def test_two_hubs_at_one_path_are_not_taken_for_one_another(hub, reader):
    hub.models({"a/a": 1})
    settle()
    reader.values()
    hub.root.rename(hub.root.with_name("old"))
    other = HubDir(hub.root)
    other.dataset()
    other.models({"a/a": 2})
    assert reader.values() == [("a/a", 2)]


def test_names_that_are_no_text_are_kept(hub, reader):
    hub.models({"a/a": 1})
    name = os.fsencode(hub.root) + b"/models/a/b\xff"
    shutil.copytree(os.fsencode(hub.root) + b"/models/a/a.git", name)
    settle()
    first = reader.values()
    assert (reader.values(), reader.read) == (first, 0)
    assert [model for model, _ in first] == ["a/a", "a/b\udcff"]


# --- a file that can't be used --------------------------------------------------------------------------------------


@pytest.fixture
def kept(hub, reader) -> Reader:
    """A reader of one model, whose index is there."""
    hub.models({"a/a": 1})
    settle()
    reader.values()
    return reader


def _empty(file: Path) -> None:
    file.write_bytes(b"")


def _rubbish(file: Path) -> None:
    file.write_bytes(b"rubbish" * 1000)


def _truncated(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


def _half_of_its_pages_zero(file: Path) -> None:
    size = file.stat().st_size
    with file.open("r+b") as stream:
        stream.seek(size // 2)
        stream.write(bytes(size - size // 2))


def _other_tables(file: Path) -> None:
    with sqlite3.connect(file) as connection:
        connection.execute("DROP TABLE result")
    connection.close()


def _values_of_other_types(file: Path) -> None:
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE result SET rest = 'no JSON'")
    connection.close()


def _other_version(file: Path) -> None:
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE meta SET value = '0.0.0' WHERE key = 'version'")
        connection.execute("UPDATE result SET value = 99")
    connection.close()


def _other_database(file: Path) -> None:
    file.unlink()
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE meta (something)")
    connection.close()


DAMAGES = [_empty, _rubbish, _truncated, _half_of_its_pages_zero, _other_tables, _values_of_other_types, _other_version]


@pytest.mark.parametrize("damage", [*DAMAGES, _other_database], ids=lambda damage: damage.__name__.strip("_"))
def test_a_damaged_index_is_made_anew(kept, damage):
    damage(kept.file)
    assert kept.values() == [("a/a", 1)]
    assert (kept.values(), kept.read) == ([("a/a", 1)], 0)


@pytest.mark.parametrize("damage", [_rubbish, _truncated, _other_version])
def test_it_is_said_that_a_damaged_index_is_made_anew(kept, damage):
    damage(kept.file)
    kept.values()
    assert ["made anew" in note for note in kept.notes] == [True]


def test_a_locked_index_is_done_without(kept, monkeypatch, hub):
    monkeypatch.setattr("evalhub.store._WAIT", 0.05)
    hub.models({"b/b": 2})
    other = sqlite3.connect(kept.file, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    assert kept.values() == [("b/b", 2), ("a/a", 1)]
    assert ["locked" in note for note in kept.notes] == [True]
    other.close()
    assert (kept.values(), len(kept.notes)) == ([("b/b", 2), ("a/a", 1)], 1)


def test_an_index_that_can_be_read_only_saves_what_it_can(kept, hub, monkeypatch):
    monkeypatch.setattr("evalhub.store._WAIT", 0.05)
    hub.models({"b/b": 2})
    other = sqlite3.connect(kept.file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")  # others can read, and not write
    assert (kept.values(), kept.read) == ([("b/b", 2), ("a/a", 1)], 1)
    other.close()


def test_a_full_disk_is_no_reason_to_fail(kept, hub, monkeypatch):
    hub.models({f"b/{number}": number for number in range(2, 60)})
    with sqlite3.connect(kept.file) as connection:
        ((pages,),) = connection.execute("PRAGMA page_count").fetchall()
    connection.close()
    prepare = "evalhub.store.Store._prepare"
    from evalhub.store import Store

    original = Store._prepare

    def prepare_full(self: Store) -> None:
        original(self)
        if self.file:
            self.change(f"PRAGMA max_page_count = {pages}")  # SQLite's own way to a disk that is full

    monkeypatch.setattr(prepare, prepare_full)
    assert len(kept.values()) == 59
    assert ["full" in note for note in kept.notes] == [True]


def test_a_cache_that_is_no_directory_is_done_without(hub, tmp_path):
    hub.models({"a/a": 1})
    (tmp_path / "file").touch()
    reader = Reader(hub, tmp_path / "file" / "cache")
    assert reader.values() == [("a/a", 1)]
    assert len(reader.notes) == 1


def test_a_broken_index_that_is_locked_is_done_without(kept, hub, monkeypatch):
    monkeypatch.setattr("evalhub.store._WAIT", 0.05)
    _values_of_other_types(kept.file)
    hub.models({"b/b": 2})
    other = sqlite3.connect(kept.file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert kept.values() == [("b/b", 2), ("a/a", 1)]
    other.close()


def test_another_version_that_takes_the_file_meanwhile_changes_no_answer(kept):
    hub = Hub(kept.root, cache=kept.cache, note=kept.notes.append)
    assert len(hub.leaderboard("cais/hle").rows) == 1
    with sqlite3.connect(kept.file) as other:
        other.execute("DELETE FROM result")
        other.execute("UPDATE meta SET value = '999' WHERE key = 'version'")
    other.close()
    assert len(hub.leaderboard("cais/hle", policy="latest").rows) == 1
    assert ["something else" in note for note in kept.notes] == [True]


def test_a_history_that_another_process_takes_away_is_read_again(kept):
    hub = Hub(kept.root, cache=kept.cache)
    hub.leaderboard("cais/hle", as_of="now")
    with sqlite3.connect(kept.file) as other:
        other.execute("DELETE FROM standing")
        other.execute("UPDATE repo SET timeline = 0 WHERE NOT is_dataset")
    other.close()
    assert [row.value for row in hub.leaderboard("cais/hle", as_of="now").rows] == [1]


def test_status_reads_what_a_killed_process_has_left(kept, cli, monkeypatch):
    monkeypatch.setenv("EVALHUB_CACHE", str(kept.cache))
    script = (
        "import os, sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None); "
        "c.execute('PRAGMA cache_size = 1'); c.execute('BEGIN IMMEDIATE'); "
        "c.execute('DELETE FROM result'); c.execute('DELETE FROM repo'); "
        "c.executemany('INSERT INTO blob VALUES (NULL, ?, ?)', [(os.urandom(20), 'x' * 500) for _ in range(999)]); "
        "os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", script, str(kept.file)], check=False)
    assert Path(f"{kept.file}-journal").exists()
    told = cli("index", "--status", "--format", "json", "--hub", kept.root)
    assert (told.status, json.loads(told.stdout)["results"]) == (0, 1)


# --- other processes ------------------------------------------------------------------------------------------------

_BUILD = """
import sys
from evalhub import Hub
print(len(Hub(sys.argv[1], cache=sys.argv[2], note=print).leaderboard("cais/hle").rows), flush=True)
"""


def _process(root: Path, cache: Path) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", _BUILD, str(root), str(cache)], stdout=subprocess.PIPE, text=True)


def _many(hub: HubDir, count: int) -> None:
    """Make many models, by copying one: a repository doesn't know its name."""
    hub.models({"org/0": 1})
    for number in range(1, count):
        shutil.copytree(hub.root / "models/org/0.git", hub.root / f"models/org/{number}.git")


def test_processes_that_build_at_once_all_answer_right(hub, cache):
    _many(hub, 150)
    for _ in range(3):
        shutil.rmtree(cache, ignore_errors=True)
        running = [_process(hub.root, cache) for _ in range(3)]
        assert [process.communicate()[0] for process in running] == ["150\n"] * 3
    settle()
    assert answers(hub.root, cache) == answers(hub.root, None)


def test_a_kill_at_any_moment_leaves_a_usable_index(hub, cache):
    _many(hub, 300)
    for delay in range(12):
        process = _process(hub.root, cache)
        time.sleep(0.15 + delay * 0.04)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    done = _process(hub.root, cache)
    assert done.communicate()[0] == "300\n"
    assert answers(hub.root, cache) == answers(hub.root, None)


def test_what_was_read_before_an_interrupt_is_not_read_again(hub, cache, monkeypatch):
    _many(hub, 150)
    monkeypatch.setattr("evalhub.workers.cores", lambda: 1)
    settle()

    def stop(done: int, total: int) -> None:
        if done >= total // 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Hub(hub.root, cache=cache, progress=stop).leaderboard("cais/hle")
    again = Hub(hub.root, cache=cache)
    assert len(again.leaderboard("cais/hle").rows) == 150
    assert 0 < again.index.read < 100


def test_a_hub_that_was_interrupted_does_not_answer_from_what_it_has(hub):
    _many(hub, 120)
    calls = iter([True])

    def stop(done: int, total: int) -> None:
        if next(calls, False):
            raise KeyboardInterrupt

    interrupted = Hub(hub.root, progress=stop)
    with pytest.raises(KeyboardInterrupt):
        interrupted.leaderboard("cais/hle")
    assert len(interrupted.leaderboard("cais/hle").rows) == 120


def test_threads_may_ask_one_hub(hub, cache):
    _many(hub, 20)
    shared = Hub(hub.root, cache=cache)
    with ThreadPoolExecutor(4) as pool:
        counts = list(pool.map(lambda _: len(shared.leaderboard("cais/hle").rows), range(8)))
    assert counts == [20] * 8


def test_an_index_of_another_user_is_not_trusted(kept, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: os.lstat(kept.file).st_uid + 1)
    assert kept.values() == [("a/a", 1)]
    assert ["another user" in note for note in kept.notes] == [True]


def test_a_slower_process_does_not_undo_what_a_faster_one_has_read(hub, cache):
    model = hub.model("a/a", {"hle.yaml": [entry(1)]}, bare=True)
    settle()
    slow = Hub(hub.root, cache=cache)
    seen = []

    def meanwhile(_done: int, _total: int) -> None:
        if not seen:
            model.commit({"hle.yaml": [entry(2)]})
            settle()
            seen.append([row.value for row in Hub(hub.root, cache=cache).leaderboard("cais/hle").rows])

    slow.index._progress = meanwhile
    slow.leaderboard("cais/hle")
    assert seen == [[2]]
    assert [row.value for row in Hub(hub.root, cache=cache).leaderboard("cais/hle").rows] == [2]


def test_an_index_made_while_the_clock_was_wrong_is_brought_up_to_date(hub, reader, monkeypatch):
    model = hub.model("a/a", {"hle.yaml": [entry(1)]}, bare=True)
    hub.models({"b/b": 5})
    now = time.time_ns
    with monkeypatch.context() as patch:
        patch.setattr("time.time_ns", lambda: now() + 10**18)
        reader.values()
    model.commit({"hle.yaml": [entry(9)]})
    shutil.rmtree(hub.root / "models/b")
    assert reader.values() == [("a/a", 9)]


# --- the command ----------------------------------------------------------------------------------------------------


def test_index_builds_tells_and_clears(hub, cli, cache, monkeypatch):
    monkeypatch.setenv("EVALHUB_CACHE", str(cache))
    hub.models({"a/a": 1, "b/b": 2})
    settle()
    assert cli("index", "--status", "--hub", hub.root).status == 1
    assert "3 repositories, 2 results; 3 read anew" in cli("index", "--hub", hub.root).stdout
    hub.models({"c/c": 3})
    told = json.loads(cli("index", "--status", "--format", "json", "--hub", hub.root).stdout)
    assert {key: told[key] for key in ("repositories", "models", "datasets", "results", "changed")} == {
        "repositories": 3,
        "models": 2,
        "datasets": 1,
        "results": 2,
        "changed": 1,
    }
    assert told["size"] == Path(told["file"]).stat().st_size
    assert cli("index", "--clear", "--hub", hub.root).status == 0
    assert list(cache.iterdir()) == []


def test_status_changes_nothing(kept, cli, monkeypatch):
    monkeypatch.setenv("EVALHUB_CACHE", str(kept.cache))
    before = kept.file.read_bytes()
    cli("index", "--status", "--hub", kept.root)
    assert kept.file.read_bytes() == before
    assert [path.name for path in kept.cache.iterdir()] == [kept.file.name]


def test_no_cache_writes_nothing(hub, cli, cache, monkeypatch):
    monkeypatch.setenv("EVALHUB_CACHE", str(cache))
    hub.models({"a/a": 1})
    for arguments in (("leaderboard", "hle"), ("model", "a"), ("benchmarks",)):
        assert cli(*arguments, "--no-cache", "--hub", hub.root).status == 0
        assert cli("--no-cache", *arguments, "--hub", hub.root).status == 0
    assert not cache.exists()


def test_a_cache_that_cannot_be_written_is_an_error_only_of_index(hub, cli, tmp_path, monkeypatch):
    hub.models({"a/a": 1})
    (tmp_path / "file").touch()
    monkeypatch.setenv("EVALHUB_CACHE", str(tmp_path / "file"))
    shown = cli("leaderboard", "hle", "--hub", hub.root)
    assert (shown.status, "note: the index" in shown.stderr) == (0, True)
    assert cli("index", "--hub", hub.root).status == 1
