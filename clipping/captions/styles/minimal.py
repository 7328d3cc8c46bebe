"""Smaller and quieter: no second colour, the spoken word is simply the brightest."""

from __future__ import annotations

from clipping.captions.base import CaptionStyle, HookLook

MINIMAL = CaptionStyle(
    name="minimal",
    font="Montserrat",
    em_px=64,
    min_em_px=36,
    colour="#BFBFBF",
    lit_colour="#FFFFFF",
    outline_colour="#000000",
    outline_px=4,
    shadow_px=4,
    shadow_opacity=0.45,
    centre_y_px=1280,
    line_pitch=1.22,
    hook=HookLook(
        em_px=54,
        min_em_px=36,
        colour="#FFFFFF",
        plate_colour="#111111",
        accent_colour="#FFFFFF",
        on_accent_colour="#111111",
        key_colour="#FFFFFF",
        padding_x_px=36,
        padding_y_px=26,
        radius_px=24,
        line_pitch=1.2,
    ),
)
