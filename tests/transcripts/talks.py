"""Synthetic talks whose word times are known: espeak-ng says when it starts every sound."""

from __future__ import annotations

import ctypes
import functools
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import espeakng_loader
import numpy as np
from numpy.typing import NDArray

from clipping.timing import TimeSpan

RATE_HZ = 16_000
_SYNCHRONOUS = 2
_PHONEME_EVENTS = 1
_WORD_EVENT = 1
_PHONEME_EVENT = 7
_RATE_PARAMETER = 1
_UTF8 = 1


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


_CALLBACK = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event)
)


@dataclass(frozen=True)
class SpokenWord:
    """A word as written, and when it is really heard.

    ``known`` is False where espeak-ng runs two words together ("of the") and times only the pair.
    """

    text: str
    span: TimeSpan
    known: bool = True


@dataclass(frozen=True)
class Talk:
    """16 kHz mono samples and the words in them."""

    samples: NDArray[np.int16]
    words: tuple[SpokenWord, ...]

    @property
    def duration_ms(self) -> int:
        return len(self.samples) * 1000 // RATE_HZ

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)


def _espeak() -> tuple[Any, int]:
    """A copy of the library for every text: what was spoken before changes what it says next."""
    with tempfile.TemporaryDirectory() as folder:
        copy = shutil.copy(espeakng_loader.get_library_path(), Path(folder) / "voice.so")
        library = ctypes.CDLL(str(copy))
    rate = library.espeak_Initialize(
        _SYNCHRONOUS, 0, espeakng_loader.get_data_path().encode(), _PHONEME_EVENTS
    )
    assert rate > 0
    return library, rate


@functools.cache
def speak(text: str, voice: str = "en-us", words_per_minute: int = 165) -> Talk:
    """The text spoken by one voice (``en-us``, ``en-gb``, ``en-us+f3`` ...)."""
    library, rate = _espeak()
    pieces: list[NDArray[np.int16]] = []
    events: list[tuple[int, int, int, bytes]] = []

    def heard(wave: Any, count: int, event: Any) -> int:
        if wave and count:
            pieces.append(np.ctypeslib.as_array(wave, (count,)).copy())
        index = 0
        while event[index].type:
            one = event[index]
            events.append((one.type, one.text_position, one.audio_position, one.id))
            index += 1
        return 0

    callback = _CALLBACK(heard)
    library.espeak_SetSynthCallback(callback)
    assert library.espeak_SetVoiceByName(voice.encode()) == 0
    library.espeak_SetParameter(_RATE_PARAMETER, words_per_minute, 0)
    data = text.encode()
    library.espeak_Synth(data, len(data) + 1, 0, 1, 0, _UTF8, None, None)
    library.espeak_Synchronize()
    samples = resampled(np.concatenate(pieces), rate)
    return Talk(samples, _words(text, events, len(samples) * 1000 // RATE_HZ))


def _words(
    text: str, events: list[tuple[int, int, int, bytes]], duration_ms: int
) -> tuple[SpokenWord, ...]:
    """Written tokens with the start of their first and the end of their last sound."""
    tokens: list[tuple[int, int, str]] = []
    position = 0
    for token in text.split():
        start = text.index(token, position)
        position = start + len(token)
        tokens.append((start, position, token))
    sounds = [(at, name) for kind, _, at, name in events if kind == _PHONEME_EVENT]
    edges = [at for at, _ in sounds] + [duration_ms]
    spoken: dict[int, list[int]] = {}
    word_starts = [(where - 1, at) for kind, where, at, _ in events if kind == _WORD_EVENT]
    for order, (where, at) in enumerate(word_starts):
        until = word_starts[order + 1][1] if order + 1 < len(word_starts) else duration_ms
        index = next((i for i, (_, end, _) in enumerate(tokens) if where < end), None)
        if index is None:
            continue
        voiced = [
            following
            for (begin, name), following in zip(sounds, edges[1:], strict=True)
            if at <= begin < until and name.strip(b"\0_:| ")
        ]
        spoken.setdefault(index, []).extend([at, min(until, max(voiced, default=until))])
    words: list[SpokenWord] = []
    for index, (_, _, written) in enumerate(tokens):
        times = spoken.get(index) or spoken[index - 1]
        known = index in spoken and index + 1 in {*spoken, len(tokens)}
        span = TimeSpan(start_ms=min(times), end_ms=max(times))
        words.append(SpokenWord(written, span, known))
    return tuple(words)


def resampled(samples: NDArray[np.int16], rate_hz: int) -> NDArray[np.int16]:
    """The same sound at 16 kHz."""
    frame = av.AudioFrame.from_ndarray(samples[np.newaxis], format="s16", layout="mono")
    frame.sample_rate = rate_hz
    resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE_HZ)
    frames = [*resampler.resample(frame), *resampler.resample(None)]
    return np.concatenate([part.to_ndarray().ravel() for part in frames])


def joined(*parts: Talk | int) -> Talk:
    """Talks one after the other; a number is a pause of so many milliseconds."""
    samples: list[NDArray[np.int16]] = []
    words: list[SpokenWord] = []
    at_ms = 0
    for part in parts:
        if isinstance(part, int):
            samples.append(np.zeros(part * RATE_HZ // 1000, np.int16))
            at_ms += part
            continue
        samples.append(part.samples)
        words += [
            SpokenWord(word.text, word.span.shifted(at_ms), word.known) for word in part.words
        ]
        at_ms = sum(map(len, samples)) * 1000 // RATE_HZ
    return Talk(np.concatenate(samples), tuple(words))
