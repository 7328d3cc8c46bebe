"""What probing finds in whole files, and how little of them it reads."""

from __future__ import annotations

import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest

from clipping.media.ffmpeg import run_ffmpeg
from clipping.media.probe import probe
from tests.media.damage import fragmented, live_matroska, without_ftyp
from tests.support.media import make_long_video, make_video


@pytest.mark.parametrize(
    ("name", "container", "expected"),
    [
        pytest.param("a.mp4", None, "mp4", id="mp4"),
        pytest.param("a.mov", None, "mov", id="mov"),
        pytest.param("a.mkv", None, "mkv", id="mkv"),
        pytest.param("a.webm", None, "webm", id="webm"),
        pytest.param("a.mp4", "matroska", "mkv", id="mkv named mp4"),
        pytest.param("a.mkv", "mp4", "mp4", id="mp4 named mkv"),
        pytest.param("a.mp4", "mov", "mov", id="mov named mp4"),
        pytest.param("a.mkv", "webm", "webm", id="webm named mkv"),
        pytest.param("noname", "mp4", "mp4", id="mp4 without a suffix"),
    ],
)
def test_the_container_is_told_by_its_bytes(
    tmp_path: Path, name: str, container: str | None, expected: str
) -> None:
    path = make_video(tmp_path / name, seconds=1, container=container)
    assert probe(path).container == expected


def test_quicktime_from_before_ftyp_is_mov(tmp_path: Path) -> None:
    path = without_ftyp(make_video(tmp_path / "old.mov", seconds=1))
    assert probe(path).container == "mov"


def test_an_ordinary_video_is_described_in_full(tmp_path: Path) -> None:
    path = make_video(tmp_path / "a.mp4", seconds=2, channels=2, sample_rate=44_100)
    media = probe(path)
    assert media.duration_ms == pytest.approx(2000, abs=1)
    assert media.size_bytes == path.stat().st_size
    video, audio = media.video, media.audio
    assert (video.codec, video.pixel_format) == ("h264", "yuv420p")
    assert (video.width_px, video.height_px) == (320, 180)
    assert (video.rotation, video.sample_aspect) == (0, "1:1")
    assert (video.fps, video.variable_rate, video.start_ms) == ("30/1", False, 0)
    assert (video.color_matrix, video.color_transfer, video.index) == ("bt709", "bt709", 0)
    assert (audio.codec, audio.sample_rate_hz, audio.channels) == ("aac", 44_100, 2)
    assert (audio.start_ms, audio.index) == (0, 1)


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv"])
@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_rotation_is_clockwise_and_turns_the_size(
    tmp_path: Path, rotation: int, suffix: str
) -> None:
    video = probe(make_video(tmp_path / f"a{suffix}", seconds=0.5, rotation=rotation)).video
    assert video.rotation == rotation
    assert (video.coded_width_px, video.coded_height_px) == (320, 180)
    expected = (320, 180) if rotation == 180 else (180, 320)
    assert (video.width_px, video.height_px) == expected


