"""A lock that two runs of the same stage share, on whatever machines they are."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg

from clipping.db.session import connect_options, libpq_url, translated

_POLL_S = 0.1

# The server must notice within a minute that a client's machine is gone, and must not close a
# connection that is silent because its stage takes long (the last setting is newer than some).
_SESSION = """
SELECT set_config(name, value, false)
FROM (VALUES ('tcp_keepalives_idle', '30'), ('tcp_keepalives_interval', '10'),
             ('tcp_keepalives_count', '3'), ('idle_session_timeout', '0')) AS wish (name, value)
WHERE EXISTS (SELECT FROM pg_settings WHERE pg_settings.name = wish.name)
"""


@contextmanager
def stage_lock(
    url: str,
    key: str,
    *,
    holders: int = 1,
    on_wait: Callable[[float], None] | None = None,
    poll_s: float = _POLL_S,
) -> Iterator[None]:
    """Hold the lock named ``key`` while the block runs; waits while ``holders`` others hold it.

    ``on_wait`` is called with the seconds waited so far, once per poll. The lock is a Postgres
    session-level advisory lock on a connection of its own, so it ends with this process however
    that ends. Not re-entrant. Raises ServiceUnavailable when the server cannot be reached; a
    server lost while the block runs is left to the block's own queries to report.
    """
    numbers = [_lock_number(f"{key}\0{place}" if place else key) for place in range(holders)]
    with translated(url):
        connection = _connect(url)
    try:
        with translated(url):
            _acquire(connection, numbers, on_wait, poll_s)
        yield
    finally:
        with suppress(psycopg.Error):
            connection.execute("SELECT pg_advisory_unlock_all()")
        connection.close()


def _connect(url: str) -> psycopg.Connection[Any]:
    plain = libpq_url(url)
    connection = psycopg.connect(plain, autocommit=True, **connect_options(plain))
    try:
        connection.execute(_SESSION)
    except BaseException:
        connection.close()
        raise
    return connection


def _acquire(
    connection: psycopg.Connection[Any],
    numbers: list[int],
    on_wait: Callable[[float], None] | None,
    poll_s: float,
) -> None:
    began = time.monotonic()
    while True:
        for number in numbers:
            row = connection.execute("SELECT pg_try_advisory_lock(%s)", [number]).fetchone()
            if row is not None and row[0]:
                return
        if on_wait is not None:
            on_wait(time.monotonic() - began)
        time.sleep(poll_s)


def _lock_number(key: str) -> int:
    digest = hashlib.sha256(b"clipper\0" + key.encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def planning_of(client: str) -> str:
    """The key under which a client's posts are planned, or one that has failed is let go on."""
    return f"plan:{client}"
