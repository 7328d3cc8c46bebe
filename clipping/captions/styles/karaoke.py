"""White letters that fill with colour as they are spoken, and stay filled until the line goes."""

from __future__ import annotations

from clipping.captions.base import LitKind
from clipping.captions.styles.highlight import HIGHLIGHT

KARAOKE = HIGHLIGHT.replace(
    name="karaoke",
    em_px=86,
    lit_colour="#00E676",
    lit=LitKind.FILL,
    hook=HIGHLIGHT.hook.replace(
        accent_colour="#00E676", on_accent_colour="#0B1A12", key_colour="#00E676"
    ),
)
