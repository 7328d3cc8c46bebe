"""Which copies of the cache are in use: a shared ``flock`` on the file itself says so.

The kernel ends a lock with its process, and another process or container on the same disk sees it.
"""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from pathlib import Path
from threading import Lock

from clipping.file_lock import is_still, open_lock, share, take_if_alone

PART = ".part"
INCOMING = ".incoming-"

_Held = dict[Path, int]
"""Open descriptors of copies in use, each with a shared lock."""

_until_the_end: _Held = {}
_scope: ContextVar[_Held | None] = ContextVar("held", default=None)
_scope_lock = Lock()


@contextmanager
def held() -> Iterator[None]:
    """Copies that this thread asks for inside may be removed again when the block ends."""
    mine: _Held = {}
    outer = _scope.set(mine)
    try:
        yield
    finally:
        _scope.reset(outer)
        for descriptor in mine.values():
            os.close(descriptor)


def use(path: Path, size: int) -> bool:
    """Take a copy into use; False when there is none, or one that lost its end, which goes."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        return False
    with ExitStack() as stack:
        stack.callback(os.close, descriptor)
        share(descriptor)
        found = os.fstat(descriptor)
        if not is_still(path, descriptor):
            return False
        if found.st_size != size:
            path.unlink(missing_ok=True)
            return False
        # The time of writing stays: whoever reads the file would think it changed under him.
        os.utime(descriptor, ns=(time.time_ns(), found.st_mtime_ns))
        stack.pop_all()
    hold(path, descriptor)
    return True


def hold(path: Path, descriptor: int) -> None:
    """Keep a locked descriptor until the block of ``held`` ends, or the process."""
    scope = _scope.get()
    holding = _until_the_end if scope is None else scope
    with _scope_lock:
        before = holding.get(path)
        holding[path] = descriptor
    if before is not None:
        os.close(before)


def new_part(folder: Path) -> tuple[Path, int]:
    """A new file, and its descriptor with a shared lock."""
    while True:
        part = folder / f"{INCOMING}{uuid.uuid4().hex}{PART}"
        descriptor = open_lock(part)
        share(descriptor)
        # Before it was locked, somebody who makes room may have taken it for a dead run's.
        if is_still(part, descriptor):
            return part, descriptor
        os.close(descriptor)


def remove_unused(path: Path) -> bool:
    """Remove a file unless somebody has it in use; whether it is gone."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        if not (take_if_alone(descriptor) and is_still(path, descriptor)):
            return False
        path.unlink()
        return True
    except OSError:
        return False
    finally:
        os.close(descriptor)
