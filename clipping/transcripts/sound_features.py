"""What tells sounds apart that are no words, measured every 40 ms, in bounded memory."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clipping.transcripts.acoustics import RATE_HZ

Floats = NDArray[np.float32]

STEP_MS = 40
STEP = RATE_HZ * STEP_MS // 1000
_WINDOW = 2048
_SHORT = 512
_FULL_SCALE = 32768.0

_FLAT_BINS = slice(10, 192)
"""300 Hz to 6 kHz of the short window: where clapping is flat and voices are not."""
_BAND_EDGES_HZ = np.geomspace(200, 7_000, 9)
_TONE_BINS = slice(10, 384)
"""80 Hz to 3 kHz of the long window: where tones are."""
_AROUND_BINS = 8
_SHORT_LAG = 4
"""160 ms: a note still sounds, a voice has glided on; windows share nothing any more."""
_LONG_LAGS = (13, 21, 33, 50)
"""Half a second to 2 s: a melody has gone on at one of them at least, a hum is the same."""
_LONGEST_LAG = max(_LONG_LAGS)


@dataclass(frozen=True)
class Features:
    """One value per 40 ms."""

    flatness: Floats
    """0 for a tone, about 0.56 for white noise, 300 Hz to 6 kHz."""
    timbre_db: Floats
    """Frames x 8 bands from 200 Hz to 7 kHz, each frame's mean taken out."""
    held: Floats
    """How much the tones of now are those of 160 ms ago, -1..1."""
    unchanged: Floats
    """How much they are those of all of half a second to 2 s ago, -1..1."""


class FeatureMeter:
    """Takes 16 kHz mono samples chunk by chunk and keeps some 50 bytes per frame."""

    def __init__(self) -> None:
        self._rest = np.zeros((_WINDOW - STEP) // 2, np.int16)
        self._tones = np.zeros((_LONGEST_LAG, _TONE_BINS.stop - _TONE_BINS.start), np.float32)
        self._measured: list[Features] = []
        self._samples = 0

    def feed(self, samples: NDArray[np.int16]) -> None:
        """The next samples, any number of them."""
        self._samples += len(samples)
        self._rest = np.concatenate([self._rest, samples])
        count = (len(self._rest) - _WINDOW) // STEP + 1
        if count > 0:
            self._take(self._rest[: (count - 1) * STEP + _WINDOW])
            self._rest = self._rest[count * STEP :]

    def finish(self) -> Features:
        """The result; nothing can be fed afterwards."""
        missing = -(-self._samples // STEP) - sum(len(part.flatness) for part in self._measured)
        if missing > 0:
            padded = np.zeros((missing - 1) * STEP + _WINDOW, np.int16)
            padded[: len(self._rest)] = self._rest[: len(padded)]
            self._take(padded)
        bands = len(_BAND_EDGES_HZ) - 1
        nothing, none = np.zeros(0, np.float32), np.zeros((0, bands), np.float32)
        return Features(
            flatness=np.concatenate([nothing, *(part.flatness for part in self._measured)]),
            timbre_db=np.concatenate([none, *(part.timbre_db for part in self._measured)]),
            held=np.concatenate([nothing, *(part.held for part in self._measured)]),
            unchanged=np.concatenate([nothing, *(part.unchanged for part in self._measured)]),
        )

    def _take(self, samples: NDArray[np.int16]) -> None:
        scaled = samples.astype(np.float32) / _FULL_SCALE
        frames = np.lib.stride_tricks.sliding_window_view(scaled, _WINDOW)[::STEP]
        middle = slice((_WINDOW - _SHORT) // 2, (_WINDOW + _SHORT) // 2)
        power = np.abs(np.fft.rfft(frames[:, middle] * _SHORT_TAPER)) ** 2
        tones = np.concatenate([self._tones, _tones(frames)])
        now = tones[_LONGEST_LAG:]
        self._measured.append(
            Features(
                flatness=_flatness(power[:, _FLAT_BINS]),
                timbre_db=_timbre(power),
                held=_likeness(now, tones[_LONGEST_LAG - _SHORT_LAG : -_SHORT_LAG]),
                unchanged=np.min(
                    [_likeness(now, tones[_LONGEST_LAG - lag : -lag]) for lag in _LONG_LAGS],
                    axis=0,
                ),
            )
        )
        self._tones = tones[-_LONGEST_LAG:]


_SHORT_TAPER = np.hanning(_SHORT).astype(np.float32)
_LONG_TAPER = np.hanning(_WINDOW).astype(np.float32)
_HERTZ = np.fft.rfftfreq(_SHORT, 1 / RATE_HZ)
_BANDS = np.array(
    [(low <= _HERTZ) & (high > _HERTZ) for low, high in itertools.pairwise(_BAND_EDGES_HZ)],
    dtype=np.float32,
).T


def _flatness(power: Floats) -> Floats:
    """Geometric over arithmetic mean."""
    kept = np.maximum(power, 1e-12)
    flat: Floats = (np.exp(np.log(kept).mean(axis=1)) / kept.mean(axis=1)).astype(np.float32)
    return flat


def _timbre(power: Floats) -> Floats:
    bands = 10 * np.log10(power @ _BANDS + 1e-9)
    timbre: Floats = (bands - bands.mean(axis=1, keepdims=True)).astype(np.float32)
    return timbre


def _tones(frames: Floats) -> Floats:
    """What stands out of each spectrum's neighbourhood, as a vector of length 1 (0 for silence)."""
    spectra = np.abs(np.fft.rfft(frames * _LONG_TAPER))[:, _TONE_BINS].astype(np.float32)
    level = np.log(spectra + 1e-4)
    width = 2 * _AROUND_BINS + 1
    padded = np.pad(level, ((0, 0), (_AROUND_BINS + 1, _AROUND_BINS)), mode="edge")
    sums = np.cumsum(padded, axis=1, dtype=np.float64)
    around = ((sums[:, width:] - sums[:, :-width]) / width).astype(np.float32)
    peaks = np.maximum(level - around, 0)
    tones: Floats = peaks / np.maximum(np.linalg.norm(peaks, axis=1, keepdims=True), 1e-6)
    return tones


_CHANCE = 0.35
"""Likeness of two spectra of noise: nothing of theirs is negative."""


def _likeness(one: Floats, other: Floats) -> Floats:
    """Cosine of each row to the other's, scaled so that chance is 0."""
    cosine = (one * other).sum(axis=1)
    likeness: Floats = ((cosine - _CHANCE) / (1 - _CHANCE)).astype(np.float32)
    return likeness
