"""EH305: a config that the dataset's card doesn't list, so that there is nothing to load."""

from __future__ import annotations

from collections.abc import Iterator

from evalhub.dataset_card import DEFAULT_CONFIG, read_card
from evalhub.names import printable
from evalhub.rules.hints import nearest_or_some, some
from evalhub.rules.inspect_tasks import for_inspect, says_all
from evalhub.rules.subjects import Context, ParsedFile
from evalhub.yaml_source import Problem


def check(file: ParsedFile, _context: Context) -> Iterator[Problem]:
    configs = read_card(file.card()).configs
    for index, task in file.mappings("tasks") if configs else ():
        config = task.get("config", DEFAULT_CONFIG)
        if not configs or not isinstance(config, str) or not config or config in configs:
            continue
        if "config" in task:
            message = f"the dataset has no config {printable(config, limit=60)}, says its card"
            hint = nearest_or_some(config, configs, "its configs")
            yield file.problem("EH305", message, ("tasks", index, "config"), hint)
        elif for_inspect(file) and says_all(task):
            message = f"without `config` here, the config {config} is read, which the dataset's card doesn't have"
            yield file.problem("EH305", message, ("tasks", index, "id"), some(configs, "add `config: …` with one of"))
