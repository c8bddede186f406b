"""What a reported value or date means, and how it is written."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
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
