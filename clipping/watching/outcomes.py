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
    Interrupted,
    LiveStream,
    NeedsPerson,
    NetworkDown,
    NothingToClip,
    NotInstalled,
    QuotaExhausted,
    RateLimited,
    Rejected,
    RightsNotStated,
    TooShort,
    Transient,
    UnreadableMedia,
    UnusableCookies,
)
from clipping.models import ItemState, Watch, WatchedItem

MOST_ATTEMPTS = 6
"""With the pauses between them, some five hours of trying."""

_FIRST_PAUSE = timedelta(minutes=10)
_LONGEST_PAUSE = timedelta(hours=6)

LONGEST_WAIT = timedelta(hours=24)
"""However long a site asks to be left alone; and what is put off longer was so by a wrong clock."""

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

_OF_THIS_MACHINE = (DiskFull, NetworkDown, NotInstalled, RightsNotStated)
"""Of those, what costs nobody anything to be tried soon again."""


_OF_THE_SITE = (BotCheck, RateLimited)


@dataclass(frozen=True)
class Outcome:
    """An item after a try, and what it means for the others of its watch."""

    item: WatchedItem
    error: Exception | None = None
    """Why nothing more of this watch is worth a try now; None when more is."""

    @property
    def trouble(self) -> str:
        """The same as one line; empty when there is none."""
        return "" if self.error is None else said(self.error)


def done(item: WatchedItem) -> Outcome:
    """All went well."""
    return Outcome(item.replace(state=ItemState.DONE, reason="", try_again_at=None, waits=0))


def failed(item: WatchedItem, error: Exception, now: datetime, watch: Watch) -> Outcome:
    """What follows from an error, and when to try again if ever.

    :param item: As it was begun, this attempt counted.
    :param watch: As it was when the item was begun.
    """
    reason = said(error)
    # Too little memory, perhaps, for just this item.
    killed = isinstance(error, Interrupted)
    if isinstance(error, NothingToClip):
        return Outcome(item.replace(state=ItemState.DONE, reason=reason, try_again_at=None))
    if isinstance(error, _OF_THE_PLACE):
        return Outcome(_put_off(item, error, now), error)
    if isinstance(error, (LiveStream, Transient, NeedsPerson)) and not killed:
        return Outcome(_put_off(item, error, now))
    if isinstance(error, TooShort):
        return Outcome(_too_short(item, reason, watch.min_seconds))
    if isinstance(error, Rejected) and not _may_be_the_disk(item, error):
        return Outcome(item.replace(state=ItemState.REFUSED, reason=reason, try_again_at=None))
    return Outcome(
        item.replace(
            state=ItemState.FAILED,
            reason=reason,
            try_again_at=None if worn_out(item) else now + pause(item.attempts),
        )
    )


def _may_be_the_disk(item: WatchedItem, error: Exception) -> bool:
    """Whether a file that was found whole cannot be read now, as when a share drops."""
    return type(error) is UnreadableMedia and item.size_bytes is not None


def _put_off(item: WatchedItem, error: Exception, now: datetime) -> WatchedItem:
    """The item after something that it is not to blame for: it loses no attempt, ever."""
    waits = item.waits + 1
    return item.replace(
        state=ItemState.WAITING if isinstance(error, LiveStream) else ItemState.FAILED,
        reason=said(error),
        try_again_at=now + wait(waits, error),
        attempts=item.attempts - 1,
        waits=waits,
    )


def _too_short(item: WatchedItem, reason: str, min_seconds: int) -> WatchedItem:
    """The item whose file is shorter than was asked for, whatever its channel says of it."""
    at_most_ms = min_seconds * 1000 - 1
    return item.replace(
        state=ItemState.TOO_SHORT,
        reason=reason,
        try_again_at=None,
        duration_ms=min(at_most_ms, item.duration_ms or at_most_ms),
    )


def anew(item: WatchedItem) -> WatchedItem:
    """The item as if it had just been found, where it was given up, refused or put off."""
    if item.state is ItemState.WAITING and item.try_again_at is None:
        return item
    if item.state not in (ItemState.FAILED, ItemState.REFUSED, ItemState.WAITING):
        return item
    # A file is looked at first: whether it is there, and whole.
    state = ItemState.SEEN if item.size_bytes is None else ItemState.WAITING
    return item.replace(state=state, reason="", attempts=0, waits=0, try_again_at=None)


def not_tried(item: WatchedItem) -> WatchedItem:
    """The item after a try that says nothing of it, since its file is no longer what was begun.

    The next look says what has become of it.
    """
    return item.replace(
        state=ItemState.WAITING, reason="", attempts=item.attempts - 1, try_again_at=None
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


def wait(waits: int, error: Exception) -> timedelta:
    """How long to wait after the last of so many put-offs in a row; as long as a site asks for."""
    if isinstance(error, _OF_THIS_MACHINE):
        return _FIRST_PAUSE
    asked = timedelta(seconds=min(getattr(error, "retry_after_s", None) or 0, 1e6))
    return min(LONGEST_WAIT, max(pause(waits), asked))


def after_pass(watch: Watch, error: Exception | None, now: datetime) -> Watch:
    """The watch after a pass, and until when its place is left alone.

    :param error: What ended the pass early.
    """
    if not isinstance(error, _OF_THE_PLACE) or isinstance(error, RightsNotStated):
        trouble = "" if error is None else said(error)
        return watch.replace(trouble=trouble, waits=0, not_before=None)
    waits = watch.waits + 1
    return watch.replace(trouble=said(error), waits=waits, not_before=now + wait(waits, error))


def is_of_the_site(watch: Watch, error: Exception | None) -> bool:
    """Whether every watch of the same site would meet the same, whosever it is."""
    return watch.is_channel and isinstance(error, _OF_THE_SITE)


def is_put_off(until: datetime | None, now: datetime) -> bool:
    """Whether a pause is not over; one that no pause explains was set by a wrong clock."""
    return until is not None and now < until <= now + LONGEST_WAIT
