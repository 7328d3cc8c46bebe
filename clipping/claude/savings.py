"""What the API's cache has saved, and where a month is going. Pure."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Final

from clipping.claude.prices import cost_usd
from clipping.claude.question import Usage
from clipping.errors import NeedsPerson

PACE: Final = timedelta(days=7)
"""A month goes on as these days did."""


def saved_by_cache(model: str, usage: Usage, calls: int, on: date, *, batch: bool) -> Decimal:
    """About how much more the same prompts would have cost without the cache.

    Less what writing to it cost beyond an ordinary prompt, so it may be below nothing. All calls
    are taken to be alike, which decides the price of models whose long prompts cost more.

    :param usage: Of all calls together.
    """
    if not calls:
        return Decimal(0)
    each = Usage(**{kind: round(amount / calls) for kind, amount in usage.model_dump().items()})
    bare = each.replace(
        input_tokens=each.prompt_tokens,
        cache_write_5m_tokens=0,
        cache_write_1h_tokens=0,
        cache_read_tokens=0,
    )
    try:
        with_it, without = (cost_usd(model, one, on, batch=batch) for one in (each, bare))
    except NeedsPerson:
        return Decimal(0)  # Nobody knows the model's price any more.
    return (without - with_it) * calls


def forecast(spent: Decimal, lately: Decimal, first: datetime, now: datetime) -> Decimal:
    """What a month will have cost at its end; what was spent, for one that is over.

    :param spent: In the month so far.
    :param lately: Within the last :data:`PACE`.
    :param first: The month's first moment.
    """
    days = monthrange(first.year, first.month)[1]
    left = first + timedelta(days=days) - max(now.astimezone(UTC), first)
    if left <= timedelta(0):
        return spent
    return spent + lately * Decimal(left / PACE)
