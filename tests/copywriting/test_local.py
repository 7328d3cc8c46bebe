"""The local writer: a quote, a title and hashtags that are all in the clip."""

from __future__ import annotations

import pytest

from clipping.copywriting import fit, problems, write
from clipping.copywriting.subjects import subjects
from clipping.models import Moment, PlatformName, WritingPolicy
from clipping.timing import TimeSpan

TEXT = (
    "So, um, the alarm rang at five. Nobody at Deep River slept in cycles. Your body sleeps in"
    " cycles of ninety minutes, and an alarm in the middle of a cycle hurts all day."
    " We tried it in New York with nine people, and eight of them moved their alarm by twenty"
    " minutes, which was all that it took to wake up like somebody else, whatever the night was."
)


def _moment(text: str = TEXT, hook: str = "Nobody at Deep River slept in cycles") -> Moment:
    return Moment(
        moment_id="mom_1",
        rank=1,
        span=TimeSpan(start_ms=0, end_ms=20_000),
        score=60,
        rubric=(),
        reason="It is good.",
        hook=hook,
        title="body sleeps cycles",
        text=text,
    )


def test_the_caption_quotes_neighbouring_sentences_from_the_hook_on() -> None:
    draft = write(_moment(), TEXT, language="en")
    assert draft.caption == (
        "“Nobody at Deep River slept in cycles. Your body sleeps in cycles of ninety minutes,"
        " and an alarm in the middle of a cycle hurts all day.”"
    )
    assert draft.title == "Nobody at Deep River slept in cycles"
    assert draft.caption.strip("“”") in TEXT


def test_hesitations_are_not_quoted() -> None:
    draft = write(_moment(hook="The alarm rang at five"), TEXT, language="en")
    assert draft.caption.startswith("“The alarm rang at five. Nobody")


def test_hashtags_are_names_and_words_that_come_back() -> None:
    assert subjects(TEXT, "", english=True, most=4) == ["DeepRiver", "NewYork", "alarm", "cycle"]
    assert subjects("Nobody said it. Twice.", "", english=True) == []


def test_a_word_counts_once_when_the_excerpt_holds_the_passage() -> None:
    assert "once" not in subjects("A kettle boiled.", "A kettle boiled.", english=True)
    assert subjects("A kettle boiled.", "The kettle sang.", english=True) == ["kettle"]


def test_in_other_languages_only_names_become_hashtags() -> None:
    spoken = "hoy vimos la ciudad de Buenos Aires y la ciudad era grande y la ciudad dormía."
    assert subjects(spoken, spoken, english=False) == ["BuenosAires"]


def test_the_policy_can_want_no_hashtags() -> None:
    assert write(_moment(), TEXT, WritingPolicy(most_hashtags=0), "en").hashtags == ()


@pytest.mark.parametrize(
    "text",
    [
        "words without a full stop " * 30,
        "um",
        "",
        "短い話です。" * 60,
        "Shit happens. " * 3,
    ],
    ids=["unpunctuated", "hesitation", "empty", "chinese", "profane"],
)
@pytest.mark.parametrize("platform", list(PlatformName))
def test_whatever_was_said_the_draft_fits(text: str, platform: PlatformName) -> None:
    draft = write(_moment(text, hook="A hook of the clip…"), text, language="en")
    assert problems(fit(draft, platform)) == []
