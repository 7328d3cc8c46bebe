"""The clip's sound before it is encoded, and the level that is decided for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from clipping.errors import NeedsPerson
from clipping.media.ffmpeg import run_ffmpeg
from clipping.media.probe import probe
from clipping.models import Loudness
from clipping.rendering.grid import snap
from clipping.rendering.loudness import Levels, measure
from clipping.rendering.sound import RATE_HZ, Soundtrack, encode, soundtrack
from clipping.settings import settings
from clipping.timing import TimeSpan
from tests.support.media import make_video

Samples = NDArray[np.float32]


def _track(path: Path, start_ms: int, end_ms: int, *mutes: tuple[int, int]) -> Soundtrack:
    media = probe(path)
    cut = snap(TimeSpan(start_ms=start_ms, end_ms=end_ms), media)
    spans = [TimeSpan(start_ms=start, end_ms=end) for start, end in mutes]
    return soundtrack(path, media, cut, spans, fade_ms=15)


def _measure(
    path: Path,
    span: TimeSpan,
    mutes: Sequence[TimeSpan] = (),
    *,
    denoise: bool = False,
    keep: Path | None = None,
) -> Loudness:
    media = probe(path)
    return measure(path, media, snap(span, media), mutes, denoise=denoise, keep=keep)


def _heard(track: Soundtrack, loudness: Loudness | None = None) -> Samples:
    """Both channels of the filtered sound, shape (samples, 2)."""
    args = [
        *track.input_args(),
        *("-filter_complex", track.filters(0, loudness, "[a]"), "-map", "[a]"),
        *("-f", "f32le", "pipe:1"),
    ]
    raw = run_ffmpeg(args, timeout_s=60, capture_stdout=True).stdout
    return np.frombuffer(raw, np.float32).reshape(-1, 2)


def _levels(path: Path) -> Levels:
    """As ffmpeg's own meter hears the encoded file."""
    meter = ["-af", "ebur128=peak=true:framelog=quiet", "-f", "null", "-"]
    summary = run_ffmpeg(["-i", str(path), *meter], timeout_s=60).log.rpartition("Summary:")[2]
    words = summary.split()
    return Levels(float(words[words.index("I:") + 1]), float(words[words.index("Peak:") + 1]))


def _buzz(seconds: float, rate: int = RATE_HZ) -> Samples:
    """A square wave of 2 kHz: as loud in every quarter of a millisecond."""
    time = np.arange(round(seconds * rate)) / rate
    return (0.2 * np.sign(np.sin(2 * np.pi * 2_000 * time + 0.1))).astype(np.float32)


@pytest.mark.parametrize(
    ("suffix", "rate"), [(".mp4", 48_000), (".mp4", 44_100), (".mkv", 16_000), (".webm", 48_000)]
)
def test_a_mute_is_silent_and_leaves_what_is_outside_alone(
    tmp_path: Path, suffix: str, rate: int
) -> None:
    source = make_video(
        tmp_path / f"source{suffix}", size=(64, 36), audio=_buzz(4, rate), sample_rate=rate
    )
    planned = ((123, 456), (700, 731), (1_000, 1_400))
    muted = np.abs(_heard(_track(source, 1_000, 3_000, *planned))[:, 0])
    plain = np.abs(_heard(_track(source, 1_000, 3_000))[:, 0])
    for start_ms, end_ms in planned:
        # Silent from 2 ms after its start to 2 ms before its end, untouched outside.
        assert muted[(start_ms + 2) * 48 : (end_ms - 2) * 48].max() == 0
        for outside in (
            slice((start_ms - 9) * 48, start_ms * 48),
            slice(end_ms * 48, (end_ms + 9) * 48),
        ):
            assert np.array_equal(muted[outside], plain[outside])
            assert muted[outside].max() > 0.05


def test_a_mute_up_to_either_end_is_silent_there(tmp_path: Path) -> None:
    source = make_video(tmp_path / "source.mp4", size=(64, 36), audio=_buzz(3))
    heard = np.abs(_heard(_track(source, 1_000, 2_000, (0, 300), (800, 1_000)))[:, 0])
    assert heard[2 * 48 : 298 * 48].max() == 0
    assert heard[802 * 48 : 998 * 48].max() == 0
    assert heard[310 * 48 : 790 * 48].max() > 0.1


