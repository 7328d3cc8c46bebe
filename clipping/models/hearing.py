"""What is heard in a source before it is a transcript: the words of its chunks, and its sounds."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from clipping.models.base import Value
from clipping.timing import TimeSpan


class SoundKind(StrEnum):
    """What a sound is that matters to clipping and is no word."""

    LAUGHTER = "laughter"
    APPLAUSE = "applause"
    SHOUTING = "shouting"
    MUSIC = "music"


class SoundEvent(Value):
    """A stretch of the source in which something is heard that is no word."""

    span: TimeSpan
    kind: SoundKind
    strength: float = Field(ge=0, le=1)
    """How clear and loud it is beside the rest of the source; 1 can't be missed."""


class HeardWord(Value):
    """A word as an engine heard it. Times are on the source clock, None where it gave none."""

    text: str
    start_ms: int | None = None
    end_ms: int | None = None
    speaker: str | None = None
    """The chunk's own name for a voice: another chunk may call the same voice otherwise."""
    confidence: float | None = None

    def shifted(self, by_ms: int) -> HeardWord:
        """The same word, ``by_ms`` later; what has no time still has none."""
        return self.model_copy(
            update={
                "start_ms": None if self.start_ms is None else self.start_ms + by_ms,
                "end_ms": None if self.end_ms is None else self.end_ms + by_ms,
            }
        )


class HeardChunk(Value):
    """All that an engine heard in one chunk, before anything is made of it."""

    language: str
    """BCP 47, ``und`` when unknown."""
    words: tuple[HeardWord, ...]
    voices: dict[str, tuple[float, ...]] = Field(default_factory=dict)
    """What each of the chunk's speakers sounds like, as a vector; empty when that is unknown."""
    notes: tuple[str, ...] = ()

    def shifted(self, by_ms: int) -> HeardChunk:
        """The same with all words ``by_ms`` later."""
        return self.model_copy(update={"words": tuple(w.shifted(by_ms) for w in self.words)})


class ChunkKey(Value):
    """What a heard chunk is found by: this sound, by this engine, gives these words."""

    audio_sha256: str
    """Over all samples of the source at 16 kHz mono, laid on the source clock."""
    engine: str
    edition: str
    """The engine's version with its model and settings."""
    span: TimeSpan
    """What was listened to, on the source clock."""


class GlossaryTerm(Value):
    """A name, brand or slang word as a client writes it."""

    text: str = Field(min_length=1)
    """One or more words: ``Anthropic``, ``Claude Code``."""
    sounds_like: tuple[str, ...] = ()
    """What engines write instead: ``and tropic``."""
