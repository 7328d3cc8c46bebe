"""What tells a moment from talk around it: one subject, told to the point, once, and no sponsor."""

from __future__ import annotations

import numpy as np

from clipping.moments.lexicon import plain, telling
from clipping.moments.rank import Phrases
from clipping.moments.topics import unity
from tests.moments.spoken import detect, speak
from tests.moments.talks import MIDDLING, QUESTION, STORY

READ = (
    "Support for this show comes from Dozely.",
    "My pillow never gets warm, and nobody sleeps like I do.",
    "Two million people told me the same.",
    "Try it at home, and the first one is yours.",
    "You will love it, I promise.",
)
VAGUE = (
    "I remember a night that was really strange, I think.",
    "It was a bit different, somehow, or maybe it was not that different.",
    "Some people said something about it and others said something else.",
    "I don't remember how it went, to be honest, but it was interesting, of course.",
    "You never know, it depends, I always say that it depends.",
)


def test_a_run_is_one_subject_when_nothing_inside_begins_as_clearly_as_itself() -> None:
    fresh = np.array([1.0, 0.1, 0.2, 0.9, 0.1, 0.8])
    first, last = np.array([0, 0, 3, 1]), np.array([2, 4, 4, 3])
    one, two, other, across = unity(fresh, first, last)
    assert one > 0.9
    assert two < 0.5 < other
    assert across == 0.0


def test_no_moment_holds_a_part_of_a_sponsor_s_message() -> None:
    found = detect(speak([*STORY, *READ, *QUESTION, *MIDDLING]), count=10)
    assert len(found.moments) >= 2
    texts = " ".join(moment.text for moment in found.moments)
    assert not [line for line in READ if line in texts]


def test_a_story_told_again_in_other_sentences_is_chosen_once() -> None:
    again = (
        "At the wheel of my father's car I fell asleep, ten years ago.",
        "Three weeks long I had slept four hours a night, nineteen and proud.",
        "At eighty kilometres an hour the car hit a tree, and then there was silence.",
        "One more hour of sleep, a nurse in Hamburg told me, would have saved my left hand.",
        "Two fingers I lost, and I learned that to sleep nobody is too strong.",
    )
    found = detect(speak([*STORY, *MIDDLING, *QUESTION, *again]), count=10)
    told = [moment for moment in found.moments if "wheel of my father's car" in moment.text]
    assert len(told) == 1
    assert "duplicate" in {dropped.code for dropped in found.rejections}


def test_what_is_shared_counts_beside_something_else_too() -> None:
    words = "green kettle sang loudly tonight".split()
    between = [f"other{at}" for at in range(70)]
    phrases = Phrases([*words, *between, *words])
    firsts, stops = np.array([5, 45, 75]), np.array([75, 80, 80])
    assert phrases.retold(0, 5, firsts, stops).tolist() == [0.0, 1.0, 1.0]


def test_vague_talk_has_less_substance_than_a_story() -> None:
    def substance(lines: tuple[str, ...]) -> float:
        rubric = detect(speak(lines)).moments[0].rubric
        return next(line.value for line in rubric if line.name == "substance")

    assert substance(STORY) > 0.8
    assert substance(VAGUE) < 0.3


def test_a_word_tells_again_when_it_was_long_ago() -> None:
    tokens = [plain(word) for word in ["oven", "the", "oven", *["and"] * 60, "oven"]]
    assert np.flatnonzero(telling(tokens)).tolist() == [0, 63]


def test_a_question_about_the_microphone_is_not_taken_for_one() -> None:
    words = speak(["Is the microphone on?", *MIDDLING, *MIDDLING[1:]])
    rubric = detect(words).moments[0].rubric
    assert next(line.value for line in rubric if line.name == "question") == 0
