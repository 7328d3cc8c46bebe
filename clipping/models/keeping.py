"""Files that are kept, and what is to be done with them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from clipping.models.base import Value


class ObjectKind(StrEnum):
    """What a file in the media store is."""

    ORIGINAL = "original"
    CAPTIONS = "captions"
    CLIP = "clip"
    COVER = "cover"
    OTHER = "other"
    """Nobody knows what it is of: no row names it."""


class Archived(Value):
    """What is known of a file that the archive holds."""

    key: str
    client: str
    kind: ObjectKind
    sha256: str
    size_bytes: int = Field(ge=0)
    archived_at: datetime


class KeptObject(Value):
    """A file, where it lies, and what it is needed for."""

    key: str
    client: str
    """Its name; of a file that nobody knows, the name of its folder."""
    kind: ObjectKind
    size_bytes: int = Field(ge=0)
    sha256: str = ""
    """What its content has to be; empty where nobody knows, as of a clip in another size."""
    owner_id: str = ""
    """Of the source or the clip."""
    stored_at: datetime | None = None
    """When it came to the store, or came back to it; None when it is not there."""
    archived: bool = False
    made_at: datetime | None = None
    """When it was taken in or rendered."""
    finished: bool = True
    """Of an original: whether its words were heard. Of a clip: whether it is ready, and proven."""
    queued: int = 0
    """Posts of it that are not over: planned, reserved, held, on their way, or unknown."""
    posted_at: datetime | None = None
    """When the latest of its posts became public."""


class Deed(StrEnum):
    """What is done with a file."""

    ARCHIVE = "archive"
    """Copy it to the archive and read it back."""
    REMOVE = "remove"
    """Remove it from the store, after the archive's copy was read back."""
    DROP = "drop"
    """Remove it from the archive: it is nowhere any more."""


class Act(Value):
    """A deed that is due, and why."""

    deed: Deed
    key: str
    client: str
    kind: ObjectKind
    size_bytes: int
    sha256: str
    owner_id: str
    reason: str


class SweepPolicy(Value):
    """How long files stay where."""

    original_days: int = 7
    posted_days: int = 30
    archive_days: int = 365
    has_archive: bool = True


class SweepPlan(Value):
    """What is to be done, and why the rest stays."""

    acts: tuple[Act, ...] = ()
    kept: tuple[tuple[str, int, int], ...] = ()
    """(reason, files, bytes) of old files that stay all the same."""
