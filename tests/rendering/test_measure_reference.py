"""The source's pictures at given times: the right ones, although most are never decoded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from clipping.errors import UnreadableMedia
from clipping.media.ffmpeg import run_ffmpeg
from clipping.media.probe import probe
from clipping.models import Crop
from clipping.rendering.framing import centre_crop, still, view
from clipping.rendering.measure.geometry import GRID_HEIGHT, GRID_WIDTH, Picture
from clipping.rendering.measure.reference import SourcePictures
from tests.support.media import frame_times, make_video, read_frame_number

LOOKS = [2, 40, 345, 712, 720, 1_244, 2_012, 2_980, 3_990]


def _number(picture: Picture) -> int:
    return read_frame_number(np.repeat(picture[0][:, :, None], 3, axis=2))


class _Middle:
    """The middle of a source's pictures, by time alone."""

    def __init__(self, path: Path, crop: Crop | None = None) -> None:
        media = probe(path)
        self._pictures = SourcePictures(path, media)
        self._view = view(still(crop or centre_crop(media.video), 1), 0)

    def at(self, times: Iterable[Fraction]) -> dict[Fraction, Picture]:
        return dict(self.each(times))

    def each(self, times: Iterable[Fraction]) -> Iterator[tuple[Fraction, Picture]]:
        for (time, _), picture in self._pictures.each((time, self._view) for time in times):
            yield time, picture


def _pictures(path: Path) -> _Middle:
    return _Middle(path)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        pytest.param("talk.mp4", {}, id="one_group"),
        pytest.param("talk.mp4", {"keyframe_every": 12}, id="many_groups"),
        pytest.param("talk.mkv", {"keyframe_every": 30}, id="matroska"),
        pytest.param("talk.webm", {"keyframe_every": 30}, id="vp8"),
        pytest.param("talk.mp4", {"fps": Fraction(24_000, 1001)}, id="film_rate"),
        pytest.param("talk.mp4", {"variable_rate": True}, id="variable_rate"),
        pytest.param("talk.mp4", {"rotation": 90, "size": (180, 320)}, id="turned"),
    ],
)
def test_the_picture_on_screen_at_each_time_is_read(
    tmp_path: Path, name: str, options: dict[str, Any]
) -> None:
    path = make_video(tmp_path / name, picture="frame_number", **options)
    seen = _pictures(path).at([Fraction(time) for time in LOOKS])
    starts = frame_times(
        4, options.get("fps", 30), variable_rate=options.get("variable_rate", False)
    )
    for time in LOOKS:
        shown = [number for number, start in enumerate(starts) if start * 1000 <= time]
        assert _number(seen[Fraction(time)]) == shown[-1]


def test_open_groups_of_pictures_are_read_from_the_group_before(tmp_path: Path) -> None:
    plain = make_video(tmp_path / "plain.mp4", picture="frame_number", seconds=4)
    path = tmp_path / "open.mp4"
    x264 = "open-gop=1:keyint=20:min-keyint=20:bframes=3:b-adapt=0:scenecut=0:b-pyramid=normal"
    args = ["-i", str(plain), "-c:v", "libx264", "-x264-params", x264, "-c:a", "copy"]
    run_ffmpeg([*args, str(path)], timeout_s=60)
    numbers = [17, 18, 19, 20, 21, 57, 58, 59, 79, 80, 99]
    times = {number: Fraction(number * 1000, 30) + 5 for number in numbers}
    seen = _pictures(path).at(times.values())
    assert [_number(seen[time]) for time in times.values()] == numbers


def test_pictures_that_nothing_leans_on_are_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make_video(tmp_path / "talk.mp4", picture="frame_number", keyframe_every=30)
    decoded = 0
    original = av.VideoCodecContext.decode

    def counting(context: Any, packet: Any = None) -> Any:
        nonlocal decoded
        frames = original(context, packet)
        decoded += len(frames)
        return frames

    pictures = _pictures(path)
    monkeypatch.setattr(av.VideoCodecContext, "decode", counting)
    # Picture 105 is the sixteenth of its group; two of every three before it are B pictures.
    pictures.at([Fraction(3_510)])
    assert 0 < decoded < 12


def test_times_outside_of_the_video_show_its_first_and_last_picture(tmp_path: Path) -> None:
    path = make_video(tmp_path / "talk.mp4", picture="frame_number", start_video_ms=300)
    seen = _pictures(path).at([Fraction(-50), Fraction(100), Fraction(9_000)])
    assert [_number(picture) for picture in seen.values()] == [0, 0, 119]


def test_pictures_come_one_by_one_in_the_order_of_time(tmp_path: Path) -> None:
    path = make_video(tmp_path / "talk.mp4", picture="frame_number", seconds=2)
    wanted = [Fraction(1_500), Fraction(300), Fraction(301), Fraction(900), Fraction(300)]
    assert [time for time, _ in _pictures(path).each(wanted)] == sorted(set(wanted))
    assert list(_pictures(path).each([])) == []


def test_pictures_are_cropped_scaled_and_in_the_colours_of_the_clip(tmp_path: Path) -> None:
    path = make_video(tmp_path / "talk.mp4", seconds=1)
    left_half = Crop(left_px=0, top_px=0, width_px=100, height_px=180)
    picture = _Middle(path, left_half).at([Fraction(0)])[Fraction(0)]
    assert picture.shape == (3, GRID_HEIGHT, GRID_WIDTH)
    # Luma of the drawn stripes rises with the column, from 60 at the top left; there is no colour.
    assert int(picture[0, 4, 4]) == pytest.approx(60, abs=8)
    assert picture[1:].mean() == pytest.approx(128, abs=1)


def test_a_source_that_is_gone_or_was_replaced_is_said_to_be_unreadable(tmp_path: Path) -> None:
    path = make_video(tmp_path / "talk.mp4", seconds=1)
    pictures = _pictures(path)
    path.write_bytes(b"something else")
    with pytest.raises(UnreadableMedia, match=r"talk\.mp4 can no longer be read"):
        pictures.at([Fraction(0)])
    path.unlink()
    with pytest.raises(UnreadableMedia, match=r"talk\.mp4 can no longer be read"):
        pictures.at([Fraction(0)])
