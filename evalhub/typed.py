"""What somebody typed, or wrote into a list of scores: numbers, addresses, and what names mean in a hub."""

from __future__ import annotations

import math
import re

from evalhub.errors import EvalhubError
from evalhub.hub import Hub
from evalhub.lookup import NotFoundError
from evalhub.names import printable
from evalhub.results import Source


def parse_value(text: str) -> float:
    """Return the number that somebody typed, an int where it is written as one. Raises `EvalhubError` (wrong usage)."""
    plain = text.strip()
    if re.fullmatch(r"[-+]?[0-9]{1,300}", plain):
        return int(plain)
    if re.fullmatch(r"[-+]?([0-9]+\.[0-9]*|\.?[0-9]+)([eE][-+]?[0-9]+)?", plain) and math.isfinite(float(plain)):
        return float(plain)
    hint = "it is a plain number, on the scale of the leaderboard: 84.6"
    raise EvalhubError(f"the value {printable(text, limit=60)} is not a plain number", hint, exit_status=2)


def parse_source(url: str | None, name: str | None, user: str | None, org: str | None) -> Source | None:
    """Return the source that somebody typed, None where there is none. Raises `EvalhubError` (wrong usage)."""
    if url is not None:
        if not re.fullmatch(r"https?://[^\s/]+\S*", url):
            message = f"{printable(url, limit=100)} is not the address of a page"
            raise EvalhubError(message, "--source-url https://…", exit_status=2)
        return Source(url, name, user, org)
    if name is not None or user is not None or org is not None:
        raise EvalhubError("a source needs its address", "add --source-url URL", exit_status=2)
    return None


def resolve_task(hub: Hub, benchmark: str, task: str | None) -> tuple[str, str]:
    """Return the dataset and task ids that are meant. A benchmark that isn't in the hub must be named by its full id,
    with its task: validation then warns.

    Raises `EvalhubError` where the benchmark or task is not there, or a benchmark has several tasks and none is named.
    """
    try:
        found = hub.benchmark(benchmark)
    except NotFoundError as error:
        if task and benchmark.count("/") == 1 and not error.close:
            return benchmark, task
        raise
    if task is None and len(found.tasks) > 1:
        listed = ", ".join(found.spec.task_ids)
        raise EvalhubError(f"{found.dataset_id} has several tasks: {listed}", "name one: --task ID", exit_status=2)
    return found.dataset_id, hub.task_id(found, task)
