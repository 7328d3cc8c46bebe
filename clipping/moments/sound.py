"""What can be heard, apart from the words: level, bursts of laughter, applause, music.

The sound is read once, in chunks; what is kept is one level per 20 ms and one flatness per 40 ms,
about 1 MB per hour, so a three-hour talk is never in memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from clipping.timing import TimeSpan

RATE_HZ = 16_000
FRAME_MS = 20
SILENCE_DB = -100.0
_FRAME = RATE_HZ * FRAME_MS // 1000
_FFT = 512
_LOW_BIN, _HIGH_BIN = 10, 192
"""300 Hz to 6 kHz: where applause is flat and voices are not."""
APPLAUSE_FLATNESS = 0.45
"""White noise measures about 0.56 in one frame, a voiced sound under 0.2, an f or s about 0.4."""
_LEAST_APPLAUSE_MS = 700
_LEAST_GAP_MS = 600

Levels = NDArray[np.float32]


@dataclass(frozen=True)
class Burst:
    """A stretch of laughter or applause."""

    kind: str
    span: TimeSpan


class SoundTrack:
    """Levels of a source: ``db[k]`` (dBFS, at least -100) covers ``20 k .. 20 (k + 1)`` ms.

    ``flatness[k]`` (0..1) covers ``40 k .. 40 (k + 1)`` ms. A track without a frame is silence.
    """

    def __init__(self, db: Levels, flatness: Levels) -> None:
        self.db = db
        self.flatness = flatness

    @cached_property
    def _power(self) -> NDArray[np.float64]:
        """Running sum of power; entry k is the sum over the first k frames."""
        power = np.power(10.0, self.db.astype(np.float64) / 10)
        return np.concatenate([[0.0], np.cumsum(power)])

    def level_db(
        self, start_ms: NDArray[np.int64], end_ms: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """Mean level of each span in dBFS; -100 for spans beyond the end of the sound."""
        last = len(self.db)
        first = np.clip(start_ms // FRAME_MS, 0, last)
        stop = np.clip(np.maximum(-(-end_ms // FRAME_MS), start_ms // FRAME_MS + 1), 0, last)
        mean = (self._power[stop] - self._power[first]) / np.maximum(1, stop - first)
        level: NDArray[np.float64] = 10 * np.log10(np.maximum(mean, 1e-10))
        return level

    def quietest_ms(self, start_ms: int, end_ms: int) -> int:
        """The quietest instant in ``start_ms .. end_ms`` (both allowed), the middle of a tie.

        Levels are smoothed over 60 ms, so a dip inside a consonant does not win over a pause.
        """
        first = start_ms // FRAME_MS
        stop = min(len(self.db), -(-end_ms // FRAME_MS))
        middle = (start_ms + end_ms) // 2
        if end_ms <= start_ms or stop <= first:
            return max(start_ms, middle)
        padded = self.db[max(0, first - 1) : stop + 1]
        smooth = np.convolve(np.pad(padded, 1, mode="edge"), np.ones(3) / 3, mode="valid")
        smooth = smooth[first - max(0, first - 1) :][: stop - first]
        centres = (np.arange(first, stop) * FRAME_MS + FRAME_MS // 2).clip(start_ms, end_ms)
        near = np.abs(centres - middle) / max(1, end_ms - start_ms)
        best = int(np.lexsort((near, np.round(smooth, 1)))[0])
        return int(centres[best])


def measure(chunks: Iterable[NDArray[np.int16]]) -> SoundTrack:
    """The levels of 16 kHz mono sound that arrives in chunks of any length."""
    levels: list[Levels] = []
    flat: list[Levels] = []
    rest = np.zeros(0, dtype=np.int16)
    step = 2 * _FRAME
    for chunk in chunks:
        samples = np.concatenate([rest, chunk]) if len(rest) else chunk
        whole = len(samples) // step * step
        if whole:
            block = _samples(samples[:whole])
            levels.append(_levels(block))
            flat.append(_flatness(block))
        rest = samples[whole:]
    if len(rest):
        block = _samples(np.pad(rest, (0, step - len(rest))))
        levels.append(_levels(block))
        flat.append(_flatness(block))
    empty = np.zeros(0, dtype=np.float32)
    return SoundTrack(np.concatenate([empty, *levels]), np.concatenate([empty, *flat]))


def _samples(sound: NDArray[np.int16]) -> Levels:
    return np.divide(sound, 32768, dtype=np.float32)


def _levels(block: Levels) -> Levels:
    power = np.mean(np.square(block.reshape(-1, _FRAME)), axis=1)
    levels: Levels = (10 * np.log10(np.maximum(power, 1e-10))).astype(np.float32)
    return levels


def _flatness(block: Levels) -> Levels:
    """Geometric over arithmetic mean of the power spectrum, 300 Hz to 6 kHz, per 40 ms."""
    frames = block.reshape(-1, 2 * _FRAME)[:, :_FFT] * np.hanning(_FFT).astype(np.float32)
    spectrum = np.abs(np.fft.rfft(frames, axis=1)[:, _LOW_BIN:_HIGH_BIN]) ** 2
    spectrum = np.maximum(spectrum, 1e-12)
    ratio = np.exp(np.mean(np.log(spectrum), axis=1)) / np.mean(spectrum, axis=1)
    flatness: Levels = ratio.astype(np.float32)
    return flatness


def bursts(track: SoundTrack, gaps: Sequence[TimeSpan], speech_db: float) -> tuple[Burst, ...]:
    """Applause anywhere, and laughter in the ``gaps`` between words, in order of time.

    ``speech_db`` is the talk's usual level: what is 25 dB or more under it is background.
    """
    found = list(_applause(track, speech_db))
    found += [Burst("laughter", gap) for gap in gaps if _laughs(track, gap, speech_db)]
    return tuple(sorted(found, key=lambda burst: (burst.span.start_ms, burst.kind)))


def _applause(track: SoundTrack, speech_db: float) -> list[Burst]:
    """Runs of at least 0.7 s in which most frames are loud, flat noise."""
    frames = len(track.flatness)
    if not frames:
        return []
    loud = track.db[: 2 * frames].reshape(frames, 2).min(axis=1) > speech_db - 25
    noisy = (loud & (track.flatness > APPLAUSE_FLATNESS)).astype(np.float64)
    window = 15
    share = np.convolve(noisy, np.ones(window) / window, mode="same")
    edges = np.flatnonzero(np.diff(np.concatenate([[0], (share > 0.7).astype(int), [0]])))
    spans = [(int(a) * 40, int(b) * 40) for a, b in edges.reshape(-1, 2)]
    return [
        Burst("applause", TimeSpan(start_ms=a, end_ms=b))
        for a, b in spans
        if b - a >= _LEAST_APPLAUSE_MS - window * 40 // 2
    ]


def _laughs(track: SoundTrack, gap: TimeSpan, speech_db: float) -> bool:
    """Whether a gap holds loud bursts at the 3 to 7 a second of laughter, and is no tone."""
    first, stop = gap.start_ms // FRAME_MS, min(len(track.db), gap.end_ms // FRAME_MS)
    level = track.db[first:stop].astype(np.float64)
    if len(level) < _LEAST_GAP_MS // FRAME_MS:
        return False
    heard = level > speech_db - 20
    if heard.mean() < 0.35 or np.percentile(level, 90) - np.percentile(level, 15) < 5:
        return False
    level = np.maximum(level, speech_db - 30)
    steady = level - np.convolve(np.pad(level, 12, mode="edge"), np.ones(25) / 25, mode="valid")
    strength = np.abs(np.fft.rfft(steady * np.hanning(len(steady)), n=1024)) ** 2
    rate_hz = np.fft.rfftfreq(1024, FRAME_MS / 1000)
    all_rates = strength[(rate_hz > 0.8) & (rate_hz < 20)].sum()
    laughing = strength[(rate_hz >= 3) & (rate_hz <= 7)].sum()
    tonal = np.median(track.flatness[first // 2 : max(first // 2 + 1, stop // 2)]) < 0.01
    return bool(all_rates > 0 and laughing / all_rates > 0.6 and not tonal)


def is_music(track: SoundTrack, span: TimeSpan, speech_db: float) -> bool:
    """Whether a stretch without words is filled with steady, tonal sound near the speech level."""
    first, stop = span.start_ms // FRAME_MS, min(len(track.db), span.end_ms // FRAME_MS)
    if stop - first < 50:
        return False
    level = track.db[first:stop]
    loud = float((level > speech_db - 18).mean())
    flat = float(np.median(track.flatness[first // 2 : max(first // 2 + 1, stop // 2)]))
    return loud > 0.8 and flat < 0.3
