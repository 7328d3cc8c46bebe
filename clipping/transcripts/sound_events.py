"""Laughter, applause, shouting and music: what is heard besides the words, and how clearly.

Measured from the sound alone. The limits were set between made sounds of each kind and speech;
what lies below them is no event rather than a weak one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clipping.models import SoundEvent, SoundKind
from clipping.timing import TimeSpan
from clipping.transcripts.acoustics import FRAME_MS
from clipping.transcripts.sound_features import STEP_MS, FeatureMeter, Features, Floats
from clipping.transcripts.voice_activity import Activity

Flags = NDArray[np.bool_]

_SILENT_DB = -60.0
_AUDIBLE_BELOW_SPEECH_DB = 25.0
_USUAL_DB = -25.0
"""Level of speech where nobody speaks."""


class SoundMeter:
    """Takes 16 kHz mono samples chunk by chunk; the events come at the end."""

    def __init__(self) -> None:
        self._features = FeatureMeter()

    def feed(self, samples: NDArray[np.int16]) -> None:
        """The next samples, any number of them."""
        self._features.feed(samples)

    def finish(self, activity: Activity) -> tuple[SoundEvent, ...]:
        """All events in order of time; ``activity`` is that of the same samples."""
        return events(self._features.finish(), activity)


@dataclass(frozen=True)
class _Scene:
    """What is known of each 40 ms, and how loud speech usually is."""

    features: Features
    level_db: Floats
    speaking: NDArray[np.float32]
    """Share of the 40 ms in which somebody speaks."""
    usual_db: float

    @property
    def audible(self) -> Flags:
        """Where something is loud enough beside the speech to be meant."""
        limit = max(_SILENT_DB, self.usual_db - _AUDIBLE_BELOW_SPEECH_DB)
        loud: Flags = self.level_db > limit
        return loud


@dataclass(frozen=True)
class _Found:
    """Where a kind of sound is, and how clearly, 0..1."""

    there: Flags
    clear: Floats
    least_ms: int
    bridge_ms: int
    """Shorter gaps do not part an event."""


def events(features: Features, activity: Activity) -> tuple[SoundEvent, ...]:
    """All events in order of time."""
    scene = _scene(features, activity)
    found = [
        SoundEvent(span=span, kind=kind, strength=strength)
        for kind, look in _LOOKS.items()
        for span, strength in _spans(look(scene), scene)
    ]
    return tuple(sorted(found, key=lambda event: (event.span.start_ms, event.kind)))


def _scene(features: Features, activity: Activity) -> _Scene:
    count = len(features.flatness)
    spoken = activity.level_db[activity.speaking]
    return _Scene(
        features=features,
        level_db=_by_step(activity.level_db, count, -100.0),
        speaking=_by_step(activity.speaking.astype(np.float32), count, 0.0),
        usual_db=float(np.median(spoken)) if len(spoken) else _USUAL_DB,
    )


def _by_step(values: Floats, count: int, beyond: float) -> Floats:
    """Means over 40 ms of values for 10 ms."""
    size = STEP_MS // FRAME_MS
    padded = np.full(count * size, beyond, np.float32)
    padded[: len(values)] = values[: len(padded)]
    means: Floats = padded.reshape(count, size).mean(axis=1)
    return means


# --- applause -------------------------------------------------------------------------------------

_FLAT = 0.35
_FLATTEST = 0.55
_TOLD_FROM_MS = 10_000
"""A shorter recording may well be nothing but applause."""


def _applause(scene: _Scene) -> _Found:
    """Flat noise without tones, that rises from the background and lasts."""
    noisy = (scene.features.flatness > _FLAT) & (scene.level_db > _background_db(scene) + 6)
    share = _mean(noisy.astype(np.float32), 600)
    clear = np.clip((scene.features.flatness - _FLAT / 2) / (_FLATTEST - _FLAT / 2), 0, 1)
    there = (share > 0.6) & scene.audible
    return _Found(there, _mean(clear, 600), least_ms=700, bridge_ms=400)


def _background_db(scene: _Scene, share: int = 10) -> float:
    """What is always there: a recording in loud rain is no applause.

    :param share: Percentage of the recording that is no louder.
    """
    long_enough = len(scene.level_db) > _TOLD_FROM_MS // STEP_MS
    return float(np.percentile(scene.level_db, share)) if long_enough else _SILENT_DB


# --- laughter -------------------------------------------------------------------------------------

_LAUGH_MS = 1_400
_LAUGH_LAGS = range(3, 9)
"""120 to 320 ms from one burst to the next: 3 to 8 a second."""
_REGULAR = 0.45
_DEEP_DB = 6.0
_ONE_TIMBRE_DB = 4.5
"""Speech changes its sound with every phone, laughter is the same syllable again and again."""
_OVER_NOISE_DB = 15.0
"""Nearer to the noise that is always there, everything sounds like the noise: of one timbre."""


def _laughter(scene: _Scene) -> _Found:
    """Bursts of one timbre, 3 to 8 a second, regular and deep."""
    size = _LAUGH_MS // STEP_MS
    count = len(scene.level_db)
    clear = np.zeros(count, np.float32)
    loudest = scene.usual_db - _AUDIBLE_BELOW_SPEECH_DB
    level = np.maximum(scene.level_db, loudest)
    clear_of_noise = _background_db(scene, 2) + _OVER_NOISE_DB
    for first in range(0, max(0, count - size + 1), size // 4):
        window = slice(first, first + size)
        if (scene.level_db[window] > loudest).mean() < 0.4:
            continue
        if float(np.percentile(scene.level_db[window], 75)) < clear_of_noise:
            continue
        found = _laughs(level[window], scene.features.timbre_db[window])
        clear[window] = np.maximum(clear[window], found)
    return _Found(clear > 0, clear, least_ms=600, bridge_ms=500)


def _laughs(level: Floats, timbre: Floats) -> float:
    """How clearly a window laughs, 0..1."""
    if float(np.percentile(level, 90) - np.percentile(level, 10)) < _DEEP_DB:
        return 0.0
    loud = level >= np.median(level)
    if float(timbre[loud].std(axis=0).mean()) > _ONE_TIMBRE_DB:
        return 0.0
    steady = level - np.convolve(np.pad(level, 5, mode="edge"), np.ones(11) / 11, "valid")
    power = float(steady @ steady)
    if power <= 0:
        return 0.0
    alike = [
        float(steady[lag:] @ steady[:-lag]) / power * len(level) / (len(level) - lag)
        for lag in _LAUGH_LAGS
    ]
    best = max(alike)
    return 0.0 if best < _REGULAR else min(1.0, 0.4 + best)


# --- shouting -------------------------------------------------------------------------------------

_SHOUT_DB = 9.0
"""A word said with weight stays under 6."""
_LOUDEST_DB = 20.0


def _shouting(scene: _Scene) -> _Found:
    """A voice far over the level at which the recording's speech usually is."""
    power = _mean((10 ** (scene.level_db / 10)).astype(np.float32), 400)
    over = 10 * np.log10(np.maximum(power, 1e-10)) - scene.usual_db
    clear = np.clip(over / _LOUDEST_DB, 0, 1).astype(np.float32)
    # Speaking is told in stretches of 2 s, so a bang beside a word is in one, too.
    voiced = (_mean(scene.speaking, 400) > 0.3) & (_mean(scene.features.flatness, 400) < 0.3)
    there = (over > _SHOUT_DB) & voiced
    return _Found(there, clear, least_ms=400, bridge_ms=300)


