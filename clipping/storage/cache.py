"""Copies of an object store's files on this machine, within a bound.

A copy is called by its key and the version of its content, so one that is out of date is never
taken for the file. To make room nothing in use (``in_use.py``) is removed, even if the cache is
then larger than its bound.
"""

from __future__ import annotations

import hashlib
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from clipping.errors import ServiceUnavailable
from clipping.file_lock import exclusive
from clipping.storage.base import OnProgress, hash_file, read_chunks
from clipping.storage.folder import check_room, disk_errors, files_below, free_bytes, size_of
from clipping.storage.in_use import INCOMING, PART, held, hold, new_part, remove_unused, use
from clipping.storage.keys import key_parts

_VERSION_DIGITS = 16
_RESUMED_WITHIN_S = 24 * 3600
"""A download that broke off is taken up again within a day, then it makes way."""

_TURN_S = 6 * 3600
_LOST_RACES = 20


@dataclass(frozen=True)
class Taken:
    """A file of the caller, hashed, and the copy of it that the cache made meanwhile."""

    key: str
    sha256: str
    size_bytes: int
    path: Path
    fresh: bool = field(default=True, compare=False)
    """Whether the copy was made just now, of these bytes; an earlier one may be damaged by now."""


@dataclass(frozen=True)
class _Copy:
    path: Path
    size_bytes: int
    used_s: float
    """When it was written or last asked for."""

    @property
    def is_part(self) -> bool:
        return self.path.name.endswith(PART)

    @property
    def is_abandoned(self) -> bool:
        """Whether nobody will go on with it, unless it is locked."""
        stale = time.time() - self.used_s > _RESUMED_WITHIN_S
        return self.is_part and (stale or self.path.name.startswith(INCOMING))


class FileCache:
    """At most ``max_bytes`` of copies below ``folder``; the longest unused make way for new ones.

    Several processes may share the folder.
    """

    def __init__(self, folder: Path, max_bytes: int) -> None:
        self.folder = folder.absolute()
        self.max_bytes = max_bytes
        self._place = f"media cache {self.folder}"

    def fetch(self, key: str, version: str, size: int, download: Callable[[Path], None]) -> Path:
        """The copy of that version, in use from now on; if need be one process downloads it.

        :param version: Hex digits that other content under the same key does not have.
        :param download: Writes the whole file to the path it is given, where an earlier try may
            have left the first part of it.
        :raises DiskFull: There is no room for it.
        """
        target = self._path(key, version)
        part = target.with_name(f".{target.name}{PART}")
        busy = f"Another run has been fetching {key} for hours; end it and try again."
        downloaded = False
        for _ in range(_LOST_RACES):
            with disk_errors(self._place):
                if use(target, size):
                    if downloaded:
                        self._make_room(0)
                    return target
                target.parent.mkdir(parents=True, exist_ok=True)
                # What we wait for has its final name when the other process is done with it.
                with suppress(FileNotFoundError), exclusive(part, timeout_s=_TURN_S, busy=busy):
                    if target.exists():
                        part.unlink()
                        continue
                    self._make_room(size - part.stat().st_size)
                    download(part)
                    part.replace(target)
                    downloaded = True
        raise ServiceUnavailable(f"The {self._place} loses {key} again and again; run again.")

    @contextmanager
    def take_in(
        self, path: Path, key_for: Callable[[str], str], on_progress: OnProgress | None = None
    ) -> Iterator[Taken]:
        """A copy of a file that is about to be stored, hashed on the way; in use in the block.

        The store is sent the copy: nobody else writes to it, and a stage that needs the file next
        need not fetch it. It is no hard link, since the caller may go on writing to its own file.

        :raises UnreadableMedia: The file cannot be read, or changed while it was read.
        :raises DiskFull: There is no room for it.
        """
        size = size_of(path)
        with held():
            with disk_errors(self._place):
                taken = self._known(path, size, key_for, on_progress)
                if taken is None:
                    taken = self._copied(path, size, key_for, on_progress)
            yield taken

    def forget(self, key: str) -> None:
        """Remove every copy of a key, in use or not."""
        bare = self._path(key, "")
        version = f"[0-9a-f]{{{_VERSION_DIGITS}}}"
        name = f"{re.escape(bare.stem)}{version}{re.escape(bare.suffix)}"
        copy = re.compile(rf"{name}|\.{name}{re.escape(PART)}")
        with (
            disk_errors(self._place),
            suppress(FileNotFoundError),
            os.scandir(bare.parent) as found,
        ):
            for entry in found:
                if copy.fullmatch(entry.name):
                    Path(entry.path).unlink(missing_ok=True)

    def _path(self, key: str, version: str) -> Path:
        *folders, name = key_parts(key)
        stem, suffix = Path(name).stem, Path(name).suffix
        return self.folder.joinpath(*folders, f"{stem}~{version[:_VERSION_DIGITS]}{suffix}")

    def _known(
        self,
        path: Path,
        size: int,
        key_for: Callable[[str], str],
        on_progress: OnProgress | None,
    ) -> Taken | None:
        """The copy that an earlier run made of the file; the same size is a hint to look for it."""
        if all(copy.size_bytes != size or copy.is_part for copy in self._copies()):
            return None
        digest = hash_file(path, on_progress)
        target = self._path(key_for(digest), digest)
        if not use(target, size):
            return None
        return Taken(key_for(digest), digest, size, target, fresh=False)

    def _copied(
        self,
        path: Path,
        size: int,
        key_for: Callable[[str], str],
        on_progress: OnProgress | None,
    ) -> Taken:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._make_room(size)
        with ExitStack() as stack:
            part, descriptor = new_part(self.folder)
            stack.callback(os.close, descriptor)
            stack.callback(part.unlink, missing_ok=True)
            hasher, written = hashlib.sha256(), 0
            with open(descriptor, "wb", closefd=False) as file:
                for chunk in read_chunks(path, on_progress):
                    hasher.update(chunk)
                    written += file.write(chunk)
                file.flush()
                os.fsync(descriptor)
            digest = hasher.hexdigest()
            key = key_for(digest)
            target = self._path(key, digest)
            target.parent.mkdir(parents=True, exist_ok=True)
            if not use(target, written):
                part.replace(target)
                stack.pop_all()
                hold(target, descriptor)
        self._make_room(0)
        return Taken(key, digest, written, target)

    def _copies(self) -> list[_Copy]:
        """Whole files and parts, the longest unused first."""
        copies = []
        for entry in files_below(self.folder):
            with suppress(FileNotFoundError):
                found = entry.stat(follow_symlinks=False)
                # Reading may set it too, which is no less a use.
                used_s = max(found.st_atime, found.st_mtime)
                copies.append(_Copy(Path(entry.path), found.st_size, used_s))
        return sorted(copies, key=lambda copy: copy.used_s)

    def _make_room(self, size: int) -> None:
        """Remove what nobody uses until ``size`` bytes more fit the bound and the disk."""
        copies = self._copies()
        total = sum(copy.size_bytes for copy in copies)
        for copy in copies:
            fits = total + size <= self.max_bytes and size <= free_bytes(self.folder)
            if (copy.is_abandoned or not fits) and remove_unused(copy.path):
                total -= copy.size_bytes
        check_room(self._place, self.folder, size)
