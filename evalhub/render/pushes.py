"""What came of pushing a branch, as text."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from evalhub.files import quoted
from evalhub.push import Outcome, Status
from evalhub.remotes import quoted_ref
from evalhub.render.terminal import safe
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
        rest = f"{branch} is still there: {outcome.kept}" if outcome.kept else f"it replaces {branch}"
        yield safe(f"refs/pr/{outcome.number} is fetched; {rest} (was {outcome.tip[:12]})")
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
        yield safe(f"{remote} has this score already: nothing to do")
        yield from _standing(outcome)
    else:
        yield safe(f"{remote} has a different score for the same task and notes: nothing was pushed")
        yield from _standing(outcome)


def hints(outcome: Outcome, hub_flag: str) -> Iterator[str]:
    """Yield what to type next."""
    again = f"evalhub push {quoted_ref(outcome.model_id)} {quoted_ref(outcome.branch)}{hub_flag}"
    if outcome.status is Status.PUSHED and not outcome.url:
        yield "that host names no page to open the pull request: look for it there"
    elif outcome.status is Status.MERGED:
        yield f"the branch can go: git -C {quoted(outcome.repository)} branch -D {quoted_ref(outcome.branch)}"
    elif outcome.status is Status.CONFLICT:
        yield f"to propose yours beside it: {again} --supersede"
    elif outcome.status is Status.INCOMPLETE:
        yield f"to finish: {again}"
    elif outcome.status is Status.PLANNED:
        yield "to do it: the same command without --dry-run"


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
    where = place.ref.removeprefix("refs/heads/")
    pull = f"pull request {place.pull_request} ({where})" if place.pull_request is not None else where
    notes = f" ({result.notes})" if result.notes else ""
    value = format_value(result.value)
    return safe(f"  {result.dataset_id} {result.task_id}{notes}: {value} on {pull}, in {placed.filename}")
