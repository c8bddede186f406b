"""Puts a commit on a branch that is new, or on top of one of one's own, and touches nothing else: no working tree, no
index, no HEAD, no other ref.

This is done with the real git, whose settings then count.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from evalhub.errors import EvalhubError
from evalhub.files import quoted, shown
from evalhub.git_program import GitProgram
from evalhub.names import printable

# The index is private and short-lived: nothing may watch it, split it into the repository, or run hooks for it.
_PRIVATE_INDEX = tuple(
    option
    for setting in ("fsmonitor=false", "splitIndex=false", "sparseCheckout=false", f"hooksPath={os.devnull}")
    for option in ("-c", f"core.{setting}")
)
_OWN_IDENTITY = ("-c", "user.useConfigOnly=true")  # or git makes an address up from the name of the computer
_FILE_MODES = ("100644", "100755")
_FOLDER_MODE = "040000"


class BranchTakenError(EvalhubError):
    """The name of the new branch is an existing one's."""


def identity(repository: Path) -> str:
    """Return `Name <email>`, whom git would name as the committer in `repository`.

    Raises `EvalhubError` that says how to set it, where git could only guess, for committer or author.
    """
    return _identity(GitProgram(repository))


def _identity(git: GitProgram) -> str:
    who = [git.ask(*_OWN_IDENTITY, "var", f"GIT_{role}_IDENT") for role in ("AUTHOR", "COMMITTER")]
    if None in who:
        raise EvalhubError(
            "git doesn't know your name and email address, which every commit holds",
            'run `git config --global user.name "Your Name"` and `git config --global user.email you@example.org`',
        )
    return str(who[1]).rsplit(" ", 2)[0]


def free_branch(repository: Path, wanted: str) -> str:
    """Return `wanted`, or the first of `wanted-2`, `wanted-3`, … that is no branch yet, here or on a remote.

    Raises `EvalhubError` where `wanted` is no name for a branch, or an existing branch `a` leaves no room for `a/b`.
    """
    git = GitProgram(repository)
    _check_name(git, wanted)
    branches = _branches(git)
    _check_parents(wanted, branches)
    remote = git.lines("for-each-ref", "--format=%(refname)", "refs/remotes/")
    name, number = wanted, 1
    while _holder(name, branches) or any(ref.endswith(f"/{name}") for ref in remote):
        number += 1
        name = f"{wanted}-{number}"
    return name


def check_branch(repository: Path, branch: str) -> None:
    """Raise `EvalhubError` where `branch` is no name for a branch, or is taken."""
    _check_new(GitProgram(repository), branch)


def _check_new(git: GitProgram, branch: str) -> None:
    _check_name(git, branch)
    _check_free(branch, _branches(git))


def commit_files(
    repository: Path, *, base: str, branch: str, files: Mapping[str, bytes], message: str, update: bool = False
) -> str:
    """Commit `files`, by path, on top of commit `base`, as the new `branch`; return the commit's id.

    With `update`, `branch` is one whose tip is `base`, and moves on. The rest of the tree is that of `base`, and so is
    the mode of a file that exists. Raises `EvalhubError`, and leaves all branches as they were, where the branch exists
    (or has moved, or is checked out), a path can't be a file, nobody is named as the author, or git fails.
    """
    git = GitProgram(repository)
    if update:
        _check_not_checked_out(git, branch)
    else:
        _check_new(git, branch)
    _identity(git)  # or its error, which is clearer than that of commit-tree
    parent = git.ask("rev-parse", "--verify", "--quiet", "--end-of-options", f"{base}^{{commit}}")
    if parent is None:
        raise EvalhubError(f"{printable(base)} is not a commit in {git.name}")
    try:
        with tempfile.TemporaryDirectory(prefix="evalhub-") as folder:
            tree = _tree_with(git, parent, files, Path(folder))
            commit = _commit(git, tree, parent, message, Path(folder))
    except OSError as error:
        raise EvalhubError(f"can't write a temporary file: {printable(str(error))}") from error
    if update:
        _move_branch(git, branch, commit, parent)
    else:
        _create_branch(git, branch, commit)
    return commit


# --- the commit -----------------------------------------------------------------------------------------------------


def _tree_with(git: GitProgram, commit: str, files: Mapping[str, bytes], folder: Path) -> str:
    """Write the tree of `commit` with `files` in it, and return its id."""
    modes = _modes(git, commit, list(files))
    sources = [folder / f"content-{number}" for number in range(len(files))]
    for source, content in zip(sources, files.values(), strict=True):
        source.write_bytes(content)
    # No filters: the commit holds these very bytes, whatever .gitattributes and autocrlf say.
    blobs = git.lines("hash-object", "-w", "--no-filters", "--", *map(str, sources))
    added = [f"{modes[path]},{blob},{path}" for path, blob in zip(files, blobs, strict=True)]
    index = str(folder / "index")
    git.run(*_PRIVATE_INDEX, "read-tree", commit, GIT_INDEX_FILE=index)
    options = [part for each in added for part in ("--cacheinfo", each)]
    git.run(*_PRIVATE_INDEX, "update-index", "--add", *options, GIT_INDEX_FILE=index)
    # Not looking whether every blob is there: in a partial clone that would download them.
    return git.run(*_PRIVATE_INDEX, "write-tree", "--missing-ok", GIT_INDEX_FILE=index)


