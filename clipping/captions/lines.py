"""One line of type: runs in a row, each where the pen reaches it, measured to the pixel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from clipping.captions.base import CaptionStyle
from clipping.captions.fonts import NO_INK, ink
from clipping.captions.runs import Run, gap_em, visual_runs
from clipping.captions.scripts import Locale

CAPITAL_EM = 0.7
"""Height of Montserrat's capitals, around whose middle a line is centred."""
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
    """A run with its pen's start on the frame."""

    owner: int
    text: str
    family: str
    rtl: bool
    x: float
    baseline: float
    em_px: float

    def moved(self, right_px: float, down_px: float) -> PlacedRun:
        """The same run elsewhere."""
        return replace(self, x=self.x + right_px, baseline=self.baseline + down_px)


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


def margins(style: CaptionStyle) -> Margins:
    """What the style draws around its letters."""
    edge = style.outline_px + _EDGE_PX
    return Margins(side=edge, top=edge, bottom=edge + style.shadow_px)


def set_line(
    runs: Sequence[Run], em_px: float, side_px: float, owners: Sequence[int] | None = None
) -> Line:
    """Advance a pen over the runs; gaps are wide enough that outlines of two words stay apart.

    ``owners`` renames the runs' owners, where the line is a part of a longer row of words.
    """
    placed: list[PlacedRun] = []
    inks: dict[int, Extent] = {}
    pen, edge, gap = 0.0, 0.0, 0.0
    for run in runs:
        if not run.text:
            gap += run.gap_em
            continue
        seen = ink(run.text, run.family, rtl=run.rtl)
        if gap:
            pen += gap * em_px
            if not seen.empty:
                pen = max(pen, edge + 2 * side_px + 1 - seen.left * em_px)
            gap = 0.0
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
    """Width of the words on one line in this order, outlines included, without setting them."""
    side = margins(style).side
    left, right, pen = NO_INK.left, NO_INK.right, 0.0
    for index, word in enumerate(words):
        own_left, own_right, advance = _word_edges(word, em_px, locale, style.font)
        gap = gap_em(words[index - 1], word) * em_px if index else 0.0
        if gap:
            pen = max(pen + gap, right + 2 * side + 1 - own_left)
        left, right = min(left, pen + own_left), max(right, pen + own_right)
        pen += advance
    return max(0.0, right - left) + 2 * side


@lru_cache(maxsize=8192)
def _word_edges(word: str, em_px: float, locale: Locale, family: str) -> tuple[float, float, float]:
    """Left and right edge of a word's ink, and where its pen ends."""
    line = set_line(visual_runs([word], locale, family), em_px, 0.0)
    return line.extent.left, line.extent.right, line.pen_px


def has_ink(word: str) -> bool:
    """Whether anything of a cleaned word would be seen."""
    runs = visual_runs([word], Locale(rtl=False, han="Noto Sans SC"), "Montserrat")
    return any(not ink(run.text, run.family, rtl=run.rtl).empty for run in runs if run.text)
