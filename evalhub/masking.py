"""Passwords and tokens in a stranger's text: they may stand in a file by mistake, and must not get into a log as well.

What is masked keeps its length, so that a caret beneath a line stays where it was.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

_START = re.compile(r"https?:[/\\]*|//", re.IGNORECASE)
_AUTHORITY = re.compile(r"""[^\s/?#"']*""")
# A colon and no port number after it: a password may have in it what should end a host.
_USER_AND_COLON = re.compile(r"""[^\s/?#@:"',]{0,200}:(?![0-9]*(?:[/?#\s"',}\])]|$))""")
_LONGEST_PASSWORD = 1_000
_IN_NAMES = (
    r"(?:(?:access|auth|id|refresh|private|job|hf|api|oauth|bearer)[_-]?)?token|(?:api|access|secret|private)[_-]?key|key"
    r"|(?:client|api)?[_-]?secret|password|passwd|pwd|sig|signature|awsaccesskeyid"
    r"|x-(?:amz|goog)-(?:signature|credential|security-token)"
)
_IN_QUERY = re.compile(rf"([?&;#](?:{_IN_NAMES})=)([^&#\s]+)", re.IGNORECASE)
# A key in YAML or JSON, whatever its name begins with, and the rest of a value on its line.
_AT_KEY = re.compile(
    r"""((?:token|secret|passwd|password|pwd|(?:api|access|private)[_-]?key)["']?[ \t]*:(?:[ \t]+|(?=["'])))"""
    r"""("[^"\n]*|'[^'\n]*|[^\s"'](?:(?!,[ ]|[ ]\#)[^\n}\]])*)""",
    re.IGNORECASE,
)
_SECRET_KEY = re.compile(
    r"(?i:(?:.*[^a-z])?(?:token|secret|passwd|password|pwd|credentials|(?:api|access|secret|private)[_-]?key))"
    r"|.*[a-z](?:Token|Secret|Password|Key)"
)
# Names that a query has for other things too: a key or signature is long, and not made of words.
_HARMLESS = re.compile(
    r"[?&;#](?:key|sig|signature)=(?!(?=[^&#\s]{16})(?=[^&#\s]*?[A-Za-z0-9]{12})[^&#\s]*[0-9])[^&#\s]*", re.IGNORECASE
)
_CLOSING = "\"',}])"  # what follows a URL in YAML, rather than ends it
_TOKEN = re.compile(
    r"(?<![A-Za-z0-9])(?:hf_[A-Za-z0-9]{16,}|gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|glpat-[\w-]{20,}"
    r"|(?<![_-])eyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?)"
)
# A whole text, not a part of one: else `mmlu:pass@5` would be a name and password.
_BARE = re.compile(r"(?!mailto:)[^\s/?#@:]+:[^\s/?#@]+(?=@(?:[\w-]+\.)+[^\W\d_]{2,}(?:[:/?#]|$))", re.IGNORECASE)
# Without any of them there is nothing to mask.
_SIGN = re.compile("[@=_]|eyJ|glpat-|(?:token|secret|passwd|password|pwd|key)[\"']?[ \t]*:", re.IGNORECASE)


def masked(text: str) -> str:
    """Return `text` with asterisks for the passwords and tokens of the URLs in it, and for tokens known by their form.

    Its cost is linear, whatever the text.
    """
    if not _SIGN.search(text):
        return text
    text = hidden(text, _user_parts(text))
    text = _IN_QUERY.sub(_without_value, text)
    text = _AT_KEY.sub(_without_rest, text)
    return _TOKEN.sub(lambda match: "*" * len(match[0]), text)


def masked_value(value: str) -> str:
    """Return `masked(value)` of a whole value, which may be a URL without its scheme: `name:password@example.org`."""
    bare = _BARE.match(value)
    return masked(value) if bare is None else hidden(value, [bare.span()])


def is_secret_key(key: str) -> bool:
    """Whether what stands at a key of that name is a password or token: `verifyToken`, `api_key`."""
    return len(key) <= 100 and _SECRET_KEY.fullmatch(key) is not None


def gives_away(value: str) -> bool:
    """Whether a value surely has a password or token in it: not so if only a query has a short `key` or `sig`."""
    return masked_value(value) != value and masked_value(_HARMLESS.sub("", value)) != _HARMLESS.sub("", value)


def hidden(text: str, stretches: Iterable[tuple[int, int]]) -> str:
    """Return `text` with asterisks from each begin to the end that goes with it; they come in order."""
    parts, done = [], 0
    for begin, end in stretches:
        parts += [text[done:begin], "*" * (end - begin)]
        done = end
    return "".join([*parts, text[done:]])


def _without_value(match: re.Match[str]) -> str:
    value = match[2].rstrip(_CLOSING)
    return match[1] + "*" * len(value) + match[2][len(value) :]


def _without_rest(match: re.Match[str]) -> str:
    value = match[2].rstrip()
    quote = value[0] if value[0] in "\"'" else ""
    return match[1] + quote + "*" * len(value.removeprefix(quote)) + match[2][len(value) :]


def _user_parts(text: str) -> Iterator[tuple[int, int]]:
    """Yield where URLs have a user name or password; what is looked for is never looked for twice in one stretch."""
    at = host_end = done = -1
    for start in _START.finditer(text):
        begin = start.end()
        if begin <= done:
            continue
        if at < begin:
            at = text.find("@", begin)
            if at < 0:
                return
        if host_end < begin:
            found = _AUTHORITY.match(text, begin)
            host_end = found.end() if found else begin
        if at < host_end:
            at = text.rfind("@", at, host_end)
        elif at - begin > _LONGEST_PASSWORD or not _USER_AND_COLON.match(text, begin):
            continue
        if text[begin:at] not in ("", "git"):  # `git` is nobody's name: ssh://git@host
            done = at
            yield begin, at
