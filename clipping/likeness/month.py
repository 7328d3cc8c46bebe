"""All clips of a month compared with one another, as far as they share a source."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

from clipping.likeness.comparing import Trace, length, picture_distance, sound_distance
from clipping.likeness.pairs import Distance, hook_distance, span_distance
from clipping.models import ClipPrint
from clipping.timing import TimeSpan


@dataclass(frozen=True)
class Compared:
    """A clip, as far as it is compared; ``print_`` is None when its file cannot be read."""

    clip_id: str
    source_id: str
    moment_id: str
    span: TimeSpan
    hook: str
    print_: ClipPrint | None


class Bond(StrEnum):
    """Why two clips may be alike."""

    NONE = ""
    MOMENT = "same moment"
    EXPERIMENT = "experiment"
    """Moments that are one with other bounds, or variations of such."""


@dataclass(frozen=True)
class Pair:
    """Two clips of one source, the one that begins first in it being the first."""

    one: Compared
    other: Compared
    distance: Distance
    bond: Bond

    @property
    def near_duplicate(self) -> bool:
        """Whether they are alike although nobody planned it."""
        return self.distance.near and self.bond is Bond.NONE


def compare(
    clips: Iterable[Compared],
    of_interest: Collection[str],
    experiments: Iterable[Collection[str]] = (),
) -> list[Pair]:
    """Every pair that shares a source, the nearest first.

    :param of_interest: Ids; of every pair at least one clip is among them.
    :param experiments: The ids of each experiment's clips.
    """
    sources: dict[str, list[Compared]] = defaultdict(list)
    moments: dict[str, list[str]] = defaultdict(list)
    for clip in clips:
        sources[clip.source_id].append(clip)
        moments[clip.moment_id].append(clip.clip_id)
    families = family_of([*experiments, *moments.values()])
    pairs = [
        pair
        for together in sources.values()
        for pair in _pairs(together, set(of_interest), families)
    ]
    return sorted(
        pairs, key=lambda pair: (pair.distance.combined, pair.one.clip_id, pair.other.clip_id)
    )


def family_of(experiments: Iterable[Collection[str]]) -> dict[str, int]:
    """A number for each clip that was made with others; the same where these share clips."""
    families: dict[str, int] = {}
    for number, clips in enumerate(experiments):
        joined = {families[clip] for clip in clips if clip in families}
        if joined:
            others = {clip: number for clip, family in families.items() if family in joined}
            families.update(others)
        families.update(dict.fromkeys(clips, number))
    return families


def _pairs(
    clips: Sequence[Compared], of_interest: set[str], families: Mapping[str, int]
) -> Iterator[Pair]:
    prints = [clip.print_ for clip in clips if clip.print_ is not None]
    longest = max(map(length, prints), default=0)
    traces = {clip.clip_id: Trace(clip.print_, longest) for clip in clips if clip.print_}
    ordered = sorted(clips, key=lambda clip: (clip.span.start_ms, clip.clip_id))
    for one, other in combinations(ordered, 2):
        if of_interest.isdisjoint((one.clip_id, other.clip_id)):
            continue
        yield Pair(one, other, _distance(one, other, traces), _bond(one, other, families))


def _distance(one: Compared, other: Compared, traces: Mapping[str, Trace]) -> Distance:
    span, hook = span_distance(one.span, other.span), hook_distance(one.hook, other.hook)
    first, second = traces.get(one.clip_id), traces.get(other.clip_id)
    if first is None or second is None:
        return Distance(span, hook, None, None)
    return Distance(span, hook, picture_distance(first, second), sound_distance(first, second))


def _bond(one: Compared, other: Compared, families: Mapping[str, int]) -> Bond:
    if one.moment_id == other.moment_id:
        return Bond.MOMENT
    same = families[one.clip_id] == families[other.clip_id]
    return Bond.EXPERIMENT if same else Bond.NONE
