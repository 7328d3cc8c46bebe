"""Loud: heavy capitals, the spoken word jumps up in yellow, emphasised words are green."""

from __future__ import annotations

from clipping.captions.styles.highlight import HIGHLIGHT

POP = HIGHLIGHT.replace(
    name="pop",
    em_px=90,
    growth=1.14,
    growth_ms=100,
    emphasis_colour="#2BFF6A",
    weight_px=2,
    outline_px=8,
    shadow_opacity=0.6,
    line_pitch=1.2,
    max_words=3,
    upper_case=True,
    hook=HIGHLIGHT.hook.replace(plate_colour="#FFE600"),
)
