"""Results of MTEB: the JSON file of one task, as `TaskResult.to_disk` has written it since version 1.11."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from evalhub.errors import EvalhubError
from evalhub.files import read_file, shown
from evalhub.logs.fields import as_commit, as_hub_id, as_mapping, as_moment, as_words, name_of, not_finite, text_of
from evalhub.logs.log_files import LogFile, as_number, as_text, parse_json
from evalhub.logs.measurements import Log, Measurement
from evalhub.names import printable
from evalhub.terms import Scale

NAME = "MTEB"

_MAIN = "main_score"
_META = "model_meta.json"
_EXPERIMENTS = "experiments"
_NO_METRICS = frozenset({"evaluation_time", "kg_co2_emissions"})


@dataclass
class _LeftOut:
    """The names of main scores that aren't finite, and of means that MTEB has not."""

    scores: list[str] = field(default_factory=list)
    means: list[str] = field(default_factory=list)

    def remarks(self) -> tuple[str, ...]:
        means = (f"{mean} is left out: not every subset has a main score and languages" for mean in self.means[:20])
        return (*not_finite(self.scores), *means)


def recognises(file: LogFile) -> bool:
    found = file.outline
    return "mteb_dataset_name" in found or ("task_name" in found and isinstance(found.get("scores"), dict))


def read(file: LogFile) -> Log:
    """Read one task's results. Raises `EvalhubError` where the file is broken, older than MTEB 1.11, or has no scores.

    There is a measurement for each split, subset (`config`) and metric, the main score first. Where a split has several
    subsets, their mean follows, without a `config`: what `TaskResult.get_score(splits=[split])` returns. MTEB's mean
    over all splits is left out: a leaderboard is of one split. The model is that of `model_meta.json` in the folder,
    else of the folder's path, else None.
    """
    result = file.mapping
    where = shown(file.path)
    if "mteb_dataset_name" in result:
        hint = "write it anew with MTEB: TaskResult.from_disk(Path(FILE)).to_disk(Path(FILE))"
        raise EvalhubError(f"{where} is of MTEB before 1.11, which doesn't say which score is the main one", hint)
    task = as_text(result.get("task_name"))
    if task is None:
        raise EvalhubError(f"{where} doesn't say which task was run", "write it anew with MTEB")
    name, setup = _model(file.path)
    about = Measurement(
        task,
        _MAIN,
        0.0,
        model=name,
        revision=as_commit(result.get("dataset_revision")),
        date=as_moment(result.get("date")),
        setup=setup,
    )
    left_out = _LeftOut()
    measurements = tuple(_measurements(about, as_mapping(result.get("scores")), where, left_out))
    if not measurements:
        raise EvalhubError(f"{where} has no scores", "name the result of a task that MTEB has evaluated")
    return Log(NAME, as_text(result.get("mteb_version")), measurements, left_out.remarks())


def _measurements(about: Measurement, scores: dict[str, Any], where: str, left_out: _LeftOut) -> Iterator[Measurement]:
    for split, listed in scores.items():
        subsets = [as_mapping(subset) for subset in listed] if isinstance(listed, list) else []
        of_split = replace(about, split=split)
        seen: set[str | None] = set()
        for subset in subsets:
            config = as_text(subset.get("hf_subset"))
            if config in seen:
                name = name_of(config or "without a name", split)
                raise EvalhubError(f"{where} has two scores for the subset {name}", "write it anew with MTEB")
            seen.add(config)
            yield from _of_subset(replace(of_split, config=config), subset, left_out)
        if len(subsets) > 1:
            yield from _mean(of_split, subsets, left_out)


def _of_subset(about: Measurement, subset: dict[str, Any], left_out: _LeftOut) -> Iterator[Measurement]:
    for metric in sorted(subset, key=_MAIN.__ne__):  # the main score first, the others as they stand
        value = as_number(subset[metric])
        if metric == _MAIN:
            if value is None:
                name = name_of(f"{_MAIN} of {about.config or 'a subset without a name'}"[:1000], about.split)
                left_out.scores.append(name)
            else:
                yield replace(about, value=value, main=True, scale=_scale(value))
        elif value is not None and metric not in _NO_METRICS:
            yield replace(about, metric=metric, value=value)


def _mean(about: Measurement, subsets: list[dict[str, Any]], left_out: _LeftOut) -> Iterator[Measurement]:
    """Yield the mean of the subsets' main scores. MTEB has none where one is missing, and leaves out of `get_score`
    what has no language.
    """
    values = [as_number(subset.get(_MAIN)) for subset in subsets if subset.get("languages")]
    known = [value for value in values if value is not None]
    if len(known) < len(subsets):
        left_out.means.append(name_of("the mean", about.split))
        return
    mean = math.fsum(value / len(known) for value in known)
    if math.isfinite(mean):
        remark = f"the mean over the {len(known)} subsets in the file: MTEB doesn't say there whether these are all"
        yield replace(about, value=mean, main=True, scale=_scale(mean), remarks=(remark,))


def _scale(value: float) -> Scale | None:
    """Return FRACTION for a main score as MTEB has them: it multiplies them by 100 for the Hub. Correlations may be
    below zero.
    """
    return Scale.FRACTION if -1 <= value <= 1 else None


def _model(path: Path) -> tuple[str | None, tuple[str, ...]]:
    """Return the model's name, and the settings of an experiment: what MTEB keeps beside the results, or says by the
    path `ORG__NAME/REVISION/TASK.json` and `ORG__NAME/REVISION/experiments/SETTINGS/TASK.json`.
    """
    folder = path.absolute().parent
    meta = _meta(folder / _META)
    name = text_of(meta, "name")
    settings = as_mapping(meta.get("experiment_kwargs"))
    experiment = as_words(settings)
    if folder.parent.name == _EXPERIMENTS:
        experiment = experiment or (printable(folder.name, limit=60),)
        folder = folder.parent.parent
    return name or as_hub_id(folder.parent.name.replace("__", "/", 1)), experiment


def _meta(path: Path) -> dict[str, Any]:
    """Return what MTEB wrote of the model. Raises `EvalhubError` where that is there and broken."""
    found = read_file(path)
    if found is None or found.kind != "file":
        return {}
    return as_mapping(parse_json(found.content, shown(path)))
