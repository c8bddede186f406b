"""What a value in a log surely means: a Hub id, a commit, a web address, a moment, words on the setup; else None."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from evalhub.logs.log_files import as_number, as_text
from evalhub.masking import is_secret_key
from evalhub.names import printable
from evalhub.values import format_time, parse_date

_HUB_ID = re.compile(r"(?=.{3,96}\Z)[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*", re.ASCII)
_FILE = re.compile(r".*\.(?:csv|json|jsonl|parquet|tsv|txt|ya?ml)", re.IGNORECASE)
_COMMIT = re.compile("[0-9a-f]{40}")
_EARLIEST, _LATEST = 946_684_800, 4_102_444_800  # the years 2000 and 2100, in seconds since 1970
_LONGEST = 40
_MOST_ARGUMENTS = 8


def as_hub_id(value: Any) -> str | None:
    """Return an `org/name` as the Hub has them; no path of a file."""
    return value if isinstance(value, str) and _HUB_ID.fullmatch(value) and not _FILE.fullmatch(value) else None


def as_commit(value: Any) -> str | None:
    """Return a whole commit id; a branch says too little, because it moves."""
    return value if isinstance(value, str) and _COMMIT.fullmatch(value) else None


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
        seconds = float(text)
        return format_time(datetime.fromtimestamp(int(seconds), UTC)) if _EARLIEST < seconds < _LATEST else None
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
