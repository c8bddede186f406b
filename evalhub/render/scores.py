"""One score as the tables and JSON of several commands show it, without the secrets that may stand in its entry."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.text import Text

from evalhub.leaderboard import Score, branch_name
from evalhub.masking import masked, masked_value
from evalhub.render.terminal import Column, safe
from evalhub.results import Source
from evalhub.terms import Origin
from evalhub.values import format_time

SCORE_COLUMNS = (
    Column("value"),
    Column("badges", narrowest=10, wraps=True),
    Column("date", style="dim", give_way=3),
    Column("source", narrowest=10, give_way=1),
    Column("notes", narrowest=8, give_way=2),
)


def score_cells(score: Score, value: str, badges: Sequence[tuple[str, str]]) -> list[Text]:
    """Return what `SCORE_COLUMNS` show of one score, whose `value` is padded to stand beneath others."""
    return [
        Text(value),
        Text(", ").join(safe(label, style) for label, style in badges),
        safe(score.date[:10]),
        source_cell(score.result.source),
        safe(score.result.notes or ""),
    ]


def origin_badges(score: Score) -> list[tuple[str, str]]:
    """Return the badges of one result: verified, and community with its pull request's number or branch."""
    found = [("verified", "green")] if score.verified else []
    if score.origin is Origin.COMMUNITY:
        number = score.pull_request
        pull = f"#{number}" if number is not None else branch_name(score.ref)
        found.append((f"community {pull}", "yellow"))
    return found


def source_cell(source: Source | None) -> Text:
    """Return the source's name, on a terminal that can as a link to it."""
    if source is None:
        return Text("")
    cell = safe(shown_source(source).label())
    if is_web_url(source.url):
        cell.stylize(f"link {source.url}")
    return cell


def is_web_url(url: str) -> bool:
    """Whether a URL may become a link: http or https, nothing in it but plain ASCII, and no secret."""
    return re.fullmatch(r"https?://[!#-;=?-Z\[\]_a-z~]+", url) is not None and masked_value(url) == url


def shown_source(source: Source) -> Source:
    """Return a source as it may be printed: with asterisks for the passwords and tokens in it."""
    name, user, org = (text and masked(text) for text in (source.name, source.user, source.org))
    return Source(masked_value(source.url), name, user, org)


def score_object(score: Score) -> dict[str, Any]:
    """Return a score with everything that is known of where it comes from, as JSON has it."""
    source, notes = score.result.source, score.result.notes
    return {
        "value": score.value,
        "verified": score.verified,
        "origin": score.origin,
        "pull_request": score.pull_request,
        "filename": score.placed.filename,
        "ref": score.ref,
        "commit": score.commit,
        "commit_author": score.commit_author,
        "commit_time": format_time(score.commit_time),
        "date": score.date,
        "source": source and asdict(shown_source(source)),
        "notes": notes and masked(notes),
    }
