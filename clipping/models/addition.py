"""What somebody adds on the dashboard: a file that arrives piece by piece, or a link."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from clipping.models.base import Value
from clipping.models.rights import Rights


class AdditionKind(StrEnum):
    """What is added."""

    FILE = "file"
    LINK = "link"


class AdditionState(StrEnum):
    """How far it has come."""

    RECEIVING = "receiving"
    """Bytes are still to come."""
    RECEIVED = "received"
    """All bytes are there; they are to be looked at and stored."""
    KEPT = "kept"
    """It can be clipped, and no run of it has been started."""
    STARTED = "started"
    """A run makes clips of it."""
    REFUSED = "refused"
    """It cannot be clipped; nothing of it is kept."""


class Addition(Value):
    """A file or link that somebody adds for a client."""

    addition_id: str
    client: str
    user_id: str
    added_by: str
    """The name of that user."""
    kind: AdditionKind
    name: str
    """What people call it: the file's name, a title. Never a path."""
    location: str = ""
    """A link; of a file what a run is given as soon as it is stored, until then empty."""
    size_bytes: int = 0
    received_bytes: int = 0
    """So many are on the disk for good."""
    stored_percent: int = 0
    """How much of a file that has arrived is in the media store."""
    captions_key: str | None = None
    rights: Rights = Rights()
    state: AdditionState
    said: str = ""
    """Why it was refused, or is not clipped yet; one sentence."""
    source_id: str | None = None
    run_id: str = ""
    """Of Prefect."""
    created_at: datetime
    updated_at: datetime
