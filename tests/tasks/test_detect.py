"""The detect stage: a detection is found again, unless another detector stood in for it."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import pytest
from pydantic import SecretStr

from clipping.db import queries
from clipping.db.session import open_session
from clipping.models import Detection, DetectOptions
from clipping.moments import ClaudeDetector, Footage
from clipping.settings import settings
from tasks import detect
from tests.db.values import a_detection, a_source, a_transcript
from tests.moments.claude.doors import FakeDoor


@pytest.fixture
def transcript_id(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A stored transcript, on a machine with a key for Claude."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("CLIPPER_HOME", str(tmp_path / "home"))
    settings.cache_clear()
    monkeypatch.setattr(settings(), "anthropic_api_key", SecretStr("sk-ant-test"))
    with open_session(database_url) as session:
        queries.save_source(session, a_source())
        return queries.save_transcript(session, a_source().source_id, None, a_transcript())


def test_what_the_local_detector_found_instead_is_looked_for_again(
    transcript_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Footage] = []
    answers = [a_detection(detector="local"), a_detection(detector="claude")]

    def found(name: str, footage: Footage) -> Detection:
        assert name == "auto"
        made.append(footage)
        return answers[len(made) - 1]

    monkeypatch.setattr(detect.moments, "detect", found)
    monkeypatch.setattr(detect, "media_store", _NoStore)
    door = FakeDoor(lambda _: "")
    monkeypatch.setattr(detect, "open_door", lambda _client: nullcontext(door))
    keys = [detect.detect_moments.fn(transcript_id, "auto", DetectOptions()) for _ in range(3)]
    assert len(set(keys)) == 1
    assert len(made) == 2
    assert made[0].door is door
    assert detect.load_detection.fn(keys[0])[1].detector == ClaudeDetector.name


class _NoStore:
    def local_path(self, key: str) -> Path:
        return Path(key)
