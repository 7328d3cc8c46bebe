"""The movement of a mouth is told from that of a head, at any size and in any light."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from clipping.faces.base import FoundFace
from clipping.faces.mouth import movement
from tests.support.faces import Person, draw_people, room

ROOM = room(640, 360)
PERSON = Person(300, 150, 90, mouth=0.0)
OPEN = replace(PERSON, mouth=0.6)


def _moved(
    before: Person, now: Person, *, light: float = 1.0, noise: float = 0.0, off: float = 0.0
) -> float:
    """Movement between two pictures; ``off`` misplaces the second face by pixels."""
    there = replace(now, x=now.x + off, y=now.y - off)
    found = movement(_luma(before), _face(before), _luma(now, light, noise), _face(there))
    assert found is not None
    return found


def _luma(person: Person, light: float = 1.0, noise: float = 0.0) -> NDArray[np.uint8]:
    luma = draw_people(ROOM, [person]).mean(axis=2) * light
    luma += np.random.default_rng(7).normal(0, noise, luma.shape)
    rounded: NDArray[np.uint8] = luma.clip(0, 255).astype(np.uint8)
    return rounded


def _face(person: Person) -> FoundFace:
    """As the detector sees such a person."""
    width, height = person.width * 0.9, person.height * 0.9
    x, y = person.x, person.y + person.height * 0.05

    def point(across: float, down: float) -> tuple[float, float]:
        return person.x + across * person.width / 2, person.y + down * person.height / 2

    return FoundFace(
        left=x - width / 2,
        top=y - height / 2,
        right=x + width / 2,
        bottom=y + height / 2,
        score=0.8,
        landmarks=(
            point(-0.42, -0.14),
            point(0.42, -0.14),
            point(0, 0.2),
            point(-0.3, 0.55),
            point(0.3, 0.55),
        ),
    )


SPOKEN = _moved(PERSON, OPEN)


def test_a_mouth_that_opens_moves() -> None:
    assert SPOKEN > 0.2
    assert _moved(OPEN, PERSON) == pytest.approx(SPOKEN, rel=0.3)
    assert _moved(PERSON, replace(PERSON, mouth=0.3)) < SPOKEN
    assert _moved(PERSON, PERSON) == 0


@pytest.mark.parametrize(
    "moved",
    [
        pytest.param({"now": replace(PERSON, x=PERSON.x + 14.3, y=PERSON.y + 3.6)}, id="head"),
        pytest.param({"now": replace(PERSON, x=PERSON.x + 4.4), "off": 4.4}, id="misplaced"),
        pytest.param({"now": replace(PERSON, height=96)}, id="nearer"),
        pytest.param({"now": PERSON, "light": 0.85}, id="light"),
        pytest.param({"now": PERSON, "noise": 4.0}, id="noise"),
    ],
)
def test_what_is_not_the_mouth_does_not_count(moved: dict[str, object]) -> None:
    assert _moved(PERSON, **moved) < 0.25 * SPOKEN  # type: ignore[arg-type]


@pytest.mark.parametrize("height", [30, 60, 180])
def test_faces_of_any_size_compare(height: float) -> None:
    closed = replace(PERSON, height=height)
    assert _moved(closed, replace(closed, mouth=0.6)) == pytest.approx(SPOKEN, rel=0.35)


def test_faces_of_any_contrast_compare() -> None:
    dark = replace(PERSON, skin=(112, 86, 69), hair=(26, 18, 14), shirt=(30, 42, 65))
    assert 0.4 * SPOKEN < _moved(dark, replace(dark, mouth=0.6)) < 2.5 * SPOKEN


def test_a_mouth_of_a_few_pixels_is_not_measured() -> None:
    tiny = replace(PERSON, height=16)
    assert movement(_luma(tiny), _face(tiny), _luma(tiny), _face(tiny)) is None


@pytest.mark.parametrize(("x", "y"), [(8, 150), (632, 150), (300, 6), (300, 354), (900, 900)])
def test_a_face_at_the_edge_does_no_harm(x: float, y: float) -> None:
    person = replace(PERSON, x=x, y=y)
    assert 0 <= _moved(person, replace(person, mouth=0.6)) < 2
