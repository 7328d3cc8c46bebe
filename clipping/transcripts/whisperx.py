"""The GPU engine: WhisperX hears in batches, times words by forced alignment, tells speakers apart.

It runs on a CPU too, slowly. Its packages take 8 GB, so it is an extra: ``clipper[whisperx]``.
"""

from __future__ import annotations

import contextlib
import importlib.util
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from clipping.errors import Broken, ClippingError
from clipping.models import HeardChunk, HeardWord
from clipping.settings import settings
from clipping.transcripts import loaded
from clipping.transcripts.base import Recording
from clipping.transcripts.chunked import ChunkedTranscriber
from clipping.transcripts.language import UNKNOWN
from clipping.transcripts.listening import Tell
from clipping.transcripts.weights import WhisperWeights
from clipping.transcripts.whisper_words import as_floats, likeliest_language, whisper_language
from clipping.transcripts.whisperx_library import machine, unwarned
from clipping.transcripts.whisperx_models import (
    Models,
    load,
    no_memory,
    wants_speakers,
)
from clipping.transcripts.whisperx_models import (
    is_out_of_memory as is_out_of_memory,
)

_MODEL = "large-v3"
_HEARD_SHARE, _ALIGNED_SHARE = 0.6, 0.8
_WITHOUT_SPACES = frozenset({"ja", "zh"})

Segments = list[dict[str, Any]]
Sound = NDArray[np.float32]


class WhisperXTranscriber(ChunkedTranscriber):
    """Words by Whisper, times by wav2vec 2.0, speakers by pyannote."""

    name: ClassVar[str] = "whisperx"
    version: ClassVar[str] = "1"

    @classmethod
    def available(cls) -> str | None:
        """Whether the package is installed."""
        missing = importlib.util.find_spec("whisperx") is None
        return "the extra whisperx is not installed" if missing else None

    @classmethod
    def ready(cls) -> str | None:
        """Whether there is a GPU to make it worth while, and the weights are here or may come."""
        if not machine().has_gpu:
            return "there is no CUDA GPU"
        return weights().missing

    def suits(self, recording: Recording) -> str | None:
        """Any recording with sound."""
        return None

    def because(self, recording: Recording) -> str:
        """The best there is."""
        return (
            f"WhisperX recognises the words from the sound with the model {weights().name} and "
            "aligns each of them, which nothing else here does as well"
        )

    def hearing(self, recording: Recording) -> str:
        """Version, models, arithmetic, whether speakers are told apart, the language if given."""
        parts = (
            self.version,
            weights().identity,
            machine().compute_type,
            settings().align_model,
            (settings().speaker_model or "speakers") if wants_speakers() else None,
            recording.language,
        )
        return "-".join(part for part in parts if part)

    def hear(self, samples: NDArray[np.int16], language: str | None, tell: Tell) -> HeardChunk:
        """Words with times and, where that can be told, speakers.

        :raises ServiceUnavailable: The GPU has no memory left even for the smallest batch.
        :raises Broken: WhisperX cannot work on this sound.
        """
        models = _models()
        sound = as_floats(samples)
        with _ours(), unwarned():
            return _heard(models, sound, language, tell)

    def language_of(self, samples: Sequence[NDArray[np.int16]]) -> str | None:
        """What most of the samples are most likely in.

        :raises ServiceUnavailable: The GPU has no memory left.
        :raises Broken: WhisperX cannot work on this sound.
        """
        model = _models().whisper.model
        with _ours(), unwarned():
            return likeliest_language(model, [as_floats(part) for part in samples])


@contextlib.contextmanager
def _ours() -> Iterator[None]:
    """What the libraries raise becomes an error of ours: four of them have classes of their own."""
    try:
        yield
    except ClippingError:
        raise
    except Exception as error:
        if is_out_of_memory(error):
            raise no_memory() from error
        raise Broken(f"WhisperX failed: {error}.") from error


def weights() -> WhisperWeights:
    """The Whisper model that this engine loads."""
    return WhisperWeights(settings().whisper_model or _MODEL)


def _models() -> Models:
    wanted = weights()
    return loaded.held(("whisperx", wanted.identity), lambda: load(wanted))


