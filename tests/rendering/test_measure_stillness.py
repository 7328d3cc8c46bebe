"""Black and still stretches, on pictures made by hand."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from clipping.rendering.measure.geometry import GRID_HEIGHT, GRID_WIDTH
from clipping.rendering.measure.motion import black_check, frozen_check, looks
from clipping.rendering.measure.stillness import (
    SAMPLE_COLUMNS,
    SAMPLE_ROWS,
    Stretch,
    Watch,
    open_samples,
)

OPEN = np.ones((GRID_HEIGHT, GRID_WIDTH), dtype=np.bool_)
FPS = Fraction(30)


def _luma(
    shade: int = 120, bar_at: int | None = None, noise: int | None = None
) -> NDArray[np.uint8]:
    luma = np.full((1920, 1080), shade, np.int16)
    if bar_at is not None:
        luma[800:1_000, bar_at : bar_at + 200] = 220
    if noise is not None:
        luma += np.random.default_rng(noise).integers(-4, 5, luma.shape, dtype=np.int16)
    return np.clip(luma, 16, 235).astype(np.uint8)


def _seen(
    pictures: Iterable[NDArray[np.uint8]], chosen: NDArray[np.bool_] = OPEN
) -> tuple[tuple[Stretch, ...], tuple[Stretch, ...]]:
    watch = Watch(open_samples(chosen))
    for picture in pictures:
        watch.see(picture)
    return watch.finish()


def test_black_is_found_between_pictures_and_at_the_end() -> None:
    lights = [_luma(bar_at=20 * number) for number in range(6)]
    dark = [_luma(shade=20)] * 5
    black, _ = _seen([*lights, *dark, *lights, *dark[:3]])
    assert black == (Stretch(6, 11), Stretch(17, 20))


def test_a_dark_picture_with_a_light_in_it_is_not_black() -> None:
    black, _ = _seen([_luma(shade=18, bar_at=200)] * 8)
    assert black == ()


def test_black_under_captions_is_black() -> None:
    chosen = OPEN.copy()
    chosen[800 // 3 : 1_000 // 3 + 1] = False
    black, _ = _seen([_luma(shade=18, bar_at=20 * number) for number in range(8)], chosen)
    assert black == (Stretch(0, 8),)


def test_a_picture_that_moves_is_never_still() -> None:
    _, still = _seen(_luma(bar_at=12 * number) for number in range(30))
    assert still == ()


def test_a_picture_that_stands_still_but_for_noise_is_still() -> None:
    moving = [_luma(bar_at=30 * number) for number in range(6)]
    held = [_luma(bar_at=180, noise=number) for number in range(12)]
    _, still = _seen([*moving, *held])
    assert still == (Stretch(6, 18),)


def test_a_creeping_picture_is_not_still() -> None:
    # From one picture to the next hardly a sample changes; over ten of them many do.
    _, still = _seen(_luma(bar_at=300 + number) for number in range(60))
    assert max(stretch.frames for stretch in still) <= 30


def test_the_longest_black_stretch_counts() -> None:
    check = black_check([Stretch(0, 3), Stretch(30, 50), Stretch(70, 74)], FPS)
    assert (check.value, check.passed) == (666.667, False)
    assert black_check([Stretch(0, 15)], FPS).passed


def test_only_long_still_stretches_are_looked_at_and_both_ends_of_them() -> None:
    looked_at = looks([Stretch(0, 15), Stretch(100, 131)], FPS)
    assert list(looked_at) == [Stretch(100, 131)]
    assert looked_at[Stretch(100, 131)][0] == 100
    assert looked_at[Stretch(100, 131)][-1] == 130


def test_an_hour_of_slides_is_looked_at_a_bounded_number_of_times() -> None:
    still = [Stretch(start, start + 900) for start in range(0, 18_000, 900)]
    assert sum(map(len, looks(still, FPS).values())) <= 140


def _source(moves_at: int | None, frames: list[int]) -> dict[int, NDArray[np.int16]]:
    rest, gone = np.full(9_000, 100, np.int16), np.full(9_000, 140, np.int16)
    return {frame: gone if moves_at is not None and frame >= moves_at else rest for frame in frames}


def test_frozen_lasts_from_where_the_source_goes_on() -> None:
    stretch = Stretch(30, 90)
    looked_at = looks([stretch], FPS)
    check = frozen_check(looked_at, _source(48, looked_at[stretch]), FPS)
    assert not check.passed
    assert check.value == (90 - 45) * 1000 / 30


def test_standing_still_with_the_source_is_not_frozen() -> None:
    stretch = Stretch(30, 900)
    looked_at = looks([stretch], FPS)
    assert frozen_check(looked_at, _source(None, looked_at[stretch]), FPS).value == 0


def test_samples_cover_the_whole_picture_of_any_size() -> None:
    assert open_samples(OPEN).shape == (SAMPLE_ROWS, SAMPLE_COLUMNS)
    small = np.full((640, 360), 18, np.uint8)
    small[600:, :] = 200
    black, _ = _seen([small] * 4)
    assert black == ()
