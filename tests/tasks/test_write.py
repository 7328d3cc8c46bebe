"""The write stage: drafts are kept and found again, and stand in the reports of clips."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from clipping.claude import Question
from clipping.copywriting import problems
from clipping.db import queries
from clipping.db.session import open_session
from clipping.errors import BudgetSpent
from clipping.models import ClipReport, EditorialPolicy, PlatformName, Writing
from clipping.settings import settings
from flows import console, jobs
from tasks import write
from tasks.words import words_beside
from tests.db.values import a_clip, a_detection, a_moment, a_source, a_transcript
from tests.moments.claude.doors import FakeDoor
from tests.moments.claude.reader import FakeReader

KEY = "det_1"
BEST = a_moment().moment_id


@pytest.fixture
def url(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A stored detection of two moments, and a clip, on a machine with a key for Claude."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("CLIPPER_HOME", str(tmp_path / "home"))
    settings.cache_clear()
    monkeypatch.setattr(settings(), "anthropic_api_key", SecretStr("sk-ant-test"))
    source = a_source()
    with open_session(database_url) as session:
        queries.sources.save_source(session, source)
        words = queries.transcripts.save_transcript(session, source.source_id, None, a_transcript())
        queries.detections.save_detection(session, source.source_id, words, KEY, a_detection())
        queries.clips.save_clip(session, a_clip())
    yield database_url
    settings.cache_clear()


@pytest.fixture
def door(monkeypatch: pytest.MonkeyPatch) -> FakeDoor:
    made = FakeDoor(FakeReader())

    @contextmanager
    def opened(client: str, **_: bool) -> Iterator[FakeDoor]:
        assert client == "acme"
        yield made

    monkeypatch.setattr(write, "open_door", opened)
    return made


def _kept(url: str) -> dict[str, Writing]:
    with open_session(url) as session:
        return queries.drafts.writings_of(session, [BEST, a_moment(2).moment_id])


def _wanting(url: str, **wishes: Any) -> None:
    with open_session(url) as session:
        queries.clients.save_editorial_policy(session, "acme", EditorialPolicy(**wishes))


def _purposes(door: FakeDoor) -> list[str]:
    return [one.purpose for one in door.asked]


def _spent(_: Question) -> BudgetSpent:
    return BudgetSpent("The month's budget is spent.")


def test_what_was_written_is_found_again_until_something_else_is_wished(
    url: str, door: FakeDoor
) -> None:
    for _ in range(2):
        write.write_words.fn(KEY)
    assert {one.writer for one in _kept(url).values()} == {"claude"}
    assert len(_kept(url)) == 2
    assert _purposes(door) == ["write", "check"]
    _wanting(url, tone="dry")
    write.write_words.fn(KEY)
    assert _purposes(door) == ["write", "check"] * 2


def test_without_a_budget_this_machine_writes_until_there_is_one(url: str, door: FakeDoor) -> None:
    reader, door.answer = door.answer, _spent
    write.write_words.fn(KEY)
    assert {one.writer for one in _kept(url).values()} == {"local"}
    assert "budget is spent" in _kept(url)[BEST].notes[0]
    door.answer = reader
    write.write_words.fn(KEY)
    assert {one.writer for one in _kept(url).values()} == {"claude"}


def test_who_asks_for_the_local_detector_pays_for_no_words(url: str, door: FakeDoor) -> None:
    write.write_words.fn(KEY, "local")
    assert door.asked == []
    assert {(one.writer, one.notes) for one in _kept(url).values()} == {("local", ())}


def test_what_is_brought_back_is_written_for_and_what_stands_beside_the_others_stays(
    url: str, door: FakeDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    write.write_words.fn(KEY)
    second = a_moment(2).moment_id
    # A detection in which this machine stood in for Claude, which wrote all the same.
    write.write_words_for.fn(KEY, [second])
    assert {key: one.writer for key, one in _kept(url).items()} == {BEST: "claude", second: "local"}
    with open_session(url) as session:
        words = queries.lineage.transcripts_of(session, BEST)[0]
        chosen = a_detection(detector="claude")
        queries.detections.save_detection(session, a_source().source_id, words, KEY, chosen)
    write.write_words_for.fn(KEY, [second])
    assert _purposes(door) == ["write", "check"] * 2
    monkeypatch.setattr(settings(), "anthropic_api_key", None)
    write.write_words_for.fn(KEY, [second])
    assert {key: one.writer for key, one in _kept(url).items()} == {BEST: "claude", second: "local"}


def test_without_a_key_nobody_is_asked(
    url: str, door: FakeDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings(), "anthropic_api_key", None)
    write.write_words.fn(KEY)
    assert door.asked == []
    assert _kept(url)[BEST].writer == "local"


def test_a_clip_s_report_has_a_post_for_each_platform(
    url: str, door: FakeDoor, capsys: pytest.CaptureFixture[str]
) -> None:
    write.write_words.fn(KEY)
    jobs.show_clip("clip_1", as_json=True)
    report = ClipReport.model_validate_json(capsys.readouterr().out)
    assert [post.platform for post in report.posts] == list(PlatformName)
    assert [problems(post) for post in report.posts] == [[]] * 4
    assert report.writer == "claude"
    assert {post.caption for post in report.posts} == {"Nobody expected this. Here is why."}
    console.output.print(console.report_view(report))
    shown = " ".join(capsys.readouterr().out.split())
    assert "youtube Nobody expected this Nobody expected this. Here is why." in shown
    assert "words by claude." in shown


def test_posts_are_fitted_to_what_the_client_wants_now(
    url: str, door: FakeDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    write.write_words.fn(KEY)
    _wanting(url, banned_words=("expected",), default_hashtags=("acme",))
    report = jobs._stored("clip_1")
    assert {post.hashtags[0] for post in report.posts} == {"acme"}
    assert not any("expected" in f"{post.title}{post.text}" for post in report.posts)


def test_a_clip_for_which_nothing_was_written_is_written_for_when_it_is_read(url: str) -> None:
    report = jobs._stored("clip_1")
    assert report.writer == "local"
    assert [problems(post) for post in report.posts] == [[]] * 4
    assert _kept(url) == {}


def test_a_hook_that_was_worded_anew_is_the_post_s_too(url: str, door: FakeDoor) -> None:
    write.write_words.fn(KEY)
    with open_session(url) as session:
        source_id, words, found = queries.lineage.get_detection(session, KEY)
        moments = [one.replace(hook="Here is why", text="…") for one in found.moments]
        queries.detections.save_detection(
            session, source_id, words, KEY, found.replace(moments=moments)
        )
        _, moment = queries.detections.get_moment(session, BEST)
        beside = words_beside(session, a_source(), moment)
    assert beside.writing.draft.hook == "Here is why"
    assert beside.writing.writer == "claude"
