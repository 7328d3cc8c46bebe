"""How the services outside stand, by what everybody who asks them has noted. Pure."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from clipping.claude import breaker
from clipping.claude.door import Outage
from clipping.models.base import Value


class Circuit(StrEnum):
    """Whether a service is asked."""

    CLOSED = "closed"
    """It is asked as always."""
    FAILING = "failing"
    """It failed lately, and is asked all the same."""
    OPEN = "open"
    """Nobody asks it before its pause is over."""
    PROBING = "probing"
    """Its pause is over: the next one who asks finds out."""


class Look(Value):
    """A service, and how it stands."""

    service: str
    failures: int = 0
    closed_until: datetime | None = None
    since: datetime | None = None
    """When the first of its failures in a row was."""
    looked_at: datetime | None = None
    """When it was last asked, or found to be there."""
    said: str = ""
    """What it said when it failed last."""
    used: bool = True
    """Whether this machine is set up to ask it at all."""


def circuit(look: Look, now: datetime) -> Circuit:
    """Whether it is asked now."""
    known = Outage(failures=look.failures, closed_until=look.closed_until)
    if not look.failures:
        return Circuit.CLOSED
    if breaker.wait_s(known, now) > 0:
        return Circuit.OPEN
    return Circuit.PROBING if breaker.is_known(known) else Circuit.FAILING


def alarming(look: Look, now: datetime) -> bool:
    """Whether people are to be told: it is known to be away, between its probes, too."""
    return circuit(look, now) in (Circuit.OPEN, Circuit.PROBING)


def sentence(look: Look) -> str:
    """What people are told of a service that is away."""
    since = f" since {look.since:%Y-%m-%d %H:%M} UTC" if look.since else ""
    why = f" {look.said}" if look.said else ""
    return f"{look.service} does not answer{since}, {look.failures} times in a row.{why}"
