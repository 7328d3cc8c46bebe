"""Locks between the processes of one machine: ``flock``, which the kernel ends with its holder."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from clipping.errors import ServiceUnavailable

_POLL_S = 0.01


def open_lock(path: Path) -> int:
    """A descriptor to lock, which child programs do not inherit; the file is made if need be.

    A file that root makes in somebody's folder becomes that somebody's, who must open it too.
    """
    while True:
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            break
        except FileExistsError:
            # Whoever had it may just have taken it away with the folder it was for.
            with suppress(FileNotFoundError):
                return os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    if os.geteuid() == 0:
        owner = path.parent.stat()
        os.fchown(descriptor, owner.st_uid, owner.st_gid)
    return descriptor


def open_folder(path: Path) -> int:
    """A descriptor to lock of an existing folder, where no lock file may lie."""
    return os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)


def is_still(path: Path, descriptor: int) -> bool:
    """Whether ``path`` is the very file that is open; not after it was deleted or replaced."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return False
    return os.path.samestat(found, os.fstat(descriptor))


def take_if_alone(descriptor: int) -> bool:
    """Turn a shared lock into an exclusive one; when others share it, False, and ours is gone."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def share(descriptor: int) -> None:
    """Take a shared lock, waiting while somebody has it alone."""
    fcntl.flock(descriptor, fcntl.LOCK_SH)


@contextmanager
def exclusive(
    path: Path, *, timeout_s: float, busy: str, opened: Callable[[Path], int] = open_lock
) -> Iterator[None]:
    """Hold the lock of ``path`` alone; ServiceUnavailable with ``busy`` after ``timeout_s``.

    ``path`` is a lock file, or with ``opened=open_folder`` a folder.
    """
    deadline = time.monotonic() + timeout_s
    descriptor = opened(path)
    try:
        while not (take_if_alone(descriptor) and is_still(path, descriptor)):
            if time.monotonic() > deadline:
                raise ServiceUnavailable(busy)
            time.sleep(_POLL_S)
            if not is_still(path, descriptor):
                os.close(descriptor)
                descriptor = -1
                descriptor = opened(path)
        yield
    finally:
        if descriptor >= 0:
            os.close(descriptor)
