"""One name for a voice in all chunks of a source.

Every chunk names its voices for itself. They are matched by what they sound like where the engine
says that, else by who speaks in the stretch that two chunks both heard.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from clipping.transcripts.word_times import TimedWord

_ALIKE = 0.5
"""Cosine between two embeddings of one voice; those of two people are below 0.3 as a rule."""

Names = Mapping[str, str]
"""A chunk's own label of a voice to its name in the source."""


@dataclass(frozen=True)
class ChunkVoices:
    """What a chunk says of its voices: the words with its labels, and vectors by label."""

    words: Sequence[TimedWord]
    voices: Mapping[str, Sequence[float]]


class _Voice:
    """A voice of the source: its name, and the mean of all that was heard of it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._total: NDArray[np.float64] | None = None

    def add(self, vector: NDArray[np.float64] | None, spoken_ms: int) -> None:
        if vector is None:
            return
        part = vector * max(1, spoken_ms)
        fits = self._total is not None and self._total.shape == part.shape
        self._total = self._total + part if fits and self._total is not None else part

    def likeness(self, vector: NDArray[np.float64] | None) -> float | None:
        """Cosine to another vector, None when one of the two is unknown."""
        if vector is None or self._total is None or self._total.shape != vector.shape:
            return None
        return float(self._total @ vector / (np.linalg.norm(self._total) or 1.0))


def named(chunks: Sequence[ChunkVoices]) -> list[Names]:
    """The names of each chunk's voices: ``Speaker 1`` is the one that speaks first."""
    known: list[_Voice] = []
    found: list[Names] = []
    for place, chunk in enumerate(chunks):
        spoken = _spoken_ms(chunk.words)
        vectors = {label: _unit(chunk.voices.get(label)) for label in spoken}
        names = _by_likeness(vectors, known)
        if place:
            rest = [label for label in spoken if label not in names]
            free = {voice.name for voice in known} - set(names.values())
            names |= _by_overlap(rest, free, chunk, chunks[place - 1], found[-1], vectors, known)
        for label in spoken:
            if label not in names:
                known.append(_Voice(f"Speaker {len(known) + 1}"))
                names[label] = known[-1].name
            voice = next(voice for voice in known if voice.name == names[label])
            voice.add(vectors[label], spoken[label])
        found.append(names)
    return found


def renamed(words: Sequence[TimedWord], names: Names) -> list[TimedWord]:
    """The words with their speakers called by the names of the source."""
    return [
        word if word.speaker is None else replace(word, speaker=names.get(word.speaker))
        for word in words
    ]


def _spoken_ms(words: Sequence[TimedWord]) -> dict[str, int]:
    """How long each label speaks, in the order of their first words."""
    spoken: dict[str, int] = {}
    for word in words:
        if word.speaker is not None:
            length = max(0, word.end_ms - word.start_ms)
            spoken[word.speaker] = spoken.get(word.speaker, 0) + length
    return spoken


def _unit(vector: Sequence[float] | None) -> NDArray[np.float64] | None:
    """The vector at length 1; None for none, or one that is no direction."""
    if not vector:
        return None
    found = np.asarray(vector, np.float64)
    length = float(np.linalg.norm(found))
    return found / length if np.isfinite(length) and length > 0 else None


def _by_likeness(
    vectors: Mapping[str, NDArray[np.float64] | None], known: Sequence[_Voice]
) -> dict[str, str]:
    """Labels to the voices that sound most alike; each voice once, the surest first."""
    scores = [
        (likeness, label, voice.name)
        for label, vector in vectors.items()
        for voice in known
        if (likeness := voice.likeness(vector)) is not None and likeness >= _ALIKE
    ]
    return _one_to_one(scores)


def _by_overlap(
    labels: Sequence[str],
    free: set[str],
    chunk: ChunkVoices,
    before: ChunkVoices,
    names_before: Names,
    vectors: Mapping[str, NDArray[np.float64] | None],
    known: Sequence[_Voice],
) -> dict[str, str]:
    """Labels to the voices that speak at the same time in the chunk before.

    A voice that is known to sound otherwise is not taken.
    """
    voices = {voice.name: voice for voice in known}
    shared: dict[tuple[str, str], float] = {}
    begin = min((word.start_ms for word in chunk.words), default=0)
    end = max((word.end_ms for word in before.words), default=0)
    for one in (word for word in before.words if word.end_ms > begin):
        for other in (word for word in chunk.words if word.start_ms < end):
            both = min(one.end_ms, other.end_ms) - max(one.start_ms, other.start_ms)
            label, name = other.speaker, names_before.get(one.speaker or "", "")
            if both <= 0 or label is None or label not in labels or name not in free:
                continue
            if voices[name].likeness(vectors[label]) is None:
                shared[label, name] = shared.get((label, name), 0) + both
    return _one_to_one([(length, label, name) for (label, name), length in shared.items()])


def _one_to_one(scores: Sequence[tuple[float, str, str]]) -> dict[str, str]:
    """Pairs of a label and a name, the highest score first, each of both at most once."""
    pairs: dict[str, str] = {}
    for _, label, name in sorted(scores, key=lambda score: (-score[0], score[1], score[2])):
        if label not in pairs and name not in pairs.values():
            pairs[label] = name
    return pairs
