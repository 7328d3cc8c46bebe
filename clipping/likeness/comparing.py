"""How much two clips share of what is heard and seen, wherever in each of them it lies.

Variations are cut at other sentences, so one may begin later than the other. They are laid over
one another where most of them agrees; the distance is the share of all their time in which they
do not: 0 for the same, 1 for nothing in common.
"""

from __future__ import annotations

from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from clipping.likeness import pictures, sounds
from clipping.models import ClipPrint

MOST_WRONG_BITS: Final = 0.35
"""Share of the bits of a second of sound that may differ (Haitsma and Kalker's threshold)."""
_BLOCK: Final = sounds.CODES_PER_S
MOST_OTHER_CELLS: Final = 12
"""Bits of 64 that may differ between two looks: what a hook covers."""

Spectra = NDArray[np.complex64]


class Trace:
    """A clip's print, made ready to be compared with others of its source."""

    def __init__(self, print_: ClipPrint, longest: int) -> None:
        """``longest`` is the greatest :func:`length` among all that it is compared with."""
        self.looks = pictures.codes(print_.pictures)
        self.codes = sounds.codes(print_.sound)
        self._size = 1 << (2 * longest).bit_length()

    @cached_property
    def spectra(self) -> Spectra:
        """Of every other bit as -1 and 1, silence as 0, one row each: enough to find the place."""
        shifts = np.arange(0, sounds.BITS, 2, dtype=np.uint32)[:, None]
        bits = (self.codes >> shifts & 1).astype(np.float32) * 2 - 1
        return np.fft.rfft(bits * (self.codes != 0), self._size).astype(np.complex64)

    def offset_of(self, other: Trace) -> int:
        """How many codes later than this one ``other`` begins, where they agree most."""
        product = np.einsum("ij,ij->j", self.spectra, other.spectra.conj())
        agreement = np.fft.irfft(product, self._size)
        best = int(np.argmax(agreement))
        return best if best < self._size // 2 else best - self._size


def length(print_: ClipPrint) -> int:
    """Codes of sound."""
    return len(print_.sound) // 4


def sound_distance(one: Trace, other: Trace) -> float | None:
    """Share of the seconds with sound that only one of them has; None when neither has any."""
    first, second = one.codes, other.codes
    heard = int(np.count_nonzero(first)) + int(np.count_nonzero(second))
    if not heard:
        return None
    shared = _shared_codes(first, second, one.offset_of(other)) if len(first) and len(second) else 0
    return 1 - shared / (heard - shared)


def _shared_codes(first: sounds.Codes, second: sounds.Codes, offset: int) -> int:
    """How many codes lie in seconds in which the two agree."""
    begin, end = max(0, offset), min(len(first), offset + len(second))
    if end <= begin:
        return 0
    here, there = first[begin:end], second[begin - offset : end - offset]
    both = (here != 0) & (there != 0)
    wrong = np.bitwise_count(here ^ there).astype(np.int64) * both
    seconds = np.arange(0, end - begin, _BLOCK)
    counted = np.add.reduceat(both.astype(np.int64), seconds)
    errors = np.add.reduceat(wrong, seconds)
    return int(counted[errors <= MOST_WRONG_BITS * sounds.BITS * counted].sum())


def picture_distance(one: Trace, other: Trace) -> float | None:
    """Share of the looks that only one of them has; None when neither has any."""
    count = len(one.looks) + len(other.looks)
    if not count:
        return None
    if not len(one.looks) or not len(other.looks):
        return 1.0
    unlike = np.bitwise_count(one.looks[:, None] ^ other.looks[None, :])
    rows, columns = np.nonzero(unlike <= MOST_OTHER_CELLS)
    at = rows - columns + len(other.looks) - 1
    shared = int(np.bincount(at, minlength=1).max())
    return 1 - shared / (count - shared)
