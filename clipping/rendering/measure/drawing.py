"""Whether captions and hook stand where and when the plan puts them, and nothing else does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from clipping.captions import SAFE_AREA, CaptionStyle, LitKind
from clipping.captions.shown import filled_part, fills_from_right, locale_of_captions
from clipping.models import Box, CaptionEvent, ProofCheck, RenderPlan
from clipping.rendering.measure.geometry import caption_boxes, covered
from clipping.rendering.measure.overlays import (
    Shot,
    coloured_only,
    drawn_px2,
    lit_alone,
    shows,
)
from clipping.rendering.measure.sampling import Samples
from clipping.rendering.measure.verdict import at_least, at_most, not_applicable

AROUND_PX = 12
"""Drawing may reach this far beyond its box: a shadow, and half a cell of the grid."""
_FILL_SPARE = 0.12
"""Of a word's width and time: nearer to the edge of the colour, either side of it is right."""
_LEAST_FILL_PX = 40
STRAY_PX2 = 225
"""One window of 15 x 15 px: less than this is not a letter."""

Shots = Mapping[int, Shot]
"""By picture number; a picture that the clip lacks is missing."""


def drawing_checks(
    plan: RenderPlan, style: CaptionStyle, samples: Samples, shots: Shots
) -> list[ProofCheck]:
    """All checks of what is drawn over the picture."""
    return [
        _visible(samples, shots),
        _lit(plan, samples, shots, style),
        _absent(plan, samples, shots),
        _safe(plan, shots),
        *_hook(plan, samples, shots),
    ]


def _visible(samples: Samples, shots: Shots) -> ProofCheck:
    """A caption shows when something is drawn in the box of every one of its words."""
    seen = [
        frame in shots and all(shows(shots[frame], box) for box in event.boxes)
        for frame, event in samples.events.items()
    ]
    return _all_of("captions_visible", seen, "no captions planned")


def _lit(plan: RenderPlan, samples: Samples, shots: Shots, style: CaptionStyle) -> ProofCheck:
    name = "spoken_word_lit"
    if style.spoken_colour == style.colour:
        return not_applicable(name, "the style lights no word")
    filled = _Filled(plan) if style.lit is LitKind.FILL else None
    seen = []
    for frame, event in samples.events.items():
        if event.lit is None:
            continue
        shot, boxes = shots.get(frame), event.boxes
        if shot is None:
            seen.append(False)
        elif filled is None:
            seen.append(lit_alone(shot, boxes, event.lit, style.spoken_colour))
        else:
            seen.append(coloured_only(shot, *filled.at(frame, event), style.spoken_colour))
    return _all_of(name, seen, "no lit words planned")


class _Filled:
    """Of a style in which words fill with colour: where it must be by then, and where not yet."""

    def __init__(self, plan: RenderPlan) -> None:
        self._fps = Fraction(plan.fps)
        self._locale = locale_of_captions(plan.captions)

    def at(self, frame: int, event: CaptionEvent) -> tuple[list[Box], list[Box]]:
        """The boxes of words that are full and the filled part of the spoken one; all the rest."""
        assert event.lit is not None
        at_ms = frame * 1000 / self._fps
        share = float((at_ms - event.start_ms) / (event.end_ms - event.start_ms))
        from_right = fills_from_right(event.words[event.lit], self._locale)
        box, spare = event.boxes[event.lit], _FILL_SPARE
        begun = filled_part(box, share - spare, from_right=from_right)
        ahead = filled_part(box, 1 - share - spare, from_right=not from_right)
        full = list(event.boxes[: event.lit])
        yet = list(event.boxes[event.lit + 1 :])
        return [*full, *_wide(begun)], [*yet, *_wide(ahead)]


def _wide(box: Box) -> list[Box]:
    """The box, unless it is too narrow to hold a letter."""
    return [box] if box.right - box.left >= _LEAST_FILL_PX else []


def _absent(plan: RenderPlan, samples: Samples, shots: Shots) -> ProofCheck:
    """Where captions ever stand, nothing else is drawn: none too early, too late, or twice."""
    band = covered(caption_boxes(plan))
    clear: list[bool] = []
    for frame, shot in shots.items():
        event = samples.events.get(frame)
        own = event.boxes if event is not None else ()
        if event is None and frame not in samples.gaps:
            continue
        drawn = _hook_boxes(plan, samples, frame) + list(own)
        clear.append(drawn_px2(shot, band & ~covered(drawn, AROUND_PX)) <= STRAY_PX2)
    return _all_of("captions_absent_elsewhere", clear, "no captions planned")


def _safe(plan: RenderPlan, shots: Shots) -> ProofCheck:
    """Area drawn outside the safe area, as planned and as found, whichever is more."""
    outside = ~covered([SAFE_AREA], AROUND_PX)
    found = max((drawn_px2(shot, outside) for shot in shots.values()), default=0)
    boxes = caption_boxes(plan) | ({plan.hook.box} if plan.hook else set())
    planned = sum(box.area_px2 - box.shared_px2(SAFE_AREA) for box in boxes)
    area = f"{SAFE_AREA.left},{SAFE_AREA.top} to {SAFE_AREA.right},{SAFE_AREA.bottom}"
    return at_most(
        "captions_in_safe_area", max(found, planned), STRAY_PX2, "px2 outside", f"safe is {area}"
    )


def _hook(plan: RenderPlan, samples: Samples, shots: Shots) -> list[ProofCheck]:
    hook, after = plan.hook, samples.after_hook
    if hook is None:
        return [
            not_applicable("hook_present", "no hook planned"),
            not_applicable("hook_gone_after", "no hook planned"),
        ]
    present = [frame in shots and shows(shots[frame], hook.box) for frame in samples.hook]
    where = covered([hook.box]) & ~covered(caption_boxes(plan), AROUND_PX)
    gone = [
        drawn_px2(shot, where) <= STRAY_PX2
        for frame, shot in shots.items()
        if after is not None and frame >= after
    ]
    return [
        _all_of("hook_present", present, "the hook is shorter than a picture"),
        _all_of("hook_gone_after", gone, "the hook stays to the end"),
    ]


def _hook_boxes(plan: RenderPlan, samples: Samples, frame: int) -> list[Box]:
    """The hook's box unless it is gone by then."""
    if plan.hook is None or (samples.after_hook is not None and frame >= samples.after_hook):
        return []
    return [plan.hook.box]


def _all_of(name: str, seen: Sequence[bool], otherwise: str) -> ProofCheck:
    """The share of the moments looked at in which it holds; all of them must."""
    if not seen:
        return not_applicable(name, otherwise)
    return at_least(name, sum(seen) / len(seen), 1, "share", f"of {len(seen)} moments")
