"""Setting captions: words into one line or two, with exact places and true pixel boxes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from clipping.captions.base import CAPTION_AREA, CaptionStyle
from clipping.captions.breaks import breaks, shortened
from clipping.captions.lines import (
    CAPITAL_EM,
    Extent,
    Line,
    Margins,
    PlacedRun,
    line_width,
    lit_extent,
    lit_reach_px,
    margins,
    set_line,
)
from clipping.captions.runs import visual_runs
from clipping.captions.scripts import Locale, clusters
from clipping.models import Box

_MOST_CLUSTERS = 120
"""More of one word than this cannot be read in any size."""


@dataclass(frozen=True)
class Setting:
    """Words as they stand on the frame; ``boxes[i]`` is all that word ``i`` draws on.

    ``lit_boxes[i]`` is that while it is spoken. ``plates`` are the indexes of words with the place
    of the plate of each; a word that was parted has two.
    """

    em_px: float
    lines: tuple[tuple[str, ...], ...]
    runs: tuple[PlacedRun, ...]
    boxes: tuple[Box, ...]
    lit_boxes: tuple[Box, ...]
    plates: tuple[tuple[int, Box], ...] = ()

    def state(self, lit: int | None) -> tuple[Box, ...]:
        """The boxes while that word is spoken."""
        return tuple(
            self.lit_boxes[index] if index == lit else box for index, box in enumerate(self.boxes)
        )


def fits(words: Sequence[str], style: CaptionStyle, locale: Locale) -> int:
    """Lines the words need at full size: 1 or 2, and 0 when two are not enough."""
    room = CAPTION_AREA.right - CAPTION_AREA.left
    if line_width(words, style.em_px, locale, style) <= room:
        return 1
    for at in range(1, len(words)):
        halves = (words[:at], words[at:])
        if all(line_width(half, style.em_px, locale, style) <= room for half in halves):
            return 2
    return 0


@lru_cache(maxsize=1024)
def set_caption(words: tuple[str, ...], style: CaptionStyle, locale: Locale) -> Setting:
    """Set cleaned words as a caption: one line if they fit, else two of similar length.

    What is still too wide shrinks down to the style's smallest size, and then loses the end of
    its longest word; so any text ends up inside ``CAPTION_AREA``.
    """
    texts = [shortened(word, _MOST_CLUSTERS) for word in words]
    while True:
        lines, em_px = _best_lines(texts, style, locale)
        if em_px >= style.min_em_px or max(len(clusters(text)) for text in texts) <= 2:
            return _placed(lines, min(em_px, style.em_px), style, locale, len(words))
        longest = max(range(len(texts)), key=lambda index: len(clusters(texts[index])))
        length = len(clusters(texts[longest]))
        keep = min(length - 2, math.floor(length * em_px / style.min_em_px))
        texts[longest] = shortened(texts[longest], max(1, keep))


_Lines = list[list[tuple[int, str]]]


def _best_lines(texts: Sequence[str], style: CaptionStyle, locale: Locale) -> tuple[_Lines, float]:
    """The breaking that allows the largest letters, with a malus on breaks inside a word."""
    words = list(enumerate(texts))
    tries: list[tuple[float, _Lines]] = [(0.0, [words])]
    tries += [(0.0, [words[:at], words[at:]]) for at in range(1, len(words))]
    if len(words) == 1:
        tries += [
            (found.cost, [[(0, found.first)], [(0, found.second)]]) for found in breaks(texts[0])
        ]
    best: tuple[float, float, _Lines, float] | None = None
    for cost, lines in tries:
        plain = [[text for _, text in line] for line in lines]
        width = max(line_width(line, style.em_px, locale, style) for line in plain)
        em_px = _largest_em(plain, style, locale)
        worth = (min(em_px, style.em_px) * (1 - cost), -width)
        if best is None or worth > best[:2]:
            best = (*worth, lines, em_px)
        if len(lines) == 1 and em_px >= style.em_px:
            break
    assert best is not None
    return best[2], best[3]


def _largest_em(lines: Sequence[Sequence[str]], style: CaptionStyle, locale: Locale) -> float:
    """Size at which the widest line fills the area; quarter pixels, so that files stay short."""
    room = CAPTION_AREA.right - CAPTION_AREA.left - 1
    em_px = style.em_px
    for _ in range(8):
        width = max(line_width(line, em_px, locale, style) for line in lines)
        if width <= room:
            break
        em_px = math.floor(em_px * room / width * 4) / 4
    return em_px


def _placed(
    lines: _Lines, em_px: float, style: CaptionStyle, locale: Locale, count: int
) -> Setting:
    edges = margins(style)
    while True:
        laid = [
            set_line(visual_runs(texts, locale, style.font), em_px, edges.side, owners, style)
            for owners, texts in (zip(*line, strict=True) for line in lines)
        ]
        baselines = _baselines(laid, em_px, style)
        widest = max(_width(line, style) for line in laid)
        if baselines is not None and widest <= CAPTION_AREA.right - CAPTION_AREA.left:
            break
        em_px *= 0.98
    runs: list[PlacedRun] = []
    extents: list[list[tuple[int, Extent]]] = []
    lit: list[tuple[int, Extent]] = []
    for line, baseline in zip(laid, baselines, strict=True):
        shift = (CAPTION_AREA.left + CAPTION_AREA.right - line.extent.left - line.extent.right) / 2
        for run in line.runs:
            word = line.inks.get(run.owner, line.extent)
            pivot = run.around((word.left + word.right) / 2, -CAPITAL_EM * em_px / 2)
            runs.append(pivot.moved(shift, baseline))
        extents.append(_parted(line, shift, baseline, edges))
        lit += [
            (owner, lit_extent(word, em_px, style).moved(shift, baseline))
            for owner, word in line.inks.items()
        ]
    boxes = _boxes(extents, count)
    texts = tuple(tuple(text for _, text in line) for line in lines)
    if style.plate is None and style.growth == 1:
        return Setting(em_px, texts, tuple(runs), boxes, boxes)
    plates = tuple((owner, _whole(extent)) for owner, extent in lit if style.plate is not None)
    return Setting(em_px, texts, tuple(runs), boxes, _joined(boxes, lit), plates)


def _width(line: Line, style: CaptionStyle) -> float:
    """Of the line with its outlines, and room at both ends for a spoken word there."""
    ordered = sorted(line.inks.values(), key=lambda word: word.left + word.right)
    ends = max(lit_reach_px(word.right - word.left, style) for word in (ordered[0], ordered[-1]))
    return line.extent.right - line.extent.left + 2 * (margins(style).side + ends)


def _baselines(laid: Sequence[Line], em_px: float, style: CaptionStyle) -> list[float] | None:
    """Heights of the lines around the style's centre; None when the block is too high.

    Only one word is spoken at a time, so of two lines only one draws more than its outlines.
    """
    edges = margins(style)
    plain = [line.extent.widened(edges) for line in laid]
    lit = [_lit_line(line, em_px, style) for line in laid]
    pitch = style.line_pitch * em_px
    for upper, lower in pairwise(range(len(laid))):
        apart = max(
            plain[upper].bottom - lit[lower].top + 1, lit[upper].bottom - plain[lower].top + 1
        )
        pitch = max(pitch, apart)
    first = style.centre_y_px + CAPITAL_EM * em_px / 2 - pitch * (len(laid) - 1) / 2
    top = first + lit[0].top
    bottom = first + pitch * (len(laid) - 1) + lit[-1].bottom
    if bottom - top > CAPTION_AREA.bottom - CAPTION_AREA.top - 2:
        return None
    first += max(0.0, CAPTION_AREA.top + 1 - top) - max(0.0, bottom + 1 - CAPTION_AREA.bottom)
    return [first + pitch * index for index in range(len(laid))]


def _lit_line(line: Line, em_px: float, style: CaptionStyle) -> Extent:
    """All that a line draws, whichever of its words is spoken."""
    whole = line.extent.widened(margins(style))
    for word in line.inks.values():
        whole = whole.joined(lit_extent(word, em_px, style))
    return whole


def _parted(line: Line, shift: float, baseline: float, edges: Margins) -> list[tuple[int, Extent]]:
    """Each word's extent with its edges; words without a gap meet half-way between their inks.

    There the outline of one word reaches into the other's box, so they share the greater height.
    """
    ordered = sorted(line.inks.items(), key=lambda item: item[1].left + item[1].right)
    inks = [extent for _, extent in ordered]
    lefts = [extent.left - edges.side for extent in inks]
    rights = [extent.right + edges.side for extent in inks]
    tops = [extent.top for extent in inks]
    bottoms = [extent.bottom for extent in inks]
    for index, (one, other) in enumerate(pairwise(inks)):
        if rights[index] > lefts[index + 1]:
            rights[index] = lefts[index + 1] = (one.right + other.left) / 2
            for side in (index, index + 1):
                tops[side] = min(tops[side], one.top, other.top)
                bottoms[side] = max(bottoms[side], one.bottom, other.bottom)
    return [
        (
            owner,
            Extent(
                lefts[index] + shift,
                baseline + tops[index] - edges.top,
                rights[index] + shift,
                baseline + bottoms[index] + edges.bottom,
            ),
        )
        for index, (owner, _) in enumerate(ordered)
    ]


def _joined(boxes: Sequence[Box], more: Sequence[tuple[int, Extent]]) -> tuple[Box, ...]:
    """Each word's box widened by all that it draws while it is spoken."""
    joined = list(boxes)
    for owner, extent in more:
        known, whole = joined[owner], _whole(extent)
        joined[owner] = Box(
            left=min(known.left, whole.left),
            top=min(known.top, whole.top),
            right=max(known.right, whole.right),
            bottom=max(known.bottom, whole.bottom),
        )
    return tuple(joined)


def _whole(extent: Extent) -> Box:
    return Box(
        left=math.floor(extent.left),
        top=math.floor(extent.top),
        right=math.ceil(extent.right),
        bottom=math.ceil(extent.bottom),
    )


def _boxes(extents: Sequence[Sequence[tuple[int, Extent]]], count: int) -> tuple[Box, ...]:
    """Whole pixels. Edges that two words share are rounded the same way, so boxes stay apart."""
    whole: dict[int, Extent] = {}
    for line in extents:
        for index, (owner, extent) in enumerate(line):
            left = math.floor(extent.left)
            right = math.ceil(extent.right)
            if index + 1 < len(line):
                right = min(right, math.floor(line[index + 1][1].left))
            extent = Extent(left, extent.top, max(right, left + 1), extent.bottom)
            whole[owner] = whole[owner].joined(extent) if owner in whole else extent
    return tuple(
        Box(
            left=int(whole[index].left),
            top=math.floor(whole[index].top),
            right=int(whole[index].right),
            bottom=math.ceil(whole[index].bottom),
        )
        for index in range(count)
    )
