"""What a folder of weights is known by, and what else goes wrong on the way to the hub."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from clipping.errors import ClippingError, DiskFull, NotInstalled, ServiceUnavailable
from clipping.transcripts.weights import WhisperWeights, hub_error
from tests.transcripts.conftest import Setter

SIZE = 9_000_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "mine"
    found.mkdir()
    for name in ("config.json", "tokenizer.json", "vocabulary.json"):
        (found / name).write_bytes(b"{}")
    (found / "model.bin").write_bytes(b"m" * SIZE)
    return found


def test_what_the_hubs_client_leaves_beside_the_weights_changes_nothing(folder: Path) -> None:
    before = WhisperWeights(str(folder)).identity
    (folder / ".cache").mkdir()
    (folder / "README.md").write_text("about it")
    assert WhisperWeights(str(folder)).identity == before


@pytest.mark.parametrize("at", [0, SIZE // 2, SIZE - 1_000_000])
def test_weights_that_were_tuned_are_other_weights(folder: Path, at: int) -> None:
    before = WhisperWeights(str(folder)).identity
    with (folder / "model.bin").open("r+b") as opened:
        opened.seek(at)
        opened.write(b"n" * 1_000_000)
    assert WhisperWeights(str(folder)).identity != before


@pytest.mark.parametrize(
    ("says", "error"),
    [
        ("Data processing error: CAS service error : Request failed", ServiceUnavailable),
        ("Data processing error: IO error: No space left on device (os error 28)", DiskFull),
    ],
)
def test_what_fetches_large_files_fails_in_our_words(
    says: str,
    error: type[ClippingError],
    set_up: Setter,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import huggingface_hub

    def fail(*_names: object, **_options: object) -> None:
        raise RuntimeError(says)

    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    monkeypatch.setattr(huggingface_hub, "snapshot_download", fail)
    set_up(models=tmp_path / "models", model_downloads="asked")
    with pytest.raises(error, match="model small"):
        WhisperWeights("small").fetched()


def test_a_disk_that_takes_nothing_and_a_name_that_nobody_knows_are_ours_to_tell() -> None:
    from urllib.error import URLError

    assert isinstance(hub_error("the model", OSError(errno.EROFS, "Read-only")), NotInstalled)
    unknown = URLError(OSError(-2, "Name or service not known"))
    assert isinstance(hub_error("the model", unknown), ServiceUnavailable)
