"""Whether pictures are drawn or filmed, and where their fine detail lies.

A slide or a recorded screen is even areas and edges of one pixel, with nothing in between. A
camera's lens makes every edge a slope, and what it sees has texture: changes that are neither
none nor sharp. Measured on pictures of 640 pixels: among all that is not even, sharp edges are
0.75 and more on slides, editors and title cards, and below 0.35 on people, filmed or painted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clipping.models import Area

_EVEN = 1
"""Levels of luma by which the nine pixels of an even place differ at most."""
_TEXTURE = 4
_FINE = 24
_SHARP = 60
_CELL_PX = 16
_OUTSIDE = 0.01
"""Share of the detail that may lie beyond each side of its rectangle."""
_LEAST_DETAIL = 0.0005
"""Share of the picture; less is nothing."""
_SAME = 2

Luma = NDArray[np.uint8]


@dataclass(frozen=True)
class Impression:
    """What one picture looks like."""

    even: float
    """Share of the picture without any change."""
    sharp: float
    """Share of sharp edges in all that is neither even nor nearly so."""
    still: float | None
    """Share that is as it was in the picture before; None for the first."""
    cells: NDArray[np.float64]
    """Share of fine detail in each cell of 16 x 16 pixels."""


def impression(luma: Luma, before: Luma | None) -> Impression:
    """Measure a picture of about 640 pixels, and compare it with one about a second earlier."""
    ranges = _ranges(luma)
    sharp = float((ranges > _SHARP).mean())
    texture = float(((ranges > _TEXTURE) & (ranges <= _FINE)).mean())
    still = None
    if before is not None:
        still = float((np.abs(luma.astype(np.int16) - before) <= _SAME).mean())
    return Impression(
        even=float((ranges <= _EVEN).mean()),
        sharp=sharp / (sharp + texture) if sharp else 0.0,
        still=still,
        cells=_in_cells(ranges > _FINE),
    )


def _ranges(luma: Luma) -> Luma:
    """Largest minus smallest value of each pixel and its eight neighbours."""
    edged = np.pad(luma, 1, mode="edge")
    low = np.minimum(np.minimum(edged[:-2], edged[1:-1]), edged[2:])
    high = np.maximum(np.maximum(edged[:-2], edged[1:-1]), edged[2:])
    low = np.minimum(np.minimum(low[:, :-2], low[:, 1:-1]), low[:, 2:])
    high = np.maximum(np.maximum(high[:, :-2], high[:, 1:-1]), high[:, 2:])
    ranges: Luma = high - low
    return ranges


def _in_cells(fine: NDArray[np.bool_]) -> NDArray[np.float64]:
    height, width = fine.shape
    rows, columns = -(-height // _CELL_PX), -(-width // _CELL_PX)
    filled = np.zeros((rows * _CELL_PX, columns * _CELL_PX))
    filled[:height, :width] = fine
    cells: NDArray[np.float64] = filled.reshape(rows, _CELL_PX, columns, _CELL_PX).mean(axis=(1, 3))
    return cells


def graphic(impressions: list[Impression]) -> float:
    """0 for filmed pictures up to 1 for drawn ones, from a scene's impressions."""
    if not impressions:
        return 0.0
    even = float(np.mean([each.even for each in impressions]))
    sharp = float(np.mean([each.sharp for each in impressions]))
    stills = [each.still for each in impressions if each.still is not None]
    still = float(np.mean(stills)) if stills else 1.0
    # Scrolling leaves the even areas as they were; a camera that moves leaves nothing.
    return _ramp(sharp, 0.35, 0.7) * _ramp(even, 0.5, 0.75) * _ramp(still, 0.5, 0.75)


def _ramp(value: float, none: float, full: float) -> float:
    return min(1.0, max(0.0, (value - none) / (full - none)))


def detail(impressions: list[Impression], scale_x: float, scale_y: float) -> Area | None:
    """The rectangle with nearly all fine detail of a scene, in source pixels.

    :param scale_x: Source pixels for one of the pictures that were measured.
    """
    if not impressions:
        return None
    # Text that is only there for a while counts as much as text that stays.
    cells = np.max([each.cells for each in impressions], axis=0)
    if float(cells.mean()) < _LEAST_DETAIL:
        return None
    top, bottom = _middle(cells.sum(axis=1))
    left, right = _middle(cells.sum(axis=0))
    return Area(
        left_px=round(left * _CELL_PX * scale_x),
        top_px=round(top * _CELL_PX * scale_y),
        width_px=round((right - left) * _CELL_PX * scale_x),
        height_px=round((bottom - top) * _CELL_PX * scale_y),
    )


def _middle(amounts: NDArray[np.float64]) -> tuple[int, int]:
    """First and last place, exclusive, with all but a small share on each side."""
    shares = np.cumsum(amounts) / amounts.sum()
    first = int(np.searchsorted(shares, _OUTSIDE, side="right"))
    last = int(np.searchsorted(shares, 1 - _OUTSIDE, side="left")) + 1
    return first, max(first + 1, last)
