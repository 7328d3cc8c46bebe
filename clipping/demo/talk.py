"""Lay the spoken lines along one timeline: samples, true word times, caption lines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

import numpy as np
from numpy.typing import NDArray

from clipping.demo.script import CLAUSE_PAUSE_MS, TALK, Line
from clipping.demo.voice import Utterance, speak
from clipping.models import Word
from clipping.timing import TimeSpan

HEAD_MS = 500
"""Silence before the first word."""
TAIL_MS = 1_000
"""Silence after the last word, at least."""

_LONGEST_CAPTION = 44
"""Characters of one caption line; a longer sentence is captioned clause by clause."""
_SPEECH_PEAK = 0.5
_ROOM_TONE = 10 ** (-66 / 20)
"""RMS of the room tone, full scale 1: -66 dBFS, heard by a meter and not by a listener."""


@dataclass(frozen=True)
class CaptionLine:
    """One line as a human captioner would time it: to a tenth of a second."""

    text: str
    start_ms: int
    end_ms: int


@dataclass(frozen=True)
class Talk:
    """The whole talk: mono float samples in -1..1, the speech alone, and what is said when."""

    samples: NDArray[np.float32]
    speech: NDArray[np.float32]
    rate_hz: int
    words: tuple[Word, ...]
    captions: tuple[CaptionLine, ...]


def tell(seconds: int) -> Talk:
    """Speak as many whole lines as fit into ``seconds``; told again when there is time left.

    Raises ``NotInstalled`` when there is no voice on this machine.
    """
    clauses = [clause for line in TALK for clause in line.clauses]
    spoken = dict(zip(clauses, speak(clauses), strict=True))
    rate_hz = next(iter(spoken.values())).rate_hz
    speech = np.zeros(seconds * rate_hz, np.float32)
    words: list[Word] = []
    captions: list[CaptionLine] = []
    for line, starts in _schedule(spoken, rate_hz, len(speech)):
        told: list[list[Word]] = []
        for clause, start in zip(line.clauses, starts, strict=True):
            utterance = spoken[clause]
            speech[start : start + len(utterance.samples)] += utterance.samples / 32768.0
            told.append(_words(utterance, start))
        words += [word for clause_words in told for word in clause_words]
        captions += _captions(line, told)
    speech *= _SPEECH_PEAK / max(float(np.abs(speech).max()), 1e-9)
    room = np.random.default_rng(7).standard_normal(len(speech), dtype=np.float32) * _ROOM_TONE
    return Talk(speech + room, speech, rate_hz, tuple(words), tuple(captions))


def _schedule(
    spoken: dict[str, Utterance], rate_hz: int, length: int
) -> Iterator[tuple[Line, list[int]]]:
    """Each line that fits, with the sample at which each of its clauses begins."""
    at = HEAD_MS * rate_hz // 1000
    last = length - TAIL_MS * rate_hz // 1000
    for index in count():
        line = TALK[index % len(TALK)]
        starts = []
        end = at
        for clause in line.clauses:
            starts.append(at)
            end = at + len(spoken[clause].samples)
            at = end + CLAUSE_PAUSE_MS * rate_hz // 1000
        if end > last:
            return
        yield line, starts
        at = end + line.pause_ms * rate_hz // 1000


def _words(utterance: Utterance, offset: int) -> list[Word]:
    rate = utterance.rate_hz
    return [
        Word(
            text=word.text,
            span=TimeSpan(
                start_ms=round((offset + word.start) * 1000 / rate),
                end_ms=round((offset + word.end) * 1000 / rate),
            ),
        )
        for word in utterance.words
    ]


def _captions(line: Line, told: list[list[Word]]) -> list[CaptionLine]:
    """Clauses joined as long as they make one caption line, as a captioner would."""
    parts: list[list[Word]] = []
    for words in told:
        if parts and len(_text([*parts[-1], *words])) <= _LONGEST_CAPTION:
            parts[-1] = [*parts[-1], *words]
        else:
            parts.append(words)
    return [
        CaptionLine(_text(words), _tenth(words[0].span.start_ms), _tenth(words[-1].span.end_ms))
        for words in parts
    ]


def _text(words: list[Word]) -> str:
    return " ".join(word.text for word in words)


def _tenth(ms: int) -> int:
    return round(ms / 100) * 100
