"""Folders and channels that are watched, and what was found in them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from clipping.models.base import Value
from clipping.models.rights import Rights


class ItemState(StrEnum):
    """Where an item of a watch stands."""

    WAITING = "waiting"
    """Not whole yet: it may still grow, or its stream still run."""
    SEEN = "seen"
    """New, whole and long enough: its turn comes."""
    DOING = "doing"
    """Being taken in; or it was, when its run was killed."""
    DONE = "done"
    FAILED = "failed"
    """It went wrong; tried again at ``try_again_at`` unless that is None."""
    TOO_SHORT = "too_short"
    SKIPPED = "skipped"
    """It was on the channel long before the watch began."""
    REFUSED = "refused"
    """It will never work."""


class Watch(Value):
    """A folder or a channel, what is new in which is taken in for a client."""

    watch_id: str
    client: str
    place: str
    """Absolute path of a folder, or an https address."""
    min_seconds: int = Field(default=60, ge=1)
    """Shorter videos are left alone."""
    clip: bool = False
    """Whether clips are made; else videos are taken in and heard."""
    rights: Rights = Rights()
    """Stated for everything that comes from it."""
    asked_at: datetime | None = None
    """When its channel, or folder, was looked at last, and answered or not."""
    trouble: str = ""
    """Why the last look ended early; empty when it did not."""
    waits: int = 0
    """How often in a row its place turned us away."""
    not_before: datetime | None = None
    """When its place may be asked again by itself; None for any time."""

    @property
    def is_channel(self) -> bool:
        """Whether a site is asked, not a folder of this machine."""
        return self.place.startswith("https://")

    @property
    def site(self) -> str:
        """With what the places of all channels of its site begin; of a channel only."""
        return "/".join(self.place.split("/")[:3]) + "/"


class Found(Value):
    """What a look at a folder or a channel shows."""

    identity: str
    """What it is known by within its watch: path in the folder, or the site's id."""
    location: str
    """Path or link."""
    title: str
    size_bytes: int | None = None
    changed_ns: int | None = None
    """Time of the file's last change, nanoseconds since 1970; both are None on a channel."""
    duration_ms: int | None = None
    """As the channel says."""

    @property
    def marks(self) -> tuple[int | None, int | None]:
        """What tells whether a file has changed."""
        return self.size_bytes, self.changed_ns


class WatchedItem(Found):
    """What is known of something that a watch has found."""

    watch_id: str
    state: ItemState
    reason: str = ""
    """One sentence; empty where the state says all."""
    attempts: int = 0
    """How often it was begun and it counted."""
    waits: int = 0
    """How often it was put off by what it is not to blame for."""
    unchanged_since: datetime
    """The first look at which the marks were what they are."""
    try_again_at: datetime | None = None
