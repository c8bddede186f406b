"""Runs the real git, through GitPython: its configuration, credentials, signing, partial clones and hash functions
work as people expect. Only what writes to a repository or asks another one needs it; reading is `git.py`.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from evalhub.errors import EvalhubError
from evalhub.names import printable

# Inside a git hook these point to the repository that runs the hook; here only the path that was asked for counts.
_REDIRECTING = (
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_CONFIG",
    "GIT_DIR",
    "GIT_GRAFT_FILE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_INTERNAL_SUPER_PREFIX",
    "GIT_NAMESPACE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_QUARANTINE_PATH",
    "GIT_REPLACE_REF_BASE",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
)
_NO_REPLACEMENTS = {"GIT_NO_REPLACE_OBJECTS": "1"}  # `git replace` is local: others see the originals
_USER_INFO = re.compile(r"(?<=://)[^/\s]*@")
_MAX_MESSAGE = 600
_MOST_WORDS = 20_000  # what a server says is searched for what it means


@dataclass(frozen=True, slots=True)
class Ended:
    """How git ended: its exit status, its output, and its words, without user names and passwords in URLs. Words of
    servers and hooks are among them, line by line, as they wrote them.
    """

    status: int
    output: str
    words: str


class GitProgram:
    """Runs git in the repository at `repository`, wherever the environment points to.

    Raises `EvalhubError` where git isn't installed, or that is no repository.
    """

    def __init__(self, repository: Path) -> None:
        try:
            import git
        except ImportError as error:  # GitPython looks for the program when it is imported
            raise EvalhubError("git is not installed, or not on the PATH", "install git") from error
        self.name = printable(str(repository))
        self.folder = repository
        self._folder = Path(os.path.realpath(repository))
        self._git = git.Git()
        self._program = git.Git.GIT_PYTHON_GIT_EXECUTABLE or "git"
        self._failures = (git.exc.GitError, OSError, ValueError)  # ValueError: an argument with a NUL in it
        self.run("rev-parse", "--git-dir")

    def run(self, *arguments: str, **environment: str) -> str:
        """Return what `git ARGUMENTS` writes, without the last newline; raise its words as the error where it fails."""
        status, output, errors = self._execute(arguments, environment)
        if status == 0:
            return output
        words = " ".join(errors.split()) or f"it ended with exit status {status}"
        raise EvalhubError(f"git failed in {self.name}: {_cleaned(words)}")

    def ask(self, *arguments: str) -> str | None:
        """Return what `git ARGUMENTS` writes, or None where it says no by failing."""
        status, output, _ = self._execute(arguments, {})
        return output if status == 0 else None

    def attempt(self, *arguments: str, **environment: str) -> Ended:
        """Run `git ARGUMENTS` and return how that ended, well or not."""
        status, output, errors = self._execute(arguments, environment)
        return Ended(status, output, _bounded(_USER_INFO.sub("", errors)))

    def lines(self, *arguments: str) -> list[str]:
        return [line for line in self.run(*arguments).split("\n") if line]

    def _execute(self, arguments: tuple[str, ...], environment: dict[str, str]) -> tuple[int, str, str]:
        # git itself looks in every parent folder, and would commit to a repository around this one.
        environment = {"GIT_CEILING_DIRECTORIES": str(self._folder.parent), **_NO_REPLACEMENTS, **environment}
        # GitPython can add to the environment, but not take away from it.
        unset = [part for name in _REDIRECTING for part in ("-u", name)]
        assigned = [f"{name}={value}" for name, value in environment.items()]
        command = ["env", *unset, *assigned, self._program, "-C", str(self._folder), *arguments]
        try:
            status, output, errors = self._git.execute(command, with_extended_output=True, with_exceptions=False)
        except self._failures as error:
            raise EvalhubError(f"can't run git in {self.name}: {_cleaned(str(error))}") from error
        return status, str(output), str(errors)


def _bounded(words: str) -> str:
    """Return the first and last of many lines, whole ones."""
    if len(words) <= _MOST_WORDS:
        return words
    half = _MOST_WORDS // 2
    return words[: words.rfind("\n", 0, half) + 1] + words[-half:].partition("\n")[2]


def _cleaned(words: str) -> str:
    """Return git's words without user names and passwords in URLs, and without what a terminal would act on."""
    return printable(_USER_INFO.sub("", words), limit=_MAX_MESSAGE)
