"""Words as engines give them, short to write."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from clipping.transcripts.voice_activity import Activity
from clipping.transcripts.word_times import TimedWord


def said(text: str, start_ms: int = 0, step_ms: int = 300, **fields: object) -> list[TimedWord]:
    """One word after the other, each a little shorter than a step."""
    return [
        TimedWord(word, start_ms + n * step_ms, start_ms + n * step_ms + step_ms - 50, **fields)  # type: ignore[arg-type]
        for n, word in enumerate(text.split())
    ]


def texts(words: Sequence[TimedWord]) -> str:
    return " ".join(word.text for word in words)


def activity(
    seconds: float, *spoken: tuple[float, float], level: float = -20, quiet: float = -70
) -> Activity:
    """Somebody speaks in the given stretches (seconds) and nothing is heard elsewhere."""
    level_db = np.full(round(seconds * 100), quiet, np.float32)
    speaking = np.zeros(len(level_db), bool)
    for start, end in spoken:
        level_db[round(start * 100) : round(end * 100)] = level
        speaking[round(start * 100) : round(end * 100)] = True
    return Activity(level_db, speaking)
