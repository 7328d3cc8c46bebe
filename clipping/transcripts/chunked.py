"""Engines that recognise words from the sound: chunk by chunk, each saved as it ends."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from clipping.errors import NoSpeech
from clipping.media.decode import read_speech
from clipping.models import ChunkKey, HeardChunk, Transcript
from clipping.timing import TimeSpan
from clipping.transcripts import chunks, postprocess, stage
from clipping.transcripts.acoustics import FRAME_MS
from clipping.transcripts.base import Recording, Transcriber
from clipping.transcripts.chunks import Chunk
from clipping.transcripts.language import UNKNOWN
from clipping.transcripts.listening import Listened, Tell, listen
from clipping.transcripts.notebook import Notebook
from clipping.transcripts.voice_activity import Activity

_LISTENING_SHARE = 0.03
"""Share of the progress for the first pass, which looks for voices and pauses."""
_SILENT_DB = -60.0
_LEAST_SPOKEN_MS = 300
_SAMPLE_MS = 30_000
_SAMPLES = 5


class ChunkedTranscriber(Transcriber):
    """An engine that hears any stretch of sound by itself.

    Write :meth:`hear`, and :meth:`language_of` for an engine of many languages. Long sound comes
    in chunks; times may be missing, run backwards or lie in silence, words may repeat without end:
    what is made of them is the same for all engines (:mod:`clipping.transcripts.postprocess`).
    """

    is_heavy: ClassVar[bool] = True

    longest_chunk_ms: ClassVar[int] = chunks.LONGEST_MS
    """No longer stretch is given to :meth:`hear`."""

    needs_voice: ClassVar[bool] = False
    """Whether the engine invents words when no voice is in the sound."""

    @abstractmethod
    def hear(self, samples: NDArray[np.int16], language: str | None, tell: Tell) -> HeardChunk:
        """The words of a stretch of sound, with times from its own beginning.

        :param samples: 16 kHz mono.
        :param language: What is spoken, BCP 47; None when nobody knows.
        :param tell: Is told how much of the stretch is done, 0..1.
        """

    def language_of(self, samples: Sequence[NDArray[np.int16]]) -> str | None:
        """The language of a source, from stretches of it in which somebody speaks.

        None when the engine hears one language only, or cannot tell.
        """
        return None

    def notes(self) -> tuple[str, ...]:
        """What every transcript of this engine says of itself."""
        return ()

    def edition(self, recording: Recording) -> str:
        """The version and what is made of the words; a subclass puts its settings before that."""
        parts = (self.hearing(recording), f"words{postprocess.VERSION}", recording.glossary_mark)
        return "-".join(part for part in parts if part)

    def hearing(self, recording: Recording) -> str:
        """The part of :meth:`edition` that decides what is heard in a chunk."""
        return "-".join(part for part in (self.version, recording.language) if part)

    def transcribe(self, recording: Recording, notebook: Notebook) -> Transcript:
        """The words of the whole recording; chunks that the notebook holds are not heard again.

        :raises NoSpeech: Nobody speaks.
        """
        listened = listen(
            recording, lambda done: stage.report(_LISTENING_SHARE * done, "listening")
        )
        self._refuse_silence(listened, recording)
        plan = chunks.plan(
            listened.activity.level_db, recording.media.duration_ms, self.longest_chunk_ms
        )
        heard = _Hearing(self, recording, listened, notebook).all(plan)
        finished = postprocess.finish(
            list(zip(plan, heard, strict=True)),
            listened.activity,
            recording.media.duration_ms,
            recording.glossary,
        )
        if not finished.words:
            raise NoSpeech(f"Nobody speaks in {recording.media_name}.")
        stage.report(1.0, f"{len(finished.words)} words")
        return Transcript(
            engine=self.name,
            engine_version=self.edition(recording),
            language=recording.language or finished.language,
            words=finished.words,
            chosen_because="",
            notes=(*self.notes(), *finished.notes),
            sounds=listened.sounds,
        )

    def _refuse_silence(self, listened: Listened, recording: Recording) -> None:
        """Before a model is loaded for nothing."""
        activity = listened.activity
        silent = not bool((activity.level_db > _SILENT_DB).any())
        if silent or (self.needs_voice and activity.spoken_ms < _LEAST_SPOKEN_MS):
            raise NoSpeech(f"Nobody speaks in {recording.media_name}.")


class _Hearing:
    """One recording heard by one engine, as far as its notebook does not have it."""

    def __init__(
        self,
        engine: ChunkedTranscriber,
        recording: Recording,
        listened: Listened,
        notebook: Notebook,
    ) -> None:
        self._engine = engine
        self._recording = recording
        self._listened = listened
        self._notebook = notebook
        self._samples_language: str | None = None

    def all(self, plan: Sequence[Chunk]) -> list[HeardChunk]:
        keys = [self._key(chunk) for chunk in plan]
        found = [self._notebook.load(key) for key in keys]
        total = max(1, sum(chunk.own.duration_ms for chunk in plan))
        done = 0
        for place, chunk in enumerate(plan):
            if found[place] is None:
                language = self._language(found)
                share = (done / total, chunk.own.duration_ms / total)
                heard = self._hear(chunk, language, share, f"{place + 1} of {len(plan)}")
                self._notebook.save(keys[place], heard)
                found[place] = heard
            done += chunk.own.duration_ms
            stage.report(_done(done / total), f"chunk {place + 1} of {len(plan)}")
        return [part for part in found if part is not None]

    def _key(self, chunk: Chunk) -> ChunkKey:
        return ChunkKey(
            audio_sha256=self._listened.audio_sha256,
            engine=self._engine.name,
            edition=self._engine.hearing(self._recording),
            span=chunk.heard,
        )

    def _hear(
        self, chunk: Chunk, language: str | None, share: tuple[float, float], name: str
    ) -> HeardChunk:
        samples = self._read(chunk.heard)
        before, own = share
        heard = self._engine.hear(
            samples,
            language,
            lambda done: stage.report(_done(before + own * done), f"chunk {name}"),
        )
        return heard.shifted(chunk.heard.start_ms)

    def _language(self, found: Sequence[HeardChunk | None]) -> str | None:
        """What the operator says, else what was found before a crash, else what is heard."""
        if self._recording.language is not None:
            return self._recording.language
        for part in found:
            if part is not None and part.language != UNKNOWN and part.words:
                return part.language
        if self._samples_language is None:
            spans = spoken_samples(self._listened.activity, self._recording.media.duration_ms)
            heard = self._engine.language_of([self._read(span) for span in spans])
            self._samples_language = heard or UNKNOWN
        return None if self._samples_language == UNKNOWN else self._samples_language

    def _read(self, span: TimeSpan) -> NDArray[np.int16]:
        return read_speech(self._recording.media_path, self._recording.media, span=span)


def spoken_samples(activity: Activity, duration_ms: int) -> list[TimeSpan]:
    """A few stretches of 30 s in which most is spoken, one from each fifth of the source."""
    size = _SAMPLE_MS // FRAME_MS
    count = max(1, -(-len(activity.speaking) // size))
    spoken = [int(activity.speaking[n * size : (n + 1) * size].sum()) for n in range(count)]
    parts = np.array_split(np.arange(count), min(_SAMPLES, count))
    chosen = [max(part.tolist(), key=lambda n: (spoken[n], -n)) for part in parts]
    most = max(spoken)
    return [
        TimeSpan(start_ms=n * _SAMPLE_MS, end_ms=min(duration_ms, (n + 1) * _SAMPLE_MS))
        for n in chosen
        if 2 * spoken[n] >= most and n * _SAMPLE_MS < duration_ms
    ]


def _done(fraction: float) -> float:
    return _LISTENING_SHARE + (1 - _LISTENING_SHARE) * fraction
