"""Where clips begin and end, read from numbers drawn into the source's pictures."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clipping.rendering.compose import command, render
from clipping.rendering.grid import Cut
from clipping.rendering.picture import graph
from clipping.rendering.sound import soundtrack
from tests.rendering.recipes import pictures, plan_of
from tests.support.media import frame_times, make_video, read_frame_number

NTSC, FILM = Fraction(30_000, 1001), Fraction(24_000, 1001)
LENGTH_MS = 300


def _source_numbers(tmp_path: Path, suffix: str, start_ms: int, **kind: Any) -> tuple[Any, ...]:
    source = make_video(tmp_path / f"source{suffix}", seconds=3, picture="frame_number", **kind)
    plan, media = plan_of(source, start_ms, start_ms + LENGTH_MS)
    clip = tmp_path / "clip.mp4"
    render(plan, source, media, clip)
    numbers = [read_frame_number(picture) for picture in pictures(clip)]
    assert len(numbers) == plan.frames
    return numbers, plan, media


@pytest.mark.parametrize(
    ("suffix", "kind", "start_ms", "step"),
    [
        pytest.param(".mp4", {"fps": 30}, 1_037, 1, id="30_off_keyframe"),
        pytest.param(".mp4", {"fps": NTSC}, 1_571, 1, id="29.97_off_keyframe"),
        pytest.param(".mkv", {"fps": NTSC}, 1_588, 1, id="29.97_matroska_rounds_to_ms"),
        pytest.param(".mp4", {"fps": FILM}, 1_571, 1, id="23.976_off_keyframe"),
        pytest.param(".mp4", {"fps": 25}, 0, 1, id="25_from_the_first_frame"),
        pytest.param(".mkv", {"fps": 24}, 2_720, 1, id="24_to_the_last_frame"),
        pytest.param(".mp4", {"fps": 60}, 1_584, 2, id="60_every_other_frame"),
        pytest.param(".mkv", {"fps": NTSC * 2}, 1_571, 2, id="59.94_matroska"),
        pytest.param(".mp4", {"fps": 30, "keyframe_every": 15}, 1_500, 1, id="on_a_keyframe"),
        pytest.param(".webm", {"fps": 30}, 1_037, 1, id="webm"),
        pytest.param(".mp4", {"fps": 30, "rotation": 90}, 1_037, 1, id="rotated"),
        pytest.param(".mp4", {"fps": 30, "start_video_ms": 500}, 1_037, 1, id="picture_late"),
        pytest.param(
            ".mkv", {"fps": 25, "start_video_ms": 900, "start_audio_ms": 700}, 1_037, 1,
            id="container_starts_late",
        ),
    ],
)  # fmt: skip
def test_a_clip_of_a_constant_rate_holds_exactly_the_planned_frames(
    tmp_path: Path, suffix: str, kind: dict[str, Any], start_ms: int, step: int
) -> None:
    numbers, plan, media = _source_numbers(tmp_path, suffix, start_ms, **kind)
    first = round(Fraction(plan.span.start_ms - media.video.start_ms, 1000) * Fraction(kind["fps"]))
    assert numbers == [first + step * count for count in range(plan.frames)]
    assert abs(plan.span.start_ms - start_ms) <= 1000 / Fraction(kind["fps"]) / 2 + 1


def test_no_frame_is_doubled_or_lost_where_the_sources_rate_is_not_quite_the_known_one(
    tmp_path: Path,
) -> None:
    # After an hour, a rate that is wrong in its sixth place puts the cut between two frames; the
    # milliseconds of Matroska's timestamps then fall now on this side, now on that.
    source = make_video(tmp_path / "source.mkv", seconds=3, fps=NTSC, picture="frame_number")
    plan, media = plan_of(source, 1_037, 1_637)
    between = plan.model_copy(update={"span": plan.span.shifted(17)})
    render(between, source, media, tmp_path / "clip.mp4")
    numbers = [read_frame_number(picture) for picture in pictures(tmp_path / "clip.mp4")]
    assert numbers == [numbers[0] + count for count in range(plan.frames)]
    assert numbers[0] in (31, 32)


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_a_clip_of_a_variable_rate_shows_at_each_time_the_frame_of_that_time(
    tmp_path: Path, suffix: str
) -> None:
    numbers, plan, media = _source_numbers(tmp_path, suffix, 1_037, fps=30, variable_rate=True)
    assert media.video.variable_rate
    begins = np.array([float(time) for time in frame_times(3, 30, variable_rate=True)])
    assert plan.span.start_ms == 1_037
    for count, number in enumerate(numbers):
        at = 1.037 + count / 30
        # On screen within half a frame of that instant.
        assert begins[number] <= at + 1 / 60 + 0.001
        assert begins[number + 1] >= at - 1 / 60 - 0.001


def test_a_still_picture_that_began_long_before_the_cut_is_shown(tmp_path: Path) -> None:
    source = make_video(
        tmp_path / "slides.mkv", seconds=20, fps=Fraction(1, 10), picture="frame_number"
    )
    plan, media = plan_of(source, 7_000, 7_300)
    render(plan, source, media, tmp_path / "clip.mp4")
    assert {read_frame_number(picture) for picture in pictures(tmp_path / "clip.mp4")} == {0}


def test_a_picture_track_that_ends_early_stands_still_to_the_clips_end(tmp_path: Path) -> None:
    from tests.support.media import TONE_HZ

    tone = 0.25 * np.sin(np.arange(3 * 48_000) * 2 * np.pi * TONE_HZ / 48_000)
    source = make_video(
        tmp_path / "source.mp4", seconds=2, picture="frame_number", audio=tone.astype(np.float32)
    )
    plan, media = plan_of(source, 1_800, 2_300)
    render(plan, source, media, tmp_path / "clip.mp4")
    numbers = [read_frame_number(picture) for picture in pictures(tmp_path / "clip.mp4")]
    assert numbers == [54, 55, 56, 57, 58, *[59] * 10]


def test_anamorphic_pixels_are_made_square(tmp_path: Path) -> None:
    # 160 coded columns of double width are 320 shown ones: the middle 102 of them are 51 coded.
    source = make_video(
        tmp_path / "wide.mp4",
        seconds=1,
        size=(160, 180),
        sample_aspect=Fraction(2),
        picture="moving",
    )
    plan, media = plan_of(source, 0, 200)
    assert (media.video.width_px, plan.framings[0].crops[0].width_px) == (320, 102)
    render(plan, source, media, tmp_path / "clip.mp4")
    square = make_video(tmp_path / "square.mp4", seconds=1, size=(160, 180), picture="moving")
    whole = pictures(square, "gray")[0].astype(float)
    shown = pictures(tmp_path / "clip.mp4", "gray")[0].astype(float)
    assert shown.shape == (1920, 1080)
    left = plan.framings[0].crops[0].left_px / 2
    columns = (left + (np.arange(1080) + 0.5) * 51 / 1080).astype(int)
    rows = ((np.arange(1920) + 0.5) * 180 / 1920).astype(int)
    assert np.abs(shown - whole[rows][:, columns]).mean() < 4


def test_the_place_in_the_source_does_not_change_what_is_read(tmp_path: Path) -> None:
    source = make_video(tmp_path / "source.mp4", seconds=3)
    plan, media = plan_of(source, 1_000, 2_000)
    late = plan.model_copy(update={"span": plan.span.shifted(3_300_000)})
    cuts = [Cut(one.span, Fraction(one.fps), one.frames) for one in (plan, late)]
    pictures_args = [
        command(
            one, source, ["-vf", graph(cut, media.video, one.framings, [])], [tmp_path / "x.mp4"]
        )
        for one, cut in zip((plan, late), cuts, strict=True)
    ]
    tracks = [soundtrack(source, media, cut, (), 15) for cut in cuts]
    sound_args = [[*track.input_args(), track.filters(0, None, "[a]")] for track in tracks]
    for (early, later), sought in ((pictures_args, "3300.500"), (sound_args, "3300.000")):
        assert later[later.index("-ss") + 1] == sought
        # Only the place to seek to differs: nothing is decoded and thrown away.
        assert sum(a != b for a, b in zip(early, later, strict=True)) == 1
