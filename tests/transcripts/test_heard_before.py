"""What an engine heard before changes nothing: a chunk is known by its own sound alone."""

from __future__ import annotations

import numpy as np

from clipping.transcripts.acoustics import acoustic_model
from clipping.transcripts.pocketsphinx import PocketsphinxTranscriber
from tests.transcripts.sounds import in_a_row, noise, spoken
from tests.transcripts.talks import speak

TALK = in_a_row(spoken(speak("I was afraid to ask a simple question.")))
LOUD = in_a_row(0.3 * noise(1.5))


def test_the_scores_of_a_sound_are_its_own() -> None:
    first = acoustic_model().scores(TALK)
    acoustic_model().scores(LOUD)
    assert np.array_equal(acoustic_model().scores(TALK), first)


def test_words_are_heard_alike_after_another_sound() -> None:
    engine = PocketsphinxTranscriber()
    first = engine.hear(TALK, None, lambda _: None)
    engine.hear(np.concatenate([LOUD, TALK[::-1]]), None, lambda _: None)
    assert engine.hear(TALK, None, lambda _: None) == first
