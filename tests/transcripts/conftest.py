"""The aligner's scratch folder belongs to the test run, and no model comes over the network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from clipping.settings import settings
from clipping.transcripts import free
from tests.support.whisper import make_whisper

HEARD = ("Well,", "we", "paid", "$40,000.", "Twice.")
"""What the tiny Whisper hears in all that it hears."""


@pytest.fixture(scope="session", autouse=True)
def scratch_of_this_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CLIPPER_SCRATCH", str(tmp_path_factory.mktemp("scratch")))
        patch.setenv("CLIPPER_MODELS", str(tmp_path_factory.mktemp("models")))
        patch.setenv("CLIPPER_MODEL_DOWNLOADS", "off")
        settings.cache_clear()
        yield
    settings.cache_clear()


@pytest.fixture(scope="session")
def tiny_whisper(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a real Whisper that hears ``HEARD`` and takes everything for German."""
    return make_whisper(tmp_path_factory.mktemp("whisper") / "tiny", HEARD, language="de")


Setter = Callable[..., None]


@pytest.fixture
def set_up(monkeypatch: pytest.MonkeyPatch) -> Iterator[Setter]:
    """Changes settings by the names of their fields, for one test; models are freed after it."""

    def change(**values: object) -> None:
        for name, value in values.items():
            monkeypatch.setenv(f"CLIPPER_{name.upper()}", str(value))
        settings.cache_clear()

    yield change
    free()
    monkeypatch.undo()
    settings.cache_clear()
