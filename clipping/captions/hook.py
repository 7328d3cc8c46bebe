"""The hook at the head of the clip: a few large lines in the top third."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from clipping.captions import hook_style as named_style
from clipping.captions.base import HOOK_AREA, SAFE_AREA, CaptionStyle, HookKind, HookStyle
from clipping.captions.emphasis import key_words
from clipping.captions.heights import hook_top_px
from clipping.captions.lines import CAPITAL_EM, Line, PlacedRun, has_ink, margins, set_line
from clipping.captions.runs import visual_runs
from clipping.captions.scripts import Locale, clean, clusters, locale_of, script
from clipping.captions.wrapping import cut, wrappings
from clipping.models import Box, CaptionEvent, HookOverlay, Obstacle
from clipping.timing import TimeSpan

MOST_LINES = 3
_SHORTEST_MS, _LONGEST_MS = 2500, 3000
_READING_MS, _READING_WORD_MS = 1500, 180
_STEP_PX = 2
_MOST_CLUSTERS = 300
"""More than three lines hold in the smallest size, even of the narrowest letters."""
_INK_INSET_PX = 12
"""Accents and descenders come no closer than this to the plate's upper and lower edge."""
_STRIP_PADDING_PX = 72
"""Beside the text on a strip: more than the strip slides, so that no letter is ever cut off."""


@dataclass(frozen=True)
class HookRun:
    """A piece of the hook's text on the frame, and whether it belongs to a key word."""

    run: PlacedRun
    key: bool


@dataclass(frozen=True)
class _Block:
    """Lines set in one size: heights are from the block's top, widths from each line's ink."""

    lines: tuple[Line, ...]
    baselines: tuple[float, ...]
    width_px: int
    height_px: int


@dataclass(frozen=True)
class _Look:
    """Everything that a hook's size depends on, but the text."""

    style: CaptionStyle
    hook: HookStyle
    locale: Locale

    @property
    def area(self) -> Box:
        """Whose width the block may have; heights are those of ``HOOK_AREA`` for all."""
        return SAFE_AREA if self.hook.kind is HookKind.STRIP else HOOK_AREA

    @property
    def padding_x_px(self) -> float:
        if self.hook.kind is HookKind.LETTERS:
            return margins(self.hook).side
        strip = self.hook.kind is HookKind.STRIP
        return _STRIP_PADDING_PX if strip else self.style.hook.padding_x_px

    @property
    def room_px(self) -> float:
        """Width that text may have."""
        return self.area.right - self.area.left - 2 * self.padding_x_px


def lay_out_hook(
    text: str,
    style: CaptionStyle,
    duration_ms: int,
    hook_style: str = "plate",
    *,
    obstacles: Sequence[Obstacle] = (),
    captions: Sequence[CaptionEvent] = (),
) -> HookOverlay | None:
    """Wrap the hook into at most three lines of similar length, as large as the style allows.

    Too long a text shrinks, then ends in an ellipsis. None when nothing of the text can be drawn,
    and in the hook style ``none``. The overlay starts with the clip and stays two and a half to
    three seconds.

    :param hook_style: One of ``HOOK_STYLES``; ValueError names the known ones.
    :param obstacles: What the hook should not cover, such as faces; without any it stands at the
        top of ``HOOK_AREA``, otherwise anywhere in ``HOOK_REACH``.
    :param captions: What ``lay_out`` gave for the same clip: the hook never stands on it.
    """
    hook = named_style(hook_style)
    text = _closed_up(clean(text.upper() if hook.upper_case else text))
    if hook.kind is HookKind.ABSENT or not text or not has_ink(text):
        return None
    look = _Look(style, hook, locale_of([text]))
    lines, em_px = _fitted(text, look)
    block = _block(lines, em_px, look)
    words = sum(len(line.split()) for line in lines)
    shown_ms = min(_LONGEST_MS, max(_SHORTEST_MS, _READING_MS + _READING_WORD_MS * words))
    end_ms = max(1, min(duration_ms, shown_ms))
    shown = TimeSpan(start_ms=0, end_ms=end_ms)
    left = (look.area.left + look.area.right - block.width_px) // 2
    top = hook_top_px(left, block.width_px, block.height_px, shown, obstacles, captions)
    return HookOverlay(
        text=text,
        lines=lines,
        start_ms=0,
        end_ms=end_ms,
        box=Box(left=left, top=top, right=left + block.width_px, bottom=top + block.height_px),
        font_px=em_px,
        style=hook_style,
    )


