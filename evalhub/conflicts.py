"""Where results of one model, task and setup disagree: by how much, and whether it is but the scale or the rounding."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from evalhub import mixups
from evalhub.errors import EvalhubError
from evalhub.leaderboard import Score, contender, preference
from evalhub.mixups import Mixup
from evalhub.names import printable
from evalhub.registry import Metric
from evalhub.terms import Policy, Reason, Scale
from evalhub.values import NOISE, exact, format_value

_MOST_SAID = 3  # mix-ups, and values, that a sentence spells out


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far apart values may be without a conflict: `amount` in the metric's unit, or with `relative` as a fraction
    of the value that is largest without its sign.
    """

    amount: Fraction = Fraction(0)
    relative: bool = False

    def covers(self, values: Sequence[float]) -> bool:
        """Whether the lowest and the highest of `values` are as near as that, but for what floats can't tell apart."""
        low, high = min(values), max(values)
        if low == high:
            return True
        lowest, highest = exact(low), exact(high)
        size = max(abs(lowest), abs(highest))
        allowed = self.amount * size if self.relative else self.amount
        return highest - lowest <= allowed + NOISE * size


def parse_tolerance(text: str) -> Tolerance:
    """Return the tolerance that `0.1` (in the metric's unit) or `1%` (of the value) means. Raises `EvalhubError`."""
    found = re.fullmatch(r"\s*([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]{1,3})?\s*(%?)\s*", text[:100])
    if found is None or len(text) > 100:
        message = f"the tolerance {printable(text, limit=60)} is no number from 0 on, nor a percentage"
        raise EvalhubError(message, "such as --tolerance 0.1, in the metric's unit, or --tolerance 1%", exit_status=2)
    amount = Fraction(found[1] + (found[2] or ""))
    return Tolerance(amount / 100, relative=True) if found[3] else Tolerance(amount)


@dataclass(frozen=True, slots=True)
class Conflict:
    """One model's results for one task and variant (the notes, or empty) that disagree.

    `claims` are all of them, best value first, and of one value the most trusted first. `counts` is the one that stands
    on the leaderboard (policy `best`), None where none of them does: another variant is better, or the task has none.
    `spread` is the highest minus the lowest value in the metric's unit, and `relative_spread` its part of the largest
    value (without signs), from 0 to 2. `remaining` is the same once all values are on one scale: 0 where they then
    differ by no more than rounding. `scale_mixup` says that some values look as if they were on another scale than the
    rest, `rounding` that they all round to one; `verdict` says it in words.
    """

    model_id: str
    dataset_id: str
    task_id: str
    variant: str
    metric: Metric
    claims: tuple[Score, ...]
    counts: Score | None
    spread: float
    relative_spread: float
    remaining: float
    scale_mixup: bool
    rounding: bool
    verdict: str

    @property
    def tally(self) -> tuple[tuple[float, int], ...]:
        """The different values, best first, and how many places say each."""
        return tuple(Counter(claim.value for claim in self.claims).items())


@dataclass(frozen=True, slots=True)
class Conflicts:
    """The conflicts of a hub, or of what was asked for: a dataset, a task, a model (None: all).

    `conflicts` are those to show, the most important first. `total` counts them without a limit, `models` the models
    that have them, `scale_mixups` those that look like one. `largest` is the largest spread of the others that is more
    than rounding, None where there is none. `results` counts what was compared, `left_out` what wasn't, by reason.
    """

    dataset_id: str | None
    task: str | None
    model_id: str | None
    tolerance: Tolerance
    generated_at: datetime
    conflicts: tuple[Conflict, ...]
    total: int
    models: int
    scale_mixups: int
    largest: float | None
    results: int
    left_out: dict[Reason, int]
    warnings: tuple[str, ...] = ()


