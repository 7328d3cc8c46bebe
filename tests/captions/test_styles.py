from __future__ import annotations

import importlib

import pytest
from pydantic import ValidationError

from clipping.captions import SAFE_AREA, STYLES, CaptionStyle, style
from clipping.captions.base import CAPTION_AREA, HOOK_AREA
from clipping.captions.fonts import FACES


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


def test_the_recipe_for_a_new_style_stands_in_the_docstring() -> None:
    assert "styles/<name>.py" in (CaptionStyle.__doc__ or "")


def test_an_unknown_style_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="boxed, highlight, karaoke, minimal, pop"):
        style("comic")


def test_hook_and_captions_can_never_meet() -> None:
    assert HOOK_AREA.bottom < CAPTION_AREA.top
    assert HOOK_AREA.inside(SAFE_AREA)
    assert HOOK_AREA.bottom - SAFE_AREA.top < 1920 / 3
