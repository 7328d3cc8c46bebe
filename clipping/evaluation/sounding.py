"""The sound of a planted talk: a voice that hums every word, room noise, and laughter.

A detector that listens has to hear something; what it hears speaks for a moment only a little.
"""

from __future__ import annotations

import wave
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from clipping.evaluation.planted import PlantedTalk
from clipping.media.ffmpeg import run_ffmpeg

RATE_HZ: Final = 16_000
_PITCH_HZ: Final = 130
_VOICE: Final = 0.12
_NOISE: Final = 0.0006
_TIMEOUT_S: Final = 120.0

Samples = NDArray[np.float32]


def sound_of(talk: PlantedTalk) -> NDArray[np.int16]:
    """The whole talk, mono at 16 kHz."""
    random = np.random.default_rng(len(talk.transcript.words))
    count = _at(talk.duration_ms)
    room = random.normal(0, _NOISE, 10 * RATE_HZ).astype(np.float32)
    sound = np.tile(room, count // len(room) + 1)[:count]
    voice = _hum(3 * RATE_HZ)
    for word, loud in zip(talk.transcript.words, talk.loudness, strict=True):
        first, last = _at(word.span.start_ms), _at(word.span.end_ms)
        swell = np.sqrt(np.abs(np.sin(np.pi * np.linspace(0, 1, last - first, dtype=np.float32))))
        sound[first:last] += _VOICE * loud * swell * voice[: last - first]
    for reaction in talk.reactions:
        first, last = _at(reaction.span.start_ms), _at(reaction.span.end_ms)
        sound[first:last] += _laughter(last - first, random)
    return (np.clip(sound, -1, 1) * 32_767).astype(np.int16)


def record(talk: PlantedTalk, folder: Path) -> Path:
    """Write the talk as a small film under a grey picture, and return its path."""
    loose = folder / "sound.wav"
    with wave.open(str(loose), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(sound_of(talk).tobytes())
    path = folder / "talk.mkv"
    picture = f"color=c=gray:size=64x36:rate=2:duration={talk.duration_ms / 1000:.3f}"
    run_ffmpeg(
        [
            *("-f", "lavfi", "-i", picture, "-f", "wav", "-i", str(loose)),
            *("-c:v", "libx264", "-preset", "ultrafast", "-c:a", "pcm_s16le", str(path)),
        ],
        timeout_s=_TIMEOUT_S,
    )
    loose.unlink()
    return path


def _at(time_ms: int) -> int:
    return time_ms * RATE_HZ // 1000


def _hum(count: int) -> Samples:
    time = np.arange(count, dtype=np.float64) / RATE_HZ
    hum = sum(np.sin(2 * np.pi * _PITCH_HZ * part * time) / part for part in (1, 2, 3, 5, 8))
    return np.asarray(hum, np.float32)


def _laughter(count: int, random: np.random.Generator) -> Samples:
    """Breathy, voiced bursts, 4.5 a second."""
    time = np.arange(count, dtype=np.float64) / RATE_HZ
    burst = np.clip(np.sin(2 * np.pi * 4.5 * time), 0, None) ** 0.7
    voiced = 0.06 * np.sin(2 * np.pi * 260 * time) + random.normal(0, 0.04, count)
    return np.asarray(burst * voiced, np.float32)