# --- music ----------------------------------------------------------------------------------------

_HELD = 0.45
"""Speech stays under 0.25."""
_SAME = 0.7
_TOLD_AFTER_MS = 2_000
"""Only then is it known what a sound was like before it changed, or did not."""


def _music(scene: _Scene) -> _Found:
    """Tones that are held, and change over seconds; what never changes is a hum or a beep."""
    held = _mean(scene.features.held, 2_000)
    tonal = _mean((scene.features.flatness < 0.3).astype(np.float32), 2_000) > 0.7
    there = (held > _HELD) & tonal & (_mean(scene.audible.astype(np.float32), 2_000) > 0.7)
    for start, stop in _runs(there):
        later = scene.features.unchanged[start + _TOLD_AFTER_MS // STEP_MS : stop]
        if not len(later) or float(np.median(later)) > _SAME:
            there[start:stop] = False
    return _Found(there, np.clip(held, 0, 1), least_ms=_TOLD_AFTER_MS, bridge_ms=1_500)


_LOOKS: dict[SoundKind, Callable[[_Scene], _Found]] = {
    SoundKind.APPLAUSE: _applause,
    SoundKind.LAUGHTER: _laughter,
    SoundKind.SHOUTING: _shouting,
    SoundKind.MUSIC: _music,
}


# --- spans ----------------------------------------------------------------------------------------


def _mean(values: Floats, width_ms: int) -> Floats:
    """Mean around each frame; beyond the ends lies what is at the ends."""
    if not len(values):
        return values
    half = max(1, width_ms // STEP_MS // 2)
    padded = np.pad(values.astype(np.float64), (half + 1, half), mode="edge")
    sums = np.cumsum(padded)
    mean: Floats = ((sums[2 * half + 1 :] - sums[: -(2 * half + 1)]) / (2 * half + 1)).astype(
        np.float32
    )
    return mean


def _runs(there: Flags) -> list[list[int]]:
    """First frame of each run, and the one behind its last."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], there.astype(int), [0]])))
    found: list[list[int]] = edges.reshape(-1, 2).tolist()
    return found


def _spans(found: _Found, scene: _Scene) -> list[tuple[TimeSpan, float]]:
    runs: list[list[int]] = []
    for start, stop in _runs(found.there):
        if runs and (start - runs[-1][1]) * STEP_MS < found.bridge_ms:
            runs[-1][1] = stop
        else:
            runs.append([start, stop])
    return [
        (
            TimeSpan(start_ms=start * STEP_MS, end_ms=stop * STEP_MS),
            _strength(found, scene, slice(start, stop)),
        )
        for start, stop in runs
        if (stop - start) * STEP_MS >= found.least_ms
    ]


def _strength(found: _Found, scene: _Scene, part: slice) -> float:
    """How clear it is, and how loud beside speech: as loud as speech counts in full."""
    level = float(np.percentile(scene.level_db[part], 75))
    loud = np.clip(1 + (level - scene.usual_db) / _AUDIBLE_BELOW_SPEECH_DB, 0.2, 1)
    return round(float(np.clip(found.clear[part].mean() * loud, 0, 1)), 3)
