"""How good each sentence is as the last one of a clip."""

from __future__ import annotations

import pytest

from clipping.moments.endings import endings, payoffs
from clipping.moments.rubric import ENDING_LIMIT
from clipping.moments.talk import Talk, study
from tests.moments.spoken import detect, duration_of, speak, transcript, voice
from tests.moments.talks import MIDDLING, QUESTION


def talk(*lines: str) -> Talk:
    words = speak(lines)
    lasts = duration_of(words)
    return study(transcript(words), voice(words, lasts), lasts)


@pytest.mark.parametrize(
    ("line", "following", "finished"),
    [
        pytest.param("The river rose.", "The town slept.", True, id="a plain sentence"),
        pytest.param("Why did it fall?", "The bolts were loose.", False, id="a question"),
        pytest.param("And here is why.", "The bolts were loose.", False, id="an announcement"),
        pytest.param("Leave a comment below.", "The town slept.", False, id="housekeeping"),
        pytest.param("The river rose.", "Because it rained.", True, id="its reason follows"),
    ],
)
def test_an_ending_is_finished_or_not(line: str, following: str, finished: bool) -> None:
    value = endings(talk("It was cold.", line, following))[1]
    assert bool(value >= ENDING_LIMIT) is finished


def test_an_ending_whose_reason_follows_is_worth_less() -> None:
    plain, carried = (
        endings(talk("The river rose.", line))[0] for line in ("Towns slept.", "Because it rained.")
    )
    assert carried < plain


def test_a_last_question_with_nothing_after_it_may_end_a_clip() -> None:
    assert endings(talk("The river rose.", "What would you have done?"))[1] >= ENDING_LIMIT


def test_a_conclusion_pays_off_more_than_a_plain_sentence() -> None:
    made = talk("The town slept.", "That's why we moved to the hill.", "The lamp is on.")
    values = payoffs(made, endings(made))
    assert values[1] > 0.9
    assert values[1] > values[0]


def test_no_clip_ends_on_a_question_whose_answer_was_cut_off() -> None:
    lines = [*MIDDLING[:4], "So why does nobody in this town ever sleep?", *QUESTION[1:]]
    for moment in detect(speak(lines), max_ms=24_000, count=10).moments:
        assert not moment.text.endswith("?")
