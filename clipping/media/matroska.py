"""The outer elements of Matroska and WebM files, read without reading the media in them.

Sources: RFC 8794 (EBML: ids and sizes) and RFC 9559 (Matroska: the elements named below).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_EBML = 0x1A45DFA3
_DOC_TYPE = 0x4282
_SEGMENT = 0x18538067
_CLUSTER = 0x1F43B675
_INFO = 0x1549A966
_DURATION = 0x4489
_TIMESTAMP_SCALE = 0x2AD7B1
_CUES_ID = b"\x1c\x53\xbb\x6b"
_CLUSTER_ID = b"\x1f\x43\xb6\x75"
# What a cluster may begin with: Timestamp, Void, CRC-32, Position, PrevSize.
_CLUSTER_STARTS = {0xE7, 0xEC, 0xBF, 0xA7, 0xAB}

_LARGEST_HEAD_BYTES = 64 * 1024**2
_LARGEST_TAIL_BYTES = 64 * 1024**2
_TAIL_STEP_BYTES = 1024**2
_TAIL_CLUSTERS = 3


@dataclass(frozen=True)
class Element:
    """An element: its data is ``start..end``; ``end`` is None when its size is unknown."""

    ident: int
    start: int
    end: int | None


@dataclass(frozen=True)
class Outline:
    """What the head of a file says about the whole."""

    segment_end: int | None
    """Where the segment ends by its own size; None for live recordings, which do not know."""
    declared_end_s: float | None
    """The Duration element: the last timestamp, counted from timestamp 0."""
    has_cues: bool
    """Whether an index is announced, without which seeking reads everything before."""
    head: bytes
    """All bytes before the first cluster; empty when there is none within reach."""


def doc_type(head: bytes) -> str | None:
    """``webm`` or ``mkv`` from the first bytes of a file, None when it is neither."""
    for element in _elements(head, 0, len(head)):
        if element.ident != _EBML:
            return None
        for child in _elements(head, element.start, element.end or len(head)):
            if child.ident == _DOC_TYPE:
                name = head[child.start : child.end].rstrip(b"\0")
                return {b"webm": "webm", b"matroska": "mkv"}.get(name)
        return None
    return None


def outline(path: Path) -> Outline:
    """Read the elements before the first cluster."""
    with path.open("rb") as file:
        head = file.read(_TAIL_STEP_BYTES)
        first = _first_cluster(head)
        if first is None:
            head += file.read(_LARGEST_HEAD_BYTES - len(head))
            first = _first_cluster(head)
    segment = next((item for item in _elements(head, 0, len(head)) if item.ident == _SEGMENT), None)
    head = head[: first or 0]
    return Outline(
        segment_end=segment.end if segment else None,
        declared_end_s=_declared_end_s(head, segment.start) if segment else None,
        has_cues=_CUES_ID in head,
        head=head,
    )


def tail(path: Path) -> bytes:
    """The last few clusters up to the end of the file; empty when none is within reach."""
    size = path.stat().st_size
    window = b""
    with path.open("rb") as file:
        while len(window) < min(size, _LARGEST_TAIL_BYTES):
            start = max(0, size - len(window) - max(len(window), _TAIL_STEP_BYTES))
            file.seek(start)
            window = file.read(size - len(window) - start) + window
            found = [at for at in _occurrences(window) if _begins_cluster(window, at)]
            if len(found) >= _TAIL_CLUSTERS or (found and start == 0):
                return window[found[-_TAIL_CLUSTERS:][0] :]
    return window[found[0] :] if found else b""


def _first_cluster(head: bytes) -> int | None:
    """Offset of the first cluster's own header."""
    for element in _elements(head, 0, len(head)):
        if element.ident != _SEGMENT:
            continue
        for child in _elements(head, element.start, len(head)):
            if child.ident == _CLUSTER:
                return head.rindex(_CLUSTER_ID, 0, child.start)
    return None


def _declared_end_s(head: bytes, segment_start: int) -> float | None:
    scale, duration = 1_000_000, None
    for info in _elements(head, segment_start, len(head)):
        if info.ident != _INFO:
            continue
        for child in _elements(head, info.start, info.end or len(head)):
            data = head[child.start : child.end]
            if child.ident == _TIMESTAMP_SCALE:
                scale = int.from_bytes(data, "big")
            elif child.ident == _DURATION and len(data) in (4, 8):
                duration = struct.unpack(">f" if len(data) == 4 else ">d", data)[0]
    return duration * scale / 1e9 if duration else None


def _occurrences(window: bytes) -> Iterator[int]:
    at = window.find(_CLUSTER_ID)
    while at >= 0:
        yield at
        at = window.find(_CLUSTER_ID, at + 1)


def _begins_cluster(window: bytes, at: int) -> bool:
    """Whether the four bytes are a cluster's id and not a chance within compressed data."""
    size = _number(window, at + len(_CLUSTER_ID), keep_marker=False)
    return size is not None and size[1] < len(window) and window[size[1]] in _CLUSTER_STARTS


def _elements(data: bytes, start: int, end: int) -> Iterator[Element]:
    """The elements of ``data[start:end]``; one of unknown size is the last of them."""
    end = min(end, len(data))
    while start < end:
        ident = _number(data, start, keep_marker=True)
        size = _number(data, ident[1], keep_marker=False) if ident else None
        if ident is None or size is None:
            return
        unknown = size[0] == (1 << 7 * (size[1] - ident[1])) - 1
        element_end = None if unknown else size[1] + size[0]
        yield Element(ident[0], size[1], element_end)
        if element_end is None:
            return
        start = element_end


def _number(data: bytes, at: int, *, keep_marker: bool) -> tuple[int, int] | None:
    """A variable-length number and the offset behind it; None when it is cut or malformed."""
    if at >= len(data) or data[at] == 0:
        return None
    length = 9 - data[at].bit_length()
    if at + length > len(data) or (keep_marker and length > 4):
        return None
    value = int.from_bytes(data[at : at + length], "big")
    return (value if keep_marker else value & ((1 << 7 * length) - 1)), at + length
