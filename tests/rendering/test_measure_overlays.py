"""What counts as drawn over a picture, and in which colour."""

from __future__ import annotations

import numpy as np
import pytest

from clipping.models import Box
from clipping.rendering.measure.geometry import (
    GRID_HEIGHT,
    GRID_WIDTH,
    Picture,
    cells,
    covered,
    open_picture,
)
from clipping.rendering.measure.overlays import (
    coloured_share,
    compare,
    drawn_px2,
    lit_alone,
    shows,
    ycbcr,
)
from tests.rendering.clips import bare_plan

EVERYWHERE = np.ones((GRID_HEIGHT, GRID_WIDTH), dtype=np.bool_)
LEFT = Box(left=200, top=1_200, right=440, bottom=1_300)
RIGHT = Box(left=500, top=1_200, right=740, bottom=1_300)
YELLOW, WHITE = "#FFE600", "#FFFFFF"


def _scene(seed: int = 0) -> Picture:
    """A soft picture with grain."""
    rows, columns = np.mgrid[0:GRID_HEIGHT, 0:GRID_WIDTH]
    luma = 110 + 60 * np.sin(rows / 90) * np.cos(columns / 70)
    grain = np.random.default_rng(seed).integers(-2, 3, luma.shape)
    chroma = np.full_like(luma, 128)
    return np.stack([luma + grain, chroma, chroma]).astype(np.uint8)


def _written(picture: Picture, box: Box, colour: str) -> Picture:
    """Strokes of 12 px, 18 px apart, in the box, on black."""
    drawn = picture.copy()
    rows, columns = cells(box)
    drawn[0, rows, columns] = 16
    drawn[1:, rows, columns] = 128
    for at in range(columns.start + 1, columns.stop - 4, 10):
        drawn[:, rows, at : at + 4] = np.array(ycbcr(colour), np.uint8)[:, None, None]
    return drawn


@pytest.mark.parametrize(
    ("colour", "expected"),
    [
        ("#000000", (16, 128, 128)),
        ("#FFFFFF", (235, 128, 128)),
        ("#FF0000", (63, 102, 240)),
        ("#FFFF00", (219, 16, 138)),
        ("#0000FF", (32, 240, 118)),
    ],
)
def test_colours_are_those_of_bt709(colour: str, expected: tuple[int, int, int]) -> None:
    assert ycbcr(colour) == expected


def test_a_word_shows_in_its_box_and_not_in_the_next() -> None:
    shot = compare(_written(_scene(1), LEFT, WHITE), _scene(2), EVERYWHERE)
    assert shows(shot, LEFT)
    assert not shows(shot, RIGHT)


def test_grain_alone_shows_nothing() -> None:
    shot = compare(_scene(1), _scene(2), EVERYWHERE)
    assert not shows(shot, LEFT)
    assert drawn_px2(shot, EVERYWHERE) == 0


def test_another_brightness_of_the_whole_picture_is_nothing_drawn() -> None:
    brighter = np.clip(_scene(1).astype(np.int16) + 12, 0, 255).astype(np.uint8)
    assert drawn_px2(compare(brighter, _scene(2), EVERYWHERE), EVERYWHERE) == 0


def test_white_text_shows_on_a_white_wall_by_its_outline() -> None:
    wall = np.full((3, GRID_HEIGHT, GRID_WIDTH), 128, np.uint8)
    wall[0] = 235
    assert shows(compare(_written(wall, LEFT, WHITE), wall, EVERYWHERE), LEFT)


def test_edges_that_are_drawn_a_little_differently_are_nothing_drawn() -> None:
    sharp = _scene(1)
    sharp[0, :, 100:] = 30
    beside = _scene(1)
    beside[0, :, 101:] = 30
    shot = compare(sharp, beside, EVERYWHERE)
    assert shot.differs.any()
    assert drawn_px2(shot, EVERYWHERE) == 0


def test_the_area_drawn_is_counted_where_it_is_asked_for() -> None:
    shot = compare(_written(_scene(1), LEFT, WHITE), _scene(2), EVERYWHERE)
    whole = drawn_px2(shot, EVERYWHERE)
    assert whole == pytest.approx(24_000, rel=0.35)
    assert drawn_px2(shot, covered([LEFT], 9)) == whole
    assert drawn_px2(shot, ~covered([LEFT], 9)) == 0


def test_text_on_a_picture_whose_tones_were_mapped_is_seen_all_the_same() -> None:
    mapped = _scene(1)
    mapped[0] = (235 * (mapped[0] / 255.0) ** 0.6).astype(np.uint8)
    shot = compare(_written(mapped, LEFT, WHITE), _scene(2), ~covered([LEFT], 24), toned=True)
    assert shows(shot, LEFT)
    assert drawn_px2(shot, ~covered([LEFT], 9)) == 0


def test_the_lit_word_alone_has_its_colour() -> None:
    picture = _written(_written(_scene(1), LEFT, YELLOW), RIGHT, WHITE)
    shot = compare(picture, _scene(2), EVERYWHERE)
    assert coloured_share(picture, LEFT, YELLOW) > 0.2
    assert lit_alone(shot, (LEFT, RIGHT), 0, YELLOW)
    assert not lit_alone(shot, (LEFT, RIGHT), 1, YELLOW)


def test_two_lit_words_are_one_too_many() -> None:
    picture = _written(_written(_scene(1), LEFT, YELLOW), RIGHT, YELLOW)
    assert not lit_alone(compare(picture, _scene(2), EVERYWHERE), (LEFT, RIGHT), 0, YELLOW)


def test_before_a_wall_of_the_same_colour_nothing_is_claimed() -> None:
    wall = _scene(2)
    wall[:, 300:500] = np.array(ycbcr(YELLOW), np.uint8)[:, None, None]
    picture = _written(_written(wall, LEFT, WHITE), RIGHT, WHITE)
    assert lit_alone(compare(picture, wall, EVERYWHERE), (LEFT, RIGHT), 0, YELLOW)


def test_boxes_beyond_the_frame_are_cut_off() -> None:
    beyond = Box(left=1_000, top=1_900, right=1_200, bottom=2_000)
    assert covered([beyond]).sum() == (GRID_WIDTH - 333) * (GRID_HEIGHT - 633)
    assert covered([Box(left=1_200, top=0, right=1_300, bottom=10)]).sum() == 0


def test_the_open_picture_is_everything_when_nothing_is_drawn() -> None:
    assert open_picture(bare_plan()).all()
