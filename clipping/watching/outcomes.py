"""What an error says about an item, about its watch, and about the next try."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from clipping.errors import (
    AuthorizationExpired,
    BotCheck,
    BudgetSpent,
    ClippingError,
    DiskFull,
    LiveStream,
    NetworkDown,
    NothingToClip,
    NotInstalled,
    QuotaExhausted,
    RateLimited,
    Rejected,
    RightsNotStated,
    TooShort,
    UnusableCookies,
)
from clipping.models import ItemState, WatchedItem

MOST_ATTEMPTS = 6
"""With the pauses between them, some five hours of trying."""

_FIRST_PAUSE = timedelta(minutes=10)
_LONGEST_PAUSE = timedelta(hours=6)

_OF_THE_PLACE = (
    AuthorizationExpired,
    BotCheck,
    BudgetSpent,
    DiskFull,
    NetworkDown,
    NotInstalled,
    QuotaExhausted,
    RateLimited,
    RightsNotStated,
    UnusableCookies,
)
"""Not about this item: the next one would meet the same."""


@dataclass(frozen=True)
class Outcome:
    """An item after a try, and what it means for the others of its watch."""

    item: WatchedItem
    trouble: str = ""
    """Why nothing more of this watch is worth a try now; empty otherwise."""


def done(item: WatchedItem) -> Outcome:
    """All went well."""
    return Outcome(item.replace(state=ItemState.DONE, reason="", try_again_at=None))


def failed(item: WatchedItem, error: Exception, now: datetime) -> Outcome:
    """What follows from an error, and when to try again if ever.

    :param item: As it was begun, this attempt counted.
    """
    reason = said(error)
    if isinstance(error, NothingToClip):
        return Outcome(item.replace(state=ItemState.DONE, reason=reason, try_again_at=None))
    if isinstance(error, _OF_THE_PLACE):
        # Whatever it was, the item is not to blame and loses no attempt.
        again = now + max(_FIRST_PAUSE, _asked_to_wait(error))
        tried = item.attempts - 1
        kept = item.replace(
            state=ItemState.FAILED, reason=reason, try_again_at=again, attempts=tried
        )
        return Outcome(kept, trouble=reason)
    if isinstance(error, LiveStream):
        state, again_at = ItemState.WAITING, now + pause(item.attempts)
        return Outcome(item.replace(state=state, reason=reason, try_again_at=again_at))
    if isinstance(error, Rejected):
        state = ItemState.TOO_SHORT if isinstance(error, TooShort) else ItemState.REFUSED
        return Outcome(item.replace(state=state, reason=reason, try_again_at=None))
    return Outcome(
        item.replace(
            state=ItemState.FAILED,
            reason=reason,
            try_again_at=None if worn_out(item) else now + pause(item.attempts),
        )
    )


def worn_out(item: WatchedItem) -> bool:
    """Whether it was begun often enough."""
    return item.attempts >= MOST_ATTEMPTS


def begun(item: WatchedItem) -> WatchedItem:
    """The item as its next try begins; one that was begun too often without an end is given up.

    A run that is killed says nothing. What kills it each time would otherwise be tried for ever.
    """
    if item.state is ItemState.DOING and worn_out(item):
        reason = f"It was begun {item.attempts} times, and each time its run was killed."
        return item.replace(state=ItemState.FAILED, reason=reason, try_again_at=None)
    return item.replace(
        state=ItemState.DOING, reason="", attempts=item.attempts + 1, try_again_at=None
    )


def pause(attempts: int) -> timedelta:
    """How long to wait after so many attempts: 10, 20, 40 minutes, at most 6 hours."""
    return min(_LONGEST_PAUSE, _FIRST_PAUSE * (1 << min(max(attempts, 1) - 1, 10)))


def said(error: Exception) -> str:
    """The error as one line for people."""
    if isinstance(error, ClippingError):
        return str(error)
    first = next(iter(str(error).splitlines()), "")
    return f"Unexpected {type(error).__name__}: {first}".rstrip(": ") + "."


def _asked_to_wait(error: Exception) -> timedelta:
    return timedelta(seconds=getattr(error, "retry_after_s", None) or 0)
