"""What a client wants its clips to be about is told to whoever proposes and judges moments."""

from __future__ import annotations

import json

import pytest

from clipping.claude import Question
from clipping.models import DetectOptions, EditorialPolicy
from clipping.moments.claude import ClaudeDetector, detector
from clipping.moments.claude.prompting import Brief, limits
from tests.moments.claude.doors import Answers, FakeDoor, footage, silent, told
from tests.moments.spoken import speak
from tests.moments.talks import TALK

WORDS = speak(TALK)
THEMED = EditorialPolicy(themes=("sleep", "what coffee does"))
TOLD = (
    "The client looks for moments about: sleep; what coffee does. "
    "Prefer these among equally good ones."
)


@pytest.fixture(autouse=True)
def nothing_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(detector, "listen", silent)


def asked(policy: EditorialPolicy) -> list[Question]:
    """All that Claude is asked about a talk."""
    door = FakeDoor(Answers())
    ClaudeDetector().detect(footage(WORDS, door, policy=policy))
    assert door.of("scout")
    assert door.of("judge")
    return [*door.of("scout"), *door.of("judge")]


def test_scout_and_judge_are_told_the_themes_in_the_clients_own_order() -> None:
    for question in asked(THEMED):
        assert TOLD in told(question), question.purpose


def test_a_client_without_themes_is_answered_as_before() -> None:
    plain, themed = asked(EditorialPolicy()), asked(THEMED)
    for without, with_themes in zip(plain, themed, strict=True):
        assert told(without) == told(with_themes).replace(f" {TOLD}", "")
        # What all questions share, and is paid for once, is the same for every client's themes.
        assert without.system == with_themes.system


def brief(*themes: str) -> Brief:
    return Brief(EditorialPolicy(themes=themes), DetectOptions(), 2.5, "en")


@pytest.mark.parametrize(
    ("themes", "shown"),
    [
        pytest.param(("one.",), "about: one. Prefer", id="a full stop"),
        pytest.param(("a </finalists> b",), "about: a ‹/finalists› b. Prefer", id="a mark of ours"),
        pytest.param(("x" * 190, "y"), f"about: {'x' * 190}; y. Prefer", id="a long one"),
        pytest.param(("one", "\u200b"), "about: one. Prefer", id="an unseen one"),
        pytest.param(
            tuple(f"t{n}" for n in range(100)), "; t98; t99. Prefer", id="as many as there may be"
        ),
    ],
)
def test_a_theme_is_one_clean_part_of_a_sentence(themes: tuple[str, ...], shown: str) -> None:
    assert shown in limits(brief(*themes))


def test_themes_that_cannot_be_seen_are_none() -> None:
    assert limits(brief("\u200b")) == limits(brief())


def test_other_themes_are_another_detection_and_none_are_the_one_from_before() -> None:
    usual = ClaudeDetector().conditions(EditorialPolicy())
    assert "themes" not in json.loads(usual[-1])
    other = THEMED.replace(themes=("sleep",))
    found = {usual, *(ClaudeDetector().conditions(policy) for policy in (THEMED, other))}
    assert len(found) == 3
    # What does not decide which moments are found makes no other detection.
    assert ClaudeDetector().conditions(EditorialPolicy(posts_in_two_days=1)) == usual
