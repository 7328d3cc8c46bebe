from __future__ import annotations

import pytest
from hypothesis import given, settings

from clipping.captions.emphasis import emphasis, key_words
from clipping.models import ClipWord
from tests.captions.texts import clip_words, spoken


def chosen(sentence: str) -> list[str]:
    words = spoken(sentence)
    return [words[index].text for index in sorted(emphasis(words))]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("I made 10 million dollars by doing this", ["10", "million"]),
        ("about fifty percent of them agree with that", ["fifty", "percent"]),
        ("we paid $3.50 for it and went home", ["$3.50"]),
        ("that was the biggest mistake of my career", ["biggest"]),
        ("and nobody told me about it at all", ["nobody"]),
        ("then we met Sarah at the old house", ["Sarah"]),
        ("so we went home and had some tea", []),
        ("das war der schlimmste Tag in meinem ganzen Leben", ["schlimmste"]),
        ("Der Hund und die Katze sehen das Haus am See", []),
        ("SO WE WENT HOME AND HAD SOME TEA THERE", []),
        ("the interest on the harvest was modest for them", []),
        ("في عام 2025 كان كل شيء مختلفا", ["2025"]),
    ],
    ids=[
        "figure and unit",
        "number word and unit",
        "price",
        "superlative",
        "strong word",
        "name",
        "nothing",
        "german",
        "german nouns are no names",
        "all in capitals",
        "no superlatives",
        "arabic",
    ],
)
def test_what_stands_out_is_set_apart(sentence: str, expected: list[str]) -> None:
    assert chosen(sentence) == expected


def test_a_drawn_out_word_is_set_apart() -> None:
    words = spoken("so we were all waiting there for them")
    held = words[4].model_copy(update={"end_ms": words[4].start_ms + 2500})
    late = [word.model_copy(update={"start_ms": word.start_ms + 2300}) for word in words[5:]]
    late = [word.model_copy(update={"end_ms": word.start_ms + 300}) for word in late]
    assert emphasis([*words[:4], held, *late]) == {4}


def test_a_muted_or_masked_word_is_never_set_apart() -> None:
    words = spoken("it was never about the f***est thing here")
    muted = [word.model_copy(update={"muted": word.text in ("never", "f***est")}) for word in words]
    assert emphasis(muted) == frozenset()


@settings(deadline=None, max_examples=60)
@given(words=clip_words())
def test_few_words_are_set_apart_and_no_neighbours_but_a_figure_and_its_unit(
    words: list[ClipWord],
) -> None:
    found = emphasis(words)
    assert found == emphasis(words)
    assert len(found) <= -(-len(words) // 5) + 1
    assert all(index + 2 not in found or index + 1 not in found for index in found)
    assert not any(words[index].muted for index in found)


def test_strong_words_in_a_row_do_not_shout_each_other_down() -> None:
    words = spoken(" ".join(["never nobody always worst best secret truth lie death crime"] * 3))
    found = emphasis(words)
    assert 1 <= len(found) <= 6
    assert not any(index + 1 in found for index in found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Nobody tells you this", {0}),
        ("I lost 10 million dollars", {2, 3}),
        ("This is what happened", {3}),
        ("Wait", set()),
        ("it is", set()),
        ("日本で 一番", set()),
        ("10 million", set()),
    ],
    ids=["strong", "figure and unit", "longest", "one word", "telling nothing", "spaceless", "all"],
)
def test_the_key_of_a_line_is_its_strongest_word(text: str, expected: set[int]) -> None:
    assert key_words(text.split(" ")) == expected
