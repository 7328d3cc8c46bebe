"""What befalls requests of a rehearsal: failures, refusals, cut connections, outages, deaths.

Dice are thrown by a seed, one request after the other, so the same requests meet the same.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from clipping.models import PlatformName
from clipping.rehearsal.serving import Chance, Fault
from clipping.rehearsal.stage import PUBLISHING, TOKENS
from clipping.rehearsal.world import World

_P = PlatformName
_PACIFIC: Final = ZoneInfo("America/Los_Angeles")
_INSERT: Final = "POST /upload/youtube/v3/videos"


class Faults(StrEnum):
    """How hard a rehearsal is."""

    NONE = "none"
    NORMAL = "normal"
    """What happens in any month: 429, 5xx, slow processing, short outages."""
    BRUTAL = "brutal"
    """All that, and worse: cut connections, lowered quotas, suspensions, takedowns, kills."""


@dataclass(frozen=True)
class Rates:
    """How many of a thousand requests meet what."""

    failed: float = 0
    """5xx, before anything took effect."""
    failed_after: float = 0
    """5xx after all of it did."""
    limited: float = 0
    cut_before: float = 0
    cut_after: float = 0
    in_part: float = 0
    """Only a part of the body arrives."""
    renewals: float = 1.0
    """How much of all this a renewal of tokens meets; each one that is cut after it took effect
    costs an account, whose owner has to come."""


RATES: Final = {
    Faults.NONE: Rates(),
    Faults.NORMAL: Rates(failed=8, limited=5),
    Faults.BRUTAL: Rates(
        failed=12,
        failed_after=5,
        limited=8,
        cut_before=8,
        cut_after=8,
        in_part=6,
        renewals=0.25,
    ),
}


class Weather:
    """Throws the dice for all requests of a rehearsal.

    :ivar met: What requests met, counted.
    """

    def __init__(self, world: World, faults: Faults, seed: int) -> None:
        self._world = world
        self._rates = RATES[faults]
        self._chance = random.Random(f"weather {seed}")
        self._outages: dict[PlatformName, datetime] = {}
        self._no_inserts_until: datetime | None = None
        self._told_so = False
        self.met: Counter[str] = Counter()
        self._dies_in: int | None = None
        self._dies_after = self._dies_publishing = False

    def over(self, platform: PlatformName) -> Chance:
        """The dice of one platform."""
        return lambda name, _number: self._thrown(platform, name)

    def break_down(self, platform: PlatformName, until: datetime) -> None:
        """The platform answers nothing but 503 until then."""
        self._outages[platform] = until

    def kill(self, requests: int, *, after: bool, publishing: bool) -> None:
        """After so many more requests the publisher is killed.

        :param after: Whether that request takes effect first.
        :param publishing: Count only requests that make a post public: there it does most harm.
        """
        self._dies_in, self._dies_after, self._dies_publishing = requests, after, publishing

    def use_up_inserts(self) -> None:
        """Somebody else uses up the app's uploads to YouTube, until midnight Pacific time."""
        local = self._world.clock.now.astimezone(_PACIFIC)
        midnight = (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        self._no_inserts_until, self._told_so = midnight, False

    def _thrown(self, platform: PlatformName, name: str) -> Fault | None:
        fault, what = self._fault(platform, name)
        if what:
            self.met[what] += 1
        return fault

    def _fault(self, platform: PlatformName, name: str) -> tuple[Fault | None, str]:
        now = self._world.clock.now
        if self._is_killed(name):
            return Fault(cut="after" if self._dies_after else "before", kills=True), "kill"
        if self._outages.get(platform, now) > now:
            return Fault(status=503, body=b"<html>Service Unavailable</html>"), "outage"
        if name == _INSERT and self._no_inserts_until and self._no_inserts_until > now:
            return self._no_insert(), "quota"
        return self._by_dice(platform, name)

    def _is_killed(self, name: str) -> bool:
        if self._dies_in is None or (self._dies_publishing and name not in PUBLISHING):
            return False
        self._dies_in -= 1
        if self._dies_in >= 0:
            return False
        self._dies_in = None
        return True

    def _by_dice(self, platform: PlatformName, name: str) -> tuple[Fault | None, str]:
        rates, share = self._rates, 1.0
        thrown = self._chance.random() * 1000
        if name in TOKENS.values():
            share = rates.renewals
        for what, rate in (
            ("5xx", rates.failed),
            ("5xx after the effect", rates.failed_after),
            ("429", rates.limited),
            ("cut before", rates.cut_before),
            ("cut after", rates.cut_after),
            ("cut within", rates.in_part),
        ):
            thrown -= rate * share
            if thrown < 0:
                return self._made(platform, name, what), what
        return None, ""

    def _made(self, platform: PlatformName, name: str, what: str) -> Fault:
        status = self._chance.choice((500, 502, 503))
        if what == "429":
            wait_s = self._chance.randint(5, 180)
            return limited(platform, name, wait_s, self._world.clock.now)
        known = {
            "5xx": Fault(status=status),
            "5xx after the effect": Fault(status=status, served=True),
            "cut before": Fault(cut="before"),
            "cut after": Fault(cut="after"),
            "cut within": Fault(keep_bytes=self._chance.randint(0, 4_000), cut="before"),
        }
        return known[what]

    def _no_insert(self) -> Fault:
        if self._told_so:
            # Who has been told asks no more before the day is over.
            self._world.violate(_P.YOUTUBE, "app", "quota", "asked again for what is used up")
        self._told_so = True
        one = {"domain": "youtube.quota", "reason": "quotaExceeded", "message": "Exceeded."}
        body = {"error": {"code": 403, "message": "Exceeded.", "errors": [one]}}
        return Fault(status=403, body=json.dumps(body).encode())


def limited(platform: PlatformName, name: str, wait_s: int, now: datetime) -> Fault:
    """How a platform asks for a pause."""
    if name in TOKENS.values():
        return Fault(status=429)
    bodies: Mapping[PlatformName, object] = {
        _P.TIKTOK: {"error": {"code": "rate_limit_exceeded", "message": "", "log_id": "2026"}},
        _P.INSTAGRAM: {"error": {"message": "Limit", "type": "OAuthException", "code": 4}},
        _P.YOUTUBE: {
            "error": {"code": 429, "message": "", "errors": [{"reason": "rateLimitExceeded"}]}
        },
        _P.X: {"title": "Too Many Requests", "type": "about:blank", "status": 429},
    }
    body = json.dumps(bodies[platform]).encode()
    if platform is _P.INSTAGRAM:
        return Fault(status=400, body=body)
    if platform is _P.X:
        resets_at = int(now.timestamp()) + wait_s
        return Fault(status=429, body=body, headers={"x-rate-limit-reset": str(resets_at)})
    return Fault(status=429, body=body, headers={"Retry-After": str(wait_s)})
