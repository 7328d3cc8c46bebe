"""Decoded sound lies on the source clock, whatever the file does with its timestamps."""

from __future__ import annotations

import tracemalloc
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from numpy.typing import NDArray

from clipping.errors import UnreadableMedia
from clipping.media.clock import SampleLine
from clipping.media.decode import read_speech, speech_chunks
from clipping.media.ffmpeg import run_ffmpeg
from clipping.media.probe import probe
from clipping.timing import TimeSpan
from tests.media.damage import fragmented, live_matroska
from tests.support.media import flash_times, make_long_video, make_video

RATE = 16_000
SMALL = (64, 36)
"""Of pictures that nobody looks at."""
STARTS = [
    pytest.param({}, id="together"),
    pytest.param({"start_audio_ms": 300}, id="sound late"),
    pytest.param({"start_video_ms": 300}, id="picture late"),
    pytest.param({"start_video_ms": 5000, "start_audio_ms": 5250}, id="both late, sound more"),
    pytest.param({"start_video_ms": 5250, "start_audio_ms": 5000}, id="both late, picture more"),
]


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv", ".webm"])
@pytest.mark.parametrize("starts", STARTS)
def test_beeps_are_heard_at_their_times_on_the_source_clock_in_the_whole_and_in_a_span(
    tmp_path: Path, suffix: str, starts: dict[str, Any]
) -> None:
    path = make_video(tmp_path / f"a{suffix}", seconds=6, picture="flash", size=SMALL, **starts)
    media = probe(path)
    whole = read_speech(path, media)
    assert len(whole) == media.duration_ms * RATE // 1000
    assert _onsets(whole) == pytest.approx(_beeps(6, starts), abs=0.003)
    span = TimeSpan(start_ms=3_210, end_ms=5_432)
    samples = read_speech(path, media, span=span)
    assert len(samples) == span.end_ms * RATE // 1000 - span.start_ms * RATE // 1000
    expected = [time - 3.21 for time in _beeps(6, starts) if 3.21 < time < 5.43]
    assert _onsets(samples) == pytest.approx(expected, abs=0.003)
    # Lossy decoders converge to the same samples after a seek, up to rounding to milliseconds.
    same = whole[3_210 * 16 : 5_432 * 16]
    assert _loudness(samples) == pytest.approx(_loudness(same), abs=0.02)


@pytest.mark.parametrize("rate", [8_000, 16_000, 22_050, 48_000])
def test_any_rate_keeps_the_times(tmp_path: Path, rate: int) -> None:
    path = make_video(
        tmp_path / "a.mp4", seconds=4, picture="flash", size=SMALL, sample_rate=44_100
    )
    samples = read_speech(path, probe(path), rate_hz=rate)
    assert len(samples) == pytest.approx(4 * rate, abs=rate / 500)
    assert _onsets(samples, rate) == pytest.approx(_beeps(4, {}), abs=0.003)


@pytest.mark.parametrize(
    ("channels", "loud"),
    [
        pytest.param(1, 0, id="mono"),
        pytest.param(2, 0, id="stereo, left only"),
        pytest.param(2, 1, id="stereo, right only"),
        pytest.param(6, 2, id="5.1, centre only"),
        pytest.param(6, 4, id="5.1, surround only"),
    ],
)
def test_every_speaking_channel_is_heard_in_mono(tmp_path: Path, channels: int, loud: int) -> None:
    sound = np.zeros((96_000, channels), np.float32)
    sound[24_000:48_000, loud] = 0.5 * np.sin(np.arange(24_000) / 8)
    path = make_video(tmp_path / "a.mp4", seconds=2, size=SMALL, audio=sound, channels=channels)
    assert probe(path).audio.channels == channels
    samples = read_speech(path, probe(path)).astype(np.float64)
    assert np.abs(samples[9_000:15_000]).max() > 1_000
    assert np.abs(samples[20_000:]).max() < 50


def test_a_gap_in_the_sound_is_silence_of_its_length(tmp_path: Path) -> None:
    path = _with_gap(tmp_path, 1.2, 2.7)
    media = probe(path)
    samples = read_speech(path, media)
    assert len(samples) == media.duration_ms * 16
    assert _onsets(samples) == pytest.approx([0.5, 3.5, 4.5], abs=0.003)
    assert np.abs(samples[int(1.3 * RATE) : int(2.6 * RATE)]).max() == 0


def test_sound_that_drifts_against_its_timestamps_follows_the_timestamps(tmp_path: Path) -> None:
    """A recorder whose sound card runs 2 % slow: 10 s of samples under 10.2 s of timestamps."""
    path = _stretched(tmp_path, Fraction(102, 100))
    expected = [1.02 * time for time in _beeps(10, {})]
    found = _onsets(read_speech(path, probe(path)))
    assert found == pytest.approx(expected, abs=0.03)


