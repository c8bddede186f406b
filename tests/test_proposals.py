from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from evalhub.errors import EvalhubError
from evalhub.proposals import commit_files, free_branch, identity

FILE = ".eval_results/hle.yaml"
OLD, NEW = b"- value: 1\n", b"- value: 2\r\n\xff"
REDIRECTED = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR", "GIT_NAMESPACE")


@pytest.fixture(autouse=True)
def isolated(tmp_path, monkeypatch):
    for name in [name for name in os.environ if name.startswith("GIT_")] + ["EMAIL", "XDG_CONFIG_HOME"]:
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "gitconfig").touch()
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


def git(folder: Path, *arguments: str, stdin: bytes | None = None) -> str:
    command = ["git", "-C", str(folder), *arguments]
    done = subprocess.run(command, input=stdin, capture_output=True, check=True)
    return done.stdout.decode().rstrip("\n")


def name_someone(folder: Path) -> None:
    git(folder, "config", "user.name", "Some Öne")
    git(folder, "config", "user.email", "some@example.org")


@pytest.fixture
def repository(tmp_path) -> Path:
    """A repo with one commit on `main`."""
    folder = tmp_path / "a model"
    git(tmp_path, "init", "-q", "-b", "main", str(folder))
    name_someone(folder)
    (folder / ".eval_results").mkdir()
    (folder / FILE).write_bytes(OLD)
    (folder / "tool.sh").write_text("#!/bin/sh\n")
    (folder / "tool.sh").chmod(0o755)
    (folder / "link").symlink_to("tool.sh")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "first")
    return folder


def propose(repository: Path, base: str = "main", path: str = FILE, **changed) -> str:
    given = {"branch": "evalhub/hle", "files": {path: NEW}, "message": "Add HLE\n\nÜnï"}
    return commit_files(repository, base=git(repository, "rev-parse", base), **{**given, **changed})


def snapshot(folder: Path) -> dict[str, bytes | str]:
    """Everything in `folder` byte for byte, but for objects and the refs and reflogs of branches `evalhub/…`."""
    seen: dict[str, bytes | str] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if "objects/" in f"{name}/" or any(f"heads/evalhub{end}" in name + "/" for end in ("/", ".lock/")):
            continue
        if path.is_symlink() or path.is_dir():
            seen[name] = str(path.is_symlink() and path.readlink())
        else:
            seen[name] = path.read_bytes()
    return seen


def committed(repository: Path, commit: str, path: str) -> bytes:
    command = ["git", "-C", str(repository), "cat-file", "blob", f"{commit}:{path}"]
    return subprocess.run(command, capture_output=True, check=True).stdout


def tree(repository: Path, commit: str) -> list[str]:
    return git(repository, "-c", "core.quotePath=false", "ls-tree", "-r", "-t", commit).splitlines()


# --- the commit -----------------------------------------------------------------------------------------------------


def test_the_commit_has_the_base_as_parent_and_only_one_file_changed(repository):
    base = git(repository, "rev-parse", "main")
    commit = propose(repository)
    assert git(repository, "rev-parse", "refs/heads/evalhub/hle", f"{commit}^") == f"{commit}\n{base}"
    assert git(repository, "rev-list", "--count", commit) == "2"
    assert git(repository, "diff", "--raw", "--abbrev=1", base, commit).split()[:2] == [":100644", "100644"]
    assert git(repository, "diff", "--name-only", base, commit) == FILE
    assert committed(repository, commit, FILE) == NEW
    who = "Some Öne <some@example.org>"
    assert git(repository, "log", "-1", "--format=%an <%ae>%n%cn <%ce>%n%B", commit) == f"{who}\n{who}\nAdd HLE\n\nÜnï"
    assert git(repository, "fsck", "--strict") == ""


def test_nothing_else_changes_in_a_repository_with_work_in_progress(repository):
    git(repository, "checkout", "-q", "-b", "work")
    (repository / FILE).write_text("- value: 3\n")
    (repository / "tool.sh").unlink()
    (repository / "staged.txt").write_text("staged\n")
    git(repository, "add", "staged.txt")
    (repository / "untracked.txt").write_text("untracked\n")
    git(repository, "update-ref", "refs/pr/1", "HEAD")
    before, status = snapshot(repository), git(repository, "status", "--porcelain", "--branch")
    commit = propose(repository)
    assert snapshot(repository) == before
    assert git(repository, "status", "--porcelain", "--branch") == status
    assert [line.split("\t")[1] for line in tree(repository, commit)] == [".eval_results", FILE, "link", "tool.sh"]


