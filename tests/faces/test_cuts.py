"""Cuts are found to the frame; flashes, motion and fades are none."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from clipping.faces import look
from clipping.faces.cuts import THUMB_PX, Change, CutFinder, change, largest_step
from clipping.media.probe import probe
from clipping.timing import TimeSpan
from tests.faces import films
from tests.support.faces import Draw, make_film
from tests.support.media import frame_times

CUTS = [19, 44, 69]
FRAMES = 82


def _starts(path: Path, span: TimeSpan | None = None) -> list[int]:
    """Times at which scenes begin, without the first."""
    media = probe(path)
    span = span or TimeSpan(start_ms=0, end_ms=media.duration_ms)
    seen = look(path, media, span)
    assert seen.scenes[0].span.start_ms == span.start_ms
    assert seen.scenes[-1].span.end_ms == span.end_ms
    for one, other in zip(seen.scenes, seen.scenes[1:], strict=False):
        assert one.span.end_ms == other.span.start_ms
    return [scene.span.start_ms for scene in seen.scenes[1:]]


@pytest.mark.parametrize(
    ("fps", "suffix", "options"),
    [
        pytest.param(Fraction(24_000, 1001), ".mp4", {}, id="23.976"),
        pytest.param(60, ".mp4", {}, id="60"),
        pytest.param(30, ".mkv", {"bf": "0"}, id="30-without-b-frames"),
        pytest.param(30, ".mp4", {"sc_threshold": "40"}, id="30-key-frames-at-cuts"),
        pytest.param(25, ".mov", {"bf": "8", "b-pyramid": "none"}, id="25-many-b-frames"),
        pytest.param(25, ".mp4", {"g": "1"}, id="25-only-key-frames"),
    ],
)
def test_a_cut_is_found_to_the_frame(
    tmp_path: Path, fps: Fraction | int, suffix: str, options: dict[str, str]
) -> None:
    draw = films.joined(films.shots(), CUTS)
    path = make_film(tmp_path / f"a{suffix}", draw, frames=FRAMES, fps=fps, options=options)
    times = frame_times(float(FRAMES / Fraction(fps)), fps)
    assert _starts(path) == [round(times[cut] * 1000) for cut in CUTS]


def test_a_cut_is_found_to_the_frame_at_a_variable_rate(tmp_path: Path) -> None:
    times = frame_times(FRAMES / 30, 30, variable_rate=True)
    draw = films.joined(films.shots(), CUTS)
    path = make_film(tmp_path / "a.mp4", draw, frames=FRAMES, fps=30, times=times)
    assert probe(path).video.variable_rate
    assert _starts(path) == [round(times[cut] * 1000) for cut in CUTS]


def test_a_span_within_a_film_sees_only_its_own_cuts(tmp_path: Path) -> None:
    path = make_film(tmp_path / "a.mp4", films.joined(films.shots(), CUTS), frames=FRAMES)
    second, third = (cut * 40 for cut in CUTS[1:])
    assert _starts(path, TimeSpan(start_ms=1_000, end_ms=3_200)) == [second, third]
    # A scene that begins with the span is no cut within it, and one frame later it is.
    assert _starts(path, TimeSpan(start_ms=second, end_ms=2_600)) == []
    assert _starts(path, TimeSpan(start_ms=second - 40, end_ms=2_600)) == [second]
    assert _starts(path, TimeSpan(start_ms=second + 1, end_ms=third)) == []


def test_a_film_can_cut_often(tmp_path: Path) -> None:
    cuts = list(range(14, FRAMES, 14))
    path = make_film(tmp_path / "a.mp4", films.joined(films.shots(), cuts), frames=FRAMES)
    assert _starts(path) == [cut * 40 for cut in cuts]


ONE, OTHER, THIRD = films.shots()


@pytest.mark.parametrize(
    ("draw", "most"),
    [
        pytest.param(films.dissolved(ONE, OTHER, 40, 25), 1, id="slow-dissolve"),
        pytest.param(films.dissolved(ONE, OTHER, 40, 8), 1, id="quick-dissolve"),
        pytest.param(films.dissolved(ONE, OTHER, 40, 3), 1, id="nearly-a-cut"),
        pytest.param(films.faded(ONE, THIRD, 40, 20), 1, id="through-black"),
        pytest.param(films.faded(ONE, THIRD, 40, 6), 1, id="quickly-through-black"),
        pytest.param(films.flashing(ONE, 50, 1), 0, id="flash-of-one-frame"),
        pytest.param(films.flashing(ONE, 50, 4), 0, id="flash-of-four-frames"),
        pytest.param(films.flashing(films.flashing(ONE, 50, 3), 58, 3), 0, id="two-flashes"),
        pytest.param(films.panned(9), 0, id="fast-pan"),
        pytest.param(films.panned(25), 0, id="whirling"),
        pytest.param(films.passed_by(ONE, 40, 12), 0, id="somebody-walks-past"),
        pytest.param(films.shaken(ONE, 40, 20), 0, id="shaken"),
        pytest.param(films.shaken(ONE, 40, 2), 0, id="knocked-once"),
        pytest.param(ONE, 0, id="one-shot"),
    ],
)
def test_what_is_no_cut_is_not_taken_for_one(tmp_path: Path, draw: Draw, most: int) -> None:
    path = make_film(tmp_path / "a.mp4", draw, frames=75)
    assert len(_starts(path)) <= most


def test_a_flash_on_a_cut_does_not_hide_it(tmp_path: Path) -> None:
    path = make_film(
        tmp_path / "a.mp4", films.joined([ONE, films.flashing(OTHER, 50, 3)], [50]), frames=90
    )
    assert _starts(path) == [2_000]


def test_every_picture_gets_one_verdict_in_order() -> None:
    finder = CutFinder()
    random = np.random.default_rng(0)
    shape = (THUMB_PX[1] // 6, THUMB_PX[0] // 8, 3)
    blocks = [random.integers(0, 255, shape).repeat(6, 0).repeat(8, 1) for _ in range(3)]
    verdicts: list[bool] = []
    for index in range(90):
        picture = blocks[index // 30].astype(np.int16)
        verdicts += finder.feed(index * 33, picture)
        assert len(verdicts) <= index
    verdicts += finder.finish()
    assert [index for index, cut in enumerate(verdicts) if cut] == [30, 60]
    assert len(verdicts) == 90
    assert CutFinder().finish() == []


def test_what_moves_by_a_small_pixel_does_not_change() -> None:
    random = np.random.default_rng(0)
    blocks = random.integers(0, 255, (9, 16, 3)).repeat(4, 0).repeat(4, 1).astype(np.int16)
    moved = np.roll(blocks, 1, axis=1)
    assert change(blocks, blocks) == Change(0.0, 0.0)
    assert change(blocks[:, 1:-1], moved[:, 1:-1]).level == 0
    assert change(blocks, np.roll(blocks, 20, axis=1)).share > 0.9
    assert largest_step([blocks, moved, blocks[::-1], blocks[::-1]]) == 2
