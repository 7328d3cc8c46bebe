from __future__ import annotations

from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from clipping.transcripts.word_times import (
    LONGEST_HEARD_MS,
    LONGEST_MS,
    SHORTEST_MS,
    TimedWord,
    in_order,
)

WORDS = st.lists(
    st.builds(
        TimedWord,
        text=st.sampled_from(["so", "well,", "$40,000", " ", "", "人"]),
        start_ms=st.integers(-5_000, 70_000),
        end_ms=st.integers(-5_000, 70_000),
        speaker=st.none() | st.just("Anna"),
        confidence=st.none() | st.floats(0, 1),
        interpolated=st.booleans(),
        heard=st.booleans(),
    ),
    max_size=60,
)


@given(WORDS, st.integers(0, 60_000))
@example([TimedWord("a", 0, 0)] * 5, 3)
@example([TimedWord("a", 59_999, 90_000)] * 3, 60_000)
def test_words_of_any_times_come_out_ordered_apart_and_inside(
    words: list[TimedWord], duration_ms: int
) -> None:
    found = in_order(words, duration_ms)
    spoken = [word.text.strip() for word in words if word.text.strip()]
    assert [word.text for word in found] == spoken[:duration_ms]
    least = min(SHORTEST_MS, duration_ms // len(found)) if found else 0
    for word in found:
        assert word.span.start_ms >= 0
        assert word.span.end_ms <= duration_ms
        assert word.span.duration_ms >= max(1, least)
    for before, after in pairwise(found):
        assert before.span.end_ms <= after.span.start_ms


@given(WORDS)
def test_no_word_is_longer_than_a_word_can_be(words: list[TimedWord]) -> None:
    kept = [word for word in words if word.text.strip()]
    for given_word, word in zip(kept, in_order(words, 60_000), strict=True):
        assert word.span.duration_ms <= (LONGEST_HEARD_MS if given_word.heard else LONGEST_MS)


def test_lawful_times_are_left_as_they_are() -> None:
    words = [TimedWord("one", 100, 400, heard=True), TimedWord("two", 400, 650, speaker="Anna")]
    found = in_order(words, 1_000)
    assert [(word.text, word.span.start_ms, word.span.end_ms) for word in found] == [
        ("one", 100, 400),
        ("two", 400, 650),
    ]
    assert found[1].speaker == "Anna"


def test_an_overlap_is_cut_at_the_start_of_the_next_word() -> None:
    found = in_order([TimedWord("one", 100, 900), TimedWord("two", 500, 800)], 1_000)
    assert found[0].span.end_ms == found[1].span.start_ms == 500
