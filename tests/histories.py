"""Random histories of a model repository, for tests that compare evalhub with plain git.

A history is a list of steps (`STEPS` makes them), written with one `git fast-import`: commits on the default branch and
in pull requests, merges of all kinds, with times in any order.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from gitrepos import FIRST_TIME, Repo
from hypothesis import strategies as st

_ENTRY = "- {{dataset: {{id: cais/hle, task_id: hle}}, value: {}{}}}\n"
_ONE, _TWO, _OTHER = _ENTRY.format(1, ""), _ENTRY.format(2, ""), _ENTRY.format(1, ", notes: other")
_SOURCED = _ENTRY.format(1, ", source: {url: 'https://example.org'}")
CONTENTS: tuple[str | None, ...] = (_ONE, _TWO, _OTHER, _SOURCED, _ONE + _OTHER, _ONE + _TWO, _ONE + _ONE, "][", None)
FILES = (".eval_results/a.yaml", ".eval_results/a.yaml", ".eval_results/b.yaml", "README.md")
HOUR = 3600

_change = st.tuples(st.sampled_from(FILES), st.sampled_from(CONTENTS))
_time = st.integers(0, 12)
_pull = st.integers(1, 3)
_proposal = st.tuples(st.just("pull"), _pull, _change, _time)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("main"), _change, _time),
        _proposal,
        _proposal,
        st.tuples(st.just("rename"), _time),
        st.tuples(st.just("stack"), _pull, _pull),
        st.tuples(st.sampled_from(["merge", "squash", "update"]), _pull, _time),
        st.tuples(st.just("forward"), _pull),
    ),
    min_size=6,
    max_size=20,
)
Tree = dict[str, str]


@dataclass
class _Writer:
    stream: list[bytes] = field(default_factory=list)
    trees: list[Tree] = field(default_factory=lambda: [{}])
    refs: dict[str, int] = field(default_factory=dict)

    def commit(self, ref: str, tree: Tree, time: int, parents: list[int], message: str = "x") -> None:
        mark = len(self.trees)
        who = f"Ada <a@b> {FIRST_TIME + HOUR * time} +0000"
        lines = [f"commit {ref}", f"mark :{mark}", f"committer {who}", f"data {len(message)}", message]
        lines += [f"{word} :{parent}" for word, parent in zip(("from", "merge"), parents, strict=False)]
        lines.append("deleteall")
        for path, text in tree.items():
            lines += [f"M 100644 inline {path}", f"data {len(text)}", text]
        self.stream.append(("\n".join(lines) + "\n").encode())
        self.trees.append(tree)
        self.refs[ref] = mark

    def tree(self, ref: str) -> Tree:
        return dict(self.trees[self.refs.get(ref, 0)])


def _changed(tree: Tree, path: str, content: str | None) -> Tree:
    kept = {name: text for name, text in tree.items() if name != path}
    return kept if content is None else {**kept, path: content}


def _renamed(tree: Tree) -> Tree:
    names = {FILES[0]: FILES[2], FILES[2]: FILES[0]}
    return {names.get(path, path): text for path, text in tree.items()}


def _write(writer: _Writer, step: tuple) -> None:  # type: ignore[type-arg]
    kind, *rest = step
    main = "refs/heads/main"
    if kind in ("main", "rename"):
        tree = _changed(writer.tree(main), *rest[0]) if kind == "main" else _renamed(writer.tree(main))
        writer.commit(main, tree, rest[-1], [writer.refs[main]])
        return
    ref = f"refs/pr/{rest[0]}"
    base = writer.refs.get(ref, writer.refs[main])
    if kind == "pull":
        writer.refs.setdefault(ref, writer.refs[main])
        writer.commit(ref, _changed(writer.tree(ref), *rest[1]), rest[2], [base])
    elif kind == "stack":
        other = writer.refs.get(f"refs/pr/{rest[1]}")
        if other and ref not in writer.refs:
            writer.refs[ref] = other
    elif ref in writer.refs and kind == "forward":
        writer.refs[main] = writer.refs[ref]
    elif ref in writer.refs:
        both = {**writer.tree(main), **writer.tree(ref)}
        if kind == "update":
            writer.commit(ref, both, rest[1], [writer.refs[ref], writer.refs[main]])
        else:
            parents = [writer.refs[main], *([writer.refs[ref]] if kind == "merge" else [])]
            writer.commit(main, both, rest[1], parents)


@contextmanager
def repository(steps: list[tuple]) -> Iterator[Repo]:  # type: ignore[type-arg]
    """Give a bare model repository, `models/org/model` in a temporary folder, with the history that `steps` make."""
    writer = _Writer()
    writer.commit("refs/heads/main", {FILES[-1]: "x"}, 0, [])
    for step in steps:
        _write(writer, step)
    resets = [f"reset {ref}\nfrom :{mark}\n\n".encode() for ref, mark in writer.refs.items()]
    with tempfile.TemporaryDirectory() as folder:
        repo = Repo.create(Path(folder, "models/org/model.git"), bare=True)
        repo.git("fast-import", "--quiet", "--force", stdin=b"".join([*writer.stream, *resets]))
        yield repo
