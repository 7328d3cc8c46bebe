"""The database without a server to set up: Postgres from a wheel, on a socket, only while used.

Every user of the server holds a shared lock on ``<home>/postgres.users``. Whoever leaves tries
to take it alone; who succeeds was the last one and stops the server. A process that is killed
loses its lock to the kernel, so the next one to leave stops the server in its stead. Starting and
stopping happen under ``<home>/postgres.lock``, one at a time.
"""

from __future__ import annotations

import errno
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from urllib.parse import quote

from clipping.db.cluster import DATABASE, USER, Cluster, find, find_or_create
from clipping.db.server import Server, ensure_running, running, stop
from clipping.errors import ClippingError, DiskFull, NeedsPerson
from clipping.file_lock import exclusive, is_still, open_lock, share, take_if_alone
from clipping.settings import Settings

_TURN_S = 300
_BUSY = (
    "Another run has been starting or stopping the local Postgres server for five minutes; "
    "end it and try again."
)

before_stop: list[Callable[[str], None]] = []
"""Called with its URL before a server is stopped: who keeps connections open closes them.

They say so themselves, since to import them all takes a second, which a keeper would pay in vain.
"""

logger = logging.getLogger(__name__)


@contextmanager
def database_url(settings: Settings) -> Iterator[str]:
    """The URL of the database, good while the block runs.

    ``settings.database_url`` if set. Else the embedded server's under ``settings.home``: made on
    first use, started unless it runs, stopped by its last user. Enter it again after the server
    was lost, and it is started again. Raises NotInstalled, DiskFull, NeedsPerson or
    ServiceUnavailable.
    """
    given = settings.database_url.get_secret_value().strip() if settings.database_url else ""
    if given:
        yield given
    else:
        with _embedded(settings.home) as url:
            yield url


def answers(settings: Settings) -> bool:
    """Whether the embedded server is there; False also while it starts or stops.

    Another server than the embedded one is not looked at, nor is one whose data was deleted missed.
    """
    if settings.database_url and settings.database_url.get_secret_value().strip():
        return True
    cluster = find(settings.home.resolve())
    if cluster is None:
        return True
    server = running(cluster)
    return server is not None and server.accepts()


@contextmanager
def _embedded(home: Path) -> Iterator[str]:
    with ExitStack() as stack:
        with _file_errors(home):
            home.mkdir(parents=True, exist_ok=True)
            server = stack.enter_context(_using(home.resolve()))
        yield _url(server)


@contextmanager
def _using(home: Path) -> Iterator[Server]:
    process = os.getpid()
    with _turn(home):
        users = open_lock(home / "postgres.users")
        try:
            share(users)
            cluster = find_or_create(home)
            server = ensure_running(cluster)
        except BaseException:
            os.close(users)
            raise
    try:
        yield server
    finally:
        try:
            # A forked child has no lock of its own to give back.
            if os.getpid() == process:
                _leave(home, users, cluster, server)
        finally:
            os.close(users)


def _leave(home: Path, users: int, cluster: Cluster, server: Server) -> None:
    """Stop the server if nobody else uses it; what goes wrong here must not hide the work done."""
    try:
        with ExitStack() as stack:
            if home.exists():
                stack.enter_context(_turn(home))
            # A home that was deleted and made again has other users than those we know of.
            replaced = home.exists() and not is_still(home / "postgres.users", users)
            if take_if_alone(users) and not replaced:
                for prepare in before_stop:
                    prepare(_url(server))
                stop(cluster, server)
    except (ClippingError, OSError) as error:
        logger.warning("The local Postgres server was left running: %s", error)


def _turn(home: Path) -> AbstractContextManager[None]:
    return exclusive(home / "postgres.lock", timeout_s=_TURN_S, busy=_BUSY)


def _url(server: Server) -> str:
    return f"postgresql://{USER}@/{DATABASE}?host={quote(str(server.sockets), safe='')}"


@contextmanager
def _file_errors(home: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise DiskFull(f"The disk that holds {home} is full.") from error
        where = error.filename or home
        raise NeedsPerson(
            f"The local Postgres database cannot be kept in {home}: {where}: {error.strerror}."
        ) from error