@pytest.mark.parametrize(
    ("start_ms", "silent", "loud"),
    [
        pytest.param(0, (0, 690), (720, 1_980), id="starts_late"),
        pytest.param(2_000, (730, 2_000), (20, 680), id="ends_early"),
        pytest.param(3_000, (0, 2_000), None, id="is_over"),
    ],
)
def test_missing_sound_is_silence_of_the_right_length(
    tmp_path: Path, start_ms: int, silent: tuple[int, int], loud: tuple[int, int] | None
) -> None:
    source = make_video(
        tmp_path / "source.mp4", seconds=5, size=(64, 36), audio=_buzz(2), start_audio_ms=700
    )
    heard = np.abs(_heard(_track(source, start_ms, start_ms + 2_000))[:, 0])
    assert len(heard) == 2 * RATE_HZ
    assert heard[silent[0] * 48 : silent[1] * 48].max() < 0.01
    if loud is not None:
        assert heard[loud[0] * 48 : loud[1] * 48].max() > 0.1


def test_a_gap_in_the_track_moves_nothing_behind_it(tmp_path: Path) -> None:
    whole = make_video(tmp_path / "whole.mkv", seconds=4, size=(64, 36), audio=_buzz(4))
    gappy = tmp_path / "gappy.mkv"
    cut_out = ["-af", "aselect='not(between(t,1.5,1.95))'", "-c:v", "copy", "-c:a", "pcm_s16le"]
    run_ffmpeg(["-i", str(whole), *cut_out, str(gappy)], timeout_s=30)
    heard = np.abs(_heard(_track(gappy, 1_000, 3_000))[:, 0])
    quiet = np.flatnonzero(np.convolve(heard, np.ones(48) / 48, "same") < 0.02)
    middle = quiet[(quiet > 100 * 48) & (quiet < 1_900 * 48)]
    # Decoded frames are cut out whole: 1024 samples, 21.3 ms.
    assert middle.min() / 48 == pytest.approx(510, abs=25)
    assert middle.max() / 48 == pytest.approx(960, abs=25)


def test_both_ends_fade_and_the_level_filters_keep_the_place(tmp_path: Path) -> None:
    source = make_video(tmp_path / "source.mp4", size=(64, 36), audio=_buzz(3))
    track = _track(source, 1_000, 2_000, (400, 600))
    plain = _heard(track)[:, 0].astype(float)
    levelled = _heard(track, Loudness(gain_db=-6.0, measured_lufs=-14))[:, 0].astype(float)
    assert abs(plain[0]) < 0.001
    assert abs(plain[-1]) < 0.02
    assert len(levelled) == len(plain) == RATE_HZ
    size = 1 << 17
    product = np.fft.rfft(levelled, size) * np.conj(np.fft.rfft(plain, size))
    shift = int(np.argmax(np.fft.irfft(product, size)))
    assert shift in (0, 1, size - 1)
    assert np.sqrt(np.mean(levelled**2) / np.mean(plain**2)) == pytest.approx(0.5, rel=0.03)


