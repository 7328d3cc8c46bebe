"""The hook at the head of the clip: a few large lines on a plate, in the top third."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from clipping.captions.base import HOOK_AREA, CaptionStyle
from clipping.captions.breaks import line_units, shortened
from clipping.captions.fonts import ink
from clipping.captions.lines import CAPITAL_EM, Line, PlacedRun, has_ink, set_line
from clipping.captions.runs import SPACE_EM, visual_runs
from clipping.captions.scripts import Locale, clean, clusters, locale_of, script
from clipping.models import Box, HookOverlay

MOST_LINES = 3
_SHORTEST_MS, _LONGEST_MS = 2500, 3000
_READING_MS, _READING_WORD_MS = 1500, 180
_STEP_PX = 2
_MOST_CLUSTERS = 300
"""More than three lines hold in the smallest size, even of the narrowest letters."""
_LONG_WORD = 12
"""A word is cut short, not left out, when more letters of it than this are there to see."""
_MALUS_EM = 0.4
_TOO_WIDE_PX = 1e6
_INK_INSET_PX = 12
"""Accents and descenders come no closer than this to the plate's upper and lower edge."""


@dataclass(frozen=True)
class _Block:
    """Lines set in one size: heights are from the plate's top, widths from each line's ink."""

    lines: tuple[Line, ...]
    baselines: tuple[float, ...]
    width_px: int
    height_px: int


@dataclass(frozen=True)
class _Unit:
    """What may not be parted: a word, or a character of a script without spaces, in pixels."""

    text: str
    space: bool
    width: float
    malus: float


def lay_out_hook(text: str, style: CaptionStyle, duration_ms: int) -> HookOverlay | None:
    """Wrap the hook into at most three lines of similar length, as large as the style allows.

    Too long a text shrinks, then ends in an ellipsis. None when nothing of the text can be drawn.
    The overlay starts with the clip and stays two and a half to three seconds.
    """
    text = _closed_up(clean(text))
    if not text or not has_ink(text):
        return None
    locale = locale_of([text])
    lines, em_px = _fitted(text, style, locale)
    block = _block(lines, em_px, style, locale)
    left = (HOOK_AREA.left + HOOK_AREA.right - block.width_px) // 2
    words = sum(len(line.split()) for line in lines)
    shown_ms = min(_LONGEST_MS, max(_SHORTEST_MS, _READING_MS + _READING_WORD_MS * words))
    return HookOverlay(
        text=text,
        lines=lines,
        start_ms=0,
        end_ms=max(1, min(duration_ms, shown_ms)),
        box=Box(
            left=left,
            top=HOOK_AREA.top,
            right=left + block.width_px,
            bottom=HOOK_AREA.top + block.height_px,
        ),
        font_px=em_px,
    )


def _closed_up(text: str) -> str:
    """Without the spaces that words of Chinese and Japanese were joined with."""
    closed = ""
    for word in text.split(" "):
        apart = closed and not (_eastern(closed[-1]) and _eastern(word[0]))
        closed += " " + word if apart else word
    return closed


def _eastern(character: str) -> bool:
    return script(character) in ("CJK", "KANA", "BOPOMOFO")


def hook_runs(hook: HookOverlay, style: CaptionStyle) -> tuple[PlacedRun, ...]:
    """The runs of the hook's lines, centred in its box."""
    block = _block(hook.lines, hook.font_px, style, locale_of([hook.text]))
    down = hook.box.top + (hook.box.bottom - hook.box.top - block.height_px) / 2
    return tuple(
        run.moved(
            (hook.box.left + hook.box.right - line.extent.left - line.extent.right) / 2,
            down + baseline,
        )
        for line, baseline in zip(block.lines, block.baselines, strict=True)
        for run in line.runs
    )


