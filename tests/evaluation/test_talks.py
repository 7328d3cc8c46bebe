"""Talks with planted moments: the same for the same seed, and whole."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from clipping.evaluation.composing import compose
from clipping.evaluation.planted import WORTH_CLIPPING, Kind
from clipping.evaluation.reading import read, subjects
from clipping.evaluation.sounding import RATE_HZ, record, sound_of
from clipping.media.probe import probe


def test_the_same_seed_gives_the_same_talk_and_another_one_another() -> None:
    assert compose(1, 0) == compose(1, 0)
    assert compose(1, 0).transcript.words != compose(2, 0).transcript.words


@pytest.mark.parametrize("number", range(len(subjects())))
def test_a_talk_has_everything_that_is_planted_and_its_words_are_all_accounted_for(
    number: int,
) -> None:
    talk = compose(3, number)
    words = talk.transcript.words
    kinds = Counter(one.kind for one in talk.planted)
    assert kinds[Kind.STRONG] == 6
    assert kinds[Kind.TWICE] == kinds[Kind.ANSWER] == kinds[Kind.SPONSOR] == 2
    assert [one.first for one in talk.planted[1:]] == [one.last for one in talk.planted[:-1]]
    assert (talk.planted[0].first, talk.planted[-1].last) == (0, len(words))
    assert {one.first for one in talk.planted} <= talk.sentence_firsts
    assert all(a.span.end_ms <= b.span.start_ms for a, b in pairwise(words))
    assert words[-1].span.end_ms < talk.duration_ms
    assert not [word.text for word in words if set("[]{}|=") & set(word.text)]


def test_what_is_worth_a_clip_stands_apart_and_long_enough() -> None:
    for number in range(len(subjects())):
        talk = compose(4, number)
        for before, after in pairwise(talk.planted):
            assert not {before.kind, after.kind} <= WORTH_CLIPPING
        assert all(one.span.duration_ms > 15_000 for one in talk.of_kind(WORTH_CLIPPING))


def test_the_two_tellings_of_a_story_share_a_group_and_most_words() -> None:
    talk = compose(5, 1)
    one, two = talk.of_kind({Kind.TWICE})
    assert one.group == two.group
    said = [
        {word.text.strip(".,").lower() for word in talk.transcript.words[each.first : each.last]}
        for each in (one, two)
    ]
    assert len(said[0] & said[1]) > 0.8 * len(said[0])


def test_an_answer_knows_where_its_question_ends() -> None:
    talk = compose(6, 2)
    for one in talk.of_kind({Kind.ANSWER}):
        assert talk.transcript.words[one.question_last - 1].text.endswith("?")


def test_unpunctuated_words_are_those_of_a_recogniser() -> None:
    talk = compose(1, 0, punctuated=False)
    assert [word.span for word in talk.transcript.words] == [
        word.span for word in compose(1, 0).transcript.words
    ]
    assert all(word.text == word.text.lower() for word in talk.transcript.words)
    assert not [word.text for word in talk.transcript.words if word.text[-1] in ".,?!"]


@pytest.mark.parametrize("subject", subjects())
def test_every_subject_has_more_than_one_talk_needs(subject: str) -> None:
    assert len(read(subject)["strong"]) >= 8
    assert len(read(subject)["plain"]) >= 9
    assert all(len(entry) == 2 for entry in read(subject)["twice"])


def test_the_sound_is_where_the_words_are(tmp_path: Path) -> None:
    talk = compose(1, 3)
    sound = sound_of(talk).astype(float)
    spoken = np.zeros(len(sound), bool)
    spans = [word.span for word in talk.transcript.words]
    for span in [*spans, *(reaction.span for reaction in talk.reactions)]:
        spoken[span.start_ms * RATE_HZ // 1000 : span.end_ms * RATE_HZ // 1000] = True
    assert sound[spoken].std() > 50 * sound[~spoken].std()
    media = probe(record(talk, tmp_path))
    assert abs(media.duration_ms - talk.duration_ms) < 1_000
