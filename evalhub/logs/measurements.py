"""What an evaluation tool reported, in the tool's own words, before anybody knows whose result it is."""

from __future__ import annotations

from dataclasses import dataclass

from evalhub.terms import Scale


@dataclass(frozen=True, slots=True)
class Measurement:
    """One number that a tool reported for a task. What the log doesn't say is None or empty; nothing is guessed.

    `task` and `metric` are the tool's names; `main` says that the tool itself, or its log, calls this the task's main
    metric. `scale` is set only where the tool defines the metric so: FRACTION for an accuracy from 0 to 1. `error` is
    the standard error, on the same scale as `value`. `dataset`, `config`, `split` and `revision` are those that were
    evaluated, by a Hub id (`org/name`) and a commit. `date` is ISO-8601, of the end of the evaluation where that is
    known, in UTC where there is a time. `setup` tells in a few words each what sets this evaluation apart from the
    usual one (`5-shot`), and becomes the result's notes. `remarks` are sentences on what people should know before they
    publish the number, such as that only a part of the samples was evaluated.
    """

    task: str
    metric: str
    value: float
    main: bool = False
    scale: Scale | None = None
    error: float | None = None
    model: str | None = None
    dataset: str | None = None
    config: str | None = None
    split: str | None = None
    revision: str | None = None
    date: str | None = None
    source_url: str | None = None
    source_name: str | None = None
    setup: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Log:
    """What one file of an evaluation tool holds: the tool's name and version, what it measured in the file's order, and
    sentences on what of the file was left out.
    """

    tool: str
    version: str | None
    measurements: tuple[Measurement, ...]
    remarks: tuple[str, ...] = ()
