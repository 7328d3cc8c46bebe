"""How full a disk may become. Pure."""

from __future__ import annotations

from clipping.models.base import Value
from clipping.storage.folder import amount


class Disk(Value):
    """A disk that files of ours lie on."""

    name: str
    """What lies there, for messages: ``media store``."""
    folder: str
    free_bytes: int
    total_bytes: int


class Marks(Value):
    """Free bytes below which somebody is told, and below which nothing is taken in."""

    warn_bytes: int
    stop_bytes: int


def too_full(disk: Disk, marks: Marks, size: int = 0) -> str:
    """Why nothing of this size is taken in, one sentence; empty when it may be."""
    if disk.free_bytes - size >= marks.stop_bytes:
        return ""
    needed = f" {amount(size)} are to come, and" if size else ""
    return (
        f"The disk of the {disk.name} ({disk.folder}) has {amount(disk.free_bytes)} free;{needed} "
        f"{amount(marks.stop_bytes)} stay free (CLIPPER_DISK_STOP_BYTES): nothing is taken in "
        "until there is room, see `clipper sweep`."
    )


def filling(disk: Disk, marks: Marks) -> str:
    """What a person has to know of a disk, one sentence; empty when there is room enough."""
    if disk.free_bytes >= max(marks.warn_bytes, marks.stop_bytes):
        return ""
    return too_full(disk, marks) or (
        f"The disk of the {disk.name} ({disk.folder}) has {amount(disk.free_bytes)} free; below "
        f"{amount(marks.stop_bytes)} nothing more is taken in."
    )
