"""Talks as video files with captions beside them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from clipping.media.probe import probe
from clipping.models import Word
from clipping.transcripts import Recording
from tests.support.media import make_video
from tests.transcripts.talks import RATE_HZ, SpokenWord, Talk, joined, speak

MONEY = (
    "Nobody tells you this about money. The first year, I lost forty thousand dollars. "
    "And do you know why? Because I was afraid to ask a simple question."
)
GOOD_PART = (
    "Most people quit right before the good part. We had three people, one desk, and no plan. "
    "Then Maria called me on a Sunday morning, and said something I will never forget."
)
MISTAKES = (
    "Listen, nobody's perfect. I've made 3 mistakes: I hired too fast, I spent $40,000 on a "
    "well-known agency, and I didn't listen. Ask questions. Then write the answers down!"
)


def long_talk(voice: str = "en-us", words_per_minute: int = 165) -> Talk:
    """About 25 seconds with pauses, a number, a price, a contraction and a hyphen."""
    parts = [speak(text, voice, words_per_minute) for text in (GOOD_PART, MISTAKES)]
    return joined(300, parts[0], 900, parts[1], 400)


def recorded(path: Path, samples: NDArray[np.int16], captions: Path | None = None) -> Recording:
    """A small video with that sound."""
    sound = (samples / 32768).astype(np.float32)
    seconds = len(samples) / RATE_HZ
    make_video(path, seconds=seconds, fps=5, size=(64, 36), audio=sound, sample_rate=RATE_HZ)
    return Recording(path, probe(path), captions)


def srt(path: Path, words: Sequence[SpokenWord], shift_ms: int = 0, longest: int = 8) -> Path:
    """Captions with line times only; a line ends with a sentence or after ``longest`` words."""
    blocks: list[str] = []
    line: list[SpokenWord] = []
    for word in words:
        line.append(word)
        if len(line) == longest or word.text[-1] in ".?!" or word is words[-1]:
            start, end = line[0].span.start_ms + shift_ms, line[-1].span.end_ms + shift_ms
            text = " ".join(part.text for part in line)
            blocks.append(f"{len(blocks) + 1}\n{stamp(start)} --> {stamp(end)}\n{text}\n")
            line = []
    path.write_text("\n".join(blocks), encoding="utf-8")
    return path


def stamp(ms: int) -> str:
    """The way SRT writes a time."""
    seconds, milli = divmod(max(0, ms), 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02},{milli:03}"


def start_errors(heard: Sequence[Word], truth: Sequence[SpokenWord]) -> NDArray[np.int64]:
    """Heard minus true starts of all words of which the truth is known, in ms."""
    assert [word.text for word in heard] == [word.text for word in truth]
    return np.array(
        [
            word.span.start_ms - true.span.start_ms
            for word, true in zip(heard, truth, strict=True)
            if true.known
        ]
    )


def end_errors(heard: Sequence[Word], truth: Sequence[SpokenWord]) -> NDArray[np.int64]:
    """Heard minus true ends, in ms."""
    return np.array(
        [
            word.span.end_ms - true.span.end_ms
            for word, true in zip(heard, truth, strict=True)
            if true.known
        ]
    )


def assert_lawful(words: Sequence[Word], duration_ms: int) -> None:
    """The rules that every transcript keeps."""
    for word in words:
        assert word.text.strip()
        assert word.span.end_ms <= duration_ms
    for before, after in pairwise(words):
        assert before.span.end_ms <= after.span.start_ms
