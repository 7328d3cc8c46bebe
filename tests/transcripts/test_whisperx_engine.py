"""What the WhisperX engine decides by itself; the library is run in ``tests/whisperx``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from clipping.errors import NotInstalled
from clipping.transcripts import TRANSCRIBERS, choose
from clipping.transcripts import whisperx as engine
from clipping.transcripts.base import Recording
from clipping.transcripts.whisperx import is_out_of_memory, recognised, words_of
from clipping.transcripts.whisperx_library import Machine, machine
from clipping.transcripts.whisperx_models import Models
from tests.transcripts.conftest import Setter
from tests.transcripts.recordings import recorded
from tests.transcripts.talks import speak

SOUND = np.zeros(16_000, np.float32)


class FakeWhisper:
    """Runs out of memory when more than ``most`` are heard side by side."""

    def __init__(self, most: int, says: str = "CUDA failed with error out of memory") -> None:
        self.most = most
        self.says = says
        self.tried: list[int] = []

    def transcribe(
        self,
        _sound: Any,
        *,
        batch_size: int,
        language: str | None,
        progress_callback: Callable[[float], None],
    ) -> dict[str, Any]:
        self.tried.append(batch_size)
        if batch_size > self.most:
            raise RuntimeError(self.says)
        progress_callback(100.0)
        return {"segments": [], "language": language or "en"}


class FakeModels(Models):
    """Models on a GPU that has room for so many at first sight."""

    def __init__(self, whisper: FakeWhisper, size: int = 16) -> None:
        super().__init__(Machine("cuda", "float16"), whisper)
        self.size = size
        self.forgotten = 0

    def batch_size(self) -> int:
        return self.size

    def forget_cached(self) -> None:
        self.forgotten += 1


def test_out_of_memory_is_answered_with_half_as_much_side_by_side() -> None:
    whisper = FakeWhisper(most=3)
    models = FakeModels(whisper)
    told: list[float] = []
    assert recognised(models, SOUND, "en", told.append)["language"] == "en"
    assert whisper.tried == [16, 8, 4, 2]
    assert models.forgotten == 3
    assert told == [1.0]


def test_a_gpu_without_room_for_one_is_an_error_that_is_recognised() -> None:
    whisper = FakeWhisper(most=0)
    with pytest.raises(RuntimeError) as caught:
        recognised(FakeModels(whisper, 2), SOUND, None, lambda _: None)
    assert is_out_of_memory(caught.value)
    assert whisper.tried == [2, 1]


def test_another_error_is_not_tried_again() -> None:
    whisper = FakeWhisper(most=0, says="no kernel image is available")
    with pytest.raises(RuntimeError, match="no kernel image"):
        recognised(FakeModels(whisper), SOUND, None, lambda _: None)
    assert whisper.tried == [16]


def test_aligned_words_keep_what_they_have_and_numbers_have_no_times() -> None:
    segments = [
        {
            "start": 0.5,
            "end": 3.0,
            "text": " It costs $5.",
            "speaker": "SPEAKER_01",
            "words": [
                {"word": "It", "start": 0.5, "end": 0.7, "score": 0.9, "speaker": "SPEAKER_00"},
                {"word": "costs", "start": 0.8, "end": float("nan"), "score": float("nan")},
                {"word": "$5."},
                {"word": " "},
            ],
        }
    ]
    it, costs, price = words_of(segments, "en")
    assert (it.start_ms, it.end_ms, it.confidence, it.speaker) == (500, 700, 0.9, "SPEAKER_00")
    assert (costs.start_ms, costs.end_ms, costs.confidence) == (800, None, None)
    assert (price.text, price.start_ms, price.speaker) == ("$5.", None, "SPEAKER_01")


def test_words_that_nothing_aligned_are_bound_to_the_ends_of_their_segment() -> None:
    segments = [{"start": 2.0, "end": 4.0, "text": " salve mi amice bone"}]
    words = words_of(segments, "la")
    assert [word.text for word in words] == ["salve", "mi", "amice", "bone"]
    assert words[0].start_ms == 2_000
    assert (words[1].start_ms, words[2].start_ms) == (None, None)
    assert words[-1].end_ms == 4_000
    assert [word.text for word in words_of([{"start": 0, "end": 1, "text": "今日"}], "ja")] == [
        "今",
        "日",
    ]


def test_the_batch_is_what_the_free_memory_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Models(Machine("cpu", "int8"), None).batch_size() == 4


def test_a_machine_without_a_gpu_uses_8_bit_integers(monkeypatch: pytest.MonkeyPatch) -> None:
    import ctranslate2

    monkeypatch.setattr(ctranslate2, "get_cuda_device_count", lambda: 0)
    assert machine() == Machine("cpu", "int8")
    monkeypatch.setattr(ctranslate2, "get_cuda_device_count", lambda: 1)
    known = {"float16", "float32", "int8"}
    monkeypatch.setattr(ctranslate2, "get_supported_compute_types", lambda _device: known)
    assert machine() == Machine("cuda", "float16")
    known.remove("float16")
    assert machine() == Machine("cuda", "float32")


def test_auto_wants_a_gpu_and_the_weights(monkeypatch: pytest.MonkeyPatch, set_up: Setter) -> None:
    whisperx = TRANSCRIBERS["whisperx"]
    monkeypatch.setattr(engine, "machine", lambda: Machine("cpu", "int8"))
    assert whisperx.ready() == "there is no CUDA GPU"
    monkeypatch.setattr(engine, "machine", lambda: Machine("cuda", "float16"))
    set_up(model_downloads="asked")
    assert "large-v3 (3090 MB) is not on this machine" in str(whisperx.ready())
    set_up(model_downloads="on")
    assert whisperx.ready() is None


def test_what_decides_the_words_is_in_the_edition(
    monkeypatch: pytest.MonkeyPatch, set_up: Setter, tmp_path: Any
) -> None:
    recording = recorded(tmp_path / "talk.mp4", speak("Hello there.").samples)
    editions = []
    for changes in (
        {},
        {"whisper_model": "large-v3-turbo"},
        {"hub_token": "hf_x"},
        {"align_model": "me/aligner"},
    ):
        set_up(**changes)
        editions.append(TRANSCRIBERS["whisperx"]().edition(recording))
    assert len(set(editions)) == len(editions)
    assert all("hf_x" not in edition for edition in editions)
    monkeypatch.setattr(engine, "machine", lambda: Machine("cuda", "float16"))
    assert TRANSCRIBERS["whisperx"]().edition(recording) not in editions


def test_asked_for_without_being_installed_it_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    recording = Recording(tmp_path / "talk.mp4", media=None)  # type: ignore[arg-type]
    with pytest.raises(NotInstalled, match="the extra whisperx is not installed"):
        choose("whisperx", recording)
