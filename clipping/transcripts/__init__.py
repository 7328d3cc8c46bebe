"""From a recording to its words: engines, and the choice between them."""

from __future__ import annotations

from clipping.errors import NeedsPerson, NoSpeech, NotInstalled, UnreadableCaptions
from clipping.models import Transcript
from clipping.transcripts.base import Recording, Transcriber
from clipping.transcripts.captions import CaptionsTranscriber
from clipping.transcripts.faster_whisper import FasterWhisperTranscriber
from clipping.transcripts.language import is_tag
from clipping.transcripts.loaded import free
from clipping.transcripts.notebook import NoNotebook, Notebook
from clipping.transcripts.pocketsphinx import PocketsphinxTranscriber
from clipping.transcripts.whisperx import WhisperXTranscriber

__all__ = [
    "AUTO",
    "TRANSCRIBERS",
    "Notebook",
    "Recording",
    "Transcriber",
    "choose",
    "free",
    "transcribe",
    "wrong_wish",
]

AUTO = "auto"

TRANSCRIBERS: dict[str, type[Transcriber]] = {
    "captions": CaptionsTranscriber,
    "whisperx": WhisperXTranscriber,
    "faster-whisper": FasterWhisperTranscriber,
    "pocketsphinx": PocketsphinxTranscriber,
}
"""All engines, best first: ``auto`` takes the first that can run and suits the recording."""


def wrong_wish(name: str, language: str | None) -> str | None:
    """A sentence about a transcriber or a language that there is not, None for lawful wishes."""
    if name != AUTO and name not in TRANSCRIBERS:
        known = ", ".join([AUTO, *TRANSCRIBERS])
        return f"There is no transcriber called {name!r}; there are {known}."
    if language and not is_tag(language):
        return f"{language!r} is no language; name it by its tag, such as en or pt-BR."
    return None


def choose(name: str, recording: Recording) -> tuple[Transcriber, str]:
    """The engine of that name (``auto``: the best that can run), and one sentence saying why.

    :raises ValueError: No engine has that name, and the message lists those that exist; or the
        language is none.
    :raises NotInstalled: The engine, or for ``auto`` every engine, cannot run on this machine.
    :raises UnreadableCaptions: ``captions`` was asked for and there is no captions file.
    :raises NeedsPerson: Another engine was asked for that cannot work on this recording.
    """
    wrong = wrong_wish(name, recording.language)
    if wrong:
        raise ValueError(wrong)
    if name == AUTO:
        return _best(recording)
    engine = TRANSCRIBERS[name]()
    missing = engine.available()
    if missing:
        raise NotInstalled(f"The transcriber {name} cannot run here: {missing}.")
    unsuited = engine.suits(recording)
    if unsuited:
        # Of the two only missing captions are a fault of what was brought.
        error = UnreadableCaptions if name == CaptionsTranscriber.name else NeedsPerson
        raise error(f"The transcriber {name} cannot work on {recording.media_name}: {unsuited}.")
    return engine, f"The transcriber {name} was asked for by name."


def _best(recording: Recording) -> tuple[Transcriber, str]:
    reasons: list[str] = []
    for name, engine_class in TRANSCRIBERS.items():
        engine = engine_class()
        reason = engine.suits(recording) or engine.available() or engine.ready()
        if reason is None:
            passed = f" ({'; '.join(reasons)})" if reasons else ""
            sentence = engine.because(recording).rstrip(".")
            return engine, f"{sentence}{passed}."
        reasons.append(f"not {name}: {reason}")
    raise NotInstalled(
        f"No transcriber can run here: {'; '.join(reasons)}; give captions, or name "
        "faster-whisper, which then fetches its weights."
    )


def transcribe(name: str, recording: Recording, notebook: Notebook | None = None) -> Transcript:
    """Hear a recording with the engine of that name; ``chosen_because`` says why that one.

    :param notebook: Chunks found in it are not heard again; None hears everything.
    :raises NoSpeech: Nobody speaks.
    """
    engine, because = choose(name, recording)
    transcript = engine.transcribe(recording, notebook or NoNotebook())
    if not transcript.words:
        raise NoSpeech(f"No words were heard in {recording.media_name}.")
    return transcript.model_copy(update={"chosen_because": because})
