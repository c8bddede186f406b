"""What every test gets: no trace of the user's own git, terminal and evalhub settings."""

from __future__ import annotations

import io
import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pygit2
import pytest
from gitrepos import HubDir, remove_templates
from pygit2.enums import ConfigLevel

_PREFIXES = ("GIT_", "EVALHUB_", "XDG_", "LC_", "RICH_", "TYPER_", "TTY_", "HF_", "HUGGING_FACE_")
_NAMES = {"NO_COLOR", "FORCE_COLOR", "COLORTERM", "COLUMNS", "LINES", "EMAIL", "SUDO_UID", "LANG", "LANGUAGE", "CI"}
_NAMES |= {"PYTHONUNBUFFERED", "PYTHONIOENCODING", "PYTHONUTF8"}
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2028\u2029\ud800-\udfff]")


@pytest.fixture(scope="session", autouse=True)
def _isolated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    home = tmp_path_factory.mktemp("home")
    (home / "gitconfig").touch()
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith(_PREFIXES) or name in _NAMES:
                patch.delenv(name)
        patch.setenv("HOME", str(home))
        patch.setenv("LC_ALL", "C.UTF-8")
        patch.setenv("TERM", "xterm-256color")
        patch.setenv("GIT_CONFIG_GLOBAL", str(home / "gitconfig"))
        patch.setenv("GIT_CONFIG_NOSYSTEM", "1")
        for level in (ConfigLevel.GLOBAL, ConfigLevel.XDG, ConfigLevel.SYSTEM):  # libgit2 knows no such variables
            pygit2.settings.search_path[level] = str(home)
        yield
    remove_templates()


@pytest.fixture
def empty_hub(tmp_path: Path) -> HubDir:
    """A hub without anything in it."""
    return HubDir(tmp_path / "hub")


@pytest.fixture
def hub(empty_hub: HubDir) -> HubDir:
    """A hub with one benchmark, cais/hle, and no models."""
    empty_hub.dataset()
    return empty_hub


@dataclass(frozen=True)
class Outcome:
    """What a command did: its exit status, and what it wrote."""

    status: int
    stdout: str
    stderr: str


Cli = Callable[..., Outcome]


@pytest.fixture
def cli() -> Cli:
    """A function that runs `evalhub ARGUMENTS…` in this process, as the console script does, into pipes.

    Whatever the command, what it writes must be free of tracebacks and of what a terminal would act on.
    """

    def run(*arguments: object) -> Outcome:
        outcome = _run([str(argument) for argument in arguments])
        for text in (outcome.stdout, outcome.stderr):
            assert "Traceback" not in text
            assert "internal error" not in text
            assert not _CONTROL.search(text), repr(_CONTROL.search(text))
        return outcome

    return run


def _run(arguments: list[str]) -> Outcome:
    from evalhub.cli import main

    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="") for _ in range(2))
    status = 0
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setattr(sys, "argv", ["evalhub", *arguments])
        try:
            main()
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else int(end.code is not None)
        for stream in (out, err):
            stream.flush()
    return Outcome(status, *(stream.buffer.getvalue().decode() for stream in (out, err)))  # type: ignore[attr-defined]
