"""A moment in the past as people type it: an ISO-8601 date or time, or what git takes for a date (`3 months ago`)."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from evalhub.errors import EvalhubError
from evalhub.names import did_you_mean, printable
from evalhub.values import format_time, parse_date

_EXAMPLES = 'for example 2026-02-01 (all of that day), 2026-02-01T12:00:00Z, yesterday or "3 months ago"'
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_UNITS = ("second", "minute", "hour", "day", "week", "month", "year")
_NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
# What git understands. It passes over any other word, so that `3 mnths ago` would be the third of this month.
_WORDS = frozenset(
    [
        *("ago", "last", "at", "yesterday", "noon", "midnight", "am", "pm", *_NUMBERS),
        *_DAYS,
        *(name[:3] for name in (*_DAYS, *_MONTHS)),
        *_MONTHS,
        *_UNITS,
        *(f"{unit}s" for unit in _UNITS),
    ]
)
_PART = re.compile(r"[a-z]+|[0-9]{1,4}(?![0-9])(?:(?::[0-9]{2}){1,2}|st|nd|rd|th)?|[ ._,-]+")
_LONGEST = 100
# Python would also read a number of 30 digits as a date and a time.
_ISO = re.compile(r"[0-9]{4}-?(?:[0-9]{2}-?[0-9]{2}|[Ww][0-9]{2}(?:-?[0-9])?)(?:[Tt ][0-9:.,+Zz-]{2,40})?")


@dataclass(frozen=True, slots=True)
class AsOf:
    """A moment (UTC, whole seconds) to look back to; for a bare date the end of that day, with `whole_day`."""

    moment: datetime
    whole_day: bool = False

    def label(self) -> str:
        """Return what it means, for people: `the end of 2026-02-01 (UTC)` or `2026-02-01T12:00:00Z`."""
        return f"the end of {self.moment.date()} (UTC)" if self.whole_day else format_time(self.moment)


def as_moment(when: AsOf | datetime | str | None) -> AsOf | None:
    """Return the moment that is meant; a datetime without a time zone is UTC. Raises `EvalhubError`."""
    if isinstance(when, str):
        return parse_as_of(when)
    if isinstance(when, datetime):
        return AsOf(when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC))
    return when


def parse_as_of(text: str, *, now: datetime | None = None) -> AsOf:
    """Return the moment that `text` means: what is read is what stood then.

    A bare date means the end of that day, UTC: what was committed on it counts. A time without an offset is UTC.
    Anything else is what git makes of it, in UTC: `yesterday` is this time yesterday, as for `git log --before`. `now`
    is what the future is after. Raises `EvalhubError` (wrong usage) where it means nothing, or a moment to come.
    """
    typed = text.strip()
    now = now or datetime.now(UTC)
    found = AsOf(now.replace(microsecond=0)) if typed.lower() == "now" else _iso(typed, now) or _from_git(typed)
    begins = found.moment.replace(hour=0, minute=0, second=0) if found.whole_day else found.moment
    if begins > now:
        message = f"{printable(typed, limit=_LONGEST)} is in the future: {found.label()}"
        raise EvalhubError(message, f"name a moment that is past, {_EXAMPLES}", exit_status=2)
    return found


def _iso(typed: str, now: datetime) -> AsOf | None:
    """Return what an ISO-8601 date or time means, or None where it is none."""
    if typed.lower() == "today":
        typed = now.date().isoformat()
    if not _ISO.fullmatch(typed):
        return None
    try:
        day = date.fromisoformat(typed.upper())
    except ValueError:
        moment = parse_date(typed)
        return AsOf(moment.replace(microsecond=0)) if moment else None
    return AsOf(datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=UTC), whole_day=True)


def _from_git(typed: str) -> AsOf:
    import subprocess  # slow to import, and most dates don't need it

    _refuse_strange(typed)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "TZ": "UTC", "LC_ALL": "C"}
    command = ["git", "-c", f"evalhub.date={typed}", "config", "--type=expiry-date", "evalhub.date"]
    try:
        done = subprocess.run(  # noqa: S603
            command, cwd="/", env=environment, capture_output=True, text=True, timeout=30, check=False
        )
        moment = datetime.fromtimestamp(int(done.stdout), UTC)
    except (OSError, subprocess.SubprocessError):
        raise EvalhubError("git can't be run to say what this date means", f"write it as {_EXAMPLES}") from None
    except (ValueError, OverflowError):
        raise _no_date(typed) from None
    if "ago" in typed.lower() and moment >= datetime.now(UTC) - timedelta(seconds=1):
        raise _no_date(typed, "that is longer ago than git can tell; ")  # it says now
    return AsOf(moment)


def _refuse_strange(typed: str) -> None:
    """Raise where git would guess, or read something else than a date."""
    lowered = typed.lower()
    parts = _PART.findall(lowered)
    words = [part for part in parts if part.isalpha()]
    if any(part.isdigit() and len(part) == 4 and part < "1970" for part in parts):
        raise _no_date(typed, "git takes no number like this in a date; ")
    unknown = next((word for word in words if word not in _WORDS), None)
    if unknown is not None and "".join(parts) == lowered and len(typed) <= _LONGEST:
        near = did_you_mean(unknown, sorted(_WORDS))
        raise _no_date(typed, f"git knows no `{unknown}` in a date" + (f"; {near} Else " if near else "; "))
    if not words or "".join(parts) != lowered or len(typed) > _LONGEST:
        raise _no_date(typed)


def _no_date(typed: str, why: str = "") -> EvalhubError:
    message = f"`{printable(typed, limit=_LONGEST)}` is no date"
    return EvalhubError(message, f"{why}write it as {_EXAMPLES}", exit_status=2)
