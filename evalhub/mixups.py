"""Whether values differ only because one is of 100 and the other of 1, or because one has fewer digits."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import floor

from evalhub.terms import Scale
from evalhub.values import exact, off_scale

# However few digits a value has, what it stands for is not further off than this part of it.
_ROUGHLY = Fraction(1, 10)
_FAR = 10  # times: 0.9 beside 1.1 may be of 100 both, 0.9 beside 41 hardly is


@dataclass(frozen=True, slots=True)
class Mixup:
    """A value that looks as if it were on another scale than the rest: what it is on theirs, and which other value it
    then agrees with within rounding (None: with none; it only lies where the other scale's values do).
    """

    value: float
    becomes: Decimal
    partner: float | None = None


def find(values: Sequence[float], scale: Scale | None) -> dict[float, Mixup]:
    """Return which of the different `values`, in ascending order, look as if they were on another scale.

    Of two that agree after multiplying one by 100, it is the smaller, but on the scale `fraction` the larger. Where the
    registry says no scale, they must lie where fractions and percentages do: perplexities of 1.2 and 120 are no mix-up.
    Others count where they lie off the registry's `scale`, ten times away from all that don't.
    """
    found: dict[float, Mixup] = {}
    ordered = [exact(value) for value in values]
    for small in values:
        large = _hundredfold(small, values, ordered)
        if large is None or (scale is None and (abs(small) > 1 or abs(large) > 100)):
            continue
        if scale is Scale.FRACTION:
            found[large] = Mixup(large, written(large).scaleb(-2), small)
        else:
            found[small] = Mixup(small, written(small).scaleb(2), large)
    right = [abs(exact(value)) for value in values if value and value not in found and not off_scale(value, scale)]
    for value in values if right else ():
        if value in found or not off_scale(value, scale):
            continue
        if scale is Scale.PERCENT and exact(value) * _FAR <= min(right):
            found[value] = Mixup(value, written(value).scaleb(2))
        elif scale is Scale.FRACTION and exact(value) >= max(right) * _FAR:
            found[value] = Mixup(value, written(value).scaleb(-2))
    return found


def _hundredfold(small: float, values: Sequence[float], ordered: Sequence[Fraction]) -> float | None:
    """Return the value that is 100 times `small` within rounding, or None."""
    if not small or (abs(small) > 1 and len(written(small).as_tuple().digits) < 2):
        return None  # 3 and 310 are no mix-up
    target = exact(small) * 100
    place = bisect(ordered, target)
    near = sorted(range(max(0, place - 1), min(len(values), place + 1)), key=lambda each: abs(ordered[each] - target))
    for each in near:
        unit = max(_half_unit(written(small)) * 100, _half_unit(written(values[each])))
        if values[each] != small and abs(ordered[each] - target) <= min(unit, abs(ordered[each]) * _ROUGHLY):
            return values[each]
    return None


def rounds_to(values: Collection[Decimal]) -> Decimal | None:
    """Return the one of the different `values` that all others round to, or None. A single value rounds to itself.

    Halves may go up (away from zero) or to the even neighbour, all of them the same way.
    """
    coarsest = max(_places(value) for value in values)
    coarse = [value for value in values if _places(value) == coarsest]
    if len(coarse) > 1:
        return None
    target = Fraction(coarse[0])
    unit = _half_unit(coarse[0]) * 2
    exactly = [Fraction(value) for value in values]
    near = all(abs(value - target) <= abs(target) * _ROUGHLY for value in exactly)
    rounds = any(all(rule(value / unit) * unit == target for value in exactly) for rule in (_half_up, round))
    return coarse[0] if near and rounds else None


def _half_up(number: Fraction) -> int:
    size = floor(abs(number) + Fraction(1, 2))
    return size if number > 0 else -size


def written(value: float) -> Decimal:
    """Return a value with the digits that it was written with, as far as a float knows them."""
    return Decimal(value) if isinstance(value, int) else Decimal(repr(value))


def _places(value: Decimal) -> int:
    """Return the power of ten of the last digit that is known: -1 for 41.2, and 0 for whole numbers."""
    exponent = value.as_tuple().exponent
    return min(exponent, 0) if isinstance(exponent, int) else 0


def _half_unit(value: Decimal) -> Fraction:
    return Fraction(10) ** _places(value) / 2
