"""The numbers in a log of Inspect AI, each with a name of its own, its standard error and, where it is sure, its scale.

A metric is called as in the log: `accuracy`; `match/accuracy` where scorers differ; `accuracy/pass_at_2` where there is
one for each of several reducers of epochs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from evalhub.logs.log_files import as_number
from evalhub.names import printable
from evalhub.terms import Scale

if TYPE_CHECKING:
    from inspect_ai.log import EvalLog, EvalMetric, EvalScore

_MEANS = ("accuracy", "mean")
_ERRORS = ("stderr", "bootstrap_stderr")
# Those of Inspect's own scorers whose values lie between 0 and 1. Others may give points of any kind to `accuracy`.
_SCORERS_OF_FRACTIONS = frozenset(
    {"answer", "choice", "exact", "f1", "includes", "match", "math", "model_graded_fact", "model_graded_qa", "pattern"}
)


@dataclass(frozen=True, slots=True)
class NamedScore:
    """One number; `main` where the task declares it to be what sums up the evaluation."""

    metric: str
    value: float
    error: float | None
    scale: Scale | None
    reducer: str | None
    main: bool
    remarks: tuple[str, ...]


def named_scores(log: EvalLog, headline: Mapping[str, Any] | None = None) -> tuple[list[NamedScore], tuple[str, ...]]:
    """Return all numbers in the log's order, and sentences on those that are left out. Raises nothing.

    `headline` is what the task declares to sum up the evaluation, as the log has it.
    """
    scores = log.results.scores if log.results else []
    of_one = Counter(score.name for score in scores)
    found: list[NamedScore] = []
    remarks: list[str] = []
    for score in scores:
        belonging = any(_plain(metric) in _MEANS for metric in score.metrics.values())
        for key, metric in score.metrics.items():
            parts = (score.name if len(of_one) > 1 else None, key, score.reducer if of_one[score.name] > 1 else None)
            name = "/".join(part for part in parts if part)
            value = as_number(metric.value)
            if _plain(metric) in _ERRORS:
                if not belonging:
                    remarks.append(f"{_shown(name)} is left out: it is a standard error, and of what isn't said")
            elif value is None:
                remarks.append(f"{_shown(name)} is left out: it is not a finite number")
            else:
                found.append(_named(score, key, name, value, headline))
    return _without_doubles(found, remarks), tuple(remarks)


def _named(score: EvalScore, key: str, name: str, value: float, headline: Mapping[str, Any] | None) -> NamedScore:
    metric = score.metrics[key]
    unscored = getattr(score, "unscored_samples", None)
    return NamedScore(
        metric=name,
        value=value,
        error=_error(score) if _plain(metric) in _MEANS else None,
        scale=Scale.FRACTION if _is_fraction(score, metric, value) else None,
        reducer=score.reducer,
        main=headline is not None and _is_meant(headline, score, key),
        remarks=(f"{unscored:,} samples were not scored",) if unscored else (),
    )


def _without_doubles(found: list[NamedScore], remarks: list[str]) -> list[NamedScore]:
    """Leave out all of those that have one name: nobody could say which is meant."""
    counts = Counter(score.metric for score in found)
    remarks += [f"{_shown(name)} is left out: it stands {n} times" for name, n in counts.items() if n > 1]
    return [score for score in found if counts[score.metric] == 1]


def _plain(metric: EvalMetric) -> str:
    """Return a metric's name without the package that it may have (`inspect_ai/stderr`)."""
    name: str = metric.name
    return name.removeprefix("inspect_ai/")


def _error(score: EvalScore) -> float | None:
    """Return the standard error of a scorer's mean; None where there are several, or it is no number."""
    errors = [as_number(metric.value) for metric in score.metrics.values() if _plain(metric) in _ERRORS]
    return errors[0] if len(errors) == 1 and errors[0] is not None and errors[0] >= 0 else None


def _is_fraction(score: EvalScore, metric: EvalMetric, value: float) -> bool:
    """Whether a value is surely one of 1: a mean that Inspect's own scorer gave, and not by somebody's own weights."""
    own = score.scorer.removeprefix("inspect_ai/") in _SCORERS_OF_FRACTIONS
    return own and _plain(metric) in _MEANS and "to_float" not in metric.params and 0 <= value <= 1


def _is_meant(headline: Mapping[str, Any], score: EvalScore, key: str) -> bool:
    told = tuple(headline.get(part) for part in ("scorer", "score", "metric", "reducer"))
    return told == (score.scorer, score.name, key, score.reducer)


def _shown(name: str) -> str:
    return printable(name, limit=80)