def _speech(seconds: float, rate: int, level: float, click: float = 0.0) -> Samples:
    """Syllables and pauses with the crest factor of speech; clicks stand out far above."""
    noise = np.random.default_rng(7)
    time = np.arange(round(seconds * rate)) / rate
    syllables = np.clip(np.sin(2 * np.pi * 3.1 * time), 0, 1) ** 2
    phrases = np.sin(2 * np.pi * 0.4 * time) > -0.6
    voice = np.sin(2 * np.pi * 180 * time) + 0.5 * np.sin(2 * np.pi * 900 * time)
    samples = syllables * phrases * (voice + 0.2 * noise.standard_normal(len(time)))
    samples *= level / np.abs(samples).max()
    length = rate // 250
    for first in range(rate // 3, len(time) - length, rate):
        samples[first : first + length] += (
            click * np.hanning(length) * noise.standard_normal(length)
        )
    return np.clip(samples, -1, 1).astype(np.float32)


@pytest.mark.parametrize(
    ("level", "click", "rate", "channels"),
    [
        pytest.param(0.3, 0.0, 48_000, 1, id="normal"),
        pytest.param(3.0, 0.0, 48_000, 2, id="clipped"),
        pytest.param(0.05, 0.15, 48_000, 1, id="quiet_and_peaky"),
        pytest.param(0.2, 0.0, 8_000, 1, id="telephone"),
        pytest.param(0.2, 0.0, 96_000, 2, id="studio"),
        pytest.param(0.2, 0.0, 48_000, 6, id="surround"),
    ],
)
def test_speech_comes_to_target_without_peaks(
    tmp_path: Path, level: float, click: float, rate: int, channels: int
) -> None:
    samples = np.repeat(_speech(5, rate, level, click)[:, None], channels, axis=1)
    source = make_video(
        tmp_path / "source.mp4",
        seconds=5,
        size=(64, 36),
        audio=samples if channels > 1 else samples[:, 0],
        sample_rate=rate,
        channels=channels,
    )
    span = TimeSpan(start_ms=500, end_ms=4_500)
    kept = tmp_path / "kept.m4a"
    loudness = _measure(source, span, keep=kept)
    heard = _levels(kept)
    assert heard.lufs == pytest.approx(-14, abs=0.3)
    assert heard.peak_dbtp <= -1
    assert loudness.peak_limit_dbtp <= -2


def test_the_kept_sound_is_what_encoding_the_decision_gives(tmp_path: Path) -> None:
    samples = _speech(5, RATE_HZ, 0.1, 0.9)
    source = make_video(tmp_path / "source.mp4", seconds=5, size=(64, 36), audio=samples)
    kept, again = tmp_path / "kept.m4a", tmp_path / "again.m4a"
    mute = [TimeSpan(start_ms=1_000, end_ms=1_300)]
    span = TimeSpan(start_ms=500, end_ms=4_500)
    loudness = _measure(source, span, mute, denoise=True, keep=kept)
    track = replace(_track(source, 500, 4_500, (1_000, 1_300)), denoise=True)
    encode(track, loudness, again)
    assert kept.read_bytes() == again.read_bytes()


@pytest.mark.parametrize(
    ("audio", "gain_db"),
    [
        pytest.param("silence", 0.0, id="digital_silence"),
        pytest.param(_speech(4, RATE_HZ, 0.004), 30.0, id="whisper_of_a_far_microphone"),
    ],
)
def test_next_to_nothing_is_not_blown_up(tmp_path: Path, audio: Any, gain_db: float) -> None:
    source = make_video(tmp_path / "source.mp4", size=(64, 36), audio=audio)
    kept = tmp_path / "kept.m4a"
    span = TimeSpan(start_ms=500, end_ms=3_500)
    loudness = _measure(source, span, keep=kept)
    assert loudness.gain_db == gain_db
    encode(_track(source, 500, 3_500), loudness, tmp_path / "again.m4a")
    assert kept.read_bytes() == (tmp_path / "again.m4a").read_bytes()
    assert np.isfinite(loudness.measured_lufs)
    assert Loudness.model_validate_json(loudness.model_dump_json()) == loudness


def test_what_is_muted_does_not_count_and_measuring_repeats_itself(tmp_path: Path) -> None:
    samples = _speech(5, RATE_HZ, 0.1)
    samples[RATE_HZ : 2 * RATE_HZ] *= 8
    source = make_video(tmp_path / "source.mp4", seconds=5, size=(64, 36), audio=samples)
    span = TimeSpan(start_ms=0, end_ms=5_000)
    mute = [TimeSpan(start_ms=1_000, end_ms=2_000)]
    quiet, again = (_measure(source, span, mute) for _ in range(2))
    loud = _measure(source, span)
    assert quiet == again
    assert loud.measured_lufs - quiet.measured_lufs > 3


def test_a_scratch_folder_that_cannot_be_made_is_one_clear_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = make_video(tmp_path / "source.mp4", seconds=2, size=(64, 36))
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("CLIPPER_SCRATCH", str(tmp_path / "file" / "scratch"))
    settings.cache_clear()
    with pytest.raises(
        NeedsPerson, match=r"Cannot write to the scratch folder .*: Not a directory"
    ):
        _measure(source, TimeSpan(start_ms=0, end_ms=1_500))


@pytest.fixture(autouse=True)
def settings_of_this_test(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Temporary files stay in the test's own folder, and its settings with it."""
    monkeypatch.setenv("CLIPPER_SCRATCH", str(tmp_path / "scratch"))
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()
