from __future__ import annotations

import pytest
from fontTools.ttLib import TTFont

from clipping.captions import fonts
from clipping.captions.fonts import FACES, FONTS_DIR, Font, font, ink
from clipping.errors import NotInstalled


@pytest.mark.parametrize("family", FACES)
def test_the_file_bears_the_family_name_and_is_bold(family: str) -> None:
    with TTFont(FONTS_DIR / FACES[family].file_name, lazy=True) as file:
        assert file["name"].getDebugName(1) == family
        assert file["OS/2"].usWeightClass == 700


@pytest.mark.parametrize("family", FACES)
def test_the_auto_hinter_leaves_the_face_alone(family: str) -> None:
    """FreeType hints on its own what has no instructions, or only the seven bytes known to it."""
    with TTFont(FONTS_DIR / FACES[family].file_name, lazy=True) as file:
        assert len(file["prep"].program.getBytecode()) > 7


def test_every_font_file_is_in_use() -> None:
    assert {path.name for path in FONTS_DIR.glob("*.ttf")} == {
        face.file_name for face in FACES.values()
    }


def test_sizes_follow_the_windows_metrics_of_the_face() -> None:
    assert font("Montserrat").size_em == pytest.approx(1.562)
    assert font("Montserrat").ascent_em == pytest.approx(1.109)


def test_kerning_and_rounded_advances_are_measured() -> None:
    apart = ink("A", "Montserrat", rtl=False).advance + ink("V", "Montserrat", rtl=False).advance
    assert ink("AV", "Montserrat", rtl=False).advance < apart - 0.02
    assert ink("i", "Montserrat", rtl=False).advance == pytest.approx(49 / 164, abs=1e-4)


def test_a_space_has_an_advance_and_no_ink() -> None:
    space = ink(" ", "Montserrat", rtl=False)
    assert space.empty
    assert space.advance > 0.2


def test_a_missing_font_file_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(fonts.FACES, "Lost", fonts.Face("Lost-Bold.ttf"))
    with pytest.raises(NotInstalled, match=r"Lost-Bold\.ttf"):
        Font("Lost")
