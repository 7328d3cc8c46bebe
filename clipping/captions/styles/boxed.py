"""White letters; the spoken word stands on a violet plate with round corners."""

from __future__ import annotations

from clipping.captions.base import CaptionStyle, HookLook, LitKind, LitPlate

BOXED = CaptionStyle(
    name="boxed",
    font="Montserrat",
    em_px=82,
    min_em_px=38,
    colour="#FFFFFF",
    lit_colour="#FFFFFF",
    lit=LitKind.PLATE,
    plate=LitPlate(colour="#7C2BFF", padding_x_px=18, padding_y_px=13, radius_px=20),
    outline_colour="#000000",
    outline_px=5,
    shadow_px=5,
    shadow_opacity=0.55,
    centre_y_px=1250,
    line_pitch=1.3,
    hook=HookLook(
        em_px=64,
        min_em_px=40,
        colour="#FFFFFF",
        plate_colour="#7C2BFF",
        accent_colour="#7C2BFF",
        on_accent_colour="#FFFFFF",
        key_colour="#C9A2FF",
        padding_x_px=40,
        padding_y_px=30,
        radius_px=28,
        line_pitch=1.2,
    ),
)
