"""What every transcriber keeps to; a new one is tested by standing in the registry."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from clipping.errors import NotInstalled, UnreadableCaptions
from clipping.models import Transcript
from clipping.transcripts import TRANSCRIBERS, Recording, choose, transcribe
from clipping.transcripts.base import Transcriber
from tests.transcripts.conftest import Setter
from tests.transcripts.recordings import assert_lawful, recorded, srt
from tests.transcripts.talks import joined, speak

TEXT = "I was afraid to ask a simple question, and you know why."


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    folder = tmp_path_factory.mktemp("registry")
    talk = joined(400, speak(TEXT), 600)
    return recorded(folder / "talk.mp4", talk.samples, srt(folder / "talk.srt", talk.words))


@pytest.mark.parametrize("name", TRANSCRIBERS)
def test_an_engine_is_registered_under_its_own_name(name: str) -> None:
    engine = TRANSCRIBERS[name]
    assert engine.name == name
    assert engine.version
    assert issubclass(engine, Transcriber)


@pytest.mark.parametrize("name", TRANSCRIBERS)
def test_every_engine_that_can_run_gives_a_lawful_transcript(
    name: str, recording: Recording, set_up: Setter, tiny_whisper: Path
) -> None:
    set_up(whisper_model=tiny_whisper)
    engine = TRANSCRIBERS[name]
    missing = engine.available() or engine.ready()
    if missing is not None:
        pytest.skip(f"{name} cannot run here: {missing}")
    transcript = transcribe(name, recording)
    edition = TRANSCRIBERS[name]().edition(recording)
    assert (transcript.engine, transcript.engine_version) == (name, edition)
    assert transcript.words
    assert_lawful(transcript.words, recording.media.duration_ms)
    assert all(word.span.duration_ms >= 20 for word in transcript.words)
    assert transcript.chosen_because == f"The transcriber {name} was asked for by name."
    assert Transcript.model_validate_json(transcript.model_dump_json()) == transcript


def test_the_same_recording_gives_the_same_transcript(recording: Recording) -> None:
    assert transcribe("captions", recording) == transcribe("captions", recording)


def test_auto_prefers_captions_and_says_why(recording: Recording) -> None:
    engine, because = choose("auto", recording)
    assert engine.name == "captions"
    assert because.startswith("The captions in talk.srt hold the words")
    assert because.endswith(".")


def test_auto_recognises_speech_when_there_are_no_captions_and_says_why(
    recording: Recording,
) -> None:
    engine, because = choose("auto", replace(recording, captions_path=None))
    assert engine.name == "pocketsphinx"
    assert "there is no captions file" in because
    assert because.count(".") == 1


def test_captions_asked_for_without_a_file_are_refused(recording: Recording) -> None:
    with pytest.raises(UnreadableCaptions, match="there is no captions file"):
        choose("captions", replace(recording, captions_path=None))


def test_an_unknown_name_is_answered_with_the_known_ones(recording: Recording) -> None:
    with pytest.raises(ValueError, match="no transcriber called 'whisper'") as caught:
        choose("whisper", recording)
    for name in ("auto", *TRANSCRIBERS):
        assert name in str(caught.value)


def test_an_engine_that_cannot_run_is_named_with_the_reason(
    recording: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = TRANSCRIBERS["pocketsphinx"]
    monkeypatch.setattr(engine, "available", classmethod(lambda _: "the model is missing"))
    with pytest.raises(NotInstalled, match="the model is missing"):
        choose("pocketsphinx", recording)
    with pytest.raises(NotInstalled, match="the model is missing"):
        choose("auto", replace(recording, captions_path=None))
