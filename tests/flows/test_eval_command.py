"""``clipper eval``: figures in a table, or as JSON and nothing else."""

from __future__ import annotations

import json

import pytest

from clipping.claude.budget import month_of
from clipping.claude.calling import utc_now
from clipping.db import queries
from clipping.db.session import open_session
from clipping.errors import NotInstalled, Rejected
from clipping.settings import settings
from flows.cli import app
from flows.evaluating import CLIENT, evaluate_detector
from tests.moments.claude.reader import FakeReader
from tests.support.claude import FakeClaude
from tests.support.commands import CliRunner


def test_the_figures_are_printed_beside_those_of_chance(capsys: pytest.CaptureFixture[str]) -> None:
    figures = evaluate_detector("local", 1, 1)
    shown = capsys.readouterr().out
    assert f"{figures.found} of {figures.strong}" in shown
    assert "chance" in shown
    for one in figures.talks[0].missed:
        assert one.text in shown


def test_the_command_prints_one_document() -> None:
    result = CliRunner().invoke(app, ["eval", "--talks", "1", "--seed", "2", "--json"])
    assert result.exit_code == 0
    document = json.loads(result.stdout)
    assert document["evaluation"]["detector"] == "local"
    assert document["chance"]["strong"] == document["evaluation"]["strong"] == 7


def test_an_unknown_detector_is_answered_with_the_known_ones() -> None:
    with pytest.raises(Rejected, match="auto, claude, local"):
        evaluate_detector("clever", 1, 1)


def test_claude_is_asked_at_the_address_that_is_set_and_paid_for_by_a_client_of_its_own(
    database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with FakeClaude(FakeReader().over_http).serving() as claude:
        for name, value in {
            "DATABASE_URL": database_url,
            "ANTHROPIC_API_KEY": claude.key,
            "CLIPPER_CLAUDE_URL": claude.url,
            "NO_PROXY": "127.0.0.1",
        }.items():
            monkeypatch.setenv(name, value)
        settings.cache_clear()
        figures = evaluate_detector("claude", 1, 1, subject="ferry")
    settings.cache_clear()
    assert (figures.detector, figures.violations) == ("claude", {})
    assert figures.talks[0].talk.startswith("ferry")
    assert figures.found
    assert f"claude {figures.detector_version}" in capsys.readouterr().out
    with open_session(database_url) as session:
        asked = queries.claude.costs(session, CLIENT, month_of(utc_now()))
    assert {one.purpose for one in asked} == {"scout", "judge", "check"}
    assert sum(one.calls for one in asked) == len(claude.billed)


def test_without_a_key_claude_is_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "")
    settings.cache_clear()
    with pytest.raises(NotInstalled, match="no key"):
        evaluate_detector("claude", 1, 1)
    settings.cache_clear()


def test_an_unknown_subject_is_answered_with_the_known_ones() -> None:
    with pytest.raises(Rejected, match=r"known are farm, .*, ferry"):
        evaluate_detector("local", 1, 1, subject="tax")
