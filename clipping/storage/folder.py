"""What the store in a folder and the cache of an object store both ask of a disk."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from clipping.errors import ClippingError, DiskFull, NeedsPerson, ServiceUnavailable
from clipping.storage.base import unreadable

_FULL = {errno.ENOSPC, errno.EDQUOT}
_REFUSED = {
    errno.EACCES,
    errno.EPERM,
    errno.EROFS,
    errno.ENOTDIR,
    errno.EEXIST,
    errno.EFBIG,
}


@contextmanager
def disk_errors(place: str) -> Iterator[None]:
    """Turn what the file system says of ``place`` into the engine's errors."""
    try:
        yield
    except ClippingError:
        raise
    except OSError as error:
        reason = error.strerror or str(error)
        if error.errno in _FULL:
            raise DiskFull(f"The disk of the {place} is full; make room and run again.") from error
        if error.errno in _REFUSED:
            raise NeedsPerson(f"The {place} cannot be written: {reason}.") from error
        raise ServiceUnavailable(f"The {place} does not answer: {reason}.") from error


def check_room(place: str, folder: Path, size: int) -> None:
    """Raise DiskFull when ``size`` bytes more do not fit on the disk of an existing folder."""
    free = free_bytes(folder)
    if size > free:
        raise DiskFull(
            f"The {place} needs {amount(size)} and only {amount(free)} are free; make room and run "
            "again."
        )


def free_bytes(folder: Path) -> int:
    """What the disk of an existing folder still takes."""
    return shutil.disk_usage(folder).free


def size_of(path: Path) -> int:
    """Size in bytes of a file that is to be stored.

    :raises UnreadableMedia: There is none, or it may not be looked at.
    """
    try:
        return path.stat().st_size
    except OSError as error:
        raise unreadable(path, error) from error


def files_below(folder: Path) -> Iterator[os.DirEntry[str]]:
    """All files of a folder and of those in it; one that vanishes meanwhile is passed over."""
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    yield from files_below(Path(entry.path))
                else:
                    yield entry
    except OSError:
        # A folder that vanished or may not be read holds nothing that could be found again.
        return


def amount(size: int) -> str:
    """A size for a person, such as ``1.5 GB``."""
    return f"{size / 1e9:.1f} GB" if size >= 10**8 else f"{size / 1e6:.1f} MB"