def test_sound_that_changes_its_format_on_the_way_stays_in_time(tmp_path: Path) -> None:
    parts = [
        make_video(
            tmp_path / f"{n}.mp4", seconds=2, picture="flash", sample_rate=48_000, channels=n
        )
        for n in (1, 2)
    ]
    listing = tmp_path / "list.txt"
    listing.write_text("".join(f"file '{part}'\n" for part in parts))
    path = tmp_path / "a.mkv"
    run_ffmpeg(
        ["-f", "concat", "-safe", "0", "-i", str(listing), "-c", "copy", str(path)], timeout_s=60
    )
    samples = read_speech(path, probe(path))
    assert _onsets(samples) == pytest.approx([0.5, 1.5, 2.5, 3.5], abs=0.03)


@pytest.mark.parametrize(
    "codec", ["pcm_s16le", "pcm_f32le", "flac", "libmp3lame", "ac3", "libopus"]
)
def test_the_usual_codecs_are_all_read(tmp_path: Path, codec: str) -> None:
    first = make_video(tmp_path / "a.mp4", seconds=3, picture="flash", size=SMALL, channels=2)
    path = tmp_path / ("b.mov" if codec == "pcm_s16le" else "b.mkv")
    run_ffmpeg(["-i", str(first), "-c:v", "copy", "-c:a", codec, str(path)], timeout_s=60)
    samples = read_speech(path, probe(path))
    # Some encoders put a delay in front that the container does not declare.
    assert _onsets(samples) == pytest.approx(_beeps(3, {}), abs=0.03)


@pytest.mark.parametrize("kind", ["fragmented", "live"])
def test_recordings_without_an_index_are_entered_at_the_right_place(
    tmp_path: Path, kind: str
) -> None:
    whole = make_video(tmp_path / "a.mp4", seconds=20, picture="flash", keyframe_every=30)
    make = fragmented if kind == "fragmented" else live_matroska
    path = make(tmp_path / ("b.mp4" if kind == "fragmented" else "b.mkv"), whole)
    media = probe(path)
    samples = read_speech(path, media, span=TimeSpan(start_ms=15_000, end_ms=18_000))
    whole_film = _onsets(read_speech(path, media))
    assert len(whole_film) == 20
    expected = [time - 15 for time in whole_film if 15 < time < 18]
    assert _onsets(samples) == pytest.approx(expected, abs=0.003)


def test_chunks_have_one_length_and_join_to_the_whole(tmp_path: Path) -> None:
    path = make_video(tmp_path / "a.mp4", seconds=3.3, start_audio_ms=400)
    media = probe(path)
    chunks = list(speech_chunks(path, media, chunk_ms=500))
    assert {len(chunk) for chunk in chunks[:-1]} == {8_000}
    assert 0 < len(chunks[-1]) <= 8_000
    assert np.array_equal(np.concatenate(chunks), read_speech(path, media))
    assert all(chunk.dtype == np.int16 for chunk in chunks)


def test_a_long_source_is_streamed_in_little_memory(tmp_path: Path) -> None:
    path = make_long_video(tmp_path / "a.mp4", minutes=10, fps=2, size=(64, 36), sample_rate=8_000)
    media = probe(path)
    tracemalloc.start()
    count = sum(len(chunk) for chunk in speech_chunks(path, media))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == media.duration_ms * 16
    assert peak < 4 * 1024**2, "the whole would be 19 MB"


def test_giving_up_half_way_closes_the_file(tmp_path: Path) -> None:
    path = make_video(tmp_path / "a.mp4", seconds=3)
    before = len(list(Path("/dev/fd").iterdir()))
    chunks: Any = speech_chunks(path, probe(path), chunk_ms=100)
    next(chunks)
    chunks.close()
    assert len(list(Path("/dev/fd").iterdir())) == before


def test_sound_damaged_in_the_middle_is_silence_there(tmp_path: Path) -> None:
    path = make_video(tmp_path / "a.mkv", seconds=6, picture="flash")
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + len(data) // 10] = b"\xff" * (len(data) // 10)
    path.write_bytes(data)
    media = probe(path)
    found = _onsets(read_speech(path, media))
    assert found[0] == pytest.approx(0.5, abs=0.003)
    assert found[-1] == pytest.approx(5.5, abs=0.003)


def test_sound_of_which_nothing_can_be_decoded_is_refused(tmp_path: Path) -> None:
    path = make_video(tmp_path / "a.mkv", seconds=1)
    media = probe(path)
    broken = tmp_path / "b.mkv"
    with av.open(str(path)) as source, av.open(str(broken), "w", format="matroska") as output:
        streams = [output.add_stream_from_template(stream) for stream in source.streams]
        for packet in source.demux():
            if packet.dts is None:
                continue
            kept = packet
            if packet.stream.type == "audio":
                kept = av.Packet(b"\xab" * 40)
                kept.pts, kept.dts, kept.time_base = packet.pts, packet.dts, packet.time_base
                kept.is_keyframe = True
            kept.stream = streams[packet.stream_index]
            output.mux(kept)
    with pytest.raises(UnreadableMedia, match="sound that cannot be decoded"):
        read_speech(broken, media)


