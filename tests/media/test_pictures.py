"""Pictures are the ones on screen at a time, seen as a player shows them."""

from __future__ import annotations

import gc
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from clipping.errors import UnreadableMedia
from clipping.media.decode import pictures_at
from clipping.media.ffmpeg import run_ffmpeg
from clipping.media.probe import probe
from tests.media.damage import fragmented, live_matroska
from tests.support.media import frame_times, make_long_video, make_video, read_frame_number


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv", ".webm"])
@pytest.mark.parametrize("keyframe_every", [7, 250])
def test_each_frame_is_found_from_its_first_to_its_last_millisecond(
    tmp_path: Path, suffix: str, keyframe_every: int
) -> None:
    path = make_video(
        tmp_path / f"a{suffix}", seconds=1, picture="frame_number", keyframe_every=keyframe_every
    )
    starts = [round(time * 1000) for time in frame_times(1)]
    assert _numbers(path, starts) == list(range(30))
    assert _numbers(path, [start - 1 for start in starts[1:]]) == list(range(29))


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_a_variable_rate_shifts_nothing(tmp_path: Path, suffix: str) -> None:
    path = make_video(
        tmp_path / f"a{suffix}",
        seconds=1.5,
        picture="frame_number",
        variable_rate=True,
        keyframe_every=20,
    )
    starts = [round(time * 1000) for time in frame_times(1.5, variable_rate=True)]
    assert _numbers(path, starts) == list(range(45))
    assert _numbers(path, [start - 1 for start in starts[1:]]) == list(range(44))


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_times_count_from_the_containers_start(tmp_path: Path, suffix: str) -> None:
    path = make_video(
        tmp_path / f"a{suffix}",
        seconds=2,
        picture="frame_number",
        start_video_ms=5_500,
        start_audio_ms=5_000,
    )
    # The first picture stands for the half second in which there is none yet.
    assert _numbers(path, [0, 499, 500, 600, 1_500]) == [0, 0, 0, 3, 30]


@pytest.mark.parametrize("kind", [".mp4", ".mkv", ".webm", "fragmented", "live"])
def test_behind_the_end_the_last_picture_stands(tmp_path: Path, kind: str) -> None:
    suffix = kind if kind.startswith(".") else ".mkv"
    path = make_video(tmp_path / f"a{suffix}", seconds=4, picture="frame_number")
    if kind == "fragmented":
        path = fragmented(tmp_path / "b.mp4", path)
    if kind == "live":
        path = live_matroska(tmp_path / "b.mkv", path)
    assert _numbers(path, [5_500, 60_000]) == [119, 119]
    assert _numbers(path, [60_000]) == [119]


def test_times_may_come_in_any_order_and_twice(tmp_path: Path) -> None:
    path = make_video(tmp_path / "a.mp4", seconds=4, picture="frame_number", keyframe_every=30)
    assert _numbers(path, [3_000, 0, 2_000, 3_000, 100]) == [90, 0, 60, 90, 3]
    assert pictures_at(path, [], width_px=10, height_px=10) == []


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("mirrored", [False, True], ids=["plain", "mirrored"])
def test_pictures_are_turned_as_ffmpeg_turns_them(
    tmp_path: Path, rotation: int, mirrored: bool
) -> None:
    path = tmp_path / "a.mp4"
    plain = make_video(tmp_path / "plain.mp4", seconds=0.3)
    _turned_copy(plain, path, rotation, mirrored)
    shown = tmp_path / "shown.png"
    run_ffmpeg(["-i", str(path), "-frames:v", "1", str(shown)], timeout_s=60)
    expected = np.asarray(Image.open(shown).convert("RGB"), np.float64)
    video = probe(path).video
    assert (video.width_px, video.height_px) == (expected.shape[1], expected.shape[0])
    (picture,) = pictures_at(path, [0], width_px=video.width_px, height_px=video.height_px)
    assert picture.shape == expected.shape
    assert np.abs(picture - expected).mean() < 2


def test_pixels_that_are_not_square_are_widened(tmp_path: Path) -> None:
    path = make_video(
        tmp_path / "a.mp4",
        seconds=0.5,
        size=(240, 180),
        sample_aspect=Fraction(4, 3),
        picture="frame_number",
    )
    video = probe(path).video
    (picture,) = pictures_at(path, [0], width_px=video.width_px, height_px=video.height_px)
    assert picture.shape == (180, 320, 3)


