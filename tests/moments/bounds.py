"""Where clips may begin and end: beside whole sentences, within the silence if there is one."""

from __future__ import annotations

from collections.abc import Sequence

from clipping.models import DetectOptions, Moment, Word
from clipping.moments.snap import LEAD_MS, TAIL_MS

_ROOM_MS = LEAD_MS[1] + TAIL_MS[1]


def check_silence(
    moment: Moment, words: Sequence[Word], options: DetectOptions, lasts_ms: int
) -> tuple[int, int]:
    """Both cuts lie between words, off them where there is silence; the words from and before."""
    start_ms, end_ms = moment.span.start_ms, moment.span.end_ms
    inside = [
        at
        for at, word in enumerate(words)
        if start_ms < (word.span.start_ms + word.span.end_ms) / 2 < end_ms
    ]
    first, stop = inside[0], inside[-1] + 1
    before_ms = words[first - 1].span.end_ms if first else 0
    after_ms = words[stop].span.start_ms if stop < len(words) else lasts_ms
    said = (words[first].span.start_ms, words[stop - 1].span.end_ms)
    assert before_ms <= start_ms <= said[0]
    assert said[1] <= end_ms <= after_ms
    if moment.span.duration_ms not in (options.min_ms, options.max_ms):
        # Otherwise it was drawn in or stretched to a length that was asked for.
        _check_distances(start_ms - before_ms, said[0] - start_ms, first == 0, LEAD_MS)
        _check_distances(after_ms - end_ms, end_ms - said[1], stop == len(words), TAIL_MS)
    return first, stop


def _check_distances(far_ms: int, near_ms: int, outermost: bool, usual: tuple[int, int]) -> None:
    """A cut parts the silence beside a clip: some on both sides, the usual where there is room."""
    silence_ms = far_ms + near_ms
    if silence_ms >= 4 and not outermost:
        assert far_ms > 0
        assert near_ms > 0
    if silence_ms >= _ROOM_MS:
        assert usual[0] <= near_ms <= usual[1]
