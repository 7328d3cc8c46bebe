"""The offline engine: pocketsphinx recognises English with the model that comes in its wheel."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from clipping.models import HeardChunk, HeardWord
from clipping.timing import TimeSpan
from clipping.transcripts.acoustics import FRAME_MS, RATE_HZ, acoustic_model
from clipping.transcripts.alignment import align
from clipping.transcripts.base import Recording
from clipping.transcripts.chunked import ChunkedTranscriber
from clipping.transcripts.language import is_english
from clipping.transcripts.listening import Tell
from clipping.transcripts.voice_activity import Activity, ActivityMeter

_lock = Lock()
_LANGUAGE = "en"
_LONGEST_MS = 20_000
_SHORTEST_MS = 5_000
_LEAST_SPOKEN_MS = 300
_LEAST_VOICE = 0.2
"""Share of a recognised word that must be voice; below it the word is a hallucination."""


@dataclass(frozen=True)
class _Heard:
    text: str
    start_ms: int
    end_ms: int
    confidence: float


class PocketsphinxTranscriber(ChunkedTranscriber):
    """Words recognised from the sound alone: no captions, no network, English only."""

    name: ClassVar[str] = "pocketsphinx"
    version: ClassVar[str] = "3"
    # About as slow as the sound is long: a crash costs minutes.
    longest_chunk_ms: ClassVar[int] = 10 * 60_000
    needs_voice: ClassVar[bool] = True

    @classmethod
    def available(cls) -> str | None:
        """Whether the package and its model are installed."""
        missing = importlib.util.find_spec("pocketsphinx") is None
        return "the package pocketsphinx is not installed" if missing else None

    def suits(self, recording: Recording) -> str | None:
        """Any recording with sound that nobody calls another language than English."""
        language = recording.language
        return None if language is None or is_english(language) else "it knows English only"

    def because(self, recording: Recording) -> str:
        """The only engine that needs nothing but the sound."""
        return "pocketsphinx recognises the words from the sound, offline"

    def notes(self) -> tuple[str, ...]:
        """How far it is to be trusted."""
        return (
            "The words were recognised by pocketsphinx, which mishears many: captions give better "
            "clips.",
        )

    def hear(self, samples: NDArray[np.int16], language: str | None, tell: Tell) -> HeardChunk:
        """Lower-case words without punctuation, as they are recognised."""
        words: list[HeardWord] = []
        with _lock:
            # What another chunk, or recording, made it think of noise changes nothing here.
            _decoder().start_stream()
        for start_ms, part, activity in utterances(samples):
            if activity.spoken_ms >= _LEAST_SPOKEN_MS:
                words += _recognised(part, activity, start_ms)
            tell((start_ms * RATE_HZ // 1000 + len(part)) / len(samples))
        return HeardChunk(language=_LANGUAGE, words=tuple(words))


def utterances(
    samples: NDArray[np.int16],
) -> Iterator[tuple[int, NDArray[np.int16], Activity]]:
    """Start in ms, samples and activity of stretches of 5 to 20 s, cut where it is quietest."""
    start = 0
    while (len(samples) - start) * 1000 // RATE_HZ >= _LONGEST_MS:
        stop = start + _quietest(samples[start : start + _LONGEST_MS * RATE_HZ // 1000])
        yield start * 1000 // RATE_HZ, samples[start:stop], _activity(samples[start:stop])
        start = stop
    if start < len(samples):
        yield start * 1000 // RATE_HZ, samples[start:], _activity(samples[start:])


def _activity(samples: NDArray[np.int16]) -> Activity:
    meter = ActivityMeter()
    meter.feed(samples)
    return meter.finish()


def _quietest(samples: NDArray[np.int16]) -> int:
    """Sample in the middle of the quietest 300 ms between the shortest and longest utterance."""
    hop = RATE_HZ * FRAME_MS // 1000
    whole = samples[: len(samples) // hop * hop].astype(np.float32).reshape(-1, hop)
    power = (whole**2).mean(axis=1)
    smooth = np.convolve(np.log10(power + 1), np.ones(30) / 30, "same")
    first, last = _SHORTEST_MS // FRAME_MS, _LONGEST_MS // FRAME_MS
    return (first + int(smooth[first : last - 15].argmin())) * hop


@lru_cache(maxsize=1)
def _decoder() -> Any:
    """The recogniser, loaded once per process (1 s, 100 MB)."""
    import pocketsphinx

    # Phone lookahead is off: it prunes right words away in speech with background noise.
    return pocketsphinx.Decoder(loglevel="FATAL", pl_window=0, maxhmmpf=3000)


def _decoded(samples: NDArray[np.int16]) -> list[_Heard]:
    """Words as pocketsphinx gives them, without its marks for silence and noise."""
    with _lock:
        decoder = _decoder()
        decoder.start_utt()
        decoder.process_raw(samples.astype("<i2").tobytes(), full_utt=True)
        decoder.end_utt()
        segments = list(decoder.seg() or ())
    return [
        _Heard(
            segment.word.split("(")[0],
            segment.start_frame * FRAME_MS,
            (segment.end_frame + 1) * FRAME_MS,
            min(1.0, max(0.0, float(segment.prob))),
        )
        for segment in segments
        if segment.word[0] not in "<[+("
    ]


def as_written(word: str) -> str:
    """The recogniser writes everything small; English writes "I" and "I'm" large."""
    return f"I{word[1:]}" if word.split("'")[0] == "i" else word


def _recognised(samples: NDArray[np.int16], activity: Activity, start_ms: int) -> list[HeardWord]:
    heard = _decoded(samples)
    return [
        HeardWord(
            text=as_written(word.text),
            start_ms=start_ms + word.start_ms,
            end_ms=start_ms + word.end_ms,
            confidence=round(word.confidence, 3),
        )
        for word in _refined(heard, samples, activity)
        if activity.share(TimeSpan(start_ms=word.start_ms, end_ms=word.end_ms)) >= _LEAST_VOICE
    ]


def _refined(heard: list[_Heard], samples: NDArray[np.int16], activity: Activity) -> list[_Heard]:
    """The same words where the aligner places them; the recogniser's own ends run into pauses."""
    scores = acoustic_model().scores(samples)
    placed = align(scores, activity.level_db, [[(word.text,)] for word in heard])
    return [
        _Heard(word.text, found.start_ms, found.end_ms, word.confidence) if found else word
        for word, found in zip(heard, placed, strict=True)
    ]
