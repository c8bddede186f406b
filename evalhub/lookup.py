"""From what somebody typed to the one thing that is meant, or an error that lists what could be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from evalhub.errors import EvalhubError
from evalhub.names import nearest, normalise, printable


class NotFoundError(EvalhubError):
    """Nothing is called so; `close` are the ids of what is called nearly so."""

    def __init__(self, message: str, hint: str, close: list[str]) -> None:
        super().__init__(message, hint)
        self.close = close


def look_up(typed: str, names: Mapping[str, Iterable[str]], what: str, otherwise: str) -> str:
    """Return the key of `names` that `typed` means: the key itself, or one of its names, whatever the case and
    separators.

    Raises `EvalhubError` where nothing matches (with the nearest names, and what to do `otherwise`) or more than one
    thing does (with all of them).
    """
    found = _found(typed, names)
    if len(found) == 1:
        return found[0]
    shown = printable(typed, limit=100)
    if found:
        listed = ", ".join(printable(key) for key in sorted(found))
        raise EvalhubError(f"`{shown}` can mean more than one {what}: {listed}", "type one of these ids")
    close = _nearest_keys(typed, names)
    hint = f"did you mean {', '.join(printable(key) for key in close)}? Else {otherwise}" if close else otherwise
    raise NotFoundError(f"no {what} is called `{shown}`", hint, close)


def meant(typed: str, names: Mapping[str, Iterable[str]]) -> str | None:
    """Return the one key of `names` that `typed` means, or None where there is none, or more than one."""
    found = _found(typed, names)
    return found[0] if len(found) == 1 else None


def _found(typed: str, names: Mapping[str, Iterable[str]]) -> list[str]:
    if typed in names:
        return [typed]
    wanted = normalise(typed)
    keys = [key for key in names if _parts(key) == _parts(typed)]
    return keys or [key for key, others in names.items() if any(normalise(other) == wanted for other in others)]


def _nearest_keys(typed: str, names: Mapping[str, Iterable[str]]) -> list[str]:
    owner = {name: key for key, others in names.items() for name in (key, *others)}
    wanted = normalise(typed)
    holding = [name for name in owner if len(wanted) >= 3 and wanted in normalise(name)]
    close = [*nearest(typed, holding, limit=3, cutoff=0.0), *nearest(typed, owner, limit=3)]
    return list(dict.fromkeys(owner[name] for name in close))[:3]


def _parts(id: str) -> list[str]:
    """Fold each part of an id: `mm/lu` is not `mmlu`."""
    return [normalise(part) for part in id.split("/")]
