from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from clipping.timing import TimeSpan
from clipping.transcripts.voice_activity import measured
from tests.transcripts.recordings import GOOD_PART, MONEY
from tests.transcripts.talks import RATE_HZ, joined, speak

SECONDS = 6
TIME = np.arange(SECONDS * RATE_HZ) / RATE_HZ
Sound = NDArray[np.float64]


def noise(seed: int = 1) -> Sound:
    return np.random.default_rng(seed).standard_normal(len(TIME))


def tone() -> Sound:
    return np.sin(2 * np.pi * 440 * TIME)


def beeps() -> Sound:
    return np.sin(2 * np.pi * 1000 * TIME) * ((TIME % 1) < 0.3)


def sweep() -> Sound:
    return np.sin(2 * np.pi * (100 * TIME + 150 * TIME**2))


def siren() -> Sound:
    return np.sin(2 * np.pi * np.cumsum(700 + 300 * np.sin(np.pi * TIME)) / RATE_HZ)


def hum() -> Sound:
    return sum((np.sin(2 * np.pi * 50 * k * TIME) / k for k in range(1, 8)), 0.01 * noise())


def engine() -> Sound:
    turns = np.cumsum(60 + 10 * np.sin(0.6 * np.pi * TIME)) / RATE_HZ
    return sum((np.sin(2 * np.pi * k * turns) / k for k in range(1, 15)), 0.05 * noise())


def throbbing_noise() -> Sound:
    return noise() * (0.5 + 0.5 * np.sin(8 * np.pi * TIME))


def applause() -> Sound:
    sound = np.zeros(len(TIME))
    claps = np.random.default_rng(2)
    for at in claps.integers(0, len(TIME) - 400, 60 * SECONDS):
        sound[at : at + 400] += claps.standard_normal(400) * np.exp(-np.arange(400) / 80)
    return sound


def drums() -> Sound:
    sound = np.zeros(len(TIME))
    fade = np.exp(-np.arange(1920) / 400)
    for beat in range(4 * SECONDS - 1):
        at = beat * RATE_HZ // 4
        hit = noise(beat)[:1920] if beat % 2 else np.sin(2 * np.pi * 80 * TIME[:1920])
        sound[at : at + 1920] += hit * fade
    return sound


def chords() -> Sound:
    sound = np.zeros(len(TIME))
    keys = ((262, 330, 392), (220, 262, 330), (175, 220, 262), (196, 247, 294))
    for step in range(2 * SECONDS):
        part = slice(step * RATE_HZ // 2, (step + 1) * RATE_HZ // 2)
        since = TIME[part] - TIME[part.start]
        for key in keys[step % 4]:
            for overtone in range(1, 6):
                wave = np.sin(2 * np.pi * key * overtone * since) / overtone
                sound[part] += wave * np.exp(-3 * since)
    return sound


def melody() -> Sound:
    """A bowed string with vibrato, five notes a second."""
    sound = np.zeros(len(TIME))
    notes = np.random.default_rng(3).choice([262, 294, 330, 349, 392, 440], 5 * SECONDS)
    for step, note in enumerate(notes):
        part = slice(step * RATE_HZ // 5, (step + 1) * RATE_HZ // 5)
        since = TIME[part] - TIME[part.start]
        turns = np.cumsum(note * (1 + 0.01 * np.sin(11 * np.pi * since))) / RATE_HZ
        for overtone in range(1, 10):
            sound[part] += np.sin(2 * np.pi * overtone * turns) / overtone * np.exp(-2 * since)
    return sound


def band() -> Sound:
    return chords() + drums()


def silence() -> Sound:
    return np.zeros(len(TIME))


def samples_of(sound: Sound) -> NDArray[np.int16]:
    peak = float(np.abs(sound).max()) or 1.0
    return (sound / peak * 15_000).astype(np.int16)


@pytest.mark.parametrize(
    "make",
    [
        silence,
        noise,
        throbbing_noise,
        applause,
        tone,
        beeps,
        sweep,
        siren,
        hum,
        engine,
        drums,
        chords,
        melody,
        band,
    ],
    ids=lambda make: make.__name__,
)
def test_sounds_that_are_not_speech_hold_no_voice(make: Callable[[], Sound]) -> None:
    assert measured([samples_of(make())]).spoken_ms == 0


@pytest.mark.parametrize("voice", ["en-us", "en-gb-x-rp", "en-us+f3", "en-us+m3", "de", "cmn"])
def test_voices_are_heard_in_any_language(voice: str) -> None:
    talk = speak(MONEY if voice.startswith("en") else "Eins zwei drei, vier und fünf.", voice)
    activity = measured([talk.samples])
    assert activity.spoken_ms >= 0.5 * talk.duration_ms


@pytest.mark.parametrize(("make", "below_db"), [(noise, 10), (band, 3)], ids=["noise", "band"])
def test_a_voice_is_heard_through_other_sounds(make: Callable[[], Sound], below_db: int) -> None:
    voice = speak(GOOD_PART).samples.astype(float)
    other = np.resize(make(), len(voice))
    other *= voice.std() / other.std() / 10 ** (below_db / 20)
    mixed = np.clip(voice + other, -32768, 32767).astype(np.int16)
    assert measured([mixed]).spoken_ms >= 0.5 * len(voice) / RATE_HZ * 1000


def test_the_voice_is_found_where_it_is() -> None:
    talk = joined(4_000, speak(MONEY), 4_000)
    activity = measured([talk.samples])
    assert activity.share(TimeSpan(start_ms=0, end_ms=3_500)) == 0
    assert activity.share(talk.words[3].span) > 0.5
    end = talk.duration_ms
    assert activity.share(TimeSpan(start_ms=end - 3_000, end_ms=end)) == 0
    assert activity.share(TimeSpan(start_ms=end + 1_000, end_ms=end + 2_000)) == 0


def test_cutting_the_stream_elsewhere_changes_nothing() -> None:
    samples = speak(MONEY).samples
    whole = measured([samples])
    pieces = measured(np.array_split(samples, 37))
    assert len(whole.speaking) == -(-len(samples) // 160)
    assert np.array_equal(whole.speaking, pieces.speaking)
    assert np.allclose(whole.level_db, pieces.level_db, atol=0.01)


@pytest.mark.parametrize("count", [0, 1, 159, 161, 700])
def test_recordings_shorter_than_a_window_have_one_value_per_frame(count: int) -> None:
    activity = measured([np.zeros(count, np.int16)])
    assert len(activity.level_db) == len(activity.speaking) == -(-count // 160)
