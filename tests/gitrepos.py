"""Real git repositories for tests, made with the git command, the same to the commit ids every time.

    hub = HubDir(tmp_path / "hub")                             # the fixture `hub` has cais/hle in it already
    hub.dataset("cais/hle", tasks=("hle",))                    # datasets/cais/hle with a valid eval.yaml
    hub.registry({"dataset": "cais/hle", "scale": "percent"})  # evalhub.yaml at the hub's root
    model = hub.model("org/name", {"hle.yaml": [entry(41.2)]}, bare=True)  # models/org/name.git
    model.commit({"hle.yaml": [entry(42.0)]}, author="Grace")  # on the default branch
    model.pull(3, {"more.yaml": [entry(43.0)]}, host="github")  # refs/pull/3/head, from the default branch's tip
    model.merge("refs/pull/3/head")                            # with a merge commit
    hub.read().leaderboard("hle")                              # an `evalhub.Hub`
    hub.ranking()                                              # [(1, "org/name", 43.0)]

Files are a mapping from name to content: text, bytes, a list of entries (written as YAML), `Link`, `Submodule`, or None
to delete. A name without a slash lies in `.eval_results/`; write `./README.md` for the top of the repository, and
`folder/file` for anything else. A commit changes what it names and keeps the rest. Each commit of a repository is one
hour later than the one before, from 2026-01-01T00:00:00Z on, unless it says `time=`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from evalhub import Hub, Leaderboard

FIRST_TIME = 1_767_225_600  # 2026-01-01T00:00:00Z
ZERO = "0" * 40
IDENTITY = {
    "GIT_AUTHOR_NAME": "Ada Lovelace",
    "GIT_AUTHOR_EMAIL": "ada@example.org",
    "GIT_AUTHOR_DATE": f"{FIRST_TIME} +0000",
    "GIT_COMMITTER_NAME": "Ada Lovelace",
    "GIT_COMMITTER_EMAIL": "ada@example.org",
    "GIT_COMMITTER_DATE": f"{FIRST_TIME} +0000",
}
# Where each host keeps a pull request's ref, and where clones keep it.
SERVER_REFS = {"hf": "refs/pr/{}", "github": "refs/pull/{}/head", "gitlab": "refs/merge-requests/{}/head"}
CLONE_REFS = {
    "hf": "refs/remotes/origin/pr/{}",
    "github": "refs/remotes/origin/pull/{}",
    "gitlab": "refs/remotes/origin/merge-requests/{}",
}


@dataclass(frozen=True)
class Link:
    """A symbolic link to `target`."""

    target: str


@dataclass(frozen=True)
class Submodule:
    """A submodule at `commit`."""

    commit: str = "1" * 40


Entry = dict[str, Any]
Content = str | bytes | Sequence[Entry] | Link | Submodule | None
Files = Mapping[str, Content]


def entry(value: object, dataset: str = "cais/hle", task: str = "hle", **fields: object) -> Entry:
    """Return an entry of a result file; `fields` are its other keys."""
    return {"dataset": {"id": dataset, "task_id": task}, "value": value, **fields}


def spec(name: str, tasks: Iterable[str], framework: str = "harbor") -> str:
    """Return a valid `eval.yaml`."""
    data = {"name": name, "description": f"What {name} measures.", "evaluation_framework": framework}
    return _yaml({**data, "tasks": [{"id": task} for task in tasks]})


def git(directory: Path, *arguments: str, stdin: bytes | None = None, **environment: str) -> str:
    """Run git as Ada in `directory`; return what it prints."""
    done = subprocess.run(
        ["git", "-C", str(directory), "-c", "core.fsync=none", *arguments],
        input=stdin,
        capture_output=True,
        env={**os.environ, **IDENTITY, **environment},
    )
    if done.returncode:
        raise AssertionError(f"git {' '.join(arguments)}: {done.stderr.decode(errors='replace')}")
    return done.stdout.decode(errors="surrogateescape").rstrip("\n")


@dataclass
class Repo:
    """A git repository at `path`; its default branch is `branch`."""

    path: Path
    bare: bool = False
    branch: str = "main"
    _tips: dict[str, str] = field(default_factory=dict)
    _commits: int = 0

    @classmethod
    def create(cls, path: Path, files: Files | None = None, *, bare: bool = False, branch: str = "main") -> Repo:
        """Make a repository with one commit that has `files`; without a commit where there are none."""
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(_template(bare, branch), path)
        made = cls(path, bare, branch)
        if files is not None:
            made.commit(files)
        return made

    @property
    def git_dir(self) -> Path:
        return self.path if self.bare else self.path / ".git"

    def git(self, *arguments: str, stdin: bytes | None = None, **environment: str) -> str:
        """Run git in the repository; return what it prints."""
        return git(self.path, *arguments, stdin=stdin, **environment)

    def commit(
        self,
        files: Files | None = None,
        *,
        on: str = "",
        start: str | None = None,
        also: Sequence[str] = (),
        author: str | bytes = "Ada Lovelace",
        time: str | None = None,
        message: str = "Change",
    ) -> str:
        """Commit `files` on the branch or ref `on` (default: the default branch) and return the commit's id.

        A new ref begins at `start` (default: without a parent); `also` are further parents, as a merge has them.
        The working tree follows where the branch is the one checked out.
        """
        ref = _full(on or self.branch)
        when = self._time(time)
        parent = self._tips.get(ref) or start
        stream = _commit_stream(ref, files or {}, author, when, message, parent, also) + b"get-mark :1\n"
        commit = self.git("fast-import", "--quiet", "--force", stdin=stream)
        self._tips[ref] = commit
        self._follow(ref)
        return commit

    def history(self, commits: Iterable[Files], *, on: str = "") -> None:
        """Commit each of `commits` in turn, with one git process; the working tree stays as it is."""
        ref = _full(on or self.branch)
        parent = self._tips.get(ref)
        stream = []
        for files in commits:
            stream.append(_commit_stream(ref, files, "Ada Lovelace", self._time(None), "Change", parent, ()))
            parent = ":1"
        self._tips[ref] = self.git("fast-import", "--quiet", stdin=b"".join([*stream, b"get-mark :1\n"]))

    def pull(
        self,
        number: int,
        files: Files,
        *,
        host: str = "hf",
        ref: str | None = None,
        start: str | None = None,
        author: str = "Grace Hopper",
        time: str | None = None,
    ) -> str:
        """Propose `files` in pull request `number` and return its ref: as `host` names it, or `ref`.

        It begins at `start` (default: the default branch's tip), or goes on where it is already there.
        """
        name = ref or SERVER_REFS[host].format(number)
        start = start or self._tips.get(_full(self.branch))
        self.commit(files, on=name, start=start, author=author, time=time, message=f"Pull request {number}")
        return name

    def merge(self, ref: str, *, author: str = "Ada Lovelace") -> str:
        """Merge `ref` into the default branch with a merge commit, and return its id."""
        ours, theirs = self.tip(self.branch), self.tip(ref)
        tree = self.git("merge-tree", "--write-tree", ours, theirs)
        date = {"GIT_AUTHOR_NAME": author, "GIT_COMMITTER_DATE": self._time(None)}
        commit = self.git("commit-tree", tree, "-p", ours, "-p", theirs, "-m", f"Merge {ref}", **date)
        self.set(self.branch, commit)
        return commit

    def set(self, ref: str, commit: str) -> None:
        """Make `ref` point to `commit`."""
        self.git("update-ref", _full(ref), commit)
        self._tips[_full(ref)] = commit
        self._follow(_full(ref))

    def tip(self, ref: str = "") -> str:
        """Return the id of what `ref` (default: the default branch) points to."""
        name = _full(ref or self.branch)
        return self._tips.get(name) or self.git("rev-parse", name)

    def clone(self, path: Path, *arguments: str) -> Repo:
        """Clone the repository to `path`, as over a network."""
        path.parent.mkdir(parents=True, exist_ok=True)
        git(path.parent, "clone", "-q", *arguments, f"file://{self.path}", str(path))
        return Repo(path, "--bare" in arguments or "--mirror" in arguments, self.branch)

    def lose(self, revision: str, *, corrupt: bool = False) -> str:
        """Delete the object `revision` (or write rubbish over it), as a broken disk does; return its id."""
        self.git("repack", "-q", "-d", "-a")
        for pack in (self.git_dir / "objects/pack").glob("*.pack"):
            content = pack.read_bytes()
            for file in self.git_dir.glob(f"objects/pack/{pack.stem}.*"):
                file.unlink()
            self.git("unpack-objects", "-q", stdin=content)
        name = self.git("rev-parse", revision)
        file = self.git_dir / "objects" / name[:2] / name[2:]
        file.chmod(0o644)
        if corrupt:
            file.write_bytes(b"rubbish")
        else:
            file.unlink()
        return name

    def _follow(self, ref: str) -> None:
        if not self.bare and (self.git_dir / "HEAD").read_bytes().strip() == b"ref: " + os.fsencode(ref):
            self.git("reset", "-q", "--hard")

    def _time(self, time: str | None) -> str:
        self._commits += 1
        if time is None:
            return f"{FIRST_TIME + 3600 * (self._commits - 1)} +0000"
        moment = datetime.fromisoformat(time)
        return f"{int(moment.timestamp())} {moment:%z}"


@dataclass
class HubDir:
    """A directory to put repositories in."""

    root: Path

    def __post_init__(self) -> None:
        self.root.mkdir(parents=True, exist_ok=True)

    def dataset(
        self,
        id: str = "cais/hle",
        *,
        name: str = "Humanity's Last Exam",
        tasks: Sequence[str] = ("hle",),
        framework: str = "harbor",
        text: str | None = None,
        bare: bool = False,
    ) -> Repo:
        """Make the dataset repo `id`; its `eval.yaml` is `text`, or a valid one."""
        eval_yaml = spec(name, tasks, framework) if text is None else text
        return Repo.create(self._path("datasets", id, bare), {"./eval.yaml": eval_yaml}, bare=bare)

    def model(self, id: str = "org/model", files: Files | None = None, *, bare: bool = False) -> Repo:
        """Make the model repo `id` with one commit; it has a README where `files` are not given."""
        return Repo.create(self._path("models", id, bare), files or {"./README.md": "# A model\n"}, bare=bare)

    def models(self, values: Mapping[str, float], dataset: str = "cais/hle", task: str = "hle") -> None:
        """Make one model repo for each id, with one result."""
        for id, value in values.items():
            self.model(id, {"hle.yaml": [entry(value, dataset, task)]}, bare=True)

    def registry(self, *benchmarks: dict[str, Any]) -> None:
        """Write `evalhub.yaml` with these official benchmarks."""
        (self.root / "evalhub.yaml").write_text(_yaml({"benchmarks": list(benchmarks)}), encoding="utf-8")

    def read(self) -> Hub:
        """Return a `Hub` that sees what is there now."""
        return Hub(self.root)

    def board(self, benchmark: str = "cais/hle", **options: Any) -> Leaderboard:
        """Return a leaderboard of what is there now."""
        return self.read().leaderboard(benchmark, **options)

    def ranking(self, benchmark: str = "cais/hle", **options: Any) -> list[tuple[int, str, float]]:
        """Return the rank, model and value of each row."""
        return [(row.rank, row.model_id, row.value) for row in self.board(benchmark, **options).rows]

    def values(self, model: str = "org/model") -> list[tuple[str, float]]:
        """Return what evalhub reads of one model: where each result stands, by short name, and its value, sorted.

        `author` for the default branch, `#N` for a pull request, else the branch's name.
        """
        found = []
        for placed in self.read().models[model].results:
            place = placed.place
            number = place.pull_request
            label = f"#{number}" if number else place.ref.removeprefix("refs/heads/")
            found.append(("author" if place.origin == "author" else label, placed.result.value))
        return sorted(found)

    def codes(self) -> list[str]:
        """Return the codes of what can't be read or doesn't count."""
        return sorted(problem.code for problem in self.read().problems)

    def _path(self, folder: str, id: str, bare: bool) -> Path:
        return self.root / folder / (id + ".git" if bare else id)


@cache
def _template(bare: bool, branch: str) -> Path:
    """Return an empty repository to copy, which is quicker than to make one each time."""
    path = Path(tempfile.mkdtemp(prefix="evalhub-tests-")) / "empty"
    git(path.parent, "init", "-q", "--template=", "-b", branch, *(["--bare"] if bare else []), str(path))
    _TEMPLATES.append(path.parent)
    return path


_TEMPLATES: list[Path] = []


def remove_templates() -> None:
    """Delete what `_template` made."""
    for path in _TEMPLATES:
        shutil.rmtree(path, ignore_errors=True)
    _TEMPLATES.clear()
    _template.cache_clear()


def _commit_stream(
    ref: str,
    files: Files,
    author: str | bytes,
    when: str,
    message: str,
    parent: str | None,
    also: Sequence[str],
) -> bytes:
    who = (author.encode() if isinstance(author, str) else author) + f" <ada@example.org> {when}\n".encode()
    lines = [b"commit " + os.fsencode(ref) + b"\nmark :1\nauthor ", who, b"committer ", who, _data(message.encode())]
    lines += [f"from {parent}\n".encode()] if parent else []
    lines += [f"merge {other}\n".encode() for other in also]
    for name, content in files.items():
        path = _quoted(name.removeprefix("./") if "/" in name else f".eval_results/{name}")
        if content is None:
            lines.append(b"D " + path + b"\n")
        elif isinstance(content, Submodule):
            lines.append(b"M 160000 " + content.commit.encode() + b" " + path + b"\n")
        elif isinstance(content, Link):
            lines += [b"M 120000 inline " + path + b"\n", _data(content.target.encode())]
        else:
            text = content if isinstance(content, str | bytes) else _yaml(list(content))
            lines += [b"M 100644 inline " + path + b"\n", _data(text.encode() if isinstance(text, str) else text)]
    return b"".join(lines) + b"\n"


def _data(content: bytes) -> bytes:
    return b"data %d\n%s\n" % (len(content), content)


def _quoted(path: str) -> bytes:
    return b'"' + b"".join(b"\\%03o" % byte for byte in os.fsencode(path)) + b'"'


def _full(ref: str) -> str:
    return ref if ref.startswith("refs/") or ref == "HEAD" else f"refs/heads/{ref}"


def _yaml(data: object) -> str:
    return yaml.dump(data, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True)