@pytest.mark.parametrize("path", ["new/folder/ä b,c*.yaml", "-x.yaml", "a:b", "top.yaml"])
def test_new_files_and_folders(repository, path):
    commit = propose(repository, path=path)
    assert committed(repository, commit, path) == NEW
    assert any(line.startswith("100644 blob") and line.endswith(f"\t{path}") for line in tree(repository, commit))


def test_an_existing_file_keeps_its_mode(repository):
    commit = propose(repository, path="tool.sh")
    assert git(repository, "ls-tree", commit, "tool.sh").startswith("100755 blob ")


@pytest.mark.parametrize(
    "path", ["link", ".eval_results", "tool.sh/x.yaml", "../x", "/x", "", ".git/config", "a//b", "a\0b", "new/"]
)
def test_a_path_that_cannot_be_a_file_is_an_error(repository, path):
    before = snapshot(repository)
    with pytest.raises(EvalhubError):
        propose(repository, path=path)
    assert snapshot(repository) == before
    assert git(repository, "branch", "--format=%(refname:short)") == "main"


def test_the_bytes_are_not_filtered(repository):
    git(repository, "config", "core.autocrlf", "input")
    (repository / ".git/info/attributes").write_text("*.yaml text eol=lf filter=lfs ident\n")
    assert committed(repository, propose(repository), FILE) == NEW


def test_settings_about_the_index_leave_no_trace(repository):
    for setting in ("core.splitIndex", "core.fsmonitor", "core.untrackedCache", "core.sparseCheckout", "index.sparse"):
        git(repository, "config", setting, "true")
    hook = repository / ".git/hooks/post-index-change"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\ntouch hooked\n")
    hook.chmod(0o755)
    before = snapshot(repository)
    commit = propose(repository)
    assert snapshot(repository) == before
    assert len(tree(repository, commit)) == 4


def test_signing_is_honoured(repository, tmp_path):
    signer = tmp_path / "signer"
    signer.write_text('#!/bin/sh\ncat >/dev/null\necho "[GNUPG:] SIG_CREATED " >&2\necho SIGNED\n')
    signer.chmod(0o755)
    git(repository, "config", "gpg.program", str(signer))
    assert "SIGNED" not in git(repository, "cat-file", "commit", propose(repository))
    git(repository, "config", "commit.gpgSign", "yes")
    assert "gpgsig SIGNED" in git(repository, "cat-file", "commit", propose(repository, branch="evalhub/signed"))
    signer.write_text("#!/bin/sh\necho no secret key >&2\nexit 2\n")
    with pytest.raises(EvalhubError, match="failed to sign"):
        propose(repository, branch="evalhub/not")
    assert "evalhub/not" not in git(repository, "branch")


@pytest.mark.parametrize("base", ["0" * 40, "nonsense", "--help", "main:tool.sh", ""])
def test_a_base_that_is_not_a_commit_is_an_error(repository, base):
    with pytest.raises(EvalhubError, match="not a commit"):
        commit_files(repository, base=base, branch="evalhub/x", files={FILE: NEW}, message="m")


def test_replaced_objects_do_not_count(repository):
    base = git(repository, "rev-parse", "main")
    empty = git(repository, "commit-tree", "-m", "other", git(repository, "mktree", stdin=b""))
    git(repository, "replace", base, empty)
    commit = commit_files(repository, base=base, branch="evalhub/x", files={FILE: NEW}, message="m")
    git(repository, "replace", "-d", base)
    assert len(tree(repository, commit)) == 4


# --- kinds of repositories ------------------------------------------------------------------------------------------


def test_bare_repository(repository, tmp_path):
    bare = tmp_path / "bare.git"
    git(tmp_path, "clone", "-q", "--bare", str(repository), str(bare))
    name_someone(bare)
    before = snapshot(bare)
    commit = propose(bare)
    assert committed(bare, commit, FILE) == NEW
    assert snapshot(bare) == before


def test_linked_worktree(repository, tmp_path):
    linked = tmp_path / "linked"
    git(repository, "worktree", "add", "-q", "-b", "side", str(linked))
    (linked / FILE).write_text("- value: 4\n")
    before = snapshot(repository), snapshot(linked)
    commit = propose(linked)
    assert (snapshot(repository), snapshot(linked)) == before
    assert git(repository, "rev-parse", "evalhub/hle") == commit


