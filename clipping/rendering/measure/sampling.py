"""Which pictures of a clip are looked at closely; decided by the plan alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import ceil
from typing import TypeVar

from clipping.models import CaptionEvent, RenderPlan
from clipping.rendering.measure.sync import REACH_FRAMES

MOST_EVENTS = 40
_MOST_GAPS = 10
_MOST_HOOK_FRAMES = 4
EDGE_FRAMES = 6
"""Pictures at either end by which the cut is judged."""
_CLEAR_MS = 12
"""ASS times are hundredths of a second: closer to an event's edge, either state is right."""
_FADE_SHARE = Fraction(15, 100)
_AFTER_HOOK_MS = 60

Item = TypeVar("Item")


@dataclass(frozen=True)
class Samples:
    """Picture numbers, first is 0."""

    events: dict[int, CaptionEvent]
    """Pictures on which this caption stands."""
    gaps: tuple[int, ...]
    """Pictures on which no caption stands."""
    hook: tuple[int, ...]
    """Pictures on which the hook stands."""
    after_hook: int | None
    camera: tuple[int, ...]
    """Pictures by which the framing is judged: some of every stretch, and of every move."""
    head: tuple[int, ...]
    tail: tuple[int, ...]
    """Some more than ``EDGE_FRAMES``, in case that the clip is too short."""

    def overlaid(self) -> list[int]:
        """All pictures that are compared for what is drawn on them, in order."""
        after = () if self.after_hook is None else (self.after_hook,)
        return sorted({*self.events, *self.gaps, *self.hook, *after, *self.camera})


def choose(plan: RenderPlan) -> Samples:
    """The pictures that prove a plan's captions, hook and cuts."""
    fps = Fraction(plan.fps)
    seen = [
        (frame, event)
        for event in plan.captions
        if (frame := _middle(event.start_ms, event.end_ms, fps, plan.frames)) is not None
    ]
    gaps = [
        frame
        for start, end in _gaps(plan)
        if (frame := _middle(start, end, fps, plan.frames)) is not None
    ]
    hook: tuple[int, ...] = ()
    after_hook: int | None = None
    if plan.hook is not None:
        hook = _inside(plan.hook.start_ms, plan.hook.end_ms, fps, plan.frames)
        later = ceil((plan.hook.end_ms + _AFTER_HOOK_MS) * fps / 1000)
        after_hook = later if later < plan.frames else None
    edge = min(EDGE_FRAMES, plan.frames)
    first_of_tail = max(0, plan.frames - edge - REACH_FRAMES)
    return Samples(
        events=dict(spread(seen, MOST_EVENTS)),
        gaps=tuple(spread(gaps, _MOST_GAPS)),
        hook=hook,
        after_hook=after_hook,
        camera=tuple(spread(sorted(set(_camera(plan))), MOST_EVENTS)),
        head=tuple(range(edge)),
        tail=tuple(range(first_of_tail, plan.frames)),
    )


def _camera(plan: RenderPlan) -> Iterator[int]:
    for framing in plan.framings:
        yield (framing.start_frame + framing.end_frame) // 2
        for move in framing.moves:
            # Half-way it is fastest, and a picture late would be furthest off.
            yield (move.start_frame + move.end_frame) // 2
            yield min(move.end_frame, framing.end_frame - 1)


def spread(items: Sequence[Item], most: int) -> list[Item]:
    """At most that many of the items, evenly apart, the first and the last among them."""
    if len(items) <= most:
        return list(items)
    return [items[place * (len(items) - 1) // (most - 1)] for place in range(most)]


def _middle(start_ms: int, end_ms: int, fps: Fraction, frames: int) -> int | None:
    """The picture nearest to the middle of a stretch, None when none is clear of its edges."""
    frame = round((start_ms + end_ms) * fps / 2000)
    at = frame * 1000 / fps
    if frame >= frames or at < start_ms + _CLEAR_MS or at > end_ms - _CLEAR_MS:
        return None
    return frame


def _inside(start_ms: int, end_ms: int, fps: Fraction, frames: int) -> tuple[int, ...]:
    """Pictures over the middle of a stretch, away from where it may fade in and out."""
    fade_ms = (end_ms - start_ms) * _FADE_SHARE
    first = ceil((start_ms + fade_ms) * fps / 1000)
    last = min(frames - 1, int((end_ms - fade_ms) * fps / 1000))
    return tuple(spread(range(first, last + 1), _MOST_HOOK_FRAMES))


def _gaps(plan: RenderPlan) -> list[tuple[int, int]]:
    """Stretches of the clip without a caption."""
    end = int(plan.frames * 1000 / Fraction(plan.fps))
    shown = sorted((event.start_ms, event.end_ms) for event in plan.captions)
    latest = 0
    edges = [(0, 0)]
    for start, stop in shown:
        latest = max(latest, stop)
        edges.append((start, latest))
    edges.append((end, end))
    return [(before[1], after[0]) for before, after in pairwise(edges) if after[0] > before[1]]
