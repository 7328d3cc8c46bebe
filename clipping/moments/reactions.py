"""Sounds that the transcriber measured: how a line was received, and what lies under music."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from clipping.models import SoundEvent, SoundKind
from clipping.moments.snap import TAIL_MS, Cuts
from clipping.timing import TimeSpan

LEAST_STRENGTH: Final = 0.25
"""Weaker events are too faint beside the speech, or too uncertain, to build on."""
CLOSE_MS: Final = 1_500
"""A laugh that begins later than this after a line is not about that line."""
ONE_REACTION_MS: Final = 700
"""Laughter and applause with a shorter pause between them are one reaction."""
LONGEST_TAIL_MS: Final = 3_000
"""A clip waits no longer than this after its last word, however long they laugh."""
LONG_MUSIC_MS: Final = 5_000
"""Shorter music is a sting between two parts."""
BED_SHARE: Final = 0.5
"""Music under more of the talk than this is everywhere and tells no passage from another."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Heard:
    """Events that count, by kind, in order of time and within the media."""

    laughter: tuple[TimeSpan, ...] = ()
    applause: tuple[TimeSpan, ...] = ()
    music: tuple[TimeSpan, ...] = ()

    @property
    def reactions(self) -> tuple[TimeSpan, ...]:
        """Laughter and applause, joined where they follow one another."""
        return joined([*self.laughter, *self.applause], ONE_REACTION_MS)


def heard_in(sounds: Iterable[SoundEvent], duration_ms: int) -> Heard:
    """What counts of a transcript's sounds."""
    clear = [event for event in sounds if event.strength >= LEAST_STRENGTH]

    def of(kind: SoundKind) -> tuple[TimeSpan, ...]:
        spans = (event.span for event in clear if event.kind is kind)
        return joined([cut for span in spans if (cut := _within(span, duration_ms))], 0)

    return Heard(of(SoundKind.LAUGHTER), of(SoundKind.APPLAUSE), of(SoundKind.MUSIC))


def _within(span: TimeSpan, duration_ms: int) -> TimeSpan | None:
    if span.start_ms >= duration_ms:
        return None
    return TimeSpan(start_ms=span.start_ms, end_ms=min(span.end_ms, duration_ms))


def joined(spans: Sequence[TimeSpan], pause_ms: int) -> tuple[TimeSpan, ...]:
    """The spans in order of time; those at most ``pause_ms`` apart become one."""
    found: list[TimeSpan] = []
    for span in sorted(spans, key=lambda one: (one.start_ms, one.end_ms)):
        if found and span.start_ms - found[-1].end_ms <= pause_ms:
            end_ms = max(found[-1].end_ms, span.end_ms)
            found[-1] = TimeSpan(start_ms=found[-1].start_ms, end_ms=end_ms)
        else:
            found.append(span)
    return tuple(found)


def unheard(spans: Iterable[TimeSpan], known: Sequence[TimeSpan]) -> list[tuple[TimeSpan, int]]:
    """Each span with how long it is beyond what is known of it already, where that is anything."""
    pieces = ((span, span.duration_ms - sum(map(span.overlap_ms, known))) for span in spans)
    return [(span, beyond) for span, beyond in pieces if beyond > 0]


def close_to_a_line(spans: Iterable[TimeSpan], starts: Ints, ends: Ints) -> list[TimeSpan]:
    """The spans that begin while a sentence is said, or soon after it."""
    kept = []
    for span in spans:
        at = int(np.searchsorted(starts, span.start_ms, side="right")) - 1
        if at >= 0 and span.start_ms <= ends[at] + CLOSE_MS:
            kept.append(span)
    return kept


def through_reactions(cuts: Cuts, reactions: Sequence[TimeSpan], duration_ms: int) -> Cuts:
    """The cuts, with ends behind what is heard right after a sentence instead of in it.

    A reaction that is longer than a clip may wait is left at ``LONGEST_TAIL_MS``, and one that the
    next sentence is said into where that begins.
    """
    if not reactions or not len(cuts.last):
        return cuts
    following = np.append(cuts.start[1:], duration_ms)
    limit = np.maximum(cuts.end, np.minimum(cuts.last + LONGEST_TAIL_MS, following))
    wanted = cuts.end.copy()
    for span in reactions:
        rings = (span.start_ms <= cuts.last + CLOSE_MS) & (span.end_ms > cuts.last)
        wanted = np.where(rings, np.maximum(wanted, span.end_ms + TAIL_MS[0]), wanted)
    end = np.minimum(wanted, limit)
    return replace(cuts, end=end, latest=np.maximum(cuts.latest, end))


class Covered:
    """How much of any stretch lies under some spans, which do not overlap."""

    def __init__(self, spans: Sequence[TimeSpan]) -> None:
        edges = [edge for span in spans for edge in (span.start_ms, span.end_ms)]
        lengths = [length for span in spans for length in (0, span.duration_ms)]
        self._edges = np.array([0, *edges], float)
        self._sums = np.cumsum([0.0, *lengths])

    def share(self, start_ms: Ints, end_ms: Ints) -> Floats:
        """Share of each stretch, 0..1."""
        before = [np.interp(at, self._edges, self._sums) for at in (start_ms, end_ms)]
        share: Floats = (before[1] - before[0]) / (end_ms - start_ms)
        return share


def under_music(music: Sequence[TimeSpan], duration_ms: int) -> Covered:
    """Where long music is heard, unless it is a bed under most of the talk."""
    lengthy = [span for span in music if span.duration_ms >= LONG_MUSIC_MS]
    if sum(span.duration_ms for span in lengthy) > BED_SHARE * duration_ms:
        return Covered(())
    return Covered(lengthy)
