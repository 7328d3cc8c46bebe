"""Levels, quiet places, laughter, applause and music, heard in made sound."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from clipping.moments.sound import FRAME_MS, Burst, SoundTrack, bursts, is_music, measure
from clipping.timing import TimeSpan
from tests.moments.spoken import RATE_HZ, samples_of, speak

Signal = NDArray[np.float64]


def seconds(length: float) -> Signal:
    return np.arange(int(length * RATE_HZ)) / RATE_HZ


def noise(length: float, level: float) -> Signal:
    return np.random.default_rng(3).normal(0, level, int(length * RATE_HZ))


def hum(length: float, level: float, hz: float = 140) -> Signal:
    time = seconds(length)
    total = sum(np.sin(2 * np.pi * hz * k * time) / k for k in (1, 2, 3, 4, 6, 9))
    return np.asarray(level * total, float)


def laughter(length: float) -> Signal:
    """Breathy, voiced bursts, 4.5 a second."""
    burst = np.clip(np.sin(2 * np.pi * 4.5 * seconds(length)), 0, None) ** 0.7
    return burst * (hum(length, 0.06, hz=260) + noise(length, 0.04))


def track(*parts: Signal) -> SoundTrack:
    sound = np.concatenate(parts)
    return measure([(np.clip(sound, -1, 1) * 32767).astype(np.int16)])


def heard(middle: Signal) -> tuple[Burst, ...]:
    """What is found in ``middle`` between two seconds of voice on either side."""
    lasts = int(len(middle) / RATE_HZ * 1000)
    sound = track(hum(2, 0.1), middle, hum(2, 0.1))
    return bursts(sound, [TimeSpan(start_ms=2_000, end_ms=2_000 + lasts)], speech_db=-20.0)


def test_levels_are_dbfs_on_the_clock() -> None:
    sound = track(np.zeros(RATE_HZ), 0.5 * np.sin(2 * np.pi * 440 * seconds(1)))
    starts = np.array([0, 1_000, 5_000])
    quiet, loud, beyond = sound.level_db(starts, starts + 1_000)
    assert quiet == pytest.approx(-100)
    assert loud == pytest.approx(-9.03, abs=0.1)
    assert beyond == pytest.approx(-100)


@pytest.mark.parametrize("size", [160, 317, 16_000, 100_000])
def test_the_size_of_the_chunks_does_not_matter(size: int) -> None:
    words = speak(["This is one sentence.", "And here is another one."])
    samples = samples_of(words, 7_010)
    whole = measure([samples])
    parts = measure(samples[at : at + size] for at in range(0, len(samples), size))
    assert np.array_equal(whole.db, parts.db)
    assert np.array_equal(whole.flatness, parts.flatness)
    assert len(whole.db) * FRAME_MS == pytest.approx(7_010, abs=40)


def test_the_quietest_instant_is_found() -> None:
    sound = track(hum(1, 0.1), noise(0.2, 0.0001), hum(1, 0.1))
    assert 1_020 <= sound.quietest_ms(700, 1_500) <= 1_180
    assert sound.quietest_ms(1_300, 1_300) == 1_300


def test_a_quiet_stretch_is_cut_in_its_middle() -> None:
    sound = track(np.zeros(2 * RATE_HZ))
    assert sound.quietest_ms(800, 1_200) == pytest.approx(1_000, abs=FRAME_MS)


def test_without_sound_the_middle_is_taken() -> None:
    assert measure([]).quietest_ms(100, 300) == 200


@pytest.mark.parametrize("length", [0.9, 2.0, 3.5])
def test_laughter_between_words_is_heard(length: float) -> None:
    assert [burst.kind for burst in heard(laughter(length))] == ["laughter"]


def test_applause_is_heard_where_it_is() -> None:
    found = heard(noise(3, 0.05))
    assert [burst.kind for burst in found] == ["applause"]
    assert found[0].span.start_ms == pytest.approx(2_000, abs=350)
    assert found[0].span.end_ms == pytest.approx(5_000, abs=350)


@pytest.mark.parametrize(
    "middle",
    [
        pytest.param(np.zeros(2 * RATE_HZ), id="silence"),
        pytest.param(noise(2, 0.0005), id="room noise"),
        pytest.param(hum(2, 0.08), id="a held tone"),
        pytest.param(hum(2, 0.08) * (1 + 0.2 * np.sin(2 * np.pi * seconds(2))), id="slow music"),
        pytest.param(
            np.concatenate([noise(0.3, 0.02), np.zeros(int(1.7 * RATE_HZ))]), id="one breath"
        ),
    ],
)
def test_what_is_no_reaction_is_not_taken_for_one(middle: Signal) -> None:
    assert heard(middle) == ()


def test_music_without_words_is_told_from_silence_and_from_applause() -> None:
    span = TimeSpan(start_ms=0, end_ms=4_000)
    assert is_music(track(hum(4, 0.1)), span, speech_db=-20.0)
    assert not is_music(track(noise(4, 0.0005)), span, speech_db=-20.0)
    assert not is_music(track(noise(4, 0.1)), span, speech_db=-20.0)


def test_speech_itself_is_no_applause() -> None:
    words = speak(["This is quite an ordinary sentence about nothing at all."] * 4)
    sound = measure([samples_of(words, 20_000)])
    assert bursts(sound, [], speech_db=-20.0) == ()
