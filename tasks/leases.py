"""The posts that a publisher is at, which stay its own while it says that it lives."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final

from clipping.db import queries
from clipping.errors import ClippingError
from tasks.workplace import db_session

_log = logging.getLogger(__name__)

LEASE: Final = timedelta(seconds=90)
"""After which another process takes over from one that no longer says that it lives."""
_BEAT_S: Final = 20.0


class Leases:
    """Extends the leases of the posts that ``who`` is at, and of no others."""

    def __init__(self, who: str, now: Callable[[], datetime]) -> None:
        self._who = who
        self._now = now
        self._posts: set[str] = set()
        self._turn = threading.Lock()

    @contextmanager
    def kept(self, post_ids: Collection[str]) -> Iterator[None]:
        """Say now and then that these are worked on, so that nobody takes them over."""
        with self._turn:
            self._posts.update(post_ids)
        done = threading.Event()

        def beat() -> None:
            while not done.wait(_BEAT_S):
                self.extend()

        thread = threading.Thread(target=beat, name="leases", daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()
            for post_id in post_ids:
                self.end(post_id)

    def end(self, post_id: str) -> None:
        """Nobody is at it any more, however it was left: its lease is not extended."""
        with self._turn:
            self._posts.discard(post_id)

    def extend(self) -> None:
        """All that somebody is at stays this publisher's for another while."""
        with self._turn:
            posts = sorted(self._posts)
        try:
            with db_session() as session:
                queries.claims.extend_leases(session, self._who, posts, self._now() + LEASE)
        except ClippingError as error:
            _log.warning("The leases of this publisher were not extended: %s", error)
