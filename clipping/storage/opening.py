"""The media store that the settings name."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from clipping.settings import Settings
from clipping.storage.archived import ArchivedStore
from clipping.storage.base import Ledger, MediaStore
from clipping.storage.guarded import Guard, GuardedStore
from clipping.storage.local import LocalStore
from clipping.storage.s3_place import S3Place, archive_place, s3_place

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

ClientOf: TypeAlias = "Callable[[str], S3Client]"


def open_store(
    chosen: Settings,
    client_of: ClientOf,
    ledger: Ledger | None = None,
    archive_client_of: ClientOf | None = None,
    guard: Callable[[str], Guard] | None = None,
) -> MediaStore:
    """A folder, or a bucket with a cache, whose connection a process makes once.

    :param client_of: Gives the client of the block of that name: the engine knows no blocks.
    :param ledger: What is known of the archive, where the settings name one; without it what lies
        there is not found.
    :param archive_client_of: As ``client_of``, for the archive's block.
    :param guard: Gives the guard of a bucket, by what it is: ``store``, ``archive``.
    :raises NeedsPerson: The settings do not make a connection.
    """
    store = _primary(chosen, client_of)
    if guard is not None and not isinstance(store, LocalStore):
        store = GuardedStore(store, guard("store"))
    archive = None
    if ledger is not None:
        archive = open_archive(chosen, archive_client_of or client_of, guard)
    if ledger is None or archive is None:
        return store
    return ArchivedStore(store, archive, ledger)


def open_archive(
    chosen: Settings, client_of: ClientOf, guard: Callable[[str], Guard] | None = None
) -> MediaStore | None:
    """The second store, where what is old goes; None when the settings name none.

    :raises NeedsPerson: The settings do not make a connection.
    """
    place = archive_place(chosen)
    if place is not None:
        # Nothing that goes there is needed here: no copy stays.
        store = _bucket(place, chosen.archive_block, client_of, chosen.cache_dir / "archive", 0)
        return store if guard is None else GuardedStore(store, guard("archive"))
    return None if chosen.archive_dir is None else LocalStore(chosen.archive_dir)


def _primary(chosen: Settings, client_of: ClientOf) -> MediaStore:
    place = s3_place(chosen)
    if place is None:
        return LocalStore(chosen.store_dir)
    return _bucket(place, chosen.store_block, client_of, chosen.cache_dir, chosen.cache_bytes)


@lru_cache(maxsize=4)
def _bucket(
    place: S3Place, block: str | None, client_of: ClientOf, cache_dir: Path, cache_bytes: int
) -> MediaStore:
    # Only here: boto3 takes a third of a second to import, and most stores are folders.
    from clipping.storage.cache import FileCache
    from clipping.storage.s3 import S3Store
    from clipping.storage.s3_bucket import Bucket
    from clipping.storage.s3_client import s3_client

    client = s3_client(place) if block is None else client_of(block)
    return S3Store(Bucket(client, place), FileCache(cache_dir, cache_bytes))
