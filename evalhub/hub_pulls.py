"""A branch that becomes a pull request on the Hugging Face Hub, whose ref then takes its place in the clone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice

import pygit2

from evalhub import git, upstream
from evalhub.errors import EvalhubError
from evalhub.git_program import GitProgram
from evalhub.huggingface import Commit, HubClient, Opened
from evalhub.names import printable
from evalhub.proposed import Proposed
from evalhub.pulls import PullRef
from evalhub.push_check import Change, Check, changes_between
from evalhub.remotes import Remote, git_command, quoted_ref
from evalhub.result_reader import ResultReader
from evalhub.upstream import Upstream

_MOST_BYTES = 10_000_000  # in all files together: results are text
_MOST_FILES = 100
_MOST_ASKED = 10  # pull requests with the very same change
# HEAD is elsewhere meanwhile; these say which branch it goes back to.
_WORK = {"rebase-merge/head-name": "rebased", "rebase-apply/head-name": "rebased", "BISECT_START": "bisected"}


@dataclass(frozen=True, slots=True)
class Replaced:
    """What became of a branch: `kept` says why it is still there, `has_more` that the pull request lacks some of it."""

    kept: str = ""
    has_more: bool = False


@dataclass(frozen=True, slots=True)
class HubBranch:
    """A branch of a clone, and the repo on the Hub that it is for; `onward` says how to go on after an error."""

    program: GitProgram
    repository: pygit2.Repository
    remote: Remote
    client: HubClient
    repo_id: str
    branch: git.Branch
    onward: str

    def opened_before(self, there: Upstream, checked: Check) -> Opened | None:
        """Return the pull request that an earlier try has opened: with the same title and the same changes.

        Raises `EvalhubError` where the Hub doesn't say whether it is open still.
        """
        if checked.merged:
            return None
        title = self._message()[0]
        alike = (
            pull for pull, tip in self._pulls(there) if self._has_all(tip, checked.changes) and _title(tip) == title
        )
        for pull in islice(alike, _MOST_ASKED):
            if pull.number and self._is_open(pull):
                return Opened(pull.number, self.client.page(self.repo_id, pull.number))
        return None

    def continued(self, there: Upstream) -> PullRef | None:
        """Return the open pull request that the branch goes on from. Raises `EvalhubError`."""
        if there.default is None:
            return None
        proposed = Proposed(ResultReader(self.repository), there.default)
        held = [pull for pull, _ in self._pulls(there) if self.repository.descendant_of(self.branch.tip, pull.tip)]
        # The ref of one that was merged stays, also after a squash.
        ahead = {pull: self.repository.ahead_behind(pull.tip, there.default.tip)[0] for pull in held}
        nearest = sorted((pull for pull in held if proposed.files(pull)), key=ahead.__getitem__, reverse=True)
        return next(filter(self._is_open, nearest), None)

    def open(self, there: Upstream, checked: Check) -> Opened:
        """Open a pull request, or commit to the one that the branch goes on from. Raises `EvalhubError`."""
        pull = self.continued(there)
        title, text = self._message()
        parent = pull.tip if pull else checked.base
        changes = changes_between(self.repository, parent, self.branch.tip) if pull else checked.changes
        commit = Commit(self._contents(changes), str(parent), title, text)
        if pull and pull.number:
            self.client.add_to_pull_request(self.repo_id, pull.number, commit, self.onward)
            return Opened(pull.number, self.client.page(self.repo_id, pull.number))
        return self.client.open_pull_request(self.repo_id, commit, self.onward)

    def replace_by(self, number: int, checked: Check) -> Replaced:
        """Fetch the pull request's ref and delete the branch that it stands for.

        Raises `EvalhubError` where the ref can't be fetched.
        """
        ref = f"refs/pr/{number}"
        ended = upstream.fetch(self.program, self.remote, [f"{ref}:{ref}"])
        if ended.status:
            raise EvalhubError(f"{ref} can't be fetched: {self.remote.hide(ended.words)}")
        repository = git.open_repository(self.program.folder)
        with git.reading(str(self.program.folder), ref):
            tip = git.read_commit(repository, git.read_refs(repository).ids[ref])
            if not self._has_all(tip, checked.changes):
                return Replaced("the pull request has other files than the branch", has_more=True)
        moved = Replaced("it has changed meanwhile", has_more=True)
        if self.program.ask("show-ref", "--verify", "--hash", "--", self.branch.ref) != str(self.branch.tip):
            return moved
        in_use = self._in_use()
        if in_use:
            return Replaced(in_use)
        # Only if it is still where it was: somebody may have committed to it meanwhile.
        ended = self.program.attempt("update-ref", "--no-deref", "-d", self.branch.ref, str(self.branch.tip))
        return Replaced() if ended.status == 0 else moved

    def _pulls(self, there: Upstream) -> Iterator[tuple[PullRef, pygit2.Commit]]:
        """Yield the Hub's pull requests with their commits; a ref may as well point to anything else."""
        for pull in there.pulls:
            if pull.ref.startswith("refs/pr/") and git.is_commit(self.repository, pull.tip):
                yield pull, git.read_commit(self.repository, pull.tip)

    def _is_open(self, pull: PullRef) -> bool:
        return pull.number is not None and self.client.is_open(self.repo_id, pull.number, self.onward)

    def _has_all(self, commit: pygit2.Commit, changes: tuple[Change, ...]) -> bool:
        """Whether a commit has each changed file as the branch has it."""
        tree = commit.tree
        return all((tree[each.path].id if each.path in tree else None) == each.id for each in changes)

    def _message(self) -> tuple[str, str]:
        """Return the title and text of the branch's last commit."""
        message: str = git.read_commit(self.repository, self.branch.tip).message.strip()
        title, _, text = message.partition("\n")
        return title.strip() or "Add evaluation results", text.strip()

    def _contents(self, changes: tuple[Change, ...]) -> dict[str, bytes | None]:
        refs = f"{quoted_ref(self.remote.name)} {quoted_ref(self.branch.ref)}:refs/pr/N"
        by_hand = f"push it by hand: {git_command(self.program, f'push {refs}')}"
        odd = [change for change in changes if change.kind != "file"]
        if odd:
            raise EvalhubError(f"{printable(odd[0].path, limit=100)} is a {odd[0].kind}, and no file", by_hand)
        files: dict[str, bytes | None] = {}
        total = 0
        for change in changes:
            content = git.read_blob(self.repository, change.id, limit=_MOST_BYTES) if change.id else None
            files[change.path] = content
            total += len(content or b"")
        if total > _MOST_BYTES or len(files) > _MOST_FILES:
            raise EvalhubError(f"{len(files)} files differ ({total} bytes), which is more than results", by_hand)
        return files

    def _in_use(self) -> str:
        """Say where the branch is checked out, or that it is worked on; nothing where it can go."""
        place = ""
        for line in self.program.lines("worktree", "list", "--porcelain"):
            if line.startswith("worktree "):
                place = line.removeprefix("worktree ")
            elif line == f"branch {self.branch.ref}":
                return f"it is checked out in {printable(place)}"
        if self.program.ask("symbolic-ref", "--quiet", "HEAD") == self.branch.ref:
            return f"it is checked out in {self.program.name}"
        common = self.program.folder / self.program.run("rev-parse", "--git-common-dir")
        names = (self.branch.ref, self.branch.ref.removeprefix("refs/heads/"))
        for git_dir in (common, *common.glob("worktrees/*")):
            for file, work in _WORK.items():
                with suppress(OSError):
                    if os.fsdecode((git_dir / file).read_bytes()).strip() in names:
                        return f"it is being {work}"
        return ""


def _title(commit: pygit2.Commit) -> str:
    message: str = commit.message
    return message.strip().partition("\n")[0].strip()
