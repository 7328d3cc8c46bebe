"""How many posts a platform takes: one dated table, for what cannot be read live."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from clipping.models import Account, AccountLimits, AppUse, PlatformName, PostingMethod, Slot

DAY: Final = timedelta(hours=24)
_PACIFIC: Final = "America/Los_Angeles"


@dataclass(frozen=True)
class PlatformLimits:
    """What a platform allows in a day, and when that was read."""

    read_on: date
    account_posts: int | None
    """Of one account in any 24 hours; None where the platform does not publish it."""
    premium_posts: int | None = None
    """In place of it, for accounts that pay for more."""
    app_posts: int | None = None
    """Of one app, all accounts together."""
    app_day: str = ""
    """Zone at whose midnight the app's count begins anew; empty for any 24 hours."""
    inbox_posts: int | None = None
    """Drafts that may wait for their owner, in any 24 hours."""


LIMITS: Final[Mapping[PlatformName, PlatformLimits]] = {
    # "Typically around 15", shared by all apps; an app's own cap comes with its audit.
    PlatformName.TIKTOK: PlatformLimits(date(2026, 8, 4), account_posts=15, inbox_posts=5),
    # The guide says 100, the reference 50: the smaller one until the live figure is there.
    PlatformName.INSTAGRAM: PlatformLimits(date(2026, 6, 30), account_posts=50),
    # videos.insert has a bucket of its own per project; a channel's own limit is not published.
    PlatformName.YOUTUBE: PlatformLimits(
        date(2026, 6, 1), account_posts=None, app_posts=100, app_day=_PACIFIC
    ),
    PlatformName.X: PlatformLimits(
        date(2026, 5, 31), account_posts=50, premium_posts=2_400, app_posts=10_000
    ),
}


@dataclass(frozen=True)
class Cap:
    """At most so many of these slots may be used, and why."""

    slots: tuple[int, ...]
    """Their places in the day's list."""
    most: int
    sentence: str

    def full(self, used: Container[int]) -> bool:
        """Whether no further one of them may be used."""
        return sum(slot in used for slot in self.slots) >= self.most


@dataclass(frozen=True)
class AccountCap:
    """At most so many accounts may post in these slots."""

    slots_by_account: tuple[tuple[int, ...], ...]
    most: int
    sentence: str

    def shuts_out(self, slot: int, used: Collection[int]) -> bool:
        """Whether a slot is of an account that does not post, and no further one may."""
        posting = [any(one in used for one in slots) for slots in self.slots_by_account]
        others = zip(self.slots_by_account, posting, strict=True)
        return sum(posting) >= self.most and any(
            slot in slots and not posts for slots, posts in others
        )


def account_caps(
    account: Account,
    slots: Sequence[tuple[int, Slot]],
    posted: Sequence[datetime],
    live: AccountLimits | None,
    now: datetime | None,
) -> list[Cap]:
    """What bounds an account's own slots of the day.

    :param slots: With their places in the day's list.
    :param posted: When its other posts are made, on both sides of the day.
    """
    most = account_posts(account)
    caps = _rolling(
        slots, posted, most, f"@{account.handle} may post {most} times in 24 hours on its platform."
    )
    if live is not None and live.posts_left is not None and slots:
        begins = now or min(slot.at for _, slot in slots)
        until = live.resets_at or begins + DAY
        places = tuple(place for place, slot in slots if slot.at < until)
        used = sum(begins <= at < until for at in posted)
        left = max(0, live.posts_left - used)
        caps += _cap(
            places, left, f"The platform lets @{account.handle} post {left} more at present."
        )
    return caps


def app_caps(
    platform: PlatformName,
    slots: Sequence[tuple[int, Slot]],
    posted: Sequence[datetime],
    use: AppUse,
) -> list[Cap]:
    """What bounds the posts through our app on a platform; ``posted`` are all that count."""
    limits = LIMITS[platform]
    most = limits.app_posts if use.most_posts is None else use.most_posts
    sentence = f"Our app may make {most} posts a day on {platform.value}, for all clients."
    if not limits.app_day:
        return _rolling(slots, posted, most, sentence)
    if most is None:
        return []
    zone, caps = ZoneInfo(limits.app_day), []
    days = {slot.at.astimezone(zone).date() for _, slot in slots}
    for day in sorted(days):
        places = tuple(place for place, slot in slots if slot.at.astimezone(zone).date() == day)
        used = sum(at.astimezone(zone).date() == day for at in posted)
        caps += _cap(places, most - used, sentence)
    return caps


def account_count_caps(
    platform: PlatformName, slots: Sequence[tuple[int, Slot]], use: AppUse
) -> list[AccountCap]:
    """What bounds how many accounts post through our app within 24 hours."""
    if use.most_accounts is None or not slots:
        return []
    first, last = min(slot.at for _, slot in slots), max(slot.at for _, slot in slots)
    # The day and what lies within 24 hours of it count as one window: never more, perhaps fewer.
    others = {who for who, at in use.posted if first - DAY < at < last + DAY}
    by_account: dict[str, list[int]] = {}
    for place, slot in slots:
        if slot.account_id not in others:
            by_account.setdefault(slot.account_id, []).append(place)
    most = max(0, use.most_accounts - len(others))
    if len(by_account) <= most:
        return []
    sentence = (
        f"Our app may post for {use.most_accounts} accounts in 24 hours on {platform.value} "
        "until it is audited."
    )
    return [AccountCap(tuple(map(tuple, by_account.values())), most, sentence)]


def uses_app(account: Account) -> bool:
    """Whether its posts go through our app, and count for it."""
    return account.method in (PostingMethod.API, PostingMethod.INBOX)


def account_posts(account: Account) -> int | None:
    """How many posts its platform takes of it in any 24 hours; None where it does not say."""
    limits = LIMITS[account.platform]
    if account.method is PostingMethod.INBOX and limits.inbox_posts is not None:
        return limits.inbox_posts
    if account.premium and limits.premium_posts is not None:
        return limits.premium_posts
    return limits.account_posts


def _rolling(
    slots: Sequence[tuple[int, Slot]],
    posted: Sequence[datetime],
    most: int | None,
    sentence: str,
) -> list[Cap]:
    """One cap for each window of 24 hours that ends with a slot or with a later post."""
    if most is None or not slots or len(slots) + len(posted) <= most:
        return []
    ordered = sorted(slots, key=lambda one: (one[1].at, one[0]))
    times, others = [slot.at for _, slot in ordered], sorted(posted)
    caps: list[Cap] = []
    # Windows that end elsewhere hold no more than one of these.
    for end in sorted({*times, *(at for at in others if times[0] < at < times[-1] + DAY)}):
        first, last = bisect_right(times, end - DAY), bisect_right(times, end)
        places = tuple(place for place, _ in ordered[first:last])
        used = bisect_right(others, end) - bisect_right(others, end - DAY)
        caps += _cap(places, most - used, sentence)
    return caps


def _cap(places: tuple[int, ...], most: int, sentence: str) -> list[Cap]:
    """None where it bounds nothing."""
    return [Cap(places, max(0, most), sentence)] if len(places) > most else []
