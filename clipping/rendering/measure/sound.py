"""Levels of the clip's sound: over all, inside mutes, and beside them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from clipping.errors import RenderFailed
from clipping.media.container import only_itself
from clipping.media.ffmpeg import run_ffmpeg
from clipping.models import ClipWord
from clipping.timing import TimeSpan

MUTE_EDGE_MS = 3
"""Left out at both ends of a mute: AAC smears an edge over one of its short blocks, 2.7 ms."""
SILENCE_DBFS = -120.0
"""What digital silence counts as."""

_NEIGHBOUR_MS = 150
"""How much of a neighbouring word is listened to, on the side of the mute."""
_RAMP_MS = 16
"""A mute fades within this, outside of its span."""
_NEIGHBOUR_STEP_MS = 20
_LIMITED_DBFS = -18.0
"""Loud words under a limiter keep at least this level."""
_AUDIBLE_DBFS = -50.0
_LEAST_GAIN_DB = -35.0
_WINDOW_MS = 5

_INTEGRATED = re.compile(r"^\s+I:\s+(-?[\d.]+|-?inf|nan) LUFS", re.MULTILINE)
_TRUE_PEAK = re.compile(r"True peak:\s+Peak:\s+(-?[\d.]+|-?inf|nan) dBFS")

Samples = NDArray[np.float32]


def loudness_and_peak(path: Path, duration_ms: int) -> tuple[float, float]:
    """Integrated loudness in LUFS and true peak in dBTP of the encoded sound (EBU R 128).

    :raises RenderFailed: ffmpeg cannot decode the sound or says nothing about it.
    """
    meter = "ebur128=peak=true:framelog=quiet"
    args = [
        *only_itself(path),
        "-i",
        f"file:{path.absolute()}",
        "-map",
        "0:a:0",
        "-af",
        meter,
        "-f",
        "null",
        "-",
    ]
    log = run_ffmpeg(args, timeout_s=60 + duration_ms / 1000).log
    summary = log[log.rfind("Summary:") :]
    loudness, peak = _INTEGRATED.search(summary), _TRUE_PEAK.search(summary)
    if loudness is None or peak is None:
        raise RenderFailed(f"The loudness of {path.name} cannot be measured.", log_tail=log[-4000:])
    return _level(loudness.group(1)), _level(peak.group(1))


def loudest_inside(sound: Samples, rate_hz: int, mutes: Iterable[TimeSpan]) -> float:
    """The loudest 5 ms inside any of the mutes, in dBFS (RMS); ``SILENCE_DBFS`` without one."""
    loudest = SILENCE_DBFS
    for mute in mutes:
        inside = _cut(sound, rate_hz, mute.start_ms + MUTE_EDGE_MS, mute.end_ms - MUTE_EDGE_MS)
        size = max(1, rate_hz * _WINDOW_MS // 1000)
        for at in range(0, len(inside), size):
            loudest = max(loudest, level_dbfs(inside[at : at + size]))
    return loudest


def quietest_neighbour(
    clip: Samples,
    source: Samples,
    rate_hz: int,
    words: Sequence[ClipWord],
    mutes: Sequence[TimeSpan],
) -> float | None:
    """By how many dB the worst 20 ms beside a mute lie below what is to be expected there.

    Expected is the source's level and the gain that the clip's words usually got, but no more than
    a limiter leaves. Both sounds begin with the clip; only heard words beside a mute are listened
    to, and only next to it. None when there is none.
    """
    # Far below the source, the clip as a whole has lost its sound: that is no measure of "usual".
    usual = max(_usual_gain(clip, source, rate_hz, words, mutes), _LEAST_GAIN_DB)
    missing: list[float] = []
    for start, end in _beside(words, mutes):
        for at in range(start, end - _NEIGHBOUR_STEP_MS + 1, _NEIGHBOUR_STEP_MS):
            before = level_dbfs(_cut(source, rate_hz, at, at + _NEIGHBOUR_STEP_MS))
            if before >= _AUDIBLE_DBFS:
                after = level_dbfs(_cut(clip, rate_hz, at, at + _NEIGHBOUR_STEP_MS))
                missing.append(after - min(before + usual, _LIMITED_DBFS))
    return min(missing, default=None)


def _usual_gain(
    clip: Samples,
    source: Samples,
    rate_hz: int,
    words: Sequence[ClipWord],
    mutes: Sequence[TimeSpan],
) -> float:
    """The middle gain of all words that no mute touches, 0 dB without one."""
    gains = []
    for word in words:
        if any(mute.start_ms < word.end_ms and word.start_ms < mute.end_ms for mute in mutes):
            continue
        before = level_dbfs(_cut(source, rate_hz, word.start_ms, word.end_ms))
        if before >= _AUDIBLE_DBFS:
            gains.append(level_dbfs(_cut(clip, rate_hz, word.start_ms, word.end_ms)) - before)
    return float(np.median(gains)) if gains else 0.0


def level_dbfs(samples: Samples) -> float:
    """RMS level, full scale 1."""
    if not len(samples):
        return SILENCE_DBFS
    power = float(np.mean(samples.astype(np.float64) ** 2))
    return max(SILENCE_DBFS, 10 * float(np.log10(max(power, 1e-12))))


def resampled(samples: Samples, from_hz: int, to_hz: int) -> Samples:
    """Every ``from_hz / to_hz``-th sample (a whole number) behind a half-band limit."""
    factor, rest = divmod(from_hz, to_hz)
    assert rest == 0, "rates must be multiples"
    taps = 16 * factor + 1
    at = np.arange(taps) - taps // 2
    kernel = np.sinc(at * 0.9 / factor) * np.hamming(taps)
    kernel /= kernel.sum()
    if len(samples) < taps:
        return samples[::factor]
    filtered = np.convolve(samples, kernel.astype(np.float32), mode="same")
    return filtered[::factor].astype(np.float32)


def _beside(words: Sequence[ClipWord], mutes: Sequence[TimeSpan]) -> list[tuple[int, int]]:
    """The parts of heard words next to each mute, in ms, clear of its ramps."""
    heard = [word for word in words if not word.muted]
    parts: list[tuple[int, int]] = []
    for mute in mutes:
        before = [word for word in heard if word.end_ms <= mute.start_ms]
        after = [word for word in heard if word.start_ms >= mute.end_ms]
        if before:
            end = min(before[-1].end_ms, mute.start_ms - _RAMP_MS)
            parts.append((max(before[-1].start_ms, end - _NEIGHBOUR_MS), end))
        if after:
            start = max(after[0].start_ms, mute.end_ms + _RAMP_MS)
            parts.append((start, min(after[0].end_ms, start + _NEIGHBOUR_MS)))
    return parts


def _cut(samples: Samples, rate_hz: int, start_ms: int, end_ms: int) -> Samples:
    return samples[max(0, start_ms) * rate_hz // 1000 : max(0, end_ms) * rate_hz // 1000]


def _level(text: str) -> float:
    """A level as ffmpeg prints it; silence is minus infinity, or no number at all."""
    return SILENCE_DBFS if "inf" in text or text == "nan" else float(text)
