"""When an account is awake, and the two windows of its day; DST included."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from clipping.models import Account

SPACING: Final = timedelta(hours=12)
LEAST_GAP: Final = timedelta(hours=11)
"""Between any two posts of an account."""
WINDOW: Final = timedelta(minutes=30)
"""Within which the exact minute is drawn."""
_MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True)
class Waking:
    """From waking up, up to and not including falling asleep; UTC."""

    start: datetime
    end: datetime


@dataclass(frozen=True)
class Window:
    """Where a post falls: ``start <= at < end``; UTC, whole minutes."""

    start: datetime
    end: datetime


def zone_of(account: Account) -> ZoneInfo | None:
    """The account's time zone; None when there is none of that name."""
    try:
        return ZoneInfo(account.timezone)
    except (KeyError, ValueError, OSError):  # also names that are folders, or no paths at all
        return None


def waking_hours(account: Account, zone: ZoneInfo, day: date) -> Waking:
    """The waking hours that begin on this local day; they may end on the next one.

    They are a stretch of real time: an hour shorter, or longer, when the clocks change in it. A
    time that the clocks skip is as far after the skip; of one that comes twice the first is meant.
    """
    ends = day if account.sleeps_at > account.wakes_at else day + timedelta(days=1)
    return Waking(
        datetime.combine(day, account.wakes_at, zone).astimezone(UTC),
        datetime.combine(ends, account.sleeps_at, zone).astimezone(UTC),
    )


def waking_day(account: Account, zone: ZoneInfo, at: datetime) -> date:
    """The local day on which the account woke up last by then: the day of its slots from there on.

    :param at: UTC.
    """
    day = at.astimezone(zone).date()
    begun = waking_hours(account, zone, day).start <= at
    return day if begun else day - timedelta(days=1)


def windows(waking: Waking, share: float) -> list[Window]:
    """The two windows of a day, 12 hours apart, or one where there is no room for 11 hours.

    Short waking hours move the two together, to 11 hours at the least, and make them narrower.

    :param share: 0..1, how late within the room that is left; accounts differ in it.
    """
    awake = waking.end - waking.start
    if awake <= timedelta(0):
        return []
    if awake <= LEAST_GAP:
        length = _whole(min(WINDOW, awake))
        start = waking.start + _whole((awake - length) * share)
        return [Window(start, start + max(length, _MINUTE))]
    length = max(_whole(min(WINDOW, (awake - LEAST_GAP) / 2)), _MINUTE)
    spacing = min(SPACING, awake - length)
    start = waking.start + _whole((awake - spacing - length) * share)
    return [Window(begin, begin + length) for begin in (start, start + spacing)]


def _whole(length: timedelta) -> timedelta:
    return length // _MINUTE * _MINUTE
