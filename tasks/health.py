"""How the services outside stand: by what was noted of them, and by asking those that are free."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Final

from clipping.claude.keys import has_key
from clipping.db import queries
from clipping.errors import ClippingError, ServiceUnavailable
from clipping.health import Look
from clipping.models import PlatformName
from clipping.storage import ArchivedStore, GuardedStore, MediaStore
from tasks.breaking import asking
from tasks.workplace import archive, db_session, media_store

_log = logging.getLogger(__name__)

CLAUDE: Final = "claude"
STORE: Final = "store"
ARCHIVE: Final = "archive"
PREFECT: Final = "prefect"
DATABASE: Final = "postgres"
_PROBE: Final = "doctor/probe"


def look_at_all(now: datetime | None = None) -> list[Look]:
    """Ask the store, the archive, the database and Prefect, and read what is known of the others.

    Claude and the platforms cost money or quota: of them it is known what their callers noted.

    :raises ClippingError: The database is away; then nothing else is known.
    """
    now = now or datetime.now(UTC)
    store, second = _bare(media_store()), archive()
    probe(STORE, lambda: store.exists(_PROBE), now)
    if second is not None:
        bare = _bare(second)
        probe(ARCHIVE, lambda: bare.exists(_PROBE), now)
    if _prefect_url():
        probe(PREFECT, _ask_prefect, now)
    with db_session() as session:
        known = {one.service: one for one in queries.health.looks(session)}
    database = Look(service=DATABASE, looked_at=now)
    used = {STORE: True, ARCHIVE: second is not None, PREFECT: bool(_prefect_url())}
    used[CLAUDE] = has_key()
    wanted = [CLAUDE, *(one.value for one in PlatformName), STORE, ARCHIVE, PREFECT]
    return [
        database,
        *(
            known.get(name, Look(service=name)).replace(used=used.get(name, True))
            for name in wanted
        ),
        *(known[name] for name in sorted(set(known) - set(wanted) - {DATABASE})),
    ]


def _bare(store: MediaStore) -> MediaStore:
    """The store itself, without what stands before it."""
    while isinstance(store, ArchivedStore | GuardedStore):
        store = store.store
    return store


def probe(service: str, ask: Callable[[], object], now: datetime) -> None:
    """Ask a service once and note whether it answered; a refusal is an answer."""
    said = ""
    try:
        with asking(service, now):
            ask()
    except ClippingError as error:
        _log.info("%s: %s", service, error)
        said = str(error)
    with db_session() as session:
        queries.health.note_service(session, service, now, said)


def idle_pools() -> list[str]:
    """Work pools that no worker has asked for runs lately; none where there is no server.

    :raises ServiceUnavailable: The server does not answer.
    """
    if not _prefect_url():
        return []
    from prefect.client.orchestration import get_client
    from prefect.exceptions import ObjectNotFound

    found = []
    with _prefect_errors(), get_client(sync_client=True) as client:
        for pool in ("cpu", "gpu"):
            try:
                status = client.read_work_pool(pool).status
            except ObjectNotFound:
                continue
            if status is not None and status.value == "NOT_READY":
                found.append(pool)
    return found


def _ask_prefect() -> None:
    from prefect.client.orchestration import get_client

    with _prefect_errors(), get_client(sync_client=True) as client:
        error = client.api_healthcheck()
        if error is not None:
            raise ServiceUnavailable("The Prefect server does not answer.") from error


def _prefect_url() -> str | None:
    from prefect.settings import PREFECT_API_URL

    url = PREFECT_API_URL.value()
    return str(url) if url else None


@contextmanager
def _prefect_errors() -> Iterator[None]:
    from httpx import HTTPError

    try:
        yield
    except HTTPError as error:
        raise ServiceUnavailable("The Prefect server does not answer.") from error
