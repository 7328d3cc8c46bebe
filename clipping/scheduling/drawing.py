"""How the exact minutes of one account are drawn."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from clipping.models import Account, PlanRequest, PlatformName, Slot, make_id
from clipping.scheduling.waking import LEAST_GAP, waking_hours, windows

APART_ON_PLATFORM: Final = timedelta(minutes=3)
"""Between posts of two accounts of a client on one platform, where there is room."""
_MINUTE: Final = timedelta(minutes=1)


def slot_id(account_id: str, day: date, number: int) -> str:
    """The id of the slot in a window of an account's day."""
    return make_id("slot", account_id, day, number)


class Drawing:
    """Draws the slots of one account on one day, by a seed of the account and the day."""

    def __init__(
        self, request: PlanRequest, account: Account, zone: ZoneInfo, share: float
    ) -> None:
        self._request, self._account, self._zone = request, account, zone
        self._waking = waking_hours(account, zone, request.day)
        self._windows = windows(self._waking, share)

    def numbers(self, due: int) -> list[int]:
        """The day's windows in the order in which they are tried."""
        numbers = list(range(len(self._windows)))
        if due == 1:
            # The same one on each day, so that a warm-up keeps its distances.
            self._random("window").shuffle(numbers)
        return numbers

    def slot_id(self, number: int) -> str:
        """The id of a window's slot."""
        return slot_id(self._account.account_id, self._request.day, number)

    def is_over(self, number: int) -> bool:
        """Whether its window has gone by."""
        now = self._request.now
        return now is not None and self._windows[number].end <= now

    def slot(
        self,
        number: int,
        own: Iterable[datetime],
        siblings: Mapping[str, tuple[PlatformName, datetime]],
    ) -> Slot | None:
        """The slot of a window; None when there is no time for it.

        :param own: When the account posts otherwise.
        :param siblings: Slots of the day by id; one with this slot's id is what an earlier plan
            said, and is kept if it can be.
        """
        slot_id, window = self.slot_id(number), self._windows[number]
        free = self._free(own)
        kept = siblings.get(slot_id)
        if kept is not None and free(kept[1]):
            at: datetime | None = kept[1]
        elif minutes := [at for at in _minutes(window.start, window.end) if free(at)]:
            others = [one for name, one in siblings.items() if name != slot_id]
            at = self._drawn(number, minutes, others)
        elif self.is_over(number):
            at = None
        else:
            # Its last post was late: as soon after it as may be.
            at = next(filter(free, _minutes(window.end, self._waking.end)), None)
        return None if at is None else self._made(number, at)

    def _made(self, number: int, at: datetime) -> Slot:
        local = at.astimezone(self._zone)
        return Slot(
            slot_id=self.slot_id(number),
            account_id=self._account.account_id,
            platform=self._account.platform,
            day=self._request.day,
            number=number,
            at=at,
            local=local,
            worth=self._request.policy.hours_worth[local.hour],
        )

    def _free(self, own: Iterable[datetime]) -> _Free:
        reach = timedelta(days=1)
        start, end = self._waking.start, self._waking.end
        near = [at for at in own if start - reach < at < end + reach]
        return _Free(start, end, self._request.now, near)

    def _drawn(
        self, number: int, minutes: list[datetime], siblings: list[tuple[PlatformName, datetime]]
    ) -> datetime:
        """One of the minutes: the first that is far enough from siblings, else the farthest."""
        self._random(f"{self._request.day}/{number}").shuffle(minutes)
        first, last = min(minutes) - APART_ON_PLATFORM, max(minutes) + APART_ON_PLATFORM
        near = [(name, at) for name, at in siblings if first < at < last]
        same = [at for name, at in near if name == self._account.platform]

        def distance(at: datetime) -> tuple[timedelta, timedelta]:
            from_same = min((abs(at - other) for other in same), default=APART_ON_PLATFORM)
            from_any = min((abs(at - other) for _, other in near), default=_MINUTE)
            return min(from_same, APART_ON_PLATFORM), min(from_any, _MINUTE)

        return max(minutes, key=distance)

    def _random(self, what: str) -> random.Random:
        return random.Random(f"{self._request.seed}/{self._account.account_id}/{what}")


class _Free:
    """Whether an account may post at a time."""

    def __init__(
        self, start: datetime, end: datetime, now: datetime | None, own: list[datetime]
    ) -> None:
        self._start, self._end, self._own = start, end, own
        self._now = now or datetime.min.replace(tzinfo=UTC)

    def __call__(self, at: datetime) -> bool:
        awake = self._start <= at < self._end and at > self._now
        return awake and all(abs(at - other) >= LEAST_GAP for other in self._own)


def _minutes(start: datetime, end: datetime) -> Iterator[datetime]:
    at = start.replace(second=0, microsecond=0)
    while at < end:
        if at >= start:
            yield at
        at += _MINUTE
