"""The grid on which pictures are compared, and which parts of it captions and hook may cover."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from clipping.models import OUTPUT_HEIGHT_PX, OUTPUT_WIDTH_PX, Box, RenderPlan

STEP_PX = 3
"""Output pixels per cell of the grid. A third of the size hides what distinguishes two resamplers,
and strokes of a caption are still several cells wide."""
GRID_WIDTH = OUTPUT_WIDTH_PX // STEP_PX
GRID_HEIGHT = OUTPUT_HEIGHT_PX // STEP_PX

Mask = NDArray[np.bool_]
"""``GRID_HEIGHT`` x ``GRID_WIDTH``."""
Picture = NDArray[np.uint8]
"""3 x ``GRID_HEIGHT`` x ``GRID_WIDTH``: Y, Cb and Cr of BT.709 in limited range."""


def cells(box: Box, margin_px: int = 0) -> tuple[slice, slice]:
    """Rows and columns of the grid that a box of output pixels touches, widened by a margin."""
    top, bottom = (box.top - margin_px) // STEP_PX, -(-(box.bottom + margin_px) // STEP_PX)
    left, right = (box.left - margin_px) // STEP_PX, -(-(box.right + margin_px) // STEP_PX)
    rows = slice(min(max(0, top), GRID_HEIGHT), min(max(0, bottom), GRID_HEIGHT))
    return rows, slice(min(max(0, left), GRID_WIDTH), min(max(0, right), GRID_WIDTH))


def covered(boxes: Iterable[Box], margin_px: int = 0) -> Mask:
    """The cells that any of the boxes touches."""
    mask = np.zeros((GRID_HEIGHT, GRID_WIDTH), dtype=np.bool_)
    for box in boxes:
        mask[cells(box, margin_px)] = True
    return mask


def caption_boxes(plan: RenderPlan) -> set[Box]:
    """Every box in which some caption of the plan draws a word."""
    return {box for event in plan.captions for box in event.boxes}


def open_picture(plan: RenderPlan, margin_px: int = 24) -> Mask:
    """The cells over which the plan never draws anything: there, clip and source must agree."""
    boxes = caption_boxes(plan)
    if plan.hook is not None:
        boxes.add(plan.hook.box)
    return ~covered(boxes, margin_px)
