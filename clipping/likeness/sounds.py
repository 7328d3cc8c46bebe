"""How a clip sounds: 32 bits for each 20 ms.

The fingerprint of Haitsma and Kalker ("A Highly Robust Audio Fingerprinting System", ISMIR 2002):
whether the difference in energy between two neighbouring bands of 33, from 300 to 2000 Hz, has
grown. It does not depend on level, and hardly on the encoder. Where next to nothing is heard the
code is 0, which is like nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

CODES_PER_S: Final = 50
BITS: Final = 32
_RATE_HZ: Final = 6_000
_FRAME: Final = 2_048
_HOP: Final = _RATE_HZ // CODES_PER_S
_LOWEST_HZ, _HIGHEST_HZ = 300, 2_000
_TAPS_PER_STEP: Final = 6
_QUIET: Final = 1e-5
"""Share of the clip's loud parts (50 dB less) below which a frame counts as silent."""
_BLOCK: Final = 512

Codes = NDArray[np.uint32]
Floats = NDArray[np.float32]


def sound_print(sound: Floats, rate_hz: int) -> bytes:
    """The codes of mono sound, four bytes each; empty for less than 0.37 s.

    ``rate_hz`` is a multiple of 6000.
    """
    bands = np.concatenate([np.zeros((0, BITS + 1), np.float32), *_bands(_slower(sound, rate_hz))])
    if len(bands) < 2:
        return b""
    slopes = bands[:, :-1] - bands[:, 1:]
    bits = np.packbits(np.diff(slopes, axis=0) > 0, axis=1)
    found = np.maximum(1, bits.view(">u4").reshape(-1).astype(np.uint32))
    energy = bands[1:].sum(axis=1)
    found[energy <= _QUIET * np.percentile(energy, 95)] = 0
    return found.astype(">u4").tobytes()


def codes(sound: bytes) -> Codes:
    """The codes of a clip's sound, in order."""
    return np.frombuffer(sound, ">u4").astype(np.uint32)


def _slower(sound: Floats, rate_hz: int) -> Floats:
    """The sound at 6000 Hz: everything above that could be mistaken for what is below goes."""
    step = rate_hz // _RATE_HZ
    size = step * _TAPS_PER_STEP
    if len(sound) < size:
        return np.zeros(0, np.float32)
    at = (np.arange(size) - (size - 1) / 2) / step
    taps = np.sinc(at) * np.hanning(size)
    pieces = np.lib.stride_tricks.sliding_window_view(sound, size)[::step]
    slower: Floats = pieces @ (taps / taps.sum()).astype(np.float32)
    return slower


def _bands(sound: Floats) -> Iterator[Floats]:
    """Energy of each frame in 33 bands, some frames at a time: a long clip needs no more memory."""
    if len(sound) < _FRAME:
        return
    bounds = np.geomspace(_LOWEST_HZ, _HIGHEST_HZ, BITS + 2) * _FRAME / _RATE_HZ
    edges = np.rint(bounds).astype(np.intp)
    window = np.hanning(_FRAME).astype(np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(sound, _FRAME)[::_HOP]
    for first in range(0, len(frames), _BLOCK):
        spectrum = np.fft.rfft(frames[first : first + _BLOCK] * window)
        power = np.square(spectrum.real) + np.square(spectrum.imag)
        bands = np.add.reduceat(power[:, : edges[-1]], edges[:-1], axis=1)
        yield bands.astype(np.float32)