def _heard(models: Models, sound: Sound, language: str | None, tell: Tell) -> HeardChunk:
    known = whisper_language(language, models.whisper.model.supported_languages)
    result = recognised(models, sound, known, lambda done: tell(_HEARD_SHARE * done))
    spoken = str(result["language"])
    aligner = models.aligner(spoken) if result["segments"] else None
    notes: tuple[str, ...] = ()
    if aligner is not None:
        share = _ALIGNED_SHARE - _HEARD_SHARE
        result = _aligned(
            models, aligner, result, sound, lambda done: tell(_HEARD_SHARE + share * done)
        )
    elif result["segments"]:
        notes = (f"Words are timed within their sentences: no model aligns {spoken}.",)
    voices = _with_speakers(models, result, sound) if result["segments"] else {}
    tell(1.0)
    return HeardChunk(
        language=spoken or UNKNOWN,
        words=tuple(words_of(result["segments"], spoken)),
        voices=voices,
        notes=notes,
    )


def recognised(models: Models, sound: Sound, language: str | None, tell: Tell) -> dict[str, Any]:
    """Whisper's segments; when the GPU's memory runs out, again with half of it side by side."""
    size = models.batch_size()
    while True:
        try:
            result: dict[str, Any] = models.whisper.transcribe(
                sound,
                batch_size=size,
                language=language,
                progress_callback=lambda percent: tell(percent / 100),
            )
        except RuntimeError as error:
            if size == 1 or not is_out_of_memory(error):
                raise
            size //= 2
            models.forget_cached()
        else:
            return result


def _aligned(
    models: Models,
    aligner: tuple[Any, dict[str, Any]],
    result: dict[str, Any],
    sound: Sound,
    tell: Tell,
) -> dict[str, Any]:
    import whisperx

    model, facts = aligner
    aligned: dict[str, Any] = whisperx.align(
        result["segments"],
        model,
        facts,
        sound,
        models.machine.device,
        progress_callback=lambda percent: tell(percent / 100),
    )
    return aligned


def _with_speakers(
    models: Models, result: dict[str, Any], sound: Sound
) -> dict[str, tuple[float, ...]]:
    """Write the speakers into the result; the vectors of their voices."""
    pipeline = models.speakers()
    if pipeline is None:
        return {}
    import whisperx

    turns, voices = pipeline(sound, return_embeddings=True)
    whisperx.assign_word_speakers(turns, result, voices)
    return {
        str(label): tuple(float(value) for value in vector)
        for label, vector in (voices or {}).items()
        if all(math.isfinite(value) for value in vector)
    }


def words_of(segments: Segments, language: str) -> list[HeardWord]:
    """The words of all segments; one that could not be aligned has no times."""
    words: list[HeardWord] = []
    for segment in segments:
        aligned = segment.get("words") or _unaligned(segment, language)
        words += [_word(word, segment) for word in aligned if str(word["word"]).strip()]
    return words


def _unaligned(segment: Mapping[str, Any], language: str) -> Segments:
    """The words of a segment, with times only where the first begins and the last ends."""
    text = str(segment["text"]).strip()
    found: Segments = [
        {"word": word} for word in (list(text) if language in _WITHOUT_SPACES else text.split())
    ]
    start, end = _number(segment.get("start")), _number(segment.get("end"))
    if found and start is not None:
        found[0]["start"] = start
    if len(found) > 1 and start is not None and end is not None:
        found[-1] |= {"start": end - (end - start) / len(found), "end": end}
    return found


def _word(word: Mapping[str, Any], segment: Mapping[str, Any]) -> HeardWord:
    start, end, score = (_number(word.get(name)) for name in ("start", "end", "score"))
    return HeardWord(
        text=str(word["word"]).strip(),
        start_ms=None if start is None else round(start * 1000),
        end_ms=None if end is None else round(end * 1000),
        speaker=word.get("speaker") or segment.get("speaker"),
        confidence=None if score is None else round(min(1.0, max(0.0, score)), 3),
    )


def _number(value: Any) -> float | None:
    """The value as a number, None for none and for what pandas writes in its place."""
    if value is None or not math.isfinite(value):
        return None
    return float(value)
