"""Which model of a hub a log's results are of."""

from __future__ import annotations

from collections.abc import Sequence

from evalhub.drafts import Draft, listed
from evalhub.errors import EvalhubError
from evalhub.hub import Hub
from evalhub.lookup import NotFoundError
from evalhub.names import normalise, printable


def is_called(model_id: str, name: str) -> bool:
    """Whether a log's name for a model means the one with this id: tools put a provider before it, or leave the
    organisation out.
    """
    parts = [normalise(part) for part in name.split("/")]
    wanted = [normalise(part) for part in model_id.split("/")]
    return parts[-2:] == wanted or (len(parts) == 1 and parts == wanted[-1:])


def id_of(hub: Hub, name: str) -> str:
    """Return the id of the hub's model that a log's name means. Raises `EvalhubError`."""
    with_provider = name.count("/") > 1
    try:
        return hub.model_id(name)
    except NotFoundError:
        if not with_provider:
            raise
    return hub.model_id("/".join(name.split("/")[-2:]))


def of_one_model(hub: Hub, found: Sequence[Draft], typed: str | None) -> tuple[str, list[Draft], str | None]:
    """Return the id of the model that is meant, its drafts, and a warning where the log names another model than the
    one that was typed. Where none was typed, it is the log's.

    Raises `EvalhubError` where the log names none or several, or several of which none is the one that was typed.
    """
    models = list(dict.fromkeys(draft.model for draft in found if draft.model))
    if typed is None:
        if len(models) != 1:
            message = f"the log is of {len(models)} models: {listed(models)}" if models else "the log names no model"
            raise EvalhubError(message, "name the one that is meant: evalhub submit MODEL --from …", exit_status=2)
        try:
            return id_of(hub, models[0]), list(found), None
        except NotFoundError as error:
            message = f"the log is of {printable(models[0], limit=100)}, which is no model of the hub"
            hint = "name the one that is meant: evalhub submit MODEL --from …"
            raise NotFoundError(message, hint, error.close) from None
    model_id = hub.model_id(typed)
    own = [model for model in models if is_called(model_id, model)]
    if own or not models:
        return model_id, [draft for draft in found if draft.model in own or draft.model is None], None
    if len(models) > 1:
        message = f"the log is of {len(models)} models, and none is {printable(model_id)}: {listed(models)}"
        raise EvalhubError(message, "name one of them")
    warning = f"the log is of {printable(models[0], limit=100)}, and you submit it for {printable(model_id)}"
    return model_id, list(found), warning
