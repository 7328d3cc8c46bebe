"""A post: what is to be published where, and how far that has come."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from clipping.models.account import Consent, Disclosure
from clipping.models.base import Value
from clipping.models.copy import PostCopy


class PostState(StrEnum):
    """Where a post stands, for people and planners."""

    PLANNED = "planned"
    RESERVED = "reserved"
    SUBMITTING = "submitting"
    PROCESSING = "processing"
    POSTED = "posted"
    FAILED = "failed"
    UNKNOWN = "unknown"
    HELD = "held"
    CANCELLED = "cancelled"


class Stage(StrEnum):
    """How far a publication has come on its platform.

    ``ARMED`` is the one that matters: it is stored before the exchange that can make the post
    public, and whoever finds it stored asks the platform what became of it before anything else.
    """

    NEW = "new"
    SENDING = "sending"
    """The platform's handle is known; bytes are on their way."""
    SENT = "sent"
    """All bytes are there and nothing can be public yet; the platform prepares them, perhaps."""
    ARMED = "armed"
    """The next exchange can make it public, or has."""
    PROCESSING = "processing"
    """Handed over for good; the platform has not said how it ended."""
    POSTED = "posted"
    INBOX = "inbox"
    """A draft that its owner has to post."""


class PostFile(Value):
    """The file of a post."""

    path: str
    size_bytes: int
    duration_ms: int
    width_px: int
    height_px: int
    fps: float
    sha256: str
    cover_ms: int = 0
    """Which picture is the cover."""
    url: str = Field(default="", repr=False)
    """Public https address of the same bytes, where somebody has put them; perhaps signed."""


class PostJob(Value):
    """Everything that is sent for one post; the same from the first try to the last."""

    post_id: str
    words: PostCopy
    file: PostFile
    disclosure: Disclosure
    consent: Consent
    inbox: bool = False
    """Into the owner's drafts instead of public; TikTok only."""
    marker: str = ""
    """A word by which the post can be known again on the platform; empty where it shows."""


class Receipt(Value):
    """What is known of a publication; stored after every exchange, before the next one."""

    stage: Stage = Stage.NEW
    handle: dict[str, str] = Field(default_factory=dict, repr=False)
    """The platform's own ids and addresses, by name. Addresses that carry a token are secrets."""
    sent_bytes: int = 0
    armed_at: datetime | None = None
    not_before: datetime | None = None
    """When the next step makes sense; None for at once."""
    tries: int = 0
    """How often it was begun anew, or taken up again after it was armed."""
    unsettled: bool = False
    """Whether an earlier try of the last step went unanswered, and a look did not show it: that
    goes on without proof that nothing of it is public."""
    public_id: str = ""
    """The platform's id of the post. TikTok may never tell."""
    url: str = ""
    note: str = ""
    """One sentence for people."""

    @property
    def settled(self) -> bool:
        """Whether no step is left."""
        return self.stage in (Stage.POSTED, Stage.INBOX)