def test_a_branch_checked_out_without_a_commit_is_not_free(repository):
    git(repository, "checkout", "-q", "--orphan", "evalhub/hle")
    before = snapshot(repository)
    with pytest.raises(EvalhubError, match="exists already"):
        propose(repository)
    assert free_branch(repository, "evalhub/hle") == "evalhub/hle-2"
    propose(repository, branch="evalhub/hle-2")
    assert snapshot(repository) == before


def test_partial_clone_without_its_remote(repository, tmp_path):
    (repository / ".eval_results/other.yaml").write_text("- value: 9\n")
    git(repository, "add", ".")
    git(repository, "commit", "-q", "-m", "second")
    git(repository, "config", "uploadpack.allowFilter", "true")
    clone = tmp_path / "partial"
    url = repository.as_uri()
    git(tmp_path, "clone", "-q", "--no-checkout", "--filter=blob:none", url, str(clone))
    git(clone, "remote", "set-url", "origin", "https://user:secret@host.invalid/x")
    name_someone(clone)
    commit = propose(clone)
    assert committed(clone, commit, FILE) == NEW
    assert "?" in git(clone, "rev-list", "--objects", "--missing=print", "main")


def test_environment_of_a_hook_does_not_redirect(repository, tmp_path, monkeypatch):
    other = tmp_path / "other"
    git(tmp_path, "init", "-q", str(other))
    before = snapshot(other), snapshot(repository)
    expected = git(repository, "rev-parse", "main")
    for name in REDIRECTED:
        monkeypatch.setenv(name, str(other / ".git"))
    commit = commit_files(repository, base=expected, branch="evalhub/x", files={FILE: NEW}, message="m")
    assert free_branch(repository, "evalhub/x") == "evalhub/x-2"
    assert identity(repository) == "Some Öne <some@example.org>"
    for name in REDIRECTED:
        monkeypatch.delenv(name)
    assert (snapshot(other), snapshot(repository)) == before
    assert git(repository, "rev-parse", "evalhub/x", "evalhub/x^") == f"{commit}\n{expected}"
    assert not list((other / ".git/objects").glob("??"))


def test_a_folder_inside_a_repository_is_not_that_repository(repository):
    for folder in (repository / ".eval_results", repository / "nothing-there", repository / "tool.sh"):
        with pytest.raises(EvalhubError):
            commit_files(folder, base="main", branch="evalhub/x", files={FILE: NEW}, message="m")
        with pytest.raises(EvalhubError):
            identity(folder)
    assert git(repository, "branch", "--format=%(refname:short)") == "main"


def test_what_git_says_is_shown_without_credentials_and_control_characters(repository, monkeypatch, tmp_path):
    program = tmp_path / "git"
    program.write_text('#!/bin/sh\nprintf "fatal: https://user:p@ss@host/x \\033[31m\\n" >&2\nexit 128\n')
    program.chmod(0o755)
    monkeypatch.setattr("git.Git.GIT_PYTHON_GIT_EXECUTABLE", str(program))
    with pytest.raises(EvalhubError) as error:
        free_branch(repository, "x")
    assert "fatal: https://host/x \\x1b[31m" in error.value.message


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_read_only_repository(repository):
    objects = repository / ".git/objects"
    for folder in (objects, *objects.glob("??")):
        folder.chmod(0o555)
    with pytest.raises(EvalhubError, match="insufficient permission"):
        propose(repository)
    for folder in (objects, *objects.glob("??")):
        folder.chmod(0o755)


def test_a_ref_that_cannot_be_written_is_an_error(repository):
    (repository / ".git/refs/heads/evalhub").touch()
    with pytest.raises(EvalhubError, match="git failed in"):
        propose(repository)


# --- the branch -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("existing", "wanted"),
    [("evalhub/hle", "evalhub/hle"), ("evalhub", "evalhub/hle"), ("evalhub/hle/x", "evalhub/hle"), ("a", "a/b/c")],
)
@pytest.mark.parametrize("packed", [False, True])
def test_a_branch_that_is_taken_stays(repository, existing, wanted, packed):
    git(repository, "branch", existing)
    if packed:
        git(repository, "pack-refs", "--all")
    before = git(repository, "for-each-ref")
    with pytest.raises(EvalhubError) as error:
        propose(repository, branch=wanted)
    assert existing in error.value.message
    assert error.value.hint
    assert git(repository, "for-each-ref") == before


