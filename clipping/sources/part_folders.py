"""Folders of downloads in progress, which outlive a kill, so that the next run goes on from there.

Each link of a client has one, below ``<scratch>/links``, with a lock file beside it that its user
holds. A folder goes when its download was used, when its link turned out to be refused, or when
nobody came back to it for some days.
"""

from __future__ import annotations

import errno
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from clipping import progress
from clipping.errors import DiskFull, NeedsPerson, Rejected, ServiceUnavailable
from clipping.file_lock import exclusive, open_lock, take_if_alone
from clipping.settings import settings

STALE_AFTER_S = 3 * 24 * 3600

_LOCK = ".lock"
_TURN_S = 3600
_LOOK_S = 0.5
_OWN_PREFIX = "link_"


def links_root() -> Path:
    """Where the folders lie; nothing else is kept there."""
    return settings().scratch_dir.absolute() / "links"


@contextmanager
def part_folder(key: str) -> Iterator[Path]:
    """The folder of a link, for this process alone; made when there is none.

    Another run of the same link is waited for. The folder is gone when the block ends, unless it
    ends by an error after which another try can use what is there.

    :param key: Begins with ``link_`` and is fit to be a file's name.
    :raises ServiceUnavailable: Another run has had the link for an hour.
    :raises DiskFull: There is no space for a folder.
    :raises NeedsPerson: The scratch folder cannot be written to.
    """
    root = links_root()
    folder = root / key
    with ExitStack() as held:
        with writing(root):
            root.mkdir(parents=True, exist_ok=True)
            sweep(root)
            _take_turn(held, root / f"{key}{_LOCK}")
            folder.mkdir(exist_ok=True)
            os.utime(folder)
        try:
            yield folder
        except Rejected:
            _remove(folder)
            raise
        except BaseException:
            if not any(folder.iterdir()):
                _remove(folder)
            raise
        _remove(folder)


def sweep(root: Path) -> None:
    """Remove what nobody came back to for :data:`STALE_AFTER_S`."""
    found = root.glob(f"{_OWN_PREFIX}*")
    for folder in {path.with_name(path.name.removesuffix(_LOCK)) for path in found}:
        if folder.is_symlink() or not _is_stale(folder):
            continue
        with ExitStack() as held:
            try:
                lock = open_lock(folder.with_name(f"{folder.name}{_LOCK}"))
                held.callback(os.close, lock)
                if take_if_alone(lock) and _is_stale(folder):
                    _remove(folder)
            except OSError:
                continue  # somebody else's


def _take_turn(held: ExitStack, lock: Path) -> None:
    deadline = time.monotonic() + _TURN_S
    busy = "Another run has been fetching the same link for an hour; try again when it is done."
    while True:
        try:
            held.enter_context(exclusive(lock, timeout_s=_LOOK_S, busy=busy))
        except ServiceUnavailable:
            if time.monotonic() > deadline:
                raise
            progress.report("ingest", 0.0, "another run is fetching this link")
        else:
            return


def _is_stale(folder: Path) -> bool:
    newest = 0.0
    lock = folder.with_name(f"{folder.name}{_LOCK}")
    for path in (lock, folder, *folder.rglob("*")):
        try:
            newest = max(newest, path.lstat().st_mtime)
        except FileNotFoundError:
            continue
    return time.time() - newest > STALE_AFTER_S


def _remove(folder: Path) -> None:
    """The folder and then its lock file; the caller holds the lock."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.with_name(f"{folder.name}{_LOCK}").unlink(missing_ok=True)


@contextmanager
def writing(place: Path) -> Iterator[None]:
    """Turn what the system says about writing to a folder into one sentence.

    :raises DiskFull: There is no space left.
    :raises NeedsPerson: It cannot be written to for another reason.
    """
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise DiskFull(f"No space left in the scratch folder {place}; free some.") from error
        raise NeedsPerson(
            f"Cannot write to the scratch folder {place}: {error.strerror or error}."
        ) from error
