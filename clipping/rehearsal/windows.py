"""How many calls a platform allows in a rolling window."""

from __future__ import annotations

from collections import defaultdict, deque
from datetime import datetime, timedelta


class Window:
    """At most ``most`` calls per key in any stretch of ``seconds``."""

    def __init__(self, most: int, seconds: float) -> None:
        self.most = most
        self._span = timedelta(seconds=seconds)
        self._taken: defaultdict[str, deque[datetime]] = defaultdict(deque)

    def take(self, key: str, now: datetime) -> float:
        """Count a call; without room it is not counted, and this is the wait in seconds."""
        taken = self._fresh(key, now)
        if len(taken) >= self.most:
            return max(1.0, (taken[0] + self._span - now).total_seconds())
        taken.append(now)
        return 0.0

    def left(self, key: str, now: datetime) -> int:
        """How many more are allowed just now."""
        return max(0, self.most - len(self._fresh(key, now)))

    def used(self, key: str, now: datetime) -> int:
        """How many were counted in the running window."""
        return len(self._fresh(key, now))

    def resets_at(self, key: str, now: datetime) -> datetime:
        """When the oldest call of the running window falls out of it."""
        taken = self._fresh(key, now)
        return taken[0] + self._span if taken else now

    def _fresh(self, key: str, now: datetime) -> deque[datetime]:
        taken = self._taken[key]
        while taken and taken[0] + self._span <= now:
            taken.popleft()
        return taken
