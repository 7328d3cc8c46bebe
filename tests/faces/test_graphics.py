"""Slides and screens are told from filmed pictures, and their text is found."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from clipping.captions import FONTS_DIR
from clipping.faces import graphics, look
from clipping.media.probe import probe
from clipping.models import Area, Scene
from clipping.timing import TimeSpan
from tests.support.faces import Person, Picture, draw_people, make_film, room

SIZE = (1280, 720)
ROOM = room(*SIZE)
SPEAKER = draw_people(ROOM, [Person(400, 300, 180)])
FONT = str(Path(FONTS_DIR) / "NotoSans-Bold.ttf")
POINTS = ("Revenue grew by twelve percent", "Fewer customers left than ever", "Prices rise in May")


def _slide(paper: tuple[int, int, int], ink: tuple[int, int, int]) -> Image.Image:
    picture = Image.new("RGB", SIZE, paper)
    draw = ImageDraw.Draw(picture)
    draw.text((200, 120), "Quarterly results", fill=(40, 90, 190), font=_font(60))
    for row, text in enumerate(POINTS):
        draw.text((220, 260 + 90 * row), text, fill=ink, font=_font(38))
    return picture


def _screen(index: int) -> Picture:
    """An editor whose text scrolls now and then, and a person in the corner."""
    picture = Image.new("RGB", SIZE, (30, 30, 36))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, 220, 720), fill=(44, 44, 52))
    for row in range(24):
        word = "abcdefgh ijk lmnopq"[(row + index // 20) % 11 :]
        draw.text(
            (250 + row % 3 * 30, 10 + 29 * row), word * 2, fill=(200, 190, 150), font=_font(17)
        )
    film = draw_people(ROOM[:180, :320], [Person(160 + index % 5, 80, 70)])
    picture.paste(Image.fromarray(film), (950, 530))
    return np.asarray(picture)


def _talk(index: int) -> Picture:
    nod = 4 * np.sin(index / 4)
    return draw_people(SPEAKER, [Person(900 + nod, 320 + nod, 160)])


def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONT, size)


def _still(picture: Image.Image) -> Callable[[int], Picture]:
    return lambda _: np.asarray(picture)


@pytest.mark.parametrize(
    ("draw", "low", "high"),
    [
        pytest.param(_still(_slide((250, 250, 250), (30, 30, 40))), 0.9, 1, id="white-slide"),
        pytest.param(_still(_slide((24, 26, 34), (235, 235, 235))), 0.9, 1, id="dark-slide"),
        pytest.param(_screen, 0.8, 1, id="screen-with-a-person-in-the-corner"),
        pytest.param(_talk, 0, 0.1, id="two-people-in-a-room"),
        pytest.param(lambda _: ROOM, 0, 0.1, id="an-empty-room"),
    ],
)
def test_drawn_pictures_are_told_from_filmed_ones(
    tmp_path: Path, draw: Callable[[int], Picture], low: float, high: float
) -> None:
    assert low <= _scene(tmp_path, draw).graphic <= high


def test_the_text_of_a_slide_is_found(tmp_path: Path) -> None:
    scene = _scene(tmp_path, _still(_slide((250, 250, 250), (30, 30, 40))))
    assert scene.detail is not None
    # Two cells of 16 of the 640 pixels that were looked at.
    near = 2 * 16 * SIZE[0] / 640
    assert scene.detail.left_px == pytest.approx(200, abs=near)
    assert scene.detail.top_px == pytest.approx(120, abs=near)
    right = scene.detail.left_px + scene.detail.width_px
    assert right == pytest.approx(220 + _font(38).getlength(POINTS[0]), abs=near)
    assert scene.detail.top_px + scene.detail.height_px == pytest.approx(490, abs=near)


def test_an_empty_slide_has_no_detail(tmp_path: Path) -> None:
    assert _scene(tmp_path, _still(Image.new("RGB", SIZE, (250, 250, 250)))).detail is None


def test_the_rectangle_holds_text_of_all_pictures_and_no_stray_dot() -> None:
    first, second = (np.full((360, 640), 250, np.uint8) for _ in range(2))
    first[64:96, 64:320:2] = 20
    second[256:288, 320:560:2] = 20
    second[350, 630] = 20
    impressions = [graphics.impression(first, None), graphics.impression(second, first)]
    found = graphics.detail(impressions, 2.0, 3.0)
    assert found is not None
    assert found.left_px == pytest.approx(128, abs=32)
    assert found.top_px == pytest.approx(192, abs=48)
    assert found.left_px + found.width_px == pytest.approx(1_120, abs=33)
    assert found.top_px + found.height_px == pytest.approx(864, abs=49)
    assert graphics.detail([], 1.0, 1.0) is None
    assert graphics.graphic([]) == 0
    assert isinstance(found, Area)


def test_a_moving_camera_is_no_slide() -> None:
    first = np.full((360, 640), 250, np.uint8)
    first[:, ::40] = 20
    first[::40] = 20
    moved = (first - 15).astype(np.uint8)
    assert graphics.graphic([graphics.impression(first, None)]) == 1
    impressions = [graphics.impression(first, None), graphics.impression(moved, first)]
    assert graphics.graphic(impressions) == 0


def _scene(tmp_path: Path, draw: Callable[[int], Picture]) -> Scene:
    path = make_film(tmp_path / "a.mp4", draw, frames=30, options={"preset": "ultrafast"})
    (scene,) = look(path, probe(path), TimeSpan(start_ms=0, end_ms=1_200)).scenes
    return scene
