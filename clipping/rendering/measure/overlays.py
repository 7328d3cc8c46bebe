"""What is drawn over the picture: seen as the difference between the clip and the source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from clipping.models import Box
from clipping.rendering.measure.geometry import STEP_PX, Mask, Picture, cells

_FAINTEST = 28.0
"""8-bit steps. Encoding moves a cell by 1 or 2, a soft shadow by up to 25, text by 60 to 200."""
_NOISE_FACTOR = 5.0
"""When the open picture differs too, what is drawn must stand out from that."""
_NOISE_PERCENTILE = 90
"""Leaves a tenth of the open picture to what should not be there, and is to be found."""
_TONED_FACTOR, _TONED_PERCENTILE = 2.0, 99
_SHOWN_SHARE = 0.04
"""Of a word's box, outline included: an "l" or a dash fills at least this much of its own box."""
_SOLID_WINDOW = 7
_SOLID_SHARE = 0.5
"""A cell belongs to something drawn when half of the 21 x 21 px around it differ: an edge that two
resamplers draw differently, three cells wide once it is blurred, is thinner than that."""
COLOUR_REACH = 40
"""How far, per component, an encoded and shrunk stroke may lie from its colour."""
_LIT_SHARE = 0.04
_UNLIT_PART = 0.25


@dataclass(frozen=True)
class Shot:
    """One moment of the clip beside the same moment of the source."""

    picture: Picture
    source: Picture
    differs: Mask
    """The cells in which something was drawn, judged by the noise of the open picture."""

    @cached_property
    def solid(self) -> Mask:
        """Those of the cells that are no thin edge."""
        found: Mask = (_share_around(self.differs) >= _SOLID_SHARE) & self.differs
        return found


def compare(picture: Picture, source: Picture, open_cells: Mask, *, toned: bool = False) -> Shot:
    """Hold a picture against its source, by luma: chroma, half as fine, differs at every edge.

    :param open_cells: They tell how far the two differ anyway.
    :param toned: The clip's tones were mapped from HDR: the source's luma is first given the
        distribution that the clip's open picture has, which leaves more difference than noise.
    """
    luma = _toned(source[0], picture[0], open_cells) if toned else source[0]
    difference = np.abs(_blurred(picture[0].astype(np.int16) - luma))
    limit = _FAINTEST
    elsewhere = difference[open_cells]
    if elsewhere.size:
        limit = max(limit, _NOISE_FACTOR * float(np.percentile(elsewhere, _NOISE_PERCENTILE)))
    if elsewhere.size and toned:
        limit = max(limit, _TONED_FACTOR * float(np.percentile(elsewhere, _TONED_PERCENTILE)))
    return Shot(picture, source, difference > limit)


def shows(shot: Shot, box: Box) -> bool:
    """Whether something is drawn inside the box."""
    inside = shot.differs[cells(box)]
    return inside.size > 0 and float(inside.mean()) >= _SHOWN_SHARE


def drawn_px2(shot: Shot, where: Mask) -> int:
    """Area in output pixels of connected drawing within ``where``; thin edges do not count."""
    return int(np.count_nonzero(shot.solid & where)) * STEP_PX**2


def ycbcr(colour: str) -> tuple[int, int, int]:
    """``#RRGGBB`` as BT.709 in limited range, 8 bits."""
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    chroma_blue, chroma_red = (blue - luma) / 1.8556, (red - luma) / 1.5748
    return round(16 + 219 * luma), round(128 + 224 * chroma_blue), round(128 + 224 * chroma_red)


def coloured_share(picture: Picture, box: Box, colour: str) -> float:
    """Which part of the box has the colour."""
    inside = picture[(slice(None), *cells(box))].astype(np.int16)
    if inside.size == 0:
        return 0.0
    target = np.array(ycbcr(colour), np.int16)[:, None, None]
    return float(np.mean((np.abs(inside - target) <= COLOUR_REACH).all(axis=0)))


def lit_alone(shot: Shot, boxes: tuple[Box, ...], lit: int, colour: str) -> bool:
    """Whether the lit word, and no other of the caption, shows the colour of the spoken word.

    Where the source itself has that colour behind the caption, nothing can be told: true.
    """
    return coloured_only(
        shot, [boxes[lit]], [box for place, box in enumerate(boxes) if place != lit], colour
    )


def coloured_only(shot: Shot, coloured: Sequence[Box], others: Sequence[Box], colour: str) -> bool:
    """Whether all of the boxes show the colour, and the others next to none of it.

    Where the source itself has that colour in one of them, nothing can be told: true.
    """
    boxes = [*coloured, *others]
    if any(coloured_share(shot.source, box, colour) >= _LIT_SHARE for box in boxes):
        return True
    least = min((coloured_share(shot.picture, box, colour) for box in coloured), default=1.0)
    most = max((coloured_share(shot.picture, box, colour) for box in others), default=0.0)
    return least >= _LIT_SHARE and most <= _UNLIT_PART * least


def _toned(
    source: NDArray[np.uint8], picture: NDArray[np.uint8], open_cells: Mask
) -> NDArray[np.uint8]:
    """The source's luma through the rising curve that leads to the clip's, by quantiles."""
    shares = np.linspace(0, 100, 101)
    before = np.percentile(source[open_cells], shares)
    after = np.percentile(picture[open_cells], shares)
    return np.interp(source, before, after).astype(np.uint8)


def _blurred(plane: NDArray[np.int16]) -> NDArray[np.float32]:
    """Mean of 3 x 3 cells, edges repeated."""
    padded = np.pad(plane, 1, mode="edge")
    rows = padded[:-2] + padded[1:-1] + padded[2:]
    total = rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:]
    return np.asarray(total / 9, np.float32)


def _share_around(mask: Mask) -> NDArray[np.float32]:
    """Which part of the window around every cell is set."""
    reach = _SOLID_WINDOW // 2
    sums = np.pad(mask.astype(np.int32), ((reach + 1, reach), (reach + 1, reach)))
    sums = sums.cumsum(axis=0, dtype=np.int32).cumsum(axis=1, dtype=np.int32)
    size = _SOLID_WINDOW
    total = sums[size:, size:] - sums[:-size, size:] - sums[size:, :-size] + sums[:-size, :-size]
    return np.asarray(total / size**2, np.float32)
