"""What came of pushing a branch, as text."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from evalhub.files import quoted
from evalhub.leaderboard import branch_name
from evalhub.push import Outcome, Status
from evalhub.remotes import quoted_ref
from evalhub.render.terminal import safe
from evalhub.repos import split_url
from evalhub.snapshot import PlacedResult
from evalhub.values import format_value

_MOST_STANDING = 20


def lines(outcome: Outcome) -> Iterator[Text]:
    """Yield what happened, or would."""
    branch, remote = outcome.branch, f"{outcome.remote} ({outcome.address})"
    if outcome.status is Status.PUSHED:
        yield safe(f"pushed {branch} to {remote}")
        if outcome.url:
            yield safe(f"open the pull request: {outcome.url}")
    elif outcome.status is Status.OPENED:
        yield safe(f"pull request {outcome.number} is open: {outcome.url}")
        replaced = f"it replaces {branch} (was {outcome.tip[:12]})"
        rest = f"{branch} is still there: {outcome.kept}" if outcome.kept else replaced
        yield safe(f"refs/pr/{outcome.number} is fetched; {rest}")
    elif outcome.status is Status.INCOMPLETE:
        yield safe(f"pull request {outcome.number} is open: {outcome.url}")
        yield safe(f"{branch} is still there: {outcome.kept}")
    elif outcome.status is Status.PLANNED:
        yield safe(_plan(outcome, remote))
    elif outcome.status is Status.UP_TO_DATE:
        yield safe(f"{remote} has {branch} already, at {outcome.tip[:12]}: nothing to do")
        if outcome.url:
            yield safe(f"open the pull request, if that isn't done yet: {outcome.url}")
    elif outcome.status is Status.MERGED:
        yield safe(f"{outcome.base} of {remote} has all of {branch} already: nothing to do")
    elif outcome.status is Status.SAME:
        several = len({placed.result.series for placed in outcome.standing}) > 1
        yield safe(f"{remote} has {'these scores' if several else 'this score'} already: nothing to do")
        yield from _standing(outcome)
    else:
        yield safe(f"{remote} has a different score for the same task and notes: nothing was pushed")
        yield from _standing(outcome)


def hints(outcome: Outcome) -> Iterator[str]:
    """Yield what to type next."""
    if outcome.status is Status.PUSHED and not outcome.url and split_url(outcome.address)[0]:
        yield "that host names no page to open the pull request: look for it there"
    elif outcome.status is Status.MERGED:
        yield f"the branch can go: {_git(outcome, 'branch -D', outcome.branch)}"
    elif outcome.status is Status.OPENED and outcome.has_more:
        yield f"see what the pull request lacks: {_git(outcome, 'diff', f'refs/pr/{outcome.number}', outcome.branch)}"
    elif outcome.status is Status.OPENED and outcome.kept:
        yield f"leaderboards count both until the branch is gone: {_git(outcome, 'branch -D', outcome.branch)}"
    elif outcome.status is Status.CONFLICT:
        yield f"to propose yours beside it: {outcome.again} --supersede"
    elif outcome.status is Status.INCOMPLETE:
        yield f"to finish: {outcome.again}"
    elif outcome.status is Status.PLANNED:
        yield "to do it: the same command without --dry-run"


def _git(outcome: Outcome, command: str, *refs: str) -> str:
    return " ".join((f"git -C {quoted(outcome.repository)} {command}", *map(quoted_ref, refs)))


def _plan(outcome: Outcome, remote: str) -> str:
    if not outcome.hugging_face:
        return f"would push {outcome.branch} to {remote}"
    if outcome.number is not None:
        return f"would commit {outcome.branch} to pull request {outcome.number} of {remote}"
    return f"would open a pull request with {outcome.branch} on {remote}"


def _standing(outcome: Outcome) -> Iterator[Text]:
    for placed in outcome.standing[:_MOST_STANDING]:
        yield _placed(placed)
    more = len(outcome.standing) - _MOST_STANDING
    if more > 0:
        yield safe(f"  and {more} more")


def _placed(placed: PlacedResult) -> Text:
    place = placed.place
    result = placed.result
    where = branch_name(place.ref)
    pull = f"pull request {place.pull_request} ({where})" if place.pull_request is not None else where
    notes = f" ({result.notes})" if result.notes else ""
    value = format_value(result.value)
    return safe(f"  {result.dataset_id} {result.task_id}{notes}: {value} on {pull}, in {placed.filename}")
