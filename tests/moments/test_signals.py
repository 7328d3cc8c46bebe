"""What is read in each sentence."""

from __future__ import annotations

import numpy as np
import pytest

from clipping.models import Transcript
from clipping.moments.lexicon import english_lexicon, join, lexicon_for, plain
from clipping.moments.sentences import split
from clipping.moments.signals import TextSignals, read_signals
from tests.moments.spoken import plain_words, speak, transcript
from tests.moments.talks import SPONSOR, TALK


def signals(*lines: str, english: bool = True) -> TextSignals:
    words = speak(lines)
    return read_signals(words, split(words), english_lexicon() if english else None)


@pytest.mark.parametrize(
    ("line", "signal"),
    [
        pytest.param("Nobody is too strong to sleep.", "claim", id="strong statement"),
        pytest.param("I was terrified and I cried.", "emotion", id="feeling"),
        pytest.param("It turned out to be water instead.", "contrast", id="contrast"),
        pytest.param("It rose by 40 percent within two weeks.", "number", id="figures"),
        pytest.param("We met Maria Lopez in Hamburg there.", "name", id="names"),
        pytest.param("Imagine your own house on fire.", "address", id="viewer"),
        pytest.param("When I was nineteen my father told me a thing.", "story", id="story"),
        pytest.param("First of all, the second thing is cheaper.", "list", id="list"),
        pytest.param("That's why the lesson is so simple.", "payoff", id="payoff"),
        pytest.param("It is, um, you know, sort of fine.", "filler", id="filler"),
        pytest.param("Don't forget to subscribe and hit the bell.", "housekeeping", id="chores"),
        pytest.param("Use code SAM for ten percent off.", "sponsor", id="sponsor"),
    ],
)
def test_a_signal_is_found_where_it_is_and_only_there(line: str, signal: str) -> None:
    found = signals("The lamp stood on a table.", line)
    assert found.strength[signal][1] > 0
    assert found.strength[signal][0] == 0


@pytest.mark.parametrize(
    ("line", "asked"),
    [
        ("why do people sleep so badly", True),
        ("so um what if the bridge falls", True),
        ("do you know the way home", True),
        ("what he said was quite wrong", False),
        ("when the river rose we left", False),
        ("how beautiful the harbour was", False),
    ],
)
def test_a_question_without_its_mark_is_known_by_its_opening(line: str, asked: bool) -> None:
    words = plain_words(speak([line, "the men went home in the evening"]))
    found = read_signals(words, split(words), english_lexicon())
    assert bool(found.question[0]) is asked


def test_a_tag_question_asks_nothing() -> None:
    assert not signals("It fell down.", "Right?", "You know?", "Then we left.").question.any()


@pytest.mark.parametrize(
    ("line", "leans"),
    [
        ("Because nobody had looked.", 1.0),
        ("So that's why we left.", 1.0),
        ("And he never came back.", 0.9),
        ("Yeah.", 0.9),
        ("But the river rose.", 0.5),
        ("One day she left the town.", 0.45),
        ("One day Maria said that she left.", 0.0),
        ("It was a cold winter in Hamburg.", 0.3),
        ("No one came to the funeral.", 0.0),
        ("The river rose.", 0.0),
        ("Um, the river rose.", 0.0),
    ],
)
def test_an_opening_leans_on_what_was_said_before(line: str, leans: float) -> None:
    found = signals("The door closed.", line)
    assert found.dangling[1] == pytest.approx(leans)
    assert bool(found.leans_on[1]) is (leans > 0)


def test_an_answer_leans_on_its_question_in_every_language() -> None:
    found = signals("Warum fiel die Brücke?", "Niemand hatte sie geprüft.", english=False)
    assert found.dangling.tolist() == [0.0, 0.85]
    assert "question" in found.leans_on[1]


@pytest.mark.parametrize(
    ("line", "announced"),
    [
        ("One day she asked every person in line a single question.", True),
        ("So I asked him.", True),
        ("I never asked anybody anything.", False),
        ("The river rose.", False),
    ],
)
def test_a_question_inside_a_story_is_no_opening_of_its_own(line: str, announced: bool) -> None:
    found = signals(line, "Why did you really come here?")
    assert bool(found.dangling[1] == 0.5) is announced


def test_the_whole_sponsor_read_is_housekeeping() -> None:
    lines = ("The river rose.", *SPONSOR, "The river fell.")
    assert signals(*lines).housekeeping.tolist() == [False, True, True, True, True, False]


def test_a_sentence_that_only_announces_is_a_setup() -> None:
    found = signals("The bridge fell.", "And here's why.", "Nobody looked at the bolts.")
    assert found.setup.tolist() == [False, True, False]


def test_repeated_openings_count_as_insistence() -> None:
    found = signals("We choose to go there now.", "We choose to stay as well.", "The lamp is on.")
    assert (found.strength["claim"][:2] >= 0.7).all()
    assert found.strength["claim"][2] == 0


def test_capitals_everywhere_are_no_names() -> None:
    assert signals("WE MET MARIA IN HAMBURG.", "IT WAS COLD.").strength["name"].sum() == 0


def test_phrases_do_not_cross_a_sentence() -> None:
    assert signals("It came to no.", "One saw it.").strength["claim"].sum() == 0


def test_longer_phrases_win_over_those_inside_them() -> None:
    found = english_lexicon().find(["it", "was", "the", "most", "important", "thing"])
    claims = [hit for hit in found if hit.signal == "claim"]
    assert [(hit.first, hit.last) for hit in claims] == [(2, 5)]


@pytest.mark.parametrize(
    ("language", "line", "known"),
    [
        ("en-GB", "Brücke Fluss Stadt", True),
        ("und", "this is what we know about the river and the town", True),
        ("und", "die Brücke über den Fluss fiel in der Nacht", False),
        ("de", "this is what we know about the river and the town", False),
    ],
)
def test_the_lexicon_follows_the_language(language: str, line: str, known: bool) -> None:
    made: Transcript = transcript(speak([line]), language)
    assert (lexicon_for(made) is not None) is known


def test_an_empty_transcript_of_unknown_language_has_no_lexicon() -> None:
    assert lexicon_for(transcript((), "und")) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [("“Don’t!”", "don't"), ("50%,", "50%"), ("—", ""), ("U.S.", "u.s"), ("ＡＢＣ", "abc")],
)
def test_plain_words_have_no_case_and_no_edges(text: str, expected: str) -> None:
    assert plain(text) == expected


def test_words_are_joined_as_their_script_writes_them() -> None:
    assert join(["今天", "很好", "OK", "now"]) == "今天很好 OK now"


def test_the_best_hooks_of_the_talk_are_its_question_and_its_story() -> None:
    words = speak(TALK)
    sentences = split(words)
    found = read_signals(words, sentences, english_lexicon())
    best = [sentences.items[int(at)].text for at in np.argsort(-found.hook)[:6]]
    assert any(text.startswith("Do you know why") for text in best)
    assert any(text.startswith("Ten years ago") for text in best)
