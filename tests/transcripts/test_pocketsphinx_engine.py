from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from clipping import progress
from clipping.errors import NoSpeech
from clipping.transcripts import transcribe
from tests.transcripts.recordings import assert_lawful, recorded
from tests.transcripts.talks import RATE_HZ, Talk, joined, speak
from tests.transcripts.test_voice_activity import band, melody, noise, samples_of, tone

TEXT = "I was afraid to ask a simple question. In two thousand and nine the company was nothing."


@pytest.fixture(scope="module")
def talk() -> Talk:
    return joined(1_500, speak(TEXT, "en-us", 150), 2_000)


def test_words_are_recognised_and_timed_without_captions(talk: Talk, tmp_path: Path) -> None:
    recording = recorded(tmp_path / "talk.mp4", talk.samples)
    heard: list[progress.Progress] = []
    with progress.listening(heard.append):
        transcript = transcribe("pocketsphinx", recording)
    assert_lawful(transcript.words, recording.media.duration_ms)
    truth = {word.text.lower().strip(".,"): word.span for word in talk.words}
    right = [word for word in transcript.words if word.text.lower() in truth]
    assert len(right) >= 0.6 * len(talk.words)
    once = [word for word in right if list(truth).count(word.text) == 1 and len(word.text) > 3]
    assert once
    for word in once:
        assert abs(word.span.start_ms - truth[word.text].start_ms) <= 150
    assert transcript.words[0].text == "I"
    assert all(word.text == word.text.lower() or word.text[0] == "I" for word in transcript.words)
    assert all(0 <= (word.confidence or 0) <= 1 for word in transcript.words)
    assert not any(mark in word.text for word in transcript.words for mark in "<>[]()+.,")
    assert transcript.language == "en"
    assert heard[-1].fraction == 1


def test_no_word_is_heard_where_only_music_plays(tmp_path: Path) -> None:
    music = samples_of(band())
    voice = speak(TEXT, "en-us", 150)
    samples = np.concatenate([music, voice.samples, music])
    recording = recorded(tmp_path / "talk.mp4", samples)
    words = transcribe("pocketsphinx", recording).words
    first, last = len(music) / RATE_HZ * 1000, (len(music) + len(voice.samples)) / RATE_HZ * 1000
    inside = [w for w in words if first - 1_000 <= w.span.start_ms <= last + 1_000]
    assert len(inside) >= 0.9 * len(words)
    assert len(inside) >= 8


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


def test_long_sound_is_cut_in_its_pauses(tmp_path: Path) -> None:
    from clipping.transcripts.pocketsphinx import utterances

    part = speak("Money. Listen to me.", "en-us", 165)
    talk = joined(*(piece for _ in range(12) for piece in (part, 900)))
    pieces = list(utterances(recorded(tmp_path / "talk.mp4", talk.samples)))
    assert len(pieces) >= 2
    at = 0
    for start_ms, samples, _ in pieces:
        assert start_ms == at
        assert len(samples) <= 20 * RATE_HZ
        at += len(samples) * 1000 // RATE_HZ
        if at < talk.duration_ms - 100:
            around = talk.samples[(at - 50) * 16 : (at + 50) * 16].astype(float)
            assert np.sqrt((around**2).mean()) < 0.02 * talk.samples.std()
