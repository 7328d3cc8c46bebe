"""A synthetic voice whose word times are known: eSpeak NG, called through its C interface.

The library reports where in the samples each word begins (``espeakEVENT_WORD``), which is the
truth that alignment is measured against. It keeps state between utterances that changes samples
slightly, also across ``espeak_Terminate``; a private copy of the library starts from the same
state every time, so the same lines give the same samples.
"""

from __future__ import annotations

import ctypes
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from clipping.errors import NotInstalled

VOICE = "en-us"
WORDS_PER_MINUTE = 155

# From speak_lib.h (eSpeak NG 1.52).
_AUDIO_OUTPUT_SYNCHRONOUS = 2
_DO_NOT_EXIT = 0x8000
_RATE, _PITCH, _RANGE = 1, 3, 4
_POSITION_CHARACTER = 1
_CHARS_UTF8 = 1
_EVENT_LIST_TERMINATED, _EVENT_WORD = 0, 1

_QUIET = 120
"""Samples below this (-49 dBFS) at the end of a word are silence after it."""


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", ctypes.c_char * 8),
    )


_Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event)
)


@dataclass(frozen=True)
class SpokenWord:
    """A word as written, with its first sample and the one after its last."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Utterance:
    """One breath of speech: mono samples at ``rate_hz`` and the words in them."""

    samples: NDArray[np.int16]
    rate_hz: int
    words: tuple[SpokenWord, ...]


def speak(texts: Sequence[str]) -> list[Utterance]:
    """Speak each text on its own; the same texts always give the same samples.

    Raises ``NotInstalled`` when the voice cannot be loaded on this machine.
    """
    with TemporaryDirectory(prefix="clipper-voice-") as folder:
        library, data = _private_library(Path(folder))
        return _Speaker(library, data).speak(texts)


def _private_library(folder: Path) -> tuple[ctypes.CDLL, str]:
    try:
        import espeakng_loader

        original = Path(espeakng_loader.get_library_path())
        copy = Path(shutil.copy(original, folder / original.name))
        return ctypes.CDLL(str(copy)), str(espeakng_loader.get_data_path())
    except (ImportError, OSError, RuntimeError) as error:
        raise NotInstalled(
            f"The demo talk needs the eSpeak NG voice, which could not be loaded here ({error})."
        ) from error


class _Speaker:
    """Holds the library's callback alive while it is being called."""

    def __init__(self, library: ctypes.CDLL, data: str) -> None:
        self._library = library
        self._samples: list[NDArray[np.int16]] = []
        self._events: list[tuple[int, int]] = []
        self._callback = _Callback(self._hear)
        self._rate_hz: int = library.espeak_Initialize(
            _AUDIO_OUTPUT_SYNCHRONOUS, 0, data.encode(), _DO_NOT_EXIT
        )
        if self._rate_hz <= 0 or library.espeak_SetVoiceByName(VOICE.encode()) != 0:
            raise NotInstalled("The eSpeak NG voice of the demo talk has no usable data files.")
        library.espeak_SetSynthCallback(self._callback)
        for parameter, value in ((_RATE, WORDS_PER_MINUTE), (_PITCH, 42), (_RANGE, 62)):
            library.espeak_SetParameter(parameter, value, 0)

    def speak(self, texts: Sequence[str]) -> list[Utterance]:
        try:
            return [self._utter(text) for text in texts]
        finally:
            self._library.espeak_Terminate()

    def _hear(self, wave: object, count: int, events: object) -> int:
        if wave and count:
            self._samples.append(np.ctypeslib.as_array(wave, (count,)).copy())
        index = 0
        while (event := events[index]).type != _EVENT_LIST_TERMINATED:  # type: ignore[index]
            if event.type == _EVENT_WORD:
                self._events.append((event.text_position - 1, event.sample))
            index += 1
        return 0

    def _utter(self, text: str) -> Utterance:
        self._samples.clear()
        self._events.clear()
        raw = text.encode()
        self._library.espeak_Synth(
            raw, len(raw) + 1, 0, _POSITION_CHARACTER, 0, _CHARS_UTF8, None, None
        )
        self._library.espeak_Synchronize()
        samples = np.concatenate(self._samples)
        return Utterance(samples, self._rate_hz, _words(text, self._events, samples))


def _words(
    text: str, events: Sequence[tuple[int, int]], samples: NDArray[np.int16]
) -> tuple[SpokenWord, ...]:
    """Join the events to the written words; a word may have several, the first one counts."""
    tokens = list(re.finditer(r"\S+", text))
    starts = [
        min(sample for at, sample in events if token.start() <= at < token.end())
        for token in tokens
    ]
    ends = [*starts[1:], len(samples)]
    return tuple(
        SpokenWord(token.group(), start, _last_audible(samples, start, end))
        for token, start, end in zip(tokens, starts, ends, strict=True)
    )


def _last_audible(samples: NDArray[np.int16], start: int, end: int) -> int:
    """Where the word really ends: the silence before the next one is not part of it."""
    audible = np.flatnonzero(np.abs(samples[start:end].astype(np.int32)) > _QUIET)
    return start + int(audible[-1]) + 1 if len(audible) else end
