"""The time that all publishers share: the database's, whatever the clocks of their machines say."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from clipping.db import queries
from clipping.errors import ClippingError
from tasks.workplace import db_session

_log = logging.getLogger(__name__)

_MEASURED_EVERY_S: Final = 60.0
_TOLD_FROM: Final = timedelta(seconds=5)


def machine_time() -> datetime:
    """What this machine's clock says."""
    return datetime.now(UTC)


class SharedTime:
    """A clock; how far this machine's is off is measured once a minute.

    Leases are compared between machines: one whose clock is ahead would take posts away from
    another that is at work on them.
    """

    def __init__(self, machine: Callable[[], datetime] = machine_time) -> None:
        self._machine = machine
        self._ahead = timedelta()
        self._measured_at: float | None = None
        self._turn = threading.Lock()

    def __call__(self) -> datetime:
        """What time it is."""
        with self._turn:
            due = self._measured_at is None or (
                time.monotonic() - self._measured_at >= _MEASURED_EVERY_S
            )
            if due:
                self._measure()
            return self._machine() - self._ahead

    def _measure(self) -> None:
        before = self._machine()
        try:
            with db_session() as session:
                said = queries.claims.database_time(session)
        except ClippingError as error:
            _log.warning("The database did not tell its time: %s", error)
            return
        self._measured_at = time.monotonic()
        after = self._machine()
        ahead = before + (after - before) / 2 - said
        if abs(ahead) >= _TOLD_FROM > abs(self._ahead):
            _log.warning("This machine's clock is off by %.0f s.", ahead.total_seconds())
        self._ahead = ahead
