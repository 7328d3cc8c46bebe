"""The media store in a bucket of any S3-compatible store."""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from clipping.errors import ClippingError, ServiceUnavailable
from clipping.storage.base import Listed, OnProgress, StoredFile, hash_file
from clipping.storage.cache import FileCache, Taken
from clipping.storage.folder import amount
from clipping.storage.in_use import held
from clipping.storage.keys import digest_in, is_own_key, key_parts
from clipping.storage.s3_bucket import Bucket, OpenUpload, Remote
from clipping.storage.s3_download import content_sha256, download
from clipping.storage.s3_errors import CHANGED, code_of
from clipping.storage.s3_rights import PROBE_KEY, missing_rights
from clipping.storage.s3_upload import upload

PART_BYTES = 16 * 1024**2
_HASHED = 0.3
"""Share of an import's bar: a file is hashed and copied, then sent."""

_ABANDONED_AFTER = timedelta(days=7)
_SWEEP_EVERY_S = 24 * 3600
_CHANGES = 3

_log = logging.getLogger(__name__)


class S3Store:
    """Files in a bucket; implements :class:`clipping.storage.base.MediaStore`.

    A file is put in one request, or sent in parts that become a file only when all are there, so
    a key never holds half a file. SHA-256 is sent with every request and compared by the store,
    and compared by us with what comes back. Files are read from copies in a cache.
    """

    def __init__(self, bucket: Bucket, cache: FileCache, *, part_bytes: int = PART_BYTES) -> None:
        self._bucket = bucket
        self._cache = cache
        self._part_bytes = part_bytes
        self._swept_at: float | None = None

    def import_file(
        self, path: Path, key_for: Callable[[str], str], on_progress: OnProgress | None = None
    ) -> StoredFile:
        """Store a file under the key that its SHA-256 gives; one that is there is not sent.

        :param on_progress: Called with the fraction done, 0..1.
        :raises UnreadableMedia: The file cannot be read, or changed while it was read.
        :raises DiskFull: The cache, or the object store, has no room for it.
        :raises ServiceUnavailable: The object store is not to be reached; the next run goes on.
        :raises NeedsPerson: The object store refuses us.
        """
        tell = on_progress or (lambda fraction: None)
        with self._cache.take_in(path, key_for, lambda done: tell(done * _HASHED)) as file:
            stored = self._bucket.head(file.key)
            if stored is None or (stored.size_bytes, stored.sha256 or file.sha256) != (
                file.size_bytes,
                file.sha256,
            ):
                self._upload(file, lambda done: tell(_HASHED + done * (1 - _HASHED)))
        tell(1.0)
        return StoredFile(file.key, file.sha256, file.size_bytes)

    def put(self, path: Path, key: str) -> None:
        """Store a copy of a file under a key, in place of what was there.

        Raises what :meth:`import_file` raises.
        """
        key_parts(key)
        with self._cache.take_in(path, lambda _: key) as file:
            self._upload(file, lambda done: None)

    def local_path(self, key: str) -> Path:
        """The file's copy in the cache, fetched when it is missing or not today's.

        :raises NeedsPerson: The store has lost it, or refuses us.
        :raises ServiceUnavailable: The object store is not to be reached; the next try goes on.
        :raises DiskFull: The cache has no room for it.
        """
        for _ in range(_CHANGES):
            remote = self._bucket.require(key)
            sha256 = digest_in(key) or remote.sha256
            version = sha256 or self._version_of(remote.etag)
            fetch = partial(self._download, key, remote, sha256)
            try:
                return self._cache.fetch(key, version, remote.size_bytes, fetch)
            except ServiceUnavailable as error:
                if code_of(error) != CHANGED:
                    raise
        raise ServiceUnavailable(f"{key} in {self._bucket.name} changes under us; run again.")

    def held(self) -> AbstractContextManager[None]:
        """A block after which the cache may remove what was asked for inside."""
        return held()

    def exists(self, key: str) -> bool:
        """Whether the key holds a file."""
        return self._bucket.head(key) is not None

    def delete(self, key: str) -> None:
        """Remove the file and this machine's copy; a key that holds none is no error.

        Copies on other machines are not given out any more, and go when room is made.
        """
        self._bucket.delete(key)
        self._cache.forget(key)

    def files(self) -> Iterator[Listed]:
        """All files below the prefix that have a key of ours."""
        for found in self._bucket.files():
            if is_own_key(found.key):
                yield Listed(found.key, found.size_bytes, found.stored_at)

    def read_back(self, key: str) -> str:
        """SHA-256 of what the bucket sends, whatever lies in the cache.

        :raises NeedsPerson: The store has lost it.
        """
        return content_sha256(self._bucket, key, self._bucket.require(key))

    def remove(self, key: str, sha256: str) -> bool:
        """Remove the file if it has that content; whoever fetches it just now asks again."""
        if self._bucket.head(key) is None:
            return True
        if self.read_back(key) != sha256:
            return False
        self.delete(key)
        return True

    def room_folder(self) -> Path:
        """The folder of the cache: the bucket is no disk of ours."""
        return self._cache.folder

    def missing_rights(self) -> tuple[str, ...]:
        """What the object store does not let us do, by AWS's names; raises what else is wrong."""
        return missing_rights(self._bucket)

    def sweep(self) -> int:
        """End our uploads that nobody has sent a part of for a week; gives how many those were."""
        before = datetime.now(UTC) - _ABANDONED_AFTER
        # Others may keep files in the bucket, too.
        ours = (
            one for one in self._bucket.uploads() if is_own_key(one.key) or one.key == PROBE_KEY
        )
        abandoned = [one for one in ours if self._last_sent(one) < before]
        for one in abandoned:
            self._bucket.abort(one.key, one.upload_id)
        return len(abandoned)

    def _upload(self, file: Taken, on_progress: OnProgress) -> None:
        self._sweep_now_and_then()
        if not file.fresh and hash_file(file.path) != file.sha256:
            self._cache.forget(file.key)
            raise ServiceUnavailable(f"This machine's copy of {file.key} is damaged; run again.")
        upload(self._bucket, file, self._part_bytes, _each_percent(on_progress))

    def _download(self, key: str, remote: Remote, sha256: str | None, part: Path) -> None:
        _log.info("Fetching %s, %s", key, amount(remote.size_bytes))
        download(self._bucket, key, remote, sha256, part)

    def _version_of(self, etag: str) -> str:
        """What other content does not have, also where two stores share a cache."""
        return hashlib.sha256(f"{self._bucket.name} {etag}".encode()).hexdigest()

    def _last_sent(self, one: OpenUpload) -> datetime:
        parts = self._bucket.parts(one.key, one.upload_id)
        return max([one.begun_at, *(part.sent_at for part in parts if part.sent_at)])

    def _sweep_now_and_then(self) -> None:
        now = time.monotonic()
        if self._swept_at is not None and now - self._swept_at < _SWEEP_EVERY_S:
            return
        self._swept_at = now
        try:
            self.sweep()
        except ClippingError as error:
            # Nothing that the file to be stored depends on, and some keys may not list uploads.
            _log.warning("Abandoned uploads were not swept: %s", error)


def _each_percent(on_progress: OnProgress) -> OnProgress:
    """Not more often than that."""
    told = -1

    def tell(fraction: float) -> None:
        nonlocal told
        if int(fraction * 100) > told:
            told = int(fraction * 100)
            on_progress(fraction)

    return tell
