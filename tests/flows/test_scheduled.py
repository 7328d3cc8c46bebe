"""Runs that nobody waits for ask Claude in batches, and come back for its answers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from clipping.db import queries
from clipping.db.session import open_session
from clipping.models import DetectOptions, WatchedItem
from clipping.moments import LocalDetector
from clipping.moments.claude import detector
from clipping.settings import settings
from flows import clip, detect, watch
from flows.detect import detect as detect_flow
from tasks.detect import detect_moments
from tasks.write import write_words
from tests.db.values import a_detection, a_source
from tests.moments.claude.doors import silent
from tests.moments.claude.reader import FakeReader
from tests.moments.spoken import speak, transcript
from tests.moments.talks import TALK
from tests.support.claude import FakeClaude
from tests.watching.items import a_video, a_watch, an_item

PLACE = "https://www.youtube.com/@acme"
WATCH = a_watch(PLACE, watch_id=queries.watches.watch_id("acme", PLACE), clip=True)
ITEM = an_item(a_video(), watch_id=WATCH.watch_id)
OPTIONS = DetectOptions(count=2)
QUESTIONS = ["scout", "judge", "check", "write", "check"]


@pytest.fixture
def claude() -> Iterator[FakeClaude]:
    with FakeClaude(FakeReader().over_http).serving() as made:
        yield made


@pytest.fixture
def url(
    claude: FakeClaude, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """A watch with an item whose words are known, and a run that waits for no batch."""
    for name, value in {
        "DATABASE_URL": database_url,
        "CLIPPER_HOME": str(tmp_path / "home"),
        "ANTHROPIC_API_KEY": claude.key,
        "CLIPPER_CLAUDE_URL": claude.url,
        "CLIPPER_CLAUDE_BATCH_PATIENCE_SECONDS": "0",
        "NO_PROXY": "127.0.0.1",
    }.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    monkeypatch.setattr(detector, "listen", silent)
    source = a_source()
    with open_session(database_url) as session:
        queries.sources.save_source(session, source)
        queries.watches.save_watch(session, WATCH)
        queries.watches.note_look(session, WATCH.watch_id, datetime.now(UTC))
        queries.watches.save_items(session, [ITEM])
        words = transcript(speak(TALK))
        transcript_id = queries.transcripts.save_transcript(session, source.source_id, None, words)

    def clip_heard(_location: str, *, in_batches: bool = False, **_: Any) -> None:
        key = detect_moments.fn(transcript_id, "auto", OPTIONS, False, in_batches)
        write_words.fn(key, "auto", in_batches)

    for name in ("begin", "check_rights_at", "end", "load_watches", "look", "note_pass"):
        monkeypatch.setattr(watch, name, getattr(watch, name).fn)
    monkeypatch.setattr(watch, "hear_source", lambda *_, **__: transcript_id)
    monkeypatch.setattr(watch, "clip_source", clip_heard)
    monkeypatch.setattr("tasks.detect.media_store", _NoStore)
    yield database_url
    settings.cache_clear()


class _NoStore:
    def local_path(self, key: str) -> Path:
        return Path(key)


def _item(url: str) -> WatchedItem:
    with open_session(url) as session:
        (found,) = queries.watches.items_of(session, WATCH.watch_id)
    return found


def _half_an_hour_passes(url: str) -> None:
    item = _item(url)
    assert item.try_again_at is not None
    with open_session(url) as session:
        earlier = item.try_again_at - timedelta(hours=6)
        queries.watches.save_items(session, [item.replace(try_again_at=earlier)])


def test_a_pass_comes_back_for_each_batch_and_sends_none_twice(
    url: str, claude: FakeClaude
) -> None:
    for sent in range(1, len(QUESTIONS) + 1):
        assert watch.watch_sources.fn().data == {"failed": 1}
        item = _item(url)
        assert "still at a batch" in item.reason
        assert item.attempts == 0, "the item is not to blame"
        assert len(claude.batches.made) == sent
        if sent == 1:
            # Neither before the pause is over, nor before Claude has answered, is more asked.
            assert watch.watch_sources.fn().data == {}
            _half_an_hour_passes(url)
            assert watch.watch_sources.fn().data == {"failed": 1}
            assert len(claude.batches.made) == sent
        _half_an_hour_passes(url)
        claude.batches.end_all()
    assert watch.watch_sources.fn().data == {"done": 1}
    assert len(claude.batches.made) == len(claude.prompts) == len(QUESTIONS)
    with open_session(url) as session:
        found = queries.detections.detection_of(session, a_source().source_id)
        assert found is not None
        assert (found.detector, found.notes) == ("claude", found.notes)
        words = queries.drafts.writings_of(session, [one.moment_id for one in found.moments])
        assert {one.writer for one in words.values()} == {"claude"}
        lines = queries.claude.costs(session, "acme", f"{datetime.now(UTC):%Y-%m}")
    assert {line.purpose for line in lines} == set(QUESTIONS)
    assert all(line.batch for line in lines)


def test_without_a_key_a_pass_clips_on_this_machine(
    url: str, claude: FakeClaude, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "")
    settings.cache_clear()
    monkeypatch.setattr(LocalDetector, "detect", lambda *_: a_detection())
    assert watch.watch_sources.fn().data == {"done": 1}
    assert claude.asked == []


def test_what_is_said_of_a_run_reaches_its_stages(monkeypatch: pytest.MonkeyPatch) -> None:
    told: dict[str, Any] = {}
    for name in ("render_choices", "check_wishes", "check_rights_at", "check_rights_of"):
        monkeypatch.setattr(clip, name, lambda *_, **__: None)
    monkeypatch.setattr(clip, "taken_in", lambda *_: {"source_id": "s", "captions_key": None})
    monkeypatch.setattr(clip, "heard", lambda *_: "t")
    monkeypatch.setattr(clip, "run_stage", lambda stage, **given: told.update({stage.name: given}))
    clip.clip_source.fn("a.mp4", complex_source=True, in_batches=True)
    assert told["detect"]["complex_source"]
    assert told["detect"]["in_batches"]

    def detected(*given: Any) -> str:
        asked.append(given)
        return "key"

    asked: list[Any] = []
    monkeypatch.setattr(detect, "lengths_of_transcript", lambda *_: DetectOptions())
    monkeypatch.setattr(detect, "detect_moments", detected)
    monkeypatch.setattr(detect, "load_detection", lambda _: ("t", a_detection()))
    monkeypatch.setattr(detect, "write_words", lambda *given: asked.append(given))
    detect_flow.fn("t", "local", complex_source=True, in_batches=True)
    assert asked == [("t", "local", DetectOptions(), True, True), ("key", "local", True)]
