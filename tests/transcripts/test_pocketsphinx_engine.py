from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from clipping import progress
from clipping.errors import NoSpeech
from clipping.models import Transcript
from clipping.transcripts import transcribe
from clipping.transcripts.pocketsphinx import as_written
from tests.transcripts.recordings import assert_lawful, recorded
from tests.transcripts.talks import RATE_HZ, Talk, joined, speak
from tests.transcripts.test_voice_activity import band, melody, noise, samples_of, tone

TEXT = "I was afraid to ask a simple question. In two thousand and nine the company was nothing."


SILENCE_MS = 1_500


@pytest.fixture(scope="module")
def heard(tmp_path_factory: pytest.TempPathFactory) -> tuple[Transcript, list[progress.Progress]]:
    """A pause, a voice, and music."""
    samples = np.concatenate([voice().samples, samples_of(band())])
    recording = recorded(tmp_path_factory.mktemp("talk") / "talk.mp4", samples)
    reports: list[progress.Progress] = []
    with progress.listening(reports.append):
        transcript = transcribe("pocketsphinx", recording)
    assert_lawful(transcript.words, recording.media.duration_ms)
    return transcript, reports


def voice() -> Talk:
    return joined(SILENCE_MS, speak(TEXT, "en-us", 150), 1_000)


def test_words_are_recognised_and_timed_without_captions(
    heard: tuple[Transcript, list[progress.Progress]],
) -> None:
    transcript, reports = heard
    truth = {word.text.lower().strip(".,"): word.span for word in voice().words}
    right = [word for word in transcript.words if word.text.lower() in truth]
    assert len(right) >= 0.6 * len(truth)
    for word in right:
        if len(word.text) > 3:
            assert abs(word.span.start_ms - truth[word.text].start_ms) <= 150
    assert reports[-1].fraction == 1


def test_recognised_words_are_plain_and_have_a_confidence(
    heard: tuple[Transcript, list[progress.Progress]],
) -> None:
    transcript, _ = heard
    assert transcript.language == "en"
    for word in transcript.words:
        assert word.text == word.text.lower() or word.text[0] == "I"
        assert not any(mark in word.text for mark in "<>[]()+.,")
        assert 0 <= (word.confidence or 0) <= 1


@pytest.mark.parametrize(
    ("word", "written"), [("i", "I"), ("i'm", "I'm"), ("it", "it"), ("in", "in"), ("hi", "hi")]
)
def test_only_the_pronoun_is_written_large(word: str, written: str) -> None:
    assert as_written(word) == written


def test_no_word_is_heard_where_only_music_plays(
    heard: tuple[Transcript, list[progress.Progress]],
) -> None:
    transcript, _ = heard
    assert all(
        SILENCE_MS - 200 <= word.span.start_ms <= voice().duration_ms for word in transcript.words
    )


@pytest.mark.parametrize("make", [noise, tone, melody, band], ids=lambda make: make.__name__)
def test_a_video_without_a_voice_is_no_speech(make: object, tmp_path: Path) -> None:
    assert callable(make)
    recording = recorded(tmp_path / "talk.mp4", samples_of(make()))
    with pytest.raises(NoSpeech, match=r"Nobody speaks in talk\.mp4"):
        transcribe("pocketsphinx", recording)


def test_a_silent_video_is_no_speech(tmp_path: Path) -> None:
    recording = recorded(tmp_path / "talk.mp4", np.zeros(3 * RATE_HZ, np.int16))
    with pytest.raises(NoSpeech):
        transcribe("auto", recording)


def test_long_sound_is_cut_in_its_pauses() -> None:
    from clipping.transcripts.pocketsphinx import utterances

    part = speak("Money. Listen to me.", "en-us", 165)
    talk = joined(*(piece for _ in range(12) for piece in (part, 900)))
    pieces = list(utterances(talk.samples))
    assert len(pieces) >= 2
    at = 0
    for start_ms, samples, _ in pieces:
        assert start_ms == at
        assert len(samples) <= 20 * RATE_HZ
        at += len(samples) * 1000 // RATE_HZ
        if at < talk.duration_ms - 100:
            around = talk.samples[(at - 50) * 16 : (at + 50) * 16].astype(float)
            assert np.sqrt((around**2).mean()) < 0.02 * talk.samples.std()
