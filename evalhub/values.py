"""What a reported value or date means, and how it is written."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from fractions import Fraction
from functools import lru_cache

from evalhub.terms import Scale


def scale_suspects(values: Iterable[float], scale: Scale | None) -> set[float]:
    """Return the values that look as if they were on the other scale, where at least one other doesn't."""
    distinct = set(values) - {0}
    suspects = {value for value in distinct if off_scale(value, scale)}
    return suspects if distinct - suspects else set()


def off_scale(value: float, scale: Scale | None) -> bool:
    """Whether `value` lies where the other scale's values do. Zero is zero on both."""
    if scale is Scale.PERCENT:
        return 0 < value <= 1
    return scale is Scale.FRACTION and value > 1


# Of the larger value: what sums of floats leave, as in 0.1 + 0.2 and 0.3, is no difference that anybody reported.
NOISE = Fraction(1, 10**12)


def exact(value: float) -> Fraction:
    """Return a value as the decimal number that was written: `exact(41.3) - exact(41.2)` is one tenth."""
    return Fraction(value) if isinstance(value, int) else Fraction(repr(value))


def alike(one: float, other: float) -> bool:
    """Whether two values are the same, but for what floats can't tell apart."""
    if one == other:
        return True
    first, second = exact(one), exact(other)
    return abs(first - second) <= NOISE * max(abs(first), abs(second))


def format_value(value: float) -> str:
    """Return a value as it was reported: no rounding, no rescaling, no thousands separators."""
    return repr(value)


@lru_cache(maxsize=1024)  # several rules ask in turn, and many results have one date
def parse_date(text: str) -> datetime | None:
    """Return an ISO-8601 date or datetime as a UTC datetime (midnight and UTC where it doesn't say), or None."""
    try:
        parsed = datetime.fromisoformat(text.upper())  # RFC 3339 allows a small t and z
        return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def format_time(time: datetime) -> str:
    """Return a UTC datetime as ISO-8601 text: `2026-01-31T10:20:30Z`."""
    return time.isoformat().replace("+00:00", "Z")
