"""What a file says about itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from clipping.errors import UnreadableMedia
from clipping.rendering.measure.container import read_facts, top_level_boxes
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


def test_what_is_no_video_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "notes.mp4"
    path.write_text("hello")
    with pytest.raises(UnreadableMedia, match=r"^notes\.mp4 cannot be opened as a video\.$"):
        read_facts(path)
