"""The looks of the hook. All are legible in the first picture, which feeds show as a still."""

from __future__ import annotations

from clipping.captions.base import HookKind, HookStyle, Motion

PLATE = HookStyle(
    name="plate",
    kind=HookKind.PLATE,
    comes=Motion(ms=160, opacity=0.625, text_y_px=12),
    goes=Motion(ms=240, opacity=0),
)
"""Text on a plate that becomes solid: quiet, and legible over anything."""

BOLD = HookStyle(
    name="bold",
    kind=HookKind.LETTERS,
    size=1.5,
    upper_case=True,
    weight_px=1.5,
    outline_px=8,
    shadow_px=6,
    shadow_opacity=0.55,
    comes=Motion(ms=180, opacity=1, scale=0.86, gentle=True),
    goes=Motion(ms=200, opacity=0, scale=0.94),
)
"""Large outlined capitals that grow to their size, the key words in colour."""

BANNER = HookStyle(
    name="banner",
    kind=HookKind.STRIP,
    size=1.1,
    comes=Motion(ms=220, opacity=1, x_px=-48, gentle=True),
    goes=Motion(ms=220, opacity=0, x_px=48),
)
"""A strip in the accent colour that slides in from the left and out to the right."""

NONE = HookStyle(
    name="none",
    kind=HookKind.ABSENT,
    comes=Motion(ms=1, opacity=1),
    goes=Motion(ms=1, opacity=1),
)
"""A natural start: the picture alone."""