@pytest.mark.parametrize(
    ("size", "aspect", "rotation", "shown"),
    [
        pytest.param((320, 180), Fraction(4, 3), 0, (426, 180), id="anamorphic"),
        pytest.param((240, 180), Fraction(4, 3), 0, (320, 180), id="exact"),
        pytest.param((240, 180), Fraction(4, 3), 90, (180, 320), id="anamorphic and rotated"),
        pytest.param((360, 288), Fraction(16, 15), 0, (384, 288), id="PAL"),
        pytest.param((360, 240), Fraction(8, 9), 0, (320, 240), id="NTSC"),
    ],
)
def test_the_size_is_the_one_shown(
    tmp_path: Path,
    size: tuple[int, int],
    aspect: Fraction,
    rotation: int,
    shown: tuple[int, int],
) -> None:
    path = make_video(
        tmp_path / "a.mp4", seconds=0.5, size=size, sample_aspect=aspect, rotation=rotation
    )
    video = probe(path).video
    assert (video.width_px, video.height_px) == shown
    assert video.sample_aspect == f"{aspect.numerator}:{aspect.denominator}"


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
@pytest.mark.parametrize(
    "fps",
    [
        Fraction(24_000, 1001),
        Fraction(25),
        Fraction(30_000, 1001),
        Fraction(50),
        Fraction(60_000, 1001),
    ],
    ids=str,
)
def test_a_constant_rate_is_found_exactly(tmp_path: Path, fps: Fraction, suffix: str) -> None:
    path = make_video(tmp_path / f"a{suffix}", seconds=8, fps=fps, size=(64, 36))
    video = probe(path).video
    assert Fraction(video.fps) == fps
    assert not video.variable_rate


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".webm"])
def test_a_variable_rate_is_noticed(tmp_path: Path, suffix: str) -> None:
    video = probe(make_video(tmp_path / f"a{suffix}", seconds=4, variable_rate=True)).video
    assert video.variable_rate
    assert float(Fraction(video.fps)) == pytest.approx(30, rel=0.02)


def test_a_rate_that_varies_only_late_is_noticed(tmp_path: Path) -> None:
    """The first ten seconds are regular, as in a recording of a screen on which little moves."""
    steady = make_video(tmp_path / "steady.mp4", seconds=60, fps=30, size=(64, 36))
    path = tmp_path / "a.mkv"
    with av.open(str(steady)) as source, av.open(str(path), "w", format="matroska") as output:
        streams = {
            stream.index: output.add_stream_from_template(stream)
            for stream in (*source.streams.video, *source.streams.audio)
        }
        for packet in source.demux():
            if packet.dts is None or packet.pts is None:
                continue
            late = packet.stream.type == "video" and packet.pts * packet.time_base > 20
            if (
                late
                and round(packet.pts * packet.time_base * 30) % 3 == 0
                and not (packet.is_keyframe)
            ):
                continue
            packet.stream = streams[packet.stream_index]
            output.mux(packet)
    assert not probe(steady).video.variable_rate
    assert probe(path).video.variable_rate


@pytest.mark.parametrize(
    ("suffix", "options", "video_ms", "audio_ms"),
    [
        pytest.param(".mp4", {"start_audio_ms": 300}, 0, 300, id="mp4, sound late"),
        pytest.param(".mkv", {"start_audio_ms": 300}, 0, 300, id="mkv, sound late"),
        pytest.param(".webm", {"start_audio_ms": 300}, 0, 300, id="webm, sound late"),
        pytest.param(".mp4", {"start_video_ms": 300}, 300, 0, id="mp4, picture late"),
        pytest.param(".mkv", {"start_video_ms": 300}, 300, 0, id="mkv, picture late"),
        pytest.param(
            ".mkv", {"start_video_ms": 5200, "start_audio_ms": 5000}, 200, 0, id="mkv, both late"
        ),
        pytest.param(
            ".mp4", {"start_video_ms": 5000, "start_audio_ms": 5200}, 0, 200, id="mp4, both late"
        ),
    ],
)
def test_starts_are_counted_from_the_containers_start(
    tmp_path: Path, suffix: str, options: dict[str, Any], video_ms: int, audio_ms: int
) -> None:
    media = probe(make_video(tmp_path / f"a{suffix}", seconds=2, **options))
    assert media.video.start_ms == pytest.approx(video_ms, abs=1)
    # AAC's priming of 21 ms may stand before the first sample that is heard.
    assert audio_ms - 22 <= media.audio.start_ms <= audio_ms + 1
    assert media.duration_ms == pytest.approx(2000 + max(video_ms, audio_ms), abs=25)


