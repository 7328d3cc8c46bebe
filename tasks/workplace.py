"""What every task needs from its machine: a migrated database, its locks, the store."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING

from sqlmodel import Session

from clipping import logs
from clipping.db import embedded, migrate
from clipping.db.locks import planning_of as planning_of
from clipping.db.locks import stage_lock
from clipping.db.session import open_session
from clipping.keeping.ledger import RowLedger
from clipping.settings import settings
from clipping.storage import MediaStore, open_archive, open_store
from tasks.running import of_prefect

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


# Every task comes by here: from then on log lines say which run they are of.
logs.context[:] = [of_prefect]


@lru_cache(maxsize=8)
def _upgrade_once(url: str) -> None:
    migrate.upgrade(url)


@contextmanager
def database() -> Iterator[str]:
    """The URL of a running, migrated database; the embedded one is started when none is named."""
    with embedded.database_url(settings()) as url:
        _upgrade_once(url)
        yield url


@contextmanager
def db_session() -> Iterator[Session]:
    """A short session: commits when the block ends well, rolls back otherwise."""
    with database() as url, open_session(url) as session:
        yield session


@contextmanager
def only_one(key: str) -> Iterator[None]:
    """Hold the stage ``key`` against every other process that uses the same database."""
    with database() as url, stage_lock(url, key):
        yield


@contextmanager
def one_of_few(key: str, most: int, on_wait: Callable[[float], None]) -> Iterator[None]:
    """The same with up to ``most`` processes at a time; ``on_wait`` is told the seconds waited."""
    with database() as url, stage_lock(url, key, holders=most, on_wait=on_wait):
        yield


@contextmanager
def if_free(key: str) -> Iterator[bool]:
    """Hold the stage ``key`` when no other process does; whether it is held."""
    with ExitStack() as held:
        free = True
        try:
            held.enter_context(one_of_few(key, 1, _give_up))
        except _Taken:
            free = False
        yield free


class _Taken(Exception):
    """Another process holds the stage."""


def _give_up(_waited_s: float) -> None:
    raise _Taken


def transcribing(source_id: str) -> str:
    """The key under which a source is transcribed, or forgotten: never both at once."""
    return f"transcribe:{source_id}"


def media_store() -> MediaStore:
    """The media store that the settings name."""
    return open_store(settings(), _client_of, RowLedger(db_session), _archive_client_of, _guard_of)


def archive() -> MediaStore | None:
    """The archive that the settings name."""
    return open_archive(settings(), _archive_client_of, _guard_of)


@contextmanager
def files_held() -> Iterator[None]:
    """A block, or a decorator: the store's files that are asked for inside stay until its end."""
    with media_store().held():
        yield


def _client_of(block: str) -> S3Client:
    from blocks.object_store import client_of

    return client_of(block)


def _archive_client_of(block: str) -> S3Client:
    from blocks.object_store import client_of_archive

    return client_of_archive(block)


def _guard_of(service: str) -> Callable[[], AbstractContextManager[None]]:
    # It opens transactions of its own, with what is above.
    from tasks.breaking import asking

    return lambda: asking(service)
