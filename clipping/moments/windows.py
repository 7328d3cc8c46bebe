"""Candidate spans: every run of whole sentences whose length the operator allows."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clipping.models import Word
from clipping.moments.sentences import cut_score
from clipping.moments.snap import Cuts, end_after
from clipping.moments.talk import Talk

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Windows:
    """Candidates in order of their first sentence, then of their last, one entry per array.

    ``first`` and ``last`` are sentence indexes, both inclusive; ``stop`` is one past the last
    word; ``broken`` candidates end inside sentence ``last``.
    """

    first: Ints
    last: Ints
    stop: Ints
    start_ms: Ints
    end_ms: Ints
    broken: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.first)

    def take(self, which: NDArray[np.int64] | slice) -> Windows:
        """Some of the candidates."""
        return Windows(
            self.first[which],
            self.last[which],
            self.stop[which],
            self.start_ms[which],
            self.end_ms[which],
            self.broken[which],
        )


def enumerate_windows(talk: Talk, min_ms: int, max_ms: int) -> Windows:
    """All runs of sentences that fit, with lengths in ``min_ms .. max_ms`` exactly.

    A first sentence from which no run fits, although enough speech is left, gets one candidate
    that ends inside a sentence: at the best place between two words, or after ``max_ms`` sharp
    when no such place lies within the lengths.
    """
    cuts, items = talk.cuts, talk.sentences.items
    count = len(items)
    if not count:
        none = np.zeros(0, np.int64)
        return Windows(none, none, none, none, none, none.astype(bool))
    shortest = np.searchsorted(cuts.latest, cuts.earliest + min_ms, side="left")
    longest = np.searchsorted(cuts.last, cuts.first + max_ms, side="right")
    shortest = np.maximum(shortest, np.arange(count))
    runs = np.maximum(0, longest - shortest)
    first = np.repeat(np.arange(count), runs)
    offset = np.arange(len(first)) - np.repeat(np.cumsum(runs) - runs, runs)
    last = np.repeat(shortest, runs) + offset
    start, end = _fit(cuts, first, last, min_ms, max_ms)
    stop = np.array([item.last for item in items], np.int64)[last]
    whole = Windows(first, last, stop, start, end, np.zeros(len(first), bool))
    rows = (_broken(talk, int(at), min_ms, max_ms) for at in np.flatnonzero(runs == 0))
    return _merged(whole, [row for row in rows if row is not None])


def _fit(cuts: Cuts, first: Ints, last: Ints, min_ms: int, max_ms: int) -> tuple[Ints, Ints]:
    """Cut times of each run: the preferred ones, drawn in or stretched to reach the limits."""
    start, end = cuts.start[first], cuts.end[last]
    over = np.maximum(0, end - start - max_ms)
    by = np.minimum(over, end - cuts.last[last])
    end, over = end - by, over - by
    start = start + np.minimum(over, cuts.first[first] - start)
    under = np.maximum(0, min_ms - (end - start))
    by = np.minimum(under, cuts.latest[last] - end)
    end, under = end + by, under - by
    start = start - np.minimum(under, start - cuts.earliest[first])
    return start, end


def _broken(talk: Talk, at: int, min_ms: int, max_ms: int) -> tuple[int, int, int, int, int] | None:
    """The one candidate from a sentence that no run fits; None when too little speech is left."""
    words, cuts = talk.words, talk.cuts
    if int(cuts.latest[-1]) - int(cuts.earliest[at]) < min_ms:
        return None
    start_ms = int(cuts.start[at])
    first = talk.sentences.items[at].first
    stop = _best_stop(words, first, start_ms, min_ms, max_ms)
    if stop is None:
        start_ms = min(start_ms, max(0, talk.duration_ms - min_ms))
        end_ms = min(start_ms + max_ms, talk.duration_ms)
        stop = _stop_before(words, first, end_ms)
    else:
        said_ms, end_ms, _ = end_after(words, stop, talk.track, talk.duration_ms)
        end_ms = min(end_ms, words[stop].span.start_ms, start_ms + max_ms)
        end_ms = max(end_ms, said_ms, start_ms + min_ms)
    last = bisect_right(talk.sentences.items, stop - 1, key=lambda item: item.first) - 1
    return start_ms, end_ms, at, last, stop


def _best_stop(
    words: Sequence[Word], first: int, start_ms: int, min_ms: int, max_ms: int
) -> int | None:
    """The best place between two words for the end of a clip; the later one of equals."""
    best: tuple[float, int] | None = None
    stop = first + 1
    while stop < len(words) and words[stop - 1].span.end_ms - start_ms <= max_ms:
        if words[stop].span.start_ms - start_ms >= min_ms:
            score = cut_score(words, stop)
            if best is None or score >= best[0]:
                best = (score, stop)
        stop += 1
    return best[1] if best else None


def _stop_before(words: Sequence[Word], first: int, end_ms: int) -> int:
    stop = first + 1
    while stop < len(words) and words[stop].span.start_ms < end_ms:
        stop += 1
    return stop


def _merged(whole: Windows, rows: list[tuple[int, int, int, int, int]]) -> Windows:
    if not rows:
        return whole
    table = np.array(rows, np.int64)
    both = Windows(
        np.concatenate([whole.first, table[:, 2]]),
        np.concatenate([whole.last, table[:, 3]]),
        np.concatenate([whole.stop, table[:, 4]]),
        np.concatenate([whole.start_ms, table[:, 0]]),
        np.concatenate([whole.end_ms, table[:, 1]]),
        np.concatenate([whole.broken, np.ones(len(rows), bool)]),
    )
    return both.take(np.lexsort((both.last, both.first)))
