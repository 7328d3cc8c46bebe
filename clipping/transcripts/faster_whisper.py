"""The CPU engine: Whisper by faster-whisper, with word times, in about 100 languages."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from clipping.errors import Broken, ClippingError, NotInstalled
from clipping.models import HeardChunk
from clipping.settings import settings
from clipping.transcripts import loaded
from clipping.transcripts.acoustics import RATE_HZ
from clipping.transcripts.base import Recording
from clipping.transcripts.chunked import ChunkedTranscriber
from clipping.transcripts.language import UNKNOWN
from clipping.transcripts.listening import Tell
from clipping.transcripts.weights import WhisperWeights, quiet_hub
from clipping.transcripts.whisper_words import (
    Piece,
    as_floats,
    likeliest_language,
    whisper_language,
    words_of,
)

_MODEL = "small"
_COMPUTE_TYPE = "int8"
_SEED = 1
_VAD = {"min_silence_duration_ms": 500, "speech_pad_ms": 300}
"""Pauses of half a second are left out: what Whisper makes of silence is invented."""


class FasterWhisperTranscriber(ChunkedTranscriber):
    """Words recognised by Whisper on the CPU."""

    name: ClassVar[str] = "faster-whisper"
    version: ClassVar[str] = "1"
    # A CPU needs minutes for ten minutes; a crash costs no more.
    longest_chunk_ms: ClassVar[int] = 10 * 60_000

    @classmethod
    def available(cls) -> str | None:
        """Whether the package is installed."""
        missing = importlib.util.find_spec("faster_whisper") is None
        return "the package faster-whisper is not installed" if missing else None

    @classmethod
    def ready(cls) -> str | None:
        """Whether the weights are here, or may be fetched unasked."""
        return weights().missing

    def suits(self, recording: Recording) -> str | None:
        """Any recording with sound."""
        return None

    def because(self, recording: Recording) -> str:
        """The best that a CPU can do."""
        return (
            f"faster-whisper recognises the words from the sound on the CPU, with the model "
            f"{weights().name}"
        )

    def hearing(self, recording: Recording) -> str:
        """Version, model, arithmetic, and the language when it is given."""
        parts = (self.version, weights().identity, _COMPUTE_TYPE, recording.language)
        return "-".join(part for part in parts if part)

    def hear(self, samples: NDArray[np.int16], language: str | None, tell: Tell) -> HeardChunk:
        """Words with times; silence is passed over.

        :raises Broken: Whisper cannot work on this sound.
        """
        model = _model()
        sound = as_floats(samples)
        pieces: list[Piece] = []
        with _ours():
            segments, spoken = model.segments(sound, language)
            for segment in segments:
                pieces += [
                    Piece(word.word, word.start, word.end, float(word.probability))
                    for word in segment.words or ()
                ]
                tell(min(1.0, segment.end * RATE_HZ / max(1, len(sound))))
        return HeardChunk(language=spoken or UNKNOWN, words=tuple(words_of(pieces, spoken)))

    def language_of(self, samples: Sequence[NDArray[np.int16]]) -> str | None:
        """What most of the samples are most likely in.

        :raises Broken: Whisper cannot work on this sound.
        """
        model = _model().model
        with _ours():
            return likeliest_language(model, [as_floats(part) for part in samples])


@contextlib.contextmanager
def _ours() -> Iterator[None]:
    """What the libraries raise becomes an error of ours: onnxruntime has classes of its own."""
    try:
        yield
    except ClippingError:
        raise
    except Exception as error:
        raise Broken(f"faster-whisper failed: {error}.") from error


def weights() -> WhisperWeights:
    """The model that this engine loads."""
    return WhisperWeights(settings().whisper_model or _MODEL)


@dataclass(frozen=True)
class _Whisper:
    """A loaded model of faster-whisper."""

    model: Any

    def free(self) -> None:
        """Give the memory back."""
        self.model.model.unload_model()

    def segments(
        self, sound: NDArray[np.float32], language: str | None
    ) -> tuple[Iterator[Any], str]:
        """Segments with word times as they are recognised, and the language."""
        import ctranslate2

        # Where the likeliest text looks wrong, others are drawn by chance: always the same ones.
        ctranslate2.set_random_seed(_SEED)
        segments, found = self.model.transcribe(
            sound,
            language=whisper_language(language, self.model.supported_languages),
            word_timestamps=True,
            vad_filter=True,
            vad_parameters=_VAD,
            # A text that feeds on itself is how loops begin.
            condition_on_previous_text=False,
        )
        return segments, str(found.language)


def _model() -> _Whisper:
    """The model of the settings, loaded once per process.

    :raises NotInstalled: It is not here and may not be fetched, or cannot be loaded.
    :raises ServiceUnavailable: The hub that has it cannot be reached.
    """
    wanted = weights()
    return loaded.held(("faster-whisper", wanted.identity), lambda: _load(wanted))


def _load(wanted: WhisperWeights) -> _Whisper:
    folder = wanted.fetched()
    quiet_hub()
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from faster_whisper import WhisperModel
        return _Whisper(
            WhisperModel(
                str(folder),
                device="cpu",
                compute_type=_COMPUTE_TYPE,
                cpu_threads=os.cpu_count() or 1,
                local_files_only=True,
            )
        )
    except ImportError as error:
        raise NotInstalled(f"faster-whisper cannot be loaded: {error}.") from error
    except Exception as error:  # what is wrong with a file is told by many classes
        raise NotInstalled(f"The Whisper model in {folder} cannot be loaded: {error}.") from error
