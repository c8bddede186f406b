"""Push: a branch of proposed scores becomes a pull request where the model lives."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pygit2

from evalhub import git, git_push, hub_pulls
from evalhub.errors import EvalhubError
from evalhub.files import quoted
from evalhub.git_program import GitProgram
from evalhub.hub import Hub
from evalhub.huggingface import HubClient
from evalhub.names import printable
from evalhub.pulls import PROPOSALS
from evalhub.push_check import Check, check
from evalhub.push_refusals import Refusals, check_hub, no_such_branch
from evalhub.remotes import find_remote, pull_request_url, quoted_ref
from evalhub.snapshot import PlacedResult, RepoSnapshot
from evalhub.terms import Origin
from evalhub.unsafe import refuse_unsafe
from evalhub.upstream import Upstream, look

_PREFIX = "evalhub/"
_HEADS = "refs/heads/"
Note = Callable[[str], None]


class Status(enum.StrEnum):
    """What came of pushing a branch."""

    PUSHED = "pushed"  # an ordinary remote has the branch
    OPENED = "opened"  # a pull request on the Hub stands for the branch
    INCOMPLETE = "incomplete"  # that is open, but couldn't take the branch's place in the clone
    PLANNED = "planned"  # a dry run
    UP_TO_DATE = "up to date"  # the remote has this very branch
    MERGED = "merged"  # all of the branch is in the remote's default branch
    SAME = "same"  # its scores stand there already
    CONFLICT = "conflict"  # different ones do


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it. `branch` is its short name and `tip` its commit; `again` is what to type to push it.

    `url` is the page to open the pull request at, or its own where `number` says which it is; `base` is the remote's
    default branch. `standing` are the results of the remote that are the same or different; `kept` says why the branch
    is still there though a pull request has it, and `has_more` that the pull request lacks some of it.
    """

    status: Status
    model_id: str
    repository: Path
    remote: str
    address: str
    branch: str
    tip: str
    again: str
    base: str = ""
    url: str | None = None
    number: int | None = None
    standing: tuple[PlacedResult, ...] = ()
    kept: str = ""
    has_more: bool = False
    hugging_face: bool = False
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """How to push: to which remote (None: `origin`, or the only one), also beside a different score, or only trying."""

    remote: str | None = None
    supersede: bool = False
    dry_run: bool = False


def push(
    hub: Hub, model: str, branch: str | None = None, wanted: Wanted = Wanted(), note: Note | None = None
) -> Outcome:
    """Push a branch of the model that `model` means: `branch`, with or without `evalhub/`, or the only open one.

    `note` is told what is waited for. Raises `EvalhubError` where the model or branch isn't there, or the remote can't
    be reached or refuses; the branch is still there then.
    """
    snapshot = hub.model_repo(model)
    return push_branch(snapshot, _chosen(snapshot, branch), hub.root, wanted, note)


def push_branch(
    snapshot: RepoSnapshot, branch: str, root: Path, wanted: Wanted = Wanted(), note: Note | None = None
) -> Outcome:
    """Push the branch `evalhub/…` of a model repo in the hub at `root`, as `push` does."""
    refuse_unsafe(snapshot)
    return _Push(snapshot, branch, root, wanted, note or (lambda text: None)).run()


def _chosen(snapshot: RepoSnapshot, branch: str | None) -> str:
    """Return the branch that is meant. Raises `EvalhubError`."""
    if branch is not None:
        return _PREFIX + branch.removeprefix(_HEADS).removeprefix(_PREFIX)
    proposing = {placed.place.ref for placed in snapshot.results if placed.place.ref.startswith(PROPOSALS)}
    names = [ref.removeprefix(_HEADS) for ref in sorted(proposing)]
    if len(names) == 1:
        return names[0]
    model = printable(snapshot.id)
    if names:
        listed = printable(", ".join(names), limit=400)
        hint = f"name one: evalhub push {quoted_ref(snapshot.id)} {quoted_ref(names[0])}"
        raise EvalhubError(f"{model} has {len(names)} branches to push: {listed}", hint, exit_status=2)
    hint = f"make one: evalhub submit {quoted_ref(snapshot.id)} --benchmark NAME --value NUMBER"
    raise EvalhubError(f"{model} has no branch evalhub/… with a score that is not merged yet", hint)


def _command(snapshot: RepoSnapshot, branch: str, root: Path, wanted: Wanted) -> str:
    """Return what to type to push the branch there, from the current directory."""
    remote = f" --remote {quoted_ref(wanted.remote)}" if wanted.remote is not None else ""
    hub = f" --hub {quoted(root)}" if root != Path() else ""
    return f"evalhub push {quoted_ref(snapshot.id)} {quoted_ref(branch)}{remote}{hub}"


