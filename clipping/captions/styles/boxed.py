"""White letters; the spoken word stands on a violet plate with round corners."""

from __future__ import annotations

from clipping.captions.base import LitKind, LitPlate
from clipping.captions.styles.highlight import HIGHLIGHT

BOXED = HIGHLIGHT.replace(
    name="boxed",
    em_px=82,
    min_em_px=38,
    lit_colour="#FFFFFF",
    lit=LitKind.PLATE,
    plate=LitPlate(colour="#7C2BFF", padding_x_px=18, padding_y_px=13, radius_px=20),
    outline_px=5,
    shadow_px=5,
    line_pitch=1.3,
    hook=HIGHLIGHT.hook.replace(
        colour="#FFFFFF",
        plate_colour="#7C2BFF",
        accent_colour="#7C2BFF",
        on_accent_colour="#FFFFFF",
        key_colour="#C9A2FF",
    ),
)