def _block(lines: Sequence[str], em_px: float, style: CaptionStyle, locale: Locale) -> _Block:
    hook = style.hook
    laid = tuple(set_line(visual_runs([line], locale, style.font), em_px, 0.0) for line in lines)
    pitch = hook.line_pitch * em_px
    for upper, lower in pairwise(laid):
        pitch = max(pitch, upper.extent.bottom - lower.extent.top + 2)
    first = max(
        hook.padding_y_px + CAPITAL_EM * em_px,
        _INK_INSET_PX - laid[0].extent.top,
    )
    last = first + pitch * (len(laid) - 1)
    height = last + max(hook.padding_y_px, laid[-1].extent.bottom + _INK_INSET_PX)
    width = max(line.extent.right - line.extent.left for line in laid) + 2 * hook.padding_x_px
    return _Block(
        lines=laid,
        baselines=tuple(first + pitch * index for index in range(len(laid))),
        width_px=math.ceil(width / 2) * 2,
        height_px=math.ceil(height),
    )


def _fitted(text: str, style: CaptionStyle, locale: Locale) -> tuple[tuple[str, ...], int]:
    """The largest size at which the text fits, shortened as little as possible if none does."""
    largest, smallest = int(style.hook.em_px), int(style.hook.min_em_px)
    text = _cut(text, _MOST_CLUSTERS)
    while not _wrapped(text, smallest, style, locale):
        text = _cut(text, max(1, len(clusters(text)) * 19 // 20 - 1))
    for em_px in range(largest, smallest, -_STEP_PX):
        lines = _wrapped(text, em_px, style, locale)
        if lines:
            return lines, em_px
    return _wrapped(text, smallest, style, locale), smallest


def _cut(text: str, length: int) -> str:
    """At most ``length`` clusters and an ellipsis; ends with a whole word if it can."""
    short = shortened(text, length)
    if short == text or " " not in short:
        return short
    kept = short.removesuffix("…")
    whole, _, rest = kept.rpartition(" ")
    if text[len(kept) :].startswith(" ") or len(rest) > _LONG_WORD:
        return short
    return whole.rstrip(" .,;:…") + "…"


def _wrapped(text: str, em_px: int, style: CaptionStyle, locale: Locale) -> tuple[str, ...]:
    """The fewest lines that hold the text, the longest of them as short as can be; else none."""
    units = [
        _Unit(
            text=unit,
            space=bool(number and not index),
            width=_advance_em(unit, style.font, locale) * em_px,
            malus=malus * _MALUS_EM * em_px,
        )
        for number, word in enumerate(text.split(" "))
        for index, (unit, malus) in enumerate(line_units(word))
    ]
    room = HOOK_AREA.right - HOOK_AREA.left - 2 * style.hook.padding_x_px
    if sum(unit.width for unit in units) > MOST_LINES * room:
        return ()
    for count in range(1, min(MOST_LINES, len(units)) + 1):
        starts = _balanced(units, count, SPACE_EM * em_px, room)
        lines = tuple(
            "".join(" " * unit.space + unit.text for unit in units[one:other]).strip()
            for one, other in zip(starts, [*starts[1:], len(units)], strict=True)
        )
        block = _block(lines, em_px, style, locale)
        if (
            block.width_px <= HOOK_AREA.right - HOOK_AREA.left
            and block.height_px <= HOOK_AREA.bottom - HOOK_AREA.top
        ):
            return lines
    return ()


def _advance_em(unit: str, family: str, locale: Locale) -> float:
    runs = visual_runs([unit], locale, family)
    return sum(ink(run.text, run.family, rtl=run.rtl).advance for run in runs if run.text)


def _balanced(units: Sequence[_Unit], count: int, space_px: float, room_px: float) -> list[int]:
    """Where each of ``count`` lines starts: none too wide, breaks well placed."""
    reach = [0.0]
    for unit in units:
        reach.append(reach[-1] + unit.width + space_px * unit.space)

    def width(start: int, end: int) -> float:
        wide = reach[end] - reach[start] - space_px * units[start].space
        return wide if wide <= room_px else wide + _TOO_WIDE_PX

    ends = range(1, len(units) + 1)
    best = [(width(0, end), 0.0, [0]) for end in ends]
    for line in range(1, count):
        best = [
            min(
                (
                    (
                        max(best[at - 1][0], width(at, end)),
                        best[at - 1][1] + units[at].malus,
                        [*best[at - 1][2], at],
                    )
                    for at in range(line, end)
                ),
                key=lambda found: found[0] + found[1],
                default=(math.inf, 0.0, [0]),
            )
            for end in ends
        ]
    return best[-1][2]