def test_the_default_sound_track_is_chosen(tmp_path: Path) -> None:
    first = make_video(tmp_path / "a.mp4", seconds=1)
    path = tmp_path / "two.mkv"
    run_ffmpeg(
        [
            "-i",
            str(first),
            "-map",
            "0:v",
            "-map",
            "0:a",
            "-map",
            "0:a",
            "-c",
            "copy",
            "-disposition:a:0",
            "0",
            "-disposition:a:1",
            "default",
            str(path),
        ],
        timeout_s=60,
    )
    assert probe(path).audio.index == 2


def test_a_cover_beside_the_film_is_not_taken_for_it(tmp_path: Path) -> None:
    film = make_video(tmp_path / "a.mp4", seconds=1)
    path = tmp_path / "covered.mp4"
    run_ffmpeg(
        [
            "-i",
            str(film),
            "-f",
            "lavfi",
            "-i",
            "testsrc=size=600x600:duration=0.04:rate=25",
            "-map",
            "1:v",
            "-map",
            "0",
            "-c",
            "copy",
            "-c:v:0",
            "mjpeg",
            "-frames:v:0",
            "1",
            "-disposition:v:0",
            "attached_pic",
            str(path),
        ],
        timeout_s=60,
    )
    video = probe(path).video
    assert (video.codec, video.width_px) == ("h264", 320)


@pytest.mark.parametrize("flags", ["frag_keyframe+empty_moov", "dash"])
def test_a_fragmented_recording_is_read_to_its_end(tmp_path: Path, flags: str) -> None:
    whole = make_video(tmp_path / "a.mp4", seconds=6, keyframe_every=30)
    media = probe(fragmented(tmp_path / "b.mp4", whole, flags))
    assert media.duration_ms == pytest.approx(6000, abs=80)


@pytest.mark.parametrize("suffix", [".mp4", ".webm"])
def test_a_recording_without_length_or_index_is_measured(tmp_path: Path, suffix: str) -> None:
    whole = make_video(tmp_path / f"a{suffix}", seconds=6)
    media = probe(live_matroska(tmp_path / "b.webm", whole))
    assert media.container == "mkv"
    assert media.duration_ms == pytest.approx(6000, abs=50)


def test_odd_names_and_odd_metadata_do_no_harm(tmp_path: Path) -> None:
    first = make_video(tmp_path / "a.mp4", seconds=0.5)
    odd = tmp_path / "data:;'%d ü 日本 😀.mp4"
    run_ffmpeg(
        ["-i", str(first), "-c", "copy", "-metadata", "title=caf\udce9 title", str(odd)],
        timeout_s=60,
    )
    data = odd.read_bytes()
    assert b"title" in data
    odd.write_bytes(data.replace(b" title", b"\xff\xfeitle"))
    assert probe(odd).video.width_px == 320


@pytest.mark.skipif(sys.platform != "linux", reason="/proc counts what was read")
@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_probing_an_hour_reads_little_of_it(tmp_path: Path, suffix: str) -> None:
    path = make_long_video(
        tmp_path / f"a{suffix}", minutes=60, fps=10, size=(160, 90), sample_rate=8000
    )
    before = _bytes_read()
    media = probe(path)
    read = _bytes_read() - before
    assert media.duration_ms == pytest.approx(3_600_000, abs=50)
    assert media.video.fps == "10/1"
    assert read < path.stat().st_size / 4


@pytest.mark.skipif(sys.platform != "linux", reason="/proc counts what was read")
def test_probing_ten_gigabytes_reads_a_few_megabytes(tmp_path: Path) -> None:
    path = make_video(tmp_path / "a.mp4", seconds=2, faststart=True)
    gap = 10 * 1024**3
    with path.open("r+b") as file:
        file.seek(0, 2)
        # A sparse `free` box of 64-bit size.
        file.write((1).to_bytes(4, "big") + b"free" + gap.to_bytes(8, "big"))
        file.truncate(file.tell() - 16 + gap)
    before = _bytes_read()
    media = probe(path)
    assert media.size_bytes > 10 * 1024**3
    assert _bytes_read() - before < 8 * 1024**2


def _bytes_read() -> int:
    return int(Path("/proc/self/io").read_text().split()[1])
