"""Faces are found in the clip's own pictures, where they should be, whole, and free of text."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from clipping.faces import detector
from clipping.models import Box, CaptionEvent, Face, Proof, ProofCheck, RenderPlan
from clipping.rendering.measure.geometry import GRID_HEIGHT, GRID_WIDTH, Picture
from clipping.rendering.measure.people import MOST_LOOKS, boxes_of, chosen, people_checks
from tests.rendering.clips import bare_plan
from tests.support.faces import Person, draw_people, room

FACE = Box(left=400, top=520, right=680, bottom=870)


def _shown(*people: Person) -> Picture:
    """The grid of a clip's picture: BT.709 in limited range."""
    rgb: NDArray[np.float64] = draw_people(room(GRID_WIDTH, GRID_HEIGHT), people).astype(np.float64)
    red, green, blue = (rgb[..., channel] for channel in range(3))
    luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    planes = (
        16 + luma * 219 / 255,
        128 + (blue - luma) / 1.8556 * 224 / 255,
        128 + (red - luma) / 1.5748 * 224 / 255,
    )
    return np.asarray(np.stack(planes).round().clip(0, 255), np.uint8)


def _planned(*frames: int) -> RenderPlan:
    faces = tuple(Face(frame=frame, box=FACE) for frame in frames)
    return bare_plan().model_copy(update={"faces": faces})


def _check(plan: RenderPlan, shots: dict[int, Picture], name: str) -> ProofCheck:
    checks = people_checks(plan, shots, detector())
    return next(c for c in Proof(passed=True, checks=tuple(checks)).checks if c.name == name)


@pytest.mark.parametrize("height", [60, 100, 150])
def test_a_face_in_its_place_is_found_in_any_size(height: int) -> None:
    picture = _shown(Person(180, 232, height))
    assert any(
        box.left < 540 < box.right and box.top < 696 < box.bottom
        for box in boxes_of(picture, detector())
    )
    assert _check(_planned(0), {0: picture}, "faces_in_crop").passed


@pytest.mark.parametrize(
    "people",
    [
        pytest.param((), id="an_empty_wall"),
        pytest.param((Person(70, 500, 100),), id="elsewhere"),
        pytest.param((Person(2, 232, 110),), id="half_outside_of_the_frame"),
    ],
)
def test_a_face_that_is_not_shown_where_it_should_be_fails(people: tuple[Person, ...]) -> None:
    check = _check(_planned(0), {0: _shown(*people)}, "faces_in_crop")
    assert not check.passed
    assert check.value == 0


def test_one_look_of_ten_may_miss() -> None:
    there, gone = _shown(Person(180, 232, 100)), _shown()
    frames = range(0, 100, 10)
    shots = dict.fromkeys(frames, there)
    assert _check(_planned(*frames), shots | {50: gone}, "faces_in_crop").passed
    assert not _check(_planned(*frames), shots | {50: gone, 60: gone}, "faces_in_crop").passed


def test_text_over_a_face_is_reported() -> None:
    picture = _shown(Person(180, 232, 100))
    free, covering = (
        CaptionEvent(
            start_ms=0,
            end_ms=9_000,
            words=("word",),
            clip_words=(0,),
            boxes=(Box(left=300, top=top, right=800, bottom=top + 160),),
            lit=0,
        )
        for top in (1_200, 640)
    )
    for event, share in ((free, 0.0), (covering, 1.0)):
        plan = _planned(0).model_copy(update={"captions": (event,)})
        assert _check(plan, {0: picture}, "faces_under_text").value == share


def test_few_of_many_looks_are_taken_the_first_and_the_last_among_them() -> None:
    frames = [*range(0, 300, 2)]
    looked_at = chosen(_planned(*frames))
    assert len(looked_at) == MOST_LOOKS
    assert {0, 298} <= looked_at.keys()
    assert chosen(bare_plan()) == {}
