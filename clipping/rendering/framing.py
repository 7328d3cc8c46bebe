"""Where the camera looks in every frame of a clip; pure geometry, shared by all who need it.

A framing is data (``clipping.models.Framing``). Here it becomes places: in pixels of the shown
source picture, and from there in pixels of the output frame.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from clipping.models import (
    OUTPUT_HEIGHT_PX,
    OUTPUT_WIDTH_PX,
    Area,
    Box,
    Crop,
    Framing,
    Layout,
    RenderPlan,
    VideoStream,
)

PANEL_HEIGHT_PX = OUTPUT_HEIGHT_PX // 2
"""Of each half of a split."""
_FIT_CENTRE_PX = 860
"""Height around which a fitted picture is centred: between hook and captions."""


def framing_at(framings: Sequence[Framing], frame: int) -> Framing:
    """The framing that holds the frame; the last one for frames behind the clip's end."""
    for framing in framings:
        if frame < framing.end_frame:
            return framing
    return framings[-1]


def place(framing: Framing, frame: int) -> tuple[Fraction, Fraction]:
    """(left, top) of a ``FOLLOW``'s crop in the frame, in source pixels, between whole ones."""
    left, top = Fraction(framing.crops[0].left_px), Fraction(framing.crops[0].top_px)
    for move in framing.moves:
        if frame <= move.start_frame:
            break
        share = _eased(
            min(Fraction(1), Fraction(frame - move.start_frame, move.end_frame - move.start_frame))
        )
        left += (move.left_px - left) * share
        top += (move.top_px - top) * share
    return left, top


def _eased(share: Fraction) -> Fraction:
    """Smootherstep: speed and acceleration begin and end at zero (Perlin 2002).

    At its fastest, half-way, it goes 15/8 of the mean speed.
    """
    return share**3 * (share * (share * 6 - 15) + 10)


@dataclass(frozen=True)
class Window:
    """The part of the source that a moving crop ever shows, and its size on the output's scale."""

    crop: Crop
    width_px: int
    height_px: int

    def offset(self, left: Fraction, top: Fraction) -> tuple[int, int]:
        """(x, y) of the crop within the scaled window, in whole output pixels."""
        x = round((left - self.crop.left_px) * self.width_px / self.crop.width_px)
        y = round((top - self.crop.top_px) * self.height_px / self.crop.height_px)
        return (
            min(max(0, x), self.width_px - OUTPUT_WIDTH_PX),
            min(max(0, y), self.height_px - OUTPUT_HEIGHT_PX),
        )


def window(framing: Framing) -> Window:
    """Of a ``FOLLOW`` that moves: only this much has to be scaled."""
    crop = framing.crops[0]
    lefts = [crop.left_px, *(move.left_px for move in framing.moves)]
    tops = [crop.top_px, *(move.top_px for move in framing.moves)]
    width = _even_up(max(lefts) - min(lefts)) + crop.width_px
    height = _even_up(max(tops) - min(tops)) + crop.height_px
    whole = Crop(
        left_px=min(lefts) // 2 * 2, top_px=min(tops) // 2 * 2, width_px=width, height_px=height
    )
    return Window(
        whole,
        max(OUTPUT_WIDTH_PX, _even_up(round(Fraction(OUTPUT_WIDTH_PX * width, crop.width_px)))),
        max(OUTPUT_HEIGHT_PX, _even_up(round(Fraction(OUTPUT_HEIGHT_PX * height, crop.height_px)))),
    )


def offsets(framing: Framing) -> Iterable[tuple[int, int, int]]:
    """(frame, x, y) within the scaled window, for its first frame and wherever it changes."""
    whole, last = window(framing), None
    for frame in range(framing.start_frame, framing.end_frame):
        now = whole.offset(*place(framing, frame))
        if now != last:
            yield frame, *now
            last = now


@dataclass(frozen=True)
class Panel:
    """A crop of the source, and the box of the output frame that it fills."""

    crop: Crop
    left: Fraction
    top: Fraction
    box: Box

    def placed(self, area: Area) -> Box:
        """Where the area lies on the output's scale, also what is not seen of it."""
        across = Fraction(self.box.right - self.box.left, self.crop.width_px)
        down = Fraction(self.box.bottom - self.box.top, self.crop.height_px)
        left = self.box.left + (area.left_px - self.left) * across
        top = self.box.top + (area.top_px - self.top) * down
        return Box(
            left=round(left),
            top=round(top),
            right=round(left + area.width_px * across),
            bottom=round(top + area.height_px * down),
        )

    def shows(self, area: Area) -> bool:
        """Whether the area's middle, and most of it, is seen."""
        x, y = area.centre
        inside = (
            self.left <= x <= self.left + self.crop.width_px
            and self.top <= y <= self.top + self.crop.height_px
        )
        right = min(Fraction(area.left_px + area.width_px), self.left + self.crop.width_px)
        seen = right - max(Fraction(area.left_px), self.left)
        return inside and seen * 10 >= 6 * area.width_px


