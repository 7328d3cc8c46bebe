"""The real WhisperX: load, transcribe, align, tell speakers apart, free; all models made here.

``make test-whisperx`` installs the extra in a virtual environment of its own and runs these.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from clipping import progress
from clipping.errors import NoSpeech, NotInstalled
from clipping.settings import CHECKOUT, settings
from clipping.transcripts import Recording, free, loaded, transcribe
from tests.support.whisper import make_whisper
from tests.transcripts.hearers import FakeNotebook
from tests.transcripts.recordings import GOOD_PART, assert_lawful, recorded
from tests.transcripts.talks import joined, speak

pytestmark = [
    pytest.mark.skipif(
        importlib.util.find_spec("whisperx") is None,
        reason="the extra whisperx is not installed: make test-whisperx",
    ),
    # Its libraries warn of themselves; that none of it reaches our output is tested below.
    pytest.mark.filterwarnings("default"),
]

HEARD = ("Well,", "we", "paid", "$40,000.", "Twice.")
PAUSE_MS = 3_000


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    from tests.whisperx.models import make_aligner, make_speakers

    root = tmp_path_factory.mktemp("whisperx")
    return {
        "whisper_model": make_whisper(root / "tiny", HEARD, language="en"),
        "align_model": make_aligner(root / "aligner"),
        "speaker_model": make_speakers(root / "speakers"),
        "models": root / "models",
    }


@pytest.fixture
def set_up(
    models: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> Iterator[pytest.MonkeyPatch]:
    monkeypatch.setenv("CLIPPER_MODEL_DOWNLOADS", "off")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    for name, path in models.items():
        monkeypatch.setenv(f"CLIPPER_{name.upper()}", str(path))
    settings.cache_clear()
    yield monkeypatch
    free()
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    talk = joined(PAUSE_MS, speak(GOOD_PART), PAUSE_MS)
    return recorded(tmp_path_factory.mktemp("talk") / "talk.mp4", talk.samples)


def test_words_are_heard_aligned_and_given_to_speakers(
    set_up: pytest.MonkeyPatch, recording: Recording, capfd: pytest.CaptureFixture[str]
) -> None:
    reports: list[progress.Progress] = []
    with progress.listening(reports.append):
        transcript = transcribe("whisperx", recording)
    assert [word.text for word in transcript.words] == list(HEARD)
    assert transcript.language == "en"
    assert {word.speaker for word in transcript.words} == {"Speaker 1"}
    assert_lawful(transcript.words, recording.media.duration_ms)
    assert transcript.words[0].span.start_ms >= PAUSE_MS - 500
    assert transcript.words[-1].span.end_ms <= recording.media.duration_ms - PAUSE_MS + 500
    assert all(0 <= (word.confidence or 0) <= 1 for word in transcript.words)
    fractions = [report.fraction for report in reports]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1
    said = capfd.readouterr()
    assert (said.out, said.err) == ("", "")


def test_embeddings_of_the_voices_are_kept_with_the_chunk(
    set_up: pytest.MonkeyPatch, recording: Recording
) -> None:
    notebook = FakeNotebook()
    first = transcribe("whisperx", recording, notebook)
    (page,) = notebook.pages.values()
    (voice,) = page.voices.values()
    assert len(voice) == 32
    free()
    assert transcribe("whisperx", recording, notebook) == first
    assert loaded._held == [], "no model is loaded for what was heard before"


def test_without_a_token_or_a_folder_nobody_is_told_apart(
    set_up: pytest.MonkeyPatch, recording: Recording
) -> None:
    set_up.delenv("CLIPPER_SPEAKER_MODEL")
    settings.cache_clear()
    transcript = transcribe("whisperx", recording)
    assert {word.speaker for word in transcript.words} == {None}


def test_a_language_that_nothing_aligns_is_timed_within_its_sentences(
    set_up: pytest.MonkeyPatch, recording: Recording
) -> None:
    set_up.delenv("CLIPPER_ALIGN_MODEL")
    settings.cache_clear()
    transcript = transcribe("whisperx", replace(recording, language="la"))
    assert [word.text for word in transcript.words] == list(HEARD)
    assert_lawful(transcript.words, recording.media.duration_ms)
    assert any("no model aligns la" in note for note in transcript.notes)


def test_an_aligner_that_may_not_be_fetched_is_one_clear_sentence(
    set_up: pytest.MonkeyPatch, recording: Recording
) -> None:
    set_up.delenv("CLIPPER_ALIGN_MODEL")
    settings.cache_clear()
    with pytest.raises(NotInstalled, match="times words in en is not on this machine") as caught:
        transcribe("whisperx", recording)
    assert "CLIPPER_MODEL_DOWNLOADS=off" in str(caught.value)


def test_speaker_models_that_cannot_be_loaded_are_named_and_the_token_is_not(
    set_up: pytest.MonkeyPatch, recording: Recording, tmp_path: Path
) -> None:
    set_up.setenv("CLIPPER_SPEAKER_MODEL", str(tmp_path))
    set_up.setenv("CLIPPER_HUB_TOKEN", "hf_secret")
    settings.cache_clear()
    with pytest.raises(NotInstalled, match="accept its terms") as caught:
        transcribe("whisperx", recording)
    assert "hf_secret" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_the_models_are_loaded_once_and_freed_on_demand(
    set_up: pytest.MonkeyPatch, recording: Recording
) -> None:
    transcribe("whisperx", recording)
    ((_, first),) = loaded._held
    transcribe("whisperx", replace(recording, language="en"))
    assert loaded._held[0][1] is first
    free()
    assert loaded._held == []


def test_silence_and_noise_are_no_speech(set_up: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import numpy as np

    hiss = np.random.default_rng(1).normal(0, 400, 5 * 16_000).astype(np.int16)
    with pytest.raises(NoSpeech):
        transcribe("whisperx", recorded(tmp_path / "hiss.mp4", hiss))


def test_telemetry_is_off_before_the_libraries_are_imported(set_up: pytest.MonkeyPatch) -> None:
    script = (
        "from clipping.transcripts.whisperx_library import prepare; prepare();"
        "from huggingface_hub import constants;"
        "from pyannote.audio.telemetry.metrics import is_metrics_enabled;"
        "print(constants.HF_HUB_DISABLE_TELEMETRY, is_metrics_enabled())"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == ("True False\n", "")
