"""An engine that costs nothing and says what is really said: what is left is the work around it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from clipping.models import ChunkKey, HeardChunk, HeardWord, Transcript, Word
from clipping.timing import TimeSpan
from clipping.transcripts.base import Recording
from clipping.transcripts.chunked import ChunkedTranscriber
from clipping.transcripts.listening import Tell
from clipping.transcripts.notebook import Notebook

_UNTIMED_EVERY = 40
"""Words from one without times to the next: engines give none to numbers."""


class NullTranscriber(ChunkedTranscriber):
    """Knows the words of a talk that is repeated, and in which stretch of it each chunk lies."""

    name: ClassVar[str] = "null"
    version: ClassVar[str] = "1"

    _words: ClassVar[tuple[Word, ...]] = ()
    _period_ms: ClassVar[int] = 1

    def __init__(self) -> None:
        self._spans: list[TimeSpan] = []

    @classmethod
    def learn(cls, words: Sequence[str], period_ms: int) -> None:
        """Take in the words of one repetition, each as JSON."""
        cls._words = tuple(Word.model_validate_json(word) for word in words)
        cls._period_ms = period_ms

    @classmethod
    def available(cls) -> str | None:
        """Always."""
        return None

    def suits(self, recording: Recording) -> str | None:
        """Whatever it is."""
        return None

    def because(self, recording: Recording) -> str:
        """Nobody else is asked."""
        return "It is measured."

    def transcribe(self, recording: Recording, notebook: Notebook) -> Transcript:
        """As every engine, with a look at where the chunks lie."""
        return super().transcribe(recording, _Watched(notebook, self._spans))

    def hear(self, samples: NDArray[np.int16], language: str | None, tell: Tell) -> HeardChunk:
        """The words that lie in the next chunk as a whole."""
        span = self._spans.pop(0)
        first = span.start_ms // self._period_ms
        words = []
        for repeat in range(first, span.end_ms // self._period_ms + 1):
            for word in self._words:
                start, end = (
                    time + repeat * self._period_ms - span.start_ms
                    for time in (word.span.start_ms, word.span.end_ms)
                )
                if start >= 0 and end <= span.duration_ms:
                    words.append(HeardWord(text=word.text, start_ms=start, end_ms=end))
        for place in range(0, len(words), _UNTIMED_EVERY):
            words[place] = words[place].model_copy(update={"start_ms": None, "end_ms": None})
        tell(1.0)
        return HeardChunk(language="en", words=tuple(words))


class _Watched:
    """A notebook that tells which spans were asked for; an engine is given samples only."""

    def __init__(self, notebook: Notebook, spans: list[TimeSpan]) -> None:
        self._notebook, self._spans = notebook, spans

    def load(self, key: ChunkKey) -> HeardChunk | None:
        """What the notebook has."""
        self._spans.append(key.span)
        return self._notebook.load(key)

    def save(self, key: ChunkKey, heard: HeardChunk) -> None:
        """Keep it there."""
        self._notebook.save(key, heard)
