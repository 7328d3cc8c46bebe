"""How WhisperX and faster-whisper fail: in our words, and fetching nothing that is forbidden."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from clipping.errors import Broken, ClippingError, NotInstalled, ServiceUnavailable
from clipping.transcripts import TRANSCRIBERS, faster_whisper, whisperx, whisperx_models
from clipping.transcripts.whisperx_library import Machine
from clipping.transcripts.whisperx_models import Models, is_out_of_memory, wants_speakers
from tests.transcripts.conftest import Setter

SOUND = np.zeros(16_000, np.int16)
NO_MEMORY = RuntimeError("CUDA failed with error out of memory")


class FakeWhisper:
    """Fails in all that it is asked, with one error."""

    def __init__(self, error: Exception) -> None:
        self.error = error
        self.model = SimpleNamespace(is_multilingual=True)
        self.supported_languages = ["en"]

    def detect_language(self, **_options: Any) -> Any:
        raise self.error

    def transcribe(self, _sound: Any, **_options: Any) -> Any:
        raise self.error


FAILURES = [
    (NO_MEMORY, ServiceUnavailable),
    (RuntimeError("cuBLAS failed with status CUBLAS_STATUS_ALLOC_FAILED"), ServiceUnavailable),
    (TypeError("unsupported operand"), Broken),
    (AssertionError("what a library believes"), Broken),
]


@pytest.mark.parametrize(("error", "ours"), FAILURES, ids=lambda value: str(value)[:30])
def test_whatever_whisperx_raises_is_one_of_ours(
    error: Exception, ours: type[ClippingError], monkeypatch: pytest.MonkeyPatch
) -> None:
    whisper = SimpleNamespace(model=FakeWhisper(error), transcribe=FakeWhisper(error).transcribe)
    monkeypatch.setattr(whisperx, "_models", lambda: Models(Machine("cpu", "int8"), whisper))
    engine = TRANSCRIBERS["whisperx"]()
    assert isinstance(engine, whisperx.WhisperXTranscriber)
    with pytest.raises(ours):
        engine.language_of([SOUND])
    with pytest.raises(ours):
        engine.hear(SOUND, "en", lambda _: None)


def test_whatever_faster_whisper_raises_is_one_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = faster_whisper._Whisper(FakeWhisper(TypeError("unsupported operand")))
    monkeypatch.setattr(faster_whisper, "_model", lambda: broken)
    engine = faster_whisper.FasterWhisperTranscriber()
    with pytest.raises(Broken, match="faster-whisper failed"):
        engine.language_of([SOUND])
    with pytest.raises(Broken, match="faster-whisper failed"):
        engine.hear(SOUND, "en", lambda _: None)


def test_a_token_that_is_set_to_nothing_asks_for_no_speakers(set_up: Setter) -> None:
    set_up(hub_token="")
    assert not wants_speakers()
    set_up(hub_token="hf_secret")
    assert wants_speakers()


@pytest.fixture
def libraries(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Modules that stand where those of the extra would."""
    made = {
        name: ModuleType(name)
        for name in ("whisperx", "whisperx.diarize", "torchaudio", "torchaudio.pipelines")
    }
    for name, module in made.items():
        monkeypatch.setitem(sys.modules, name, module)
    made["torchaudio"].pipelines = made["torchaudio.pipelines"]  # type: ignore[attr-defined]
    return dict(made)


def test_a_gpu_too_full_to_load_a_model_is_no_missing_installation(
    libraries: dict[str, Any], set_up: Setter, tmp_path: Path
) -> None:
    def full(*_names: Any, **_options: Any) -> Any:
        raise NO_MEMORY

    libraries["whisperx"].load_align_model = full
    libraries["whisperx.diarize"].DiarizationPipeline = full
    set_up(speaker_model=tmp_path, models=tmp_path)
    with pytest.raises(ServiceUnavailable, match="not enough free memory"):
        whisperx_models._load_aligner(str(tmp_path), "en", "cuda")
    with pytest.raises(ServiceUnavailable, match="not enough free memory"):
        whisperx_models._load_speakers("cuda")
    assert is_out_of_memory(NO_MEMORY)


def test_the_weights_of_one_language_allow_no_fetch_of_another_ones(
    libraries: dict[str, Any], set_up: Setter, tmp_path: Path
) -> None:
    fetched: list[str] = []

    class FakeBundle:
        def __init__(self, path: str) -> None:
            self._path = path

        def get_model(self, **_options: Any) -> None:
            fetched.append(self._path)

    pipelines = libraries["torchaudio.pipelines"]
    pipelines.__all__ = ["EN", "FR"]
    pipelines.EN, pipelines.FR = FakeBundle("english.pth"), FakeBundle("french.pt")
    set_up(models=tmp_path, model_downloads="off")
    (tmp_path / "english.pth").write_bytes(b"weights")
    whisperx_models._fetch_aligner("EN", tmp_path, "the model that times words in en")
    with pytest.raises(NotInstalled, match="CLIPPER_MODEL_DOWNLOADS=off forbids"):
        whisperx_models._fetch_aligner("FR", tmp_path, "the model that times words in fr")
    assert fetched == ["english.pth"]
