"""One line of type: runs in a row, each where the pen reaches it, measured to the pixel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from clipping.captions.base import CaptionStyle, HookStyle
from clipping.captions.fonts import NO_INK, ink
from clipping.captions.runs import Run, gap_em, visual_runs
from clipping.captions.scripts import Locale

CAPITAL_EM = 0.7
"""Height of Montserrat's capitals, around whose middle a line is centred."""
DESCENDER_EM = 0.2
"""How far Montserrat's letters reach below the baseline."""
_PLATE_TOP_EM = 0.78
"""Above the baseline, so that capitals stand nearly in the middle of a plate."""
_AIR_PX = 8.0
"""Between a spoken word that draws more than its letters, and the words beside it."""
_EDGE_PX = 1.0
"""Anti-aliasing reaches this far beyond a calculated edge."""


@dataclass(frozen=True)
class Margins:
    """What outline and shadow add around a text's ink, in pixels."""

    side: float
    top: float
    bottom: float


@dataclass(frozen=True)
class PlacedRun:
    """A run with its pen's start on the frame, and the point around which it grows."""

    owner: int
    text: str
    family: str
    rtl: bool
    x: float
    baseline: float
    em_px: float
    pivot_x: float = 0.0
    pivot_y: float = 0.0

    def moved(self, right_px: float, down_px: float) -> PlacedRun:
        """The same run elsewhere."""
        return replace(
            self,
            x=self.x + right_px,
            baseline=self.baseline + down_px,
            pivot_x=self.pivot_x + right_px,
            pivot_y=self.pivot_y + down_px,
        )

    def around(self, x: float, y: float) -> PlacedRun:
        """The same run, growing around another point."""
        return replace(self, pivot_x=x, pivot_y=y)


