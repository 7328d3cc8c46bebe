"""The clip's frame grid: its frame rate, and the source instants at which it may begin.

Frame counts and rates are exact; the plan's milliseconds are a rounding of them, at most half a
millisecond off, and the render finds the frame from there (see ``Grid.cut_rate``).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from clipping.models import MediaInfo, VideoStream
from clipping.timing import TimeSpan

VARIABLE_RATE_FPS = Fraction(30)
_HIGHEST_FPS = Fraction(61, 2)
"""Faster sources lose frames: platforms show 30 a second, and encoding costs by the frame."""
_LOWEST_FPS = Fraction(23)
"""Slower ones repeat frames, so that the lit word can change on time; platforms want 23 as well
(Instagram's publishing reference, read 2026-11)."""
_USUAL_RATES = tuple(
    Fraction(rate * 1000, divisor)
    for rate in (24, 25, 30, 48, 50, 60, 100, 120, 240)
    for divisor in (1000, 1001)
)
_RATE_TOLERANCE = Fraction(1, 5000)
"""A fifth of what lies between 30 and 29.97."""


@dataclass(frozen=True)
class Grid:
    """How a source's frames become the clip's.

    ``cut_rate`` is the rate at which source frames (or, for slow sources, clip frames) follow each
    other, counted from the source's first frame: a cut lies on this grid. None for a variable rate:
    such a clip begins at any millisecond, with the frame shown then.

    ``keep_every`` is how many source frames there are to one clip frame, exactly.
    """

    fps: Fraction
    cut_rate: Fraction | None
    keep_every: int = 1


def grid(video: VideoStream) -> Grid:
    """The frame grid for a clip of this source.

    A constant rate from 23 to 30.5 is kept exactly; a higher one is divided and a lower one
    multiplied by a whole number, so that no motion becomes uneven; what cannot be divided so, and
    variable rates, become 30.
    """
    fps = _rate(video.fps)
    if video.variable_rate or fps is None:
        return Grid(VARIABLE_RATE_FPS, None)
    if fps > _HIGHEST_FPS:
        keep_every = math.ceil(fps / _HIGHEST_FPS)
        if fps / keep_every < _LOWEST_FPS:
            return Grid(VARIABLE_RATE_FPS, None)
        return Grid(fps / keep_every, fps, keep_every)
    if fps < _LOWEST_FPS:
        fps *= math.floor(_HIGHEST_FPS / fps)
    return Grid(fps, fps)


def _rate(text: str) -> Fraction | None:
    try:
        rate = Fraction(text)
    except (ValueError, ZeroDivisionError):
        return None
    if not 0 < rate <= 1000:
        return None
    # A file's average is off by its rounded timestamps: 59.94006 is meant to be 60000/1001.
    usual = min(_USUAL_RATES, key=lambda candidate: abs(rate - candidate))
    if abs(rate / usual - 1) < _RATE_TOLERANCE:
        return usual
    return rate.limit_denominator(1001)


@dataclass(frozen=True)
class Cut:
    """A stretch of the source on its frame grid: ``frames`` at ``fps`` from ``span.start_ms``."""

    span: TimeSpan
    fps: Fraction
    frames: int

    @property
    def duration_ms(self) -> int:
        """Length of the clip, rounded."""
        return round(self.frames * 1000 / self.fps)


def snap(span: TimeSpan, media: MediaInfo) -> Cut:
    """The cut nearest to ``span``: each end moves by at most half a frame, except at the file's.

    Snapping a cut's own span gives the same cut again.
    """
    rates = grid(media.video)
    start_ms = _start_ms(span.start_ms, rates.cut_rate, media.video.start_ms)
    frames = max(1, round(Fraction(span.end_ms - start_ms, 1000) * rates.fps))
    # A clip never runs past the end of its source; the last frame may not be a whole one.
    available_ms = media.duration_ms - start_ms
    if frames * 1000 / rates.fps > available_ms + 1:
        frames = max(1, math.floor(Fraction(available_ms + 1, 1000) * rates.fps))
    end_ms = max(start_ms + 1, start_ms + round(frames * 1000 / rates.fps))
    return Cut(TimeSpan(start_ms=start_ms, end_ms=end_ms), rates.fps, frames)


def _start_ms(wanted_ms: int, rate: Fraction | None, first_frame_ms: int) -> int:
    if rate is None:
        return wanted_ms
    number = round(Fraction(wanted_ms - first_frame_ms, 1000) * rate)
    start_ms = first_frame_ms + round(number * 1000 / rate)
    if start_ms < 0:
        number = math.ceil(Fraction(-first_frame_ms, 1000) * rate)
        start_ms = max(0, first_frame_ms + round(number * 1000 / rate))
    return start_ms
