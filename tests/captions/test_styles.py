from __future__ import annotations

import importlib

import pytest
from pydantic import ValidationError

from clipping.captions import SAFE_AREA, STYLES, CaptionStyle, style
from clipping.captions.base import CAPTION_AREA, HOOK_AREA
from clipping.captions.fonts import FACES
from clipping.rendering.measure.overlays import COLOUR_REACH, ycbcr


@pytest.mark.parametrize("name", STYLES)
def test_a_style_is_registered_under_its_own_name_and_file(name: str) -> None:
    module = importlib.import_module(f"clipping.captions.styles.{name}")
    assert STYLES[name].name == name
    assert getattr(module, name.upper()) is STYLES[name]
    assert style(name) is STYLES[name]


@pytest.mark.parametrize("name", STYLES)
def test_a_style_can_be_drawn(name: str) -> None:
    chosen = STYLES[name]
    assert chosen.font in FACES
    assert chosen.min_em_px <= chosen.em_px
    assert chosen.hook.min_em_px <= chosen.hook.em_px
    assert CAPTION_AREA.top < chosen.centre_y_px < CAPTION_AREA.bottom


@pytest.mark.parametrize("name", STYLES)
def test_a_style_cannot_be_changed(name: str) -> None:
    with pytest.raises(ValidationError):
        STYLES[name].em_px = 1  # type: ignore[misc]


@pytest.mark.parametrize(
    "changes", [{"colour": "white"}, {"growth": 2}, {"lit": "plate"}, {"glow_px": 3}]
)
def test_a_style_made_of_another_is_checked_as_well(changes: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        style("highlight").replace(**changes)
    assert style("highlight").replace(em_px=70).em_px == 70


@pytest.mark.parametrize("name", STYLES)
def test_the_colours_of_a_style_can_be_told_apart_by_the_proof(name: str) -> None:
    chosen = STYLES[name]
    others = [chosen.colour, chosen.emphasis_colour, chosen.outline_colour]
    lit = ycbcr(chosen.spoken_colour)
    for other in others:
        if other is not None:
            apart = [abs(one - two) for one, two in zip(lit, ycbcr(other), strict=True)]
            assert max(apart) > COLOUR_REACH, other


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """As WCAG 2 reckons it; 4.5 is its least for text, 3 for large text."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("name", STYLES)
def test_every_letter_of_a_style_stands_out_from_what_is_behind_it(name: str) -> None:
    chosen, hook = STYLES[name], STYLES[name].hook
    assert contrast(chosen.colour, chosen.outline_colour) > 4.5
    assert contrast(hook.colour, hook.plate_colour) > 4.5
    assert contrast(hook.on_accent_colour, hook.accent_colour) > 4.5
    assert contrast(hook.key_colour, "#000000") > 7
    behind = chosen.outline_colour if chosen.plate is None else chosen.plate.colour
    assert contrast(chosen.lit_colour, behind) > 4.5


def test_a_plate_goes_with_its_kind_only() -> None:
    plate = STYLES["boxed"].plate
    with pytest.raises(ValidationError, match="LitKind"):
        CaptionStyle.model_validate({**STYLES["highlight"].model_dump(), "plate": plate})


def test_a_word_that_fills_does_not_grow() -> None:
    with pytest.raises(ValidationError, match="grow"):
        CaptionStyle.model_validate({**STYLES["karaoke"].model_dump(), "growth": 1.1})


def test_the_recipe_for_a_new_style_stands_in_the_docstring() -> None:
    assert "styles/<name>.py" in (CaptionStyle.__doc__ or "")


def test_an_unknown_style_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="boxed, highlight, karaoke, minimal, pop"):
        style("comic")


def test_hook_and_captions_can_never_meet() -> None:
    assert HOOK_AREA.bottom < CAPTION_AREA.top
    assert HOOK_AREA.inside(SAFE_AREA)
    assert HOOK_AREA.bottom - SAFE_AREA.top < 1920 / 3
