"""Whether somebody speaks, and how loud each 10 ms is: numpy only, in bounded memory.

A voice differs from tones, noise, engines, drums and most music by three things at once, measured
over two seconds: its pitch glides instead of standing still, its timbre changes, and it changes
fast (a sound every 80 ms). The limits were set between real and synthetic speech, also in noise
and over music, on one side and such sounds on the other; sung words count as speech.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clipping.timing import TimeSpan
from clipping.transcripts.acoustics import FRAME_MS, RATE_HZ

Frames = NDArray[np.float32]

HOP = RATE_HZ * FRAME_MS // 1000
_WINDOW = 640
_FFT = 1024
_LOWEST_LAG, _HIGHEST_LAG = 40, 230
"""Pitch from 70 to 400 Hz at 16 kHz."""
_PITCH_BAND_HZ = 70.0, 1500.0
_TIMBRE_EDGES_HZ = np.geomspace(100, 7000, 17)
_FULL_SCALE = 32768.0
_SILENCE_DB = -60.0
"""Quieter frames, in dB of full scale, are never speech."""

_BLOCK = 200
_STEP = 100
_BELOW_LOUD_DB = 25.0
_PERIODIC = 0.6
_LEAST_LOUD_FRAMES = 20
_LEAST_VOICED = 0.25
_LEAST_GLIDING = 0.45
_LEAST_TIMBRE_DB = 4.0
_LEAST_CHANGE_DB = 3.3
_GLIDE = 0.002
_JUMP = 0.15


@dataclass(frozen=True)
class Activity:
    """What was found over a whole recording; one value per 10 ms frame."""

    level_db: Frames
    """Loudness in dB of full scale."""
    speaking: NDArray[np.bool_]
    """Whether the frame is a sound of somebody speaking."""

    @property
    def spoken_ms(self) -> int:
        """How long somebody speaks, pauses not counted."""
        return int(self.speaking.sum()) * FRAME_MS

    def share(self, span: TimeSpan) -> float:
        """Share of a span's frames in which somebody speaks, 0..1; 0 behind the end."""
        frames = self.speaking[span.start_ms // FRAME_MS : -(-span.end_ms // FRAME_MS)]
        return float(frames.mean()) if len(frames) else 0.0

    def levels(self, span: TimeSpan) -> Frames:
        """Loudness of the frames of a span."""
        return self.level_db[span.start_ms // FRAME_MS : -(-span.end_ms // FRAME_MS)]


class ActivityMeter:
    """Takes 16 kHz mono samples chunk by chunk and keeps a few bytes per frame."""

    def __init__(self) -> None:
        self._rest = np.zeros((_WINDOW - HOP) // 2, np.int16)
        self._measured: list[_Measures] = []
        self._samples = 0

    def feed(self, samples: NDArray[np.int16]) -> None:
        """The next samples, any number of them."""
        self._samples += len(samples)
        self._rest = np.concatenate([self._rest, samples])
        count = (len(self._rest) - _WINDOW) // HOP + 1
        if count > 0:
            self._measured.append(_measure(self._rest[: (count - 1) * HOP + _WINDOW]))
            self._rest = self._rest[count * HOP :]

    def finish(self) -> Activity:
        """The result; nothing can be fed afterwards."""
        frames = -(-self._samples // HOP)
        missing = frames - sum(len(part.level_db) for part in self._measured)
        if missing > 0:
            length = (missing - 1) * HOP + _WINDOW
            padded = np.zeros(length, np.int16)
            padded[: min(length, len(self._rest))] = self._rest[:length]
            self._measured.append(_measure(padded))
        if not self._measured:
            return Activity(np.zeros(0, np.float32), np.zeros(0, bool))
        found = _Measures(
            *(np.concatenate(parts) for parts in zip(*map(_fields, self._measured), strict=True))
        )
        return Activity(found.level_db.astype(np.float32), _speaking(found))


def measured(chunks: Iterable[NDArray[np.int16]]) -> Activity:
    """The activity of a stream of samples."""
    meter = ActivityMeter()
    for chunk in chunks:
        meter.feed(chunk)
    return meter.finish()


@dataclass(frozen=True)
class _Measures:
    level_db: Frames
    periodicity: Frames
    lag: NDArray[np.int16]
    timbre_db: NDArray[np.float16]
    """Frames x 16 bands, each frame's mean taken out."""


def _fields(part: _Measures) -> tuple[NDArray[np.generic], ...]:
    return part.level_db, part.periodicity, part.lag, part.timbre_db


_TAPER = np.hanning(_WINDOW).astype(np.float32)
_HERTZ = np.fft.rfftfreq(_FFT, 1 / RATE_HZ)
_PITCHED = (_PITCH_BAND_HZ[0] <= _HERTZ) & (_PITCH_BAND_HZ[1] >= _HERTZ)
_BANDS = np.array(
    [(first <= _HERTZ) & (last > _HERTZ) for first, last in itertools.pairwise(_TIMBRE_EDGES_HZ)],
    dtype=np.float32,
).T
_OWN = np.fft.irfft(np.abs(np.fft.rfft(_TAPER, _FFT)) ** 2)[: _HIGHEST_LAG + 1]
_OWN = (_OWN / _OWN[0]).astype(np.float32)
"""Autocorrelation of the taper itself, divided out of what is measured through it."""


def _measure(samples: NDArray[np.int16]) -> _Measures:
    scaled = samples.astype(np.float32) / _FULL_SCALE
    frames = np.lib.stride_tricks.sliding_window_view(scaled, _WINDOW)[::HOP]
    power = np.abs(np.fft.rfft(frames * _TAPER, _FFT)) ** 2
    echo = np.fft.irfft(power * _PITCHED)[:, : _HIGHEST_LAG + 1]
    echo = echo / np.maximum(echo[:, :1], 1e-12) / _OWN
    pitch = echo[:, _LOWEST_LAG:]
    bands = 10 * np.log10(power @ _BANDS + 1e-9)
    middle = slice((_WINDOW - 2 * HOP) // 2, (_WINDOW + 2 * HOP) // 2)
    level = 10 * np.log10((frames[:, middle] ** 2).mean(axis=1) + 1e-10)
    return _Measures(
        level_db=level.astype(np.float32),
        periodicity=pitch.max(axis=1).astype(np.float32),
        lag=(pitch.argmax(axis=1) + _LOWEST_LAG).astype(np.int16),
        timbre_db=(bands - bands.mean(axis=1, keepdims=True)).astype(np.float16),
    )


def _speaking(found: _Measures) -> NDArray[np.bool_]:
    frames = len(found.level_db)
    speaking = np.zeros(frames, bool)
    for first in range(0, max(1, frames - _BLOCK + _STEP), _STEP):
        block = slice(first, first + _BLOCK)
        level = found.level_db[block]
        loud = level > max(_SILENCE_DB, float(np.percentile(level, 95)) - _BELOW_LOUD_DB)
        if _is_speech(found, block, loud):
            speaking[block] |= loud
    return speaking


def _is_speech(found: _Measures, block: slice, loud: NDArray[np.bool_]) -> bool:
    if loud.sum() < _LEAST_LOUD_FRAMES:
        return False
    voiced = (found.periodicity[block] > _PERIODIC) & loud
    if voiced.sum() < _LEAST_VOICED * loud.sum():
        return False
    timbre = found.timbre_db[block].astype(np.float32)
    if timbre[loud].std(axis=0).mean() < _LEAST_TIMBRE_DB:
        return False
    change = np.abs(timbre[5:] - timbre[:-5]).mean(axis=1)[loud[5:]]
    if not len(change) or change.mean() < _LEAST_CHANGE_DB:
        return False
    together = voiced[1:] & voiced[:-1]
    steps = np.abs(np.diff(np.log(found.lag[block].astype(np.float32))))[together]
    steps = steps[steps < _JUMP]
    return len(steps) > 0 and float((steps > _GLIDE).mean()) >= _LEAST_GLIDING
