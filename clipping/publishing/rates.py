"""How often platforms let an account, and our app, ask: one dated table.

Platforms count in rolling windows. A bucket of half a window's calls that refills with the other
half in the window's time never lets more than the whole through in any window.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from clipping.models import Account, Bucket, PlatformName, Receipt, Stage
from clipping.publishing.steps import Step

_MINUTE: Final = timedelta(minutes=1)
_QUARTER: Final = timedelta(minutes=15)
_DAY: Final = timedelta(hours=24)
_OPEN: Final = 1e12
"""Tokens of a bucket that is only ever closed and opened."""


class Asking(StrEnum):
    """What a step asks for."""

    BEGIN = "begin"
    SEND = "send"
    PUBLISH = "publish"
    LOOK = "look"


@dataclass(frozen=True)
class Rate:
    """At most so many in any window, or on any day of a place's calendar."""

    most: int
    window: timedelta = _DAY
    zone: str = ""
    premium: int | None = None
    """For accounts that pay for more."""

    def bucket(self, name: str, premium: bool, now: datetime) -> Bucket:
        """The bucket of this rate."""
        most = self.premium if premium and self.premium else self.most
        if self.zone:
            local = now.astimezone(ZoneInfo(self.zone))
            midnight = (local + _DAY).replace(hour=0, minute=0, second=0, microsecond=0)
            left_s = (midnight - local).total_seconds()
            return Bucket(key=f"{name}:{local:%Y-%m-%d}", most=most, renewed_s=left_s)
        at_once = max(1, most // 2)
        window_s = self.window.total_seconds()
        return Bucket(
            key=f"{name}:{window_s:.0f}",
            most=at_once,
            per_s=(most - at_once) / window_s,
            renewed_s=window_s,
        )


Rates = dict[Asking, tuple[Rate, ...]]

ACCOUNT_RATES: Final[dict[PlatformName, Rates]] = {
    # Content Posting API, rate limits and guidelines (2026-08-04): "typically around 15" a day.
    PlatformName.TIKTOK: {
        Asking.BEGIN: (Rate(6, _MINUTE), Rate(15)),
        Asking.LOOK: (Rate(30, _MINUTE),),
    },
    # Content publishing (2026-06-30): the smaller of two figures; the live one is read besides.
    PlatformName.INSTAGRAM: {
        Asking.BEGIN: (Rate(400),),
        Asking.PUBLISH: (Rate(50),),
    },
    PlatformName.YOUTUBE: {},
    # Rate limits (2026-06) and the notice of May 2026 on accounts without Premium.
    PlatformName.X: {
        Asking.BEGIN: (Rate(1_875, _QUARTER),),
        Asking.SEND: (Rate(1_875, _QUARTER),),
        Asking.PUBLISH: (Rate(100, _QUARTER), Rate(50, premium=2_400)),
        Asking.LOOK: (Rate(1_000, _QUARTER),),
    },
}
APP_RATES: Final[dict[PlatformName, Rates]] = {
    PlatformName.TIKTOK: {},
    PlatformName.INSTAGRAM: {},
    # Quota (2026-06-01): 100 inserts a day and project; other calls share 10,000 units, and a look
    # takes three at most.
    PlatformName.YOUTUBE: {
        Asking.BEGIN: (Rate(100, zone="America/Los_Angeles"),),
        Asking.LOOK: (Rate(3_000, zone="America/Los_Angeles"),),
    },
    PlatformName.X: {
        Asking.BEGIN: (Rate(180_000),),
        Asking.SEND: (Rate(180_000),),
        Asking.PUBLISH: (Rate(10_000),),
    },
}


def asking(step: Step, receipt: Receipt) -> Asking:
    """What a step from here asks for."""
    if step is not Step.SUBMIT:
        return Asking.LOOK
    known = {Stage.NEW: Asking.BEGIN, Stage.ARMED: Asking.PUBLISH}
    return known.get(receipt.stage, Asking.SEND)


def buckets(account: Account, what: Asking, now: datetime) -> list[Bucket]:
    """All from which one token is taken before a step."""
    platform = account.platform
    own, apps = f"{platform}:account:{account.account_id}", f"{platform}:app:{account.app}"
    found = [account_gate(account), app_gate(account)]
    for name, rates in ((own, ACCOUNT_RATES), (apps, APP_RATES)):
        found += [
            rate.bucket(f"{name}:{what}", account.premium, now)
            for rate in rates[platform].get(what, ())
        ]
    return found


def account_gate(account: Account) -> Bucket:
    """Closed while an account's own quota is used up."""
    return Bucket(key=f"{account.platform}:account:{account.account_id}", most=_OPEN)


def app_gate(account: Account) -> Bucket:
    """Closed while our app's quota is used up, for all accounts."""
    return Bucket(key=f"{account.platform}:app:{account.app}", most=_OPEN)
