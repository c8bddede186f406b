"""The legacy `model-index` in the YAML header of a model's README.md: what the Hub showed before `.eval_results`.

A task is called by its type and the dataset's name: `text-generation/MMLU-Pro`. A value may be a text there. Only one
that is surely a number counts: `84.6`, `84.6%`, `20.0 ± 1.2`; of the last, nothing says what the second number is.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from evalhub.cards import CARD_FILE, parse_header
from evalhub.errors import EvalhubError
from evalhub.files import quoted, shown
from evalhub.logs.fields import as_commit, as_hub_id, as_web_address, as_words
from evalhub.logs.log_files import LogFile, as_number, as_text
from evalhub.logs.measurements import Log, Measurement
from evalhub.names import printable
from evalhub.terms import Scale
from evalhub.yaml_source import Path

NAME = "model-index"

_KEY = "model-index"
_KEY_LINE = re.compile(rb"^[\"']?model-index[\"']?[ \t]*:", re.MULTILINE)
_NUMBER = r"[+-]?[0-9]{1,40}(?:\.[0-9]{1,40})?(?:[eE][+-]?[0-9]{1,3})?"
_VALUE = re.compile(rf"\s*(?P<number>{_NUMBER})\s*(?P<percent>%)?(?P<more>\s*±\s*{_NUMBER}\s*%?)?\s*")
_SHOTS = ("num_few_shot", "num_fewshot", "n_shot")
_LONGEST = 80

_Mapping = dict[str, Any]


def recognises(file: LogFile) -> bool:
    """Whether it is a Markdown file whose YAML header seems to have a `model-index`."""
    if file.path.suffix.lower() not in (".md", ".markdown"):
        return False
    return file.content.lstrip(b"\xef\xbb\xbf").startswith(b"---") and _KEY_LINE.search(file.content) is not None


def read(file: LogFile) -> Log:
    """Return one measurement for each metric whose value is a number; the others are left out, with a remark.

    Raises `EvalhubError` where the header isn't valid YAML, or no value is a number.
    """
    index, unsure = _index(file)
    measurements: list[Measurement] = []
    remarks: list[str] = []
    for path, model, result in _results(index):
        task = _task(result)
        for number, metric, name in _named_metrics(result):
            problem = unsure.get((*path, "metrics", number, "value"))
            found = None if problem else _measurement(model, result, task, metric, name)
            if found:
                measurements.append(found)
            else:
                what = printable(f"{task or 'a result without task'}: {name or 'a nameless metric'}", limit=_LONGEST)
                told = printable(str(metric.get("value")), limit=_LONGEST)
                remarks.append(f"{what} is left out: {problem or f'{told} is not surely a number with a name'}")
    if not measurements:
        message = f"{shown(file.path)} has no numbers in its {_KEY}" + "".join(f": {remark}" for remark in remarks[:1])
        raise EvalhubError(message, "name a log of the evaluation, or type the score: --value NUMBER")
    return Log(NAME, None, tuple(measurements), tuple(remarks))


def _index(file: LogFile) -> tuple[Any, dict[Path, str]]:
    """Return the index, and what is wrong with values in it, by their paths: readers disagree on them, for example."""
    document = parse_header(file.content)
    where = shown(file.path)
    if document is None:
        raise EvalhubError(f"{where} has no YAML header", f"the header of a {CARD_FILE} stands between two lines `---`")
    unsure: dict[Path, str] = {}
    for problem in document.problems:
        if document.fatal or (problem.path[:1] == (_KEY,) and problem.path[-1] != "value"):  # a key that stands twice
            message = f"the header of {where} is not valid YAML: {printable(problem.message, limit=200)}"
            raise EvalhubError(message, f"mend line {problem.span.line + 1} of {quoted(file.path)}")
        unsure[problem.path] = printable(problem.message, limit=200)
    return (document.data.get(_KEY) if isinstance(document.data, dict) else None), unsure


def _results(index: Any) -> Iterator[tuple[Path, str | None, _Mapping]]:
    """Yield each result, where in the header it stands, and the name of its model."""
    for number, entry in _mappings(index):
        for place, result in _mappings(entry.get("results")):
            yield (_KEY, number, "results", place), as_text(entry.get("name")), result


def _named_metrics(result: _Mapping) -> list[tuple[int, _Mapping, str | None]]:
    """Return the metrics of a result with their types, or their names where several have one type."""
    metrics = list(_mappings(result.get("metrics")))
    types = Counter(as_text(metric.get("type")) for _, metric in metrics)
    named = []
    for number, metric in metrics:
        kind, name = as_text(metric.get("type")), as_text(metric.get("name"))
        named.append((number, metric, name if name and (kind is None or types[kind] > 1) else kind))
    return named


def _task(result: _Mapping) -> str | None:
    task, dataset = _at(result, "task"), _at(result, "dataset")
    kind = as_text(task.get("type")) or as_text(task.get("name"))
    about = as_text(dataset.get("name")) or as_text(dataset.get("type"))
    return "/".join(part for part in (kind, about) if part) or None


def _measurement(
    model: str | None, result: _Mapping, task: str | None, metric: _Mapping, name: str | None
) -> Measurement | None:
    value, scale, remark = _value(metric.get("value"))
    if value is None or task is None or name is None:
        return None
    dataset, source = _at(result, "dataset"), _at(result, "source")
    remarks = [remark] if remark else []
    if metric.get("verified") is True or metric.get("verifyToken") is not None:
        remarks.append("its token of the Hub's former evaluation service is not taken over")
    return Measurement(
        task,
        name,
        value,
        scale=scale,
        model=model,
        dataset=as_hub_id(dataset.get("type")),
        config=as_text(dataset.get("config")),
        split=as_text(dataset.get("split")),
        revision=as_commit(dataset.get("revision")),
        source_url=as_web_address(source.get("url")),
        source_name=as_text(source.get("name")),
        setup=(*_arguments(_at(dataset, "args")), *_arguments(_at(metric, "args"))),
        remarks=tuple(remarks),
    )


def _value(told: Any) -> tuple[float | None, Scale | None, str | None]:
    """Return a number, its scale where a percent sign tells, and what else stands there."""
    if not isinstance(told, str):
        return as_number(told), None, None
    found = _VALUE.fullmatch(told) if len(told) <= 200 else None
    if found is None:
        return None, None, None
    text = found["number"]
    number = as_number(float(text) if re.search("[.eE]", text) else int(text))
    is_percent = found["percent"] or "%" in (found["more"] or "")
    remark = f"it is told as {printable(told.strip(), limit=_LONGEST)}" if found["more"] else None
    return number, (Scale.PERCENT if is_percent else None), remark


def _arguments(arguments: _Mapping) -> tuple[str, ...]:
    shots = [arguments[key] for key in _SHOTS if type(arguments.get(key)) is int and 0 <= arguments[key] < 10_000]
    return (*(f"{count}-shot" for count in shots[:1]), *as_words(arguments, without=_SHOTS))


def _mappings(found: Any) -> Iterator[tuple[int, _Mapping]]:
    """Yield the mappings in a list, each with its index."""
    for number, item in enumerate(found if isinstance(found, list) else ()):
        if isinstance(item, dict):
            yield number, item


def _at(mapping: _Mapping, key: str) -> _Mapping:
    found = mapping.get(key)
    return found if isinstance(found, dict) else {}
