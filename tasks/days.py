"""Which days of a client are planned, by the clocks of its accounts.

Without Prefect, whose import takes seconds.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from clipping.models import Account
from clipping.scheduling.waking import waking_hours

AHEAD: Final = timedelta(hours=12)
"""So long before a day begins anywhere it is planned."""


def days_to_plan(accounts: Collection[Account], now: datetime) -> list[date]:
    """The days that are under way for some account, or begin within half a day on some clock.

    One whose waking hours span midnight is in the day before until it falls asleep.
    """
    if not accounts:
        return []
    first = min(_day_under_way(account, now) for account in accounts)
    last = max((now.astimezone(_zone(account)) + AHEAD).date() for account in accounts)
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def today(accounts: Iterable[Account], now: datetime) -> date:
    """The day that the clock of an account shows, the earliest of them; UTC's without accounts."""
    return min((now.astimezone(_zone(one)).date() for one in accounts), default=now.date())


def _day_under_way(account: Account, now: datetime) -> date:
    zone = _zone(account)
    date_there = now.astimezone(zone).date()
    yesterday = date_there - timedelta(days=1)
    awake = now < waking_hours(account, zone, yesterday).end
    return yesterday if awake else date_there


def _zone(account: Account) -> ZoneInfo:
    try:
        return ZoneInfo(account.timezone)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")
