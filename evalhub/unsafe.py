"""Where git must not run: in a repository whose configuration is a stranger's, or of which only a part can be read."""

from __future__ import annotations

from pathlib import Path

from evalhub import git
from evalhub.errors import EvalhubError
from evalhub.names import printable
from evalhub.repos import enclosing_repo
from evalhub.snapshot import RepoSnapshot


def refuse_unsafe(snapshot: RepoSnapshot) -> None:
    """Raise `EvalhubError` where the default branch can't be read as a whole, so that a file that is there would be
    taken for new; or where git would run with a stranger's configuration.
    """
    for problem in snapshot.problems:
        if snapshot.default and problem.file.ref == snapshot.default.ref:
            raise EvalhubError(f"{printable(snapshot.id)} can't be read as a whole: {problem.message}", problem.hint)
    if _came_with_a_clone(snapshot.path):
        message = f"{printable(snapshot.id)} is a bare repository that another repository has in its files"
        raise EvalhubError(message, "its configuration may be a stranger's: move it out first")


def _came_with_a_clone(path: Path) -> bool:
    """Whether `path` is a bare repository whose own files are tracked by the repository around it."""
    outer = None if (path / ".git").exists() else enclosing_repo(path.absolute().parent)
    if outer is None:
        return False
    try:
        with git.reading(str(outer), "the index"):
            return (path.absolute() / "HEAD").relative_to(outer).as_posix() in git.open_repository(outer).index
    except git.UnreadableError:
        return True
