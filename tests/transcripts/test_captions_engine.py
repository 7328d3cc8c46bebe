from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from clipping import progress
from clipping.errors import CaptionsMismatch, NoSpeech, UnreadableCaptions
from clipping.models import Transcript
from clipping.transcripts import Recording, placing, transcribe
from clipping.transcripts.acoustics import AcousticModel, Scores
from tests.transcripts.recordings import (
    GOOD_PART,
    MISTAKES,
    MONEY,
    assert_lawful,
    end_errors,
    long_talk,
    recorded,
    srt,
    stamp,
    start_errors,
)
from tests.transcripts.talks import RATE_HZ, SpokenWord, Talk, joined, speak


@pytest.fixture(scope="module", autouse=True)
def every_sound_is_scored_once() -> Iterator[None]:
    """What the model says of a sound takes long, and is the same every time."""
    score, known = AcousticModel.scores, dict[bytes, Scores]()

    def scores(model: AcousticModel, samples: NDArray[np.int16]) -> Scores:
        sound = samples.tobytes()
        if sound not in known:
            known[sound] = score(model, samples)
        return known[sound]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(AcousticModel, "scores", scores)
        yield


@pytest.fixture(scope="module")
def talk() -> Talk:
    return long_talk()


@pytest.fixture(scope="module")
def recording(talk: Talk, tmp_path_factory: pytest.TempPathFactory) -> Recording:
    return recorded(tmp_path_factory.mktemp("talk") / "talk.mp4", talk.samples)


@pytest.fixture(scope="module")
def brief() -> Talk:
    """Some captions of words, in a few seconds."""
    return speak(MONEY)


@pytest.fixture(scope="module")
def brief_recording(brief: Talk, tmp_path_factory: pytest.TempPathFactory) -> Recording:
    return recorded(tmp_path_factory.mktemp("brief") / "talk.mp4", brief.samples)


def transcript_of(recording: Recording, captions: Path) -> Transcript:
    transcript = transcribe("captions", replace(recording, captions_path=captions))
    assert_lawful(transcript.words, recording.media.duration_ms)
    return transcript


