"""What a value in a log surely means: a Hub id, a commit, a web address, a moment, a number of samples; else None."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from evalhub.logs.log_files import as_number, as_text
from evalhub.masking import is_secret_key
from evalhub.names import printable
from evalhub.terms import Scale
from evalhub.values import format_time, parse_date

_HUB_ID = re.compile(r"(?=.{3,96}\Z)[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*", re.ASCII)
_FILE = re.compile(r".*\.(?:csv|json|jsonl|parquet|tsv|txt|ya?ml)", re.IGNORECASE)
_MOST_TOLD = 20
_COMMIT = re.compile(r"[0-9a-f]{40}")
_EARLIEST, _LATEST = 946_684_800, 4_102_444_800  # the years 2000 and 2100, in seconds since 1970
_LONGEST = 40
_MOST_ARGUMENTS = 8
_TIME_IN_NAME = re.compile(r"_([0-9]{4}-[0-9]{2}-[0-9]{2})T[0-9]{2}-[0-9]{2}-[0-9]{2}")


def as_mapping(value: Any) -> dict[str, Any]:
    """Return a JSON object as it is, and an empty one for everything else."""
    return value if isinstance(value, dict) else {}


def as_count(value: Any) -> int | None:
    """Return a whole number from 0 to a billion, and None for everything else."""
    return value if type(value) is int and 0 <= value <= 10**9 else None


def as_hub_id(value: Any) -> str | None:
    """Return an `ORG/NAME` as it is, and None for everything else: names without an organisation, paths, URLs."""
    return value if isinstance(value, str) and _HUB_ID.fullmatch(value) and not _FILE.fullmatch(value) else None


def as_commit(value: Any) -> str | None:
    """Return the 40 digits of a commit, and None for everything else: branches, versions."""
    return value if isinstance(value, str) and _COMMIT.fullmatch(value) else None


def as_error(value: Any) -> float | None:
    """Return a standard error, and None for everything else: there is none below zero."""
    number = as_number(value)
    return number if number is not None and number >= 0 else None


def as_moment(value: Any) -> str | None:
    """Return the ISO-8601 form, to the second, of a Unix time since 2000, and None for everything else: what lies
    before that is the time since a machine was started.
    """
    seconds = as_number(value)
    if seconds is None or not _EARLIEST <= seconds < _LATEST:
        return None
    return format_time(datetime.fromtimestamp(int(seconds), UTC))


def day_in_name(name: str) -> str | None:
    """Return the day in `results_2026-08-01T12-30-00.123456.json`. The hour's time zone isn't known."""
    found = _TIME_IN_NAME.search(name)
    try:
        return datetime.strptime(found[1], "%Y-%m-%d").date().isoformat() if found else None
    except ValueError:
        return None


def name_of(part: str, whole: str | None) -> str:
    """Return `PART of WHOLE`, fit to be shown. Names may be as long as a file: what isn't shown isn't looked at."""
    return f"{printable(part[:1000], limit=100)} of {printable((whole or '')[:1000], limit=100)}"


def not_finite(names: list[str]) -> tuple[str, ...]:
    """Return the remarks on measurements that were left out because their values are no finite numbers."""
    told = [f"{name} is left out: it is not a finite number" for name in names[:_MOST_TOLD]]
    more = len(names) - len(told)
    return (*told, *((f"{more} more are left out: they are not finite numbers",) if more else ()))


def model_revision(arguments: Mapping[str, Any]) -> tuple[str, ...]:
    """Return words on the model's revision among its arguments, where it isn't the usual one."""
    revision = text_of(arguments, "revision")
    return (f"revision {printable(revision, limit=60)}",) if revision and revision != "main" else ()


def share_of_one(value: float) -> Scale | None:
    """Return FRACTION for what can be one, for metrics that are defined so."""
    return Scale.FRACTION if 0 <= value <= 1 else None


def what_was_left_out(
    effective: int | None, original: int | None, limit: float | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the setup and the remarks of a run that may have skipped samples: `effective` of `original` were evaluated
    where that is known, and `limit` was asked for. Both are empty where all were evaluated.
    """
    if effective is not None and original is not None:
        if effective >= original:
            return (), ()
        setup = f"{effective} of {original} samples" if limit is None else f"limit {limit:g}"
        return (setup,), (f"only {effective} of {original} samples were evaluated",)
    if limit is None:
        return (), ()
    return (f"limit {limit:g}",), (f"the evaluation was limited to a part of the samples: limit {limit:g}",)


def text_of(mapping: Mapping[str, Any], *keys: str) -> str | None:
    """Return what the first of `keys` says that has a text of at most 200 characters: a name, not a document."""
    values = (mapping.get(key) for key in keys)
    return next((value for value in values if isinstance(value, str) and value.strip() and len(value) <= 200), None)


def as_web_address(value: Any) -> str | None:
    """Return an http(s) URL."""
    if not isinstance(value, str) or len(value) > 2_000 or value != value.strip():
        return None
    try:
        parts = urlsplit(value)
    except ValueError:
        return None
    return value if parts.scheme in ("http", "https") and parts.hostname else None


def as_utc_date(value: Any) -> str | None:
    """Return an ISO-8601 date as it is, and a time, or the text of seconds since 1970, as ISO-8601 in UTC."""
    text = value.strip() if isinstance(value, str) and len(value) <= _LONGEST else ""
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return text if parse_date(text) else None
    if re.fullmatch(r"[0-9]{9,10}(?:\.[0-9]{1,9})?", text):
        return as_moment(float(text))
    moment = parse_date(text) if "T" in text.upper() else None
    return format_time(moment.replace(microsecond=0)) if moment else None


def as_words(arguments: Mapping[str, Any], *, without: Iterable[str] = ()) -> tuple[str, ...]:
    """Return `name=value` for the arguments that are short and tell no secret, the first few of them."""
    told = (
        f"{printable(name, limit=_LONGEST)}={printable(_shown(value), limit=_LONGEST)}"
        for name, value in arguments.items()
        if isinstance(name, str) and name not in without and _is_plain(value) and not is_secret_key(name)
    )
    return tuple(words for words, _ in zip(told, range(_MOST_ARGUMENTS), strict=False))


def _is_plain(value: Any) -> bool:
    return isinstance(value, bool) or as_number(value) is not None or (as_text(value) is not None and len(value) <= 100)


def _shown(value: Any) -> str:
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value).lower() if isinstance(value, bool) else str(value)
