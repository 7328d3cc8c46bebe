"""Cuts lie in the silence beside a sentence."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from clipping.models import Word
from clipping.moments.sentences import split
from clipping.moments.snap import LEAD_MS, TAIL_MS, sentence_cuts
from clipping.moments.sound import measure
from clipping.timing import TimeSpan
from tests.moments.spoken import duration_of, speak, voice

SILENT = measure([])


def test_with_room_a_cut_keeps_the_promised_distances() -> None:
    words = speak(["One sentence here.", "Another one there."], start_ms=2_000, line_ms=2_000)
    cuts = sentence_cuts(words, split(words).items, voice(words, 9_000), 9_000)
    for lead in cuts.first - cuts.start:
        assert LEAD_MS[0] <= lead <= LEAD_MS[1]
    for tail in cuts.end - cuts.last:
        assert TAIL_MS[0] <= tail <= TAIL_MS[1]


def test_a_cut_falls_where_the_sound_is_quietest() -> None:
    # The transcript says that the second word starts at 1000 ms, its sound swells from 900 on.
    words = [
        Word(text="One.", span=TimeSpan(start_ms=0, end_ms=700)),
        Word(text="Two.", span=TimeSpan(start_ms=1_000, end_ms=1_500)),
    ]
    early = [words[0], Word(text="Two.", span=TimeSpan(start_ms=900, end_ms=1_500))]
    cuts = sentence_cuts(words, split(words).items, voice(early, 2_000), 2_000)
    assert 700 < cuts.start[1] <= 900


def test_touching_words_are_cut_where_they_touch() -> None:
    words = [
        Word(text="One.", span=TimeSpan(start_ms=0, end_ms=700)),
        Word(text="Two.", span=TimeSpan(start_ms=700, end_ms=1_500)),
    ]
    cuts = sentence_cuts(words, split(words).items, SILENT, 1_500)
    assert cuts.start.tolist() == [0, 700]
    assert cuts.end.tolist() == [700, 1_500]


gaps = st.lists(st.integers(0, 1_500), min_size=1, max_size=30)


@settings(max_examples=80)
@given(gaps, st.integers(0, 500), st.integers(0, 500), st.booleans())
def test_cuts_never_touch_a_word_nor_each_other(
    pauses: list[int], head_ms: int, tail_ms: int, sounding: bool
) -> None:
    now, words = head_ms, []
    for pause in pauses:
        words.append(Word(text="word.", span=TimeSpan(start_ms=now, end_ms=now + 250)))
        now += 250 + pause
    lasts = duration_of(words, tail_ms)
    track = voice(words, lasts) if sounding else SILENT
    cuts = sentence_cuts(words, split(words).items, track, lasts)
    assert (cuts.earliest <= cuts.start).all()
    assert (cuts.start <= cuts.first).all()
    assert (cuts.first < cuts.last).all()
    assert (cuts.last <= cuts.end).all()
    assert (cuts.end <= cuts.latest).all()
    assert (cuts.end[:-1] <= cuts.start[1:]).all()
    assert (cuts.latest[:-1] <= cuts.first[1:]).all()
    assert (cuts.earliest[1:] >= cuts.last[:-1]).all()
    assert cuts.earliest[0] >= 0
    assert cuts.latest[-1] <= lasts
