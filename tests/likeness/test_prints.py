"""Prints of what is seen and heard: the same through an encoder, another with other content."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from numpy.typing import NDArray

from clipping.likeness import Looks, Trace, picture_distance, sound_distance, sound_print
from clipping.models import ClipPrint
from tests.rendering.clips import speech

RATE_HZ = 48_000
SPEECH = speech(9.0)


def heard(samples: NDArray[np.float32]) -> ClipPrint:
    return ClipPrint(version=1, pictures=b"", sound=sound_print(samples, RATE_HZ))


def seen(pictures: list[NDArray[np.uint8]], fps: int = 4) -> ClipPrint:
    looks = Looks()
    for number, luma in enumerate(pictures):
        looks.see(Fraction(number, fps), luma)
    return ClipPrint(version=1, pictures=looks.finish(), sound=b"")


def traces(*prints: ClipPrint) -> list[Trace]:
    longest = max(len(one.sound) // 4 for one in prints)
    return [Trace(one, longest) for one in prints]


def part(start_s: float, end_s: float) -> NDArray[np.float32]:
    return SPEECH[round(start_s * RATE_HZ) : round(end_s * RATE_HZ)]


def noise(samples: NDArray[np.float32], db: float) -> NDArray[np.float32]:
    made = np.random.default_rng(1).standard_normal(len(samples)) * float(samples.std())
    return np.asarray(samples + made * 10 ** (db / 20), np.float32)


@pytest.mark.parametrize(
    ("other", "least", "most"),
    [
        pytest.param(part(0, 5), 0, 0, id="the same"),
        pytest.param(0.2 * part(0, 5), 0, 0, id="quieter"),
        pytest.param(noise(part(0, 5), -20), 0, 0.05, id="with noise"),
        pytest.param(part(0.009, 5), 0, 0.05, id="off the grid by half a step"),
        pytest.param(part(1, 5), 0.15, 0.3, id="begins a second later"),
        pytest.param(part(0, 6), 0.1, 0.25, id="ends a second later"),
        pytest.param(part(2.5, 7.5), 0.6, 0.8, id="half of it"),
        pytest.param(part(5, 9), 1, 1, id="what comes after it"),
        pytest.param(np.zeros(5 * RATE_HZ, np.float32), 1, 1, id="silence"),
    ],
)
def test_sound_is_as_far_away_as_it_shares_no_time(
    other: NDArray[np.float32], least: float, most: float
) -> None:
    distance = sound_distance(*traces(heard(part(0, 5)), heard(other)))
    assert distance is not None
    assert least <= distance <= most


def test_the_distance_of_two_sounds_is_the_same_from_both_ends() -> None:
    one, other = traces(heard(part(0, 5)), heard(part(1, 7)))
    assert sound_distance(one, other) == sound_distance(other, one)
    assert one.offset_of(other) == -other.offset_of(one) == 50


@pytest.mark.parametrize("seconds", [0.0, 0.01, 0.35])
def test_what_is_too_short_to_be_told_apart_has_no_print(seconds: float) -> None:
    assert sound_print(np.zeros(round(seconds * RATE_HZ), np.float32), RATE_HZ) == b""
    empty = traces(heard(np.zeros(0, np.float32)), heard(np.zeros(0, np.float32)))
    assert sound_distance(*empty) is None
    assert picture_distance(*empty) is None


def scene(seed: int, shift_px: int = 0) -> NDArray[np.uint8]:
    """Soft shapes, as of a room."""
    rng = np.random.default_rng(seed)
    rows, columns = np.mgrid[0:192, 0:108].astype(float)
    columns += shift_px / 10
    picture = np.zeros((192, 108))
    for _ in range(12):
        wide, high = rng.uniform(12, 40, 2)
        row, column = rng.uniform(0, 192), rng.uniform(0, 108)
        picture += rng.uniform(-90, 90) * np.exp(
            -(((rows - row) / high) ** 2) - ((columns - column) / wide) ** 2
        )
    small = np.clip(128 + picture, 16, 235).astype(np.uint8)
    return np.asarray(np.repeat(np.repeat(small, 10, axis=0), 10, axis=1))


def hooked(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """With a plate over a seventh of it and two lines of captions."""
    covered = picture.copy()
    covered[300:560, 90:990] = 235
    covered[340:520:40, 140:940] = 16
    covered[1300:1420, 200:880:60] = 235
    return covered


def encoded(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """As coarse as an encoder leaves it."""
    rough = np.random.default_rng(2).integers(-6, 7, picture.shape)
    return np.asarray(np.clip(picture + rough, 0, 255), np.uint8)


@pytest.mark.parametrize(
    ("changed", "least", "most"),
    [
        pytest.param(lambda p: p, 0, 0, id="the same"),
        pytest.param(encoded, 0, 0, id="encoded anew"),
        pytest.param(lambda p: np.clip(p * 0.8 + 10, 0, 255).astype(np.uint8), 0, 0, id="darker"),
        pytest.param(hooked, 0, 0, id="under another hook"),
        pytest.param(lambda p: p[::2, ::2], 0, 0, id="in half the size"),
        pytest.param(lambda p: np.roll(p, 25, axis=1), 0, 0.5, id="cropped a little beside it"),
        pytest.param(lambda p: p[:, ::-1], 1, 1, id="mirrored"),
    ],
)
def test_a_picture_is_known_again_unless_it_shows_something_else(
    changed: object, least: float, most: float
) -> None:
    assert callable(changed)
    shown = [scene(seed) for seed in (1, 2, 3, 4)]
    other = [changed(picture) for picture in shown]
    distance = picture_distance(*traces(seen(shown), seen(other)))
    assert distance is not None
    assert least <= distance <= most


def test_pictures_that_begin_later_are_laid_over_one_another() -> None:
    shown = [scene(seed) for seed in range(1, 7)]
    distance = picture_distance(*traces(seen(shown), seen(shown[2:])))
    assert distance == pytest.approx(2 / 6)
    assert picture_distance(*traces(seen(shown[:3]), seen(shown[3:]))) == 1


def test_there_is_one_look_for_each_quarter_of_a_second() -> None:
    flat = np.full((32, 18), 90, np.uint8)
    assert len(seen([flat] * 50, fps=25).pictures) == 8 * 8
    assert len(seen([flat] * 20, fps=2).pictures) == 8 * 20
