"""The YAML header of a repository's README.md, which the Hub calls its card."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from evalhub import yaml_source

CARD_FILE = "README.md"
_HEADER = re.compile(rb"(?:\xef\xbb\xbf)?---[ \t]*\r?\n(.*?)^(?:---|\.\.\.)[ \t]*\r?$", re.DOTALL | re.MULTILINE)


def read_header(readme: bytes) -> Mapping[str, Any]:
    """Return what the header of a README says, empty where it has none or it can't be read. Never raises."""
    header = parse_header(readme)
    return header.data if header and isinstance(header.data, dict) else {}


def parse_header(readme: bytes) -> yaml_source.Document | None:
    """Return the header of a README, with what is wrong in it; None where it has none. Never raises."""
    found = _HEADER.match(readme[: yaml_source.MAX_BYTES])
    return yaml_source.parse(found[1]) if found else None


def base_models(card: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the ids of the models that a model's card says it is made from."""
    declared = card.get("base_model")
    several = declared if isinstance(declared, list) else [declared]
    return tuple(id for id in several if isinstance(id, str) and id)
