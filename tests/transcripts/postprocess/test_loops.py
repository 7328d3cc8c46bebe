from __future__ import annotations

import pytest

from clipping.transcripts.postprocess.loops import without_loops
from tests.transcripts.postprocess.words import said, texts


@pytest.mark.parametrize(
    ("unit", "times"),
    [("Thank you.", 8), ("you", 30), ("I don't know what to do.", 5), ("so we went,", 6)],
    ids=["two words", "one word", "a sentence", "three words"],
)
def test_a_loop_is_said_once_and_noted(unit: str, times: int) -> None:
    words = said(f"and then {' '.join([unit] * times)} that was it")
    kept, (loop,) = without_loops(words)
    assert texts(kept) == f"and then {unit} that was it"
    assert loop.repeats == times
    assert f"{times - 1} repeats" in loop.note()
    assert unit in loop.note()
    assert loop.note().endswith(".")


def test_kept_words_keep_their_times() -> None:
    words = said("well " + "thank you " * 9 + "good night")
    kept, _ = without_loops(words)
    assert kept == [*words[:3], *words[-2:]]


@pytest.mark.parametrize(
    "text",
    [
        "no no no no no no no",
        "very very very very good",
        "bye bye bye bye",
        "we can do it we can do it we can do it yes",
        "let it be let it be let it be let it be whisper words",
        "row row row your boat gently down the stream row row row your boat",
    ],
)
def test_what_people_say_again_is_kept(text: str) -> None:
    kept, loops = without_loops(said(text))
    assert texts(kept) == text
    assert loops == []


def test_a_loop_of_marks_without_letters_is_not_looked_for() -> None:
    kept, loops = without_loops(said("… " * 20))
    assert len(kept) == 20
    assert loops == []


def test_two_loops_are_two_notes() -> None:
    words = said("go " * 12 + "and then " + "thank you " * 7)
    kept, loops = without_loops(words)
    assert texts(kept) == "go and then thank you"
    assert [loop.repeats for loop in loops] == [12, 7]


def test_nothing_is_no_loop() -> None:
    assert without_loops([]) == ([], [])
