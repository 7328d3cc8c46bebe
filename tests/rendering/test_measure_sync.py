"""Finding sound and pictures in the source, on signals whose place is known."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from numpy.typing import NDArray

from clipping.rendering.measure.geometry import GRID_HEIGHT, GRID_WIDTH, Mask, Picture
from clipping.rendering.measure.sync import (
    SEARCH_MARGIN_MS,
    SEARCH_RATE_HZ,
    PictureMatch,
    SourceClock,
    match_pictures,
    match_sound,
)
from tests.rendering.clips import bare_plan
from tests.rendering.recipes import media_of

MARGIN = SEARCH_MARGIN_MS * SEARCH_RATE_HZ // 1000
LENGTH = 3 * SEARCH_RATE_HZ


def _talk(seed: int = 1) -> NDArray[np.float32]:
    """A source that begins and ends a margin beside the clip."""
    rng = np.random.default_rng(seed)
    noise = np.convolve(rng.standard_normal(LENGTH + 2 * MARGIN), np.ones(12) / 12, "same")
    swell = 0.5 + 0.5 * np.sin(np.arange(len(noise)) / 600)
    return np.asarray(0.2 * noise * swell, np.float32)


@pytest.mark.parametrize("delay_ms", [0.0, 0.5, 21.25, -33.375, 80.0, -250.0, 499.0])
def test_a_delay_is_found_to_the_sample(delay_ms: float) -> None:
    source = _talk()
    at = MARGIN - round(delay_ms * SEARCH_RATE_HZ / 1000)
    found = match_sound(source[at : at + LENGTH], source)
    assert found.delay_ms == delay_ms


def test_gain_limiter_mutes_and_noise_do_not_move_it() -> None:
    source = _talk()
    heard = np.clip(source[MARGIN - 160 :][:LENGTH] * 8, -0.6, 0.6)
    heard[4_000:9_000] = 0
    heard[15_000:17_000] = 0
    noise = np.random.default_rng(2).normal(0, 0.02, LENGTH).astype(np.float32)
    assert match_sound(heard + noise, source).delay_ms == 20.0


def test_another_sound_is_not_found() -> None:
    assert match_sound(_talk(9)[MARGIN:-MARGIN], _talk(1)).delay_ms is None


def test_a_steady_tone_is_taken_to_be_where_it_should() -> None:
    tone = np.sin(np.arange(LENGTH + 2 * MARGIN) * (2 * np.pi * 440 / SEARCH_RATE_HZ))
    source = tone.astype(np.float32)
    assert match_sound(source[MARGIN + 3 :][:LENGTH], source).delay_ms == pytest.approx(0, abs=1)


@pytest.mark.parametrize(
    ("clip", "source", "silent_source"),
    [
        pytest.param(np.zeros(LENGTH), np.zeros(LENGTH + 2 * MARGIN), True, id="both"),
        pytest.param(_talk()[MARGIN:-MARGIN], np.zeros(LENGTH + 2 * MARGIN), True, id="source"),
        pytest.param(np.zeros(LENGTH), _talk(), False, id="clip"),
    ],
)
def test_silence_is_told_from_sound_that_was_lost(
    clip: NDArray[np.float32], source: NDArray[np.float32], silent_source: bool
) -> None:
    found = match_sound(clip.astype(np.float32), source.astype(np.float32))
    assert found.delay_ms is None
    assert found.silent_source == silent_source


# --- pictures -----------------------------------------------------------------------------------

OPEN: Mask = np.ones((GRID_HEIGHT, GRID_WIDTH), dtype=np.bool_)
FRAMES = range(10, 16)


def _picture(place: int, noise: int = 0) -> Picture:
    """A bright bar at a place, with the encoding noise of one picture."""
    rng = np.random.default_rng(noise)
    luma = rng.integers(58, 63, (GRID_HEIGHT, GRID_WIDTH))
    luma[200:300, 40 + 4 * place : 80 + 4 * place] = 200
    return np.stack([luma, luma, luma]).astype(np.uint8)


def _match(
    clip_places: dict[int, int], shown: dict[Fraction, int], clock: SourceClock
) -> PictureMatch:
    """Match pictures of these places; ``shown`` says when, in frames, each place is shown."""
    known = {place: _picture(place, noise=1) for place in set(shown.values())}
    source = {}
    for time in clock.search(clip_places).values():
        at = (time - clock.start_ms) * clock.fps / 1000
        source[time] = known[shown[max(start for start in shown if start <= at)]]
    clip = {frame: _picture(place, noise=2) for frame, place in clip_places.items()}
    return match_pictures(clip, lambda _, time: source[time], clock, OPEN)


def _clock(fps: str = "30/1", *, variable_rate: bool = False) -> SourceClock:
    lead = Fraction(49, 100) if variable_rate else Fraction(3, 10)
    return SourceClock(start_ms=2_000, fps=Fraction(fps), lead_frames=lead)


@pytest.mark.parametrize("shift", [-3, -2, -1, 0, 1, 2, 3])
def test_a_shift_by_whole_frames_is_found(shift: int) -> None:
    shown = {Fraction(frame): frame for frame in range(30)}
    found = _match({frame: frame + shift for frame in FRAMES}, shown, _clock())
    assert found == PictureMatch(float(shift), still=False)


def test_a_source_at_half_the_rate_holds_its_pictures() -> None:
    shown = {Fraction(frame): frame for frame in range(0, 30, 2)}
    found = _match({frame: frame // 2 * 2 for frame in FRAMES}, shown, _clock())
    assert found == PictureMatch(0.0, still=False)


def test_a_source_that_stands_still_tells_no_shift() -> None:
    shown = {Fraction(0): 5}
    found = _match(dict.fromkeys(FRAMES, 5), shown, _clock())
    assert found == PictureMatch(0.0, still=True)


def test_brightness_does_not_count_as_a_difference() -> None:
    clock = _clock()
    known = {frame: _picture(frame) for frame in range(30)}
    source = {
        time: known[int((time - clock.start_ms) * clock.fps / 1000)]
        for time in clock.search(FRAMES).values()
    }
    clip = {frame: _picture(frame + 1) + np.uint8(12) for frame in FRAMES}
    assert match_pictures(clip, lambda _, time: source[time], clock, OPEN).shift_frames == 1


@pytest.mark.parametrize(
    ("fps", "variable_rate", "lead"),
    [
        pytest.param("30/1", False, Fraction(3, 10), id="same_rate"),
        pytest.param("60/1", False, Fraction(3, 20), id="first_of_two"),
        pytest.param("30/1", True, Fraction(49, 100), id="nearest"),
    ],
)
def test_the_clock_looks_where_the_right_picture_is_on_screen(
    fps: str, variable_rate: bool, lead: Fraction
) -> None:
    clock = SourceClock.of(bare_plan(), media_of(fps=fps, variable_rate=variable_rate).video)
    assert clock.lead_frames == lead
    assert clock.at(3) == clock.start_ms + (3 + lead) * 1000 / clock.fps
