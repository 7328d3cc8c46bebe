"""What a caption style is, and where on the frame text may stand.

All pixels are of the 1080x1920 output frame.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from clipping.models import Box, Value

SAFE_AREA = Box(left=60, top=250, right=960, bottom=1440)
"""What no platform's own interface covers on an organic post (TikTok, Reels, Shorts and X).

The margins are the largest of the four: 250 above (account row, tabs, search), 480 below
(account, post text, sound), 120 on the right (like, comment, share), 60 on the left.
"""

CAPTION_AREA = Box(left=120, top=760, right=960, bottom=SAFE_AREA.bottom)
"""Captions, outline and shadow included; as far from the frame's left edge as from its right."""

HOOK_AREA = Box(left=120, top=280, right=960, bottom=700)
"""The hook while no face is in its way; ends above ``CAPTION_AREA``, so the two never meet."""

HOOK_REACH = Box(left=120, top=280, right=960, bottom=1140)
"""Where a hook may go to leave a face free, never onto a caption."""

Colour = Annotated[str, Field(pattern=r"^#[0-9A-F]{6}$")]
"""``#RRGGBB`` in capitals."""


class HookLook(Value):
    """Colours and sizes that a caption style gives to every hook style it is used with."""

    em_px: float = Field(gt=0)
    """Size of the em square while the text fits three lines."""
    min_em_px: float = Field(gt=0)
    """Longer texts shrink down to this, then end in an ellipsis."""
    colour: Colour
    """Of the letters on the plate."""
    plate_colour: Colour
    accent_colour: Colour
    """Of a strip."""
    on_accent_colour: Colour
    """Of letters on the strip."""
    key_colour: Colour
    """Of key words among letters that stand on nothing; light, since their outline is dark."""
    padding_x_px: int = Field(ge=0)
    padding_y_px: int = Field(ge=0)
    radius_px: int = Field(ge=0)
    line_pitch: float = Field(gt=0)
    """Distance of two baselines in em."""


class LitKind(StrEnum):
    """How the word that is being spoken is told from the others."""

    COLOUR = "colour"
    """Its letters have another colour for as long as it is spoken."""
    FILL = "fill"
    """The colour fills its letters in reading direction while it is spoken, and stays."""
    PLATE = "plate"
    """It stands on a plate."""


class LitPlate(Value):
    """The plate under the spoken word."""

    colour: Colour
    padding_x_px: int = Field(ge=0)
    padding_y_px: int = Field(ge=0)
    radius_px: int = Field(ge=0)


class CaptionStyle(Value):
    """One look of captions and hook; a frozen value without code.

    To add one:

    1. Write ``clipping/captions/styles/<name>.py`` with one ``CaptionStyle`` in capitals,
       ``name`` being the file's own name; where it is much like another, ``replace`` what differs.
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
    lit: LitKind = LitKind.COLOUR
    plate: LitPlate | None = None
    """With ``LitKind.PLATE`` only."""
    growth: float = Field(default=1.0, ge=1, le=1.3)
    """Size of the spoken word, as a multiple of the others'."""
    growth_ms: int = Field(default=0, ge=0)
    """How long it takes to grow."""
    emphasis_colour: Colour | None = None
    """Of emphasised words while they are not spoken; None draws them as all others."""
    weight_px: float = Field(default=0.0, ge=0)
    """How much fatter than the font's bold the letters are, on every side."""
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
    hook: HookLook

    @property
    def spoken_colour(self) -> str:
        """The colour that fills the spoken word's box: of its letters, or of its plate."""
        return self.plate.colour if self.plate is not None else self.lit_colour

    @property
    def edge_px(self) -> float:
        """From a letter's own contour to the outer edge of its outline."""
        return self.weight_px + self.outline_px

    @model_validator(mode="after")
    def _plate_where_needed(self) -> Self:
        if (self.plate is not None) != (self.lit is LitKind.PLATE):
            raise ValueError("A plate goes with LitKind.PLATE, and only with it.")
        if self.lit is LitKind.FILL and self.growth != 1:
            raise ValueError("A word that fills with colour cannot grow as well.")
        return self


class HookKind(StrEnum):
    """What a hook's letters stand on."""

    PLATE = "plate"
    """A plate with round corners, as large as the text needs."""
    LETTERS = "letters"
    """Nothing: outlined letters, the key words in a colour of their own."""
    STRIP = "strip"
    """A strip as wide as the safe area, in the accent colour."""
    ABSENT = "absent"
    """There is no hook: the clip starts with its own picture."""


class Motion(Value):
    """How a hook comes or goes: the state at the far end of it, and how long it takes."""

    ms: int = Field(gt=0)
    opacity: float = Field(ge=0, le=1)
    """Of the first picture while it comes, of the one behind the last while it goes."""
    text_y_px: float = 0.0
    """How far below its place the text is then."""
    x_px: float = 0.0
    """How far right of its place all of it is then; what leaves the box is cut off."""
    scale: float = Field(default=1.0, gt=0, le=1)
    """Size of the text then."""
    gentle: bool = False
    """Fast far from the place of rest, slow near it; otherwise even."""


class HookStyle(Value):
    """One look of the hook; colours and sizes come from the caption style's ``HookLook``.

    To add one, write it into ``clipping/captions/hook_styles.py`` and add one line to
    ``HOOK_STYLES``. The tests run over the whole registry.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    kind: HookKind
    size: float = Field(default=1.0, gt=0)
    """Size of the letters, as a multiple of the look's."""
    upper_case: bool = False
    weight_px: float = Field(default=0.0, ge=0)
    outline_px: float = Field(default=0.0, ge=0)
    outline_colour: Colour = "#000000"
    shadow_px: float = Field(default=0.0, ge=0)
    shadow_opacity: float = Field(default=0.0, ge=0, le=1)
    comes: Motion
    goes: Motion

    @property
    def edge_px(self) -> float:
        """From a letter's own contour to the outer edge of its outline."""
        return self.weight_px + self.outline_px
