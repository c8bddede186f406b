"""Logs of evaluation tools that somebody broke: what any reader must live with."""

from __future__ import annotations

import copy
import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from evalhub.errors import EvalhubError
from evalhub.logs import Log, read_log

ODD: list[Any] = [None, True, "", " ", "x\x1b[2J", "N/A", 0, -1, 10**400, 1e308, -1e308, math.nan, math.inf]
ODD += [[], [[]], {}, {"a": {"a": 1}}, ["a", 1, None, {}], "a" * 5000, "../../etc/passwd", {"metric": []}, "5"]


@st.composite
def broken(draw: st.DrawFn, logs: list[dict[str, Any]]) -> Any:
    """Return one of `logs` with up to four values replaced, removed or copied elsewhere."""
    whole = {"log": copy.deepcopy(draw(st.sampled_from(logs)))}
    for _ in range(draw(st.integers(1, 4))):
        places = list(_places(whole))
        container, key = places[draw(st.integers(0, len(places) - 1))]
        change = draw(st.sampled_from(["odd", "remove", "copy"]))
        if change == "odd":
            container[key] = copy.deepcopy(draw(st.sampled_from(ODD)))
        elif change == "copy":
            other, where = places[draw(st.integers(0, len(places) - 1))]
            container[key] = copy.deepcopy(other[where])
        elif key != "log":
            del container[key]
    return whole["log"]


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    pairs = list(value.items()) if isinstance(value, dict) else list(enumerate(value))
    for key, inner in pairs:
        yield value, key
        if isinstance(inner, dict | list):
            yield from _places(inner)


def check_reading(path: Path) -> None:
    """Read a log as any caller would: refused in words fit to be shown, or read to what is fit to publish."""
    try:
        log = read_log(path)
    except EvalhubError as error:
        told = error.message
    else:
        told = "".join(log.remarks)
        _check_measurements(log)
    assert "\x1b" not in told


def _check_measurements(log: Log) -> None:
    assert log.measurements
    for found in log.measurements:
        assert math.isfinite(found.value)
        assert found.error is None or (math.isfinite(found.error) and found.error >= 0)
        assert isinstance(found.task, str)
        assert isinstance(found.metric, str)
        for text in (found.model, found.dataset, found.config, found.split, found.date):
            assert text is None or isinstance(text, str)
        assert not any("\x1b" in text for text in (*found.setup, *found.remarks))


def write(path: Path, log: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(log), encoding="utf-8")
    return path