def _modes(git: GitProgram, commit: str, paths: Sequence[str]) -> dict[str, str]:
    """Return the mode that each of the files `paths` has in `commit`, or that of a new one."""
    folders = {folder for path in paths if (folder := path.rpartition("/")[0])}
    for folder, mode in _listed(git, commit, sorted(folders)).items():
        if mode != _FOLDER_MODE:
            message = f"{printable(folder)} is not a folder in commit {commit[:10]}"
            raise EvalhubError(message, "make it one first, with the result files in it")
    modes = dict.fromkeys(paths, _FILE_MODES[0]) | _listed(git, commit, paths)
    for path, mode in modes.items():
        if mode not in _FILE_MODES:
            raise EvalhubError(f"{printable(path)} is not a file in commit {commit[:10]}", "choose another file name")
    return modes


def _listed(git: GitProgram, commit: str, paths: Sequence[str]) -> dict[str, str]:
    """Return the modes of those of `paths` that are in `commit`."""
    if not paths:
        return {}
    found = git.run("--literal-pathspecs", "ls-tree", "-z", "--full-tree", commit, "--", *paths)
    entries = (entry.partition("\t") for entry in found.split("\0") if entry)
    return {path: about.split(" ", 1)[0] for about, _, path in entries}


def _commit(git: GitProgram, tree: str, parent: str, message: str, folder: Path) -> str:
    text = folder / "message"
    text.write_bytes(message.encode("utf-8", "replace"))
    # `git commit` heeds this setting by itself, `commit-tree` doesn't.
    wanted = git.run("config", "--type=bool", "--default=false", "--get", "commit.gpgsign")
    sign = ("-S",) if wanted == "true" else ()
    options = (*_OWN_IDENTITY, "-c", "i18n.commitEncoding=UTF-8")
    return git.run(*options, "commit-tree", *sign, "-p", parent, "-F", str(text), tree)


# --- the branch -----------------------------------------------------------------------------------------------------


def _create_branch(git: GitProgram, branch: str, commit: str) -> None:
    ref = f"refs/heads/{branch}"
    try:
        # The empty old value means: only if there is no such ref at this moment.
        git.run("update-ref", "--no-deref", "-m", "branch: created by evalhub", ref, commit, "")
    except EvalhubError:
        _check_free(branch, _branches(git))  # someone was faster
        raise


def _move_branch(git: GitProgram, branch: str, commit: str, old: str) -> None:
    ref = f"refs/heads/{branch}"
    try:
        git.run(
            "update-ref", "--no-deref", "-m", "commit: by evalhub", ref, commit, old
        )  # only if it is still at `old`
    except EvalhubError:
        if git.ask("rev-parse", "--verify", "--quiet", ref) != old:
            message = f"the branch {printable(branch)} has just changed"
            raise EvalhubError(message, "nothing was committed: try again") from None
        raise


def _check_not_checked_out(git: GitProgram, branch: str) -> None:
    """Raise where a working tree has the branch: it would look as if somebody had undone the commit there."""
    place = ""
    for line in git.lines("worktree", "list", "--porcelain"):
        if line.startswith("worktree "):
            place = line.removeprefix("worktree ")
        elif line == f"branch refs/heads/{branch}":
            message = f"the branch {printable(branch)} is checked out in {shown(place)}"
            raise EvalhubError(message, f"check out another one there: git -C {quoted(place)} switch -")


def _check_name(git: GitProgram, branch: str) -> None:
    # It answers with another name where it expands one: @{-1} is the branch that was checked out before.
    if git.ask("check-ref-format", "--branch", branch) != branch:
        raise EvalhubError(f"{printable(branch)} is not a valid name for a branch", "see `git help check-ref-format`")


def _branches(git: GitProgram) -> set[str]:
    """Return the names of all branches, and of those that are checked out without a commit yet."""
    refs = git.lines("for-each-ref", "--format=%(refname)", "refs/heads/")
    worktrees = git.lines("worktree", "list", "--porcelain")
    refs += [line.removeprefix("branch ") for line in worktrees if line.startswith("branch ")]
    return {ref.removeprefix("refs/heads/") for ref in refs}


def _holder(branch: str, branches: set[str]) -> str | None:
    """Return the branch that takes the name `branch`: itself, or one below it, as a ref is a file or a folder."""
    if branch in branches:
        return branch
    return min((name for name in branches if name.startswith(f"{branch}/")), default=None)


def _check_parents(branch: str, branches: set[str]) -> None:
    parents = [branch[: match.start()] for match in re.finditer("/", branch)]
    for parent in parents:
        if parent in branches:
            message = f"git can't have a branch {printable(branch)} beside the branch {printable(parent)}"
            raise EvalhubError(message, "choose a name that doesn't begin with that of another branch")


def _check_free(branch: str, branches: set[str]) -> None:
    _check_parents(branch, branches)
    holder = _holder(branch, branches)
    if holder == branch:
        hint = "choose another name, or delete it first (`git branch -D`)"
        raise BranchTakenError(f"the branch {printable(branch)} exists already", hint)
    if holder is not None:
        message = f"git can't have a branch {printable(branch)} beside the branch {printable(holder)}"
        raise EvalhubError(message, "choose another name for the branch")
