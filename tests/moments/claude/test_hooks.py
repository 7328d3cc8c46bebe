"""Hooks: whether they fit, and what they may claim."""

from __future__ import annotations

import pytest

from clipping.models import EditorialPolicy, HookAngle
from clipping.moments.claude.answers import Verdict
from clipping.moments.claude.hooks import Clip, candidates, fitted
from clipping.moments.claude.wording import alike, literal, unsaid
from tests.moments.claude.doors import a_hook, a_verdict
from tests.moments.talks import QUESTION, STORY

CLIP = tuple(" ".join(QUESTION).split())
TOLD = tuple(" ".join(STORY).split())


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        pytest.param("  “Why you wake up tired”, ", "Why you wake up tired", id="quotes go"),
        pytest.param("Why you\nwake up tired?", "Why you wake up tired?", id="one line"),
        pytest.param("Nobody gives a fuck", "Nobody gives a f***", id="masked"),
        pytest.param("Wake up #tired", "", id="hashtag"),
        pytest.param("See https://example.org", "", id="link"),
        pytest.param("Wake up tired 😴", "", id="emoji"),
        pytest.param("One weird trick for sleep", "", id="banned phrase"),
        pytest.param("Sleeping like a GURU", "", id="banned word"),
        pytest.param("w" * 65, "", id="too wide"),
        pytest.param("今天我们来谈谈为什么大家都睡不好" * 3, "", id="too wide in Chinese"),
        pytest.param("?!", "", id="no letters"),
        pytest.param("", "", id="empty"),
    ],
)
def test_a_hook_is_one_clean_line_that_fits_or_none(written: str, shown: str) -> None:
    assert fitted(written, EditorialPolicy(banned_words=("guru", "one weird trick"))) == shown


@pytest.mark.parametrize(
    ("hook", "words", "wrong"),
    [
        pytest.param("Why eight hours leave you tired", CLIP, "", id="said"),
        pytest.param("Why 8 hours leave you tired", CLIP, "", id="a figure for a word"),
        pytest.param("Why nine hours leave you tired", CLIP, "figure", id="another number"),
        pytest.param("Move the alarm by 20 minutes", CLIP, "", id="tens"),
        pytest.param("Move the alarm by 25 minutes", CLIP, "figure", id="a near number"),
        pytest.param("The car hit a tree at 80%", TOLD, "figure", id="another unit"),
        pytest.param("A nurse in Hamburg told him", TOLD, "", id="a name that is said"),
        pytest.param("A nurse in Boston told him", TOLD, "name Boston".lower(), id="other name"),
        pytest.param("Sleep is proven to be a cycle", CLIP, "proven", id="certainty"),
        pytest.param("Everybody thinks more sleep is better", CLIP, "", id="everyone, everybody"),
        pytest.param("Bitcoin will make rich investors cry", CLIP, "most of", id="other matter"),
    ],
)
def test_a_hook_claims_no_more_than_its_clip_says(
    hook: str, words: tuple[str, ...], wrong: str
) -> None:
    found = unsaid(hook, words, same_language=True)
    assert (wrong in found) if wrong else found == ""


def test_a_hook_in_another_language_is_held_to_figures_and_names_alone() -> None:
    assert unsaid("Warum man müde aufwacht", CLIP, same_language=False) == ""
    assert unsaid("Warum man nach 9 Stunden aufwacht", CLIP, same_language=False) != ""


def test_hooks_differ_in_angle_and_wording_and_point_into_their_clip() -> None:
    hooks = [
        a_hook("Why you wake up tired", "question", [4]),
        a_hook("Your body sleeps in cycles", "question", [5]),
        a_hook("Why you wake up so tired", "claim", [4]),
        a_hook("The truth is the opposite", "contrast", [40]),
        a_hook("The alarm tears you out of a cycle", "stakes", [7, 99]),
    ]
    verdict = Verdict.model_validate(a_verdict(1, 4, 9, hooks=hooks))
    found = candidates(verdict, Clip(4, 9, CLIP), EditorialPolicy(), same_language=True)
    assert [(hook.text, hook.angle) for hook in found] == [
        ("Why you wake up tired", HookAngle.QUESTION),
        ("The alarm tears you out of a cycle", HookAngle.STAKES),
    ]


def test_lines_of_the_clips_own_words_are_literal() -> None:
    assert literal("You wake up tired after eight hours", CLIP)
    assert not literal("Eight hours ruin your mornings", CLIP)


def test_ideas_are_compared_by_their_telling_words() -> None:
    assert alike("we sleep in cycles", "Cycles of sleep") == 1
    assert alike("sleep comes in cycles", "a crash at night") == 0
    assert alike("", "") == 0
