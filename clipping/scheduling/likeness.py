"""Which clips are near-duplicates of one another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from clipping.models import ClipCandidate, PastPost, PlanRequest
from clipping.timing import TimeSpan

MOST_SHARED: Final = 0.5
"""Of the shorter one's time; clips that share more are near-duplicates where nobody measured."""


def near_duplicates(request: PlanRequest) -> Mapping[str, frozenset[str]]:
    """For each clip that has any, its near-duplicates among the clips and the past posts.

    What was measured counts; a pair of one source that nobody measured is told by how much of the
    source's time it shares, since two detectors give the same moment two ids.
    """
    # Of a pair that was measured twice the smaller figure counts: the later one is set last.
    by_distance = sorted(request.distances, key=lambda pair: -pair.distance)
    measured = {_pair(pair.first, pair.second): pair.distance for pair in by_distance}
    near: dict[str, set[str]] = defaultdict(set)
    for (first, second), distance in measured.items():
        if distance < request.policy.near_distance and first != second:
            _add(near, first, second)
    for spans in _by_source([*request.clips, *request.past]):
        for first, second in _much_shared(spans):
            if _pair(first, second) not in measured:
                _add(near, first, second)
    return {clip_id: frozenset(others) for clip_id, others in near.items()}


def _pair(first: str, second: str) -> tuple[str, str]:
    return (first, second) if first < second else (second, first)


def _by_source(clips: Iterable[ClipCandidate | PastPost]) -> list[dict[str, TimeSpan]]:
    sources: dict[str, dict[str, TimeSpan]] = defaultdict(dict)
    for clip in clips:
        if clip.span is not None and clip.source_id:
            sources[clip.source_id][clip.clip_id] = clip.span
    return list(sources.values())


def _much_shared(spans: Mapping[str, TimeSpan]) -> Iterator[tuple[str, str]]:
    ordered = sorted(spans.items(), key=lambda one: (one[1].start_ms, one[0]))
    for place, (first, one) in enumerate(ordered):
        for second, other in ordered[place + 1 :]:
            if other.start_ms >= one.end_ms:
                break
            if one.overlap_ms(other) > MOST_SHARED * min(one.duration_ms, other.duration_ms):
                yield first, second


def _add(near: dict[str, set[str]], first: str, second: str) -> None:
    near[first].add(second)
    near[second].add(first)
