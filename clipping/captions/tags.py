"""The words of the ASS format: events, places, sizes, colours, and shapes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from clipping.captions.fonts import font, ink
from clipping.captions.lines import PlacedRun
from clipping.models import Box

_EASE = ((0.45, 0.78), (1.0, 1.0))
"""Share of the time, share of the way: two straight lines for a curve that ends gently. At 30
frames a second hardly more pictures than these lie on the way."""


@dataclass(frozen=True)
class Dialogue:
    """One event of the file; times are relative to the clip."""

    layer: int
    start_ms: int
    end_ms: int
    style: str
    text: str

    def line(self) -> str:
        """As it stands in the file."""
        start, end = timestamp(self.start_ms), timestamp(self.end_ms)
        return f"Dialogue: {self.layer},{start},{end},{self.style},,0,0,0,,{self.text}\n"


@dataclass(frozen=True)
class Piece:
    """A stretch of time in which something goes evenly from one share of its way to another.

    The way takes ``way_ms``; the stretch may end sooner.
    """

    start_ms: int
    end_ms: int
    way_ms: int
    share_from: float
    share_to: float

    @property
    def still(self) -> bool:
        """Whether nothing changes."""
        return self.share_from == self.share_to


def pieces(start_ms: int, way_ms: int, *, gentle: bool) -> Iterator[Piece]:
    """The way from 0 to 1 in even pieces of whole centiseconds, the unit of ASS times."""
    at_ms, share = 0, 0.0
    for time, way in _EASE if gentle else _EASE[-1:]:
        until_ms = way_ms if time == 1 else round(way_ms * time / 10) * 10
        if until_ms > at_ms:
            yield Piece(start_ms + at_ms, start_ms + until_ms, until_ms - at_ms, share, way)
            at_ms, share = until_ms, way


def place(run: PlacedRun, scale: float = 1.0) -> str:
    """Where the run stands, and its font, in a size ``scale`` times its own around its pivot."""
    x, y = anchor(run, scale)
    return f"\\pos({number(x)},{number(y)}){face(run)}{size(scale)}"


def moving(
    run: PlacedRun,
    piece: Piece,
    scales: tuple[float, float],
    shift_px: tuple[float, float] = (0.0, 0.0),
    shift_to_px: tuple[float, float] = (0.0, 0.0),
) -> str:
    """The run growing and moving over a piece of time; the two keep step, both being even."""
    before = anchor(run.moved(*shift_px), scales[0])
    after = anchor(run.moved(*shift_to_px), scales[1])
    way = ",".join(number(value) for value in (*before, *after))
    grows = f"\\t(0,{piece.way_ms},{size(scales[1])})" if scales[0] != scales[1] else ""
    return f"\\move({way},0,{piece.way_ms}){face(run)}{size(scales[0])}{grows}"


def anchor(run: PlacedRun, scale: float = 1.0) -> tuple[float, float]:
    """The upper left corner of the run as libass reckons it, from the pen's start."""
    x = run.x + ink(run.text, run.family, rtl=run.rtl).anchor * run.em_px
    y = run.baseline - font(run.family).ascent_em * run.em_px
    return run.pivot_x + (x - run.pivot_x) * scale, run.pivot_y + (y - run.pivot_y) * scale


def face(run: PlacedRun) -> str:
    """Font and size."""
    return f"\\fn{run.family}\\fs{number(font(run.family).size_em * run.em_px)}"


def size(scale: float) -> str:
    """Nothing for the own size, which is the style's."""
    return f"\\fscx{number(100 * scale)}\\fscy{number(100 * scale)}" if scale != 1 else ""


def drawn(run: PlacedRun, tags: str) -> str:
    """The run's letters behind their tags."""
    return f"{{{tags}}}{escaped(run.text)}"


def escaped(text: str) -> str:
    """A run's text as libass prints it: braces would open tags.

    A backslash only ever stands alone in its run, where it has nothing to escape.
    """
    return text.replace("{", "\\{").replace("}", "\\}")


def clip(box: Box, *, outside: bool = False) -> str:
    """Only what is inside the box is drawn, or only what is outside."""
    name = "iclip" if outside else "clip"
    return f"\\{name}({box.left},{box.top},{box.right},{box.bottom})"


def rounded(width: int, height: int, radius: int) -> str:
    """A rectangle with round corners as a drawing; 0.5523 makes a Bézier curve a quarter circle."""
    r = min(radius, width // 2, height // 2)
    k = r - round(r * 0.5523)
    w, h = width, height
    return (
        f"m {r} 0 l {w - r} 0 b {w - k} 0 {w} {k} {w} {r} l {w} {h - r} "
        f"b {w} {h - k} {w - k} {h} {w - r} {h} l {r} {h} "
        f"b {k} {h} 0 {h - k} 0 {h - r} l 0 {r} b 0 {k} {k} 0 {r} 0"
    )


def timestamp(ms: int) -> str:
    """Centiseconds, rounded down."""
    seconds, centiseconds = divmod(ms // 10, 100)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}.{centiseconds:02d}"


def colour(rgb: str, opacity: float = 1.0) -> str:
    """``#RRGGBB`` as ASS writes it, with the transparency in front."""
    red, green, blue = rgb[1:3], rgb[3:5], rgb[5:7]
    return f"&H{alpha(opacity):02X}{blue}{green}{red}"


def alpha(opacity: float) -> int:
    """0 is solid, 255 is not to be seen."""
    return round(255 * (1 - opacity))


def number(value: float) -> str:
    """Hundredths are more than libass keeps of a place."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
