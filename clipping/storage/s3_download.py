"""Fetching a file whole and unchanged, going on where an earlier try broke off."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from clipping.errors import NeedsPerson, ServiceUnavailable
from clipping.storage.s3_bucket import Bucket, Remote
from clipping.storage.s3_errors import BROKEN_OFF, code_of

_BREAKS = 5
"""Connections that may break off one after another without having brought anything."""

_FIRST_PAUSE_S = 0.2
_READ_BYTES = 1024**2


def download(bucket: Bucket, key: str, remote: Remote, sha256: str | None, part: Path) -> None:
    """Write the file to ``part``, which exists, and may hold the beginning of it.

    :param sha256: What the content has to have; None where nobody knows.
    :raises ServiceUnavailable: The store is not to be reached, or the file changed meanwhile.
    :raises NeedsPerson: What the store holds is damaged.
    """
    for _ in range(2):
        with part.open("r+b", buffering=0) as file:
            found = _fill(bucket, key, remote, file)
            if file.tell() == remote.size_bytes and sha256 in (None, found):
                return
            # A damaged beginning would stay so; once more from the start.
            file.truncate(0)
    raise NeedsPerson(
        f"{key} is damaged in the media store {bucket.name}: delete it there and clip the original "
        "again."
    )


def content_sha256(bucket: Bucket, key: str, remote: Remote) -> str:
    """SHA-256 of what the bucket holds, of which nothing is kept.

    :raises ServiceUnavailable: The store is not to be reached, or the file changed meanwhile.
    """
    hasher = hashlib.sha256()
    for chunk in _chunks(bucket, key, remote, 0):
        hasher.update(chunk)
    return hasher.hexdigest()


def _fill(bucket: Bucket, key: str, remote: Remote, file: BinaryIO) -> str:
    """Append what is missing; SHA-256 of the whole, at whose end the file stands."""
    hasher = hashlib.sha256()
    while chunk := file.read(_READ_BYTES):
        hasher.update(chunk)
    for chunk in _chunks(bucket, key, remote, file.tell()):
        hasher.update(chunk)
        file.write(chunk)
    return hasher.hexdigest()


def _chunks(bucket: Bucket, key: str, remote: Remote, at: int) -> Iterator[bytes]:
    """The file from there on, over as many connections as it takes."""
    breaks = 0
    while at < remote.size_bytes:
        before = at
        try:
            for chunk in bucket.read(key, remote.etag, before):
                at += len(chunk)
                yield chunk
        except ServiceUnavailable as error:
            if code_of(error) != BROKEN_OFF:
                raise
            breaks = 1 if at > before else breaks + 1
            if breaks > _BREAKS:
                raise
            time.sleep(_FIRST_PAUSE_S * 2 ** (breaks - 1))
