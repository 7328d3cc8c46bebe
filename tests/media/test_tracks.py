"""Tracks that come apart become one file, in step, whatever a stranger calls them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from clipping.errors import DiskFull, UnreadableMedia
from clipping.media import tracks
from clipping.media.ffmpeg import run_ffmpeg
from clipping.media.probe import probe
from clipping.media.tracks import join_tracks, joined_suffix
from tests.support.media import flash_times, make_video

SECONDS = 4


def _copied(source: Path, out: Path, *args: str) -> Path:
    run_ffmpeg(["-i", str(source), *args, "-c", "copy", str(out)], timeout_s=60)
    return out


def _mp4(talk: Path, folder: Path) -> list[Path]:
    return [_copied(talk, folder / "v.mp4", "-an"), _copied(talk, folder / "a.m4a", "-vn")]


def _ts_that_begin_late(talk: Path, folder: Path) -> list[Path]:
    late = ("-output_ts_offset", "100", "-muxdelay", "0")
    return [
        _copied(talk, folder / "v.ts", "-an", *late),
        _copied(talk, folder / "a.ts", "-vn", *late),
    ]


def _fragments_of_another_time(talk: Path, folder: Path) -> list[Path]:
    """As a player gets them: the clock of both began long before, each with its own first packet.

    Two frames are sent before they are shown, and AAC begins with 1024 samples of nothing.
    """
    flags = ("-movflags", "+frag_keyframe+empty_moov+default_base_moof")
    video = _copied(talk, folder / "v.mp4", "-an", *flags)
    audio = _copied(talk, folder / "a.mp4", "-vn", *flags)
    return [_begun_at(video, 50 * 90_000 - 6_000), _begun_at(audio, 50 * 48_000 - 1_024)]


def _begun_at(path: Path, ticks: int) -> Path:
    """Writes the one fragment's time (``tfdt``, ISO/IEC 14496-12) anew."""
    content = bytearray(path.read_bytes())
    assert content.count(b"tfdt") == 1
    place = content.index(b"tfdt") + 4
    assert content[place] == 1, "the time has 64 bits"
    content[place + 4 : place + 12] = ticks.to_bytes(8, "big")
    path.write_bytes(content)
    return path


def _ts_with_both(talk: Path, folder: Path) -> list[Path]:
    return [_copied(talk, folder / "both.ts")]


