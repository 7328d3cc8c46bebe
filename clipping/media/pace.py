"""Frame rate from the times of some pictures: what it is, and whether it is one at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from av.video.stream import VideoStream

_STANDARD_RATES = (
    Fraction(24_000, 1001),
    Fraction(24),
    Fraction(25),
    Fraction(30_000, 1001),
    Fraction(30),
    Fraction(48),
    Fraction(50),
    Fraction(60_000, 1001),
    Fraction(60),
    Fraction(120_000, 1001),
    Fraction(120),
)
_WRITTEN_STEP_S = Fraction(1, 1000)
"""Matroska writes whole milliseconds, and files made from it keep that raggedness."""
_SAME_RATE = Fraction(1, 2000)
"""Half of what separates 29.97 from 30."""
_MEAN_DIFFERS = Fraction(1, 100)


@dataclass(frozen=True)
class Pace:
    """Average frames per second, and whether frame durations differ beyond rounding."""

    fps: Fraction
    variable: bool


def pace_of(
    stream: VideoStream,
    first: Sequence[Fraction],
    later: Sequence[Sequence[Fraction]],
    mean: Fraction | None,
) -> Pace:
    """Pace of a stream from the times, in seconds and in order, of pictures in a few places.

    :param mean: Frames of the whole stream by its length, where the container counts them.
    """
    step = max(stream.time_base or Fraction(0), _WRITTEN_STEP_S)
    windows = [window for window in (first, *later) if len(window) > 1]
    durations = [end - begin for window in windows for begin, end in pairwise(window)]
    if not durations:
        return Pace(mean or stream.guessed_rate or Fraction(25), variable=False)
    # Two rounded times differ from the true distance by at most a step in all.
    variable = max(durations) - min(durations) > 2 * step
    measured = _measured(windows)
    if mean and not variable and len(durations) > 50:
        variable = abs(mean - measured) > measured * _MEAN_DIFFERS
    if variable:
        return Pace((mean or measured).limit_denominator(100_000), variable=True)
    return Pace(_constant(measured, mean, windows, step), variable=False)


def _measured(windows: Sequence[Sequence[Fraction]]) -> Fraction:
    frames = sum(len(window) - 1 for window in windows)
    length = sum((window[-1] - window[0] for window in windows), Fraction(0))
    return Fraction(frames) / length if length else Fraction(25)


def _constant(
    measured: Fraction,
    mean: Fraction | None,
    windows: Sequence[Sequence[Fraction]],
    step: Fraction,
) -> Fraction:
    """The exact rate behind a measured one, which rounded times blur."""
    length = max(window[-1] - window[0] for window in windows)
    blur = max(_SAME_RATE, step / length if length else Fraction(1))
    candidates = [*_STANDARD_RATES, *([mean] if mean else [])]
    nearest = min(candidates, key=lambda rate: abs(rate - measured))
    if abs(nearest - measured) <= measured * blur:
        return nearest.limit_denominator(100_000)
    return measured.limit_denominator(1001)
