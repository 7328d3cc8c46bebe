"""What a caption style is, and where on the frame text may stand.

All pixels are of the 1080x1920 output frame.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from clipping.models import Box, Value

SAFE_AREA = Box(left=60, top=250, right=960, bottom=1440)
"""What no platform's own interface covers on an organic post (TikTok, Reels, Shorts and X).

The margins are the largest of the four: 250 above (account row, tabs, search), 480 below
(account, post text, sound), 120 on the right (like, comment, share), 60 on the left.
"""

CAPTION_AREA = Box(left=120, top=760, right=960, bottom=SAFE_AREA.bottom)
"""Captions, outline and shadow included; as far from the frame's left edge as from its right."""

HOOK_AREA = Box(left=120, top=280, right=960, bottom=700)
"""The hook with its plate; ends above ``CAPTION_AREA``, so the two can never meet."""

Colour = Annotated[str, Field(pattern=r"^#[0-9A-F]{6}$")]
"""``#RRGGBB`` in capitals."""


class HookStyle(Value):
    """The hook's look: dark bold text on a plate with round corners."""

    em_px: float = Field(gt=0)
    """Size of the em square while the text fits three lines."""
    min_em_px: float = Field(gt=0)
    """Longer texts shrink down to this, then end in an ellipsis."""
    colour: Colour
    plate_colour: Colour
    padding_x_px: int = Field(ge=0)
    padding_y_px: int = Field(ge=0)
    radius_px: int = Field(ge=0)
    line_pitch: float = Field(gt=0)
    """Distance of two baselines in em."""


class CaptionStyle(Value):
    """One look of captions and hook; a frozen value without code.

    To add one:

    1. Write ``clipping/captions/styles/<name>.py`` with one ``CaptionStyle`` in capitals,
       ``name`` being the file's own name.
    2. Add one line to ``STYLES`` in ``clipping/captions/__init__.py``.

    ``font`` is a family of ``clipping.captions.fonts.FACES``; a new one needs its bold TTF in
    ``fonts/``, its licence in ``fonts/licences/`` and one line in ``FACES``. The tests run over the
    whole registry, so the one line is enough to be tested.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    font: str
    em_px: float = Field(gt=0)
    """Size of the em square; Montserrat's capitals are 0.7 of it high."""
    min_em_px: float = Field(gt=0)
    """A word too long for the area shrinks down to this, then loses its end to an ellipsis."""
    colour: Colour
    lit_colour: Colour
    """Of the word that is being spoken."""
    outline_colour: Colour
    outline_px: float = Field(ge=0)
    shadow_px: float = Field(ge=0)
    """How far the shadow falls below the outline; 0 draws none."""
    shadow_opacity: float = Field(ge=0, le=1)
    centre_y_px: int
    """Height on the frame around which the lines are centred."""
    line_pitch: float = Field(gt=0)
    """Distance of two baselines in em."""
    max_words: int = Field(default=4, ge=2)
    upper_case: bool = False
    """Draw everything in capitals; otherwise as written."""
    hook: HookStyle
