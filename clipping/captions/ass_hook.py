"""What is written into the ASS file for the hook.

Layers, above those of the captions: 5 plate or strip, 6 shadow, 7 outline, 8 letters.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from clipping.captions import HOOK_STYLES
from clipping.captions.ass_caption import SHADOW_BLUR_SHARE
from clipping.captions.base import CaptionStyle, HookKind, HookStyle, Motion
from clipping.captions.hook import hook_runs
from clipping.captions.lines import PlacedRun
from clipping.captions.tags import (
    Dialogue,
    Piece,
    alpha,
    clip,
    drawn,
    moving,
    number,
    pieces,
    place,
    rounded,
)
from clipping.models import Box, HookOverlay

PLATE_LAYER, SHADOW_LAYER, OUTLINE_LAYER, LETTER_LAYER = 5, 6, 7, 8


@dataclass(frozen=True)
class _Leg:
    """A stretch of the hook's time with the way it goes there, in shares of rest (1)."""

    piece: Piece
    motion: Motion

    def opacity(self, share: float) -> float:
        return self.motion.opacity + (1 - self.motion.opacity) * share

    def scale(self, share: float) -> float:
        return self.motion.scale + (1 - self.motion.scale) * share

    def shift(self, share: float, *, text: bool) -> tuple[float, float]:
        """Right and down."""
        down = self.motion.text_y_px if text else 0.0
        return self.motion.x_px * (1 - share), down * (1 - share)

    def fade(self) -> str:
        before = alpha(self.opacity(self.piece.share_from))
        after = alpha(self.opacity(self.piece.share_to))
        if self.piece.still:
            return ""
        way = self.piece.way_ms
        return f"\\fade({before},{after},{after},0,{way},{way},{way})"


def hook_dialogues(hook: HookOverlay, style: CaptionStyle) -> Iterator[Dialogue]:
    """The hook while it comes, stands and goes; never beyond its box."""
    look = HOOK_STYLES[hook.style]
    runs = hook_runs(hook, style)
    for leg in _legs(hook, look):
        cutting = clip(hook.box) if leg.motion.x_px and not leg.piece.still else ""
        if look.kind in (HookKind.PLATE, HookKind.STRIP):
            radius = style.hook.radius_px if look.kind is HookKind.PLATE else 0
            yield _plate(hook.box, radius, leg, cutting)
        for one in runs:
            yield from _letters(one.run, look, leg, cutting, key=one.key)


def _legs(hook: HookOverlay, look: HookStyle) -> Iterator[_Leg]:
    shown_ms = hook.end_ms - hook.start_ms
    in_ms, out_ms = min(look.comes.ms, shown_ms // 3), min(look.goes.ms, shown_ms // 3)
    leaves_ms = hook.end_ms - out_ms
    for piece in pieces(hook.start_ms, in_ms, gentle=look.comes.gentle):
        yield _Leg(piece, look.comes)
    yield _Leg(Piece(hook.start_ms + in_ms, leaves_ms, 0, 1, 1), look.comes)
    for piece in reversed(list(pieces(0, out_ms, gentle=look.goes.gentle))):
        start_ms, end_ms = hook.end_ms - piece.end_ms, hook.end_ms - piece.start_ms
        back = Piece(start_ms, end_ms, piece.way_ms, piece.share_to, piece.share_from)
        yield _Leg(back, look.goes)


def _plate(box: Box, radius_px: int, leg: _Leg, tags: str) -> Dialogue:
    piece = leg.piece
    shape = rounded(box.right - box.left, box.bottom - box.top, radius_px)
    where = f"\\pos({box.left},{box.top})"
    if leg.motion.x_px and not piece.still:
        before, _ = leg.shift(piece.share_from, text=False)
        after, _ = leg.shift(piece.share_to, text=False)
        way = f"{number(box.left + before)},{box.top},{number(box.left + after)},{box.top}"
        where = f"\\move({way},0,{piece.way_ms})"
    text = f"{{{where}{tags}{leg.fade()}\\p1}}{shape}"
    return Dialogue(PLATE_LAYER, piece.start_ms, piece.end_ms, "HookPlate", text)


def _letters(
    run: PlacedRun, look: HookStyle, leg: _Leg, tags: str, *, key: bool
) -> Iterator[Dialogue]:
    copies = [(LETTER_LAYER, "HookKey" if key else "Hook", run, "")]
    if look.edge_px > look.weight_px:
        copies.append((OUTLINE_LAYER, "HookOutline", run, ""))
    if look.shadow_px:
        blur = f"\\blur{number(look.shadow_px * SHADOW_BLUR_SHARE)}"
        copies.append((SHADOW_LAYER, "HookShadow", run.moved(0, look.shadow_px), blur))
    piece = leg.piece
    scales = (leg.scale(piece.share_from), leg.scale(piece.share_to))
    before, after = (leg.shift(at, text=True) for at in (piece.share_from, piece.share_to))
    for layer, name, copy, more in copies:
        where = place(copy) if piece.still else moving(copy, piece, scales, before, after)
        text = drawn(copy, where + more + tags + leg.fade())
        yield Dialogue(layer, piece.start_ms, piece.end_ms, name, text)
