"""In noise that is always there all speech is of one timbre, by which laughter is told."""

from __future__ import annotations

import numpy as np
import pytest

from clipping.models import SoundEvent, SoundKind
from clipping.transcripts.sound_events import SoundMeter
from clipping.transcripts.voice_activity import measured
from tests.transcripts.recordings import GOOD_PART, MONEY
from tests.transcripts.sounds import Sound, in_a_row, laughter, noise, spoken
from tests.transcripts.talks import RATE_HZ, speak

VOICE = spoken(speak(f"{MONEY} {GOOD_PART}"))


def events(sound: Sound, level: float) -> tuple[SoundEvent, ...]:
    hiss = noise(len(sound) / RATE_HZ)[: len(sound)]
    samples = in_a_row(sound + level * hiss)
    meter = SoundMeter()
    meter.feed(samples)
    return meter.finish(measured([samples]))


@pytest.mark.parametrize("level", [0.005, 0.02, 0.04])
def test_speech_in_steady_noise_is_no_event(level: float) -> None:
    assert events(VOICE, level) == ()


@pytest.mark.parametrize("level", [0.001, 0.005, 0.01])
def test_laughter_well_above_the_noise_is_still_laughter(level: float) -> None:
    part = VOICE[: 8 * RATE_HZ]
    (event,) = events(np.concatenate([part, laughter(3), part]), level)
    assert event.kind is SoundKind.LAUGHTER
    assert abs(event.span.start_ms - 8_000) <= 900
