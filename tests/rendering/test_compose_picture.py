"""What the source's pictures become: colours, and sizes that change on the way."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from clipping.media.ffmpeg import run_ffmpeg
from clipping.rendering.compose import render
from tests.rendering.recipes import pictures, plan_of
from tests.support.media import make_video, read_frame_number

Plane = NDArray[np.uint8]

BRICK = (192, 64, 32)
_X264 = ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "8"]
_X265 = ["-c:v", "libx265", "-preset", "ultrafast", "-crf", "8", "-tag:v", "hvc1"]
_FROM_SRGB = "format=gbrp,setparams=colorspace=gbr:color_primaries=bt709:color_trc=bt709:range=pc"


def _tagged(matrix: str) -> list[str]:
    return ["-colorspace", matrix, "-color_primaries", matrix, "-color_trc", matrix]


_SD = [*_X264, *_tagged("smpte170m")]
_HD = [*_X264, *_tagged("bt709")]


def _coded(matrix: str, width_range: str, tag: str | None = None) -> str:
    tag = tag or matrix
    return (
        f"scale=out_color_matrix={matrix}:out_range={width_range},format=yuv420p,"
        f"setparams=colorspace={tag}:color_primaries={tag}:color_trc={tag}"
    )


def _hdr(transfer: str) -> str:
    return (
        f"{_FROM_SRGB},zscale=t=linear:npl=203,format=gbrpf32le,"
        f"zscale=p=bt2020:t={transfer}:m=bt2020nc:r=tv:npl=203,format=yuv420p10le"
    )


@pytest.mark.parametrize(
    ("size", "filters", "encoder"),
    [
        pytest.param("1280x720", _coded("bt709", "tv"), _HD, id="hd"),
        pytest.param("1280x720", _coded("bt709", "tv", "unknown"), _X264, id="hd_untagged"),
        pytest.param("640x480", _coded("smpte170m", "tv"), _SD, id="sd"),
        pytest.param("640x480", _coded("smpte170m", "tv", "unknown"), _X264, id="sd_untagged"),
        pytest.param(
            "1280x720", _coded("smpte170m", "tv"), _SD, id="hd_as_sd"
        ),
        pytest.param(
            "640x360", _coded("bt709", "pc"), [*_X264, *_tagged("bt709"), "-color_range", "pc"],
            id="full_range",
        ),
        pytest.param("640x360", "format=rgb24", ["-c:v", "libx264rgb", *_X264[2:]], id="rgb"),
        pytest.param("640x360", _hdr("arib-std-b67"), _X265, id="hdr_hlg"),
        pytest.param("640x360", _hdr("smpte2084"), _X265, id="hdr_pq"),
    ],
)  # fmt: skip
def test_colours_come_through(tmp_path: Path, size: str, filters: str, encoder: list[str]) -> None:
    source, clip = tmp_path / "source.mp4", tmp_path / "clip.mp4"
    colour = "0x{:02X}{:02X}{:02X}".format(*BRICK)
    inputs = ["-f", "lavfi", "-i", f"color=c={colour}:s={size}:r=25:d=1"]
    silence = ["-f", "lavfi", "-i", "anullsrc=d=1"]
    args = [*inputs, *silence, "-vf", filters, *encoder, "-c:a", "aac", str(source)]
    run_ffmpeg(args, timeout_s=60)
    plan, media = plan_of(source, 200, 400)
    render(plan, source, media, clip)
    # As a player reads it: limited-range BT.709.
    luma, blue, red = (plane.astype(float) for plane in _planes(clip))
    bright = (luma.mean() - 16) * 255 / 219
    blue_off, red_off = ((plane.mean() - 128) * 255 / 224 for plane in (blue, red))
    shown = (
        bright + 1.5748 * red_off,
        bright - 0.1873 * blue_off - 0.4681 * red_off,
        bright + 1.8556 * blue_off,
    )
    assert shown == pytest.approx(BRICK, abs=5)


def _planes(clip: Path) -> tuple[Plane, Plane, Plane]:
    whole = pictures(clip, "yuv420p")[2].reshape(-1)
    size = 1080 * 1920
    return whole[:size], whole[size : size * 5 // 4], whole[size * 5 // 4 :]


def test_a_picture_that_changes_its_size_keeps_its_frames(tmp_path: Path) -> None:
    parts = [
        make_video(
            tmp_path / f"{width}.webm", seconds=1, picture="frame_number", size=(width, height)
        )
        for width, height in ((320, 180), (640, 360))
    ]
    source, clip = tmp_path / "screen.webm", tmp_path / "clip.mp4"
    _join(parts, source)
    plan, media = plan_of(source, 500, 1_500)
    render(plan, source, media, clip)
    assert [read_frame_number(picture) for picture in pictures(clip)] == [
        *range(15, 30),
        *range(15),
    ]


def _join(parts: list[Path], path: Path) -> None:
    """One VP8 track of both pictures, one second each, and the sound of the first."""
    with av.open(str(path), "w") as output, av.open(str(parts[0])) as first:
        video = output.add_stream_from_template(first.streams.video[0])
        audio = output.add_stream_from_template(first.streams.audio[0])
        for number, part in enumerate(parts):
            with av.open(str(part)) as container:
                for packet in container.demux():
                    is_video = packet.stream.type == "video"
                    if packet.size == 0 or packet.pts is None or (number and not is_video):
                        continue
                    packet.pts = packet.dts = packet.pts + number * round(
                        1 / Fraction(packet.time_base)
                    )
                    packet.stream = video if is_video else audio
                    output.mux(packet)
