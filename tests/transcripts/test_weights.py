"""Where a Whisper's weights lie, and how they come there; the hub is one on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from clipping import progress
from clipping.errors import DiskFull, NotInstalled, ServiceUnavailable
from clipping.settings import settings
from clipping.transcripts.weights import WhisperWeights, hub_error
from tests.support.hub import FakeHub
from tests.transcripts.conftest import Setter

FILES = {
    "config.json": b"{}",
    "model.bin": b"m" * 3_000_000,
    "tokenizer.json": b"{}",
    "vocabulary.json": b"[]",
    "README.md": b"not wanted",
}


@pytest.fixture
def hub(set_up: Setter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    with FakeHub("Systran/faster-whisper-small", FILES).serving() as serving:
        monkeypatch.setenv("HF_ENDPOINT", serving.url)
        set_up(models=tmp_path / "models", model_downloads="asked", hub_token="hf_secret")
        yield serving


def test_weights_are_fetched_once_and_then_found(hub: FakeHub) -> None:
    weights = WhisperWeights("small")
    assert weights.folder is None
    reports: list[progress.Progress] = []
    with progress.listening(reports.append):
        folder = weights.fetched()
    assert (folder / "model.bin").read_bytes() == FILES["model.bin"]
    assert not (folder / "README.md").exists()
    assert folder.is_relative_to(settings().models_dir)
    assert "fetching the model small" in reports[0].detail
    assert "of 486 MB" in reports[0].detail
    asked = len(hub.asked)
    assert weights.fetched() == weights.folder == folder
    assert weights.missing is None
    assert len(hub.asked) == asked


def test_no_token_and_nothing_about_us_is_sent(hub: FakeHub) -> None:
    WhisperWeights("small").fetched()
    assert not any("authorization" in headers for headers in hub.headers)
    assert all("telemetry" not in path for _, path in hub.asked)


def test_a_broken_download_is_not_taken_for_weights_and_is_finished_next_time(
    hub: FakeHub,
) -> None:
    hub.broken.add("model.bin")
    with pytest.raises(ServiceUnavailable):
        WhisperWeights("small").fetched()
    assert WhisperWeights("small").folder is None
    assert "is not on this machine" in str(WhisperWeights("small").missing)
    hub.broken.clear()
    hub.asked.clear()
    assert (WhisperWeights("small").fetched() / "model.bin").exists()
    assert not any("GET" in asked and "config.json" in asked[1] for asked in hub.asked)


def test_a_repository_without_a_model_for_us_is_named(hub: FakeHub) -> None:
    del hub.files["model.bin"]
    with pytest.raises(NotInstalled, match=r"does not hold config\.json, model\.bin"):
        WhisperWeights("small").fetched()


@pytest.mark.parametrize(
    ("status", "error", "says"),
    [
        (404, NotInstalled, "does not give the model small"),
        (401, NotInstalled, "access token"),
        (503, ServiceUnavailable, "cannot be reached"),
    ],
)
def test_a_hub_that_refuses_is_one_clear_sentence(
    hub: FakeHub, status: int, error: type[Exception], says: str
) -> None:
    hub.status = status
    with pytest.raises(error, match=says) as caught:
        WhisperWeights("small").fetched()
    assert str(caught.value).endswith(".")
    assert "hf_secret" not in str(caught.value)


def test_a_hub_that_is_not_there_says_what_to_do(
    set_up: Setter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    set_up(models=tmp_path / "models", model_downloads="asked")
    with pytest.raises(ServiceUnavailable, match="check the network, or name a folder"):
        WhisperWeights("small").fetched()


@pytest.mark.parametrize("offline", [True, False])
def test_nothing_is_fetched_when_that_is_forbidden(
    offline: bool, hub: FakeHub, set_up: Setter, monkeypatch: pytest.MonkeyPatch
) -> None:
    if offline:
        monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    else:
        set_up(model_downloads="off")
    says = "HF_HUB_OFFLINE" if offline else "CLIPPER_MODEL_DOWNLOADS=off"
    with pytest.raises(NotInstalled, match=f"{says} forbids to fetch it"):
        WhisperWeights("small").fetched()
    assert hub.asked == []


def test_a_folder_is_used_as_it_is_and_known_by_what_it_holds(
    tmp_path: Path, tiny_whisper: Path
) -> None:
    weights = WhisperWeights(str(tiny_whisper))
    assert weights.fetched() == tiny_whisper
    assert weights.identity.startswith("tiny.")
    other = tmp_path / "tiny"
    other.mkdir()
    for name in ("config.json", "model.bin", "tokenizer.json"):
        (other / name).write_bytes(b"other")
    assert WhisperWeights(str(other)).identity != weights.identity
    assert WhisperWeights("small").identity == "small"


def test_a_folder_without_a_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotInstalled, match=r"does not hold config\.json, model\.bin"):
        WhisperWeights(str(tmp_path)).fetched()


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(NotInstalled, match="large-v3-turbo"):
        WhisperWeights("enormous").fetched()


def test_a_full_disk_is_told_apart() -> None:
    assert isinstance(hub_error("the model", OSError(28, "No space left on device")), DiskFull)


def test_an_error_that_is_not_the_hubs_is_left_as_it_is() -> None:
    assert hub_error("the model", ValueError("ours")) is None
