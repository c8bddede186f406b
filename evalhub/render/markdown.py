"""A stranger's text in Markdown that GitHub and the Hugging Face Hub render."""

from __future__ import annotations

import re

from evalhub.masking import masked
from evalhub.names import printable
from evalhub.render.scores import is_web_url, shown_source
from evalhub.results import Source


def escaped(text: str) -> str:
    """Return text that Markdown shows as it is, without secrets: no links, HTML, emphasis or table cells of its own.

    GitHub makes links of `@name` and `#1` also where they are escaped; an empty comment keeps it from that.
    """
    plain = re.sub(r"([\\`*_{}\[\]<>|~!&]|#(?!\d)|(?<=\w)@|@(?!\w))", r"\\\1", printable(masked(text)))
    return re.sub(r"(?<!\\)([#@])(?=\w)", r"\1<!-- -->", plain)


def source_link(source: Source | None) -> str:
    """Return the source's name, as a link where its address may be one."""
    if source is None:
        return ""
    shown = shown_source(source)
    label = escaped(shown.label())
    url = source.url.replace("(", "%28").replace(")", "%29")
    return f"[{label}]({url})" if is_web_url(source.url) else label
