"""Words that an engine wrote where nobody speaks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from clipping.timing import TimeSpan, timecode
from clipping.transcripts.voice_activity import Activity
from clipping.transcripts.word_times import TimedWord

_PAUSE_MS = 1_000
"""Words this far apart stand or fall apart from one another."""
_MARGIN_MS = 300
_LEAST_VOICE = 0.02
_SILENT_DB = -55.0
_BELOW_SPEECH_DB = 25.0
_UNSURE = 0.5
_FEW_WORDS = 3


@dataclass(frozen=True)
class Unspoken:
    """Words that were left out."""

    words: int
    span: TimeSpan

    def note(self) -> str:
        """One sentence for the transcript."""
        what = "One word was" if self.words == 1 else f"{self.words} words were"
        return (
            f"{what} left out at {timecode(self.span.start_ms)}: the engine wrote them where "
            "nobody speaks."
        )


def without_silence(
    words: Sequence[TimedWord], activity: Activity
) -> tuple[list[TimedWord], list[Unspoken]]:
    """The words over which somebody speaks, and the stretches that were left out.

    Where there is sound but no voice that the meter knows (whispering, singing under music) only
    what the engine itself is unsure of is left out.
    """
    kept: list[TimedWord] = []
    left_out: list[Unspoken] = []
    for run in _runs(words):
        span = TimeSpan(
            start_ms=max(0, min(word.start_ms for word in run) - _MARGIN_MS),
            end_ms=max(word.end_ms for word in run) + _MARGIN_MS,
        )
        if _is_unspoken(run, span, activity):
            left_out.append(Unspoken(len(run), span))
        else:
            kept += run
    return kept, left_out


def _runs(words: Sequence[TimedWord]) -> list[list[TimedWord]]:
    runs: list[list[TimedWord]] = []
    for word in words:
        if runs and word.start_ms - runs[-1][-1].end_ms < _PAUSE_MS:
            runs[-1].append(word)
        else:
            runs.append([word])
    return runs


def _is_unspoken(run: Sequence[TimedWord], span: TimeSpan, activity: Activity) -> bool:
    if activity.share(span) >= _LEAST_VOICE:
        return False
    levels = activity.levels(span)
    if not len(levels) or float(np.percentile(levels, 90)) < _quiet_db(activity):
        return True
    sure = [word.confidence for word in run if word.confidence is not None]
    return len(run) >= _FEW_WORDS and bool(sure) and float(np.mean(sure)) < _UNSURE


def _quiet_db(activity: Activity) -> float:
    """What is quieter than this is no speech beside the speech of this recording."""
    spoken = activity.level_db[activity.speaking]
    if not len(spoken):
        return _SILENT_DB
    return max(_SILENT_DB, float(np.median(spoken)) - _BELOW_SPEECH_DB)