@pytest.mark.parametrize("branch", ["", "-x", "a..b", "a b", "x.lock", "HEAD", "@{-1}", "a\nb", "a\0b", "refs//x"])
def test_a_name_that_git_does_not_allow_is_an_error(repository, branch):
    git(repository, "checkout", "-q", "-b", "other")
    git(repository, "checkout", "-q", "main")
    with pytest.raises(EvalhubError):
        propose(repository, branch=branch)
    with pytest.raises(EvalhubError):
        free_branch(repository, branch)


def test_free_branch(repository):
    assert free_branch(repository, "evalhub/hle") == "evalhub/hle"
    git(repository, "branch", "evalhub/hle")
    assert free_branch(repository, "evalhub/hle") == "evalhub/hle-2"
    git(repository, "update-ref", "refs/remotes/fork/evalhub/hle-2", "main")
    git(repository, "branch", "evalhub/hle-3/x")
    assert free_branch(repository, "evalhub/hle") == "evalhub/hle-4"
    assert free_branch(repository, "hle") == "hle"
    with pytest.raises(EvalhubError, match="beside the branch main"):
        free_branch(repository, "main/x")


RACER = """
import sys, time
from pathlib import Path
from evalhub.errors import EvalhubError
from evalhub.proposals import commit_files
import git
repository, base, start, number = sys.argv[1:]
Path(f"{start}-{number}").touch()
while not Path(start).exists():
    time.sleep(0.001)
try:
    commit_files(Path(repository), base=base, branch="evalhub/hle", files={"x.yaml": number.encode()}, message="m")
    print("won")
except EvalhubError as error:
    print(error.message)
"""


def test_of_two_at_the_same_moment_one_wins(repository, tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    start = tmp_path / "start"
    command = [sys.executable, "-c", RACER, str(repository), git(repository, "rev-parse", "main"), str(start)]
    racers = [subprocess.Popen([*command, number], stdout=subprocess.PIPE, text=True) for number in "01"]
    deadline = time.monotonic() + 30
    while len(list(tmp_path.glob("start-*"))) < 2 and time.monotonic() < deadline:
        time.sleep(0.005)
    start.touch()
    said = [racer.communicate(timeout=30)[0].strip() for racer in racers]
    assert sorted(said) == ["the branch evalhub/hle exists already", "won"]
    winner = str(said.index("won")).encode()
    assert committed(repository, "evalhub/hle", "x.yaml") == winner


def test_a_branch_that_appears_meanwhile_is_not_overwritten(repository, monkeypatch):
    import evalhub.proposals as proposals

    checked = proposals._branches

    def branches_and_then_one_more(git_):
        found = checked(git_)
        git(repository, "branch", "-f", "evalhub/hle", "main")
        return found

    monkeypatch.setattr(proposals, "_branches", branches_and_then_one_more)
    with pytest.raises(EvalhubError, match="exists already"):
        propose(repository)
    assert git(repository, "rev-parse", "evalhub/hle") == git(repository, "rev-parse", "main")


# --- who --------------------------------------------------------------------------------------------------------------


def test_identity_comes_from_the_configuration_or_the_environment(repository, monkeypatch):
    assert identity(repository) == "Some Öne <some@example.org>"
    monkeypatch.setenv("GIT_COMMITTER_NAME", "Bot")
    monkeypatch.setenv("GIT_COMMITTER_EMAIL", "bot@example.org")
    assert identity(repository) == "Bot <bot@example.org>"
    assert git(repository, "log", "-1", "--format=%an, %cn", propose(repository)) == "Some Öne, Bot"


@pytest.mark.parametrize("known", ["", "user.name", "user.email", "committer"])
def test_git_is_not_left_to_guess_who_commits(repository, monkeypatch, known):
    for name in ("user.name", "user.email"):
        if name != known:
            git(repository, "config", "--unset", name)
    if known == "committer":
        monkeypatch.setenv("GIT_COMMITTER_NAME", "Bot")
        monkeypatch.setenv("GIT_COMMITTER_EMAIL", "bot@example.org")
    before = snapshot(repository)
    for call in (identity, propose):
        with pytest.raises(EvalhubError) as error:
            call(repository)
        assert 'git config --global user.name "Your Name"' in (error.value.hint or "")
        assert "git config --global user.email" in (error.value.hint or "")
    assert snapshot(repository) == before
