"""Who and what takes part in a rehearsal: a client's accounts, and clips enough for all of them.

Everything follows from a few numbers, so that each process of a rehearsal makes it for itself.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Final

from clipping.models import Account, Consent, PlatformName, make_id

CLIENT: Final = "rehearsal"
FIRST_DAY: Final = date(2027, 3, 1)
"""Always the same, so that a seed tells all; in this month most clocks change."""
POSTS_A_DAY: Final = 2
_AHEAD: Final = timedelta(hours=15)
"""Before the first day begins in UTC: somewhere it has begun by then."""
MOMENTS: Final = 20
"""Of a source."""
_LARGE: Final = 10
"""Every so many clips one is large enough to go up in several pieces everywhere."""
_PLATFORMS: Final = tuple(PlatformName)
_ZONES: Final = (
    "America/New_York",
    "Europe/Berlin",
    "America/Los_Angeles",
    "Europe/London",
    "Asia/Tokyo",
    "America/Sao_Paulo",
    "Australia/Sydney",
    "Asia/Kolkata",
)
_AWAKE: Final = ((8, 23), (7, 22), (9, 23), (6, 21))
TOPICS: Final = ("money", "family", "boxing", "travel", "food", "music", "law", "training")


@dataclass(frozen=True)
class Piece:
    """A clip of a rehearsal, by its number."""

    number: int
    clip_id: str
    moment_id: str
    size_bytes: int

    def content(self, size: str = "") -> bytes:
        """Its file: bytes, not a video; no platform of a rehearsal looks into it.

        :param size: Names another size of the same clip, whose bytes are others.
        """
        name = f"{self.clip_id} {size}".encode()
        line = hashlib.sha256(name).digest() + name
        return (line * (self.size_bytes // len(line) + 1))[: self.size_bytes]

    def sha256(self, size: str = "") -> str:
        """Of its file, 64 hex digits."""
        return hashlib.sha256(self.content(size)).hexdigest()


@dataclass(frozen=True)
class Cast:
    """The whole of it.

    :ivar spare: Clips beyond one for each post, as a share of those.
    """

    accounts: int
    days: int
    seed: int
    spare: float

    @property
    def slots(self) -> int:
        """How many posts there can be."""
        return self.accounts * self.days * POSTS_A_DAY

    @property
    def begins_at(self) -> datetime:
        """When the rehearsal's clock starts."""
        return datetime.combine(FIRST_DAY, time(), UTC) - _AHEAD

    @property
    def last_day(self) -> date:
        """On which posts are planned."""
        return FIRST_DAY + timedelta(days=self.days - 1)

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        """All clips."""
        chance = random.Random(f"pieces {self.seed}")
        # A day's plan weighs what it cannot use, too; so there is some in any case.
        count = round(self.slots * (1 + self.spare)) + MOMENTS
        return tuple(
            Piece(
                number,
                f"clip_{number:05d}",
                make_id("mom", CLIENT, self.seed, number),
                chance.randint(700_000, 900_000)
                if number % _LARGE == 0
                else chance.randint(8_000, 48_000),
            )
            for number in range(count)
        )

    @cached_property
    def by_clip(self) -> dict[str, Piece]:
        """All clips by their ids."""
        return {piece.clip_id: piece for piece in self.pieces}

    def members(self) -> Iterator[Account]:
        """The accounts: old enough to post twice a day, on the platforms in turn."""
        for number in range(self.accounts):
            platform = _PLATFORMS[number % len(_PLATFORMS)]
            wakes, sleeps = _AWAKE[number % len(_AWAKE)]
            handle = f"{platform.value}{number:02d}"
            yield Account(
                account_id=f"account_{number:03d}",
                client=CLIENT,
                platform=platform,
                handle=handle,
                platform_user_id=str(1_000_000 + number),
                timezone=_ZONES[(number // len(_PLATFORMS)) % len(_ZONES)],
                login_path="facebook" if platform is PlatformName.INSTAGRAM else "",
                angle=TOPICS[number % len(TOPICS)],
                wakes_at=time(wakes),
                sleeps_at=time(sleeps),
                first_post_on=date(2026, 1, 1),
                # Every other one pays for more; the others take 720x1280.
                premium=platform is PlatformName.X and number % 8 < len(_PLATFORMS),
                consent=Consent(owner=handle, given_at=datetime(2026, 1, 1, tzinfo=UTC)),
            )
