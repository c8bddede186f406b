"""A stranger's text in Markdown that GitHub and the Hugging Face Hub render."""

from __future__ import annotations

import re

from evalhub.masking import masked
from evalhub.names import printable
from evalhub.render.scores import is_web_url, shown_source
from evalhub.results import Source


def escaped(text: str) -> str:
    """Return text that Markdown shows as it is, without secrets: no links, HTML, emphasis or table cells of its own."""
    return re.sub(r"([\\`*_{}\[\]<>#|~!&@])", r"\\\1", printable(masked(text)))


def source_link(source: Source | None) -> str:
    """Return the source's name, as a link where its address may be one."""
    if source is None:
        return ""
    shown = shown_source(source)
    label = escaped(shown.label())
    url = source.url.replace("(", "%28").replace(")", "%29")
    return f"[{label}]({url})" if is_web_url(source.url) else label