class _Push:
    """One branch on its way."""

    def __init__(self, snapshot: RepoSnapshot, branch: str, root: Path, wanted: Wanted, note: Note) -> None:
        self.snapshot, self.branch, self.wanted, self.note = snapshot, branch, wanted, note
        self.program = GitProgram(snapshot.path)
        self.ref = _HEADS + branch
        tip = self.program.ask("show-ref", "--verify", "--hash", "--", self.ref)
        if tip is None:
            raise no_such_branch(self.program, snapshot.id, branch)
        self.tip = tip
        self.remote = find_remote(self.program, wanted.remote)
        self.refusals = Refusals(self.program, self.remote, branch, snapshot.default)
        again = _command(snapshot, branch, root, wanted)
        self.outcome = Outcome(
            Status.PUSHED, snapshot.id, snapshot.path, self.remote.name, self.remote.shown, branch, tip, again
        )
        self.onward = f"the branch is still there; go on with: {again}{' --supersede' * wanted.supersede}"

    def run(self) -> Outcome:
        repo_id = self.remote.hugging_face_id
        if repo_id is not None:
            check_hub(self.remote, repo_id)
        client = HubClient() if repo_id is not None else None
        if repo_id is not None:
            self.outcome = replace(self.outcome, hugging_face=True)
        self.note(f"asking {self.remote.name} what stands there")
        upstream = look(self.program, self.remote, self.tip, self.onward)
        if upstream.default is None:
            raise self.refusals.nothing_there(upstream)
        self.outcome = replace(self.outcome, base=upstream.default_name)
        with git.reading(str(self.snapshot.path), self.ref):
            repository = git.open_repository(self.snapshot.path)
            branch = git.Branch(self.ref, pygit2.Oid(hex=self.tip))
            checked = check(repository, upstream, upstream.default, branch, self.snapshot.id)
            if checked is None:
                raise self.refusals.nothing_shared(repository, upstream)
            self.refusals.check_based_on_pushed(repository, upstream.default, branch, checked)
        self.outcome = replace(self.outcome, warnings=checked.warnings)
        settled = self._settled(upstream, checked)
        if client is None or repo_id is None:
            return settled or self._push()
        hub_branch = hub_pulls.HubBranch(self.program, repository, self.remote, client, repo_id, branch, self.onward)
        return self._open(hub_branch, upstream, checked, settled)

    def _settled(self, upstream: Upstream, checked: Check) -> Outcome | None:
        """Return what came of it where nothing is to be pushed."""
        if checked.merged:
            return replace(self.outcome, status=Status.MERGED)
        is_there = (
            str(upstream.ids.get(self.ref, "")) == self.tip and not self.remote.more
        )  # asked was only one of them
        if is_there and not self.outcome.hugging_face:
            return replace(self.outcome, status=Status.UP_TO_DATE, url=self._url(""))
        if checked.all_same:
            return replace(self.outcome, status=Status.SAME, standing=checked.same)
        if checked.different and not self.wanted.supersede:
            return replace(self.outcome, status=Status.CONFLICT, standing=checked.different)
        if self.wanted.dry_run and not self.outcome.hugging_face:
            return replace(self.outcome, status=Status.PLANNED)
        return None

    def _push(self) -> Outcome:
        self.note(f"pushing to {self.remote.name}")
        words = git_push.push_branch(self.program, self.remote, self.branch, self.tip, self.onward)
        return replace(self.outcome, url=self._url(words))

    def _open(
        self, branch: hub_pulls.HubBranch, upstream: Upstream, checked: Check, settled: Outcome | None
    ) -> Outcome:
        """Open a pull request on the Hub, unless an earlier try did, and let its ref take the branch's place."""
        with git.reading(str(self.snapshot.path), self.ref):
            proposed = all(placed.place.origin is Origin.COMMUNITY for placed in checked.same)
            may_be = settled is None or (settled.status is Status.SAME and proposed)
            opened = branch.opened_before(upstream, checked) if may_be else None
            if settled is not None and (opened is None or self.wanted.dry_run):
                return settled
            if self.wanted.dry_run:
                goes_on = opened or branch.continued(upstream)
                return replace(self.outcome, status=Status.PLANNED, number=goes_on.number if goes_on else None)
            if opened is None:
                self.note(f"opening a pull request on {self.remote.name}")
                opened = branch.open(upstream, checked)
        self.outcome = replace(self.outcome, number=opened.number, url=opened.url)
        try:
            replaced = branch.replace_by(opened.number, checked)
        except EvalhubError as error:
            return replace(self.outcome, status=Status.INCOMPLETE, kept=error.message)
        return replace(self.outcome, status=Status.OPENED, kept=replaced.kept, has_more=replaced.has_more)

    def _url(self, words: str) -> str | None:
        return pull_request_url(self.remote, self.outcome.base, self.branch, words)
