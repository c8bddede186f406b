"""What a dataset's card says of its configs, their splits and their fields, as far as it says anything.

The `datasets` library reads `configs` to know what can be loaded, and `dataset_info` to know what is in it. Where a
card has both, `configs` says which configs there are. Anything that is not written as that library expects it counts as
not told: a card that is wrong must not make a benchmark look wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

DEFAULT_CONFIG, DEFAULT_SPLIT = "default", "test"
_ONLY_SPLIT = "train"  # of files that are listed without a split

_Names = frozenset[str]


@dataclass(frozen=True, slots=True)
class DatasetCard:
    """The names of the configs, and by config those of the splits and fields; None and no entry: the card doesn't tell.

    `configs` are those that exist; the others may be told of more.
    """

    configs: _Names | None = None
    splits: Mapping[str, _Names] = field(default_factory=dict)
    fields: Mapping[str, _Names] = field(default_factory=dict)


def read_card(header: Mapping[str, Any]) -> DatasetCard:
    """Return what the header of a README says of the dataset. Never raises."""
    configs, infos = _by_config(header.get("configs")), _by_config(header.get("dataset_info"))
    if configs is None or infos is None or not (configs or infos):
        return DatasetCard()
    # Without `configs`, all files are one config with the default's name, whatever `dataset_info` calls it.
    names = frozenset(configs) if configs else frozenset((*infos, DEFAULT_CONFIG))
    splits, fields = {}, {}
    for name in names:
        config, info = configs.get(name, {}), infos.get(name, {})
        splits[name] = _told(_files_splits(config.get("data_files")), _names(info.get("splits")))
        fields[name] = _told(_names(config.get("features")), _names(info.get("features")))
    return DatasetCard(names, _without_none(splits), _without_none(fields))


def _by_config(listed: object) -> dict[str, dict[str, Any]] | None:
    """Return the items by the config they are about; None where one of them isn't readable."""
    items = [] if listed is None else listed if isinstance(listed, list) else [listed]
    found: dict[str, dict[str, Any]] = {}
    for item in items:
        if not isinstance(item, dict):
            return None
        name = item.get("config_name", DEFAULT_CONFIG)
        if not isinstance(name, str):
            return None
        found[name] = item
    return found


def _files_splits(data_files: object) -> _Names | None:
    """Return the splits of `data_files`: empty where there are none to see, None where they can't be read."""
    if isinstance(data_files, str):
        return frozenset({_ONLY_SPLIT})
    if isinstance(data_files, list) and data_files and all(isinstance(file, str) for file in data_files):
        return frozenset({_ONLY_SPLIT})
    return _names(data_files, "split")


def _names(listed: object, key: str = "name") -> _Names | None:
    """Return the names of the items: empty where there are none, None where they can't be read."""
    if listed is None:
        return frozenset()
    items = listed if isinstance(listed, list) else [None]
    names = [item.get(key) if isinstance(item, dict) else None for item in items]
    texts = frozenset(name for name in names if isinstance(name, str))
    return texts if all(isinstance(name, str) for name in names) else None


def _told(one: _Names | None, other: _Names | None) -> _Names | None:
    """Return all that two places tell; None where they tell nothing, or one of them can't be read."""
    return None if one is None or other is None else (one | other) or None


def _without_none(found: Mapping[str, _Names | None]) -> dict[str, _Names]:
    return {name: names for name, names in found.items() if names is not None}
