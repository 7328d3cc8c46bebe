"""A media store over an archive: what has left it is brought back when somebody asks for it."""

from __future__ import annotations

import fcntl
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from pathlib import Path

from clipping.errors import NeedsPerson, ServiceUnavailable, Transient
from clipping.file_lock import is_still
from clipping.storage.base import Ledger, Listed, MediaStore, OnProgress, StoredFile, hash_file
from clipping.storage.folder import amount
from clipping.storage.in_use import held, hold
from clipping.storage.keys import digest_in, key_parts
from clipping.storage.local import LocalStore

_LOST_RACES = 5

_log = logging.getLogger(__name__)


class ArchivedStore:
    """Files of a store, and behind it those of its archive; itself a media store.

    Nothing is written to the archive here: the sweep does that (``tasks/sweep.py``). A file that is
    given out of a folder is locked until nobody needs it, so that no sweep takes it away.
    """

    def __init__(self, store: MediaStore, archive: MediaStore, ledger: Ledger) -> None:
        self.store = store
        self.archive = archive
        self._ledger = ledger

    def import_file(
        self, path: Path, key_for: Callable[[str], str], on_progress: OnProgress | None = None
    ) -> StoredFile:
        """Store a file under the key that its SHA-256 gives; in the store itself."""
        return self.store.import_file(path, key_for, on_progress)

    def put(self, path: Path, key: str) -> None:
        """Store a copy of a file under a key; the archive's, if there is one, is then out of date
        and replaced by the next sweep."""
        self.store.put(path, key)

    def local_path(self, key: str) -> Path:
        """Where the file can be read, brought back from the archive if need be.

        :raises NeedsPerson: Neither has it, or what the archive has is damaged.
        :raises ServiceUnavailable: The archive is not to be reached.
        :raises DiskFull: The store has no room for it.
        """
        for _ in range(_LOST_RACES):
            if not self.store.exists(key):
                self._bring_back(key)
            try:
                path = self.store.local_path(key)
            except NeedsPerson:
                if self.store.exists(key):
                    raise
                continue
            if not isinstance(self.store, LocalStore) or _locked(path):
                return path
        raise ServiceUnavailable(f"{key} comes and goes in the media store; run again.")

    def held(self) -> AbstractContextManager[None]:
        """A block after which what was asked for inside may leave the store again."""
        return held()

    def exists(self, key: str) -> bool:
        """Whether the store or its archive has it."""
        if self.store.exists(key) or self._ledger.is_archived(key):
            return True
        # Without a row, after the restore of an older database say, the archive itself is asked.
        with suppress(Transient):
            return self._ledger.sha256_of(key) is not None and self.archive.exists(key)
        return False

    def delete(self, key: str) -> None:
        """Remove the file from both; a key that holds none is no error."""
        self.store.delete(key)
        self.archive.delete(key)
        self._ledger.note_deleted(key)

    def files(self) -> Iterator[Listed]:
        """The files of the store itself."""
        return self.store.files()

    def read_back(self, key: str) -> str:
        """SHA-256 of what the store itself holds."""
        return self.store.read_back(key)

    def remove(self, key: str, sha256: str) -> bool:
        """Remove the file from the store itself, unless it is in use."""
        return self.store.remove(key, sha256)

    def room_folder(self) -> Path:
        """Of the store itself."""
        return self.store.room_folder()

    def _bring_back(self, key: str) -> None:
        sha256 = self._ledger.sha256_of(key) or digest_in(key)
        if sha256 is None or not self.archive.exists(key):
            # It says of itself that it has lost it.
            self.store.local_path(key)
            return
        with self.archive.held():
            copy = self.archive.local_path(key)
            _log.info("Bringing %s back from the archive, %s", key, amount(copy.stat().st_size))
            if hash_file(copy) != sha256:
                raise NeedsPerson(
                    f"{key_parts(key)[-1]} is damaged in the archive: its content is not what was "
                    "stored there."
                )
            self.store.put(copy, key)
        self._ledger.note_back(key)


def _locked(path: Path) -> bool:
    """Take a file into use until the block of ``held`` ends; False when it was just removed."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        return False
    except OSError:
        # A link, say, that somebody has laid himself: no sweep removes one.
        return True
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    if not is_still(path, descriptor):
        os.close(descriptor)
        return False
    hold(path, descriptor)
    return True
