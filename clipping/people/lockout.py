"""How long somebody waits who guessed wrong: pure.

Twice as long after each failure, for the name that was tried and for the address that it was tried
from, whichever wait is longer. An attempt made while it lasts is refused unread and does not make
it longer, so nobody can keep a person out for good.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address
from typing import Final

from clipping.models import folded

FORGOTTEN_AFTER: Final = timedelta(days=1)
"""Failures count from the last one on for so long."""


@dataclass(frozen=True)
class Rule:
    """So many failures are free; the next one costs a wait, and each further one twice of it."""

    free: int
    first_wait: timedelta
    longest_wait: timedelta


NAME: Final = Rule(5, timedelta(seconds=2), timedelta(minutes=15))
ADDRESS: Final = Rule(20, timedelta(seconds=2), timedelta(minutes=15))
"""More are free: a whole office may come from one address."""


@dataclass(frozen=True)
class Failures:
    """How many there were of late, and when the last one was."""

    count: int = 0
    last_at: datetime | None = None


def name_key(name: str) -> str:
    """By what the failures of a name are counted; nobody reads the name in it."""
    return _key("name", folded(name))


def address_key(address: str) -> str:
    """The same of an address; of an IPv6 one its network, of which one household has 2^64."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return _key("address", address)
    if isinstance(parsed, IPv6Address):
        mapped = parsed.ipv4_mapped
        return _key("address", str(mapped) if mapped else parsed.exploded[:19])
    return _key("address", str(parsed))


def _key(kind: str, what: str) -> str:
    return hashlib.sha256(f"{kind} {what}".encode("utf-8", "replace")).hexdigest()


def wait(rule: Rule, failures: Failures, now: datetime) -> timedelta:
    """How long the next attempt has to wait from now on; zero when it may be made."""
    counted = _remembered(failures, now)
    if counted < rule.free or failures.last_at is None:
        return timedelta()
    # A wait that would be longer than the longest is not computed: 2 ** 5000 takes a while.
    doublings = min(counted - rule.free, 32)
    whole: timedelta = min(rule.first_wait * (1 << doublings), rule.longest_wait)
    return max(failures.last_at + whole - now, timedelta())


def after_failure(failures: Failures, now: datetime) -> Failures:
    """With one more."""
    return Failures(_remembered(failures, now) + 1, now)


def _remembered(failures: Failures, now: datetime) -> int:
    if failures.last_at is None or now - failures.last_at >= FORGOTTEN_AFTER:
        return 0
    return failures.count