@dataclass(frozen=True)
class View:
    """All that one frame shows of the source; equal views of one picture look the same."""

    layout: Layout
    panels: tuple[Panel, ...]


def view(framings: Sequence[Framing], frame: int) -> View:
    """What the frame shows."""
    framing = framing_at(framings, frame)
    return View(framing.layout, panels(framing, frame))


def panels(framing: Framing, frame: int) -> tuple[Panel, ...]:
    """What of the source is seen where in the frame."""
    if framing.layout is Layout.FOLLOW:
        left, top = place(framing, frame)
        return (Panel(framing.crops[0], left, top, FRAME),)
    boxes = (fit_box(framing.crops[0]),) if framing.layout is Layout.FIT else _HALVES
    return tuple(
        Panel(crop, Fraction(crop.left_px), Fraction(crop.top_px), box)
        for crop, box in zip(framing.crops, boxes, strict=True)
    )


FRAME = Box(left=0, top=0, right=OUTPUT_WIDTH_PX, bottom=OUTPUT_HEIGHT_PX)
_HALVES = (
    Box(left=0, top=0, right=OUTPUT_WIDTH_PX, bottom=PANEL_HEIGHT_PX),
    Box(left=0, top=PANEL_HEIGHT_PX, right=OUTPUT_WIDTH_PX, bottom=OUTPUT_HEIGHT_PX),
)


def fit_box(crop: Crop) -> Box:
    """Where a fitted picture stands: as wide as the frame, or as high.

    Numbers are multiples of six: even for 4:2:0, and on the grid on which the proof compares.
    """
    width, height = OUTPUT_WIDTH_PX, _sixth(OUTPUT_WIDTH_PX * crop.height_px / crop.width_px)
    if height > OUTPUT_HEIGHT_PX:
        height = OUTPUT_HEIGHT_PX
        width = _sixth(OUTPUT_HEIGHT_PX * crop.width_px / crop.height_px)
    top = _sixth(min(max(0, _FIT_CENTRE_PX - height // 2), OUTPUT_HEIGHT_PX - height), least=0)
    left = (OUTPUT_WIDTH_PX - width) // 12 * 6
    return Box(left=left, top=top, right=left + width, bottom=top + height)


def travel_px(plan: RenderPlan) -> int:
    """How far the camera glides in the whole clip, in output pixels; cuts do not count."""
    total = Fraction(0)
    for framing in plan.framings:
        crop, at = framing.crops[0], (framing.crops[0].left_px, framing.crops[0].top_px)
        for move in framing.moves:
            to = (move.left_px, move.top_px)
            across = abs(to[0] - at[0]) * Fraction(OUTPUT_WIDTH_PX, crop.width_px)
            down = abs(to[1] - at[1]) * Fraction(OUTPUT_HEIGHT_PX, crop.height_px)
            total, at = total + across + down, to
    return round(total)


def largest_crop(video: VideoStream, width: int, height: int) -> tuple[int, int]:
    """(width, height) of the largest crop of that shape within the shown picture, even numbers."""
    wide, high = _even(video.width_px), _even(video.height_px)
    if wide * height > high * width:
        return min(wide, _nearest_even(high * width, height)), high
    return wide, min(high, _nearest_even(wide * height, width))


def centre_crop(video: VideoStream) -> Crop:
    """The largest 9:16 rectangle in the middle of the shown picture, in even numbers."""
    width, height = largest_crop(video, OUTPUT_WIDTH_PX, OUTPUT_HEIGHT_PX)
    return Crop(
        left_px=(video.width_px - width) // 4 * 2,
        top_px=(video.height_px - height) // 4 * 2,
        width_px=width,
        height_px=height,
    )


def still(crop: Crop, frames: int, reason: str = "") -> tuple[Framing, ...]:
    """One framing for a whole clip, that never moves."""
    return (Framing(start_frame=0, end_frame=frames, crops=(crop,), reason=reason),)


def even_within(pixels: float, most: float) -> int:
    """The nearest even number of pixels from zero to ``most``: 4:2:0 crops at no other."""
    return max(0, min(round(pixels / 2) * 2, int(most // 2) * 2))


def _sixth(pixels: float, least: int = 6) -> int:
    return max(least, round(pixels / 6) * 6)


def _even(pixels: int) -> int:
    return max(2, pixels - pixels % 2)


def _even_up(pixels: int) -> int:
    return pixels + pixels % 2


def _nearest_even(dividend: int, divisor: int) -> int:
    return max(2, round(dividend / divisor / 2) * 2)
