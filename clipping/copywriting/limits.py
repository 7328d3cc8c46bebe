"""What each platform takes, and the unit in which it counts.

State of 2026-11-22. TikTok: Content Posting API, ``post_info.title`` (2026-11-05). Instagram:
content publishing guide (2026-06-30) and the app's help page on hashtags (2026-10). YouTube: Data
API, ``videos.insert`` (2026-11-04). X: ``docs.x.com/fundamentals/counting-characters`` (2026-11).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from clipping.copywriting.counting import characters, utf8_bytes, utf16_units, x_weight
from clipping.models import PlatformName

Measure = Callable[[str], int]


@dataclass(frozen=True)
class Limit:
    """At most ``most`` of what ``measure`` counts; ``unit`` names it in the plural."""

    most: int
    measure: Measure
    unit: str

    def takes(self, text: str) -> bool:
        """Whether a text is within the limit."""
        return self.measure(text) <= self.most


@dataclass(frozen=True)
class Rules:
    """One platform's limits; None where it has none.

    ``usual_hashtags`` is how many are used although more may be allowed: X itself advises two at
    most, and YouTube shows three.
    """

    name: str
    text: Limit
    usual_hashtags: int
    title: Limit | None = None
    hashtags: int | None = None
    mentions: int | None = None
    cashtags: int | None = None
    links: bool = True
    angle_brackets: bool = True


RULES: Final[dict[PlatformName, Rules]] = {
    PlatformName.TIKTOK: Rules(
        name="TikTok",
        text=Limit(2_200, utf16_units, "UTF-16 units"),
        usual_hashtags=5,
    ),
    PlatformName.INSTAGRAM: Rules(
        name="Instagram",
        text=Limit(2_200, characters, "characters"),
        usual_hashtags=5,
        # The API page still says 30; the app has refused more than 5 since 2025-12.
        hashtags=5,
        mentions=20,
    ),
    PlatformName.YOUTUBE: Rules(
        name="YouTube",
        text=Limit(5_000, utf8_bytes, "bytes"),
        usual_hashtags=3,
        # "Characters", without a unit: in the one of the two readings that never counts too few.
        title=Limit(100, utf16_units, "characters"),
        angle_brackets=False,
    ),
    PlatformName.X: Rules(
        name="X",
        text=Limit(280, x_weight, "weighted characters"),
        usual_hashtags=2,
        # More for some accounts, but one for every app of the self-serve plans.
        cashtags=1,
        # Allowed, but a post with a link costs $0.20 instead of $0.015 (2026-04-20).
        links=False,
    ),
}
