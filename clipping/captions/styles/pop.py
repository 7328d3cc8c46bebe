"""Loud: heavy capitals, the spoken word jumps up in yellow, emphasised words are green."""

from __future__ import annotations

from clipping.captions.base import CaptionStyle, HookLook

POP = CaptionStyle(
    name="pop",
    font="Montserrat",
    em_px=90,
    min_em_px=40,
    colour="#FFFFFF",
    lit_colour="#FFE600",
    growth=1.14,
    growth_ms=100,
    emphasis_colour="#2BFF6A",
    weight_px=2,
    outline_colour="#000000",
    outline_px=8,
    shadow_px=6,
    shadow_opacity=0.6,
    centre_y_px=1250,
    line_pitch=1.2,
    max_words=3,
    upper_case=True,
    hook=HookLook(
        em_px=64,
        min_em_px=40,
        colour="#111111",
        plate_colour="#FFE600",
        accent_colour="#FFE600",
        on_accent_colour="#111111",
        key_colour="#FFE600",
        padding_x_px=40,
        padding_y_px=30,
        radius_px=28,
        line_pitch=1.2,
    ),
)
