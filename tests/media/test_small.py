"""Small pictures bear the right times, and none is missing where none may be."""

from __future__ import annotations

import gc
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from clipping.errors import UnreadableMedia
from clipping.media.decode import pictures_at
from clipping.media.probe import probe
from clipping.media.small import every_picture, small_pictures
from clipping.timing import TimeSpan
from tests.support.media import frame_times, make_video, read_frame_number

SIZE = (320, 180)


def _numbers(
    path: Path, span: TimeSpan, size: tuple[int, int] = SIZE, step_ms: int = 0
) -> list[tuple[int, int]]:
    """(time, number drawn in the picture) of all that are read."""
    return [
        (picture.time_ms, read_frame_number(picture.rgb(*size)))
        for picture in small_pictures(
            path, span, width_px=size[0], height_px=size[1], step_ms=step_ms
        )
    ]


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".webm"])
@pytest.mark.parametrize("variable", [False, True], ids=["constant", "variable"])
def test_each_picture_bears_its_own_time(tmp_path: Path, suffix: str, variable: bool) -> None:
    path = make_video(
        tmp_path / f"a{suffix}",
        seconds=3,
        picture="frame_number",
        variable_rate=variable,
        keyframe_every=40,
    )
    times = [round(time * 1000) for time in frame_times(3, variable_rate=variable)]
    found = _numbers(path, TimeSpan(start_ms=0, end_ms=3_000))
    assert all(times[number] == time_ms for time_ms, number in found)
    assert found == sorted(set(found))
    assert found[0][1] == 0
    assert found[-1][1] == 89


def test_pictures_that_no_other_needs_are_left_out(tmp_path: Path) -> None:
    path = make_video(tmp_path / "a.mp4", seconds=4, picture="frame_number")
    found = _numbers(path, TimeSpan(start_ms=0, end_ms=4_000))
    # One of three is such a B frame here; near both ends they are read all the same.
    assert 75 < len(found) < 95


@pytest.fixture(scope="module")
def numbered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("numbered") / "a.mp4"
    return make_video(path, seconds=4, picture="frame_number", keyframe_every=25)


@pytest.mark.parametrize("start_ms", [0, 1, 967, 1_000, 1_010, 2_500])
@pytest.mark.parametrize("length_ms", [1, 33, 500])
def test_the_first_and_the_last_picture_of_a_span_are_exact(
    numbered: Path, start_ms: int, length_ms: int
) -> None:
    span = TimeSpan(start_ms=start_ms, end_ms=start_ms + length_ms)
    times = [round(time * 1000) for time in frame_times(4)]
    on_screen = max(index for index, time in enumerate(times) if time <= start_ms)
    last = max(index for index, time in enumerate(times) if time < span.end_ms)
    for step_ms in (0, 100):
        found = _numbers(numbered, span, step_ms=step_ms)
        assert found[0] == (start_ms, on_screen)
        assert found[-1][1] == last
        assert all(span.contains(time_ms) for time_ms, _ in found)


def test_pictures_can_be_thinned_out(tmp_path: Path) -> None:
    path = make_video(tmp_path / "a.mp4", seconds=4, picture="frame_number", keyframe_every=1)
    found = _numbers(path, TimeSpan(start_ms=0, end_ms=4_000), step_ms=100)
    steps = np.diff([time_ms for time_ms, _ in found])
    assert min(steps[:-1]) >= 100
    assert found[-1][1] == 119


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_within_windows_no_picture_is_left_out(tmp_path: Path, suffix: str) -> None:
    path = make_video(tmp_path / f"a{suffix}", seconds=6, picture="frame_number", keyframe_every=50)
    windows = [(0, 100), (500, 601), (601, 700), (4_010, 4_200), (5_900, 9_000)]
    spans = [TimeSpan(start_ms=first, end_ms=last) for first, last in windows]
    times = [round(time * 1000) for time in frame_times(6)]
    groups = list(every_picture(path, spans, width_px=SIZE[0], height_px=SIZE[1]))
    for (first, last), pictures in zip(windows, groups, strict=True):
        numbers = [read_frame_number(picture.rgb(*SIZE)) for picture in pictures]
        on_screen = max(index for index, time in enumerate(times) if time <= first)
        within = [index for index, time in enumerate(times) if first < time < last]
        assert numbers == [on_screen, *within]
        assert pictures[0].time_ms == first


def test_times_count_from_the_containers_start(tmp_path: Path) -> None:
    path = make_video(
        tmp_path / "a.mp4",
        seconds=2,
        picture="frame_number",
        start_video_ms=5_500,
        start_audio_ms=5_000,
    )
    # There is no picture in the first half second; the first one keeps its own time.
    found = _numbers(path, TimeSpan(start_ms=100, end_ms=1_000))
    assert found[0] == (500, 0)


def test_behind_the_end_the_last_picture_stands(tmp_path: Path) -> None:
    path = make_video(tmp_path / "a.mp4", seconds=2, picture="frame_number")
    assert _numbers(path, TimeSpan(start_ms=7_000, end_ms=8_000)) == [(7_000, 59)]


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("aspect", [Fraction(1), Fraction(4, 3)], ids=["square", "wide"])
def test_pictures_are_the_ones_that_are_shown(
    tmp_path: Path, rotation: int, aspect: Fraction
) -> None:
    path = make_video(
        tmp_path / "a.mp4", seconds=0.5, size=(360, 240), rotation=rotation, sample_aspect=aspect
    )
    video = probe(path).video
    small = {"width_px": video.width_px // 2, "height_px": video.height_px // 2}
    first, *_ = small_pictures(path, TimeSpan(start_ms=0, end_ms=300), **small)
    (expected,) = pictures_at(path, [0], **small)
    assert first.luma().shape == expected.shape[:2]
    difference = first.rgb(**small).astype(np.int16) - expected
    assert np.abs(difference).mean() < 4
    # Coded brightness runs from 16 to 235.
    green = expected[..., 1].astype(np.float64)
    assert np.abs(first.luma() - (16 + green * 219 / 255)).mean() < 4


@pytest.mark.skipif(sys.platform != "linux", reason="/proc says how much memory is used")
def test_pictures_are_freed_one_by_one(tmp_path: Path) -> None:
    path = make_video(tmp_path / "a.mp4", seconds=4, size=(1280, 720), keyframe_every=1)
    sizes = []
    gc.disable()
    try:
        for picture in small_pictures(
            path, TimeSpan(start_ms=0, end_ms=4_000), width_px=320, height_px=180
        ):
            picture.luma()
            sizes.append(int(Path("/proc/self/statm").read_text().split()[1]) * 4096)
    finally:
        gc.enable()
    # A hundred pictures of 1.4 MB each.
    assert sizes[-1] - sizes[20] < 40_000_000


def test_a_file_without_pictures_is_refused(tmp_path: Path) -> None:
    path = make_video(tmp_path / "talk.mp4", seconds=0.5, picture=None)
    span = TimeSpan(start_ms=0, end_ms=100)
    with pytest.raises(UnreadableMedia, match="no video track"):
        list(small_pictures(path, span, width_px=64, height_px=36))
