"""The Claude detector through the real SDK, its door, and the books."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from pydantic import BaseModel

from clipping.claude.asking import DirectDoor
from clipping.moments.claude import ClaudeDetector, detector
from clipping.moments.claude.answers import Checked, Judged, Scouted, schema_of
from tests.moments.claude.doors import footage, silent
from tests.moments.claude.reader import FakeReader
from tests.moments.spoken import speak
from tests.moments.talks import TALK
from tests.support.books import FakeBooks
from tests.support.claude import FakeClaude


@pytest.fixture(autouse=True)
def nothing_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(detector, "listen", silent)


def test_a_talk_is_scouted_judged_and_checked_and_paid_for_once(
    door: DirectDoor, claude: FakeClaude, books: FakeBooks
) -> None:
    claude.answering = FakeReader().over_http
    given = replace(footage(speak(TALK), None, count=2), door=door)
    found = ClaudeDetector().detect(given)
    assert found.detector == "claude"
    assert {moment.text[:9] for moment in found.moments} == {"Do you kn", "Ten years"}
    assert all(moment.hooks for moment in found.moments)
    assert [entry.purpose for entry in books.ledger.values()] == ["scout", "judge", "check"]
    spent = sum((entry.cost_usd for entry in books.ledger.values()), Decimal(0))
    assert Decimal(0) < spent < Decimal("0.05")
    assert ClaudeDetector().detect(given) == found
    assert len(claude.prompts) == 3


def test_without_a_budget_the_local_detector_chooses(
    door: DirectDoor, claude: FakeClaude, books: FakeBooks
) -> None:
    books.budget = Decimal(0)
    found = ClaudeDetector().detect(replace(footage(speak(TALK), None), door=door))
    assert found.detector == "local"
    assert found.moments
    assert claude.prompts == []


@pytest.mark.parametrize("form", [Scouted, Judged, Checked])
def test_the_sdk_would_change_nothing_in_the_forms_of_answers(form: type[BaseModel]) -> None:
    from anthropic import transform_schema

    assert transform_schema(schema_of(form)) == schema_of(form)
