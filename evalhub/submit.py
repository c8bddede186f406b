"""Submit: results become a commit on a branch of the model repo, which is a pull request."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from evalhub import git, proposals
from evalhub.hub import Hub
from evalhub.leaderboard import branch_name
from evalhub.names import slug
from evalhub.planning import Item, Plan, Planner, Request, Verdict
from evalhub.pulls import PROPOSALS
from evalhub.results import EvalResult
from evalhub.values import format_value

_MOST_TRIES = 10
_PREFIX = "evalhub/"
_MOST_NAMED = 3  # benchmarks in a commit's subject


class Status(enum.StrEnum):
    """What came of a submission."""

    COMMITTED = "committed"
    PLANNED = "planned"  # a dry run: nothing was written
    SAME = "same"  # all the scores stand already: nothing to do
    CONFLICT = "conflict"  # a different score stands already
    INVALID = "invalid"  # validation found errors in a new entry or file


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it: the plan, and of what was or would be committed the branch, the commit, its message, and whether
    there is a remote to push it to.
    """

    status: Status
    plan: Plan
    branch: str = ""
    commit: str = ""
    message: str = ""
    has_remote: bool = False

    @property
    def branches(self) -> list[str]:
        """The branches on which the scores are proposed: the one that was committed to, and local ones from before."""
        standing = [placed.place.ref for item in self.plan.of(Verdict.SAME) for placed in item.standing]
        earlier = [branch_name(ref) for ref in standing if ref.startswith(PROPOSALS)]
        committed = [self.branch] if self.status is Status.COMMITTED else []
        return list(dict.fromkeys((*committed, *earlier))) if self.status in (Status.COMMITTED, Status.SAME) else []


def submit(hub: Hub, model: str, request: Request, *, dry_run: bool = False) -> Outcome:
    """Propose results for the model that `model` means, all of them or none; those that stand already are passed over.

    Only a new branch `evalhub/…` is written, or the one of one's own that is to be updated: working tree, index, HEAD
    and other refs stay as they are. Raises `EvalhubError` where the model isn't there, a file can't be edited, or git
    can't commit.
    """
    plan = Planner(hub).plan(hub.model_repo(model), request)
    for verdict, status in ((Verdict.INVALID, Status.INVALID), (Verdict.CONFLICT, Status.CONFLICT)):
        if plan.of(verdict):
            return Outcome(status, plan)
    return carry_out(hub, plan, request, dry_run=dry_run)


def carry_out(hub: Hub, plan: Plan, request: Request, *, dry_run: bool = False) -> Outcome:
    """Commit what is new in a plan, whatever became of its other items. Raises `EvalhubError` where git can't."""
    fresh = plan.of(Verdict.NEW)
    if not fresh:
        return Outcome(Status.SAME, plan)
    message = request.message if request.message is not None else _message(hub, fresh, updates=plan.onto is not None)
    branch = _branch(plan, request)
    has_remote = any(remote.name for remote in git.open_repository(plan.repository).remotes)
    if dry_run:
        return Outcome(Status.PLANNED, plan, branch, message=message, has_remote=has_remote)
    for tries_left in reversed(range(_MOST_TRIES)):
        try:
            commit = _committed(plan, branch, message)
        except proposals.BranchTakenError:  # somebody took the name between looking and committing
            if request.branch is not None or not tries_left:
                raise
            branch = _branch(plan, request)
        else:
            break
    return Outcome(Status.COMMITTED, plan, branch, commit, message, has_remote)


def _committed(plan: Plan, branch: str, message: str) -> str:
    return proposals.commit_files(
        plan.repository,
        base=plan.base,
        branch=branch,
        files={change.path: change.after.encode() for change in plan.changes},
        message=message,
        update=plan.onto is not None,
    )


# --- the branch -----------------------------------------------------------------------------------------------------


def _branch(plan: Plan, request: Request) -> str:
    """Return the branch to commit to: one to update, the one that is named, or a free one called after the file or
    benchmark.
    """
    if plan.onto is not None:
        return plan.onto
    if request.branch is not None:
        branch = _PREFIX + request.branch.removeprefix(_PREFIX)
        proposals.check_branch(plan.repository, branch)
        return branch
    return proposals.free_branch(plan.repository, _PREFIX + (request.called or _branch_name(plan)))


def _branch_name(plan: Plan) -> str:
    datasets = {item.result.dataset_id for item in plan.of(Verdict.NEW)}
    if len(plan.changes) == 1:
        name = plan.changes[0].path.rsplit("/", 1)[-1].removesuffix(".yaml")
    else:
        name = datasets.pop().rsplit("/", 1)[-1] if len(datasets) == 1 else "results"
    return slug(name).replace("_", "-") or "results"


def _message(hub: Hub, items: list[Item], *, updates: bool) -> str:
    names = {item.result.dataset_id: _name(hub, item.result) for item in items}
    verb = "Update" if updates else "Correct" if any(item.supersedes for item in items) else "Add"
    if len(items) == 1:
        ((_, name),) = names.items()
        subject = f"{verb} {name} result: {_told(items[0].result)}"
        body = [f"Source: {items[0].result.source.url}"] if items[0].result.source else []
    else:
        more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
        subject = f"{verb} {len(items)} results: {', '.join(list(names.values())[:_MOST_NAMED])}{more}"
        body = [f"{names[each.result.dataset_id]}, {each.result.task_id}: {_told(each.result)}" for each in items]
        body += [
            f"Source: {url}" for url in dict.fromkeys(each.result.source.url for each in items if each.result.source)
        ]
    lines = [" ".join(line.split()) for line in (subject, *body)]
    return "\n".join([lines[0], *(["", *lines[1:]] if body else []), ""])


def _name(hub: Hub, result: EvalResult) -> str:
    spec = hub.specs.get(result.dataset_id)
    return spec.name if spec else result.dataset_id


def _told(result: EvalResult) -> str:
    return f"{format_value(result.value)}{f' ({result.notes})' if result.notes else ''}"
