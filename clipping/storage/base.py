"""What a media store can do. Keys come from :mod:`clipping.storage.keys`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from clipping.errors import UnreadableMedia
from clipping.media.container import display_name

OnProgress = Callable[[float], None]

_READ_BYTES = 4 * 1024**2


@dataclass(frozen=True)
class StoredFile:
    """A file in the store; ``sha256`` is of its whole content, 64 hex digits."""

    key: str
    sha256: str
    size_bytes: int


@dataclass(frozen=True)
class Listed:
    """A file as a store lists it."""

    key: str
    size_bytes: int
    stored_at: datetime
    """When it came there last: a file that was brought back is as old as that."""


class MediaStore(Protocol):
    """Files by key. A key either holds a whole file or nothing, whatever is killed when.

    To write another one: implement these methods, raise only errors of :mod:`clipping.errors`,
    and let the tests in ``tests/storage`` run over it.
    """

    def import_file(
        self, path: Path, key_for: Callable[[str], str], on_progress: OnProgress | None = None
    ) -> StoredFile:
        """Store a file under the key that its SHA-256 gives; one that is there is not copied.

        :raises UnreadableMedia: The file cannot be read, or changed while it was read.
        :raises DiskFull: The store has no room for it.
        """

    def put(self, path: Path, key: str) -> None:
        """Store a copy of a file under a key, in place of what was there."""

    def local_path(self, key: str) -> Path:
        """Where the file can be read on this machine, fetched if need be; it is not to be changed.

        It stays there until the innermost block of ``held`` ends, else until the process does.

        :raises NeedsPerson: The store has lost it.
        """

    def held(self) -> AbstractContextManager[None]:
        """A block after which this thread does not need the files it was given inside any more."""

    def exists(self, key: str) -> bool:
        """Whether the key holds a file."""

    def delete(self, key: str) -> None:
        """Remove the file; a key that holds none is no error."""

    def files(self) -> Iterator[Listed]:
        """All files, in no order; one that comes or goes meanwhile may be left out."""

    def read_back(self, key: str) -> str:
        """SHA-256 of what the store itself holds, read now and from no copy.

        :raises NeedsPerson: It holds nothing.
        """

    def remove(self, key: str, sha256: str) -> bool:
        """Remove the file if it has that content and nobody has it in use; whether it is gone."""

    def room_folder(self) -> Path:
        """The folder of this machine whose disk fills when something is stored."""


class Ledger(Protocol):
    """What is known of the files that an archive has; rows of the database, see ``keeping``."""

    def sha256_of(self, key: str) -> str | None:
        """SHA-256 of the file as it was when it was stored; None when nobody knows."""

    def is_archived(self, key: str) -> bool:
        """Whether the archive was seen to have it, and nobody has removed it there since."""

    def note_back(self, key: str) -> None:
        """It was brought back from the archive."""

    def note_deleted(self, key: str) -> None:
        """It is nowhere any more."""


def hash_file(path: Path, on_progress: OnProgress | None = None) -> str:
    """SHA-256 of a file as 64 hex digits, read in pieces.

    :raises UnreadableMedia: It cannot be read.
    """
    digest = hashlib.sha256()
    for chunk in read_chunks(path, on_progress):
        digest.update(chunk)
    return digest.hexdigest()


def read_chunks(path: Path, on_progress: OnProgress | None = None) -> Iterator[memoryview]:
    """The bytes of a file in pieces of a few megabytes, valid until the next one is taken.

    :param on_progress: Called with the fraction read, at most once for every percent.
    :raises UnreadableMedia: It cannot be read, or it changed on the way: somebody still writes it.
    """
    buffer = memoryview(bytearray(_READ_BYTES))
    try:
        with path.open("rb", buffering=0) as file:
            before = path.stat()
            done, told = 0, -1
            while count := file.readinto(buffer):
                done += count
                yield buffer[:count]
                percent = min(100, done * 100 // max(1, before.st_size))
                if on_progress is not None and percent > told:
                    told = percent
                    on_progress(percent / 100)
            after = path.stat()
    except OSError as error:
        raise unreadable(path, error) from error
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise UnreadableMedia(
            f"{display_name(path)} changed while it was read; run again when nothing writes to it "
            "any more."
        )


def unreadable(path: Path, error: OSError) -> UnreadableMedia:
    """What the file system said about a file to be stored, as one sentence."""
    if isinstance(error, FileNotFoundError):
        return UnreadableMedia(f"There is no file {display_name(str(path))}.")
    return UnreadableMedia(f"{display_name(path)} cannot be read: {error.strerror or error}.")
