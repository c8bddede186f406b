"""What came of a submission, as text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.text import Text

from evalhub.drafts import Draft
from evalhub.files import quoted, shown
from evalhub.own_branches import changes
from evalhub.planning import Item, Verdict
from evalhub.pulls import PROPOSALS
from evalhub.render.diagnostics import diagnostic_lines
from evalhub.render.diffs import diff, styled
from evalhub.render.terminal import safe
from evalhub.snapshot import PlacedResult
from evalhub.submit import Outcome, Status
from evalhub.values import format_value

_MOST_TASKS = 5


def findings(outcome: Outcome) -> Iterator[Text]:
    """Yield what validation found in the new entries and files."""
    for diagnostic in outcome.plan.findings:
        yield from diagnostic_lines(diagnostic)
        yield Text()


def lines(outcome: Outcome) -> Iterator[Text]:
    """Yield what happened, or would."""
    plan = outcome.plan
    same, conflicts = plan.of(Verdict.SAME), plan.of(Verdict.CONFLICT)
    several = len(plan.items) > 1
    if same and (several or outcome.status is Status.SAME):
        rest = "nothing to do" if outcome.status is Status.SAME else "nothing to do for them"
        what = "this score" if len(same) == 1 else f"{len(same)} of the scores" if conflicts else "these scores"
        yield safe(f"{plan.model_id} has {what} already: {rest}")
        yield from _standing(same, several)
    if outcome.status is Status.CONFLICT:
        what = "a different score for the same task and notes" if not several else "different scores"
        yield safe(f"{plan.model_id} has {what}: nothing was committed")
        yield from _standing(conflicts, several)
    elif outcome.status is Status.INVALID:
        invalid = len(plan.of(Verdict.INVALID))
        what = "the entry is" if not several else f"{invalid} of {len(plan.items)} entries are"
        yield safe(f"{what} not valid: nothing was committed")
    elif outcome.status is Status.PLANNED:
        yield safe(f"would commit to {outcome.branch} in {shown(plan.repository)}:")
        for change in plan.changes:
            yield Text()
            yield from map(styled, diff(change.before, change.after, change.path, change.path))
    elif outcome.status is Status.COMMITTED:
        count = len(plan.of(Verdict.NEW))
        what = f", {count} results" if several else ""
        yield safe(f"committed {outcome.commit[:12]} to {outcome.branch} in {shown(plan.repository)}{what}")


def hints(outcome: Outcome, push: str | None) -> Iterator[str]:
    """Yield what to type next; `push` is what pushes the branch, None where that is done anyway."""
    plan = outcome.plan
    if any(item.result.source is None for item in plan.items if item.verdict is not Verdict.SAME):
        again = " --update" if outcome.status is Status.COMMITTED else ""
        yield f"nobody can check a score without a source: add --source-url URL{again}"
    if outcome.status is Status.SAME and any(_differs(item) for item in plan.items):
        yield "your branch has another source, date or revision for it: to change those, add --update"
    if outcome.status is Status.CONFLICT:
        own = any(place.place.ref.startswith(PROPOSALS) for item in plan.items for place in item.standing)
        if own and plan.onto is None:
            yield "to change what your branch proposes: add --update"
        yield "to propose yours instead: add --supersede; for another setup: tell them apart with --notes"
    elif outcome.status is Status.PLANNED:
        yield "to commit it: the same command without --dry-run"
    elif outcome.status is Status.COMMITTED:
        if push and not outcome.has_remote:
            yield f"it has no remote to push to yet: git -C {quoted(plan.repository)} remote add origin URL"
        elif push:
            yield f"to push it: {push}"
        yield "leaderboards read it from now on, as community"
        if any(item.supersedes for item in plan.of(Verdict.NEW)):
            yield "what it supersedes stands beside it until this is merged; see: evalhub conflicts"


def _differs(item: Item) -> bool:
    """Whether one's own branch has the value, and something else with it."""
    own = (placed for placed in item.standing if placed.place.ref.startswith(PROPOSALS))
    return any(changes(item.result, placed.result) for placed in own)


def log_lines(read: Iterable[Draft]) -> Iterator[Text]:
    """Yield what was read of a log: what becomes of each task, and what to know before publishing it."""
    unknown: dict[str, list[str]] = {}
    for draft in read:
        if draft.result is None and draft.asks:
            continue  # the error says so
        if draft.result is None:
            unknown.setdefault(draft.reason, []).append(draft.task)
            continue
        result = draft.result
        yield safe(f"{draft.task}: {result.dataset_id}, task {result.task_id}{_setup(result.notes)}")
        yield from (safe(f"  {remark}", "dim") for remark in draft.remarks)
        yield from (safe(f"  warning: {warning}", "yellow") for warning in draft.warnings)
    for reason, tasks in unknown.items():
        more = f" and {len(tasks) - _MOST_TASKS} more" if len(tasks) > _MOST_TASKS else ""
        yield safe(f"left out: {', '.join(tasks[:_MOST_TASKS])}{more}: {reason}", "yellow")


def _setup(notes: str | None) -> str:
    return f", notes {notes!r}" if notes else ""


def _standing(items: Iterable[Item], several: bool) -> Iterator[Text]:
    for item in items:
        if several:
            result = item.result
            yield safe(f"  {result.dataset_id}, {result.task_id}: {format_value(result.value)}")
        yield from (_place(placed) for placed in item.standing)


def _place(placed: PlacedResult) -> Text:
    place = placed.place
    pull = f" (pull request {place.pull_request})" if place.pull_request is not None else ""
    value = format_value(placed.result.value)
    return safe(f"  {value} on {place.ref}{pull}, in {placed.filename}, at {place.tip[:12]}")
