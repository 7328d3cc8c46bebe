"""Calls of the API that are tried again while it makes sense, and not made while it is down."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from clipping.claude import breaker
from clipping.claude.door import Books, Outage
from clipping.errors import ClippingError, RateLimited, ServiceUnavailable, Transient

Result = TypeVar("Result")

MOST_TRIES = 5
_FIRST_PAUSE_S = 1.0
_LONGEST_PAUSE_S = 30.0
COME_BACK_S = 120.0
"""Who was given up on need not try again sooner: more tries would meet the same outage."""


def utc_now() -> datetime:
    """The time."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Clock:
    """The time, and how to let some of it pass."""

    now: Callable[[], datetime] = utc_now
    sleep: Callable[[float], None] = time.sleep


class Line:
    """Makes calls for one client.

    :param patience_s: How long a call may wait, pauses together, before it is given up.
    """

    def __init__(self, books: Books, patience_s: float, clock: Clock) -> None:
        self._books = books
        self._patience_s = patience_s
        self._clock = clock

    def call(self, act: Callable[[], Result], *, tries: int = MOST_TRIES) -> Result:
        """What ``act`` returns, asked again after what passes.

        Raises what ``act`` does; RateLimited and ServiceUnavailable then have a ``retry_after_s``.
        """
        left_s = self._patience_s
        for tried in range(1, tries + 1):
            left_s, before = self._wait_until_up(left_s)
            try:
                return self._once(act, before)
            except (RateLimited, ServiceUnavailable) as error:
                pause_s = _pause_s(error, tried)
                if tried == tries or pause_s > left_s:
                    error.retry_after_s = max(pause_s, COME_BACK_S)
                    raise
            left_s = self._rest(pause_s, left_s)
        raise AssertionError("unreachable: the last try returns or raises")

    def _rest(self, pause_s: float, left_s: float) -> float:
        self._clock.sleep(pause_s)
        return left_s - pause_s

    def _wait_until_up(self, left_s: float) -> tuple[float, Outage]:
        """The patience that is left once the API may be asked, and what is known of it then."""
        while True:
            pause_s, known = self._admission()
            if not pause_s:
                return left_s, known
            if pause_s > left_s:
                raise ServiceUnavailable(
                    "The Claude API has been down for a while; it is asked again in "
                    f"{pause_s:.0f} seconds.",
                    retry_after_s=max(pause_s, COME_BACK_S),
                )
            left_s = self._rest(pause_s, left_s)

    def _admission(self) -> tuple[float, Outage]:
        """Seconds to wait, 0 to go ahead, which only one does while the API is known to be down."""
        known = self._books.outage()
        if not breaker.is_known(known):
            return 0.0, known
        pause_s = 0.0

        def claim(outage: Outage) -> Outage:
            nonlocal pause_s, known
            now = self._clock.now()
            pause_s, known = breaker.wait_s(outage, now), outage
            free = breaker.is_known(outage) and not pause_s
            return breaker.probing(outage, now) if free else outage

        self._books.outage(claim)
        return pause_s, known

    def _once(self, act: Callable[[], Result], before: Outage) -> Result:
        probe = breaker.is_known(before)
        try:
            result = act()
        except ServiceUnavailable:
            now = self._clock.now()
            self._books.outage(lambda outage: breaker.after_failure(outage, now, probe=probe))
            raise
        except ClippingError:
            self._answered(before)
            raise
        self._answered(before)
        return result

    def _answered(self, before: Outage) -> None:
        if before != Outage():
            self._books.outage(breaker.after_answer)


def _pause_s(error: Transient, tried: int) -> float:
    """What the API asks for, or 1, 2, 4 … seconds; with jitter, so that not all come at once."""
    asked: float | None = getattr(error, "retry_after_s", None)
    if asked is not None:
        return asked * random.uniform(1.0, 1.1)
    return min(_LONGEST_PAUSE_S, _FIRST_PAUSE_S * (1 << (tried - 1))) * random.uniform(0.75, 1.25)
