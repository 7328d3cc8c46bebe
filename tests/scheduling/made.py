"""Accounts, clips and requests as the planner's tests want them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from clipping.models import (
    Account,
    ClipCandidate,
    Consent,
    PlanRequest,
    PlatformName,
)
from clipping.timing import TimeSpan

DAY = date(2026, 3, 10)
LONG_AGO = date(2025, 1, 1)
CONSENT = Consent(owner="Jo Doe", given_at=datetime(2025, 1, 1, tzinfo=UTC))
PLATFORMS = tuple(PlatformName)


def account(number: int = 0, **given: Any) -> Account:
    """An account at full pace; the platforms take turns."""
    values: dict[str, Any] = {
        "account_id": f"account_{number:03d}",
        "client": "acme",
        "platform": PLATFORMS[number % 4],
        "handle": f"acme{number}",
        "first_post_on": LONG_AGO,
        "consent": CONSENT,
    }
    return Account(**{**values, **given})


def clip(number: int = 0, **given: Any) -> ClipCandidate:
    """A clip of a moment and a source of its own that lacks nothing."""
    values: dict[str, Any] = {
        "clip_id": f"clip_{number:04d}",
        "moment_id": f"moment_{number:04d}",
        "source_id": f"source_{number:04d}",
        "span": TimeSpan(start_ms=0, end_ms=30_000),
        "score": 50 + number % 50,
        "ready": True,
        "proof_passed": True,
        "rights_recorded": True,
        "disclosure_set": True,
        "approved": True,
    }
    return ClipCandidate(**{**values, **given})


def request(
    accounts: Sequence[Account] | int, clips: Sequence[ClipCandidate] | int, **given: Any
) -> PlanRequest:
    """A request; numbers make so many accounts and clips."""
    if isinstance(accounts, int):
        accounts = [account(number) for number in range(accounts)]
    if isinstance(clips, int):
        clips = [clip(number) for number in range(clips)]
    values = {"client": "acme", "day": DAY, "accounts": tuple(accounts), "clips": tuple(clips)}
    return PlanRequest(**{**values, **given})


def stock(clips: int, seed: int, variations: int = 1) -> list[ClipCandidate]:
    """Clips with scores and keywords by chance, so many of each moment."""
    chance = random.Random(seed)
    words = ("boxing", "money", "family", "training", "travel", "food", "law", "music")
    return [
        clip(
            number,
            moment_id=f"moment_{number // variations:04d}",
            source_id=f"source_{number // variations // 5:04d}",
            span=TimeSpan(
                start_ms=number // variations % 5 * 100_000,
                end_ms=number // variations % 5 * 100_000 + 30_000,
            ),
            score=chance.randint(40, 100),
            keywords=tuple(chance.sample(words, 3)),
        )
        for number in range(clips)
    ]
