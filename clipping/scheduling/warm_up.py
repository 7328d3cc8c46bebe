"""How a new account comes to its full pace."""

from __future__ import annotations

from datetime import date
from typing import Final

STEPS: Final = ((21, 4), (14, 3), (7, 2), (0, 1))
"""So many days after the first post, so many posts in two days: one at first, four in the end."""


def posts_due(day: date, first_post_on: date | None, most: int = STEPS[0][1]) -> int:
    """How many posts an account should make on this day: 0, 1 or 2.

    :param first_post_on: None for an account whose first post this day would bring.
    :param most: Posts in two days that its client wants at most.
    """
    age = 0 if first_post_on is None else (day - first_post_on).days
    if age < 0:
        return 0
    pace = min(most, next(pace for since, pace in STEPS if age >= since))
    # Halves are rounded up, so that the day of the first post has one.
    return ((age + 1) * pace + 1) // 2 - (age * pace + 1) // 2
