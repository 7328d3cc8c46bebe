"""When every word of a clip lights up on screen, read from the rendered pictures themselves.

The plan says which words exist and where they stand. When a word is lit is not taken from it: the
first picture on which the highlight colour fills its box, and nothing else of the captions' area.
That takes a film which does not itself have the colour there, as the demo has not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import av.error
import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from clipping.captions import CaptionStyle, LitKind, style
from clipping.errors import UnreadableMedia
from clipping.models import Box, RenderPlan
from clipping.rendering.measure.geometry import caption_boxes
from clipping.rendering.measure.overlays import COLOUR_REACH, ycbcr

_CHROMA_PX = 2
"""Output pixels per sample of chroma in 4:2:0, the grid on which colours are told."""
_FILLED_SHARE = 0.05
_SPILL_SHARE = 0.1
_MISFIT_PX = 40.0
"""How far the lit pixels may miss a word's letters, over three sides."""
_ALIKE_PX = 4.0
"""Two steps of the grid: words this alike are told apart by the plan's times."""
_NEAR_MS = 1_000
"""Words that the plan lights further away than this are not candidates."""
_BREAK_FRAMES = 3
_DECODER_THREADS = 2

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class _Place:
    """A word where it stands lit by plan; its times only tell words at the same place apart."""

    clip_word: int
    box: Box
    outline_px: float
    grows_px: tuple[float, float]
    """By how much the box is wider and higher, at each side, than it is while the word grows."""
    start_ms: int
    end_ms: int

    def distance_ms(self, at_ms: float) -> float:
        return max(self.start_ms - at_ms, at_ms - self.end_ms, 0.0)


def highlight_onsets(clip_path: Path, plan: RenderPlan) -> list[tuple[int, int, int]]:
    """For every word seen lit: its index in the plan's words, its first instant and its end, in ms.

    In the order of the words; a word that is never seen lit is missing. Every picture is decoded,
    and only the area of the captions looked at.

    :raises UnreadableMedia: The clip cannot be decoded.
    :raises ValueError: The plan's style lights no word, or not one alone.
    """
    look = style(plan.style)
    if look.spoken_colour == look.colour or look.lit is LitKind.FILL:
        raise ValueError(f"The caption style {plan.style!r} lights no word alone.")
    places = [
        _Place(
            clip_word=event.clip_words[event.lit],
            box=event.boxes[event.lit],
            outline_px=look.outline_px if look.plate is None else 0.0,
            grows_px=_growth_px(event.boxes[event.lit], look),
            start_ms=event.start_ms,
            end_ms=event.end_ms,
        )
        for event in plan.captions
        if event.lit is not None
    ]
    if not places:
        return []
    area, step = _area(plan), 1 / Fraction(plan.fps)
    seen: dict[int, list[Fraction]] = {}
    for time, flags in _coloured(clip_path, area, ycbcr(look.spoken_colour)):
        word = _lit_word(flags, places, area, float(time * 1000))
        if word is not None:
            seen.setdefault(word, []).append(time)
    return [(word, *_longest_run(times, step)) for word, times in sorted(seen.items())]


def _growth_px(box: Box, look: CaptionStyle) -> tuple[float, float]:
    share = (1 - 1 / look.growth) / 2
    return (box.right - box.left) * share, (box.bottom - box.top) * share


