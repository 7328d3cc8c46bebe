"""The media store in a folder of this machine."""

from __future__ import annotations

import hashlib
import os
import socket
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import BinaryIO

from clipping.errors import NeedsPerson
from clipping.file_lock import is_still, take_if_alone
from clipping.storage.base import Listed, OnProgress, StoredFile, hash_file, read_chunks
from clipping.storage.folder import check_room, disk_errors, files_below, size_of
from clipping.storage.keys import key_parts

_INCOMING = ".incoming"
_PART = ".part"
_STALE_AFTER_S = 24 * 3600

# Names of the temporary files that this process is writing just now: a file that carries our pid
# and is not among them was left by an earlier process with the same pid (in a container every
# run may be process 1).
_ours: set[str] = set()
_ours_lock = Lock()


class LocalStore:
    """Files below ``root``; implements :class:`clipping.storage.base.MediaStore`.

    A file is written under a temporary name in ``root/.incoming``, brought to the disk (fsync)
    and renamed, so a key never holds half a file. What a killed process left there is removed by
    the next one that writes.
    """

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()
        self._place = f"media store {self.root}"

    def import_file(
        self, path: Path, key_for: Callable[[str], str], on_progress: OnProgress | None = None
    ) -> StoredFile:
        """Store a file under the key that its SHA-256 gives, reading it once.

        A file of the same size in the store is a hint that it was imported before: then it is
        hashed first, and copied only when it is new after all.

        :param on_progress: Called with the fraction read, 0..1.
        :raises UnreadableMedia: The file cannot be read, or changed while it was read.
        :raises DiskFull: The store has no room for it.
        :raises NeedsPerson: The store cannot be written.
        """
        size = size_of(path)
        if self._holds_size(size):
            digest = hash_file(path, on_progress)
            if self._is_whole(key_for(digest), size):
                return StoredFile(key_for(digest), digest, size)
        with self._incoming(size) as (file, part):
            hasher, written = hashlib.sha256(), 0
            for chunk in read_chunks(path, on_progress):
                hasher.update(chunk)
                file.write(chunk)
                written += len(chunk)
            digest = hasher.hexdigest()
            key = key_for(digest)
            if not self._is_whole(key, written):
                self._publish(file, part, key)
        return StoredFile(key, digest, written)

    def put(self, path: Path, key: str) -> None:
        """Store a copy of a file under a key, in place of what was there.

        :raises UnreadableMedia: The file cannot be read.
        :raises DiskFull: The store has no room for it.
        :raises NeedsPerson: The store cannot be written.
        """
        self._path(key)
        with self._incoming(size_of(path)) as (file, part):
            for chunk in read_chunks(path):
                file.write(chunk)
            self._publish(file, part, key)

    def local_path(self, key: str) -> Path:
        """The file itself; it is not to be changed.

        :raises NeedsPerson: The store has lost it.
        """
        path = self._path(key)
        if not path.is_file():
            raise NeedsPerson(
                f"{path.name} is missing from the {self._place}; clip the original again."
            )
        return path

    @contextmanager
    def held(self) -> Iterator[None]:
        """Nothing to do: what is in the folder stays there."""
        yield

    def exists(self, key: str) -> bool:
        """Whether the key holds a file."""
        return self._path(key).is_file()

    def delete(self, key: str) -> None:
        """Remove the file; a key that holds none is no error.

        :raises NeedsPerson: The store cannot be written.
        """
        with disk_errors(self._place):
            self._path(key).unlink(missing_ok=True)

    def files(self) -> Iterator[Listed]:
        """All files that lie under a key."""
        for entry in files_below(self.root):
            key = Path(entry.path).relative_to(self.root).as_posix()
            # What begins with a dot is none of ours, or not whole yet.
            if not any(part.startswith(".") for part in key.split("/")):
                with suppress(OSError):
                    found = entry.stat(follow_symlinks=False)
                    stored_at = datetime.fromtimestamp(found.st_mtime, UTC)
                    yield Listed(key, found.st_size, stored_at)

    def read_back(self, key: str) -> str:
        """SHA-256 of the file as the disk gives it.

        :raises NeedsPerson: The store has lost it.
        """
        return hash_file(self.local_path(key))

    def remove(self, key: str, sha256: str) -> bool:
        """Remove the file if it has that content and nobody has it in use; whether it is gone.

        :raises NeedsPerson: The store cannot be written.
        """
        path = self._path(key)
        with disk_errors(self._place):
            try:
                descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
            except FileNotFoundError:
                return True
            try:
                # A file that is put in its place meanwhile is another one, and stays.
                alone = take_if_alone(descriptor)
                if not alone or hash_file(path) != sha256 or not is_still(path, descriptor):
                    return False
                path.unlink()
            finally:
                os.close(descriptor)
        return True

    def room_folder(self) -> Path:
        """The folder of the store."""
        return self.root

    def sweep(self) -> int:
        """Remove what killed runs left behind; gives how many files that were."""
        removed = 0
        with suppress(OSError):
            for part in list((self.root / _INCOMING).iterdir()):
                if _is_abandoned(part):
                    with suppress(OSError):
                        part.unlink()
                        removed += 1
        return removed

    def _path(self, key: str) -> Path:
        return self.root.joinpath(*key_parts(key))

    def _is_whole(self, key: str, size: int) -> bool:
        """Whether the key holds a file of that size; only whole files get a key at all."""
        try:
            return self._path(key).stat().st_size == size
        except OSError:
            return False

    def _holds_size(self, size: int) -> bool:
        return any(
            _size(entry) == size
            for entry in files_below(self.root)
            if not entry.name.endswith(_PART)
        )

    @contextmanager
    def _incoming(self, size: int) -> Iterator[tuple[BinaryIO, Path]]:
        """A new temporary file, gone at the end of the block unless it was published."""
        self.sweep()
        name = f"{_host()}-{os.getpid()}-{uuid.uuid4().hex}{_PART}"
        part = self.root / _INCOMING / name
        with _ours_lock:
            _ours.add(name)
        try:
            with disk_errors(self._place):
                part.parent.mkdir(parents=True, exist_ok=True)
                self._check_room(size)
                with part.open("xb") as file:
                    yield file, part
        finally:
            with suppress(OSError):
                part.unlink()
            with _ours_lock:
                _ours.discard(name)

    def _check_room(self, size: int) -> None:
        check_room(self._place, self.root, size)

    def _publish(self, file: BinaryIO, part: Path, key: str) -> None:
        target = self._path(key)
        target.parent.mkdir(parents=True, exist_ok=True)
        file.flush()
        os.fsync(file.fileno())
        part.replace(target)
        # The rename itself has to reach the disk, or a power cut undoes it.
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _size(entry: os.DirEntry[str]) -> int | None:
    """None for a file that somebody removed since it was found."""
    try:
        return entry.stat(follow_symlinks=False).st_size
    except OSError:
        return None


def _is_abandoned(part: Path) -> bool:
    """Whether nobody writes a temporary file any more."""
    host, _, rest = part.name.removesuffix(_PART).partition("-")
    pid, _, _ = rest.partition("-")
    try:
        age_s = time.time() - part.stat().st_mtime
    except OSError:
        return False
    if age_s > _STALE_AFTER_S:
        return True
    if host != _host() or not pid.isdigit():
        return False
    if int(pid) == os.getpid():
        with _ours_lock:
            return part.name not in _ours
    return not _runs(int(pid))


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


def _host() -> str:
    """A short word for this machine: a store on a shared disk is written by several."""
    return hashlib.sha256(socket.gethostname().encode()).hexdigest()[:8]
