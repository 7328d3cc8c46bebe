"""The camera as numbers: where it is in every frame, and what of the source is seen where."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clipping.models import Area, Box, Crop, Framing, Layout, Move
from clipping.rendering.framing import (
    FRAME,
    centre_crop,
    fit_box,
    offsets,
    panels,
    place,
    still,
    travel_px,
    view,
    window,
)
from tests.rendering.clips import bare_plan
from tests.rendering.recipes import media_of

FULL_HD = Crop(left_px=200, top_px=0, width_px=608, height_px=1080)
PAN = Framing(
    start_frame=0,
    end_frame=100,
    crops=(FULL_HD,),
    moves=(
        Move(start_frame=10, end_frame=40, left_px=500, top_px=0),
        Move(start_frame=60, end_frame=90, left_px=300, top_px=0),
    ),
)


def test_the_camera_rests_before_between_and_after_its_moves() -> None:
    lefts = [place(PAN, frame)[0] for frame in range(100)]
    assert set(lefts[:11]) == {200}
    assert set(lefts[40:61]) == {500}
    assert set(lefts[90:]) == {300}


def test_a_move_starts_and_ends_gently_and_is_half_done_half_way() -> None:
    lefts = [place(PAN, frame)[0] for frame in range(10, 41)]
    steps = [after - before for before, after in pairwise(lefts)]
    assert lefts[15] == 350
    assert all(step > 0 for step in steps)
    assert max(steps) == max(steps[14], steps[15])
    assert max(steps) < 2 * Fraction(300, 30)
    # Neither end jerks: the first and last steps are a small part of the mean one.
    assert steps[0] < 1
    assert steps[-1] < 1


@given(frame=st.integers(0, 99))
def test_only_what_the_camera_ever_shows_is_scaled(frame: int) -> None:
    whole = window(PAN)
    assert (whole.crop.left_px, whole.crop.width_px) == (200, 908)
    x, y = whole.offset(*place(PAN, frame))
    assert 0 <= x <= whole.width_px - 1080
    assert y == 0
    # One output pixel is the finest step there is, and the place is never further off than half.
    exact = (place(PAN, frame)[0] - 200) * Fraction(whole.width_px, 908)
    assert abs(x - exact) <= Fraction(1, 2)


def test_offsets_name_every_frame_in_which_the_place_changes() -> None:
    named = list(offsets(PAN))
    assert named[0] == (0, 0, 0)
    assert all(before[1:] != after[1:] for before, after in pairwise(named))
    assert {frame for frame, _, _ in named} <= {0, *range(11, 41), *range(61, 91)}


def test_gliding_is_counted_in_output_pixels_and_cuts_are_not() -> None:
    plan = bare_plan().model_copy(update={"framings": (PAN,)})
    assert travel_px(plan) == round(500 * 1080 / 608)
    assert travel_px(bare_plan()) == 0


@given(width=st.integers(16, 4_000), height=st.integers(16, 4_000))
def test_a_fitted_picture_keeps_its_shape_inside_the_frame(width: int, height: int) -> None:
    box = fit_box(Crop(left_px=0, top_px=0, width_px=width, height_px=height))
    assert box.inside(FRAME)
    wide, high = box.right - box.left, box.bottom - box.top
    assert wide == 1080 or high == 1920
    assert all(edge % 6 == 0 for edge in (box.left, box.top, wide, high))
    assert abs(wide * height - high * width) <= 3 * max(width, height) or min(wide, high) == 6


def test_what_is_seen_of_the_source_is_found_in_the_output() -> None:
    middle = view(still(Crop(left_px=656, top_px=0, width_px=608, height_px=1080), 10), 3)
    face = Area(left_px=860, top_px=200, width_px=200, height_px=280)
    (panel,) = middle.panels
    assert panel.placed(face) == Box(left=362, top=356, right=718, bottom=853)
    assert panel.shows(face)
    outside = Area(left_px=100, top_px=200, width_px=200, height_px=280)
    assert panel.placed(outside).shared_px2(panel.box) == 0
    assert not panel.shows(outside)
    edge = Area(left_px=600, top_px=200, width_px=200, height_px=280)
    cut = panel.placed(edge)
    assert cut.left < 0 < cut.right


def test_a_split_shows_two_crops_one_above_the_other() -> None:
    crops = tuple(Crop(left_px=left, top_px=0, width_px=900, height_px=800) for left in (0, 1_000))
    split = Framing(start_frame=0, end_frame=5, layout=Layout.SPLIT, crops=crops)
    upper, lower = panels(split, 2)
    left = Area(left_px=300, top_px=200, width_px=200, height_px=200)
    right = Area(left_px=1_400, top_px=200, width_px=200, height_px=200)
    assert upper.placed(left).inside(upper.box)
    assert not upper.shows(right)
    assert lower.placed(right).inside(lower.box)
    assert lower.box.top == 960


@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1920), (1440, 1080), (720, 720)])
def test_a_source_of_any_shape_has_a_middle(size: tuple[int, int]) -> None:
    crop = centre_crop(media_of(size=size).video)
    assert abs(crop.left_px * 2 + crop.width_px - size[0]) <= 2
    assert abs(crop.top_px * 2 + crop.height_px - size[1]) <= 2
