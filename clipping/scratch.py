"""Folders for files of a run in progress, which outlive neither their block nor, for long, a kill.

Each folder holds a file that its process keeps locked. The kernel frees the lock of a process that
is gone, in this container or another one on the same volume, and then the next caller removes what
was left. The number of a process would say less: containers count for themselves, and numbers are
used again. Folders are made and swept under a lock on the root, so none is swept before its lock.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import mkdtemp

from clipping.errors import DiskFull, NeedsPerson
from clipping.file_lock import exclusive, open_folder, open_lock, share, take_if_alone
from clipping.settings import settings

_SUFFIX = ".scratch"
"""Nothing else is swept: an operator may name a folder that holds other things too."""

_LOCK = "in-use.lock"
_TURN_S = 60


@contextmanager
def scratch_folder(purpose: str) -> Iterator[Path]:
    """A new folder below ``settings().scratch_dir``, gone with what is in it when the block ends.

    It holds a lock file already; ``purpose`` is the beginning of its name, for whoever looks.

    :raises DiskFull: There is no space for it.
    :raises NeedsPerson: The scratch folder cannot be written to.
    :raises ServiceUnavailable: Another process has been making a folder for a minute.
    """
    root = settings().scratch_dir
    with ExitStack() as held:
        try:
            folder = _make(root, purpose, held)
        except OSError as error:
            raise _cannot_write(root, error) from error
        yield folder


def _make(root: Path, purpose: str, held: ExitStack) -> Path:
    """A new folder, locked; ``held`` removes it, and then frees its lock."""
    root.mkdir(parents=True, exist_ok=True)
    busy = f"Another run has been making a folder in {root} for a minute; end it and try again."
    with exclusive(root, timeout_s=_TURN_S, busy=busy, opened=open_folder):
        _sweep(root)
        folder = Path(mkdtemp(prefix=f"{purpose}-", suffix=_SUFFIX, dir=root))
        try:
            lock = open_lock(folder / _LOCK)
        except OSError:
            folder.rmdir()
            raise
        held.callback(os.close, lock)
        held.callback(shutil.rmtree, folder, ignore_errors=True)
        share(lock)
    return folder


def _sweep(root: Path) -> None:
    """Remove the folders that nobody uses; the caller holds the lock of ``root``."""
    for folder in root.glob(f"*{_SUFFIX}"):
        with ExitStack() as stack:
            try:
                lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
                stack.callback(os.close, lock)
                abandoned = take_if_alone(lock)
            except FileNotFoundError:
                # Its process was killed before the lock was there, or is removing the folder.
                abandoned = True
            except OSError:
                # Somebody else's; or too many files are open, and the next call has its turn.
                abandoned = False
            if abandoned:
                shutil.rmtree(folder, ignore_errors=True)


def _cannot_write(root: Path, error: OSError) -> NeedsPerson:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return DiskFull(f"No space left in the scratch folder {root}; free some and run again.")
    return NeedsPerson(f"Cannot write to the scratch folder {root}: {error.strerror}.")
