"""Times for the words of a chunk to which the engine gave none: numbers and currency, mostly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from clipping.models import HeardWord
from clipping.timing import TimeSpan
from clipping.transcripts.voice_activity import Activity
from clipping.transcripts.word_times import TimedWord, weight
from clipping.transcripts.wording import spread_over_voice

_MS_PER_WEIGHT = 150
"""A syllable with its letters at an ordinary pace."""
_LEAST_ROOM_MS = 60
"""What an unplaced word is given at least, at the cost of its neighbours."""


def complete(words: Sequence[HeardWord], span: TimeSpan, activity: Activity) -> list[TimedWord]:
    """All words that have a text, each with times within ``span``; the order is kept.

    Words without times share the voice between those that have some, and are marked as
    interpolated. Times that run backwards are left for :func:`in_order` to mend.
    """
    spoken = [word for word in words if word.text.strip()]
    found: list[TimedWord | None] = [_timed(word) for word in spoken]
    at = 0
    for missing, run in groupby(found, key=lambda word: word is None):
        count = len(list(run))
        if missing:
            _fill(found, spoken, range(at, at + count), span, activity)
        at += count
    return [_within(word, span) for word in found if word is not None]


def _within(word: TimedWord, span: TimeSpan) -> TimedWord:
    """The word with at least a millisecond, inside the chunk; making room may have taken both."""
    start = min(max(word.start_ms, span.start_ms), span.end_ms - 1)
    return replace(word, start_ms=start, end_ms=min(max(word.end_ms, start + 1), span.end_ms))


def _timed(word: HeardWord) -> TimedWord | None:
    """The word as the engine timed it, None without a start."""
    if word.start_ms is None:
        return None
    start = word.start_ms
    likely = start + int(weight(word.text) * _MS_PER_WEIGHT)
    end = likely if word.end_ms is None else max(word.end_ms, start + 1)
    return TimedWord(
        word.text.strip(),
        start,
        end,
        speaker=word.speaker,
        confidence=word.confidence,
        heard=word.end_ms is not None,
    )


def _fill(
    found: list[TimedWord | None],
    words: Sequence[HeardWord],
    run: range,
    span: TimeSpan,
    activity: Activity,
) -> None:
    """Put a run of words without times where its neighbours leave room, or make room."""
    before = found[run.start - 1] if run.start else None
    after = found[run.stop] if run.stop < len(found) else None
    texts = [words[place].text.strip() for place in run]
    room = _room(texts, before, after, span)
    if before is not None and before.end_ms > room.start_ms:
        found[run.start - 1] = replace(before, end_ms=room.start_ms)
    if after is not None and after.start_ms < room.end_ms:
        found[run.stop] = replace(after, start_ms=room.end_ms)
    for place, word in zip(run, spread_over_voice(texts, room, activity), strict=True):
        speaker = words[place].speaker
        if speaker is None and before is not None and (after is None or _same(before, after)):
            speaker = before.speaker
        found[place] = replace(word, speaker=speaker, confidence=words[place].confidence)


def _same(before: TimedWord, after: TimedWord) -> bool:
    return before.speaker == after.speaker


def _room(
    texts: Sequence[str], before: TimedWord | None, after: TimedWord | None, span: TimeSpan
) -> TimeSpan:
    """Between the neighbours; where they leave too little, half of each of them is taken."""
    usual = int(sum(map(weight, texts)) * _MS_PER_WEIGHT)
    needed = _LEAST_ROOM_MS * len(texts)
    if before is not None and after is not None:
        start, end = before.end_ms, after.start_ms
    elif before is not None:
        start, end = before.end_ms, min(span.end_ms, before.end_ms + usual)
    elif after is not None:
        start, end = max(span.start_ms, after.start_ms - usual), after.start_ms
    else:
        start, end = span.start_ms, span.end_ms
    missing = needed - (end - start)
    if missing > 0 and before is not None:
        start -= min(missing if after is None else -(-missing // 2), _half(before))
    if missing > 0 and after is not None:
        end += min(missing if before is None else -(-missing // 2), _half(after))
    start = min(max(start, span.start_ms), span.end_ms - 1)
    return TimeSpan(start_ms=start, end_ms=min(span.end_ms, max(end, start + 1)))


def _half(word: TimedWord) -> int:
    return max(0, word.end_ms - word.start_ms) // 2
