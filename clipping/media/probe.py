"""What a video file holds, found without decoding or reading more than a little of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any

import av
from av.audio.stream import AudioStream as AvAudioStream
from av.container import InputContainer
from av.stream import Disposition, Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream as AvVideoStream

from clipping.errors import UnreadableMedia
from clipping.media import matroska
from clipping.media.color import matrix_of, transfer_of
from clipping.media.container import (
    ISO_CONTAINERS,
    check_file,
    container_of,
    display_name,
    reading,
)
from clipping.media.ending import check_index, end_s
from clipping.media.orientation import Orientation, orientation_of
from clipping.media.pace import Pace, pace_of
from clipping.models import AudioStream, MediaInfo, VideoStream

_FIRST_LOOK_PICTURES = 300
_LATER_LOOK_PICTURES = 120
_MOST_REORDERED = 16
"""The most pictures that H.264 and HEVC may hold back to reorder them."""
_LATER_LOOKS = (0.3, 0.6, 0.85)
_PACKETS_PER_PICTURE = 8
"""How many packets of sound may stand between two pictures before a look gives up."""

_LONGEST_MS = 48 * 3_600_000
_NOT_FILM = Disposition.attached_pic | Disposition.timed_thumbnails | Disposition.still_image


def probe(path: Path) -> MediaInfo:
    """Streams, shape, pace and length of a video.

    Times are on the source clock (0 is the container's start time). The picture's size is the one
    shown, after rotation and sample aspect ratio. Reads the headers, some hundred packets at the
    beginning, a few later on, and the last packets, whatever the length of the file; decodes one
    picture.

    :raises UnreadableMedia: The file is missing, a folder, empty, not readable, not an MP4, MOV,
        WebM or MKV, cut short, or lacks a video or an audio track that can be decoded.
    """
    size_bytes = check_file(path)
    container = container_of(path)
    check_index(path, container)
    with opened(path, container) as source:
        video = preferred_video(source, path)
        audio = _audio_stream(source, path)
        begin = Fraction(source.start_time or 0, av.time_base)
        end = end_s(path, container, source, [video, audio])
        look = _first_look(source, video, audio, path)
        later = _later_looks(source, video, path, container, end)
        # Matroska does not count its frames; the rate found there is a guess from the first ones.
        mean = video.average_rate if container in ISO_CONTAINERS else None
        pace = pace_of(video, look.times_s(video), later, mean)
        duration_ms = _plausible_ms((end - float(begin)) * 1000, path)
        return MediaInfo(
            container=container,
            duration_ms=duration_ms,
            size_bytes=size_bytes,
            video=_described_video(video, look, pace, begin),
            audio=_described_audio(audio, begin),
        )


def _plausible_ms(duration_ms: float, path: Path) -> int:
    if duration_ms < 1:
        raise UnreadableMedia(f"{display_name(path)} has no length: it holds no pictures.")
    if duration_ms > _LONGEST_MS:
        # One damaged timestamp is enough; everything behind would work on years of silence.
        raise UnreadableMedia(
            f"{display_name(path)} is damaged: it claims to run for "
            f"{duration_ms / 3_600_000:.0f} hours."
        )
    return round(duration_ms)


@contextmanager
def opened(path: Path, container: str) -> Iterator[InputContainer]:
    """The file as an open container of a known kind; whatever PyAV raises is translated.

    :raises UnreadableMedia: It cannot be opened, or reading it failed within the block.
    """
    name = display_name(path)
    demuxer = "mov" if container in ISO_CONTAINERS else "matroska"
    # An absolute path cannot be taken for an address (`data:`, `http:`) by the library.
    location = str(path.absolute())
    with reading(path):
        try:
            with av.open(location, "r", format=demuxer, metadata_errors="replace") as source:
                yield source
        except av.FileNotFoundError:
            raise
        except av.FFmpegError as error:
            damaged = isinstance(error, (av.InvalidDataError, av.EOFError))
            reason = "its content is damaged" if damaged else error.strerror or "unknown fault"
            raise UnreadableMedia(f"{name} cannot be read as a video: {reason}.") from error


@dataclass
class _Look:
    """What some packets showed."""

    pts: list[int] = field(default_factory=list)
    last_dts: int | None = None
    picture: VideoFrame | None = None

    def add(self, packet: av.Packet[Any]) -> None:
        """Take the time of one picture."""
        if packet.pts is not None and not packet.is_discard:
            self.pts.append(packet.pts)
            self.last_dts = packet.dts

    def times_s(self, stream: AvVideoStream) -> list[Fraction]:
        """When each picture is shown, in order of showing.

        Packets come in order of decoding; behind the last decoding time, pictures that are shown
        in between may be missing.
        """
        base = stream.time_base or Fraction(1, 1000)
        shown = sorted(self.pts)
        if self.last_dts is None:
            return [pts * base for pts in shown[:-_MOST_REORDERED]]
        return [pts * base for pts in shown if pts <= self.last_dts]


def preferred_video(source: InputContainer, path: Path) -> AvVideoStream:
    """The video track that a player shows; covers and thumbnails are none.

    :raises UnreadableMedia: There is none, or none that can be decoded.
    """
    name = display_name(path)
    films = [stream for stream in source.streams.video if not stream.disposition & _NOT_FILM]
    if not films:
        only_a_cover = ", only a cover picture" if source.streams.video else ""
        raise UnreadableMedia(f"{name} has no video track{only_a_cover}.")
    chosen = _preferred(films)
    if chosen is None:
        raise UnreadableMedia(f"{name} has a picture in a format that cannot be decoded here.")
    assert isinstance(chosen, AvVideoStream)
    return chosen


def _audio_stream(source: InputContainer, path: Path) -> AvAudioStream:
    name = display_name(path)
    tracks = list(source.streams.audio)
    if not tracks:
        raise UnreadableMedia(f"{name} has no audio track, so nothing in it can be heard.")
    chosen = _preferred(tracks)
    if chosen is None:
        raise UnreadableMedia(f"{name} has sound in a format that cannot be decoded here.")
    assert isinstance(chosen, AvAudioStream)
    return chosen


def _preferred(streams: list[Any]) -> Stream | None:
    """The stream that a player plays: the first default one of those that can be decoded.

    A phone's second, spatial track (Apple's APAC) is one that cannot.
    """
    playable = [stream for stream in streams if stream.codec_context is not None]
    marked = [stream for stream in playable if stream.disposition & Disposition.default]
    return next(iter(marked or playable), None)


def _first_look(
    source: InputContainer, video: AvVideoStream, audio: AvAudioStream, path: Path
) -> _Look:
    look = _Look()
    # One thread hands the first picture out as soon as it can.
    video.codec_context.thread_count = 1
    for packet in islice(source.demux(video, audio), _FIRST_LOOK_PICTURES * _PACKETS_PER_PICTURE):
        if packet.stream_index == video.index:
            if look.picture is None:
                look.picture = _first_picture(packet)
            look.add(packet)
        if len(look.pts) >= _FIRST_LOOK_PICTURES:
            break
    if look.picture is None:
        name, codec = display_name(path), video.codec.canonical_name
        raise UnreadableMedia(f"{name} has a picture that cannot be decoded ({codec}).")
    return look


def _first_picture(packet: av.Packet[Any]) -> VideoFrame | None:
    try:
        frames = packet.decode()
    except av.FFmpegError:
        # A recording may begin between two key frames; the next one decides.
        return None
    return next((frame for frame in frames if isinstance(frame, VideoFrame)), None)


def _later_looks(
    source: InputContainer, video: AvVideoStream, path: Path, container: str, end: float
) -> list[list[Fraction]]:
    """Times of pictures at a few later places; none where seeking would read everything before."""
    if container not in ISO_CONTAINERS and not matroska.outline(path).has_cues:
        return []
    base = video.time_base or Fraction(1, 1000)
    looks = []
    for share in _LATER_LOOKS:
        look = _Look()
        try:
            source.seek(round(end * share / base), stream=video)
            for packet in islice(source.demux(video), _LATER_LOOK_PICTURES):
                look.add(packet)
        except av.FFmpegError:
            # A recording in fragments without an index cannot be entered at a given time.
            break
        looks.append(look.times_s(video))
    return looks


def _described_video(
    stream: AvVideoStream, look: _Look, pace: Pace, begin: Fraction
) -> VideoStream:
    assert look.picture is not None
    base = stream.time_base or Fraction(1, 1000)
    context = stream.codec_context
    aspect = stream.sample_aspect_ratio or Fraction(1)
    turn = orientation_of(look.picture)
    width, height = shown_size(context.width, context.height, aspect, turn)
    first = stream.start_time if stream.start_time is not None else min(look.pts, default=0)
    return VideoStream(
        codec=stream.codec.canonical_name,
        width_px=width,
        height_px=height,
        coded_width_px=context.width,
        coded_height_px=context.height,
        rotation=turn.rotation,
        sample_aspect=f"{aspect.numerator}:{aspect.denominator}",
        fps=f"{pace.fps.numerator}/{pace.fps.denominator}",
        variable_rate=pace.variable,
        pixel_format=context.pix_fmt or look.picture.format.name,
        start_ms=round((first * base - begin) * 1000),
        index=stream.index,
        color_matrix=matrix_of(look.picture),
        color_transfer=transfer_of(look.picture),
        interlaced=bool(look.picture.interlaced_frame),
    )


def shown_size(
    width_px: int, height_px: int, sample_aspect: Fraction, turn: Orientation
) -> tuple[int, int]:
    """Width and height as shown: pixels made square by widening or narrowing, then rotated.

    A width that had to be computed is even, because encoders need that.
    """
    if sample_aspect not in (0, 1):
        width_px = max(2, round(width_px * sample_aspect / 2) * 2)
    return (height_px, width_px) if turn.rotation % 180 else (width_px, height_px)


def _described_audio(stream: AvAudioStream, begin: Fraction) -> AudioStream:
    base = stream.time_base or Fraction(1, 1000)
    start = (stream.start_time or 0) * base - begin
    return AudioStream(
        codec=stream.codec.canonical_name,
        sample_rate_hz=stream.codec_context.sample_rate,
        channels=stream.codec_context.channels,
        start_ms=max(0, round(start * 1000)),
        index=stream.index,
    )
