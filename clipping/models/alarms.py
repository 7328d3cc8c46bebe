"""Who is told of alerts outside, and what."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

from clipping.models.base import Value


class AlarmKind(StrEnum):
    """What an alert is about, as who is told of it chooses."""

    POST = "post"
    """A post has failed, is held, or nobody knows whether it is public."""
    ACCOUNT = "account"
    TAKEDOWN = "takedown"
    BUDGET = "budget"
    DISK = "disk"
    WORKER = "worker"
    QUEUE = "queue"
    API = "api"
    VAULT = "vault"
    """Accounts cannot be posted to, for want of a key."""
    HANDS = "hands"
    """Something waits for a person's hands, such as a draft or a package."""
    OTHER = "other"


KIND_OF: Final = {
    "failed": AlarmKind.POST,
    "held": AlarmKind.POST,
    "unknown": AlarmKind.POST,
    "unreadable": AlarmKind.POST,
    "processing": AlarmKind.POST,
    "account": AlarmKind.ACCOUNT,
    "paused": AlarmKind.ACCOUNT,
    "takedown": AlarmKind.TAKEDOWN,
    "removed": AlarmKind.TAKEDOWN,
    "budget": AlarmKind.BUDGET,
    "disk": AlarmKind.DISK,
    "worker": AlarmKind.WORKER,
    "queue": AlarmKind.QUEUE,
    "api": AlarmKind.API,
    "app": AlarmKind.API,
    "vault": AlarmKind.VAULT,
    "manual": AlarmKind.HANDS,
}
"""What an alert's own kind is about; all that is not named here is :attr:`AlarmKind.OTHER`."""


class Phase(StrEnum):
    """What a message says of its alerts."""

    RAISED = "raised"
    RESOLVED = "resolved"
    DIGEST = "digest"
    TEST = "test"


class Target(Value):
    """Where alarms go; its address is sealed."""

    name: str
    client: str = ""
    """Only of this client; of all and of none when empty."""
    kinds: tuple[AlarmKind, ...] = ()
    """Only these; all when empty."""
    digest: bool = True
    """Whether it gets the daily digest."""
    added_at: datetime
    added_by: str = ""
    trouble: str = ""
    """Why the last try to reach it failed; empty when it went well."""


class Message(Value):
    """What a target is to be told; kept until it was."""

    message_id: int = 0
    target: str
    phase: Phase
    group: str = ""
    """What it is about: the same group is not told of again and again."""
    title: str
    body: str
    dedupe_key: str
    """The same for the same message, however often it is sent."""
    alert_ids: tuple[int, ...] = ()
    made_at: datetime
    attempts: int = 0
    """How often it could not be sent."""
