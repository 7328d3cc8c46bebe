"""``clipper estimate``: what a source will cost, before anything is asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from clipping.db import queries
from clipping.db.session import open_session
from clipping.models import DetectOptions
from clipping.moments.claude.detector import Models
from clipping.moments.claude.foreseeing import foreseen, unheard
from clipping.settings import settings
from flows import cli
from flows.estimating import estimate_of
from tests.db.values import a_source
from tests.moments.spoken import speak, transcript
from tests.moments.talks import TALK
from tests.support.commands import CliRunner
from tests.support.media import make_video

MODELS = Models("claude-haiku-5-5", "claude-sonnet-5-5", "claude-opus-5-5")
HOUR_MS = 3_600_000


@pytest.fixture
def place(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("CLIPPER_HOME", str(tmp_path / "home"))
    settings.cache_clear()
    yield database_url
    settings.cache_clear()


def _run(*arguments: object) -> tuple[int, str]:
    done = CliRunner().invoke(cli.app, ["estimate", *map(str, arguments)])
    return done.exit_code, done.output


def test_what_will_be_asked_is_foreseen_for_each_pass() -> None:
    asked = foreseen(unheard(HOUR_MS), HOUR_MS, DetectOptions(), MODELS)
    purposes = [one.purpose for one in asked]
    assert purposes == ["scout"] * (len(asked) - 2) + ["judge", "check"]
    assert 2 <= purposes.count("scout") <= 5
    assert [one.model for one in asked[-3:]] == [MODELS.scout, MODELS.judge, MODELS.judge]
    dear = foreseen(unheard(HOUR_MS), HOUR_MS, DetectOptions(), MODELS, complex_source=True)
    assert {one.model for one in dear} == {MODELS.scout, MODELS.complex_judge}


def test_an_hour_costs_some_cents_and_half_of_that_in_batches() -> None:
    asked = foreseen(unheard(HOUR_MS), HOUR_MS, DetectOptions(), MODELS)
    found = estimate_of(asked, heard=False, minutes=60)
    assert 0.01 < found.usd < 0.2
    assert found.batch_usd * 2 == found.usd
    twice = foreseen(unheard(2 * HOUR_MS), 2 * HOUR_MS, DetectOptions(), MODELS)
    assert estimate_of(twice, heard=False, minutes=120).usd > found.usd


def test_a_talk_without_words_costs_nothing() -> None:
    asked = foreseen(unheard(0), 1000, DetectOptions(), MODELS)
    assert estimate_of(asked, heard=True, minutes=0).usd == 0


def test_a_file_that_nobody_has_heard_is_estimated_by_its_length(
    place: str, tmp_path: Path
) -> None:
    code, said = _run(make_video(tmp_path / "talk.mp4", seconds=40, audio="tone"))
    assert code == 0, said
    assert said.startswith("About $0.0")
    assert "for 1 min, if people speak as usual: 5 calls with " in said


def test_a_source_that_was_heard_is_estimated_by_its_words(place: str, tmp_path: Path) -> None:
    source = a_source(location=str(make_video(tmp_path / "talk.mp4", seconds=2)))
    words = transcript(speak(TALK))
    with open_session(place) as session:
        queries.sources.save_source(session, source)
        queries.transcripts.save_transcript(session, source.source_id, None, words)
    code, said = _run(source.location, "--client", source.client, "--json")
    assert code == 0, said
    told = json.loads(said)
    assert told["heard"]
    assert told["calls"] >= 3
    assert told["usd"] > told["batch_usd"] > 0


def test_a_link_that_was_not_taken_in_is_refused(place: str) -> None:
    code, said = _run("https://www.youtube.com/watch?v=abcdefghijk")
    assert code == 3
    assert "has not been taken in for default yet." in said
