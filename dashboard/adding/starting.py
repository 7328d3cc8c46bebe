"""From what was added to the run that clips it: the same deployment that operators start."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any, Final

from sqlmodel import Session

from clipping.db.queries import additions
from clipping.errors import ClippingError
from clipping.models import Addition, AdditionState
from clipping.storage.stored import stored_captions
from dashboard.adding.runs import start_run

FLOW: Final = "clip-source"
SHORTEST_MS: Final = 15_000
"""As that flow has it: the shortest clip, and so the shortest video."""


def parameters_of(addition: Addition) -> dict[str, Any]:
    """What a run of :data:`FLOW` is given."""
    found: dict[str, Any] = {"location": addition.location, "client": addition.client}
    if addition.captions_key:
        found["captions"] = stored_captions(addition.captions_key)
    if addition.rights.stated:
        found["rights"] = addition.rights.model_dump(mode="json")
    return found


def start(addition: Addition, opened: AbstractContextManager[Session]) -> Addition:
    """Start a run of it; if that cannot be, it stays and says why.

    :param opened: Where it is written down.
    """
    try:
        # Another one after the last, and the same one if an answer was lost.
        key = f"{addition.addition_id}:{addition.run_id or 'first'}"
        run_id = start_run(FLOW, parameters_of(addition), key, addition.client)
        changes = {"state": AdditionState.STARTED.value, "run_id": run_id, "said": ""}
    except ClippingError as error:
        changes = {"state": AdditionState.KEPT.value, "said": str(error)}
    now = datetime.now(UTC)
    with opened as session:
        additions.change_addition(session, addition.addition_id, now, **changes)
    return addition.replace(**changes, updated_at=now)
