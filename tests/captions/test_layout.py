from __future__ import annotations

import time
from itertools import combinations, pairwise

import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from clipping.captions import SAFE_AREA, STYLES, CaptionStyle, style
from clipping.captions.base import CAPTION_AREA
from clipping.captions.layout import (
    HELD_GAP_MS,
    LINGER_MS,
    SHORTEST_MS,
    SMALL_GAP_MS,
    lay_out,
)
from clipping.captions.scripts import Locale, locale_of
from clipping.captions.typeset import set_caption
from clipping.errors import UnreadableCaptions
from clipping.models import Box, CaptionEvent, ClipWord
from tests.captions.texts import LONG, SENTENCES, URL, clip_words, spoken

HIGHLIGHT = style("highlight")


def word(text: str, start_ms: int, end_ms: int) -> ClipWord:
    return ClipWord(text=text, start_ms=start_ms, end_ms=end_ms)


def overlap(one: Box, other: Box) -> bool:
    return (
        one.left < other.right
        and other.left < one.right
        and one.top < other.bottom
        and other.top < one.bottom
    )


def assert_well_placed(events: tuple[CaptionEvent, ...]) -> None:
    for event in events:
        assert len(event.words) == len(event.clip_words) == len(event.boxes)
        assert event.lit is None or 0 <= event.lit < len(event.words)
        for box in event.boxes:
            assert box.left < box.right
            assert box.top < box.bottom
            assert box.inside(CAPTION_AREA)
        assert not any(overlap(one, other) for one, other in combinations(event.boxes, 2))


def assert_in_order(events: tuple[CaptionEvent, ...], duration_ms: int) -> None:
    assert all(0 <= event.start_ms < event.end_ms <= duration_ms for event in events)
    for one, other in pairwise(events):
        assert one.end_ms <= other.start_ms


def laid_out(
    words: list[ClipWord], chosen: CaptionStyle, duration_ms: int
) -> tuple[CaptionEvent, ...]:
    """Random words may well be of a script that no font has."""
    try:
        return lay_out(words, chosen, duration_ms)
    except UnreadableCaptions:
        reject()


@pytest.mark.parametrize("name", STYLES)
@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(words=clip_words())
def test_any_text_stays_in_its_place_on_at_most_two_lines(name: str, words: list[ClipWord]) -> None:
    duration_ms = words[-1].end_ms + 1500
    events = laid_out(words, STYLES[name], duration_ms)
    assert_well_placed(events)
    assert_in_order(events, duration_ms)
    locale = locale_of(text for event in events for text in event.words)
    for event in events:
        assert len(set_caption(event.words, STYLES[name], locale).lines) <= 2


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(words=clip_words())
def test_every_word_that_can_be_drawn_is_lit_from_its_own_start(words: list[ClipWord]) -> None:
    events = laid_out(words, HIGHLIGHT, words[-1].end_ms)
    first_lit: dict[int, int] = {}
    shown: set[int] = set()
    for event in events:
        shown.update(event.clip_words)
        if event.lit is not None:
            first_lit.setdefault(event.clip_words[event.lit], event.start_ms)
    assert set(first_lit) == shown
    assert all(first_lit[index] == words[index].start_ms for index in shown)


def test_the_caption_area_lies_inside_the_safe_area() -> None:
    assert CAPTION_AREA.inside(SAFE_AREA)


@pytest.mark.parametrize("sentence", SENTENCES.values(), ids=SENTENCES)
def test_a_sentence_is_shown_completely_and_in_its_place(sentence: str) -> None:
    words = spoken(sentence)
    events = lay_out(words, HIGHLIGHT, words[-1].end_ms + 1000)
    assert_well_placed(events)
    assert {index for event in events for index in event.clip_words} == set(range(len(words)))


def test_a_word_stays_lit_over_a_small_gap_and_goes_out_in_a_larger_one() -> None:
    words = [
        word("one", 1000, 1300),
        word("two", 1300 + SMALL_GAP_MS, 1700),
        word("three", 1700 + SMALL_GAP_MS + 1, 2100),
    ]
    events = lay_out(words, HIGHLIGHT, 2100)
    assert [(event.start_ms, event.end_ms, event.lit) for event in events] == [
        (1000, 1450, 0),
        (1450, 1700, 1),
        (1700, 1851, None),
        (1851, 2100, 2),
    ]


def test_a_caption_is_held_over_a_short_gap() -> None:
    words = [word("One.", 0, 400), word("Two.", 400 + HELD_GAP_MS, 1400)]
    events = lay_out(words, HIGHLIGHT, 1400)
    assert [(event.words, event.start_ms, event.end_ms, event.lit) for event in events] == [
        (("One.",), 0, 400, 0),
        (("One.",), 400, 1000, None),
        (("Two.",), 1000, 1400, 0),
    ]


def test_a_caption_goes_away_in_a_long_silence() -> None:
    words = [word("One.", 0, 400), word("Two.", 3000, 3400)]
    events = lay_out(words, HIGHLIGHT, 9000)
    assert [(event.start_ms, event.end_ms, event.lit) for event in events] == [
        (0, 400, 0),
        (400, 400 + LINGER_MS, None),
        (3000, 3400, 0),
        (3400, 3400 + LINGER_MS, None),
    ]


