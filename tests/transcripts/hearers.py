"""Engines for tests that hear planted words: what they say is known, and how often they were asked.

A planted word is a short tone burst: its pitch is its number, so an engine that only gets samples
can tell which words it heard and when.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from clipping.models import ChunkKey, HeardChunk, HeardWord
from clipping.transcripts import TRANSCRIBERS
from clipping.transcripts.base import Recording, Transcriber
from clipping.transcripts.chunked import ChunkedTranscriber
from clipping.transcripts.listening import Tell
from tests.transcripts.talks import RATE_HZ

_LOWEST_HZ, _STEP_HZ, _PITCHES = 300, 50, 100
WORD_MS = 120


@contextmanager
def only_engines(engines: dict[str, type[Transcriber]]) -> Iterator[None]:
    """Inside, these engines and no others are there; then all are again, in their order."""
    before = dict(TRANSCRIBERS)
    TRANSCRIBERS.clear()
    TRANSCRIBERS.update(engines)
    try:
        yield
    finally:
        TRANSCRIBERS.clear()
        TRANSCRIBERS.update(before)


def planted(seconds: float, words: Sequence[tuple[int, int]]) -> NDArray[np.int16]:
    """Sound with words: (start in ms, number below 100)."""
    sound = np.zeros(round(seconds * RATE_HZ), np.float32)
    length = WORD_MS * RATE_HZ // 1000
    for start_ms, number in words:
        first = start_ms * RATE_HZ // 1000
        time = np.arange(length) / RATE_HZ
        tone = np.sin(2 * np.pi * (_LOWEST_HZ + _STEP_HZ * number) * time)
        part = sound[first : first + length]
        part += 0.4 * tone[: len(part)]
    return (sound * 32767).astype(np.int16)


def hear_planted(samples: NDArray[np.int16]) -> list[tuple[int, int]]:
    """(start in ms, number) of the words that begin and end in the samples."""
    hop = RATE_HZ // 100
    level = np.abs(samples[: len(samples) // hop * hop].reshape(-1, hop).astype(float)).max(axis=1)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], (level > 2_000).astype(int), [0]])))
    found = []
    for first, stop in edges.reshape(-1, 2).tolist():
        if (stop - first) * 10 < WORD_MS - 20:
            continue  # cut off at an end
        part = samples[first * hop : stop * hop].astype(float)
        spectrum = np.abs(np.fft.rfft(part * np.hanning(len(part)), RATE_HZ))
        hertz = int(spectrum[: _LOWEST_HZ + _STEP_HZ * _PITCHES].argmax())
        found.append((first * 10, round((hertz - _LOWEST_HZ) / _STEP_HZ)))
    return found


class FakeHearer(ChunkedTranscriber):
    """Hears planted words as ``w7``; counts its chunks and may be told to die at one."""

    name: ClassVar[str] = "planted"
    version: ClassVar[str] = "1"
    longest_chunk_ms: ClassVar[int] = 12_000

    def __init__(self, before: Callable[[int], None] = lambda place: None) -> None:
        self.heard: list[int] = []
        """Length of each chunk in samples, in order."""
        self.languages: list[str | None] = []
        self.asked_for_language = 0
        self._before = before

    @classmethod
    def available(cls) -> str | None:
        return None

    def suits(self, recording: Recording) -> str | None:
        return None

    def because(self, recording: Recording) -> str:
        return "it hears what was planted"

    def hear(self, samples: NDArray[np.int16], language: str | None, tell: Tell) -> HeardChunk:
        self._before(len(self.heard))
        self.heard.append(len(samples))
        self.languages.append(language)
        tell(1.0)
        return HeardChunk(
            language=language or "und",
            words=tuple(
                HeardWord(text=f"w{number}", start_ms=start, end_ms=start + WORD_MS, confidence=0.9)
                for start, number in hear_planted(samples)
            ),
        )

    def language_of(self, samples: Sequence[NDArray[np.int16]]) -> str | None:
        self.asked_for_language += 1
        return "de"


@dataclass
class FakeNotebook:
    """A notebook in memory that outlives its engines."""

    pages: dict[ChunkKey, HeardChunk] = field(default_factory=dict)

    def load(self, key: ChunkKey) -> HeardChunk | None:
        return self.pages.get(key)

    def save(self, key: ChunkKey, heard: HeardChunk) -> None:
        self.pages[key] = heard
