"""Every clip begins and ends with a sentence, in the silence beside it when there is one."""

from __future__ import annotations

from itertools import accumulate

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clipping.models import DetectOptions, Word
from clipping.timing import TimeSpan
from tests.moments.bounds import check_silence
from tests.moments.spoken import detect, duration_of, speak
from tests.moments.talks import MIDDLING, QUESTION, STORY

LINES = (*MIDDLING, *QUESTION, *STORY)
_FIRSTS = set(accumulate((len(line.split()) for line in LINES), initial=0))
pauses = st.lists(
    st.sampled_from([0, 1, 5, 90, 260, 400, 640, 660, 900, 2_500]),
    min_size=len(LINES),
    max_size=len(LINES),
)


def _spoken(between_ms: list[int], word_gap_ms: int) -> list[Word]:
    """The lines with these pauses between them."""
    now, words = 700, list[Word]()
    for line, pause_ms in zip(LINES, between_ms, strict=True):
        said = speak([line], start_ms=0, word_gap_ms=word_gap_ms, comma_ms=word_gap_ms)
        words += [
            word.replace(
                span=TimeSpan(start_ms=now + word.span.start_ms, end_ms=now + word.span.end_ms)
            )
            for word in said
        ]
        now = words[-1].span.end_ms + pause_ms
    return words


@settings(max_examples=7, suppress_health_check=list(HealthCheck))
@given(pauses, st.sampled_from([0, 20, 120]), st.sampled_from([0, 30, 2_000]))
def test_a_local_clip_is_cut_in_the_silence_beside_whole_sentences(
    between_ms: list[int], word_gap_ms: int, tail_ms: int
) -> None:
    words = _spoken(between_ms, word_gap_ms)
    options = DetectOptions(count=5, min_ms=10_000, max_ms=30_000)
    lasts_ms = duration_of(words, tail_ms)
    found = detect(words, count=5, min_ms=10_000, max_ms=30_000, duration_ms=lasts_ms)
    assert found.moments
    for moment in found.moments:
        first, stop = check_silence(moment, words, options, lasts_ms)
        assert {first, stop} <= _FIRSTS
