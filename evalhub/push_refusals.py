"""Why a branch can't be pushed to a remote: what is missing on either side, and what to type first."""

from __future__ import annotations

from dataclasses import dataclass

import pygit2

from evalhub import git
from evalhub.errors import EvalhubError
from evalhub.git_program import GitProgram
from evalhub.names import printable
from evalhub.pulls import PROPOSALS
from evalhub.push_check import Check
from evalhub.remotes import Remote, git_command, quoted_ref
from evalhub.snapshot import Place
from evalhub.upstream import Upstream

_HEADS = "refs/heads/"


@dataclass(frozen=True, slots=True)
class Refusals:
    """What is wrong with a branch, by its short name, and a remote; `own` is the clone's own default branch."""

    program: GitProgram
    remote: Remote
    branch: str
    own: Place | None

    def nothing_there(self, upstream: Upstream) -> EvalhubError:
        what = "no default branch" if upstream.ids else "no commits"
        name = self.own.ref.removeprefix(_HEADS) if self.own else "main"
        hint = f"push that first: {self._git_push(name)}"
        return EvalhubError(f"{printable(self.remote.name)} has {what} yet to base a pull request on", hint)

    def nothing_shared(self, repository: pygit2.Repository, upstream: Upstream) -> EvalhubError:
        name = f"{printable(self.remote.name)}'s {printable(upstream.default_name)}"
        if repository.is_shallow:
            hint = f"fetch the rest: {git_command(self.program, 'fetch --unshallow')}"
            return EvalhubError(f"the clone is too shallow to compare {printable(self.branch)} with {name}", hint)
        hint = "is that the right remote? name another: --remote NAME"
        return EvalhubError(f"{printable(self.branch)} shares no commit with {name}", hint)

    def check_based_on_pushed(
        self, repository: pygit2.Repository, default: git.Branch, branch: git.Branch, checked: Check
    ) -> None:
        """Raise where commits of the clone's own default branch would become part of the pull request."""
        if self.own is None or checked.merged:
            return
        fork = git.merge_base(repository, self.own.branch.tip, branch.tip)
        if fork is None or fork == checked.base or not repository.descendant_of(fork, checked.base):
            return
        ahead = repository.ahead_behind(fork, default.tip)[0]
        name, there = self.own.ref.removeprefix(_HEADS), printable(self.remote.name)
        message = (
            f"{printable(self.branch)} is based on {ahead} commit{'s' * (ahead != 1)} of {printable(name)} that "
            f"{there} lacks, and they would become part of the pull request"
        )
        raise EvalhubError(message, f"push them first: {self._git_push(name)}")

    def _git_push(self, name: str) -> str:
        return git_command(self.program, f"push {quoted_ref(self.remote.name)} {quoted_ref(name)}")


def no_such_branch(program: GitProgram, model_id: str, branch: str) -> EvalhubError:
    names = program.lines("for-each-ref", "--format=%(refname:lstrip=2)", PROPOSALS)
    there = f"there are: {printable(', '.join(names), limit=400)}" if names else "there are none: evalhub submit"
    return EvalhubError(f"{printable(model_id)} has no branch {printable(branch)}", there)


def check_hub(remote: Remote, repo_id: str) -> None:
    """Raise where the Hub's client would not open a pull request for the remote."""
    if remote.is_elsewhere:
        hint = "unset it, or name a remote that is there: --remote NAME"
        raise EvalhubError(f"{printable(remote.name)} is on Hugging Face, and HF_ENDPOINT names another host", hint)
    if not remote.shows_its_pulls:  # else each try would open another
        message = f"{printable(remote.name)} is fetched from another place, where its pull requests can't be seen"
        raise EvalhubError(message, "name a remote that is fetched from and pushed to Hugging Face: --remote NAME")
    parts = repo_id.split("/")
    if len(parts) > 2 or not all(parts):
        raise EvalhubError(f"the remote {printable(repo_id, limit=100)} is no model on Hugging Face", "check its URL")
