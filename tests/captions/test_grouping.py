from __future__ import annotations

import pytest

from clipping.captions import style
from clipping.captions.grouping import PAUSE_MS
from clipping.captions.layout import lay_out
from clipping.models import ClipWord
from tests.captions.texts import spoken


def shown(words: list[ClipWord]) -> list[str]:
    """The groups in order, words of one joined by spaces."""
    groups: list[str] = []
    before: tuple[int, ...] = ()
    for event in lay_out(words, style("highlight"), words[-1].end_ms):
        if event.clip_words != before:
            groups.append(" ".join(event.words))
        before = event.clip_words
    return groups


@pytest.mark.parametrize(
    ("sentence", "groups"),
    [
        ("Stop. Look at me. Now go.", ["Stop.", "Look at me.", "Now go."]),
        ("When it rains, it pours on everyone", ["When it rains,", "it pours on everyone"]),
        ("Well, I think they never start.", ["Well, I think", "they never start."]),
        ("Dr. Smith lives in New York", ["Dr. Smith lives", "in New York"]),
        ("I paid 3.5 million dollars for it", ["I paid 3.5 million", "dollars for it"]),
        (
            "She went to the store and bought a car",
            ["She went", "to the store", "and bought a car"],
        ),
        (
            "Ich glaube, dass der größte Fehler ist, dass man nie anfängt.",
            ["Ich glaube,", "dass der größte", "Fehler ist,", "dass man nie anfängt."],
        ),
    ],
    ids=["sentences", "clause", "orphan", "abbreviation", "number", "function words", "german"],
)
def test_groups_follow_the_phrases(sentence: str, groups: list[str]) -> None:
    assert shown(spoken(sentence)) == groups


def test_ordinary_speech_comes_two_to_four_words_at_a_time() -> None:
    sentence = "people who work with their hands often know more about a job than we think they do"
    sizes = [len(group.split(" ")) for group in shown(spoken(sentence))]
    assert min(sizes) >= 2
    assert max(sizes) <= 4


def test_a_pause_ends_a_group() -> None:
    words = [
        ClipWord(text="so", start_ms=0, end_ms=300),
        ClipWord(text="now", start_ms=310, end_ms=600),
        ClipWord(text="then", start_ms=601 + PAUSE_MS, end_ms=1300),
        ClipWord(text="what", start_ms=1310, end_ms=1600),
    ]
    assert shown(words) == ["so now", "then what"]


def test_a_new_speaker_ends_a_group() -> None:
    words = [
        word.model_copy(update={"speaker": "A" if index < 2 else "B"})
        for index, word in enumerate(spoken("are you sure yes"))
    ]
    assert shown(words) == ["are you", "sure yes"]


def test_words_too_wide_for_two_lines_are_not_shown_together() -> None:
    groups = shown(spoken("internationalisation institutionalisation industrialisation wins"))
    assert all(len(group.split(" ")) <= 2 for group in groups)


def test_single_characters_of_a_spaceless_script_are_gathered() -> None:
    words = spoken(" ".join("今日はとてもいい天気です"))
    groups = shown(words)
    assert "".join(groups).replace(" ", "") == "今日はとてもいい天気です"
    assert all(2 <= len(group.replace(" ", "")) <= 10 for group in groups)