def test_colours_are_read_with_the_matrix_of_the_file(tmp_path: Path) -> None:
    for matrix in ("bt709", "smpte170m"):
        path = tmp_path / f"{matrix}.mp4"
        run_ffmpeg(
            [
                "-f",
                "lavfi",
                "-i",
                "color=c=0xC83232:size=320x180:duration=0.2:rate=10",
                "-f",
                "lavfi",
                "-i",
                "anullsrc=duration=0.2",
                "-vf",
                f"format=gbrp,scale=out_color_matrix={matrix}:out_range=tv,format=yuv420p",
                "-colorspace",
                matrix,
                "-color_range",
                "tv",
                "-c:v",
                "libx264",
                "-qp",
                "1",
                str(path),
            ],
            timeout_s=60,
        )
        assert probe(path).video.color_matrix == matrix
        (picture,) = pictures_at(path, [0], width_px=320, height_px=180)
        assert picture[90, 160].tolist() == pytest.approx([200, 50, 50], abs=4)


def test_black_is_black_and_white_is_white(tmp_path: Path) -> None:
    path = make_video(tmp_path / "a.mp4", seconds=1, picture="frame_number")
    (picture,) = pictures_at(path, [0], width_px=640, height_px=360)
    assert picture.min() <= 3
    assert picture.max() >= 252
    assert picture.flags.c_contiguous
    assert picture.flags.writeable


@pytest.mark.parametrize("kind", ["fragmented", "live"])
def test_recordings_without_an_index_show_the_right_pictures(tmp_path: Path, kind: str) -> None:
    whole = make_video(tmp_path / "a.mkv", seconds=12, picture="frame_number", keyframe_every=30)
    if kind == "live":
        path = live_matroska(tmp_path / "b.mkv", whole)
    else:
        path = fragmented(tmp_path / "b.mp4", whole)
    found = _numbers(path, [1_000, 9_000, 11_000])
    assert np.diff(found).tolist() == [240, 60]


@pytest.mark.skipif(sys.platform != "linux", reason="/proc counts what was read")
@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_minute_18_of_twenty_costs_no_more_than_minute_1(tmp_path: Path, suffix: str) -> None:
    path = make_long_video(
        tmp_path / f"a{suffix}",
        minutes=20,
        fps=10,
        size=(160, 90),
        sample_rate=8_000,
        picture="frame_number",
        keyframe_every=50,
    )
    costs = []
    for minute in (1, 18):
        before = _bytes_read()
        times = [minute * 60_000 + offset for offset in (0, 50, 7_100, 33_333)]
        assert _numbers(path, times, (160, 90)) == [0, 0, 71, 333]
        costs.append(_bytes_read() - before)
    assert costs[1] < costs[0] + 1_000_000
    assert costs[1] < path.stat().st_size / 4


def test_no_picture_outlives_the_call(tmp_path: Path) -> None:
    path = make_video(tmp_path / "a.mp4", seconds=2, size=(180, 320), rotation=90)
    gc.collect()
    # What only the garbage collector ends stays for long: of such large things it sees few.
    gc.disable()
    try:
        pictures_at(path, range(0, 2_000, 100), width_px=96, height_px=54)
        left = [held for held in gc.get_objects() if isinstance(held, av.VideoFrame)]
    finally:
        gc.enable()
    assert not left


def test_a_file_without_pictures_is_refused(tmp_path: Path) -> None:
    path = make_video(tmp_path / "talk.mp4", seconds=0.5, picture=None)
    with pytest.raises(UnreadableMedia, match="no video track"):
        pictures_at(path, [0], width_px=64, height_px=36)


def _numbers(path: Path, times_ms: list[int], size: tuple[int, int] = (320, 180)) -> list[int]:
    pictures = pictures_at(path, times_ms, width_px=size[0], height_px=size[1])
    return [read_frame_number(picture) for picture in pictures]


def _turned_copy(source_path: Path, path: Path, rotation: int, mirrored: bool) -> None:
    with av.open(str(source_path)) as source, av.open(str(path), "w", format="mp4") as output:
        streams = [output.add_stream_from_template(stream) for stream in source.streams]
        video: Any = streams[0]
        video.set_display_rotation(-rotation, hflip=mirrored)
        for packet in source.demux():
            if packet.dts is not None:
                packet.stream = streams[packet.stream_index]
                output.mux(packet)


def _bytes_read() -> int:
    return int(Path("/proc/self/io").read_text().split()[1])
