"""Captions and hook: from timed words to boxes on the frame, and to the ASS file libass draws."""

from __future__ import annotations

from clipping.captions.base import SAFE_AREA, CaptionStyle
from clipping.captions.fonts import FONTS_DIR
from clipping.captions.styles.highlight import HIGHLIGHT
from clipping.captions.styles.minimal import MINIMAL

__all__ = ["FONTS_DIR", "SAFE_AREA", "STYLES", "CaptionStyle", "style"]

STYLES: dict[str, CaptionStyle] = {
    "highlight": HIGHLIGHT,
    "minimal": MINIMAL,
}
"""Every style by its own name; the recipe for a new one is the docstring of ``CaptionStyle``."""


def style(name: str) -> CaptionStyle:
    """The style of that name; ValueError names the known ones."""
    try:
        return STYLES[name]
    except KeyError:
        known = ", ".join(sorted(STYLES))
        raise ValueError(f"There is no caption style {name!r}; the styles are {known}.") from None
