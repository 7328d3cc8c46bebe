"""The CPU engine against the real faster-whisper, with a tiny model made here."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from clipping import progress
from clipping.errors import NoSpeech, NotInstalled
from clipping.models import GlossaryTerm, Transcript
from clipping.settings import CHECKOUT
from clipping.transcripts import Recording, choose, free, loaded, transcribe
from clipping.transcripts.faster_whisper import FasterWhisperTranscriber, weights
from clipping.transcripts.notebook import NoNotebook
from clipping.transcripts.whisper_words import Piece, whisper_language, words_of
from tests.transcripts.conftest import HEARD, Setter
from tests.transcripts.hearers import FakeNotebook
from tests.transcripts.recordings import assert_lawful, recorded
from tests.transcripts.talks import RATE_HZ, joined, speak

SILENCE_MS = 4_000


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """A long pause, a voice, and a long pause."""
    talk = joined(SILENCE_MS, speak("Most people quit right before the good part."), SILENCE_MS)
    return recorded(tmp_path_factory.mktemp("talk") / "talk.mp4", talk.samples)


@pytest.fixture
def tiny(set_up: Setter, tiny_whisper: Path) -> Path:
    set_up(whisper_model=tiny_whisper)
    return tiny_whisper


def test_words_are_heard_with_confidence_language_and_times_on_the_source_clock(
    tiny: Path, recording: Recording
) -> None:
    reports: list[progress.Progress] = []
    with progress.listening(reports.append):
        transcript = transcribe("faster-whisper", recording)
    assert [word.text for word in transcript.words] == list(HEARD)
    assert transcript.language == "de"
    assert_lawful(transcript.words, recording.media.duration_ms)
    assert all((word.confidence or 0) > 0.9 for word in transcript.words)
    # What is silent was not heard, but counts.
    first, *rest = transcript.words
    assert SILENCE_MS - 500 <= first.span.start_ms <= SILENCE_MS + 500
    for place, word in enumerate(rest, 1):
        assert abs(word.span.start_ms - first.span.start_ms - 400 * place) <= 200
    assert reports[-1].fraction == 1
    assert Transcript.model_validate_json(transcript.model_dump_json()) == transcript


def test_a_language_that_is_told_is_believed(tiny: Path, recording: Recording) -> None:
    told = transcribe("faster-whisper", replace(recording, language="pt-BR"))
    assert told.language == "pt-BR"
    assert told.engine_version.startswith("1-tiny.")
    assert "int8-pt-BR" in told.engine_version


def test_the_same_sound_gives_the_same_words_and_is_not_heard_twice(
    tiny: Path, recording: Recording
) -> None:
    notebook = FakeNotebook()
    first = transcribe("faster-whisper", recording, notebook)
    assert transcribe("faster-whisper", recording, NoNotebook()) == first
    free()
    assert transcribe("faster-whisper", recording, notebook) == first
    assert loaded._held == []


def test_the_model_is_loaded_once_per_process_and_freed_on_demand(
    tiny: Path, recording: Recording
) -> None:
    transcribe("faster-whisper", recording)
    ((_, model),) = loaded._held
    transcribe("faster-whisper", replace(recording, glossary=(GlossaryTerm(text="Zoë"),)))
    assert loaded._held[0][1] is model
    free()
    assert loaded._held == []
    assert not model.model.model.model_is_loaded  # type: ignore[attr-defined]


def test_a_recording_without_a_voice_is_no_speech(tiny: Path, tmp_path: Path) -> None:
    hiss = np.random.default_rng(1).normal(0, 400, 5 * RATE_HZ).astype(np.int16)
    with pytest.raises(NoSpeech, match=r"Nobody speaks in hiss\.mp4"):
        transcribe("faster-whisper", recorded(tmp_path / "hiss.mp4", hiss))


def test_a_broken_model_is_one_clear_sentence(
    set_up: Setter, tmp_path: Path, recording: Recording
) -> None:
    for name in ("config.json", "model.bin", "tokenizer.json"):
        (tmp_path / name).write_text("{}")
    set_up(whisper_model=tmp_path)
    with pytest.raises(NotInstalled, match="cannot be loaded") as caught:
        transcribe("faster-whisper", recording)
    assert "\n" not in str(caught.value)


def test_auto_takes_it_when_its_model_is_here_and_says_so(tiny: Path, recording: Recording) -> None:
    engine, because = choose("auto", recording)
    assert engine.name == "faster-whisper"
    assert str(tiny) in because
    assert "not captions" in because
    assert because.endswith(".")


def test_auto_never_fetches_unasked_and_says_how_to_allow_it(
    set_up: Setter, recording: Recording
) -> None:
    set_up(model_downloads="asked")
    engine, because = choose("auto", recording)
    assert engine.name == "pocketsphinx"
    assert "small (486 MB) is not on this machine" in because
    assert "CLIPPER_MODEL_DOWNLOADS=on" in because
    set_up(model_downloads="on")
    assert choose("auto", recording)[0].name == "faster-whisper"


def test_the_model_without_a_setting_is_small(set_up: Setter) -> None:
    assert weights().name == "small"
    set_up(whisper_model="medium")
    assert weights().name == "medium"
    assert "medium" in FasterWhisperTranscriber().because(Recording.__new__(Recording))


def test_choosing_an_engine_loads_none_of_the_heavy_libraries() -> None:
    script = (
        "import sys, clipping.transcripts as t; t.TRANSCRIBERS['faster-whisper'].ready();"
        "print([m for m in ('faster_whisper','huggingface_hub','torch','whisperx') "
        "if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("tag", "code"),
    [("en-US", "en"), ("nb", "no"), ("iw", "he"), ("zh-Hans", "zh"), ("tlh", None), (None, None)],
)
def test_languages_are_called_as_whisper_calls_them(tag: str | None, code: str | None) -> None:
    assert whisper_language(tag, ["en", "no", "he", "zh"]) == code


def test_pieces_without_a_space_before_them_belong_to_the_word() -> None:
    pieces = [
        Piece(" $40", 1.0, 1.4, 0.9),
        Piece(",000", 1.4, 1.9, 0.5),
        Piece(" well", 2.0, 2.2, 0.8),
        Piece("-known", 2.2, 2.5, 0.8),
        Piece(" ", 2.5, 2.6, 0.1),
    ]
    price, known = words_of(pieces, "en")
    assert (price.text, price.start_ms, price.end_ms, price.confidence) == (
        "$40,000",
        1_000,
        1_900,
        0.7,
    )
    assert known.text == "well-known"
    assert [word.text for word in words_of([Piece("今", 0, 1), Piece("日", 1, 2)], "ja")] == [
        "今",
        "日",
    ]
