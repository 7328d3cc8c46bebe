"""Talks for tests: written lines become timed words, and sound is made to fit them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from clipping.models import Detection, DetectOptions, Transcript, Word
from clipping.moments.selection import select
from clipping.moments.sound import SoundTrack, measure
from clipping.moments.talk import Talk, study
from clipping.timing import TimeSpan

RATE_HZ = 16_000
STOPS = ".!?…。！？؟"
WordGain = Callable[[int], float]


def speak(
    lines: Sequence[str],
    *,
    start_ms: int = 300,
    word_gap_ms: int = 20,
    comma_ms: int = 180,
    stop_ms: int = 450,
    line_ms: int = 700,
    speakers: Sequence[str | None] | None = None,
) -> tuple[Word, ...]:
    """Words at an ordinary pace: a word lasts by its letters, punctuation makes pauses."""
    words: list[Word] = []
    now = start_ms
    for number, line in enumerate(lines):
        speaker = speakers[number] if speakers else None
        for text in line.split():
            lasts = 120 + 45 * min(9, len(text))
            span = TimeSpan(start_ms=now, end_ms=now + lasts)
            words.append(Word(text=text, span=span, speaker=speaker))
            pause = (
                stop_ms if text[-1] in STOPS else comma_ms if text[-1] in ",;:—" else word_gap_ms
            )
            now += lasts + pause
        now += line_ms
    return tuple(words)


def plain_words(words: Sequence[Word]) -> tuple[Word, ...]:
    """The same words as a recogniser writes them: lower case, no punctuation."""
    return tuple(
        word.model_copy(update={"text": word.text.strip('.,!?;:—…"“”').lower() or "uh"})
        for word in words
    )


def transcript(words: Sequence[Word], language: str = "en") -> Transcript:
    return Transcript(
        engine="test",
        engine_version="1",
        language=language,
        words=tuple(words),
        chosen_because="The test wrote it.",
    )


def duration_of(words: Sequence[Word], tail_ms: int = 800) -> int:
    return (words[-1].span.end_ms if words else 0) + tail_ms


def voice(words: Sequence[Word], duration_ms: int, gain: WordGain | None = None) -> SoundTrack:
    """A sound track in which every word hums at -20 dBFS (times ``gain``) over faint noise."""
    samples = samples_of(words, duration_ms, gain)
    return measure(samples[at : at + 40_000] for at in range(0, len(samples), 40_000))


def samples_of(
    words: Sequence[Word], duration_ms: int, gain: WordGain | None = None
) -> NDArray[np.int16]:
    rng = np.random.default_rng(7)
    sound = rng.normal(0, 0.0006, duration_ms * RATE_HZ // 1000)
    for at, word in enumerate(words):
        first, last = (t * RATE_HZ // 1000 for t in (word.span.start_ms, word.span.end_ms))
        last = min(last, len(sound))
        time = np.arange(max(0, last - first)) / RATE_HZ
        hum = sum(np.sin(2 * np.pi * 130 * k * time) / k for k in (1, 2, 3, 5, 8))
        swell = np.sin(np.pi * np.linspace(0, 1, len(time))) ** 0.5
        sound[first:last] += 0.12 * hum * swell * (gain(at) if gain else 1.0)
    return (np.clip(sound, -1, 1) * 32767).astype(np.int16)


@lru_cache(maxsize=8)
def _studied(words: tuple[Word, ...], language: str, lasts_ms: int) -> Talk:
    """Once for many questions about the same words."""
    return study(transcript(words, language), voice(words, min(lasts_ms, 400_000)), lasts_ms)


def detect(
    words: Sequence[Word],
    *,
    count: int = 5,
    min_ms: int = 15_000,
    max_ms: int = 60_000,
    duration_ms: int | None = None,
    language: str = "en",
    track: SoundTrack | None = None,
) -> Detection:
    """What the local detector finds in these words."""
    lasts = duration_of(words) if duration_ms is None else duration_ms
    if track is None:
        talk = _studied(tuple(words), language, lasts)
    else:
        talk = study(transcript(words, language), track, lasts)
    options = DetectOptions(count=count, min_ms=min_ms, max_ms=max_ms)
    return select(talk, options, "src_test", "local", "1")
