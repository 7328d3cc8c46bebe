"""The detect stage: a detection is found again, unless another detector stood in for it."""

from __future__ import annotations

from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from clipping.db import queries
from clipping.db.session import open_session
from clipping.models import Detection, DetectOptions, EditorialPolicy
from clipping.moments import ClaudeDetector, Footage
from clipping.settings import settings
from tasks import detect
from tests.db.values import a_detection, a_moment, a_source, a_transcript
from tests.moments.claude.doors import FakeDoor


@pytest.fixture
def transcript_id(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A stored transcript, on a machine with a key for Claude."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("CLIPPER_HOME", str(tmp_path / "home"))
    settings.cache_clear()
    monkeypatch.setattr(settings(), "anthropic_api_key", SecretStr("sk-ant-test"))
    with open_session(database_url) as session:
        queries.sources.save_source(session, a_source())
        return queries.transcripts.save_transcript(
            session, a_source().source_id, None, a_transcript()
        )


def test_what_the_local_detector_found_instead_is_looked_for_again_and_stays_beside(
    transcript_id: str, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Footage] = []
    instead = a_detection(moments=0).replace(moments=(a_moment(3, rank=1),))
    answers = [instead, instead, a_detection(detector="claude")]

    def found(name: str, footage: Footage) -> Detection:
        assert name == "auto"
        made.append(footage)
        return answers[len(made) - 1]

    monkeypatch.setattr("tasks.detect.moments.detect", found)
    monkeypatch.setattr(detect, "media_store", _NoStore)
    door = FakeDoor(lambda _: "")
    monkeypatch.setattr(detect, "open_door", lambda _client, **_: nullcontext(door))
    keys = [detect.detect_moments.fn(transcript_id, "auto", DetectOptions()) for _ in range(4)]
    assert len(made) == 3
    assert made[0].door is door
    assert keys == [keys[0], keys[0], keys[2], keys[2]]
    assert detect.load_detection.fn(keys[2])[1].detector == ClaudeDetector.name
    # Clips were made of it, perhaps, which are still shown, varied and released.
    assert detect.load_detection.fn(keys[0])[1] == instead
    with open_session(database_url) as session:
        assert queries.detections.get_moment(session, a_moment(3).moment_id)[1] == a_moment(
            3, rank=1
        )


def test_the_client_s_policy_and_the_source_decide_what_is_found(
    transcript_id: str, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[tuple[Footage, bool]] = []

    def opened(client: str, *, in_batches: bool) -> nullcontext[FakeDoor]:
        assert client == "acme"
        asked.append(in_batches)
        return nullcontext(FakeDoor(lambda _: ""))

    def found(_name: str, footage: Footage) -> Detection:
        given.append((footage, asked[-1]))
        return a_detection(detector="claude")

    asked: list[bool] = []
    monkeypatch.setattr("tasks.detect.moments.detect", found)
    monkeypatch.setattr(detect, "media_store", _NoStore)
    monkeypatch.setattr(detect, "open_door", opened)
    run = partial(detect.detect_moments.fn, transcript_id, "auto", DetectOptions())

    def wanting(**wishes: Any) -> None:
        with open_session(database_url) as session:
            queries.clients.save_editorial_policy(session, "acme", EditorialPolicy(**wishes))

    keys = [run()]
    wanting(banned_words=("guru",))
    keys += [run(), run(complex_source=True)]
    assert len(set(keys)) == 3
    footage = given[-1][0]
    assert footage.complex_source
    assert footage.policy.banned_words == ("guru",)
    assert footage.policy.when_down == "local"
    # What only concerns posts, or outages, makes no other detection.
    wanting(banned_words=("guru",), default_hashtags=("acme",), when_down="wait")
    assert run() == keys[1]
    assert run(in_batches=True) == keys[1]
    assert len(given) == 3
    wanting(tone="dry")
    run(in_batches=True)
    assert given[-1][1], "the door is that of batches"
    assert given[-1][0].policy.when_down == "wait", "and its answers are come back for"


class _NoStore:
    def local_path(self, key: str) -> Path:
        return Path(key)
