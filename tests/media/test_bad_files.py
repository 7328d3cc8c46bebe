"""Every way in which a file is not a video that can be clipped gets one clear sentence."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from clipping.errors import UnreadableMedia
from clipping.media.ffmpeg import run_ffmpeg
from clipping.media.probe import probe
from tests.media.damage import (
    blank_tail,
    box_sizes,
    cut,
    fragmented,
    live_matroska,
    with_cover_only,
)
from tests.support.media import make_video


def _folder(path: Path) -> Path:
    path.mkdir()
    return path


def _written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def _fifo(path: Path) -> Path:
    os.mkfifo(path)
    return path


def _loop(path: Path) -> Path:
    path.symlink_to(path)
    return path


@pytest.mark.parametrize(
    ("make", "words"),
    [
        pytest.param(lambda d: d / "talk.mp4", "There is no file .*talk.mp4", id="missing"),
        pytest.param(
            lambda d: _written(d / "x", b"x") / "talk.mp4", "There is no file", id="below a file"
        ),
        pytest.param(lambda d: d / ("x" * 300 + ".mp4"), "cannot be read: File name", id="long"),
        pytest.param(lambda d: d / "a\0b.mp4", "holds no null character", id="null character"),
        pytest.param(lambda d: _folder(d / "talk.mp4"), "talk.mp4 is a folder", id="folder"),
        pytest.param(lambda d: _written(d / "talk.mp4", b""), "talk.mp4 is empty", id="empty"),
        pytest.param(lambda d: _fifo(d / "talk.mp4"), "not a regular file", id="pipe"),
        pytest.param(lambda d: _loop(d / "talk.mp4"), "talk.mp4 cannot be read", id="link loop"),
        pytest.param(
            lambda d: _written(d / "talk.mp4", "Guten Tag, schöne Welt!\n".encode() * 300),
            "talk.mp4 is not a video: its content is text",
            id="text",
        ),
        pytest.param(lambda d: _written(d / "a.mp4", b"x"), "its content is text", id="one byte"),
        pytest.param(
            lambda d: _written(d / "a.mp4", bytes(5000)), "is not an MP4, MOV", id="zeros"
        ),
        pytest.param(
            lambda d: _written(d / "a.mp4", bytes(range(256)) * 40), "is not an MP4", id="noise"
        ),
        pytest.param(
            lambda d: _written(d / "a.mp4", b"RIFF\0\0\0\0AVI LIST" + bytes(999)),
            "is an AVI file",
            id="avi",
        ),
        pytest.param(
            lambda d: _written(d / "a.mp4", b"\x89PNG\r\n\x1a\n" + bytes(999)),
            "is a PNG picture",
            id="png",
        ),
        pytest.param(
            lambda d: _written(d / "a.mp4", (b"\x47" + bytes(187)) * 9),
            "transport stream",
            id="transport stream",
        ),
        pytest.param(
            lambda d: _written(d / "a.mp4", b"\0\0\0\x18ftypisom\0\0\2\0isommp41"),
            "its index is missing",
            id="only a brand",
        ),
        pytest.param(
            lambda d: _written(d / "a.mkv", bytes.fromhex("1a45dfa3 87 4282 84") + b"webm"),
            "cut short|cannot be read as a video",
            id="only an EBML head",
        ),
    ],
)
def test_what_is_no_video_is_refused(
    tmp_path: Path, make: Callable[[Path], Path], words: str
) -> None:
    _refused(make(tmp_path), words)


@pytest.mark.parametrize("share", [0.3, 0.6, 0.97])
@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv", ".webm"])
def test_a_file_cut_anywhere_is_refused(tmp_path: Path, suffix: str, share: float) -> None:
    path = make_video(tmp_path / f"talk{suffix}", seconds=4)
    probe(path)
    _refused(cut(path, share), "cut short")


@pytest.mark.parametrize("share", [0.05, 0.3, 0.6, 0.97])
def test_a_cut_file_with_its_index_in_front_is_refused(tmp_path: Path, share: float) -> None:
    path = make_video(tmp_path / "talk.mp4", seconds=4, faststart=True)
    assert [kind for kind, _ in box_sizes(path)][1] == b"moov"
    probe(path)
    _refused(cut(path, share), "cut short")


def test_the_sentence_says_where_a_cut_file_ends(tmp_path: Path) -> None:
    path = make_video(tmp_path / "talk.mp4", seconds=10, faststart=True)
    _refused(cut(path, 0.5), r"ends at 0:0[3-6]\.\d\d\d of 0:10\.\d\d\d; copy or download")


def test_a_file_of_which_the_end_was_never_written_is_refused(tmp_path: Path) -> None:
    path = make_video(tmp_path / "talk.mp4", seconds=4, faststart=True)
    _refused(blank_tail(path, 0.6), "its end holds no data")


def test_a_fragmented_download_cut_short_is_refused_by_its_own_index(tmp_path: Path) -> None:
    whole = make_video(tmp_path / "a.mp4", seconds=12, keyframe_every=30)
    path = fragmented(tmp_path / "talk.mp4", whole, "dash+global_sidx")
    probe(path)
    _refused(cut(path, 0.5), "cut short")


def test_a_recording_that_stopped_in_a_fragment_is_whole_up_to_there(tmp_path: Path) -> None:
    whole = make_video(tmp_path / "a.mp4", seconds=8, keyframe_every=30)
    path = cut(fragmented(tmp_path / "talk.mp4", whole), 0.6)
    assert 3500 < probe(path).duration_ms < 6000


def test_a_live_recording_that_stopped_is_whole_up_to_there(tmp_path: Path) -> None:
    whole = make_video(tmp_path / "a.mp4", seconds=8)
    path = cut(live_matroska(tmp_path / "talk.mkv", whole), 0.6)
    assert 3500 < probe(path).duration_ms < 6000


def test_a_video_without_sound_is_refused(tmp_path: Path) -> None:
    path = make_video(tmp_path / "talk.mp4", seconds=0.5, audio=None)
    _refused(path, "talk.mp4 has no audio track")


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_sound_without_a_picture_is_refused(tmp_path: Path, suffix: str) -> None:
    path = make_video(tmp_path / f"talk{suffix}", seconds=0.5, picture=None)
    _refused(path, "has no video track")


@pytest.mark.parametrize("suffix", [".mp4", ".m4a", ".mkv"])
def test_a_cover_picture_is_no_video_track(tmp_path: Path, suffix: str) -> None:
    cover = tmp_path / "cover.jpg"
    run_ffmpeg(["-f", "lavfi", "-i", "testsrc", "-frames:v", "1", str(cover)], timeout_s=60)
    sound = make_video(tmp_path / "sound.mp4", seconds=0.5, picture=None)
    path = with_cover_only(tmp_path / f"talk{suffix}", sound, cover)
    _refused(path, "has no video track, only a cover picture")


def test_a_picture_that_cannot_be_decoded_is_refused(tmp_path: Path) -> None:
    path = make_video(tmp_path / "talk.mp4", seconds=1)
    (at, size) = next(
        (sum(size for _, size in box_sizes(path)[:index]), size)
        for index, (kind, size) in enumerate(box_sizes(path))
        if kind == b"mdat"
    )
    data = bytearray(path.read_bytes())
    data[at + 8 : at + size] = b"\xab" * (size - 8)
    path.write_bytes(data)
    _refused(path, r"picture that cannot be decoded \(h264\)")


def test_a_length_of_days_is_taken_for_damage(tmp_path: Path) -> None:
    path = make_video(tmp_path / "talk.mp4", seconds=2)
    data = bytearray(path.read_bytes())
    # The time scale of the first track, 12 bytes into its media header: 1 a second, not 90,000.
    scale = data.index(b"mdhd") + 4 + 12
    assert int.from_bytes(data[scale : scale + 4], "big") == 90_000
    data[scale : scale + 4] = (1).to_bytes(4, "big")
    # Without the edit lists, which would cut it to size again.
    path.write_bytes(data.replace(b"edts", b"free"))
    _refused(path, r"is damaged: it claims to run for 5\d hours")


def test_a_file_that_may_not_be_read_is_refused(tmp_path: Path) -> None:
    path = make_video(tmp_path / "talk.mp4", seconds=0.5)
    path.chmod(0)
    owner = os.geteuid()
    if owner == 0:
        # To root nothing is forbidden.
        os.seteuid(65534)
    try:
        _refused(path, "talk.mp4 may not be read; check its permissions")
    finally:
        os.seteuid(owner)


def test_a_name_that_is_not_unicode_can_still_be_shown(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"caf\xe9\n.mp4")
    try:
        path.write_bytes(b"")
    except OSError:
        pytest.skip("this file system takes only Unicode names")
    with pytest.raises(UnreadableMedia) as caught:
        probe(path)
    assert str(caught.value).encode() == "caf\ufffd .mp4 is empty.".encode()


def _refused(path: Path, words: str) -> None:
    with pytest.raises(UnreadableMedia, match=words) as caught:
        probe(path)
    message = str(caught.value)
    assert message.endswith(".")
    assert "\n" not in message
