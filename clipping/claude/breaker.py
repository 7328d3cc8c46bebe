"""When the API is known to be down: nobody asks, until one does to find out. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from clipping.claude.door import Outage

OPENS_AFTER = 5
"""Failures in a row, of whoever asked."""
_FIRST_PAUSE = timedelta(seconds=30)
_LONGEST_PAUSE = timedelta(minutes=10)
PROBE_TAKES = timedelta(minutes=2)
"""How long the others wait for a probe, which may have been killed."""


def wait_s(outage: Outage, now: datetime) -> float:
    """Seconds until the API may be asked; 0 for at once."""
    if outage.closed_until is None:
        return 0.0
    return max(0.0, (outage.closed_until - now).total_seconds())


def is_known(outage: Outage) -> bool:
    """Whether the API is known to be down, so that only a probe may ask."""
    return outage.failures >= OPENS_AFTER


def probing(outage: Outage, now: datetime) -> Outage:
    """While one asks: the others wait for what it finds."""
    return outage.replace(closed_until=now + PROBE_TAKES)


def after_failure(outage: Outage, now: datetime, *, probe: bool) -> Outage:
    """After a call that the API did not serve.

    While nobody may ask, only a probe tells anything new: calls that were under way when it was
    closed make the pause no longer.
    """
    if not probe and wait_s(outage, now) > 0:
        return outage
    failures = outage.failures + 1
    if failures < OPENS_AFTER:
        return Outage(failures=failures)
    doubled = min(failures - OPENS_AFTER, 10)
    return Outage(
        failures=failures, closed_until=now + min(_LONGEST_PAUSE, _FIRST_PAUSE * (1 << doubled))
    )


def after_no_probe(outage: Outage, now: datetime) -> Outage:
    """After a probe that told nothing: another one may be tried at once."""
    return outage.replace(closed_until=now)


def after_answer(_before: Outage) -> Outage:
    """After a call that the API served, be it with a refusal."""
    return Outage()
