"""The example of a pre-receive hook, in real bare repositories that are really pushed to."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from gitrepos import Content, HubDir, Link, Repo, Submodule, entry

HOOK = Path(__file__).parent.parent / "examples/hooks/pre-receive"
BAD = "- dataset: {id: cais/hle, task_id: hle}\n  value: high\n"
UNKNOWN_TASK = [entry(1, task="hel")]


class Server:
    """A bare repository with the hook, and a clone to push from."""

    def __init__(self, folder: Path, place: str = "git/project.git") -> None:
        self.folder = folder
        self.bare = Repo.create(folder / place, {"./README.md": "# A model\n"}, bare=True)
        hook = self.bare.path / "hooks/pre-receive"
        hook.parent.mkdir(exist_ok=True)
        shutil.copy(HOOK, hook)
        self.clone = self.bare.clone(folder / "clone")
        self.temporary = folder / "temporary"
        self.temporary.mkdir()

    def push(self, *refs: str, **environment: str) -> subprocess.CompletedProcess[str]:
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        done = subprocess.run(
            ["git", "push", "-q", "origin", *refs],
            cwd=self.clone.path,
            env={**os.environ, "PATH": path, "TMPDIR": str(self.temporary), **environment},
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert list(self.temporary.iterdir()) == []
        return done

    def commit(self, files: dict[str, Content], *, on: str = "") -> None:
        start = self.clone.tip()
        self.clone.commit(files, on=on, start=start)

    def refs(self) -> set[str]:
        return set(self.bare.git("for-each-ref", "--format=%(refname)").split())

    def tip(self, ref: str = "main") -> str:
        return self.bare.git("rev-parse", ref)


@pytest.fixture
def server(tmp_path: Path) -> Server:
    return Server(tmp_path)


def _assert_refused(done: subprocess.CompletedProcess[str], *told: str) -> None:
    assert done.returncode == 1, done.stderr
    assert "[remote rejected]" in done.stderr
    for each in told:
        assert each in done.stderr


def test_bad_commit_is_refused_and_the_mistake_shown(server: Server) -> None:
    before = server.tip()
    server.commit({"hle.yaml": BAD})
    _assert_refused(
        server.push("main"),
        "refs/heads/main has errors:",
        "remote: .eval_results/hle.yaml:2:10: error[EH112]",
        "nothing was accepted: mend this",
    )
    assert server.tip() == before


def test_good_commit_passes_without_a_word(server: Server) -> None:
    server.commit({"hle.yaml": [entry(41.2)], "with blanks & 'quotes' $(x) é.yaml": [entry(1, task="x")]})
    done = server.push("main")
    assert (done.returncode, done.stderr) == (0, "")
    assert server.tip() == server.clone.tip()


def test_commit_of_other_files_passes(server: Server) -> None:
    server.commit({"./config.yaml": BAD, ".eval_results/notes.txt": "none\n"})
    assert server.push("main").returncode == 0


def test_push_that_deletes_a_branch_passes(server: Server) -> None:
    server.commit({"hle.yaml": [entry(41.2)]}, on="more")
    assert server.push("more").returncode == 0
    done = server.push(":more")
    assert (done.returncode, server.refs()) == (0, {"refs/heads/main"}), done.stderr


def test_mended_commit_passes_after_the_refusal(server: Server) -> None:
    server.commit({"hle.yaml": BAD})
    assert server.push("main").returncode == 1
    server.commit({"hle.yaml": [entry(41.2)]})
    assert server.push("main").returncode == 0


@pytest.mark.parametrize("ref", ["refs/heads/evalhub/hle", "refs/pr/1"])
def test_a_proposal_cannot_excuse_itself(server: Server, ref: str) -> None:
    server.commit({"hle.yaml": BAD.replace("high", "high # evalhub: ignore[EH112]")})
    told = (
        "comments (# evalhub: ignore[...]) ignore nothing",
        "see that `evalhub validate --no-comments` finds no errors",
    )
    _assert_refused(server.push(f"HEAD:{ref}"), "EH112", *told)
    assert server.push("HEAD:refs/heads/main").returncode == 0


def test_a_branch_is_told_nothing_of_comments(server: Server) -> None:
    server.commit({"hle.yaml": BAD})
    done = server.push("main")
    _assert_refused(done, "see that `evalhub validate` finds no errors")
    assert "comments" not in done.stderr


@pytest.mark.parametrize("ref", ["refs/heads/main", "refs/pr/1"])
def test_a_registry_above_the_temporary_folder_does_not_count(server: Server, ref: str) -> None:
    (server.folder / "evalhub.yaml").write_text("validate: {ignore: [EH]}\n")
    server.commit({"hle.yaml": BAD})
    _assert_refused(server.push(f"HEAD:{ref}"), "EH112")


@pytest.mark.parametrize(
    "ref", ["refs/heads/evalhub/hle", "refs/pr/1", "refs/pull/2/head", "refs/merge-requests/3/head"]
)
def test_every_ref_that_counts_is_checked(server: Server, ref: str) -> None:
    server.commit({"hle.yaml": BAD}, on="more")
    _assert_refused(server.push(f"more:{ref}"), f"{ref} has errors:", "[EH112]")


def test_tag_is_not_checked(server: Server) -> None:
    server.commit({"hle.yaml": BAD}, on="more")
    assert server.push("more:refs/tags/draft").returncode == 0


def test_one_bad_ref_of_several_refuses_the_push(server: Server) -> None:
    server.commit({"a.yaml": [entry(41.2)]}, on="good")
    server.commit({"b.yaml": BAD}, on="bad")
    done = server.push("good", "bad")
    _assert_refused(done, "refs/heads/bad has errors:")
    assert "refs/heads/good has errors" not in done.stderr
    assert server.refs() == {"refs/heads/main"}


def test_spec_is_checked(server: Server) -> None:
    server.commit({"./eval.yaml": "name: x\n"})
    _assert_refused(server.push("main"), "eval.yaml:1:1: error[EH110]")


def test_spec_of_a_model_is_of_no_concern(tmp_path: Path) -> None:
    server = Server(tmp_path, "models/org/name.git")
    server.commit({"./eval.yaml": "of: another program\n"})
    assert server.push("main").returncode == 0


def test_results_of_a_dataset_are_of_no_concern(tmp_path: Path) -> None:
    server = Server(tmp_path, "datasets/org/name.git")
    server.commit({"hle.yaml": BAD})
    assert server.push("main").returncode == 0


def test_with_a_hub_its_benchmarks_are_known(server: Server, hub: HubDir) -> None:
    server.commit({"hle.yaml": UNKNOWN_TASK})
    _assert_refused(server.push("main", EVALHUB_HUB=str(hub.root)), "[EH204]", "did you mean hle?")


def test_without_a_hub_no_benchmark_is_missed(server: Server) -> None:
    server.commit({"hle.yaml": UNKNOWN_TASK})
    assert server.push("main").returncode == 0


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"hle.yaml": Link("/etc/passwd")}, "error: .eval_results/hle.yaml is a link"),
        ({"hle.yaml": Submodule()}, "error: .eval_results/hle.yaml is a link"),
        ({".eval_results/hle.yaml/a.yaml": "[]\n"}, "error: .eval_results/hle.yaml is a link"),
        ({"./eval.yaml": Link("README.md")}, "error: eval.yaml is a link"),
        ({"./.eval_results": Link("/etc")}, "error: .eval_results is not a folder"),
        ({"./.eval_results": Submodule()}, "error: .eval_results is not a folder"),
        ({"a\nb.yaml": BAD}, "has quotes, backslashes, slashes or control characters"),
        ({'a"b.yaml': BAD}, "has quotes, backslashes, slashes or control characters"),
        ({"\x1b[31m.yaml": BAD}, "has quotes, backslashes, slashes or control characters"),
        ({"$(touch here);`touch there`.yaml": BAD}, "[EH112]"),
        ({"-rf.yaml": BAD}, "[EH112]"),
        ({"*.yaml": BAD}, "[EH112]"),
        ({"%s%n.yaml": BAD}, "[EH112]"),
        ({" .yaml": BAD}, "[EH112]"),
        ({"\x9bé\u202e.yaml": Link("x")}, "error: .eval_results/???????.yaml is a link"),
        ({"./.gitattributes": "* export-ignore\n* working-tree-encoding=UTF-16\n", "a.yaml": BAD}, "[EH112]"),
        ({"hle.yaml": "#" * (1 << 20) + "\n"}, "[EH105]"),
    ],
)
def test_odd_files_are_refused(server: Server, files: dict[str, Content], told: str) -> None:
    server.commit(files, on="more")
    done = server.push("more")
    _assert_refused(done, told)
    assert "\x1b" not in done.stderr


def _tree(repo: Repo, *entries: tuple[str, str, str]) -> str:
    """Write a tree as no git command would, and return its id."""
    raw = b"".join(f"{mode} {name}\0".encode() + bytes.fromhex(id) for mode, name, id in entries)
    return repo.git("hash-object", "-t", "tree", "-w", "--literally", "--stdin", stdin=raw)


@pytest.mark.parametrize("name", ["../../../../escaped.yaml", "/escaped.yaml", "a/b.yaml"])
def test_path_that_leads_elsewhere_is_refused(server: Server, name: str) -> None:
    blob = server.clone.git("hash-object", "-w", "--stdin", stdin=BAD.encode())
    folder = _tree(server.clone, ("100644", name, blob))
    top = _tree(server.clone, ("40000", ".eval_results", folder))
    commit = server.clone.git("commit-tree", top, "-m", "x")
    _assert_refused(server.push(f"{commit}:refs/heads/x"), "slashes")
    assert not list(server.folder.rglob("escaped.yaml"))


def test_file_that_stands_twice_is_refused(server: Server) -> None:
    """Which of them counts depends on who reads."""
    bad = server.clone.git("hash-object", "-w", "--stdin", stdin=BAD.encode())
    good = server.clone.git("hash-object", "-w", "--stdin", stdin=b"[]\n")
    folder = _tree(server.clone, ("100644", "a.yaml", bad), ("100644", "a.yaml", good))
    commit = server.clone.git("commit-tree", _tree(server.clone, ("40000", ".eval_results", folder)), "-m", "x")
    _assert_refused(server.push(f"{commit}:refs/heads/x"), "stands twice")


def test_folder_that_stands_twice_is_refused(server: Server) -> None:
    bad = server.clone.git("hash-object", "-w", "--stdin", stdin=BAD.encode())
    first = _tree(server.clone, ("100644", "a.yaml", bad))
    second = _tree(server.clone, ("100644", "b.yaml", bad))
    top = _tree(server.clone, ("40000", ".eval_results", first), ("40000", ".eval_results", second))
    commit = server.clone.git("commit-tree", top, "-m", "x")
    _assert_refused(server.push(f"{commit}:refs/heads/x"), "stands twice")


def test_ref_that_is_no_commit_is_refused(server: Server) -> None:
    blob = server.clone.git("hash-object", "-w", "--stdin", stdin=b"x")
    _assert_refused(server.push(f"{blob}:refs/pr/1"), "push a commit")


def test_server_without_evalhub_refuses(server: Server, tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    for tool in ("git", "sh", "mktemp", "rm", "mkdir", "head", "tr", "cat"):
        (tools / tool).symlink_to(str(shutil.which(tool)))
    server.commit({"hle.yaml": [entry(41.2)]})
    _assert_refused(server.push("main", PATH=str(tools)), "evalhub is not on this server's PATH")
