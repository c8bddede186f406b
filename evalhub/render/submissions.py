"""What came of a submission, as text."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from evalhub.files import quoted, shown
from evalhub.render.diagnostics import diagnostic_lines
from evalhub.render.diffs import diff, styled
from evalhub.render.terminal import safe
from evalhub.snapshot import PlacedResult
from evalhub.submit import Outcome, Status, push_command
from evalhub.values import format_value


def findings(outcome: Outcome) -> Iterator[Text]:
    """Yield what validation found in the new entry and file."""
    for diagnostic in outcome.diagnostics:
        yield from diagnostic_lines(diagnostic)
        yield Text()


def lines(outcome: Outcome) -> Iterator[Text]:
    """Yield what happened, or would."""
    if outcome.status is Status.SAME:
        yield safe(f"{outcome.model_id} has this score already: nothing to do")
        yield from (_standing(placed) for placed in outcome.standing)
    elif outcome.status is Status.CONFLICT:
        yield safe(f"{outcome.model_id} has a different score for the same task and notes: nothing was committed")
        yield from (_standing(placed) for placed in outcome.standing)
    elif outcome.status is Status.INVALID:
        yield safe("the entry is not valid: nothing was committed")
    elif outcome.status is Status.PLANNED:
        yield safe(f"would commit to {outcome.branch} in {shown(outcome.repository)}:")
        yield Text()
        yield from map(styled, diff(outcome.before, outcome.after, outcome.path, outcome.path))
    else:
        yield safe(f"committed {outcome.commit[:12]} to {outcome.branch} in {shown(outcome.repository)}")
        yield safe(f"to push it: {push_command(outcome)}")


def hints(outcome: Outcome) -> Iterator[str]:
    """Yield what to type next."""
    if outcome.sourceless:
        yield "nobody can check a score without a source: add --source-url URL"
    if outcome.status is Status.CONFLICT:
        yield "to propose yours instead: add --supersede; for another setup: tell them apart with --notes"
    elif outcome.status is Status.PLANNED:
        yield "to commit it: the same command without --dry-run"
    elif outcome.status is Status.COMMITTED:
        if outcome.remote is None:
            yield f"it has no remote yet: git -C {quoted(outcome.repository)} remote add origin URL"
        yield "leaderboards read it from now on, as community"
        if outcome.superseded:
            yield "what it supersedes stands beside it until this is merged; see: evalhub conflicts"


def _standing(placed: PlacedResult) -> Text:
    place = placed.place
    pull = f" (pull request {place.pull_request})" if place.pull_request is not None else ""
    value = format_value(placed.result.value)
    return safe(f"  {value} on {place.ref}{pull}, in {placed.filename}, at {place.tip[:12]}")
