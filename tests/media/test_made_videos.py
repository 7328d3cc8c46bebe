"""The videos that other tests rely on are what they say they are."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from clipping.media.ffmpeg import run_ffmpeg
from tests.support.media import (
    flash_times,
    frame_times,
    make_video,
    read_frame_number,
)


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv", ".webm"])
def test_every_frame_carries_its_own_number(tmp_path: Path, suffix: str) -> None:
    path = make_video(tmp_path / f"a{suffix}", seconds=1, picture="frame_number")
    with av.open(str(path)) as source:
        numbers = [
            read_frame_number(np.asarray(frame.to_ndarray(format="rgb24"), np.uint8))
            for frame in source.decode(video=0)
        ]
    assert numbers == list(range(30))


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_the_number_survives_rotation_crop_and_scaling_by_ffmpeg(
    tmp_path: Path, rotation: int
) -> None:
    path = make_video(tmp_path / "a.mp4", seconds=0.5, picture="frame_number", rotation=rotation)
    crop = "crop='min(iw,2*trunc(ih*9/32))':'min(ih,2*trunc(iw*16/18))',scale=1080:1920"
    filters = f"select='not(mod(n,7))',{crop}"
    args = ["-i", str(path), "-vf", filters, "-fps_mode", "passthrough"]
    run_ffmpeg([*args, str(tmp_path / "%d.png")], timeout_s=60)
    numbers = [
        read_frame_number(np.asarray(Image.open(tmp_path / f"{number}.png").convert("RGB")))
        for number in (1, 2, 3)
    ]
    assert numbers == [0, 7, 14]


def test_a_picture_without_a_number_is_not_read_as_one() -> None:
    for level in (0, 128, 255):
        with pytest.raises(ValueError, match=r"black nor white|check sum"):
            read_frame_number(np.full((180, 320, 3), level, np.uint8))


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({}, id="plain"),
        pytest.param({"variable_rate": True}, id="variable rate"),
        pytest.param({"start_audio_ms": 300}, id="sound starts late"),
        pytest.param({"start_video_ms": 300}, id="picture starts late"),
        pytest.param({"fps": Fraction(30_000, 1001)}, id="29.97"),
    ],
)
def test_flashes_and_beeps_fall_on_the_times_that_are_promised(
    tmp_path: Path, options: dict[str, Any]
) -> None:
    path = make_video(tmp_path / "a.mp4", seconds=3, picture="flash", **options)
    times = {name: value for name, value in options.items() if name != "start_audio_ms"}
    expected = [float(time) for time in flash_times(3, times.pop("fps", 30), **times)]
    assert len(expected) == 3
    assert _flashes(path) == pytest.approx(expected, abs=1e-4)
    assert _beeps(path) == pytest.approx(expected, abs=2e-3)


def test_variable_rate_frames_lie_where_they_are_promised(tmp_path: Path) -> None:
    path = make_video(tmp_path / "a.mp4", seconds=2, variable_rate=True)
    with av.open(str(path)) as source:
        times = [frame.time for frame in source.decode(video=0)]
    expected = [float(time) for time in frame_times(2, variable_rate=True)]
    assert times == pytest.approx(expected, abs=1e-4)
    assert len({round(b - a, 4) for a, b in pairwise(times)}) > 3


def _flashes(path: Path) -> list[float]:
    found, before = [], 0.0
    with av.open(str(path)) as source:
        for frame in source.decode(video=0):
            level = float(np.asarray(frame.to_ndarray(format="gray")).mean())
            if level > 128 >= before:
                found.append(frame.time)
            before = level
    return found


def _beeps(path: Path) -> list[float]:
    found: list[float] = []
    last = -1.0
    with av.open(str(path)) as source:
        for frame in source.decode(audio=0):
            loud = np.flatnonzero(np.abs(np.asarray(frame.to_ndarray())[0]) > 0.1)
            for time in (float(frame.time or 0) + loud / frame.sample_rate).tolist():
                if time - last > 0.3:
                    found.append(time)
                last = time
    return found
