"""The font files that ship with the program, measured the way libass will draw them.

libass sets a font's size so that ``usWinAscent + usWinDescent`` of the face, not its em square,
becomes the asked number of pixels (as GDI and VSFilter do), and puts a line's baseline
``usWinAscent`` below its top. It shapes at a nominal size of 256, with advances that FreeType
rounds to whole pixels of that size, and scales the result (libass 0.17, ``ass_shaper.c`` and
``fix_glyph_scaling``); an i is almost a hundredth narrower for it, so the same is done here.
FreeType's auto-hinter would change advances further. It leaves fonts alone that have instructions
of their own, which is why every face in the folder has a ``prep`` table, if one without effect.

Everything here is in em, so that sizes of different faces match.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import uharfbuzz as hb

from clipping.errors import NotInstalled

FONTS_DIR = Path(__file__).resolve().parent / "fonts"
"""Folder that libass is given as ``fontsdir``; every face in it is Bold and under the OFL."""


_NOMINAL_SIZE_PX = 256
_WHOLE_PPEM = 0x0008
_UNIT_PARTS = 16
"""HarfBuzz reckons in whole numbers; this finer than the font's own units."""


LANGUAGE = "en"
"""What every text is shaped as. Left to itself libass guesses one from the script, or takes the
machine's; and faces have other forms of some characters for some languages."""


@dataclass(frozen=True)
class Face:
    """A font file and its optical size: the factor at which its letters match Montserrat's."""

    file_name: str
    optical: float = 1.0


FACES: dict[str, Face] = {
    "Montserrat": Face("Montserrat-Bold.ttf"),
    "Noto Sans": Face("NotoSans-Bold.ttf"),
    "Noto Sans Devanagari": Face("NotoSansDevanagari-Bold.ttf", 1.06),
    "Noto Sans Arabic": Face("NotoSansArabic-Bold.ttf", 1.12),
    "Noto Sans Hebrew": Face("NotoSansHebrew-Bold.ttf", 1.06),
    "Noto Sans Thai": Face("NotoSansThai-Bold.ttf", 1.06),
    "Noto Sans JP": Face("NotoSansJP-Bold.ttf", 0.96),
    "Noto Sans SC": Face("NotoSansSC-Bold.ttf", 0.96),
    "Noto Sans KR": Face("NotoSansKR-Bold.ttf", 0.96),
    "Noto Emoji": Face("NotoEmoji-Bold.ttf", 0.86),
}
"""Keyed by the family name that ``\\fn`` takes."""


@dataclass(frozen=True)
class Ink:
    """Where a shaped text leaves ink, from its pen's start on the baseline, in em, y downwards.

    ``advance`` is how far the pen moves. ``anchor`` is the point that ``\\an7`` puts at the asked
    place: libass takes the leftmost start of a cluster, offset of its first glyph included, which
    in Arabic is often that of a dot. A text without ink has ``left > right``.
    """

    advance: float
    anchor: float
    left: float
    top: float
    right: float
    bottom: float

    @property
    def empty(self) -> bool:
        """Whether nothing would be seen."""
        return self.left >= self.right


NO_INK = Ink(advance=0.0, anchor=0.0, left=1e6, top=1e6, right=-1e6, bottom=-1e6)


class Font:
    """A face that has been opened; files are mapped, not read, so even the large ones are cheap."""

    def __init__(self, family: str) -> None:
        face = FACES[family]
        path = FONTS_DIR / face.file_name
        if not path.is_file():
            raise NotInstalled(f"The caption font {face.file_name} is missing; install again.")
        shaped = hb.Face(hb.Blob.from_file_path(str(path)))
        win: tuple[int, int] = struct.unpack_from(">HH", shaped.reference_table("OS/2").data, 74)
        self.family = family
        scale = shaped.upem * _UNIT_PARTS
        self._unit_em: float = face.optical / scale
        self._advance_step = _advance_step(shaped, sum(win)) * _UNIT_PARTS
        self._plain: Any = hb.Font(shaped)
        self._plain.scale = (scale, scale)
        self._font: Any = hb.Font(shaped)
        self._font.scale = (scale, scale)
        self._font.funcs = self._rounding()
        self.ascent_em: float = win[0] * face.optical / shaped.upem
        """From the top of a line, where ``\\an7`` anchors it, to its baseline."""
        self.size_em: float = sum(win) * face.optical / shaped.upem
        """What ``\\fs`` has to be for an em of one pixel."""

    def _rounding(self) -> Any:
        """The face's own glyphs, with each advance rounded as libass gets it."""
        plain, step = self._plain, self._advance_step

        def advance(_font: Any, glyph: int, _data: Any) -> int:
            units: int = plain.get_glyph_h_advance(glyph)
            return round(math.floor(units / step + 0.5) * step)

        def nominal(_font: Any, character: int, _data: Any) -> int:
            glyph: int | None = plain.get_nominal_glyph(character)
            return glyph or 0

        functions: Any = hb.FontFuncs()
        functions.set_glyph_h_advance_func(advance)
        functions.set_nominal_glyph_func(nominal)
        return functions

    def covers(self, text: str) -> bool:
        """Whether the face has a glyph for every character."""
        return all(self._plain.get_nominal_glyph(ord(character)) for character in text)

    def shape(self, text: str, *, rtl: bool) -> Ink:
        """Measure one run as HarfBuzz inside libass will set it, kerning and ligatures included."""
        buffer: Any = hb.Buffer()
        buffer.add_str(text)
        buffer.guess_segment_properties()
        buffer.direction = "rtl" if rtl else "ltr"
        buffer.language = LANGUAGE
        hb.shape(self._font, buffer, {"kern": True})
        pen, left, top, right, bottom = 0, [], [], [], []
        starts: dict[int, int] = {}
        for glyph, at in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
            starts.setdefault(glyph.cluster, pen + at.x_offset)
            extents = self._plain.get_glyph_extents(glyph.codepoint)
            if extents is not None and extents.width and extents.height:
                x = pen + at.x_offset + extents.x_bearing
                y = -(at.y_offset + extents.y_bearing)
                left.append(x)
                right.append(x + extents.width)
                top.append(y)
                bottom.append(y - extents.height)
            pen += at.x_advance
        unit = self._unit_em
        blank = replace(NO_INK, advance=pen * unit, anchor=min(starts.values(), default=0) * unit)
        if not left:
            return blank
        return replace(
            blank,
            left=min(left) * unit,
            top=min(top) * unit,
            right=max(right) * unit,
            bottom=max(bottom) * unit,
        )


def _advance_step(face: Any, win_units: int) -> float:
    """Font units per pixel at the nominal size; whole pixels per em where ``head`` asks for it."""
    pixels_per_em = _NOMINAL_SIZE_PX * face.upem / win_units
    (flags,) = struct.unpack_from(">H", face.reference_table("head").data, 16)
    if flags & _WHOLE_PPEM:
        pixels_per_em = round(pixels_per_em)
    step: float = face.upem / pixels_per_em
    return step


@cache
def font(family: str) -> Font:
    """The opened face of a family in ``FACES``; NotInstalled when its file is gone."""
    return Font(family)


@lru_cache(maxsize=16384)
def ink(text: str, family: str, *, rtl: bool) -> Ink:
    """Measured once per text: the same words come back in every state of a caption."""
    return font(family).shape(text, rtl=rtl)
