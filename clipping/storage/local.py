"""The media store in a folder of this machine."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import socket
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from threading import Lock
from typing import BinaryIO

from clipping.errors import Broken, ClippingError, DiskFull, NeedsPerson, ServiceUnavailable
from clipping.storage.base import OnProgress, StoredFile, hash_file, read_chunks, unreadable

_INCOMING = ".incoming"
_PART = ".part"
_STALE_AFTER_S = 24 * 3600
_FULL = {errno.ENOSPC, errno.EDQUOT}
_REFUSED = {
    errno.EACCES,
    errno.EPERM,
    errno.EROFS,
    errno.ENOTDIR,
    errno.EEXIST,
    errno.EFBIG,
}

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
        size = _size_of(path)
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
        with self._incoming(_size_of(path)) as (file, part):
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
                f"{path.name} is missing from the media store {self.root}; clip the original again."
            )
        return path

    def exists(self, key: str) -> bool:
        """Whether the key holds a file."""
        return self._path(key).is_file()

    def delete(self, key: str) -> None:
        """Remove the file; a key that holds none is no error.

        :raises NeedsPerson: The store cannot be written.
        """
        with self._translated():
            self._path(key).unlink(missing_ok=True)

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
        pure = PurePosixPath(key)
        odd = pure.is_absolute() or "\\" in key or "\0" in key or str(pure) != key
        if odd or not pure.parts or any(part.startswith(".") for part in pure.parts):
            raise Broken(f"{key!r} is not a key of the media store.")
        return self.root.joinpath(*pure.parts)

    def _is_whole(self, key: str, size: int) -> bool:
        """Whether the key holds a file of that size; only whole files get a key at all."""
        try:
            return self._path(key).stat().st_size == size
        except OSError:
            return False

    def _holds_size(self, size: int) -> bool:
        return any(
            entry.stat().st_size == size
            for entry in _files_below(self.root)
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
            with self._translated():
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
        free = shutil.disk_usage(self.root).free
        if size > free:
            raise DiskFull(
                f"The media store {self.root} needs {_amount(size)} and only {_amount(free)} are "
                "free; make room and run again."
            )

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

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Turn what the file system says into the engine's errors."""
        try:
            yield
        except ClippingError:
            raise
        except OSError as error:
            reason = error.strerror or str(error)
            if error.errno in _FULL:
                raise DiskFull(
                    f"The disk of the media store {self.root} is full; make room and run again."
                ) from error
            if error.errno in _REFUSED:
                raise NeedsPerson(
                    f"The media store {self.root} cannot be written: {reason}."
                ) from error
            raise ServiceUnavailable(
                f"The media store {self.root} does not answer: {reason}."
            ) from error


def _size_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError as error:
        raise unreadable(path, error) from error


def _files_below(folder: Path) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    yield from _files_below(Path(entry.path))
                else:
                    yield entry
    except OSError:
        # A folder that vanished or may not be read holds nothing that could be found again.
        return


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


def _amount(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 10**8 else f"{size / 1e6:.1f} MB"