def said(text: str, path: Path, start_ms: int = 1_000, end_ms: int = 5_000) -> Path:
    path.write_text(f"1\n{stamp(start_ms)} --> {stamp(end_ms)}\n{text}\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("shift_ms", [300, -900])
def test_captions_with_line_times_get_true_word_times_also_when_they_are_late_or_early(
    talk: Talk, recording: Recording, tmp_path: Path, shift_ms: int
) -> None:
    transcript = transcript_of(recording, srt(tmp_path / "talk.srt", talk.words, shift_ms))
    errors = np.abs(start_errors(transcript.words, talk.words))
    assert np.median(errors) <= 20
    assert errors.max() <= 150
    assert np.median(np.abs(end_errors(transcript.words, talk.words))) <= 40
    assert not any(word.interpolated for word in transcript.words)
    assert (transcript.engine, transcript.language) == ("captions", "en")
    assert all(word.confidence is not None for word in transcript.words)


def test_another_voice_is_timed_as_well(tmp_path: Path) -> None:
    parts = [speak(text, "en-us+f3", 185) for text in (MONEY, MISTAKES)]
    talk = joined(300, parts[0], 700, parts[1], 400)
    captions = srt(tmp_path / "talk.srt", talk.words)
    transcript = transcript_of(recorded(tmp_path / "talk.mp4", talk.samples), captions)
    errors = np.abs(start_errors(transcript.words, talk.words))
    assert np.median(errors) <= 20
    assert errors.max() <= 150


def test_a_talk_of_several_blocks_that_is_repeated_has_no_seams(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(placing, "_BLOCK_MS", 8_000)
    part = joined(speak(MONEY), 500)
    talk = joined(part, part)
    captions = srt(tmp_path / "talk.srt", talk.words)
    transcript = transcript_of(recorded(tmp_path / "talk.mp4", talk.samples), captions)
    assert np.abs(start_errors(transcript.words, talk.words)).max() <= 150


def test_a_noisy_talk_that_begins_late_is_timed_as_well(tmp_path: Path) -> None:
    talk = speak(MONEY)
    hiss = np.random.default_rng(1).standard_normal(len(talk.samples)) * talk.samples.std() / 6
    noisy = Talk(np.clip(talk.samples + hiss, -32768, 32767).astype(np.int16), talk.words)
    late = joined(4_000, noisy)
    captions = srt(tmp_path / "talk.srt", late.words)
    transcript = transcript_of(recorded(tmp_path / "talk.mp4", late.samples), captions)
    errors = np.abs(start_errors(transcript.words, late.words))
    assert np.median(errors) <= 30
    assert np.percentile(errors, 85) <= 150


# --- whose captions -----------------------------------------------------------------------------


@pytest.mark.parametrize("voice", ["en-us", "en-us+f3"])
def test_captions_of_another_talk_are_refused(tmp_path: Path, voice: str) -> None:
    here = joined(speak(MONEY, voice), 500, speak(GOOD_PART, voice))
    other = joined(speak(MISTAKES, voice), 500, speak(MONEY, voice), 300)
    recording = recorded(tmp_path / "talk.mp4", here.samples)
    fitting = [word for word in other.words if word.span.end_ms < here.duration_ms]
    with pytest.raises(CaptionsMismatch, match=r"other\.srt do not belong to talk\.mp4"):
        transcript_of(recording, srt(tmp_path / "other.srt", fitting))


def test_captions_that_run_far_beyond_the_video_are_refused(
    talk: Talk, recording: Recording, tmp_path: Path
) -> None:
    late = srt(tmp_path / "late.srt", talk.words, shift_ms=20_000)
    with pytest.raises(CaptionsMismatch, match="ends at"):
        transcript_of(recording, late)


def test_a_single_caption_behind_the_end_is_left_out(
    talk: Talk, recording: Recording, tmp_path: Path
) -> None:
    captions = srt(tmp_path / "talk.srt", talk.words)
    credit = "\n99\n01:00:00,000 --> 01:00:05,000\nSubtitles by Somebody\n"
    captions.write_text(captions.read_text() + credit)
    transcript = transcript_of(recording, captions)
    assert len(transcript.words) == len(talk.words)
    assert any("behind the end" in note for note in transcript.notes)


@pytest.mark.parametrize("text", [MONEY, "und das ist nicht das, was ich für euch habe"])
@pytest.mark.parametrize("sound", ["silence", "noise"])
def test_captions_over_a_video_without_a_voice_are_no_speech(
    tmp_path: Path, text: str, sound: str
) -> None:
    samples = np.zeros(8 * RATE_HZ, np.int16)
    if sound == "noise":
        samples = (np.random.default_rng(1).standard_normal(len(samples)) * 2_000).astype(np.int16)
    recording = recorded(tmp_path / "talk.mp4", samples)
    with pytest.raises(NoSpeech, match=r"Nobody speaks in talk\.mp4"):
        transcript_of(recording, said(text, tmp_path / "talk.srt"))


@pytest.mark.parametrize("text", ["[Music]", "♪♪", "(applause)", "..."])
def test_captions_without_a_spoken_word_are_no_speech(
    recording: Recording, tmp_path: Path, text: str
) -> None:
    with pytest.raises(NoSpeech, match="hold no spoken words"):
        transcript_of(recording, said(text, tmp_path / "talk.srt"))


def test_a_file_that_is_no_captions_is_refused(recording: Recording, tmp_path: Path) -> None:
    path = tmp_path / "talk.srt"
    path.write_text("Dear Anna,\n")
    with pytest.raises(UnreadableCaptions, match=r"talk\.srt"):
        transcript_of(recording, path)


# --- other captions -----------------------------------------------------------------------------


def test_captions_that_are_not_english_are_divided_over_the_voice_and_say_so(
    tmp_path: Path,
) -> None:
    text = (
        "Niemand sagt dir das über Geld. Im ersten Jahr habe ich alles verloren, und das ist gut."
    )
    spoken = speak(text, "de", 150)
    talk = joined(1_500, spoken, 1_500)
    recording = recorded(tmp_path / "talk.mp4", talk.samples)
    transcript = transcript_of(recording, srt(tmp_path / "talk.srt", talk.words, longest=20))
    assert transcript.language == "de"
    assert all(word.interpolated for word in transcript.words)
    assert any("only English" in note for note in transcript.notes)
    assert np.median(np.abs(start_errors(transcript.words, talk.words))) <= 200


def test_captions_of_another_language_that_lie_in_the_silence_are_refused(tmp_path: Path) -> None:
    talk = joined(speak("Niemand sagt dir das über Geld.", "de"), 12_000)
    recording = recorded(tmp_path / "talk.mp4", talk.samples)
    text = "und das ist nicht das, was ich für euch habe"
    with pytest.raises(CaptionsMismatch, match="where nobody speaks"):
        transcript_of(recording, said(text, tmp_path / "talk.srt", 8_000, 11_000))


def json3(path: Path, words: tuple[SpokenWord, ...], per_event: int = 6) -> Path:
    events = []
    for first in range(0, len(words), per_event):
        group = words[first : first + per_event]
        start = group[0].span.start_ms
        segments = [
            {"utf8": f" {word.text}", "tOffsetMs": word.span.start_ms - start} for word in group
        ]
        duration = group[-1].span.end_ms - start + 2_000
        events.append({"tStartMs": start, "dDurationMs": duration, "segs": segments})
    path.write_text(json.dumps({"events": events}))
    return path


def test_words_that_the_file_times_keep_their_starts_and_end_with_the_voice(
    talk: Talk, recording: Recording, tmp_path: Path
) -> None:
    transcript = transcript_of(recording, json3(tmp_path / "talk.json3", talk.words))
    assert not start_errors(transcript.words, talk.words).any()
    assert np.percentile(np.abs(end_errors(transcript.words, talk.words)), 90) <= 150
    assert not any(word.interpolated for word in transcript.words)


def test_word_timed_captions_of_another_talk_are_refused(tmp_path: Path) -> None:
    recording = recorded(tmp_path / "talk.mp4", joined(speak(GOOD_PART), 3_000).samples)
    with pytest.raises(CaptionsMismatch):
        transcript_of(recording, json3(tmp_path / "talk.json3", speak(MONEY).words))


def test_speakers_punctuation_and_figures_stay_as_they_are_written(
    tmp_path: Path,
) -> None:
    spoken = speak("Nobody tells you this. I spent $40,000 on an agency, and why?")
    talk = joined(500, spoken, 500)
    recording = recorded(tmp_path / "talk.mp4", talk.samples)
    text = "ANNA: “Nobody tells you <i>this</i>.”\nI spent $40,000 [sighs] on an agency, AND WHY?"
    path = said(text, tmp_path / "talk.srt", 300, talk.duration_ms - 300)
    transcript = transcript_of(recording, path)
    assert [word.text for word in transcript.words] == (
        "“Nobody tells you this.” I spent $40,000 on an agency, AND WHY?".split()
    )
    assert {word.speaker for word in transcript.words} == {"Anna"}
    price, true = transcript.words[6], talk.words[6]
    assert abs(price.span.start_ms - true.span.start_ms) <= 100
    assert abs(price.span.end_ms - true.span.end_ms) <= 100


def test_a_caption_left_standing_for_minutes_does_not_stop_the_work(
    brief: Talk, brief_recording: Recording, tmp_path: Path
) -> None:
    captions = srt(tmp_path / "talk.srt", brief.words)
    blocks = captions.read_text().split("\n\n")
    last = blocks[-1].split("\n")
    last[1] = last[1].split(" --> ")[0] + " --> 09:00:00,000"
    captions.write_text("\n\n".join([*blocks[:-1], "\n".join(last)]))
    transcript = transcript_of(brief_recording, captions)
    assert np.abs(start_errors(transcript.words, brief.words)).max() <= 150


def test_progress_rises_to_the_end(brief: Talk, brief_recording: Recording, tmp_path: Path) -> None:
    heard: list[progress.Progress] = []
    with progress.listening(heard.append):
        transcript_of(brief_recording, srt(tmp_path / "talk.srt", brief.words))
    fractions = [event.fraction for event in heard]
    assert {event.stage for event in heard} == {"transcribe"}
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1
    assert len(fractions) >= 3
