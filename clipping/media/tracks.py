"""Tracks that were fetched apart become one file, copied and not encoded again.

What was fetched is whatever a stranger's machine sent. ffmpeg would take a text for a playlist and
open what it names, inside the network or on this disk, so the kind of each file is told by its own
bytes first, only that reader is used, and nothing but files may be opened.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from av.error import FFmpegError

from clipping.errors import RenderFailed, UnreadableMedia
from clipping.media.container import demuxer_of, display_name, reading
from clipping.media.ffmpeg import run_ffmpeg

_MP4_PICTURES = {"h264", "hevc"}
_MP4_SOUNDS = {"aac", "mp3"}

_PACKET_BYTES = 188
"""Of an MPEG transport stream, each of which begins with 0x47 (ISO/IEC 13818-1)."""

_SLOWEST_BYTES_PER_S = 4 * 1024**2


@dataclass(frozen=True)
class _Input:
    path: Path
    reader: str
    start_s: Fraction
    picture: str | None
    sound: str | None


def joined_suffix(paths: Sequence[Path]) -> str:
    """``.mp4`` where players expect the tracks in one, else ``.mkv``.

    :raises UnreadableMedia: A file is no video or sound that can be read.
    """
    return _suffix([_looked_at(path) for path in paths])


def join_tracks(paths: Sequence[Path], out_path: Path) -> None:
    """One MP4 or Matroska file of the picture of the first file and the sound of the last.

    One file that holds both is put into a new container. Pictures and sound keep the distance they
    have on their common clock, whatever time each file begins at.

    :param out_path: With the suffix that :func:`joined_suffix` gives.
    :raises UnreadableMedia: A file is no video or sound that can be read, or is damaged.
    :raises DiskFull: There is no space for the new file.
    :raises Interrupted: ffmpeg was killed from outside.
    :raises NotInstalled: There is no ffmpeg.
    """
    inputs = [_looked_at(path) for path in paths]
    begin_s = min(found.start_s for found in inputs)
    args: list[str] = []
    for found in inputs:
        # ffmpeg moves each input to zero by itself; what they were apart is put back.
        offset_s = f"{float(found.start_s - begin_s):.6f}"
        args += ["-protocol_whitelist", "file", "-f", found.reader, "-itsoffset", offset_s]
        args += ["-i", f"file:{found.path.absolute()}"]
    sound = len(inputs) - 1
    args += ["-map", "0:V:0", "-map", f"{sound}:a:0", "-c", "copy"]
    args += ["-map_metadata", "-1", "-map_chapters", "-1"]
    args += ["-f", "mp4" if _suffix(inputs) == ".mp4" else "matroska"]
    size_bytes = sum(path.stat().st_size for path in paths)
    try:
        run_ffmpeg(
            [*args, f"file:{out_path.absolute()}"],
            timeout_s=60 + size_bytes / _SLOWEST_BYTES_PER_S,
        )
    except RenderFailed as error:
        raise UnreadableMedia(
            "What the site sent is damaged: picture and sound could not be joined."
        ) from error


def _suffix(inputs: Sequence[_Input]) -> str:
    plain = inputs[0].picture in _MP4_PICTURES and inputs[-1].sound in _MP4_SOUNDS
    return ".mp4" if plain else ".mkv"


def _looked_at(path: Path) -> _Input:
    reader = _reader(path)
    try:
        with av.open(str(path.absolute()), "r", format=reader, metadata_errors="replace") as source:
            pictures = [s.codec_context.name for s in source.streams.video if s.codec_context]
            sounds = [s.codec_context.name for s in source.streams.audio if s.codec_context]
            start_s = Fraction(source.start_time or 0, av.time_base)
    except FFmpegError as error:
        raise UnreadableMedia(f"{display_name(path)} is damaged and cannot be read.") from error
    return _Input(
        path, reader, start_s, pictures[0] if pictures else None, sounds[0] if sounds else None
    )


def _reader(path: Path) -> str:
    """Name of the one ffmpeg demuxer that may read the file, by its bytes.

    :raises UnreadableMedia: It is of no kind that sites send pictures or sound in.
    """
    with reading(path), path.open("rb") as file:
        head = file.read(3 * _PACKET_BYTES)
    if len(head) > 2 * _PACKET_BYTES and head[0] == head[_PACKET_BYTES] == head[376] == 0x47:
        return "mpegts"
    if head[:2] in (b"\xff\xf1", b"\xff\xf9") or head[:3] == b"ID3":
        return "aac"
    with suppress(UnreadableMedia):
        return demuxer_of(path)
    raise UnreadableMedia("What the site sent is neither video nor sound of a kind that is read.")
