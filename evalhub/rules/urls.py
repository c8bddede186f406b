"""What is wrong with a source's URL, one thing at most, and what may have been meant."""

from __future__ import annotations

import difflib
import enum
import re
import socket
from functools import lru_cache
from urllib.parse import quote

from evalhub.masking import gives_away


class Flaw(enum.Enum):
    """Why a URL is no good as a source. The worst counts where there are several."""

    CREDENTIALS = enum.auto()
    LOCAL = enum.auto()
    UNUSABLE = enum.auto()


# No host has these, nor any URL: spaces, controls, what turns text around, lone surrogates.
_ODD = r"\s\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ud800-\udfff\ufeff"
_ODD_IN_HOST = _ODD + r"/?#@:\\\[\]%<>\"'`^|{}()*,;=&!$+"
_WEB = re.compile(
    rf"https?://(\[[0-9a-f:.]+\]|[^{_ODD_IN_HOST}]+)(?::[0-9]{{1,5}})?(?:[/?#][^{_ODD}]*)?", re.IGNORECASE
)
# What nearly all are, and nothing can be wrong with: a name with a top-level domain, a path without odd characters.
_ORDINARY = re.compile(
    r"(?!.*(?:eyJ|glpat-))https?://(?:[a-z0-9][a-z0-9-]*\.)+(?!localhost)[a-z]{2,}(?:/[A-Za-z0-9./-]*)?"
)
_NAME_AND_PASSWORD = re.compile(r"(?!(?:mailto|acct|sips?|xmpp):)[^\s/?#@:]+:[^\s/?#@]+@", re.IGNORECASE)
_LOCAL = re.compile(
    r"file:|~|/(?!/)|\.{1,2}(?:[/\\]|$)|\\\\|[a-z]:(?:\\|/(?!/))|(?:localhost|127\.[0-9.]+|0\.0\.0\.0|\[::1?\])(?:[:/]|$)",
    re.IGNORECASE,
)
_NUMERIC_HOST = re.compile(r"(?:0x[0-9a-f]+|[0-9]+)(?:\.(?:0x[0-9a-f]+|[0-9]+)){0,3}", re.IGNORECASE)
_LOOPBACK_6 = re.compile(
    r"\[(?:[0:]*:0*[01]?|[0:]*:(?:ffff:)?(?:127\.[0-9.]+|7f[0-9a-f]{2}:[0-9a-f]{1,4}))\]", re.IGNORECASE
)

_LONGEST_KEPT = 500

_ARXIV = re.compile(r"(?:arxiv:\s*)?(\d{4}\.\d{4,5}(?:v\d+)?)|arxiv:\s*([a-z-]+(?:\.[A-Z]{2})?/\d{7}(?:v\d+)?)", re.I)
_DOI = re.compile(r"(?:doi:\s*)?(10\.\d{4,9}/\S+)", re.IGNORECASE)
_HOST_AND_PATH = re.compile(
    r"(?://)?((?:[a-z0-9-]+\.)+[a-z]{2,}(?::\d+)?[/?#]\S*|www\.\S+|[a-z0-9-]+\.(?:org|com|net|io|ai))", re.I
)
_SCHEME = re.compile(r"([a-z]{2,10}):/*(?=[^/])", re.IGNORECASE)


def flaw_of(url: str) -> Flaw | None:
    """Return what is wrong with a URL as the address of a source."""
    if _ORDINARY.fullmatch(url):
        return None
    return _judged_once(url) if len(url) <= _LONGEST_KEPT else _judged(url)


def _judged(url: str) -> Flaw | None:
    if gives_away(url) or _NAME_AND_PASSWORD.match(url):
        return Flaw.CREDENTIALS
    web = _WEB.fullmatch(url)
    if web is None:
        return Flaw.LOCAL if _LOCAL.match(url.lstrip()) else Flaw.UNUSABLE
    host = web[1]
    if _is_this_machine(host):
        return Flaw.LOCAL
    return None if _is_host(host) else Flaw.UNUSABLE


# Three rules ask in turn, and many results have one source.
_judged_once = lru_cache(maxsize=256)(_judged)


def _is_this_machine(host: str) -> bool:
    name = host.rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost") or _LOOPBACK_6.fullmatch(name):
        return True
    if not _NUMERIC_HOST.fullmatch(name):
        return False
    try:
        address = socket.inet_aton(name)  # also 127.1 and 2130706433, as browsers read them
    except OSError:
        return False
    return address[0] == 127 or not any(address)


def _is_host(host: str) -> bool:
    return host.startswith("[") or all(any(map(str.isalnum, label)) for label in host.removesuffix(".").split("."))


def meant(url: str) -> str | None:
    """Return the web address that an unusable one may stand for, or None."""
    text = url.strip()
    for guess in (_arxiv, _doi, _misspelt_scheme, _without_scheme, _escaped):
        found = guess(text)
        if found is not None and flaw_of(found) is None:
            return found
    return None


def with_scheme(url: str) -> str | None:
    """Return the web address that a URL is but for its scheme, or None."""
    found = _without_scheme(url)
    return found if found is not None and flaw_of(found) is None else None


def _arxiv(text: str) -> str | None:
    found = _ARXIV.fullmatch(text)
    return f"https://arxiv.org/abs/{found[1] or found[2]}" if found else None


def _doi(text: str) -> str | None:
    found = _DOI.fullmatch(text)
    return f"https://doi.org/{found[1]}" if found else None


def _misspelt_scheme(text: str) -> str | None:
    found = _SCHEME.match(text)
    if found is None or not difflib.get_close_matches(found[1].lower(), ("https", "http"), cutoff=0.75):
        return None
    return ("http://" if found[1].lower() == "http" else "https://") + text[found.end() :]


def _without_scheme(text: str) -> str | None:
    found = _HOST_AND_PATH.fullmatch(text)
    return f"https://{found[1]}" if found else None


def _escaped(text: str) -> str | None:
    return quote(text, safe="%/:?#[]@!$&'()*+,;=~") if text.lower().startswith(("https://", "http://")) else None
