"""How high captions and hook stand: out of the way of faces and of each other, without jumping.

A height is chosen once for each shot, from a few: where the style has it, and others that leave
room for a face. All that text covers is weighed by area and time. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from clipping.captions.base import CAPTION_AREA, HOOK_REACH
from clipping.models import OUTPUT_HEIGHT_PX, Box, CaptionEvent, Obstacle
from clipping.timing import TimeSpan

SEAM_Y_PX = OUTPUT_HEIGHT_PX // 2
"""Where two pictures, one above the other, meet: never a face, and nothing is lost."""
CAPTION_CENTRES_PX = (1325, 1130, SEAM_Y_PX, 875)
"""Heights in place of the style's own, the better ones first. The lowest and the highest leave
room for two lines."""
HOOK_TOPS_PX = (HOOK_REACH.top, 400, 540)
_APART_PX = 24
"""Least distance of the hook from a caption."""
_BRUSH = 0.01
"""Of a caption's own area and time: as little as this on a face is not worth another height."""


@dataclass(frozen=True)
class Block:
    """Words that are shown together: when, and the box around them at the style's own height."""

    span: TimeSpan
    box: Box


def around(boxes: Iterable[Box]) -> Box:
    """The smallest box that holds all of them, at least one."""
    held = list(boxes)
    return Box(
        left=min(box.left for box in held),
        top=min(box.top for box in held),
        right=max(box.right for box in held),
        bottom=max(box.bottom for box in held),
    )


def lowered(box: Box, down_px: int) -> Box:
    """The same box further down, or up by a negative number."""
    if not down_px:
        return box
    return Box(left=box.left, top=box.top + down_px, right=box.right, bottom=box.bottom + down_px)


def shifts(
    blocks: Sequence[Block],
    centre_y_px: int,
    *,
    obstacles: Sequence[Obstacle],
    shots: Sequence[TimeSpan],
) -> list[int]:
    """How far down each block goes from the style's own height, so that it stays in its area.

    In each shot the height wins that covers least of the obstacles, the style's own among equals.
    A block belongs to the shot in which most of its time lies.
    """
    held: dict[int, list[int]] = {}
    for index, block in enumerate(blocks):
        held.setdefault(_shot_of(block.span, shots), []).append(index)
    found = [0] * len(blocks)
    for members in held.values():
        shown = [blocks[index] for index in members]
        centre = min(
            (centre_y_px, *CAPTION_CENTRES_PX),
            key=lambda centre: _covered(_moved(shown, centre - centre_y_px), obstacles),
        )
        for index in members:
            found[index] = _kept(blocks[index].box, centre - centre_y_px)
    return found


def hook_top_px(
    left: int,
    width_px: int,
    height_px: int,
    shown: TimeSpan,
    obstacles: Sequence[Obstacle],
    captions: Sequence[CaptionEvent] = (),
) -> int:
    """Top of the hook where it covers least of the obstacles, the usual one among equals.

    Never on a caption: at its usual place it cannot be. Captions make way for faces only, so that
    they are the same with every hook.
    """
    last = HOOK_REACH.bottom - height_px
    tops = [HOOK_REACH.top]
    if obstacles:
        tops += [min(top, last) for top in (*HOOK_TOPS_PX, SEAM_Y_PX - height_px // 2, last)]

    standing = [
        box
        for event in captions
        if event.start_ms < shown.end_ms and shown.start_ms < event.end_ms
        for box in event.boxes
    ]

    def cost(top: int) -> tuple[bool, float]:
        box = Box(left=left, top=top, right=left + width_px, bottom=top + height_px)
        apart = box.model_copy(update={"top": top - _APART_PX, "bottom": box.bottom + _APART_PX})
        meets = any(box.shared_px2(apart) for box in standing)
        return meets, _covered([Block(shown, box)], obstacles)

    return min(tops, key=cost)


def _shot_of(span: TimeSpan, shots: Sequence[TimeSpan]) -> int:
    shares = [span.overlap_ms(shot) for shot in shots]
    return shares.index(max(shares)) if shares else 0


def _kept(box: Box, down_px: int) -> int:
    """As far down, but not out of the captions' area."""
    return max(CAPTION_AREA.top - box.top, min(down_px, CAPTION_AREA.bottom - box.bottom))


def _moved(blocks: Sequence[Block], down_px: int) -> list[Block]:
    return [Block(one.span, lowered(one.box, _kept(one.box, down_px))) for one in blocks]


def _covered(blocks: Sequence[Block], obstacles: Sequence[Obstacle]) -> float:
    """Share of the blocks' area and time that obstacles have; next to nothing counts as nothing."""
    whole = sum(one.box.area_px2 * one.span.duration_ms for one in blocks)
    covered = sum(
        one.box.shared_px2(obstacle.box) * one.span.overlap_ms(obstacle.span)
        for one in blocks
        for obstacle in obstacles
    )
    share = covered / whole
    return share if share > _BRUSH else 0.0