def find(
    scores: Iterable[Score],
    metric_of: Callable[[str, str], Metric],
    boards: Collection[tuple[str, str]],
    tolerance: Tolerance,
) -> list[Conflict]:
    """Return the conflicts among `scores`, which must have all variants of each model's task.

    `metric_of` gives the metric of a dataset's task, and `boards` are the datasets' tasks that have a leaderboard. What
    people disagree about comes first, that with the largest remaining relative spread before the others; then what is
    nothing but a scale mix-up; then what is rounding.
    """
    tasks: dict[tuple[str, str, str], list[Score]] = defaultdict(list)
    for score in scores:
        tasks[score.model_id, score.result.dataset_id, score.result.task_id].append(score)
    found: list[Conflict] = []
    for (_, *task), group in tasks.items():
        dataset_id, task_id = task
        metric = metric_of(dataset_id, task_id)
        group.sort(key=lambda score: preference(contender(score), Policy.BEST, metric.direction))
        leader = group[0] if (dataset_id, task_id) in boards else None
        variants: dict[str, list[Score]] = defaultdict(list)
        for score in group:
            variants[score.result.variant].append(score)
        found += [
            _conflict(claims, metric, leader)
            for claims in variants.values()
            if not tolerance.covers([claim.value for claim in claims])
        ]
    return sorted(found, key=_importance)


def _importance(conflict: Conflict) -> tuple[object, ...]:
    ids = conflict.model_id, conflict.dataset_id, conflict.task_id, conflict.variant
    return (-conflict.remaining, not conflict.scale_mixup, -conflict.relative_spread, *ids)


def _conflict(claims: Sequence[Score], metric: Metric, leader: Score | None) -> Conflict:
    first = claims[0]
    values = sorted({claim.value for claim in claims})
    found = mixups.find(values, metric.scale)
    spread = exact(values[-1]) - exact(values[0])
    relative = _part(spread, [mixups.written(value) for value in values])
    on_one_scale = sorted({_on_one_scale(value, found.get(value)) for value in values})
    rounded = mixups.rounds_to(on_one_scale)
    disputed = Fraction(on_one_scale[-1]) - Fraction(on_one_scale[0]) if rounded is None else Fraction(0)
    remaining = _part(disputed, on_one_scale)
    parts = [_mixup_words(list(found.values()))] if found else []
    if rounded is None:
        differs = f"differs by {_amount(disputed, metric.scale)} ({percentage(remaining)})"
        parts.append(f"apart from that, {differs}" if found else differs)
    elif not found:
        finer = [value for value in values if exact(value) != Fraction(rounded)]
        what = f"{format_value(finer[0])} rounds" if len(finer) == 1 else "all round"
        parts.append(f"rounding: {what} to {rounded}")
    return Conflict(
        *(first.model_id, *first.result.series),
        metric,
        tuple(claims),
        first if first is leader else None,
        as_number(spread),
        relative,
        remaining,
        bool(found),
        rounded is not None and not found,
        "; ".join(parts),
    )


def _on_one_scale(value: float, mixup: Mixup | None) -> Decimal:
    if mixup is None:
        return mixups.written(value)
    return mixup.becomes if mixup.partner is None else mixups.written(mixup.partner)


def _part(difference: Fraction, values: Sequence[Decimal]) -> float:
    """Return a difference as a part of the value that is largest without its sign."""
    size = max(abs(Fraction(values[0])), abs(Fraction(values[-1])))
    return float(difference / size) if size else 0.0


def _mixup_words(found: Sequence[Mixup]) -> str:
    said = [
        f"{format_value(each.value)} {'would be' if each.partner is None else 'is'} {_scaled(each)}"
        for each in found[:_MOST_SAID]
    ]
    more = [f"{len(found) - _MOST_SAID} more"] if len(found) > _MOST_SAID else []
    return f"scale mix-up: {', '.join([*said, *more])}"


def _scaled(mixup: Mixup) -> str:
    of = " of 100" if abs(mixup.becomes) > abs(mixups.written(mixup.value)) else " of 1"
    return plain(Fraction(mixup.becomes)) + of


def _amount(difference: Fraction, scale: Scale | None) -> str:
    said = plain(difference)
    return f"{said} point{'s' * (said != '1')}" if scale is Scale.PERCENT else said


def plain(number: Fraction) -> str:
    """Return a number for people: `2` rather than `2.0`."""
    return format_value(as_number(number)).removesuffix(".0")


def as_number(number: Fraction) -> float:
    """Return a fraction as JSON has it: whole where it is more than a float can hold."""
    try:
        return float(number)
    except OverflowError:
        return int(number)


def percentage(part: float) -> str:
    """Return a part of 1 as a percentage with two digits at least: `1.8%`, `0.012%`, `150%`."""
    percent = part * 100
    return f"{percent:.0f}%" if percent >= 9.95 else f"{percent:.2g}%"
