"""White letters that fill with colour as they are spoken, and stay filled until the line goes."""

from __future__ import annotations

from clipping.captions.base import CaptionStyle, HookLook, LitKind

KARAOKE = CaptionStyle(
    name="karaoke",
    font="Montserrat",
    em_px=86,
    min_em_px=40,
    colour="#FFFFFF",
    lit_colour="#00E676",
    lit=LitKind.FILL,
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
        accent_colour="#00E676",
        on_accent_colour="#0B1A12",
        key_colour="#00E676",
        padding_x_px=40,
        padding_y_px=30,
        radius_px=28,
        line_pitch=1.2,
    ),
)
