"""Small pictures of a stretch of a source, in order of showing, for a fraction of the cost of all.

Most pictures of a film are shown and then forgotten: no other picture is built on them. A decoder
can leave those out, which halves its work on usual files. Where every picture counts, around a
cut, they are decoded as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.container import InputContainer
from av.stream import Discard
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter
from numpy.typing import NDArray

from clipping.errors import UnreadableMedia
from clipping.media.color import reading_matrix
from clipping.media.container import container_of, display_name
from clipping.media.decode import STEPS_BACK_S, seek_to
from clipping.media.orientation import Orientation, orientation_of
from clipping.media.probe import opened, preferred_video
from clipping.timing import TimeSpan

_SURE_MS = 250
"""Before a span's first and last picture all pictures are decoded this long, so that they are the
very first and the very last one."""
_LONG_MS = 10_000
"""Without an index, decoding through to a later time costs less than this."""


class _Scaler:
    """Scales pictures by averaging, which is cheap and does not shimmer.

    A picture's own ``reformat`` sets a scaler up for every picture, and keeps it as long as that.
    """

    def __init__(self) -> None:
        self._for_sizes: dict[tuple[int, int, str], VideoReformatter] = {}

    def scaled(
        self, frame: VideoFrame, size: tuple[int, int], form: str, **colours: Any
    ) -> VideoFrame:
        """The picture at a coded size, in a pixel format."""
        scaler = self._for_sizes.setdefault((*size, form), VideoReformatter())
        return scaler.reformat(
            frame,
            width=size[0],
            height=size[1],
            format=form,
            interpolation=Interpolation.AREA,
            threads=1,
            **colours,
        )


@dataclass(frozen=True)
class SmallPicture:
    """A picture, scaled down once; ``time_ms`` is on the source clock, rounded to a millisecond."""

    time_ms: int
    _frame: VideoFrame
    _turn: Orientation
    _matrix: Colorspace | None
    _scaler: _Scaler

    def luma(self) -> NDArray[np.uint8]:
        """Brightness as it is coded (black is 16, white 235), height x width, turned as shown."""
        return self._turn.turned(_plane(self._frame))

    def rgb(self, width_px: int, height_px: int) -> NDArray[np.uint8]:
        """In colour at a smaller size still, height x width x 3, turned as shown."""
        size = _coded_size(self._turn, width_px, height_px)
        frame = self._scaler.scaled(
            self._frame,
            size,
            "rgb24",
            src_colorspace=self._matrix,
            dst_color_range=ColorRange.JPEG,
        )
        return self._turn.turned(np.asarray(frame.to_ndarray(), np.uint8))


def small_pictures(
    path: Path, span: TimeSpan, *, width_px: int, height_px: int, step_ms: int = 0
) -> Iterator[SmallPicture]:
    """Pictures shown within a span, scaled to one size, the first and the last always among them.

    The first is the one on screen when the span starts, and bears that time. Pictures that no
    other one is built on may be left out, and so are those less than ``step_ms`` after the one
    before. Nothing is kept, whatever the length of the span.

    :param width_px: Of the turned picture with square pixels; even, like ``height_px``.
    :raises UnreadableMedia: The file cannot be read, or holds no picture there.
    """
    sure = (
        TimeSpan(start_ms=max(0, span.start_ms - _SURE_MS), end_ms=span.start_ms + 1),
        TimeSpan(start_ms=max(0, span.end_ms - _SURE_MS), end_ms=span.end_ms),
    )
    with _reader(path, width_px, height_px) as reader:
        shown = reader.enter(span.start_ms, sure)
        last: SmallPicture | None = None
        held: VideoFrame | None = None
        for frame in _from_start(shown, span, reader):
            time_ms = max(span.start_ms, reader.time_ms(frame))
            if last is not None and time_ms - last.time_ms < step_ms:
                held = frame
                continue
            held, last = None, reader.small(frame, time_ms)
            yield last
        if held is not None:
            yield reader.small(held, reader.time_ms(held))
    if last is None:
        raise UnreadableMedia(f"{display_name(path)} holds no picture that can be decoded.")


def every_picture(
    path: Path, spans: Sequence[TimeSpan], *, width_px: int, height_px: int
) -> Iterator[list[SmallPicture]]:
    """For each span all pictures that are shown in it, in order; none is left out.

    As above the first is the one on screen when the span starts. Spans are in order of time and do
    not overlap. Enters at key frames, and decodes what lies between two spans only where there is
    no key frame.

    :raises UnreadableMedia: The file cannot be read.
    """
    with _reader(path, width_px, height_px) as reader:
        shown: Iterator[VideoFrame] = iter(())
        ahead: VideoFrame | None = None
        on_screen: VideoFrame | None = None
        for span in spans:
            if ahead is None or reader.jump_pays(reader.time_ms(ahead), span.start_ms):
                shown = reader.enter(span.start_ms, _with_lead(spans))
                on_screen, ahead = None, next(shown, None)
            found: list[SmallPicture] = []
            while ahead is not None and reader.time_ms(ahead) < span.end_ms:
                if reader.time_ms(ahead) > span.start_ms:
                    if on_screen is not None and not found:
                        found.append(reader.small(on_screen, span.start_ms))
                    found.append(reader.small(ahead, reader.time_ms(ahead)))
                on_screen, ahead = ahead, next(shown, None)
            yield found or [reader.small(on_screen, span.start_ms)] if on_screen else []


def _with_lead(spans: Sequence[TimeSpan]) -> list[TimeSpan]:
    return [
        TimeSpan(start_ms=max(0, span.start_ms - _SURE_MS), end_ms=span.end_ms) for span in spans
    ]


def _from_start(
    frames: Iterator[VideoFrame], span: TimeSpan, reader: _Reader
) -> Iterator[VideoFrame]:
    """Without those that are over when the span starts, and those after its end."""
    on_screen: VideoFrame | None = None
    for frame in frames:
        time_ms = reader.time_ms(frame)
        if time_ms >= span.end_ms:
            break
        if time_ms > span.start_ms and on_screen is not None:
            yield on_screen
            on_screen = None
        if time_ms <= span.start_ms:
            on_screen = frame
        else:
            yield frame
    if on_screen is not None:
        yield on_screen


@contextmanager
def _reader(path: Path, width_px: int, height_px: int) -> Iterator[_Reader]:
    with opened(path, container_of(path)) as source:
        yield _Reader(source, path, width_px, height_px)


class _Reader:
    """Decodes on one thread from a key frame on, and scales what is asked for."""

    def __init__(self, source: InputContainer, path: Path, width_px: int, height_px: int) -> None:
        self._source = source
        self._stream = preferred_video(source, path)
        self._base = self._stream.time_base or Fraction(1, 1000)
        self._begin = Fraction(source.start_time or 0, av.time_base)
        self._size = (width_px, height_px)
        self._scaler = _Scaler()
        self._turn: Orientation | None = None
        for stream in source.streams:
            if stream.index != self._stream.index:
                stream.discard = Discard.all
        context = self._stream.codec_context
        # Clips are prepared side by side; and a thread more would hold a picture more.
        context.thread_count = 1
        self._context: VideoCodecContext = context

    def time_ms(self, frame: VideoFrame) -> int:
        """When a picture is first shown."""
        return self._ms(frame.pts or 0)

    def small(self, frame: VideoFrame, time_ms: int) -> SmallPicture:
        """Scaled down, and told when it is shown."""
        if self._turn is None:
            # Once, as ffmpeg does. A frame whose side data was read refers to itself from then on,
            # and is not freed before Python next looks for cycles: 3 MB for each picture.
            self._turn = orientation_of(frame)
        size = _coded_size(self._turn, *self._size)
        scaled = self._scaler.scaled(frame, size, "yuv420p", dst_color_range=ColorRange.MPEG)
        return SmallPicture(time_ms, scaled, self._turn, reading_matrix(frame), self._scaler)

    def enter(self, time_ms: int, sure: Sequence[TimeSpan]) -> Iterator[VideoFrame]:
        """Pictures from a key frame not later than a time on; within ``sure`` all of them."""
        for back_s in (*STEPS_BACK_S, time_ms / 1000):
            entry_ms = max(0, round(time_ms - back_s * 1000))
            seek_to(self._source, self._stream, self._begin + Fraction(entry_ms, 1000))
            frames = self._decoded(sure)
            first = next(frames, None)
            # Entries are in order of decoding: with B frames the picture found may be later.
            found = first is not None and self.time_ms(first) <= time_ms
            if found or entry_ms == 0:
                break
        if first is not None:
            yield first
            yield from frames

    def jump_pays(self, now_ms: int, time_ms: int) -> bool:
        """Whether a key frame lies between here and there."""
        if time_ms <= now_ms:
            return False
        entries = self._stream.index_entries
        found = entries.search_timestamp(
            round((self._begin + Fraction(time_ms, 1000)) / self._base)
        )
        if found < 0:
            return time_ms - now_ms > _LONG_MS
        return self._ms(entries[found].timestamp) > now_ms

    def _ms(self, pts: int) -> int:
        return round((pts * self._base - self._begin) * 1000)

    def _decoded(self, sure: Sequence[TimeSpan]) -> Iterator[VideoFrame]:
        for packet in self._source.demux(self._stream):
            needed = packet.pts is None or any(
                span.start_ms <= self._ms(packet.pts) < span.end_ms for span in sure
            )
            self._context.skip_frame = "DEFAULT" if needed else "NONREF"
            try:
                frames = packet.decode()
            except av.FFmpegError:
                continue
            yield from (frame for frame in frames if frame.pts is not None)


def _coded_size(turn: Orientation, width_px: int, height_px: int) -> tuple[int, int]:
    return (height_px, width_px) if turn.rotation % 180 else (width_px, height_px)


def _plane(frame: VideoFrame) -> NDArray[np.uint8]:
    """The first plane, without the bytes that fill up its lines; shares the frame's memory."""
    plane: Any = frame.planes[0]
    lines: NDArray[np.uint8] = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)
    return lines[: frame.height, : frame.width]
