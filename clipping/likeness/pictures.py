"""How a clip looks: 64 bits for each quarter of a second.

A bit says whether the picture grows brighter from one of nine columns to the next, in one of eight
rows. Text that lies over the picture changes the bits of the cells it covers and no others, which
is why it is not a cosine transform, where every bit looks at the whole picture.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Final

import numpy as np
from numpy.typing import NDArray

LOOKS_PER_S: Final = 4
_ROWS, _COLUMNS = 8, 9
_SAMPLED_ROWS, _SAMPLED_COLUMNS = 240, 135
_BRIGHTER: Final = 2
"""Levels of luma: below that it is the encoder's noise, which must not decide a bit."""

Codes = NDArray[np.uint64]


class Looks:
    """Sees every picture once, in order, and keeps the code of the first of each quarter second."""

    def __init__(self) -> None:
        self._codes: list[bytes] = []
        self._latest = -1

    def see(self, time: Fraction, luma: NDArray[np.uint8]) -> None:
        """Take the next picture's full-size luma plane; ``time`` is in seconds."""
        quarter = int(time * LOOKS_PER_S)
        if quarter > self._latest:
            self._latest = quarter
            self._codes.append(code_of(luma))

    def finish(self) -> bytes:
        """The codes, eight bytes each."""
        return b"".join(self._codes)


def code_of(luma: NDArray[np.uint8]) -> bytes:
    """Eight bytes, one for each row of cells from the top."""
    height, width = luma.shape
    rows = (np.arange(_SAMPLED_ROWS) * 2 + 1) * height // (2 * _SAMPLED_ROWS)
    columns = (np.arange(_SAMPLED_COLUMNS) * 2 + 1) * width // (2 * _SAMPLED_COLUMNS)
    sampled = luma[np.ix_(rows, columns)].reshape(
        _ROWS, _SAMPLED_ROWS // _ROWS, _COLUMNS, _SAMPLED_COLUMNS // _COLUMNS
    )
    cells = sampled.mean(axis=(1, 3), dtype=np.float32)
    return np.packbits(np.diff(cells, axis=1) > _BRIGHTER).tobytes()


def codes(pictures: bytes) -> Codes:
    """The codes of a clip's looks, in order."""
    return np.frombuffer(pictures, ">u8").astype(np.uint64)