def test_a_file_that_was_exchanged_is_noticed(tmp_path: Path) -> None:
    path = make_video(tmp_path / "talk.mp4", seconds=1)
    media = probe(path)
    make_video(path, seconds=1, audio=None)
    with pytest.raises(UnreadableMedia, match="not the file any more that was probed"):
        read_speech(path, media)


def test_a_file_that_went_away_is_named(tmp_path: Path) -> None:
    path = make_video(tmp_path / "talk.mp4", seconds=1)
    media = probe(path)
    path.unlink()
    with pytest.raises(UnreadableMedia, match=r"There is no file .*talk\.mp4"):
        read_speech(path, media)


def test_frames_are_resampled_together_because_each_call_costs_more_than_decoding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []

    class CountingResampler:
        def __init__(self, *given: Any, **named: Any) -> None:
            self._real = AudioResampler(*given, **named)

        def resample(self, frame: AudioFrame | None) -> list[AudioFrame]:
            calls.append(frame.samples if frame else 0)
            return self._real.resample(frame)

    monkeypatch.setattr("clipping.media.clock.AudioResampler", CountingResampler)
    path = make_video(tmp_path / "a.mp4", seconds=4)
    read_speech(path, probe(path))
    assert sum(calls) >= 4 * 48_000
    assert len(calls) < 20


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        pytest.param([], [0, 0, 0, 0, 0, 0], id="nothing"),
        pytest.param([(10, [1, 2, 3, 4, 5, 6])], [1, 2, 3, 4, 5, 6], id="exact"),
        pytest.param([(8, [1, 2, 3, 4])], [3, 4, 0, 0, 0, 0], id="begins before"),
        pytest.param([(13, [1, 2, 3, 4, 5])], [0, 0, 0, 1, 2, 3], id="ends after"),
        pytest.param([(10, [1, 1, 1]), (12, [2, 2])], [1, 1, 1, 2, 0, 0], id="overlap"),
        pytest.param([(10, [1]), (14, [2])], [1, 0, 0, 0, 2, 0], id="gap"),
        pytest.param([(99, [1])], [0, 0, 0, 0, 0, 0], id="behind"),
        pytest.param([(2, [1])], [0, 0, 0, 0, 0, 0], id="before"),
    ],
)
def test_pieces_are_laid_where_they_belong(
    pieces: list[tuple[int, list[int]]], expected: list[int]
) -> None:
    line = SampleLine(first=10, last=16, chunk=4)
    chunks: list[NDArray[np.int16]] = []
    for at, samples in pieces:
        chunks += line.put(at, np.array(samples, np.int16))
    chunks += line.finish()
    assert [len(chunk) for chunk in chunks] == [4, 2]
    assert np.concatenate(chunks).tolist() == expected


def _beeps(seconds: float, starts: dict[str, Any]) -> list[float]:
    """On the source clock, as promised by the maker of the video."""
    picture, sound = starts.get("start_video_ms", 0), starts.get("start_audio_ms", 0)
    begin = min(picture, sound) / 1000
    return [
        float(time) - begin
        for time in flash_times(seconds, start_video_ms=picture)
        if sound / 1000 <= time < sound / 1000 + seconds
    ]


def _onsets(samples: NDArray[np.int16], rate: int = RATE) -> list[float]:
    found: list[float] = []
    last = -1.0
    for time in (np.flatnonzero(np.abs(samples.astype(np.int32)) > 3_000) / rate).tolist():
        if time - last > 0.3:
            found.append(time)
        last = time
    return found


def _loudness(samples: NDArray[np.int16]) -> list[float]:
    """Root mean square of each 20 ms, 0..1."""
    blocks = samples[: len(samples) // 320 * 320].reshape(-1, 320).astype(np.float64) / 32_768
    return list(np.sqrt((blocks**2).mean(axis=1)))


def _with_gap(folder: Path, start_s: float, end_s: float) -> Path:
    return _rewritten(folder, lambda time: None if start_s < time < end_s else time, seconds=5)


def _stretched(folder: Path, factor: Fraction) -> Path:
    return _rewritten(folder, lambda time: time * factor, seconds=10)


def _rewritten(folder: Path, retime: Any, seconds: int) -> Path:
    """A video whose sound packets are dropped or moved by their time."""
    whole = make_video(folder / "whole.mp4", seconds=seconds, picture="flash", size=SMALL)
    path = folder / "a.mkv"
    with av.open(str(whole)) as source, av.open(str(path), "w", format="matroska") as output:
        streams = [output.add_stream_from_template(stream) for stream in source.streams]
        for packet in source.demux():
            # Without the priming before 0, for which everything would be moved.
            if packet.dts is None or packet.pts is None or packet.pts < 0:
                continue
            if packet.stream.type == "audio":
                time = retime(packet.pts * packet.time_base)
                if time is None:
                    continue
                packet.pts = packet.dts = round(time / packet.time_base)
            packet.stream = streams[packet.stream_index]
            output.mux(packet)
    return path
