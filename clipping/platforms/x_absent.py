"""What follows for a post that X was asked to make and does not list: look on, or ask again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from clipping.models import Receipt, Stage

_ROUNDS: Final = 12
"""After so many tries of which none shows, some hours, only looking is left."""
_LONGEST_MIN: Final = 60
_DOUBLINGS: Final = 6
"""From one minute to the longest pause."""


def absent(receipt: Receipt, armed_at: datetime, now: datetime) -> Receipt:
    """The receipt after a look that did not show the post.

    What counts as a try is that it was armed anew: while a stop or a pause keeps it from being
    sent, it is looked for again and again, and may still go out afterwards.

    :param armed_at: When its latest try was armed.
    """
    known = receipt.handle
    is_new = known.get("looked_since") != armed_at.isoformat()
    rounds = int(known.get("rounds", "0"))
    looks, rounds = int(known.get("looks", rounds)) + 1, rounds + is_new
    if rounds > _ROUNDS:
        return receipt.replace(
            not_before=now + timedelta(minutes=_LONGEST_MIN),
            note="X does not say whether it took the post: look at the account.",
        )
    handle = {
        **known,
        "rounds": str(rounds),
        "looks": str(looks),
        "looked_since": armed_at.isoformat(),
    }
    # Not there, so it can go out again; but what X refuses for a reason of its own must not go
    # out every minute. How long a post may be missing from the list, nobody says: so this try
    # stays in doubt.
    return receipt.replace(
        stage=Stage.SENT, handle=handle, not_before=_again_at(looks, now), unsettled=True
    )


def _again_at(looks: int, now: datetime) -> datetime | None:
    if looks == 1:
        return None
    return now + timedelta(minutes=min(_LONGEST_MIN, 2 ** min(looks - 2, _DOUBLINGS)))
