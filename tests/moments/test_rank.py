"""Choosing among scored candidates."""

from __future__ import annotations

import numpy as np
import pytest

from clipping.moments.rank import Phrases, Ranking, rank
from clipping.moments.windows import Windows

TEXTS = [f"w{at}" for at in range(60)]


def windows(*spans: tuple[int, int]) -> Windows:
    """One candidate per span of seconds, each from a first sentence of its own."""
    count = len(spans)
    first = np.arange(count, dtype=np.int64)
    return Windows(
        first=first,
        last=first,
        stop=np.array([end for _, end in spans], np.int64),
        start_ms=np.array([start * 1000 for start, _ in spans], np.int64),
        end_ms=np.array([end * 1000 for _, end in spans], np.int64),
        broken=np.zeros(count, bool),
    )


def ranked(
    spans: list[tuple[int, int]],
    scores: list[float],
    *,
    count: int = 5,
    talk_s: int = 60,
    refused: list[str] | None = None,
    tokens: list[str] = TEXTS,
) -> Ranking:
    """One word is spoken per second, so a span's words are its seconds."""
    candidates = windows(*spans)
    codes = np.array(refused or [""] * len(spans), dtype="<U16")
    word_firsts = candidates.start_ms // 1000
    return rank(
        candidates, np.array(scores), codes, word_firsts, Phrases(tokens), count, talk_s * 1000
    )


def codes(ranking: Ranking) -> dict[int, str]:
    return {verdict.candidate: verdict.code for verdict in ranking.verdicts}


def test_the_best_come_first_and_overlaps_lose() -> None:
    found = ranked([(0, 10), (5, 15), (10, 20)], [0.5, 0.7, 0.6])
    assert found.picks == [1]
    assert codes(found) == {0: "overlaps_better", 2: "overlaps_better"}
    assert {verdict.rival for verdict in found.verdicts} == {0}


def test_neighbours_that_only_touch_are_both_chosen() -> None:
    assert ranked([(0, 10), (10, 20)], [0.5, 0.6]).picks == [1, 0]


def test_the_count_is_a_ceiling() -> None:
    found = ranked([(0, 10), (10, 20), (20, 30)], [0.5, 0.7, 0.6], count=2)
    assert found.picks == [1, 2]
    assert codes(found) == {0: "over_count"}


def test_beyond_the_assured_moments_the_best_sets_the_bar() -> None:
    found = ranked([(0, 10), (10, 20), (20, 30)], [0.8, 0.5, 0.45], talk_s=60)
    assert found.picks == [0, 1]
    assert codes(found) == {2: "low_score"}


def test_a_long_talk_is_assured_of_a_moment_a_minute() -> None:
    found = ranked([(0, 10), (10, 20), (20, 30), (30, 40)], [0.8, 0.4, 0.3, 0.25], talk_s=180)
    assert found.picks == [0, 1, 2]
    assert codes(found) == {3: "low_score"}


def test_nothing_under_the_lowest_score_is_chosen() -> None:
    found = ranked([(0, 10)], [0.15])
    assert found.picks == []
    assert codes(found) == {0: "low_score"}


def test_what_is_said_twice_is_chosen_once() -> None:
    tokens = [*TEXTS[:10], *TEXTS[:10], *TEXTS[20:40]]
    found = ranked([(0, 10), (10, 20), (20, 30)], [0.6, 0.7, 0.5], tokens=tokens)
    assert found.picks == [1, 2]
    assert codes(found) == {0: "duplicate"}


@pytest.mark.parametrize("code", ["profane_opening", "music", "housekeeping", "too_much_silence"])
def test_a_refused_candidate_is_never_chosen(code: str) -> None:
    found = ranked([(0, 10)], [0.9], refused=[code])
    assert found.picks == []
    assert codes(found) == {0: code}


def test_incomplete_ones_are_chosen_only_when_nothing_else_is_there() -> None:
    spans = [(0, 10), (10, 20)]
    assert ranked(spans, [0.9, 0.4], refused=["incomplete", ""]).picks == [1]
    assert ranked(spans, [0.9, 0.4], refused=["incomplete", "music"]).picks == [0]


def test_no_candidates_give_an_empty_ranking() -> None:
    assert ranked([], []) == Ranking([], [])


def test_another_end_of_the_same_start_is_tried_when_the_best_one_overlaps() -> None:
    first = np.array([0, 0, 1], np.int64)
    candidates = Windows(
        first=first,
        last=np.array([1, 2, 3], np.int64),
        stop=np.array([10, 20, 30], np.int64),
        start_ms=np.array([0, 0, 12_000], np.int64),
        end_ms=np.array([10_000, 20_000, 30_000], np.int64),
        broken=np.zeros(3, bool),
    )
    free = np.array(["", "", ""], dtype="<U16")
    starts = np.array([0, 0, 12], np.int64)
    found = rank(candidates, np.array([0.5, 0.6, 0.8]), free, starts, Phrases(TEXTS), 5, 60_000)
    assert found.picks == [2, 0]
    assert found.verdicts == []
