"""Pushing a branch to an ordinary remote with the real git: never forced, with the user's credentials and hooks."""

from __future__ import annotations

import re

from evalhub.errors import EvalhubError
from evalhub.git_program import GitProgram
from evalhub.names import printable
from evalhub.remotes import Remote, git_command, prompts, quoted_ref, refused

_REJECTED = re.compile(r"^!\t[^\t]*\t(?P<why>.*)$", re.MULTILINE)


def push_branch(git: GitProgram, remote: Remote, branch: str, tip: str, onward: str) -> str:
    """Push the commit `tip` as a branch, wherever that is by now, and return the words of the server.

    Raises `EvalhubError` where it isn't taken: the words of the server or hook are in it, and `onward` to go on.
    """
    ref = f"refs/heads/{branch}"
    # A mirror would push all refs, and the other settings tags and submodules.
    mirror = ("-c", f"remote.{remote.name}.mirror=false")
    options = ("--porcelain", "--no-follow-tags", "--recurse-submodules=no")
    ended = git.attempt(*mirror, "push", *options, "--", remote.name, f"{tip}:{ref}", **prompts())
    if ended.status == 0:
        return ended.words
    rejected = _REJECTED.search(ended.output)
    if rejected is None:
        if f":{ref}\t" in ended.output or "failed to push" in ended.words:
            said = remote.hide(ended.words)
            raise EvalhubError(f"a hook of this clone kept {printable(branch)} back: {said}", onward)
        raise refused(remote, ended, git, onward)
    raise _rejection(git, remote, branch, rejected["why"], ended.words, onward)


def _rejection(git: GitProgram, remote: Remote, branch: str, why: str, words: str, onward: str) -> EvalhubError:
    name, shown = printable(remote.name), printable(branch)
    if why.startswith("[rejected]"):
        ref = quoted_ref(branch)
        new = quoted_ref(f"{branch}-2")
        hint = (
            f"see theirs: {git_command(git, f'fetch {quoted_ref(remote.name)} {ref}')}; "
            f"or give yours another name: {git_command(git, f'branch -m {ref} {new}')}"
        )
        message = f"{name} has another branch {shown} already, with commits that yours lacks: nothing was overwritten"
        return EvalhubError(message, hint)
    said = remote.remote_words(words)
    reason = remote.hide(why.removeprefix("[remote rejected]"))
    return EvalhubError(f"{name} rejected {shown} {reason}" + (f": {said}" if said else ""), onward)
