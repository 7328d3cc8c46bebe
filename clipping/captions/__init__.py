"""Captions and hook: from timed words to boxes on the frame, and to the ASS file libass draws."""

from __future__ import annotations

from clipping.captions.base import SAFE_AREA, CaptionStyle, HookStyle, LitKind
from clipping.captions.fonts import FONTS_DIR
from clipping.captions.hook_styles import BANNER, BOLD, NONE, PLATE
from clipping.captions.styles.boxed import BOXED
from clipping.captions.styles.highlight import HIGHLIGHT
from clipping.captions.styles.karaoke import KARAOKE
from clipping.captions.styles.minimal import MINIMAL
from clipping.captions.styles.pop import POP

__all__ = [
    "FONTS_DIR",
    "HOOK_STYLES",
    "SAFE_AREA",
    "STYLES",
    "CaptionStyle",
    "HookStyle",
    "LitKind",
    "hook_style",
    "style",
]

STYLES: dict[str, CaptionStyle] = {
    "highlight": HIGHLIGHT,
    "karaoke": KARAOKE,
    "boxed": BOXED,
    "minimal": MINIMAL,
    "pop": POP,
}
"""Every style by its own name; the recipe for a new one is the docstring of ``CaptionStyle``."""

HOOK_STYLES: dict[str, HookStyle] = {
    "plate": PLATE,
    "bold": BOLD,
    "banner": BANNER,
    "none": NONE,
}
"""Every look of the hook by its own name."""


def style(name: str) -> CaptionStyle:
    """The style of that name; ValueError names the known ones."""
    try:
        return STYLES[name]
    except KeyError:
        known = ", ".join(sorted(STYLES))
        raise ValueError(f"There is no caption style {name!r}; the styles are {known}.") from None


def hook_style(name: str) -> HookStyle:
    """The hook style of that name; ValueError names the known ones."""
    try:
        return HOOK_STYLES[name]
    except KeyError:
        known = ", ".join(sorted(HOOK_STYLES))
        raise ValueError(f"There is no hook style {name!r}; the styles are {known}.") from None
