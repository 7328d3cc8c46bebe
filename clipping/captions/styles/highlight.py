"""White on a black outline, the spoken word in yellow: the look that short clips are known by."""

from __future__ import annotations

from clipping.captions.base import CaptionStyle, HookLook

HIGHLIGHT = CaptionStyle(
    name="highlight",
    font="Montserrat",
    em_px=88,
    min_em_px=40,
    colour="#FFFFFF",
    lit_colour="#FFE600",
    outline_colour="#000000",
    outline_px=7,
    shadow_px=6,
    shadow_opacity=0.55,
    centre_y_px=1250,
    line_pitch=1.22,
    hook=HookLook(
        em_px=64,
        min_em_px=40,
        colour="#111111",
        plate_colour="#FFFFFF",
        accent_colour="#FFE600",
        on_accent_colour="#111111",
        key_colour="#FFE600",
        padding_x_px=40,
        padding_y_px=30,
        radius_px=28,
        line_pitch=1.2,
    ),
)
