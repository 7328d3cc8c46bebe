"""What a look at a folder or a channel makes of each item."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from clipping.models import Found, ItemState, Watch, WatchedItem
from clipping.timing import timecode
from clipping.watching.outcomes import is_put_off

CHANNEL_PAUSE = timedelta(minutes=55)
"""A channel is asked once an hour: more often tells little, and sites turn away who asks much."""

PATIENCE = timedelta(hours=24)
"""So long a file that is not whole may lie unchanged before it is given up: copies stall."""

_UNSETTLED = (ItemState.SEEN, ItemState.WAITING, ItemState.DOING, ItemState.FAILED)


def is_due(watch: Watch, now: datetime) -> bool:
    """Whether the place is to be looked at now; a folder always is."""
    if not watch.is_channel or watch.asked_at is None:
        return True
    # Asked in the future, by a clock that was wrong, counts as long ago.
    return not timedelta(0) <= now - watch.asked_at < CHANNEL_PAUSE


def after_look(
    watch: Watch, known: Sequence[WatchedItem], found: Sequence[Found], now: datetime, first: int
) -> list[WatchedItem]:
    """The items as they stand after a look, in the order in which they were found.

    :param first: How many items of a channel are taken in when its watch begins; it lists the
        newest first.
    """
    before = {item.identity: item for item in known}
    begins = watch.is_channel and not known
    items = []
    for place, one in enumerate(found):
        item = before.get(one.identity)
        if item is None or item.marks != one.marks:
            item = _new(watch, one, now, old=begins and place >= first)
        else:
            item = item.replace(
                location=one.location,
                title=one.title,
                unchanged_since=min(item.unchanged_since, now),  # clocks are set back
                duration_ms=_length(item, one),
            )
        items.append(_by_length(item, watch))
    return items


def _length(item: WatchedItem, found: Found) -> int | None:
    """What its own file showed counts for more than what a channel says, and says again."""
    if item.attempts and item.duration_ms is not None:
        return item.duration_ms
    return found.duration_ms or item.duration_ms


def gone(known: Sequence[WatchedItem], found: Sequence[Found]) -> list[WatchedItem]:
    """Items of a folder that are no longer there and were not done with; to be forgotten.

    Should one come back, it is new. Of a channel nothing is gone: only its newest videos are
    listed.
    """
    there = {one.identity for one in found}
    return [item for item in known if item.state in _UNSETTLED and item.identity not in there]


def is_fresh(item: WatchedItem, now: datetime, settle: timedelta) -> bool:
    """Whether a file was first seen like this so shortly ago that it may still be growing."""
    return _is_growing(item) and now - item.unchanged_since < settle


def is_settled(item: WatchedItem, now: datetime, settle: timedelta) -> bool:
    """Whether a file that was waited for has stopped changing: time to see if it is whole."""
    return _is_growing(item) and now - item.unchanged_since >= settle


def _is_growing(item: WatchedItem) -> bool:
    return item.state is ItemState.WAITING and item.size_bytes is not None


def whole(item: WatchedItem, watch: Watch, duration_ms: int) -> WatchedItem:
    """The item after its file was found to be a whole video."""
    seen = item.replace(state=ItemState.SEEN, reason="", duration_ms=duration_ms)
    return _by_length(seen, watch)


def not_whole(item: WatchedItem, reason: str, now: datetime) -> WatchedItem:
    """The item after its file was found to be no whole video: waited for while it is young."""
    old = now - item.unchanged_since >= PATIENCE
    return item.replace(state=ItemState.REFUSED if old else ItemState.WAITING, reason=reason)


def turns(items: Sequence[WatchedItem], now: datetime) -> list[WatchedItem]:
    """What is to be done now: new items first, then those that are tried again.

    What is being done is, too: whoever asks holds the watch, so the run that began it is dead.
    """
    fresh = [item for item in items if item.state in (ItemState.SEEN, ItemState.DOING)]
    again = [
        (item.try_again_at, place, item)
        for place, item in enumerate(items)
        if item.state in (ItemState.FAILED, ItemState.WAITING)
        and item.try_again_at is not None
        and not is_put_off(item.try_again_at, now)
    ]
    return fresh + [item for _, _, item in sorted(again, key=lambda entry: entry[:2])]


def _new(watch: Watch, found: Found, now: datetime, *, old: bool) -> WatchedItem:
    state = ItemState.SEEN if watch.is_channel else ItemState.WAITING
    if old:
        state = ItemState.SKIPPED
    return WatchedItem(
        **found.model_dump(), watch_id=watch.watch_id, state=state, unchanged_since=now
    )


def _by_length(item: WatchedItem, watch: Watch) -> WatchedItem:
    """Too short or not, by what is known of its length and asked of it today."""
    if item.duration_ms is None:
        return item
    short = item.duration_ms < watch.min_seconds * 1000
    if short and item.state is ItemState.SEEN:
        least = timecode(watch.min_seconds * 1000)
        reason = f"It runs {timecode(item.duration_ms)}, and the watch wants {least} at least."
        return item.replace(state=ItemState.TOO_SHORT, reason=reason)
    if not short and item.state is ItemState.TOO_SHORT:
        return item.replace(state=ItemState.SEEN, reason="")
    return item
