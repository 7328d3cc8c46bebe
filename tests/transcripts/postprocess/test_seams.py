from __future__ import annotations

import random
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clipping.timing import TimeSpan
from clipping.transcripts.chunks import OVERLAP_MS, Chunk
from clipping.transcripts.postprocess import joined_all
from clipping.transcripts.postprocess.seams import joined, matches
from clipping.transcripts.word_times import TimedWord
from tests.transcripts.postprocess.words import said, texts

SEAM = 60_000


def together(left: list[TimedWord], right: list[TimedWord]) -> str:
    kept = joined(left, right, SEAM)
    return texts([*kept[0], *kept[1]])


def test_words_that_both_chunks_heard_come_once() -> None:
    words = said("we lost forty thousand dollars in the first year", SEAM - 1_300)
    assert together(words, list(words)) == texts(words)


def test_a_word_on_the_seam_is_neither_lost_nor_doubled_when_the_chunks_time_it_differently() -> (
    None
):
    for left_ms, right_ms in ((-140, 140), (140, -140), (-20, 20), (20, -20), (0, 0)):
        for at in range(-900, 0, 20):
            left = said("one two three", SEAM + at + left_ms, 300)
            right = said("one two three", SEAM + at + right_ms, 300)
            assert together(left, right) == "one two three", (left_ms, right_ms, at)


def test_the_same_word_said_again_is_kept() -> None:
    words = said("no no no no no no", SEAM - 900)
    assert together(words, [replace(w, start_ms=w.start_ms + 90) for w in words]) == texts(words)


def test_punctuation_and_capitals_do_not_make_two_words() -> None:
    left = said("and then I said: stop", SEAM - 700)
    right = said("And then, I said, Stop.", SEAM - 660)
    assert together(left, right).lower().replace(",", "").replace(":", "").strip(".") == (
        "and then i said stop"
    )


def test_a_word_that_only_one_chunk_heard_at_the_seam_is_kept() -> None:
    left = said("first", SEAM - 900) + said("lost", SEAM + 120)
    right = said("second", SEAM + 900)
    assert together(left, right) == "first lost second"
    assert together(said("first", SEAM - 900), said("found", SEAM - 300)) == "first found"


def test_what_one_chunk_heard_far_in_the_other_ones_part_is_left_to_that_one() -> None:
    left = said("first", SEAM - 900) + said("garbled", SEAM + 4_000)
    assert together(left, said("second", SEAM + 900)) == "first second"


def test_a_word_heard_as_another_one_is_not_both() -> None:
    left = said("we are going", SEAM - 800, 300)
    right = [TimedWord("gonna", SEAM - 130, SEAM + 190)]
    assert together(left, right) == "we are going"


def test_words_are_matched_in_order_and_nearest_in_time() -> None:
    left = said("no no", 1_000)
    right = said("no no no", 1_010)
    assert matches(left, right) == [(0, 0), (1, 1)]
    assert matches(said("a b", 0), said("b a", 0)) in ([(0, 1)], [(1, 0)])
    assert matches(said("far", 0), said("far", 5_000)) == []


def test_nothing_on_one_side_leaves_the_other_as_it_is() -> None:
    words = said("all of it", SEAM - 20_000)
    assert together(words, []) == texts(words)
    assert together([], said("after", SEAM + 9_000)) == "after"


@pytest.mark.parametrize("jitter_ms", [0, 60, 140])
@settings(max_examples=60)
@given(seed=st.integers(0, 10_000), parts=st.integers(2, 5))
def test_planted_words_around_every_seam_are_neither_lost_nor_doubled(
    jitter_ms: int, seed: int, parts: int
) -> None:
    draw = random.Random(seed)
    end = parts * 20_000
    seams = [0, *(20_000 * n + draw.randint(-3_000, 3_000) for n in range(1, parts)), end]
    truth, at = [], 100
    while at < end - 600:
        # Few different words, so that neighbours are often the same.
        truth.append(TimedWord(draw.choice("ja nein doch ach so".split()), at, at + 250))
        at += 250 + draw.choice((40, 60, 100, 700))
    chunks = [
        Chunk(
            own=TimeSpan(start_ms=start, end_ms=stop),
            heard=TimeSpan(start_ms=max(0, start - OVERLAP_MS), end_ms=min(end, stop + OVERLAP_MS)),
        )
        for start, stop in pairwise(seams)
    ]
    heard = [
        [
            replace(
                word,
                start_ms=word.start_ms + draw.randint(-jitter_ms, jitter_ms),
                end_ms=word.end_ms + draw.randint(-jitter_ms, jitter_ms),
            )
            for word in truth
            if chunk.heard.start_ms <= word.start_ms and word.end_ms <= chunk.heard.end_ms
        ]
        for chunk in chunks
    ]
    assert texts(joined_all(heard, chunks)) == texts(truth)
