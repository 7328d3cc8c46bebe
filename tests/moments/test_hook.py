"""The hook line and the title, from a moment's own words."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clipping import profanity
from clipping.moments.hook import MAX_WIDTH, SpokenLine, hook_line, title
from clipping.moments.lexicon import english_lexicon, plain, width
from clipping.moments.punctuation import asks
from tests.moments.spoken import detect, plain_words, speak


def line(text: str, *, dull: bool = False) -> SpokenLine:
    words = tuple(text.split())
    hits = tuple(english_lexicon().find([plain(word) for word in words]))
    return SpokenLine(words, hits, asks(text), dull)


@pytest.mark.parametrize(
    ("spoken", "expected"),
    [
        pytest.param(
            ["So, um, why do most people fail?", "They stop too early."],
            "Why do most people fail?",
            id="question without its lead-in",
        ),
        pytest.param(
            ["The weather was fine on that day.", "Nobody ever told me the truth about money."],
            "Nobody ever told me the truth about money",
            id="a claim beats small talk",
        ),
        pytest.param(
            ["I I never never wanted this job, you know, in the first place."],
            "I never wanted this job, in the first place",
            id="stutters and asides go",
        ),
        pytest.param(
            ["hello this is a video for your pleasure", "when it strikes nine I will say banana"],
            "When it strikes nine I will say banana",
            id="what comes after a greeting",
        ),
        pytest.param(
            ["Hi, this is the price that nobody pays."],
            "This is the price that nobody pays",
            id="a greeting goes",
        ),
        pytest.param(
            ["Hello from the other side of money."],
            "Hello from the other side of money",
            id="a greeting that is part of the sentence stays",
        ),
        pytest.param(["um uh"], "Um uh", id="fillers when there is nothing else"),
        pytest.param(["yes"], "Yes", id="one word"),
        pytest.param(
            ["今天我们来谈谈为什么大家都睡不好。"], "今天我们来谈谈为什么大家都睡不好", id="Chinese"
        ),
        pytest.param(
            ["iPhone sales doubled in two years."], "iPhone sales doubled in two years", id="case"
        ),
    ],
)
def test_the_hook_is_the_best_short_line(spoken: list[str], expected: str) -> None:
    assert hook_line([line(text) for text in spoken]) == expected


def test_a_sponsor_never_gives_the_hook_while_there_is_another_line() -> None:
    lines = [
        line("You will never believe the best deal ever, 20 percent off?", dull=True),
        line("The lamp stood on the table."),
    ]
    assert hook_line(lines) == "The lamp stood on the table"


def test_a_swear_word_is_masked() -> None:
    hook = hook_line([line("Nobody gives a fuck about your plan.")])
    assert "fuck" not in hook.lower()
    assert "f***" in hook


def test_a_long_sentence_is_shortened_between_words() -> None:
    text = "Nobody in the whole wide world ever expected that the quiet old bridge would fall"
    hook = hook_line([line(text)])
    assert width(hook) <= MAX_WIDTH
    assert hook.endswith("…")
    assert text.startswith(hook.rstrip("…"))


def test_small_letters_of_a_recogniser_get_sentence_case() -> None:
    assert hook_line([line("why am i always late for work")]).startswith("Why am I always late")


def test_italian_i_stays_small() -> None:
    assert hook_line([line("dove sono i libri")], english_talk=False) == "Dove sono i libri"


def test_the_title_is_made_of_telling_words() -> None:
    lines = [line("Do you know why you wake up tired after eight hours in bed?")]
    assert title(hook_line(lines), lines, frozenset()) == "wake tired eight hours bed"


def test_the_title_leaves_out_profanity() -> None:
    lines = [line("This fucking bridge fell on Tuesday morning.")]
    made = title(hook_line(lines), lines, frozenset({"fucking"}))
    assert "fuck" not in made
    assert "*" not in made
    assert "bridge" in made


words = st.sampled_from(
    [
        "so",
        "um",
        "the",
        "Bridge",
        "never",
        "why?",
        "fuck",
        "20%",
        "—",
        "...",
        "i",
        "well,",
        "and",
        "extraordinarily-long-compound-word-that-does-not-fit-anywhere-at-all-in-a-line",
        "今天好",
        "it.",
        "people",
        "because",
        "you",
        "know",
        "Hamburg",
        "?",
        "نعم",
    ]
)


@settings(max_examples=70)
@given(st.lists(st.lists(words, min_size=1, max_size=20), min_size=1, max_size=5))
def test_every_hook_is_clean_short_and_not_empty(spoken: list[list[str]]) -> None:
    hook = hook_line([line(" ".join(row)) for row in spoken])
    assert hook.strip()
    assert hook == hook.strip()
    assert "\n" not in hook
    assert not re.search(r"[,;:]$", hook)
    assert width(hook) <= MAX_WIDTH + 1
    assert profanity.mask(hook) == hook


def test_hooks_of_a_whole_detection_come_from_the_span() -> None:
    lines = ["Do you know why bridges fall?", "They fall because nobody looks at the bolts."]
    found = detect(plain_words(speak([*lines, *["And then the men went home again."] * 4])))
    assert found.moments
    for moment in found.moments:
        spoken = {plain(word) for word in moment.text.split()}
        assert {plain(word) for word in moment.hook.split()} <= spoken
        assert 1 <= len(moment.title.split()) <= 7
