"""Where a file really ends, against where its header says it does.

An interrupted download or copy keeps the header of the whole file, so the declared duration
proves nothing. Nothing here reads more than the head and the last few megabytes.
"""

from __future__ import annotations

import io
from fractions import Fraction
from pathlib import Path

import av
from av.container import InputContainer
from av.stream import Stream

from clipping.errors import UnreadableMedia
from clipping.media import boxes, matroska
from clipping.media.container import ISO_CONTAINERS, display_name, reading
from clipping.timing import timecode

_TOLERANCE_S = 2.0
_TOLERANCE_SHARE = 0.01
_LAST_PACKET_S = 0.1
"""Matroska gives no length for a last packet; up to this much the header knows better."""
_LARGEST_TAIL_BYTES = 64 * 1024**2
_TAIL_FRAGMENTS = 3


def check_index(path: Path, container: str) -> None:
    """Refuse an MP4 or QuickTime file without a whole index; nothing can open it.

    :raises UnreadableMedia: The ``moov`` box is missing or cut.
    """
    if container not in ISO_CONTAINERS:
        return
    with reading(path):
        index = boxes.top_level(path).index
    if index is None:
        raise UnreadableMedia(
            f"{display_name(path)} is cut short or was never finished: its index is missing; "
            "copy, download or export it again."
        )


def end_s(path: Path, container: str, opened: InputContainer, streams: list[Stream]) -> float:
    """Time of the last picture's or sound's end, in seconds on the container's own clock.

    :param streams: The streams that count.
    :raises UnreadableMedia: The file ends before what its header declares.
    """
    if container not in ISO_CONTAINERS:
        return _matroska_end_s(path)
    fragments = boxes.top_level(path)
    if fragments.fragments:
        return _fragmented_end_s(path, fragments, opened)
    end = max(_indexed_end_s(path, stream) for stream in streams)
    begin = (opened.start_time or 0) / av.time_base
    # Some old cameras leave the length of the tracks out and give only the whole one.
    return end if end > begin else begin + (opened.duration or 0) / av.time_base


def _matroska_end_s(path: Path) -> float:
    outline = matroska.outline(path)
    declared = outline.declared_end_s
    last = _last_timestamp_s(outline.head, matroska.tail(path), "matroska")
    size = path.stat().st_size
    if outline.segment_end is not None and outline.segment_end > size:
        raise _cut_short(path, declared, last)
    if declared is not None and last is not None and _much_less(last, declared):
        raise _cut_short(path, declared, last)
    if last is None and declared is None:
        raise _cut_short(path, declared, last)
    if last is None or (declared is not None and 0 <= declared - last < _LAST_PACKET_S):
        return declared or 0.0
    return last


def _fragmented_end_s(path: Path, found: boxes.Boxes, opened: InputContainer) -> float:
    """A recording that stopped within its last fragment is whole up to there, and accepted."""
    first = found.fragments[0].start
    start = found.fragments[-_TAIL_FRAGMENTS:][0].start
    with path.open("rb") as file:
        head = file.read(min(first, _LARGEST_TAIL_BYTES))
        file.seek(start)
        last = _last_timestamp_s(head, file.read(_LARGEST_TAIL_BYTES), "mov")
    begin = (opened.start_time or 0) / av.time_base
    declared = begin + opened.duration / av.time_base if opened.duration else None
    if last is None:
        if declared is None:
            raise _cut_short(path, None, None)
        return declared
    # Without an index of all fragments the duration is a guess from the bit rate, often too
    # short and never to be believed; with one (sidx, mehd) it is exact.
    if declared is not None and _has_fragment_index(found) and _much_less(last, declared):
        raise _cut_short(path, declared, last)
    return last


def _has_fragment_index(found: boxes.Boxes) -> bool:
    return any(box.kind == b"sidx" for box in found.boxes)


def _indexed_end_s(path: Path, stream: Stream) -> float:
    """By the stream's own header, when the bytes of its last sample are really there."""
    base = stream.time_base or Fraction(1, 1000)
    start = (stream.start_time or 0) * base
    end = start + (stream.duration or 0) * base
    entries = stream.index_entries
    if len(entries) == 0:
        return float(end)
    size = path.stat().st_size
    last = entries[-1]
    if last.pos + last.size > size:
        present = (entry for entry in reversed(list(entries)) if entry.pos + entry.size <= size)
        reached = next((entry.timestamp for entry in present), 0)
        raise _cut_short(path, float(end), float(max(start, reached * base)))
    if stream.type == "video" and _is_blank(path, last.pos, last.size):
        raise UnreadableMedia(
            f"{display_name(path)} is incomplete: its end holds no data; copy or download it again."
        )
    return float(end)


def _is_blank(path: Path, start: int, size: int) -> bool:
    """Whether the bytes are all zero, as in a file that a download tool has only reserved."""
    with path.open("rb") as file:
        file.seek(start)
        data = file.read(size)
    return size >= 16 and not any(data)


def _last_timestamp_s(head: bytes, tail: bytes, demuxer: str) -> float | None:
    """End of the last packet when the tail is read as if it followed the head directly."""
    if not head or not tail:
        return None
    last: float | None = None
    try:
        source = _Unseekable(head + tail)
        with av.open(source, "r", format=demuxer, metadata_errors="replace") as opened:
            for packet in opened.demux():
                if packet.pts is not None:
                    end = float((packet.pts + (packet.duration or 0)) * packet.time_base)
                    last = end if last is None else max(last, end)
    except (av.FFmpegError, OSError):
        # A cut within the last packets; those before it are what counts.
        return last
    return last


class _Unseekable:
    """Bytes that can only be read forwards, so that no index in the head is followed."""

    def __init__(self, data: bytes) -> None:
        self._stream = io.BytesIO(data)

    def read(self, count: int) -> bytes:
        return self._stream.read(count)


def _much_less(last: float, declared: float) -> bool:
    return last < declared - max(_TOLERANCE_S, _TOLERANCE_SHARE * declared)


def _cut_short(path: Path, declared: float | None, last: float | None) -> UnreadableMedia:
    name = display_name(path)
    if declared is None or last is None:
        return UnreadableMedia(f"{name} is cut short; copy or download it again.")
    return UnreadableMedia(
        f"{name} is cut short: it ends at {timecode(max(0, round(last * 1000)))} of "
        f"{timecode(round(declared * 1000))}; copy or download it again."
    )
