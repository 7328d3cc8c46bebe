"""The finalists: what the scout proposed and the rubric favours, as whole candidates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from clipping.moments.claude.answers import Flag, Nominee
from clipping.moments.claude.lines import Script
from clipping.moments.claude.places import Places
from clipping.moments.claude.tidy import remark
from clipping.moments.rank import ASSURED_EVERY_MS
from clipping.moments.selection import score_of, speech_ms
from clipping.timing import TimeSpan

MOST_FINALISTS: Final = 60
"""More cannot be judged in one answer."""
_SAME_PLACE: Final = 0.5
"""Share of the shorter one from which two proposals are one: the judge may move its bounds."""


@dataclass(frozen=True)
class Finalist:
    """A candidate that the judge sees; ``window`` indexes the places' candidates."""

    number: int
    window: int
    score: int
    """0..100, by the scout or by the rubric."""
    idea: str


@dataclass(frozen=True)
class Fallen:
    """Sentences that were a candidate, and why they are no moment."""

    first: int
    last: int
    score: int
    code: str
    reason: str
    flags: tuple[Flag, ...] = ()


def floor_of(places: Places) -> int:
    """How many moments a talk should give, if so many are whole: one per minute of it."""
    return min(places.options.count, max(1, speech_ms(places.talk) // ASSURED_EVERY_MS))


def most_of(places: Places) -> int:
    """How many finalists the judge compares."""
    return min(MOST_FINALISTS, 2 * places.options.count + 4)


def finalists(
    places: Places, script: Script, nominees: Sequence[Nominee]
) -> tuple[list[Finalist], list[Fallen]]:
    """The finalists in order of time, and the proposals that are none.

    The scout's come first; the rubric adds its own favourites from elsewhere, a quarter of all at
    least as far as there is room, so that what a scout misses can still be judged.
    """
    found: list[tuple[int, int, str]] = []
    fallen: list[Fallen] = []
    most = most_of(places)
    for nominee in nominees:
        first, last = script.sentences(nominee.first, nominee.last)
        window = places.fit(first, last)
        if window is None:
            fallen.append(Fallen(first, last, nominee.score, *places.why_not(first, last)))
            continue
        verdict = _compared(places, window, [at for at, _, _ in found], most)
        if verdict is None:
            found.append((window, nominee.score, remark(nominee.idea, 100)))
        elif verdict != _SAME:
            first, last = places.sentences(window)
            fallen.append(Fallen(first, last, nominee.score, *verdict))
    found += _favourites(places, [at for at, _, _ in found], most)
    found.sort(key=lambda row: (places.span(row[0]).start_ms, places.span(row[0]).end_ms))
    return [Finalist(at, *row) for at, row in enumerate(found, start=1)], fallen


_SAME: Final = ("same", "")


def _compared(
    places: Places, window: int, others: Sequence[int], most: int
) -> tuple[str, str] | None:
    """Code and reason why a proposal is no finalist beside those before it; None when it is."""
    if window in others:
        return _SAME
    span = places.span(window)
    for other in map(places.span, others):
        shared_ms = span.overlap_ms(other)
        if shared_ms >= _SAME_PLACE * min(span.duration_ms, other.duration_ms):
            reason = f"Shares {shared_ms / 1000:.1f} s with a proposal that the scout finds better."
            return "overlaps_better", reason
    if len(others) >= most:
        return "over_count", f"Worth a look, but the judge compares the best {most} proposals only."
    return None


def _favourites(places: Places, windows: Sequence[int], most: int) -> list[tuple[int, int, str]]:
    """What the rubric favours where nobody has proposed anything."""
    room = most - len(windows)
    wanted = min(room, max(most // 4, floor_of(places) - len(windows)))
    taken: list[TimeSpan] = [places.span(window) for window in windows]
    found: list[tuple[int, int, str]] = []
    for window in places.best_by_rubric(most) if wanted > 0 else []:
        if len(found) < wanted and not any(places.span(window).overlap_ms(one) for one in taken):
            found.append((window, score_of(float(places.scores[window])), ""))
    return found
