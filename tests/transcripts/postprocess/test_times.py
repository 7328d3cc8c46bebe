from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from clipping.models import HeardWord
from clipping.timing import TimeSpan
from clipping.transcripts.postprocess.times import complete
from clipping.transcripts.word_times import LONGEST_HEARD_MS, in_order
from tests.transcripts.postprocess.words import activity

SPAN = TimeSpan(start_ms=1_000, end_ms=9_000)
SPOKEN = activity(10, (1, 9))


def heard(*words: tuple[str, int | None, int | None]) -> list[HeardWord]:
    return [HeardWord(text=text, start_ms=start, end_ms=end) for text, start, end in words]


def test_a_number_without_times_lies_between_its_neighbours() -> None:
    words = heard(("costs", 2_000, 2_400), ("$40,000", None, None), ("now", 3_600, 3_900))
    costs, price, now = complete(words, SPAN, SPOKEN)
    assert price.interpolated
    assert costs.end_ms <= price.start_ms < price.end_ms <= now.start_ms
    assert not costs.interpolated
    assert not now.interpolated


def test_a_number_lies_where_somebody_speaks_and_not_in_the_pause() -> None:
    sound = activity(10, (1, 2.4), (3.4, 9))
    words = heard(("costs", 2_000, 2_400), ("40", None, None), ("now", 3_900, 4_200))
    _, number, _ = complete(words, SPAN, sound)
    assert number.start_ms >= 3_400


def test_several_words_share_the_room_by_how_long_they_take() -> None:
    words = heard(
        ("in", 2_000, 2_200), ("9", None, None), ("1,999,999", None, None), ("a", 5_000, 5_100)
    )
    _, short, long, _ = complete(words, SPAN, SPOKEN)
    assert short.end_ms <= long.start_ms
    assert long.end_ms - long.start_ms > 2 * (short.end_ms - short.start_ms)


def test_neighbours_without_a_gap_make_room() -> None:
    words = heard(("costs", 2_000, 2_400), ("$5", None, None), ("now", 2_400, 2_800))
    costs, price, now = complete(words, SPAN, SPOKEN)
    assert price.end_ms - price.start_ms >= 55
    assert costs.end_ms <= price.start_ms
    assert price.end_ms <= now.start_ms


def test_words_at_the_ends_of_a_chunk_stay_in_it() -> None:
    words = heard(
        ("3", None, None), ("cats", 1_050, 1_400), ("and", 8_700, 8_950), ("4", None, None)
    )
    found = complete(words, SPAN, SPOKEN)
    assert found[0].start_ms >= SPAN.start_ms
    assert found[-1].end_ms <= SPAN.end_ms
    assert found[0].end_ms <= found[1].start_ms
    assert found[2].end_ms <= found[3].start_ms


def test_without_any_times_the_words_are_divided_over_the_voice() -> None:
    sound = activity(10, (4, 6))
    found = complete(heard(("forty", None, None), ("two", None, None)), SPAN, sound)
    assert found[0].start_ms >= 4_000
    assert found[-1].end_ms <= 6_000


def test_a_word_without_an_end_gets_a_likely_one_and_one_without_text_is_left_out() -> None:
    (word,) = complete(heard(("hello", 2_000, None), ("  ", 2_500, 2_600)), SPAN, SPOKEN)
    assert 2_100 <= word.end_ms <= 2_900


def test_a_speaker_on_both_sides_speaks_the_number_too() -> None:
    words = [
        HeardWord(text="costs", start_ms=2_000, end_ms=2_400, speaker="A"),
        HeardWord(text="5"),
        HeardWord(text="now", start_ms=3_000, end_ms=3_300, speaker="A"),
        HeardWord(text="6"),
        HeardWord(text="what", start_ms=4_000, end_ms=4_300, speaker="B"),
    ]
    assert [word.speaker for word in complete(words, SPAN, SPOKEN)] == ["A", "A", "A", None, "B"]


TIME = st.none() | st.integers(-2_000, 12_000)


@settings(max_examples=100)
@given(st.lists(st.tuples(st.sampled_from(["a", "12", "seven", "$3.50"]), TIME, TIME), max_size=12))
def test_whatever_an_engine_says_words_end_up_in_order_apart_and_not_too_long(
    words: list[tuple[str, int | None, int | None]],
) -> None:
    completed = complete(heard(*words), SPAN, SPOKEN)
    assert [word.text for word in completed] == [text for text, _, _ in words]
    for word in completed:
        assert SPAN.start_ms <= word.start_ms < word.end_ms <= SPAN.end_ms
    ordered = in_order(completed, 10_000)
    assert [word.text for word in ordered] == [text for text, _, _ in words]
    for before, after in pairwise(ordered):
        assert before.span.end_ms <= after.span.start_ms
    assert all(word.span.duration_ms <= LONGEST_HEARD_MS for word in ordered)
