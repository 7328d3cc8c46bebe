"""Who speaks, told from mouths, and from the transcript's speakers where it has any. Pure.

A mouth that moves is not yet speech: it counts only while words are heard, only against the other
mouths at the same time, and only when it leads for a second.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clipping.models import FaceTrack, Word
from clipping.timing import TimeSpan

HOLD_MS = 1_000
"""The camera changes to somebody who holds the word at least this long."""
_BIN_MS = 100
_WINDOW_BINS = 9
_LEAD = 1.3
"""A mouth leads when it moves this many times as much as any other."""
_QUIET = 0.03
"""Movement of closed mouths: 0.02 in the mean and 0.05 at times in two filmed portraits."""
_CLEAR_SHARE = 0.35
"""With clear leads in less of the speech than this, nobody can be told."""
_MEAN_TURN_MS = 2_000
"""Faster exchanges are no place for cuts."""

Series = NDArray[np.float64]


@dataclass(frozen=True)
class Turn:
    """From here on until the next turn, the face of that number speaks."""

    start_ms: int
    track: int


def turns(
    tracks: Sequence[FaceTrack], words: Sequence[Word], span: TimeSpan
) -> tuple[Turn, ...] | None:
    """Who speaks when within the span, the first turn at its start; None when it cannot be told.

    :param tracks: At least two faces that are seen at the same time.
    """
    near = [word for word in words if word.span.overlap_ms(span)]
    count = max(1, span.duration_ms // _BIN_MS)
    mouths = np.stack([_mouth(track, span, count) for track in tracks])
    speakers = sorted({word.speaker for word in near if word.speaker is not None})
    if len(speakers) > 1:
        leaders = _by_speaker(mouths, near, speakers, span)
    else:
        leaders = _by_mouth(mouths, _spoken(near, span, count))
    if leaders is None:
        return None
    held = _held(leaders)
    starts = [0, *(np.flatnonzero(np.diff(held)) + 1).tolist()]
    if len(starts) > 2 and span.duration_ms / len(starts) < _MEAN_TURN_MS:
        return None
    return tuple(
        Turn(span.start_ms + start * _BIN_MS, tracks[int(held[start])].track) for start in starts
    )


def _mouth(track: FaceTrack, span: TimeSpan, count: int) -> Series:
    """Movement of the mouth in each bin, calmed over a second; 0 where the face is not seen."""
    seen = [(point.time_ms, point.mouth) for point in track.points if point.mouth is not None]
    if not seen:
        return np.zeros(count)
    centres = span.start_ms + (np.arange(count) + 0.5) * _BIN_MS
    times = np.array([time for time, _ in seen], np.float64)
    moved = np.interp(centres, times, [mouth for _, mouth in seen], left=0.0, right=0.0)
    window = np.ones(min(_WINDOW_BINS, count))
    return np.asarray(np.convolve(moved, window / len(window), "same"), np.float64)


def _spoken(words: Sequence[Word], span: TimeSpan, count: int) -> NDArray[np.bool_]:
    spoken = np.zeros(count, np.bool_)
    for word in words:
        first, last = _bins(word, span, count)
        spoken[first:last] = True
    return spoken


def _bins(word: Word, span: TimeSpan, count: int) -> tuple[int, int]:
    first = (word.span.start_ms - span.start_ms) // _BIN_MS
    last = -(-(word.span.end_ms - span.start_ms) // _BIN_MS)
    return min(max(0, first), count), min(max(0, last), count)


def _by_mouth(mouths: Series, spoken: NDArray[np.bool_]) -> NDArray[np.int64] | None:
    """Index of the leading mouth in every bin, -1 where none leads."""
    order = np.argsort(mouths, axis=0)
    bins = np.arange(mouths.shape[1])
    best, second = mouths[order[-1], bins], mouths[order[-2], bins]
    clear = spoken & (best > _LEAD * second + _QUIET)
    if clear.sum() < _CLEAR_SHARE * max(1, spoken.sum()):
        return None
    return np.where(clear, order[-1], -1).astype(np.int64)


def _by_speaker(
    mouths: Series, words: Sequence[Word], speakers: Sequence[str], span: TimeSpan
) -> NDArray[np.int64] | None:
    """The same, where each speaker is first given the face whose mouth goes with the words."""
    count = mouths.shape[1]
    heard = {
        name: _spoken([w for w in words if w.speaker == name], span, count) for name in speakers
    }
    gains = [
        (
            float(_mean(mouths[face], heard[name]) - _mean(mouths[face], _others(heard, name))),
            name,
            face,
        )
        for name in speakers
        for face in range(len(mouths))
    ]
    given: dict[str, int] = {}
    for gain, name, face in sorted(gains, reverse=True):
        if gain > 0 and name not in given and face not in given.values():
            given[name] = face
    if not given:
        return None
    leaders = np.full(count, -1, np.int64)
    for name, face in given.items():
        leaders[heard[name]] = face
    return leaders


def _others(heard: dict[str, NDArray[np.bool_]], name: str) -> NDArray[np.bool_]:
    return np.asarray(
        np.logical_or.reduce([bins for other, bins in heard.items() if other != name]), np.bool_
    )


def _mean(series: Series, where: NDArray[np.bool_]) -> float:
    return float(series[where].mean()) if where.any() else 0.0


def _held(leaders: NDArray[np.int64]) -> NDArray[np.int64]:
    """Somebody for every bin: unclear ones go with the one before, short turns are passed over."""
    told = np.flatnonzero(leaders >= 0)
    filled = leaders.copy()
    filled[: told[0]] = leaders[told[0]]
    for index in range(int(told[0]) + 1, len(filled)):
        if filled[index] < 0:
            filled[index] = filled[index - 1]
    held = filled.copy()
    at = 0
    while at < len(held):
        end = at
        while end < len(held) and filled[end] == filled[at]:
            end += 1
        if (end - at) * _BIN_MS < HOLD_MS and at > 0:
            held[at:end] = held[at - 1]
        at = end
    return held
