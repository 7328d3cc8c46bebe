"""What a file says about itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import pytest

from clipping.errors import UnreadableMedia
from clipping.rendering.measure.container import keyframe_checks, read_facts, top_level_boxes
from tests.support.media import make_video


def _box(name: bytes, content: bytes = b"", *, wide: bool = False, open_end: bool = False) -> bytes:
    if open_end:
        return bytes(4) + name + content
    if wide:
        return (1).to_bytes(4, "big") + name + (16 + len(content)).to_bytes(8, "big") + content
    return (8 + len(content)).to_bytes(4, "big") + name + content


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param(
            _box(b"ftyp", b"mp42") + _box(b"moov") + _box(b"mdat", bytes(99)),
            ("ftyp", "moov", "mdat"),
            id="plain",
        ),
        pytest.param(
            _box(b"mdat", bytes(50), wide=True) + _box(b"moov"),
            ("mdat", "moov"),
            id="sixty_four_bit_size",
        ),
        pytest.param(
            _box(b"moov") + _box(b"mdat", bytes(9), open_end=True),
            ("moov", "mdat"),
            id="to_the_end_of_the_file",
        ),
        pytest.param(
            _box(b"ftyp") + b"\x00\x00\x00\x03abcd" + bytes(40), ("ftyp",), id="impossible_size"
        ),
        pytest.param(_box(b"ftyp") + b"\x00\x00", ("ftyp",), id="cut_in_a_header"),
        pytest.param(b"", (), id="empty"),
        pytest.param(b"\x00\x00\x00\x10\xff\xfe\xfd\xfc" + bytes(8), (), id="no_box"),
    ],
)
def test_boxes_are_read_in_file_order(
    tmp_path: Path, data: bytes, expected: tuple[str, ...]
) -> None:
    path = tmp_path / "boxes.mp4"
    path.write_bytes(data)
    assert top_level_boxes(path) == expected


@pytest.mark.parametrize("faststart", [True, False])
def test_the_index_first_is_told_from_the_index_last(tmp_path: Path, faststart: bool) -> None:
    path = make_video(tmp_path / "clip.mp4", seconds=0.5, faststart=faststart)
    assert read_facts(path).moov_first == faststart


def test_a_file_of_another_container_has_no_index_first(tmp_path: Path) -> None:
    facts = read_facts(make_video(tmp_path / "clip.mkv", seconds=0.5))
    assert not facts.moov_first
    assert (facts.video_codec, facts.audio_codec) == ("h264", "aac")


def _coded(path: Path, sizes: Sequence[int], fps: int) -> Path:
    """A file whose pictures take that many bytes each; nobody could show them."""
    with av.open(str(path), "w") as output:
        stream = output.add_stream("mjpeg", rate=fps)
        stream.width, stream.height, stream.pix_fmt = 16, 16, "yuvj420p"
        for number, size in enumerate(sizes):
            packet = av.Packet(bytes(size))
            packet.stream, packet.time_base = stream, Fraction(1, fps)
            packet.pts = packet.dts = number
            packet.duration, packet.is_keyframe = 1, True
            output.mux(packet)
    return path


@pytest.mark.parametrize(
    ("sizes", "kbps"),
    [
        pytest.param([1_000] * 80, 80.0, id="even"),
        pytest.param([500] * 40 + [2_000] * 50 + [500] * 40, 160.0, id="heaviest_five_seconds"),
        pytest.param([500] * 60 + [51_500] + [500] * 60, 121.6, id="one_heavy_picture"),
        pytest.param([1_000] * 20, 80.0, id="shorter_than_five_seconds"),
        pytest.param([1_000], 0.0, id="one_picture_lasts_no_time"),
    ],
)
def test_the_highest_rate_is_that_of_the_heaviest_five_seconds(
    tmp_path: Path, sizes: list[int], kbps: float
) -> None:
    facts = read_facts(_coded(tmp_path / "coded.avi", sizes, fps=10))
    assert facts.peak_kbps == pytest.approx(kbps, rel=0.01)
    (check,) = [check for check in keyframe_checks(facts) if check.name == "peak_kbps"]
    assert check.passed
    heavy = replace(facts, peak_kbps=25_100.0)
    assert not keyframe_checks(heavy)[-1].passed


def test_what_is_no_video_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "notes.mp4"
    path.write_text("hello")
    with pytest.raises(UnreadableMedia, match=r"^notes\.mp4 cannot be opened as a video\.$"):
        read_facts(path)
