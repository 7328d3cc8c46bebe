"""How much a mouth moved between two pictures, whatever the size, light and motion of the head.

The face is read from both pictures into patches of one size. The second one is laid on the first
by what lies above the mouth, which moves with the head and not with speech. What then still
differs around the mouth, more than elsewhere in the face, is movement of the mouth; it is counted
as a share of the face's own contrast.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from clipping.faces.base import FoundFace

_PATCH = (48, 40)
"""Rows and columns of a face."""
_LEAST_HEIGHT_PX = 16
"""The mouth of a smaller face is two lines high: too little to tell."""
_UPPER = slice(8, 28)
"""Rows from the brows to the tip of the nose."""
_SIDES = slice(5, 35)
"""Columns without the hair and what is behind."""
_MOUTH_ABOVE, _MOUTH_BELOW, _MOUTH_ASIDE = 5, 10, 10
"""Rows and columns around the middle of the corners; a mouth opens downwards."""
_TURNS = 4
_FARTHEST = 6.0
"""Rows or columns by which a head may be off its interpolated place."""
_LEAST_CONTRAST = 6.0

Floats = NDArray[np.float64]


def movement(
    luma_before: NDArray[np.uint8],
    before: FoundFace,
    luma_now: NDArray[np.uint8],
    now: FoundFace,
) -> float | None:
    """Change of the mouth between two pictures, about 0 (still) to 1; None when it is too small.

    :param luma_before: Height x width; ``before`` is in its pixels, ``now`` in ``luma_now``'s.
    """
    if min(before.height, now.height) < _LEAST_HEIGHT_PX:
        return None
    old = _patch(luma_before, before, 0, 0)
    new = _laid_upon(old, luma_now, now)
    difference = new - old
    upper = difference[_UPPER, _SIDES]
    difference = np.abs(difference - np.median(upper))
    # A blink moves a few rows; the median of all rows is what noise and misplacement leave.
    rest = float(np.median(np.abs(upper - np.median(upper)).mean(axis=1)))
    rows, columns = _mouth_of(now)
    moved = float(difference[rows, columns].mean())
    contrast = max(_LEAST_CONTRAST, float(old[:, _SIDES].std()))
    return max(0.0, moved - rest) / contrast


def _mouth_of(face: FoundFace) -> tuple[slice, slice]:
    """Rows and columns of a patch that hold the mouth."""
    x, y = face.mouth
    row = round(min(0.85, max(0.6, (y - face.top) / face.height)) * _PATCH[0])
    column = round(min(0.7, max(0.3, (x - face.left) / face.width)) * _PATCH[1])
    return (
        slice(row - _MOUTH_ABOVE, row + _MOUTH_BELOW),
        slice(max(0, column - _MOUTH_ASIDE), column + _MOUTH_ASIDE),
    )


def _laid_upon(old: Floats, luma: NDArray[np.uint8], face: FoundFace) -> Floats:
    """The patch of a face, moved so that its upper part lies on that of an older patch.

    Lucas and Kanade's method: the gradient tells which shift explains the difference.
    """
    slopes: list[Floats] = [np.gradient(old, axis=0), np.gradient(old, axis=1)]
    gradients = np.stack([slope[_UPPER, _SIDES].ravel() for slope in slopes])
    products = gradients @ gradients.T + np.eye(2)
    shift = np.zeros(2)
    new = _patch(luma, face, 0, 0)
    for _ in range(_TURNS):
        difference = (new - old)[_UPPER, _SIDES].ravel()
        step = np.linalg.solve(products, gradients @ (difference - difference.mean()))
        shift = (shift - step).clip(-_FARTHEST, _FARTHEST)
        new = _patch(luma, face, float(shift[0]), float(shift[1]))
        if float(np.abs(step).max()) < 0.05:
            break
    return new


def _patch(luma: NDArray[np.uint8], face: FoundFace, down: float, across: float) -> Floats:
    """The face at the size of a patch, read ``down`` rows and ``across`` columns of it farther."""
    rows, columns = _PATCH
    y = face.top + (np.arange(rows) + 0.5 + down) * face.height / rows - 0.5
    x = face.left + (np.arange(columns) + 0.5 + across) * face.width / columns - 0.5
    y, x = y.clip(0, luma.shape[0] - 1.001), x.clip(0, luma.shape[1] - 1.001)
    top, left = y.astype(np.intp), x.astype(np.intp)
    lower, right = (y - top)[:, None], x - left
    first, second = luma[top], luma[top + 1]
    upper_line = first[:, left] * (1 - right) + first[:, left + 1] * right
    lower_line = second[:, left] * (1 - right) + second[:, left + 1] * right
    patch: Floats = upper_line * (1 - lower) + lower_line * lower
    return patch
