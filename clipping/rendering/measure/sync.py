"""Where in the source the clip's sound and picture come from, found by looking for both there."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import floor

import numpy as np
from numpy.typing import NDArray

from clipping.models import RenderPlan, VideoStream
from clipping.rendering.grid import grid
from clipping.rendering.measure.geometry import Mask, Picture

SEARCH_RATE_HZ = 8_000
SEARCH_MARGIN_MS = 500
"""How far the sound is looked for on either side of where the plan puts it."""
REACH_FRAMES = 3
"""How far the picture is looked for."""
STEPS_PER_FRAME = 4

_REACH_STEPS = REACH_FRAMES * STEPS_PER_FRAME + 2
"""Some more, so that a shift by all of the reach is seen from its first step."""
_EXACT_LEAD = Fraction(3, 10)
"""Frames: beyond what rounding to milliseconds does, within the half frame of rate conversion."""
_NEAREST_LEAD = Fraction(49, 100)
_SILENT_RMS = 10 ** (-65 / 20)
_ALIKE = 0.3
"""Correlation below which the two are not the same sound. Gain, a limiter, mutes and AAC leave
0.9 and more; another stretch of the same talk gives less than 0.1."""
_TIE = 0.97
_PLATEAU = 1.2
_FLAT = 0.05
"""Luma steps squared: a smaller gain in likeness is encoding noise, not movement."""


@dataclass(frozen=True)
class SoundMatch:
    """``delay_ms`` is how much later than planned the sound is heard, None when not found."""

    delay_ms: float | None
    silent_source: bool = False


@dataclass(frozen=True)
class PictureMatch:
    """``shift_frames`` is how much later in the source than planned the pictures are from.

    ``still`` means that the source does not move there, so that no shift can be seen.
    """

    shift_frames: float
    still: bool


def match_sound(clip: NDArray[np.float32], source: NDArray[np.float32]) -> SoundMatch:
    """Find the clip's sound in the source's.

    :param clip: Mono samples at ``SEARCH_RATE_HZ``.
    :param source: The same, beginning ``SEARCH_MARGIN_MS`` before the clip's first sample should
        and ending as much behind its last.
    """
    margin = SEARCH_MARGIN_MS * SEARCH_RATE_HZ // 1000
    middle = source[margin : margin + len(clip)]
    if not len(middle) or _rms(middle) < _SILENT_RMS:
        return SoundMatch(None, silent_source=True)
    if _rms(clip) < _SILENT_RMS:
        return SoundMatch(None)
    # Speech has most of its power in a few low partials; without them the peak is sharp.
    clip, source = np.diff(clip), np.diff(source)
    size = 1 << (len(clip) + len(source)).bit_length()
    spectrum = np.fft.rfft(source, size) * np.conj(np.fft.rfft(clip, size))
    likeness = np.fft.irfft(spectrum, size)[: 2 * margin + 1]
    power = np.concatenate(([0.0], np.cumsum(source.astype(np.float64) ** 2)))
    starts = np.arange(2 * margin + 1)
    ends = np.minimum(starts + len(clip), len(source))
    energy = np.maximum(power[ends] - power[starts], 1e-9) * float(np.sum(clip**2) + 1e-9)
    likeness = likeness / np.sqrt(energy)
    best = float(likeness.max())
    if best < _ALIKE:
        return SoundMatch(None)
    # A steady tone is alike at every period: of equally good places the planned one is meant.
    lags = np.flatnonzero(likeness >= _TIE * best) - margin
    lag = int(lags[np.argmin(np.abs(lags))])
    return SoundMatch(-lag * 1000 / SEARCH_RATE_HZ)


@dataclass(frozen=True)
class SourceClock:
    """When, on the source's clock, the picture of a clip's frame is on screen for certain.

    Not at its very first instant, which milliseconds round to either side of. A source of the
    clip's own rate shows one picture for a whole frame; of a faster one, the first of several is
    taken; of a variable rate, the one nearest to the frame's time.
    """

    start_ms: int
    fps: Fraction
    lead_frames: Fraction

    @classmethod
    def of(cls, plan: RenderPlan, video: VideoStream) -> SourceClock:
        """The clock of a plan's clip in its source."""
        rates = grid(video)
        lead = _NEAREST_LEAD if rates.cut_rate is None else _EXACT_LEAD / rates.keep_every
        return cls(plan.span.start_ms, Fraction(plan.fps), lead)

    def at(self, frame: Fraction | int) -> Fraction:
        """Source time in ms."""
        return self.start_ms + (frame + self.lead_frames) * 1000 / self.fps

    def search(self, frames: Iterable[int]) -> dict[tuple[int, int], Fraction]:
        """Where to look for pictures: source times by frame number and step of the search."""
        return {
            (frame, step): self.at(frame + Fraction(step, STEPS_PER_FRAME))
            for frame in frames
            for step in range(-_REACH_STEPS, _REACH_STEPS + 1)
        }


def match_pictures(
    clip: dict[int, Picture],
    source: Callable[[int, Fraction], Picture],
    clock: SourceClock,
    open_cells: Mask,
) -> PictureMatch:
    """Find by how many frames the clip's pictures are off, together, not one by one.

    :param clip: Pictures by their planned frame number.
    :param source: The source's picture at a time of ``clock.search``, framed as the clip frames
        the frame of that number; the same object whenever it is the same picture.
    """
    known: dict[tuple[int, int], float] = {}
    costs: list[float] = []
    for step in range(-_REACH_STEPS, _REACH_STEPS + 1):
        total = 0.0
        for frame, picture in clip.items():
            reference = source(frame, clock.at(frame + Fraction(step, STEPS_PER_FRAME)))
            key = (frame, id(reference))
            if key not in known:
                known[key] = _unlikeness(picture, reference, open_cells)
            total += known[key]
        costs.append(total / len(clip))
    return _judge(np.array(costs), clock.lead_frames)


def _judge(costs: NDArray[np.float64], lead: Fraction) -> PictureMatch:
    """The shift from the unlikeness at every step; the planned place wins every draw.

    A picture that stays on screen is equally like itself at every step of its stay, so the best
    steps form a plateau whose first step is where the picture begins.
    """
    best = int(np.argmin(costs))
    good = costs <= costs[best] * _PLATEAU + _FLAT
    still = bool(good.all())
    if good[_REACH_STEPS]:
        return PictureMatch(0.0, still)
    first = best
    while first > 0 and good[first - 1]:
        first -= 1
    # The search looks ``lead`` behind each start, so the first hit comes that much early.
    begins = floor(first - _REACH_STEPS + lead * STEPS_PER_FRAME)
    return PictureMatch(begins / STEPS_PER_FRAME, still)


def _unlikeness(picture: Picture, reference: Picture, open_cells: Mask) -> float:
    """Mean squared difference of luma in the open picture, a change of brightness apart."""
    gap = picture[0][open_cells].astype(np.float32) - reference[0][open_cells]
    return float(gap.var())


def _rms(samples: NDArray[np.float32]) -> float:
    return float(np.sqrt(np.mean(samples.astype(np.float64) ** 2)))
