"""The media store that the settings name."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from clipping.settings import Settings
from clipping.storage.base import MediaStore
from clipping.storage.local import LocalStore
from clipping.storage.s3_place import S3Place, s3_place

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

ClientOf: TypeAlias = "Callable[[str], S3Client]"


def open_store(chosen: Settings, client_of: ClientOf) -> MediaStore:
    """A folder, or a bucket with a cache, whose connection a process makes once.

    :param client_of: Gives the client of the block of that name: the engine knows no blocks.
    :raises NeedsPerson: The settings do not make a connection.
    """
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
