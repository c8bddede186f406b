"""EH306: a split that the config doesn't have according to the dataset's card, so that there is nothing to load."""

from __future__ import annotations

import re
from collections.abc import Iterator

from evalhub.dataset_card import DEFAULT_CONFIG, DEFAULT_SPLIT, read_card
from evalhub.names import printable
from evalhub.rules.hints import nearest_or_some, some
from evalhub.rules.inspect_tasks import for_inspect, says_all
from evalhub.rules.subjects import Context, ParsedFile
from evalhub.yaml_source import Problem

_ALL = "all"  # a name that every config has
_LONGEST = 200  # of an expression that is taken apart


def check(file: ParsedFile, _context: Context) -> Iterator[Problem]:
    known_splits = read_card(file.card()).splits
    for index, task in file.mappings("tasks") if known_splits else ():
        config, split = task.get("config", DEFAULT_CONFIG), task.get("split", DEFAULT_SPLIT)
        splits = known_splits.get(config) if isinstance(config, str) else None
        if splits is None or not isinstance(split, str):
            continue
        missing = next((name for name in _named(split) if name not in splits and name != _ALL), None)
        if missing is None:
            continue
        shown, of_config = printable(missing, limit=60), f"the config {printable(str(config), limit=60)}"
        if "split" in task:
            message = f"{of_config} has no split {shown}, says the dataset's card"
            hint = nearest_or_some(missing, splits, "its splits")
            yield file.problem("EH306", message, ("tasks", index, "split"), hint)
        elif for_inspect(file) and says_all(task):
            message = f"without `split` here, the split {shown} is read, which {of_config} doesn't have"
            yield file.problem("EH306", message, ("tasks", index, "id"), some(splits, "add `split: …` with one of"))


def _named(split: str) -> list[str]:
    """Return the names in what `datasets` takes for a split: `test`, `test[:100]`, `train+test[50%:]`."""
    parts = split.split("+") if len(split) <= _LONGEST else [split]
    return [name for name in (re.split(r"[\[(]", part, maxsplit=1)[0].strip() for part in parts) if name]
