"""What the names in a list mean in a hub, each looked up once: a list may be long, and name what isn't there."""

from __future__ import annotations

from typing import TypeVar

from evalhub.errors import EvalhubError
from evalhub.hub import Hub
from evalhub.log_models import id_of
from evalhub.lookup import NotFoundError
from evalhub.names import normalise, printable
from evalhub.typed import resolve_task

_MOST_SUGGESTED = 50  # unknown models for which similar ones are looked for, which takes long
_Found = TypeVar("_Found")


class ListNames:
    """The models and tasks that a list names."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._models: dict[str, str | EvalhubError] = {}
        self._tasks: dict[tuple[str, str | None], tuple[str, str] | EvalhubError] = {}
        self._last_parts = {normalise(id.rpartition("/")[2]) for id in hub.model_ids()}
        self._unknown = 0

    def model(self, name: str) -> str:
        """Return the id of the hub's model that is meant. Raises `EvalhubError`, as `log_models.id_of` does."""
        if name not in self._models:
            try:
                self._models[name] = self._model(name)
            except EvalhubError as error:
                self._models[name] = error
        return _told(self._models[name])

    def has_model(self, name: str) -> bool:
        """Whether `name` means a model of the hub."""
        try:
            return bool(self.model(name))
        except EvalhubError:
            return False

    def task(self, benchmark: str, task: str | None) -> tuple[str, str]:
        """Return the dataset and task ids that are meant. Raises `EvalhubError`, as `typed.resolve_task` does."""
        key = (benchmark, task)
        if key not in self._tasks:
            try:
                self._tasks[key] = resolve_task(self._hub, benchmark, task)
            except EvalhubError as error:
                self._tasks[key] = error
        return _told(self._tasks[key])

    def _model(self, name: str) -> str:
        if self._last_parts.isdisjoint((normalise(name), normalise(name.rpartition("/")[2]))):
            self._unknown += 1
            if self._unknown > _MOST_SUGGESTED:
                raise NotFoundError(f"no model is called `{printable(name, limit=100)}`", "", [])
        return id_of(self._hub, name)


def _told(found: _Found | EvalhubError) -> _Found:
    if isinstance(found, EvalhubError):
        raise found
    return found
