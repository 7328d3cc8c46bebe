"""Where a clip may be cut: in the silence beside its first and its last sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clipping.models import Sentence, Word
from clipping.moments.sound import SoundTrack

LEAD_MS = (80, 250)
"""A clip starts this long before its first word: not clipped, and no dead air."""
TAIL_MS = (150, 400)
"""A clip ends this long after its last word: the last sound decays."""
STRETCH_HEAD_MS = 800
STRETCH_TAIL_MS = 1_500
"""How far into a silence a cut may move only to reach the shortest length."""

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Cuts:
    """Cut times before (``start``) and after (``end``) each of a row of units, in ms.

    ``first`` and ``last`` are where the words themselves begin and end; ``earliest`` and
    ``latest`` how far a cut may be stretched. ``end[k] <= start[k + 1]`` always, so clips of
    neighbouring sentences never share sound.
    """

    earliest: Ints
    start: Ints
    first: Ints
    last: Ints
    end: Ints
    latest: Ints


def sentence_cuts(
    words: Sequence[Word], sentences: Sequence[Sentence], track: SoundTrack, duration_ms: int
) -> Cuts:
    """Cuts beside every sentence, never inside a neighbouring word or beyond the media.

    Words have to lie within the media.
    """
    rows = [
        _cuts_beside(words, sentence.first, sentence.last, track, duration_ms)
        for sentence in sentences
    ]
    table = np.array(rows, dtype=np.int64).reshape(-1, 6)
    return Cuts(*(table[:, column] for column in range(6)))


def end_after(
    words: Sequence[Word], last: int, track: SoundTrack, duration_ms: int
) -> tuple[int, int, int]:
    """End of speech, cut and latest cut after the words up to, not including, ``last``."""
    said = words[last - 1].span.end_ms
    following = words[last].span.start_ms if last < len(words) else None
    limit = duration_ms if following is None else following
    return (
        said,
        _gap_cuts(said, following, track, duration_ms)[0],
        min(limit, said + STRETCH_TAIL_MS),
    )


def _cuts_beside(
    words: Sequence[Word], first: int, last: int, track: SoundTrack, duration_ms: int
) -> tuple[int, int, int, int, int, int]:
    begins = words[first].span.start_ms
    before = words[first - 1].span.end_ms if first else None
    start = _gap_cuts(before, begins, track, duration_ms)[1]
    earliest = max(before or 0, begins - STRETCH_HEAD_MS)
    said, end, latest = end_after(words, last, track, duration_ms)
    return earliest, start, begins, said, end, latest


def _gap_cuts(
    before_ms: int | None, after_ms: int | None, track: SoundTrack, duration_ms: int
) -> tuple[int, int]:
    """The end for a clip before a gap and the start for one after it.

    ``before_ms`` None means that no word precedes, ``after_ms`` None that none follows.
    """
    if before_ms is None:
        after = after_ms or 0
        return 0, _quietest(track, max(0, after - LEAD_MS[1]), max(0, after - LEAD_MS[0]))
    if after_ms is None:
        low = min(duration_ms, before_ms + TAIL_MS[0])
        return _quietest(track, low, min(duration_ms, before_ms + TAIL_MS[1])), duration_ms
    gap_ms = after_ms - before_ms
    if gap_ms >= LEAD_MS[1] + TAIL_MS[1]:
        end = _quietest(track, before_ms + TAIL_MS[0], before_ms + TAIL_MS[1])
        return end, _quietest(track, after_ms - LEAD_MS[1], after_ms - LEAD_MS[0])
    # A short gap is shared: one cut, in its second half, serves both neighbours.
    low = before_ms + max(gap_ms // 2, gap_ms - LEAD_MS[1])
    high = before_ms + min(gap_ms * 3 // 4, TAIL_MS[1])
    cut = _quietest(track, low, max(low, high))
    return cut, cut


def _quietest(track: SoundTrack, low_ms: int, high_ms: int) -> int:
    return low_ms if high_ms <= low_ms else track.quietest_ms(low_ms, high_ms)