def test_words_too_short_for_a_frame_are_still_lit_and_move_no_other_word() -> None:
    words = [
        word("a", 1000, 1010),
        word("b", 1010, 1020),
        word("c", 1020, 1400),
        word("d", 1400, 1800),
    ]
    events = lay_out(words, HIGHLIGHT, 2000)
    lit = {event.words[event.lit]: event for event in events if event.lit is not None}
    assert set(lit) == {"a", "b", "c", "d"}
    assert all(event.end_ms - event.start_ms >= SHORTEST_MS for event in lit.values())
    for one in words:
        assert abs(lit[one.text].start_ms - one.start_ms) <= SHORTEST_MS
    assert lit["d"].start_ms == 1400


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(0, 900), min_size=1, max_size=40), st.integers(60, 1000))
def test_no_start_moves_by_more_than_the_shortest_state(
    starts: list[int], duration_ms: int
) -> None:
    words = [word("go", at, at + 1) for at in sorted(starts)]
    events = lay_out(words, HIGHLIGHT, duration_ms)
    assert_in_order(events, duration_ms)
    for event in events:
        if event.lit is not None:
            moved_ms = event.start_ms - words[event.clip_words[event.lit]].start_ms
            assert abs(moved_ms) <= SHORTEST_MS
            assert event.end_ms - event.start_ms >= SHORTEST_MS


def test_words_after_the_end_of_the_clip_are_left_out() -> None:
    events = lay_out([word("in", 0, 900), word("out", 1000, 1400)], HIGHLIGHT, 1000)
    assert {text for event in events for text in event.words} == {"in"}
    assert events[-1].end_ms == 1000


@pytest.mark.parametrize("text", ["", " ", "\u200b", "\u3164", "\u0301", "\ufe0f", "\u13a0"])
def test_a_word_of_which_nothing_can_be_drawn_is_left_out(text: str) -> None:
    events = lay_out([word(text, 0, 400), word("seen", 400, 800)], HIGHLIGHT, 800)
    assert [(event.words, event.clip_words) for event in events] == [(("seen",), (1,))]


def test_a_clip_in_letters_that_no_font_has_is_refused_by_name() -> None:
    with pytest.raises(UnreadableCaptions, match="no caption font has Bengali letters"):
        lay_out(spoken("আমার সোনার বাংলা"), HIGHLIGHT, 2000)


@pytest.mark.parametrize(
    "text", ["", "\u200b", "\U000f0000"], ids=["empty", "invisible", "private"]
)
def test_a_clip_without_any_letters_has_no_captions(text: str) -> None:
    assert lay_out([word(text, 0, 400)], HIGHLIGHT, 1000) == ()


def test_no_words_give_no_events() -> None:
    assert lay_out([], HIGHLIGHT, 1000) == ()


@pytest.mark.parametrize("text", [LONG, URL], ids=["long word", "url"])
def test_a_long_word_keeps_all_its_letters_on_two_lines(text: str) -> None:
    setting = set_caption((text,), HIGHLIGHT, Locale(rtl=False, han="Noto Sans SC"))
    lines = ["".join(line) for line in setting.lines]
    assert len(lines) == 2
    assert "".join(lines).replace("-", "") == text.replace("-", "")
    assert setting.em_px >= HIGHLIGHT.min_em_px


def test_a_german_compound_is_parted_with_a_hyphen_before_a_syllable() -> None:
    setting = set_caption((LONG,), HIGHLIGHT, Locale(rtl=False, han="Noto Sans SC"))
    assert setting.lines == (("Donaudampfschifffahrts-",), ("gesellschaftskapitän",))


def test_endless_letters_shrink_to_the_smallest_size_and_end_in_an_ellipsis() -> None:
    setting = set_caption(("a" * 500,), HIGHLIGHT, Locale(rtl=False, han="Noto Sans SC"))
    assert setting.em_px >= HIGHLIGHT.min_em_px
    assert setting.lines[-1][-1].endswith("…")


def test_a_long_line_without_spaces_is_shown_in_parts_that_share_its_time() -> None:
    text = SENTENCES["japanese line"]
    events = lay_out([word(text, 1000, 4000)], HIGHLIGHT, 4000)
    assert "".join(event.words[event.lit] for event in events if event.lit is not None) == text
    assert all(event.clip_words == (0,) * len(event.words) for event in events)
    assert (events[0].start_ms, events[-1].end_ms) == (1000, 4000)
    assert max(len("".join(event.words)) for event in events) <= 12


def test_an_arabic_caption_reads_from_the_right() -> None:
    events = lay_out(spoken("مرحبا بكم جميعا"), HIGHLIGHT, 2000)
    lefts = [box.left for box in events[0].boxes]
    assert lefts == sorted(lefts, reverse=True)


def test_a_style_in_capitals_draws_capitals() -> None:
    loud = HIGHLIGHT.model_copy(update={"upper_case": True})
    events = lay_out(spoken("straße wide open"), loud, 2000)
    assert events[0].words == ("STRASSE", "WIDE", "OPEN")


def test_a_minute_of_captions_is_laid_out_in_well_under_a_second() -> None:
    text = (SENTENCES["english"] + " " + SENTENCES["vietnamese"] + " ") * 12
    words = spoken(text.strip())[:180]
    begun = time.process_time()
    events = lay_out(words, HIGHLIGHT, 60_000)
    assert time.process_time() - begun < 1.0
    assert len(events) >= 180
