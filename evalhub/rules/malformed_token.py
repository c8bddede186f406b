"""EH222: a verify token that is no JWT, so that it proves nothing. It is never shown: it may be another secret."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator

from evalhub.rules.subjects import Context, Entry, Finding

_LONGEST = 16 << 10
_BASE64URL = re.compile(r"[A-Za-z0-9_-]+")
_PARTS = ("header", "payload", "signature")


def check(entry: Entry, _context: Context) -> Iterator[Finding]:
    wrong = _what_is_wrong(entry.token) if entry.token is not None else None
    if wrong:
        hint = "paste the whole token on one line, HEADER.PAYLOAD.SIGNATURE, or leave it out"
        yield Finding("EH222", f"the verify token is no JWT: {wrong}", ("verifyToken",), hint)


def _what_is_wrong(token: str) -> str | None:
    if len(token) > _LONGEST:
        return f"it is longer than {_LONGEST >> 10} KiB"
    parts = token.split(".")
    if len(parts) != len(_PARTS):
        return f"it has {len(parts)} part{'s' * (len(parts) != 1)} where a JWT has three, with dots between them"
    for name, part in zip(_PARTS, parts, strict=True):
        if not part:
            return f"its {name} is empty"
        if not _BASE64URL.fullmatch(part) or len(part) % 4 == 1:
            return f"its {name} is not base64url"
    header, payload = _json(parts[0]), _json(parts[1])
    if not isinstance(header, dict):
        return "its header is no JSON object"
    if not isinstance(header.get("alg"), str):
        return "its header names no algorithm, `alg`"
    return None if isinstance(payload, dict) else "its payload is no JSON object"


def _json(part: str) -> object:
    try:
        return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)).decode("utf-8"))
    except (ValueError, RecursionError):
        return None
