"""Sound as one stream of samples on the source clock, and pictures as they are shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Discard
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Interpolation
from av.video.stream import VideoStream
from numpy.typing import NDArray

from clipping.errors import UnreadableMedia
from clipping.media.clock import ClockedResampler, SampleLine
from clipping.media.color import reading_matrix
from clipping.media.container import ISO_CONTAINERS, container_of, display_name
from clipping.media.orientation import orientation_of
from clipping.media.probe import opened, preferred_video
from clipping.models import MediaInfo
from clipping.timing import TimeSpan

_PREROLL_S = Fraction(1)
"""Decoded and thrown away after a seek: Opus needs 80 ms to converge, AAC one frame."""
STEPS_BACK_S = (0, 1, 10, 60)
"""How much earlier to enter when a seek landed behind what was looked for."""


def speech_chunks(
    path: Path,
    media: MediaInfo,
    *,
    rate_hz: int = 16_000,
    span: TimeSpan | None = None,
    chunk_ms: int = 10_000,
) -> Iterator[NDArray[np.int16]]:
    """The sound track as mono samples, chunk by chunk, in bounded memory.

    Sample k of all chunks together lies at ``k / rate_hz`` seconds after the span's start (without
    a span: on the source clock). Where the file has no sound (a late start, a gap, an early end)
    the samples are zero, so the chunks always cover the whole span, or the whole duration.

    :param span: Part of the source to decode; found by seeking.
    :param chunk_ms: Length of every chunk but the last.
    :raises UnreadableMedia: The file cannot be read any more, or none of its sound be decoded.
    """
    span = span or TimeSpan(start_ms=0, end_ms=media.duration_ms)
    line = SampleLine(
        first=span.start_ms * rate_hz // 1000,
        last=span.end_ms * rate_hz // 1000,
        chunk=max(1, chunk_ms * rate_hz // 1000),
    )
    with opened(path, media.container) as source:
        audio = _sound_track(source, media, path)
        begin = Fraction(source.start_time or 0, av.time_base)
        start = Fraction(span.start_ms, 1000) - _PREROLL_S
        if start > _PREROLL_S:
            seek_to(source, audio if media.container in ISO_CONTAINERS else None, begin + start)
        clock = ClockedResampler(rate_hz, begin)
        for frame in _sound(source, audio, path):
            for at, samples in clock.feed(frame):
                yield from line.put(at, samples)
            if line.complete:
                break
        else:
            for at, samples in clock.flush():
                yield from line.put(at, samples)
        yield from line.finish()


def read_speech(
    path: Path, media: MediaInfo, *, rate_hz: int = 16_000, span: TimeSpan | None = None
) -> NDArray[np.int16]:
    """All of :func:`speech_chunks` at once, shape (n,): for spans, not for whole films."""
    chunks = list(speech_chunks(path, media, rate_hz=rate_hz, span=span))
    return np.concatenate(chunks) if chunks else np.zeros(0, np.int16)


def pictures_at(
    path: Path, times_ms: Sequence[int], *, width_px: int, height_px: int
) -> list[NDArray[np.uint8]]:
    """The pictures on screen at some times, scaled to one size, in the order of the times.

    RGB, shape (height_px, width_px, 3), turned and with square pixels as a player shows them. A
    picture is on screen from its own time, rounded to a millisecond, until the next one; before
    the first and after the last, those two are. Enters at the nearest key frame, so the cost does
    not grow with the length of the file.

    :param times_ms: On the source clock, in any order.
    :raises UnreadableMedia: The file cannot be read, or holds no picture near a time.
    """
    pictures: dict[int, NDArray[np.uint8]] = {}
    if not times_ms:
        return []
    with opened(path, container_of(path)) as source:
        walk = _PictureWalk(source, path)
        for time_ms in sorted(set(times_ms)):
            pictures[time_ms] = _shown(walk.at(time_ms), width_px, height_px)
    return [pictures[time_ms] for time_ms in times_ms]


def _sound_track(source: InputContainer, media: MediaInfo, path: Path) -> AudioStream:
    streams = source.streams
    found = streams[media.audio.index] if media.audio.index < len(streams) else None
    if not isinstance(found, AudioStream):
        raise UnreadableMedia(f"{display_name(path)} is not the file any more that was probed.")
    return found


def seek_to(
    source: InputContainer, stream: AudioStream | VideoStream | None, at_s: Fraction
) -> None:
    """Go to the last entry point at or before a time of the container.

    Matroska has an index of pictures only, so sound is entered there through the default stream.
    """
    try:
        if stream is None:
            source.seek(round(at_s * av.time_base))
        else:
            source.seek(round(at_s / (stream.time_base or Fraction(1, 1000))), stream=stream)
    except av.FFmpegError:
        # Behind the end, or a damaged index: the beginning can always be found.
        source.seek(source.start_time or 0)


def _sound(source: InputContainer, audio: AudioStream, path: Path) -> Iterator[AudioFrame]:
    """Decoded frames; what cannot be decoded is left out, and becomes a gap."""
    for stream in source.streams:
        if stream.index != audio.index:
            # An MP4's pictures are then not even read from the disk.
            stream.discard = Discard.all
    decoded = failed = 0
    for packet in source.demux(audio):
        try:
            frames = packet.decode()
        except av.FFmpegError:
            failed += 1
            continue
        decoded += len(frames)
        yield from frames
    if failed and not decoded:
        raise UnreadableMedia(f"{display_name(path)} has sound that cannot be decoded.")


class _PictureWalk:
    """Walks through the pictures in order of showing, and jumps where that saves decoding."""

    def __init__(self, source: InputContainer, path: Path) -> None:
        self._source = source
        self._stream = preferred_video(source, path)
        self._stream.thread_type = "AUTO"
        self._base = self._stream.time_base or Fraction(1, 1000)
        self._begin = Fraction(source.start_time or 0, av.time_base)
        self._name = display_name(path)
        self._frames: Iterator[VideoFrame] = iter(())
        self._now: VideoFrame | None = None
        self._next: VideoFrame | None = None

    def at(self, time_ms: int) -> VideoFrame:
        """The picture on screen; times must not fall from call to call."""
        if self._now is None or self._jump_pays(time_ms):
            self._enter(time_ms)
        while self._next is not None and self._start_ms(self._next) <= time_ms:
            self._now, self._next = self._next, next(self._frames, None)
        if self._now is None:
            raise UnreadableMedia(f"{self._name} holds no picture that can be decoded.")
        return self._now

    def _start_ms(self, frame: VideoFrame) -> int:
        return round(((frame.pts or 0) * self._base - self._begin) * 1000)

    def _jump_pays(self, time_ms: int) -> bool:
        """Whether a key frame lies between here and there."""
        if self._next is None:
            return False
        ahead = time_ms - self._start_ms(self._next)
        if ahead <= 0:
            return False
        entries = self._stream.index_entries
        found = entries.search_timestamp(self._timestamp(time_ms))
        if found < 0:
            return ahead > 10_000
        return entries[found].timestamp * self._base > (self._next.pts or 0) * self._base

    def _timestamp(self, time_ms: int) -> int:
        return round((self._begin + Fraction(time_ms, 1000)) / self._base)

    def _enter(self, time_ms: int) -> None:
        """Start decoding at a key frame whose picture is not later than the time."""
        for back_s in (*STEPS_BACK_S, time_ms / 1000):
            entry_ms = max(0, round(time_ms - back_s * 1000))
            seek_to(self._source, self._stream, self._begin + Fraction(entry_ms, 1000))
            self._frames = _decoded(self._source, self._stream)
            self._now, self._next = next(self._frames, None), next(self._frames, None)
            # Entries are in order of decoding: with B frames the picture found may be later.
            found = self._now is not None and self._start_ms(self._now) <= time_ms
            if found or entry_ms == 0:
                return


def _decoded(source: InputContainer, stream: VideoStream) -> Iterator[VideoFrame]:
    for packet in source.demux(stream):
        try:
            frames = packet.decode()
        except av.FFmpegError:
            continue
        yield from (frame for frame in frames if frame.pts is not None)


def _shown(frame: VideoFrame, width_px: int, height_px: int) -> NDArray[np.uint8]:
    turn = orientation_of(frame)
    size = (height_px, width_px) if turn.rotation % 180 else (width_px, height_px)
    rgb = frame.reformat(
        width=size[0],
        height=size[1],
        format="rgb24",
        src_colorspace=reading_matrix(frame),
        dst_color_range=ColorRange.JPEG,
        interpolation=Interpolation.BICUBIC | Interpolation.ACCURATE_RND,
        threads=1,
    )
    return turn.turned(np.asarray(rgb.to_ndarray(), np.uint8))
