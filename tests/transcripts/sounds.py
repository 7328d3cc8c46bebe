"""Sounds that are no words, made: laughter, applause, music, and what is easily taken for them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tests.transcripts.talks import RATE_HZ, Talk

Sound = NDArray[np.float64]


def time_s(seconds: float) -> Sound:
    return np.arange(round(seconds * RATE_HZ)) / RATE_HZ


def noise(seconds: float, seed: int = 1) -> Sound:
    return np.random.default_rng(seed).standard_normal(round(seconds * RATE_HZ))


def voiced(seconds: float, hz: float) -> Sound:
    """A hoarse vowel."""
    time = time_s(seconds)
    turns = np.cumsum(hz * (1 + 0.02 * np.sin(2 * np.pi * 2 * time))) / RATE_HZ
    formants = (1, 0.8, 0.9, 0.5, 0.6, 0.4, 0.2, 0.15, 0.1)
    return sum((a * np.sin(2 * np.pi * k * turns) for k, a in enumerate(formants, 1)), 0 * time)


def laughter(seconds: float, per_second: float = 4.5, hz: float = 260) -> Sound:
    """Ha-ha-ha: breathy bursts of one vowel."""
    burst = np.clip(np.sin(2 * np.pi * per_second * time_s(seconds)), 0, None) ** 0.7
    return burst * (0.06 * voiced(seconds, hz) + 0.03 * noise(seconds, 4))


def applause(seconds: float, claps_a_second: int = 150) -> Sound:
    sound = np.zeros(round(seconds * RATE_HZ) + 600)
    draw = np.random.default_rng(2)
    for at in draw.integers(0, len(sound) - 600, int(claps_a_second * seconds)):
        sound[at : at + 400] += draw.standard_normal(400) * np.exp(-np.arange(400) / 60)
    return 0.1 * sound[: round(seconds * RATE_HZ)]


def chords(seconds: float) -> Sound:
    """A piano: four chords, two a second."""
    sound = np.zeros(round(seconds * RATE_HZ))
    keys = ((262, 330, 392), (220, 262, 330), (175, 220, 262), (196, 247, 294))
    step = RATE_HZ // 2
    for number, start in enumerate(range(0, len(sound), step)):
        since = time_s(0.5)[: len(sound) - start]
        for key in keys[number % 4]:
            for overtone in range(1, 6):
                wave = np.sin(2 * np.pi * key * overtone * since) / overtone
                sound[start : start + step] += wave * np.exp(-2 * since)
    return 0.06 * sound


def hum(seconds: float) -> Sound:
    """Mains hum."""
    time = time_s(seconds)
    return 0.05 * sum((np.sin(2 * np.pi * 50 * k * time) / k for k in range(1, 9)), 0 * time)


def spoken(talk: Talk, gain_db: float = 0.0) -> Sound:
    return talk.samples / 32768 * 10 ** (gain_db / 20)


def in_a_row(*parts: Sound | float) -> NDArray[np.int16]:
    """One after another, numbers being seconds of silence, as 16-bit samples."""
    sounds = [np.zeros(round(p * RATE_HZ)) if isinstance(p, int | float) else p for p in parts]
    return (np.clip(np.concatenate(sounds), -1, 1) * 32767).astype(np.int16)
