"""Times for the words that have none, from the words around them and the voice in the sound."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np

from clipping.timing import TimeSpan
from clipping.transcripts.acoustics import FRAME_MS
from clipping.transcripts.alignment import Placed
from clipping.transcripts.captions_file import Line
from clipping.transcripts.voice_activity import Activity
from clipping.transcripts.word_times import LONGEST_MS, TimedWord, weight

_MS_PER_WEIGHT = 150
"""A syllable with its letters at an ordinary pace."""
_LEAST_GAP_MS = 60
_FULL_MISFIT = 100.0


@dataclass(frozen=True)
class Untimed:
    """A word by the number of its line and its own number within it."""

    line: int
    place: int


def between(
    lines: Sequence[Line], heard: Mapping[Untimed, Placed], activity: Activity
) -> list[TimedWord]:
    """All words of the lines: those that were heard, and the others divided over the voice between.

    A line of which nothing was heard is divided over its own times.
    """
    words: list[TimedWord | None] = []
    owners: list[int] = []
    for number, line in enumerate(lines):
        for place, text in enumerate(line.tokens):
            found = heard.get(Untimed(number, place))
            words.append(_heard(text, line, found) if found else None)
            owners.append(number)
    tokens = [token for line in lines for token in line.tokens]
    at = 0
    for missing, run in groupby(words, key=lambda word: word is None):
        count = len(list(run))
        if missing:
            _fill(words, tokens, range(at, at + count), owners, lines, activity)
        at += count
    return [word for word in words if word is not None]


def _heard(text: str, line: Line, found: Placed) -> TimedWord:
    confidence = round(max(0.0, 1 - max(0.0, found.misfit) / _FULL_MISFIT), 3)
    return TimedWord(
        text, found.start_ms, found.end_ms, line.speaker, confidence=confidence, heard=True
    )


def _fill(
    words: list[TimedWord | None],
    tokens: Sequence[str],
    run: range,
    owners: Sequence[int],
    lines: Sequence[Line],
    activity: Activity,
) -> None:
    """Times for a run of words that were not heard; each line of it apart."""
    for number, group in groupby(run, key=lambda place: owners[place]):
        places = list(group)
        before = words[places[0] - 1] if places[0] else None
        follower = next((word for word in words[places[-1] + 1 :] if word is not None), None)
        span = _room(lines[number], [tokens[place] for place in places], before, follower)
        divided = spread_over_voice([tokens[place] for place in places], span, activity)
        for place, word in zip(places, divided, strict=True):
            words[place] = replace(word, speaker=lines[number].speaker)


def _room(
    line: Line, tokens: Sequence[str], before: TimedWord | None, follower: TimedWord | None
) -> TimeSpan:
    """Where unheard words of a line can lie: in its times, and between what was heard."""
    needed = int(sum(map(weight, tokens)) * _MS_PER_WEIGHT)
    start = max(line.start_ms, before.end_ms if before else 0)
    end = min(max(line.end_ms, start), follower.start_ms if follower else line.end_ms)
    if end - start < _LEAST_GAP_MS * len(tokens):
        start = max(before.end_ms if before else 0, min(start, end - needed))
        end = max(end, start + 1)
    return TimeSpan(start_ms=start, end_ms=max(end, start + 1))


def spread_over_voice(tokens: Sequence[str], span: TimeSpan, activity: Activity) -> list[TimedWord]:
    """Words divided by their weight over the parts of a span in which somebody speaks.

    Over the whole span where nobody seems to. All are marked as interpolated.
    """
    weights = np.array([weight(token) for token in tokens])
    shares = np.concatenate([[0.0], np.cumsum(weights) / weights.sum()])
    first = span.start_ms // FRAME_MS
    voiced = activity.speaking[first : -(-span.end_ms // FRAME_MS)]
    if voiced.sum() * FRAME_MS < _LEAST_GAP_MS * len(tokens):
        edges = span.start_ms + shares * span.duration_ms
        starts, ends = edges[:-1], edges[1:]
    else:
        frames = np.flatnonzero(voiced)
        index = shares * len(frames)
        opening = np.minimum(index[:-1].astype(int), len(frames) - 1)
        closing = np.maximum(np.ceil(index[1:]).astype(int) - 1, opening)
        starts = (first + frames[opening]) * FRAME_MS
        ends = (first + frames[closing] + 1) * FRAME_MS
    return [
        TimedWord(token, int(start), int(end), interpolated=True)
        for token, start, end in zip(tokens, starts, ends, strict=True)
    ]


# --- captions that time their words -------------------------------------------------------------


def given_times(lines: Sequence[Line], activity: Activity) -> list[TimedWord]:
    """Words at the times that the file gives; a word ends with the voice, or with the next word.

    Words without a time of their own share the stretch up to the next one that has.
    """
    anchors: list[tuple[int, list[str], Line, float | None]] = []
    for line in lines:
        for token, start, confidence in zip(
            line.tokens, line.starts, line.confidences, strict=True
        ):
            if start is None and anchors and anchors[-1][2] is line:
                anchors[-1][1].append(token)
            else:
                anchors.append(
                    (line.start_ms if start is None else start, [token], line, confidence)
                )
    found: list[TimedWord] = []
    for place, (start, tokens, line, confidence) in enumerate(anchors):
        following = anchors[place + 1][0] if place + 1 < len(anchors) else line.end_ms
        end = _end_of_voice(tokens, start, following, activity)
        if len(tokens) == 1:
            found.append(TimedWord(tokens[0], start, end, line.speaker, confidence))
            continue
        span = TimeSpan(start_ms=start, end_ms=max(end, start + 1))
        for number, word in enumerate(spread_over_voice(tokens, span, activity)):
            at = start if number == 0 else word.start_ms
            found.append(
                replace(
                    word,
                    start_ms=at,
                    speaker=line.speaker,
                    confidence=confidence,
                    interpolated=number > 0,
                )
            )
    return found


def _end_of_voice(tokens: Sequence[str], start: int, following: int, activity: Activity) -> int:
    """Where the voice pauses between a start and the next one; a word is not drawn over a pause."""
    likely = start + int(sum(map(weight, tokens)) * _MS_PER_WEIGHT)
    limit = max(start + 1, min(following, start + LONGEST_MS * len(tokens)))
    voiced = np.flatnonzero(activity.speaking[start // FRAME_MS : -(-limit // FRAME_MS)])
    if not len(voiced):
        return min(likely, limit)
    gaps = np.flatnonzero(np.diff(voiced) * FRAME_MS > 200)
    last = next(
        (int(voiced[gap]) for gap in gaps if voiced[gap] * FRAME_MS >= likely - start - 150),
        int(voiced[-1]),
    )
    return min(limit, (start // FRAME_MS + last + 1) * FRAME_MS)
