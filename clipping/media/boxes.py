"""The top-level boxes of MP4 and QuickTime files, read without reading what is in them.

Source: ISO/IEC 14496-12 section 4.2 (box header) and 4.3 (``ftyp``); Apple, QuickTime File
Format, for files from before ``ftyp``.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO

_FILLER = {b"wide", b"free", b"skip", b"pnot"}
_MOST_BOXES = 200_000
"""Ten hours in fragments of a third of a second; a bound against files made to be slow."""


@dataclass(frozen=True)
class Box:
    """A box: ``kind`` is its four bytes, ``end`` may lie behind the end of the file."""

    kind: bytes
    start: int
    end: int


@dataclass(frozen=True)
class Boxes:
    """The top level of a file of ``size_bytes``."""

    boxes: tuple[Box, ...]
    size_bytes: int

    @property
    def index(self) -> Box | None:
        """The ``moov`` box, when it is whole."""
        whole = (box for box in self.boxes if box.kind == b"moov" and box.end <= self.size_bytes)
        return next(whole, None)

    @property
    def fragments(self) -> tuple[Box, ...]:
        """The ``moof`` boxes that are whole; empty unless the file is fragmented."""
        return tuple(
            box for box in self.boxes if box.kind == b"moof" and box.end <= self.size_bytes
        )


def top_level(path: Path) -> Boxes:
    """The boxes of the file's top level, in order, up to the first thing that is none."""
    with path.open("rb") as file:
        return Boxes(tuple(islice(_walk(file), _MOST_BOXES)), os.fstat(file.fileno()).st_size)


def brand(path: Path) -> str | None:
    """``mov`` for QuickTime, ``mp4`` for its ISO descendants, None when the file is neither."""
    with path.open("rb") as file:
        for box in islice(_walk(file), 8):
            if box.kind in (b"styp", b"moof"):
                return "mp4"
            if box.kind == b"ftyp":
                file.seek(box.start + 8)
                return "mov" if file.read(4) == b"qt  " else "mp4"
            if box.kind in (b"moov", b"mdat"):
                return "mov"
            if box.kind not in _FILLER:
                return None
    return None


def _walk(file: BinaryIO) -> Iterator[Box]:
    size = os.fstat(file.fileno()).st_size
    offset = 0
    while offset + 8 <= size:
        file.seek(offset)
        box = _box(file.read(16), offset, size)
        if box is None:
            return
        yield box
        offset = box.end


def _box(header: bytes, offset: int, file_size: int) -> Box | None:
    size, kind = struct.unpack(">I4s", header[:8])
    if not all(0x20 <= byte < 0x7F or byte == 0xA9 for byte in kind):
        return None
    if size == 1:
        if len(header) < 16:
            return None
        size = struct.unpack(">Q", header[8:16])[0]
        return Box(kind, offset, offset + size) if size >= 16 else None
    if size == 0:
        return Box(kind, offset, max(file_size, offset + 8))
    return Box(kind, offset, offset + size) if size >= 8 else None
