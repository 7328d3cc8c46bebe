"""Files that are not all there yet, on this machine's disk: one for each upload, under its id.

What the database says has been received is the truth; bytes behind that are of a request that was
cut, and are overwritten.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from clipping.errors import Broken, DiskFull, NeedsPerson, RateLimited
from clipping.keeping.room import Disk, too_full
from clipping.models import Addition
from clipping.settings import settings
from tasks.room import marks

_ID = re.compile(r"add_[0-9a-f]{32}")


class PartFile:
    """The beginning of a file, open for the one request that goes on with it."""

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self.path, self._file = path, file

    def begin(self, received: int) -> int:
        """Go to where the next byte belongs; where that is, which is less if bytes were lost."""
        there = os.fstat(self._file.fileno()).st_size
        at = min(received, there)
        self.cut(at)
        return at

    def cut(self, at: int) -> None:
        """Let go of everything behind that place."""
        self._file.truncate(at)
        self._file.seek(at)

    def write(self, data: bytes) -> None:
        """Go on with these bytes.

        :raises DiskFull: There is no room for them.
        """
        with _disk_errors():
            self._file.write(data)

    def keep(self) -> None:
        """Bring to the disk what was written: a machine may lose its power."""
        with _disk_errors():
            os.fsync(self._file.fileno())


def part_path(addition_id: str) -> Path:
    """Where the bytes of an upload lie; its own id, which is ours, is all that the name is of."""
    if not _ID.fullmatch(addition_id):
        raise Broken("This is not the id of an upload.")
    return settings().uploads_dir / addition_id


@contextmanager
def opened(addition_id: str) -> Iterator[PartFile]:
    """The file of an upload, for one request at a time, whichever process has it.

    :raises RateLimited: Another request is at it.
    """
    path = part_path(addition_id)
    with _disk_errors():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "r+b", buffering=0) as file:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RateLimited("Another request sends this file just now.") from None
        yield PartFile(path, file)


def check_place(addition: Addition) -> None:
    """Whether the rest of a file still fits here.

    :raises DiskFull: It does not.
    """
    folder = settings().uploads_dir
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    found = shutil.disk_usage(folder)
    disk = Disk(name="uploads", folder=str(folder), free_bytes=found.free, total_bytes=found.total)
    sentence = too_full(disk, marks(), addition.size_bytes - addition.received_bytes)
    if sentence:
        raise DiskFull(sentence)


def bytes_here(addition_id: str) -> int:
    """How many bytes of it lie on this machine."""
    with suppress(FileNotFoundError):
        return part_path(addition_id).stat().st_size
    return 0


def remove_unknown(addition_id: str, known: Addition | None) -> None:
    """What was made for an upload that was discarded just before."""
    if known is None:
        remove(addition_id)


def remove(addition_id: str) -> None:
    """Nothing of it is left here; none is no error."""
    with suppress(FileNotFoundError):
        part_path(addition_id).unlink()


def ids_here() -> list[str]:
    """Of all uploads of which there is a file; other files there are none of ours."""
    with suppress(FileNotFoundError):
        return [
            path.name
            for path in settings().uploads_dir.iterdir()
            if path.is_file() and _ID.fullmatch(path.name)
        ]
    return []


@contextmanager
def _disk_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (28, 122):  # no space, over quota
            raise DiskFull("The disk on which files arrive is full.") from error
        raise NeedsPerson(f"Files cannot be kept here: {error.strerror or error}.") from error
