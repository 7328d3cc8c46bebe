from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from clipping.models import SoundEvent, SoundKind
from clipping.transcripts.sound_events import SoundMeter
from clipping.transcripts.sound_features import FeatureMeter
from clipping.transcripts.voice_activity import measured
from tests.transcripts.recordings import GOOD_PART, MISTAKES, MONEY
from tests.transcripts.sounds import (
    Sound,
    applause,
    chords,
    hum,
    in_a_row,
    laughter,
    noise,
    spoken,
    time_s,
)
from tests.transcripts.talks import RATE_HZ, speak

VOICE = spoken(speak(f"{MONEY} {GOOD_PART}"))[: 8 * RATE_HZ]
START_S = 8.3


def events(samples: NDArray[np.int16], chunk: int | None = None) -> tuple[SoundEvent, ...]:
    meter = SoundMeter()
    for first in range(0, len(samples), chunk or max(1, len(samples))):
        meter.feed(samples[first : first + (chunk or len(samples))])
    return meter.finish(measured([samples]))


def between_speech(sound: Sound) -> tuple[SoundEvent, ...]:
    return events(in_a_row(VOICE, 0.3, sound, 0.3, VOICE))


@pytest.mark.parametrize(
    ("kind", "sound"),
    [
        pytest.param(SoundKind.LAUGHTER, laughter(3), id="laughter"),
        pytest.param(SoundKind.LAUGHTER, laughter(3, 3.3), id="slow laughter"),
        pytest.param(SoundKind.LAUGHTER, laughter(3, 7, 320), id="giggling"),
        pytest.param(SoundKind.APPLAUSE, applause(4), id="applause"),
        pytest.param(SoundKind.APPLAUSE, 0.4 * applause(3), id="quiet applause"),
        pytest.param(SoundKind.MUSIC, chords(6), id="music"),
    ],
)
def test_a_sound_between_speech_is_found_where_it_is(kind: SoundKind, sound: Sound) -> None:
    (event,) = between_speech(sound)
    assert event.kind == kind
    assert abs(event.span.start_ms - START_S * 1_000) <= 900
    assert abs(event.span.end_ms - (START_S * 1_000 + len(sound) / 16)) <= 900
    assert event.strength > 0.3


def test_a_voice_far_over_its_usual_level_is_shouting() -> None:
    shout = spoken(speak("Stop that right now! Get out of here!", "en-us", 180), 12)
    found = between_speech(shout)
    assert {event.kind for event in found} == {SoundKind.SHOUTING}
    for event in found:
        assert event.span.start_ms >= START_S * 1_000 - 200
        assert event.span.end_ms <= START_S * 1_000 + len(shout) / 16 + 200


@pytest.mark.parametrize(
    ("voice", "text"),
    [("en-us", MONEY), ("en-us+f3", MISTAKES), ("en-gb-scotland", GOOD_PART), ("en-us+m3", MONEY)],
)
def test_speech_alone_is_no_event(voice: str, text: str) -> None:
    assert events(in_a_row(spoken(speak(text, voice)))) == ()


@pytest.mark.parametrize(
    "sound",
    [
        pytest.param(hum(6), id="hum"),
        pytest.param(0.1 * np.sin(2 * np.pi * 440 * time_s(5)), id="tone"),
        pytest.param(
            0.1 * np.sin(2 * np.pi * 1000 * time_s(5)) * (time_s(5) % 1 < 0.3), id="beeps"
        ),
        pytest.param(0.0005 * noise(4), id="hiss"),
        pytest.param(np.zeros(4 * RATE_HZ), id="silence"),
        pytest.param(applause(0.3), id="a clap"),
    ],
)
def test_what_is_no_event_is_none(sound: Sound) -> None:
    assert between_speech(sound) == ()


def test_noise_that_is_always_there_is_no_applause() -> None:
    rain = 0.02 * noise(22, 5)
    voice = in_a_row(VOICE, 4.0, VOICE)[: len(rain)]
    sound = voice / 32768 + rain[: len(voice)]
    assert [event.kind for event in events(in_a_row(sound))] == []


def test_a_bang_beside_a_word_is_no_shouting() -> None:
    found = events(in_a_row(VOICE, 0.1, 4 * applause(1.5), 0.1, VOICE))
    assert SoundKind.SHOUTING not in {event.kind for event in found}


def test_the_louder_sound_is_the_stronger_event() -> None:
    (loud,) = between_speech(applause(3))
    (quiet,) = between_speech(0.2 * applause(3))
    assert loud.strength > quiet.strength > 0


@pytest.mark.parametrize("chunk", [640, 7_001, 160_000])
def test_the_size_of_the_chunks_does_not_matter(chunk: int) -> None:
    samples = in_a_row(VOICE, 0.3, laughter(2), 0.5, chords(4), 0.3, applause(2))
    assert events(samples, chunk) == events(samples)


def test_events_come_in_order_of_time_and_may_overlap() -> None:
    found = events(in_a_row(VOICE, laughter(3) + 0.1 * applause(3), 1.0, chords(5), VOICE))
    starts = [event.span.start_ms for event in found]
    assert starts == sorted(starts)
    assert {SoundKind.LAUGHTER, SoundKind.MUSIC} <= {event.kind for event in found}


def test_little_is_kept_of_each_frame_however_long_the_sound_is() -> None:
    meter = FeatureMeter()
    for seed in range(6):
        meter.feed(in_a_row(0.1 * noise(10, seed)))
    features = meter.finish()
    kept = sum(
        values.nbytes
        for values in (features.flatness, features.timbre_db, features.held, features.unchanged)
    )
    assert len(features.flatness) == 60 * 25
    assert kept / 60 < 2_000


@pytest.mark.parametrize("length", [0, 1, 639, 640, 16_000])
def test_any_length_of_sound_can_be_measured(length: int) -> None:
    samples = np.zeros(length, np.int16)
    assert events(samples) == ()
    meter = FeatureMeter()
    meter.feed(samples)
    assert len(meter.finish().flatness) == -(-length // 640)