def hook_fits(text: str, style: CaptionStyle, hook_style: str) -> bool:
    """Whether :func:`lay_out_hook` shows all of the text, without an ellipsis of its own."""
    hook = lay_out_hook(text, style, _LONGEST_MS, hook_style)
    return hook is None or not hook.lines[-1].endswith("…") or hook.text.endswith("…")


def _closed_up(text: str) -> str:
    """Without the spaces that words of Chinese and Japanese were joined with."""
    closed = ""
    for word in text.split(" "):
        apart = closed and not (_eastern(closed[-1]) and _eastern(word[0]))
        closed += " " + word if apart else word
    return closed


def _eastern(character: str) -> bool:
    return script(character) in ("CJK", "KANA", "BOPOMOFO")


def hook_runs(hook: HookOverlay, style: CaptionStyle) -> tuple[HookRun, ...]:
    """The runs of the hook's lines, centred in its box, all growing around its middle."""
    look = _Look(style, named_style(hook.style), locale_of([hook.text]))
    block = _block(hook.lines, hook.font_px, look)
    box = hook.box
    down = box.top + (box.bottom - box.top - block.height_px) / 2
    keys = key_words([word for line in hook.lines for word in line.split(" ")])
    centre = ((box.left + box.right) / 2, (box.top + box.bottom) / 2)
    return tuple(
        HookRun(
            run.moved(
                (box.left + box.right - line.extent.left - line.extent.right) / 2,
                down + baseline,
            ).around(*centre),
            key=look.hook.kind is HookKind.LETTERS and run.owner in keys,
        )
        for line, baseline in zip(block.lines, block.baselines, strict=True)
        for run in line.runs
    )


def _block(lines: Sequence[str], em_px: float, look: _Look) -> _Block:
    laid = _set_lines(lines, em_px, look)
    edges = margins(look.hook)
    bare = look.hook.kind is HookKind.LETTERS
    pitch = look.style.hook.line_pitch * em_px
    between = edges.top + edges.bottom if bare else 2
    for upper, lower in pairwise(laid):
        pitch = max(pitch, upper.extent.bottom - lower.extent.top + between)
    if bare:
        first, below = edges.top - laid[0].extent.top, laid[-1].extent.bottom + edges.bottom
    else:
        padding = look.style.hook.padding_y_px
        first = max(padding + CAPITAL_EM * em_px, _INK_INSET_PX - laid[0].extent.top)
        below = max(padding, laid[-1].extent.bottom + _INK_INSET_PX)
    width = max(line.extent.right - line.extent.left for line in laid) + 2 * look.padding_x_px
    if look.hook.kind is HookKind.STRIP:
        width = max(width, look.area.right - look.area.left)
    return _Block(
        lines=laid,
        baselines=tuple(first + pitch * index for index in range(len(laid))),
        width_px=math.ceil(width / 2) * 2,
        height_px=math.ceil(first + pitch * (len(laid) - 1) + below),
    )


def _set_lines(lines: Sequence[str], em_px: float, look: _Look) -> tuple[Line, ...]:
    """Each line as one piece, or word by word where words may differ in colour."""
    if look.hook.kind is not HookKind.LETTERS:
        return tuple(
            set_line(visual_runs([line], look.locale, look.style.font), em_px, 0.0)
            for line in lines
        )
    laid: list[Line] = []
    before = 0
    for line in lines:
        words = line.split(" ")
        runs = visual_runs(words, look.locale, look.style.font)
        owners = range(before, before + len(words))
        laid.append(set_line(runs, em_px, margins(look.hook).side, owners))
        before += len(words)
    return tuple(laid)


def _fitted(text: str, look: _Look) -> tuple[tuple[str, ...], int]:
    """The largest size at which the text fits, shortened as little as possible if none does."""
    largest = round(look.style.hook.em_px * look.hook.size)
    smallest = round(look.style.hook.min_em_px)
    text = cut(text, _MOST_CLUSTERS)
    while not _wrapped(text, smallest, look):
        text = cut(text, max(1, len(clusters(text)) * 19 // 20 - 1))
    for em_px in range(largest, smallest, -_STEP_PX):
        lines = _wrapped(text, em_px, look)
        if lines:
            return lines, em_px
    return _wrapped(text, smallest, look), smallest


def _wrapped(text: str, em_px: float, look: _Look) -> tuple[str, ...]:
    """The fewest lines that hold the text in this size; none when three do not."""
    family, height = look.style.font, HOOK_AREA.bottom - HOOK_AREA.top
    width = look.area.right - look.area.left
    for lines in wrappings(text, em_px, family, look.locale, look.room_px, MOST_LINES):
        block = _block(lines, em_px, look)
        if block.width_px <= width and block.height_px <= height:
            return lines
    return ()