@dataclass(frozen=True)
class Extent:
    """Edges in pixels while they are still exact."""

    left: float
    top: float
    right: float
    bottom: float

    def joined(self, other: Extent) -> Extent:
        """The smallest extent that holds both."""
        return Extent(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    def moved(self, right_px: float, down_px: float) -> Extent:
        """The same extent elsewhere."""
        return Extent(
            self.left + right_px, self.top + down_px, self.right + right_px, self.bottom + down_px
        )

    def widened(self, edges: Margins) -> Extent:
        """With outline and shadow around it."""
        return Extent(
            self.left - edges.side,
            self.top - edges.top,
            self.right + edges.side,
            self.bottom + edges.bottom,
        )


@dataclass(frozen=True)
class Line:
    """One line with its pen at 0 on a baseline at 0: runs, and the ink of each word."""

    runs: tuple[PlacedRun, ...]
    inks: dict[int, Extent]
    pen_px: float
    """Where the pen ends."""

    @property
    def extent(self) -> Extent:
        """The ink of the whole line."""
        whole = Extent(NO_INK.left, NO_INK.top, NO_INK.right, NO_INK.bottom)
        for part in self.inks.values():
            whole = whole.joined(part)
        return whole


def margins(style: CaptionStyle | HookStyle) -> Margins:
    """What the style draws around its letters."""
    edge = style.edge_px + _EDGE_PX
    return Margins(side=edge, top=edge, bottom=edge + style.shadow_px)


def lit_extent(ink: Extent, em_px: float, style: CaptionStyle) -> Extent:
    """All that a spoken word draws, from its ink on a baseline at 0; plates are equally high."""
    plain = ink.widened(margins(style))
    plate = style.plate
    if plate is not None:
        return plain.joined(
            Extent(
                ink.left - plate.padding_x_px,
                min(ink.top, -_PLATE_TOP_EM * em_px) - plate.padding_y_px,
                ink.right + plate.padding_x_px,
                max(ink.bottom, DESCENDER_EM * em_px) + plate.padding_y_px,
            )
        )
    if style.growth == 1:
        return plain
    x, y, by = (ink.left + ink.right) / 2, -CAPITAL_EM * em_px / 2, style.growth
    grown = Extent(
        x + (ink.left - x) * by,
        y + (ink.top - y) * by,
        x + (ink.right - x) * by,
        y + (ink.bottom - y) * by,
    )
    return plain.joined(grown.widened(_grown_margins(style)))


def _grown_margins(style: CaptionStyle) -> Margins:
    """With a pixel more: what libass rounds at a letter's own size grows with it."""
    edges = margins(style)
    return Margins(edges.side + _EDGE_PX, edges.top + _EDGE_PX, edges.bottom + _EDGE_PX)


def lit_reach_px(width_px: float, style: CaptionStyle) -> float:
    """How much further to a side a word of this width draws while it is spoken."""
    if style.plate is not None:
        return max(0.0, style.plate.padding_x_px - margins(style).side)
    return (style.growth - 1) / 2 * width_px + _EDGE_PX if style.growth > 1 else 0.0


def _kept_apart_px(reaches: Sequence[float]) -> float:
    """Room between neighbours for what one of them draws more while it is spoken."""
    more = max(reaches)
    return more + _AIR_PX if more else 0.0


def set_line(
    runs: Sequence[Run],
    em_px: float,
    side_px: float,
    owners: Sequence[int] | None = None,
    style: CaptionStyle | None = None,
) -> Line:
    """Advance a pen over the runs; gaps are wide enough that outlines of two words stay apart.

    ``owners`` renames the runs' owners, where the line is a part of a longer row of words. With a
    ``style`` there is room between words for what the spoken one draws more than the others, also
    where their script has no spaces.
    """
    reach: dict[int, float] = {}
    if style is not None and lit_reach_px(1.0, style):
        close = set_line(runs, em_px, side_px)
        reach = {
            owner: lit_reach_px(ink.right - ink.left, style) for owner, ink in close.inks.items()
        }
    placed: list[PlacedRun] = []
    inks: dict[int, Extent] = {}
    pen, edge, gap, before = 0.0, 0.0, 0.0, -1
    for run in runs:
        if not run.text:
            gap += run.gap_em
            continue
        seen = ink(run.text, run.family, rtl=run.rtl)
        more = _kept_apart_px([reach.get(before, 0.0), reach.get(run.owner, 0.0)])
        if gap or (more and before not in (-1, run.owner)):
            pen += gap * em_px
            if not seen.empty:
                inner = before == run.owner
                apart = 2 * side_px + 1 + (0.0 if inner else more)
                pen = max(pen, edge + apart - seen.left * em_px)
            gap = 0.0
        before = run.owner
        owner = owners[run.owner] if owners else run.owner
        placed.append(PlacedRun(owner, run.text, run.family, run.rtl, pen, 0.0, em_px))
        if not seen.empty:
            extent = Extent(
                pen + seen.left * em_px,
                seen.top * em_px,
                pen + seen.right * em_px,
                seen.bottom * em_px,
            )
            known = inks.get(owner)
            inks[owner] = known.joined(extent) if known else extent
            edge = max(edge, extent.right)
        pen += seen.advance * em_px
    return Line(tuple(placed), inks, pen)


def line_width(words: Sequence[str], em_px: float, locale: Locale, style: CaptionStyle) -> float:
    """Width of the words on one line in this order, without setting them.

    Outlines are included, and at both ends what a spoken word there draws beyond its own.
    """
    side = margins(style).side
    left, right, pen = NO_INK.left, NO_INK.right, 0.0
    reaches: list[float] = []
    for index, word in enumerate(words):
        own_left, own_right, advance = _word_edges(word, em_px, locale, style.font)
        gap = gap_em(words[index - 1], word) * em_px if index else 0.0
        reaches.append(lit_reach_px(max(0.0, own_right - own_left), style))
        more = _kept_apart_px(reaches[-2:]) if index else 0.0
        if gap or more:
            pen = max(pen + gap, right + 2 * side + 1 + more - own_left)
        left, right = min(left, pen + own_left), max(right, pen + own_right)
        pen += advance
    ends = max(reaches[0], reaches[-1]) if reaches else 0.0
    return max(0.0, right - left) + 2 * (side + ends)


@lru_cache(maxsize=8192)
def _word_edges(word: str, em_px: float, locale: Locale, family: str) -> tuple[float, float, float]:
    """Left and right edge of a word's ink, and where its pen ends."""
    line = set_line(visual_runs([word], locale, family), em_px, 0.0)
    return line.extent.left, line.extent.right, line.pen_px


def has_ink(word: str) -> bool:
    """Whether anything of a cleaned word would be seen."""
    runs = visual_runs([word], Locale(rtl=False, han="Noto Sans SC"), "Montserrat")
    return any(not ink(run.text, run.family, rtl=run.rtl).empty for run in runs if run.text)