def _area(plan: RenderPlan) -> Box:
    """The rectangle around all captions, on the grid of chroma."""
    boxes, grid = caption_boxes(plan), _CHROMA_PX
    return Box(
        left=min(box.left for box in boxes) // grid * grid,
        top=min(box.top for box in boxes) // grid * grid,
        right=-(-max(box.right for box in boxes) // grid) * grid,
        bottom=-(-max(box.bottom for box in boxes) // grid) * grid,
    )


def _coloured(
    path: Path, area: Box, colour: tuple[int, int, int]
) -> Iterator[tuple[Fraction, Flags]]:
    """Time of every picture in seconds, and where in the area it has the colour."""
    try:
        with av.open(str(path.absolute())) as container:
            stream = container.streams.video[0]
            stream.codec_context.thread_type = "FRAME"
            stream.codec_context.thread_count = _DECODER_THREADS
            for frame in container.decode(stream):
                time = (frame.pts or 0) * (frame.time_base or Fraction(1))
                yield time, _has_colour(frame, area, colour)
    except (OSError, IndexError, av.error.FFmpegError) as error:
        raise UnreadableMedia(f"{path.name} cannot be decoded to its end.") from error


def _has_colour(frame: VideoFrame, area: Box, colour: tuple[int, int, int]) -> Flags:
    flags: Flags | None = None
    for plane, wanted in zip(frame.planes, colour, strict=True):
        pixels = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)
        # Of luma, which is twice as fine, every second sample of every second line.
        fine = plane.width == frame.width
        size, every = (1, _CHROMA_PX) if fine else (_CHROMA_PX, 1)
        inside = pixels[
            area.top // size : area.bottom // size : every,
            area.left // size : area.right // size : every,
        ]
        near = np.abs(inside.astype(np.int16) - wanted) <= COLOUR_REACH
        flags = near if flags is None else flags & near
    assert flags is not None
    return flags


def _lit_word(flags: Flags, places: Sequence[_Place], area: Box, at_ms: float) -> int | None:
    """Which word nearby is lit, and alone: the one whose box the lit pixels fit best."""
    lit = _around(flags, area)
    if lit is None:
        return None
    fits = [
        (_misfit_px(lit, place), place)
        for place in places
        if place.distance_ms(at_ms) <= _NEAR_MS and _fills(flags, place.box, area)
    ]
    best = min((misfit for misfit, _ in fits), default=_MISFIT_PX + 1)
    if best > _MISFIT_PX:
        return None
    alike = [place for misfit, place in fits if misfit <= best + _ALIKE_PX]
    return min(alike, key=lambda place: place.distance_ms(at_ms)).clip_word


def _around(flags: Flags, area: Box) -> Box | None:
    """The smallest box around all lit pixels."""
    columns, rows = np.flatnonzero(flags.any(axis=0)), np.flatnonzero(flags.any(axis=1))
    if not len(columns):
        return None
    return Box(
        left=area.left + int(columns[0]) * _CHROMA_PX,
        top=area.top + int(rows[0]) * _CHROMA_PX,
        right=area.left + (int(columns[-1]) + 1) * _CHROMA_PX,
        bottom=area.top + (int(rows[-1]) + 1) * _CHROMA_PX,
    )


def _misfit_px(lit: Box, place: _Place) -> float:
    """By how much the lit pixels miss three sides of the word's letters; shadows fall below.

    A word that grows is met by any size on its way.
    """
    box, outline = place.box, place.outline_px
    wider, higher = place.grows_px
    return (
        _beside(lit.left - box.left - outline, wider)
        + _beside(box.right - outline - lit.right, wider)
        + _beside(lit.top - box.top - outline, higher)
    )


def _beside(inset_px: float, most_px: float) -> float:
    """How far an inset lies outside 0 to the most it may be."""
    return max(-inset_px, inset_px - most_px, 0.0)


def _fills(flags: Flags, box: Box, area: Box) -> bool:
    """Whether the colour fills the box, and hardly anything outside of it."""
    inside = flags[
        (box.top - area.top) // _CHROMA_PX : -(-(box.bottom - area.top) // _CHROMA_PX),
        (box.left - area.left) // _CHROMA_PX : -(-(box.right - area.left) // _CHROMA_PX),
    ]
    total, count = int(np.count_nonzero(flags)), int(np.count_nonzero(inside))
    return count >= _FILLED_SHARE * inside.size and total - count <= _SPILL_SHARE * total


def _longest_run(times: Sequence[Fraction], step: Fraction) -> tuple[int, int]:
    """First instant and end, in ms, of the longest unbroken sight of a word."""
    runs = [[times[0]]]
    for time in times[1:]:
        if time - runs[-1][-1] > _BREAK_FRAMES * step:
            runs.append([])
        runs[-1].append(time)
    run = max(runs, key=len)
    return round(run[0] * 1000), round((run[-1] + step) * 1000)