def _matroska(talk: Path, folder: Path) -> list[Path]:
    return [_copied(talk, folder / "v.mkv", "-an"), _copied(talk, folder / "a.mkv", "-vn")]


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A flash and a beep at once, every second."""
    return make_video(
        tmp_path_factory.mktemp("talk") / "talk.mp4", seconds=SECONDS, picture="flash"
    )


@pytest.mark.parametrize(
    "make", [_mp4, _ts_that_begin_late, _fragments_of_another_time, _ts_with_both, _matroska]
)
def test_joined_tracks_stay_in_step(
    make: Callable[[Path, Path], list[Path]], talk: Path, tmp_path: Path
) -> None:
    parts = make(talk, tmp_path)
    assert joined_suffix(parts) == ".mp4"
    out = tmp_path / "out.mp4"
    join_tracks(parts, out)
    media = probe(out)
    assert (media.container, media.video.codec, media.audio.codec) == ("mp4", "h264", "aac")
    assert abs(media.duration_ms - SECONDS * 1000) < 60
    flashes, beeps = _flashes(out), _beeps(out)
    assert len(flashes) == len(beeps) == len(flash_times(SECONDS))
    assert max(abs(a - b) for a, b in zip(flashes, beeps, strict=True)) < 0.034


def test_tracks_that_begin_apart_stay_apart(tmp_path: Path) -> None:
    late = make_video(tmp_path / "late.mkv", seconds=SECONDS, picture="flash", start_audio_ms=300)
    kept = ("-copyts", "-output_ts_offset", "100", "-muxdelay", "0")
    parts = [
        _copied(late, tmp_path / "v.ts", "-an", *kept),
        _copied(late, tmp_path / "a.ts", "-vn", *kept),
    ]
    out = tmp_path / "out.mp4"
    join_tracks(parts, out)
    flashes, beeps = _flashes(out), _beeps(out)
    assert max(abs(a - b) for a, b in zip(flashes, beeps, strict=True)) < 0.034


def test_what_players_do_not_expect_in_mp4_goes_into_matroska(tmp_path: Path) -> None:
    web = make_video(tmp_path / "talk.webm", seconds=1)
    assert joined_suffix([web]) == ".mkv"
    out = tmp_path / "out.mkv"
    join_tracks([web], out)
    media = probe(out)
    assert (media.container, media.video.codec, media.audio.codec) == ("mkv", "vp8", "opus")


def _flashes(path: Path) -> list[float]:
    found, lit = [], False
    with av.open(str(path)) as source:
        begin = float((source.start_time or 0) / av.time_base)
        for frame in source.decode(video=0):
            bright = float(frame.to_ndarray(format="gray").mean()) > 128
            if bright and not lit:
                found.append(float(frame.time or 0) - begin)
            lit = bright
    return found


def _beeps(path: Path) -> list[float]:
    found: list[float] = []
    with av.open(str(path)) as source:
        begin = float((source.start_time or 0) / av.time_base)
        for frame in source.decode(audio=0):
            samples = np.abs(frame.to_ndarray().reshape(-1).astype(np.float64))
            loud = np.flatnonzero(samples > 0.2)
            if not len(loud):
                continue
            time = float(frame.time or 0) + loud[0] / frame.sample_rate - begin
            if not found or time - found[-1] > 0.5:
                found.append(time)
    return found


HOSTILE: tuple[tuple[str, bytes], ...] = (
    ("a playlist", b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://127.0.0.1:9/a.ts\n"),
    ("a list of files", b"ffconcat version 1.0\nfile /etc/passwd\n"),
    ("a manifest", b'<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"></MPD>'),
    ("session data", b"v=0\no=- 0 0 IN IP4 127.0.0.1\nm=video 9 RTP/AVP 96\n"),
    ("a picture's name", b"%03d.png"),
    ("nothing", b""),
    ("a page", b"<html><body>Sign in</body></html>" * 20),
)


@pytest.mark.parametrize("content", [case[1] for case in HOSTILE], ids=[c[0] for c in HOSTILE])
@pytest.mark.parametrize("suffix", [".mp4", ".m3u8", ".ts"])
def test_a_file_that_is_no_media_is_never_given_to_ffmpeg(
    content: bytes, suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: Any, **__: Any) -> None:
        raise AssertionError("ffmpeg was started")

    monkeypatch.setattr(tracks, "run_ffmpeg", never)
    monkeypatch.setattr("av.open", never)
    path = tmp_path / f"video{suffix}"
    path.write_bytes(content)
    with pytest.raises(UnreadableMedia, match="neither video nor sound"):
        join_tracks([path], tmp_path / "out.mp4")


def test_ffmpeg_is_held_to_files_and_to_the_reader_that_fits(
    talk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[list[str]] = []
    monkeypatch.setattr(tracks, "run_ffmpeg", lambda args, **_: seen.append(list(args)))
    join_tracks([talk], tmp_path / "out.mp4")
    before = seen[0][: seen[0].index("-i")]
    assert before[:4] == ["-protocol_whitelist", "file", "-f", "mov"]
    assert seen[0][seen[0].index("-i") + 1].startswith("file:/")


def test_a_damaged_track_is_told_as_such(talk: Path, tmp_path: Path) -> None:
    broken = tmp_path / "v.mp4"
    broken.write_bytes(talk.read_bytes()[:300] + bytes(3_000))
    with pytest.raises(UnreadableMedia, match="damaged"):
        join_tracks([broken], tmp_path / "out.mp4")


def test_a_full_disk_stays_one(talk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise DiskFull("The disk is full.")

    monkeypatch.setattr(tracks, "run_ffmpeg", full)
    with pytest.raises(DiskFull):
        join_tracks([talk], tmp_path / "out.mp4")
