"""Black and motionless stretches, found on one sample of luma in every 15 x 15 output pixels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clipping.rendering.measure.geometry import GRID_HEIGHT, GRID_WIDTH, Mask, Picture

CELLS_PER_SAMPLE = 5
SAMPLE_ROWS = GRID_HEIGHT // CELLS_PER_SAMPLE
SAMPLE_COLUMNS = GRID_WIDTH // CELLS_PER_SAMPLE

_BLACK_LUMA = 16 + round(0.10 * 219)
"""As ffmpeg's blackdetect: a pixel is black up to a tenth of the range above black ..."""
_BLACK_SHARE = 0.98
"""... and a picture when 98 % of its pixels are."""
_SAME_LEVELS = 10
"""Luma steps by which an encoder moves pixels of a picture that stands still."""
_SAME_SHARE = 0.001
_MOVED_LEVELS = 16
"""Luma steps beyond what noise in a source does to the mean of a cell."""
_MOVED_SHARE = 0.003
_SHORTEST_FRAMES = 4

Samples = NDArray[np.int16]
"""Luma of the open samples of one picture, one row."""


@dataclass(frozen=True)
class Stretch:
    """Pictures ``first`` up to, not including, ``last``."""

    first: int
    last: int

    @property
    def frames(self) -> int:
        """How many pictures it lasts."""
        return self.last - self.first


def open_samples(open_cells: Mask) -> Mask:
    """Which of the samples lie where the plan draws nothing."""
    middle = CELLS_PER_SAMPLE // 2
    return open_cells[middle::CELLS_PER_SAMPLE, middle::CELLS_PER_SAMPLE]


def samples_of(picture: Picture, chosen: Mask) -> Samples:
    """The samples of a picture that is already on the grid."""
    middle = CELLS_PER_SAMPLE // 2
    luma = picture[0, middle::CELLS_PER_SAMPLE, middle::CELLS_PER_SAMPLE]
    return luma[chosen].astype(np.int16)


def moved(before: Samples, after: Samples) -> bool:
    """Whether something in the picture clearly moved, not only noise or a finer encode."""
    return float(np.mean(np.abs(after - before) > _MOVED_LEVELS)) > _MOVED_SHARE


class Watch:
    """Sees every picture once, in order, and remembers only where black and still ones lie."""

    def __init__(self, chosen: Mask) -> None:
        self._chosen = chosen
        self._seen = 0
        self._black: list[Stretch] = []
        self._black_since: int | None = None
        self._still: list[Stretch] = []
        self._anchor: Samples | None = None
        self._anchor_at = 0

    def see(self, luma: NDArray[np.uint8]) -> None:
        """Take the next picture's full-size luma plane."""
        samples = self._sample(luma)
        black = float(np.mean(samples <= _BLACK_LUMA)) >= _BLACK_SHARE
        if black and self._black_since is None:
            self._black_since = self._seen
        elif not black:
            self._end_black()
        if self._anchor is None or _differs(self._anchor, samples):
            self._end_still()
            self._anchor, self._anchor_at = samples, self._seen
        self._seen += 1

    def finish(self) -> tuple[tuple[Stretch, ...], tuple[Stretch, ...]]:
        """Black stretches and still stretches of the whole clip."""
        self._end_black()
        self._end_still()
        return tuple(self._black), tuple(self._still)

    def _sample(self, luma: NDArray[np.uint8]) -> Samples:
        height, width = luma.shape
        rows = (np.arange(SAMPLE_ROWS) * 2 + 1) * height // (2 * SAMPLE_ROWS)
        columns = (np.arange(SAMPLE_COLUMNS) * 2 + 1) * width // (2 * SAMPLE_COLUMNS)
        return luma[np.ix_(rows, columns)][self._chosen].astype(np.int16)

    def _end_black(self) -> None:
        if self._black_since is not None:
            self._black.append(Stretch(self._black_since, self._seen))
        self._black_since = None

    def _end_still(self) -> None:
        if self._seen - self._anchor_at >= _SHORTEST_FRAMES:
            self._still.append(Stretch(self._anchor_at, self._seen))


def _differs(anchor: Samples, samples: Samples) -> bool:
    return float(np.mean(np.abs(samples - anchor) > _SAME_LEVELS)) > _SAME_SHARE
