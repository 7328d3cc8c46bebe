"""Levels over all, inside mutes and beside them, on sounds made by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from clipping.errors import RenderFailed
from clipping.models import ClipWord
from clipping.rendering.measure.sound import (
    SILENCE_DBFS,
    level_dbfs,
    loudest_inside,
    loudness_and_peak,
    quietest_neighbour,
    resampled,
)
from clipping.rendering.measure.speech import opening_check
from clipping.timing import TimeSpan
from tests.rendering.clips import bare_plan, speech
from tests.support.media import make_video

RATE = 8_000
MUTE = TimeSpan(start_ms=1_000, end_ms=1_300)
WORDS = (
    ClipWord(text="one", start_ms=100, end_ms=500),
    ClipWord(text="two", start_ms=600, end_ms=980),
    ClipWord(text="d***", start_ms=1_050, end_ms=1_250, muted=True),
    ClipWord(text="three", start_ms=1_320, end_ms=1_700),
)


def _silenced(sound: NDArray[np.float32], start_ms: int, end_ms: int) -> NDArray[np.float32]:
    quiet = sound.copy()
    quiet[start_ms * RATE // 1000 : end_ms * RATE // 1000] = 0
    return quiet


def test_levels_are_rms_of_full_scale() -> None:
    sine = np.sin(np.arange(RATE) * 0.7).astype(np.float32)
    assert level_dbfs(sine) == pytest.approx(-3.01, abs=0.02)
    assert level_dbfs(sine / 10) == pytest.approx(-23.01, abs=0.02)
    assert level_dbfs(sine[:0]) == level_dbfs(sine * 0) == SILENCE_DBFS


def test_a_mute_is_as_loud_as_its_loudest_moment() -> None:
    sound = speech(2, RATE)
    assert loudest_inside(_silenced(sound, 1_000, 1_300), RATE, [MUTE]) == SILENCE_DBFS
    leaking = _silenced(sound, 1_000, 1_285)
    assert loudest_inside(leaking, RATE, [MUTE]) > -40


def test_the_edges_of_a_mute_are_left_to_the_encoder() -> None:
    assert loudest_inside(_silenced(speech(2, RATE), 1_002, 1_298), RATE, [MUTE]) == SILENCE_DBFS


def test_without_a_mute_nothing_is_loud() -> None:
    assert loudest_inside(speech(1, RATE), RATE, []) == SILENCE_DBFS


@pytest.mark.parametrize("gain_db", [-6, 0, 14])
def test_neighbours_that_got_the_gain_of_all_words_miss_nothing(gain_db: int) -> None:
    source = speech(2, RATE)
    clip = _silenced(source * np.float32(10 ** (gain_db / 20)), 1_000, 1_300)
    missing = quietest_neighbour(clip, source, RATE, WORDS, [MUTE])
    assert missing == pytest.approx(0, abs=0.1)


@pytest.mark.parametrize(
    ("start_ms", "end_ms"),
    [pytest.param(930, 1_300, id="before"), pytest.param(1_000, 1_370, id="after")],
)
def test_a_neighbour_that_lost_its_edge_is_found(start_ms: int, end_ms: int) -> None:
    source = speech(2, RATE)
    missing = quietest_neighbour(_silenced(source, start_ms, end_ms), source, RATE, WORDS, [MUTE])
    assert missing is not None
    assert missing < -30


def test_a_limited_neighbour_is_not_missing() -> None:
    source = speech(2, RATE)
    source[1_320 * RATE // 1000 : 1_700 * RATE // 1000] *= 3
    clip = np.clip(_silenced(source * 6, 1_000, 1_300), -0.5, 0.5)
    missing = quietest_neighbour(clip, source, RATE, WORDS, [MUTE])
    assert missing is not None
    assert missing > -6


def test_a_clip_that_lost_all_its_sound_has_lost_the_neighbours_too() -> None:
    source = speech(2, RATE)
    missing = quietest_neighbour(source * 0, source, RATE, WORDS, [MUTE])
    assert missing is not None
    assert missing < -30


def test_where_the_source_is_quiet_nothing_can_be_missing() -> None:
    source = _silenced(speech(2, RATE), 500, 1_900)
    assert quietest_neighbour(source, source, RATE, WORDS, [MUTE]) is None


def test_resampling_keeps_place_and_level_and_lets_no_high_tone_fold_down() -> None:
    time = np.arange(48_000) / 48_000
    low = np.sin(2 * np.pi * 300 * time).astype(np.float32)
    high = np.sin(2 * np.pi * 7_000 * time).astype(np.float32)
    slow = resampled(low, 48_000, 8_000)
    assert len(slow) == 8_000
    assert np.abs(slow - low[::6])[100:-100].max() < 0.01
    assert level_dbfs(resampled(high, 48_000, 8_000)[100:-100]) < -45


def test_loudness_and_true_peak_are_those_of_a_known_tone(tmp_path: Path) -> None:
    # EBU Tech 3341: a stereo sine of 1 kHz at -23 dBFS in both channels measures -23 LUFS.
    time = np.arange(4 * 48_000) / 48_000
    tone = (10 ** (-23 / 20) * np.sin(2 * np.pi * 1_000 * time)).astype(np.float32)
    path = make_video(tmp_path / "tone.mp4", audio=tone, channels=2)
    loudness, peak = loudness_and_peak(path, 4_000)
    assert loudness == pytest.approx(-23, abs=0.2)
    # AAC overshoots a little where the tone begins.
    assert peak == pytest.approx(-22.5, abs=0.6)


def test_silence_has_a_level_that_can_be_stored(tmp_path: Path) -> None:
    path = make_video(tmp_path / "silence.mp4", seconds=1, audio="silence")
    loudness, peak = loudness_and_peak(path, 1_000)
    assert loudness <= -70
    assert peak == SILENCE_DBFS


def test_a_file_without_sound_cannot_be_measured(tmp_path: Path) -> None:
    path = make_video(tmp_path / "mute.mp4", seconds=1, audio=None)
    with pytest.raises(RenderFailed):
        loudness_and_peak(path, 1_000)


@pytest.mark.parametrize(("start_ms", "passed"), [(0, False), (2_999, False), (3_000, True)])
@pytest.mark.parametrize("muted", [False, True], ids=["heard", "muted"])
def test_no_profanity_is_in_the_first_three_seconds(
    start_ms: int, muted: bool, passed: bool
) -> None:
    span = TimeSpan(start_ms=start_ms, end_ms=start_ms + 200)
    text = "s***" if muted else "shit"
    word = ClipWord(text=text, start_ms=start_ms, end_ms=start_ms + 200, muted=muted)
    plan = bare_plan().replace(words=(word,), mutes=(span,) if muted else ())
    assert opening_check(plan).passed is passed


def test_what_is_no_profanity_may_be_in_the_opening() -> None:
    assert opening_check(bare_plan().replace(words=WORDS[:2])).passed
