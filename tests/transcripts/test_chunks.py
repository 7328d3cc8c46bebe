from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from clipping.transcripts.chunks import LONGEST_MS, OVERLAP_MS, SEARCH_MS, plan, quietest_ms

MINUTE_MS = 60_000


def levels(minutes: float, *pauses: tuple[float, float, float]) -> NDArray[np.float32]:
    """Speech at -20 dB for so many minutes, with pauses: (minute, seconds, level)."""
    found = np.full(int(minutes * 6_000), -20, np.float32)
    for minute, seconds, level in pauses:
        first = int(minute * 6_000)
        found[first : first + int(seconds * 100)] = level
    return found


def test_what_is_short_enough_is_one_chunk() -> None:
    (chunk,) = plan(levels(29), 29 * MINUTE_MS)
    assert chunk.own == chunk.heard
    assert (chunk.own.start_ms, chunk.own.end_ms) == (0, 29 * MINUTE_MS)


def test_a_seam_lies_in_the_middle_of_the_deepest_pause_before_the_bound() -> None:
    pauses = [(27.5, 2.0, -45.0), (28.5, 1.0, -70.0), (29.2, 0.8, -50.0), (20.0, 9.0, -90.0)]
    first, second = plan(levels(40, *pauses), 40 * MINUTE_MS)
    assert abs(first.own.end_ms - (28.5 * MINUTE_MS + 500)) <= 20
    assert second.own.start_ms == first.own.end_ms


def test_of_equally_deep_pauses_the_longest_is_taken() -> None:
    pauses = [(28.0, 0.6, -90.0), (28.5, 4.0, -90.0), (29.0, 0.6, -90.0)]
    seam = plan(levels(40, *pauses), 40 * MINUTE_MS)[0].own.end_ms
    assert abs(seam - (28.5 * MINUTE_MS + 2_000)) <= 20


def test_a_click_in_a_pause_does_not_hide_it_and_a_dip_in_speech_is_no_pause() -> None:
    sound = levels(40, (28.5, 3.0, -60.0), (27.8, 0.05, -90.0))
    sound[28 * 6_000 + 3_010] = -25
    seam = plan(sound, 40 * MINUTE_MS)[0].own.end_ms
    assert 28.5 * MINUTE_MS < seam < 28.5 * MINUTE_MS + 3_000


def test_without_any_pause_the_cut_is_where_it_is_quietest() -> None:
    sound = levels(40)
    sound[28 * 6_000 : 28 * 6_000 + 8] = -28
    seam = plan(sound, 40 * MINUTE_MS)[0].own.end_ms
    assert abs(seam - 28 * MINUTE_MS) <= 100


def test_chunks_are_listened_to_beyond_their_seams_and_never_longer_than_allowed() -> None:
    chunks = plan(levels(180), 180 * MINUTE_MS)
    assert len(chunks) in range(6, 8)
    for before, after in pairwise(chunks):
        assert before.heard.end_ms - after.heard.start_ms == 2 * OVERLAP_MS
    assert max(chunk.heard.duration_ms for chunk in chunks) <= LONGEST_MS
    assert all(c.own.duration_ms >= LONGEST_MS - SEARCH_MS - 2 * OVERLAP_MS for c in chunks[:-1])


@settings(max_examples=60)
@given(
    seconds=st.integers(1, 400),
    longest_s=st.integers(10, 120),
    seed=st.integers(0, 1_000),
    known=st.floats(0, 1),
)
def test_chunks_cover_everything_once_whatever_the_sound(
    seconds: int, longest_s: int, seed: int, known: float
) -> None:
    sound = np.random.default_rng(seed).uniform(-100, 0, int(seconds * 100 * known))
    chunks = plan(sound.astype(np.float32), seconds * 1_000, longest_s * 1_000)
    edges = [chunks[0].own.start_ms, *(chunk.own.end_ms for chunk in chunks)]
    assert edges[0] == 0
    assert edges[-1] == seconds * 1_000
    assert edges == sorted(set(edges))
    for before, after in pairwise(chunks):
        assert before.own.end_ms == after.own.start_ms
    for chunk in chunks:
        assert chunk.heard.duration_ms <= longest_s * 1_000
        assert chunk.heard.start_ms <= chunk.own.start_ms
        assert chunk.own.end_ms <= chunk.heard.end_ms <= seconds * 1_000


def test_the_last_digits_of_a_level_do_not_move_a_seam() -> None:
    sound = np.random.default_rng(1).uniform(-60, -20, 240_000).astype(np.float32).round(1)
    moved = sound + np.random.default_rng(2).uniform(-1e-4, 1e-4, len(sound)).astype(np.float32)
    assert plan(moved, 40 * MINUTE_MS) == plan(sound, 40 * MINUTE_MS)


@pytest.mark.parametrize(("start_ms", "end_ms"), [(0, 10), (500, 500), (10_000, 12_000)])
def test_the_quietest_place_lies_in_the_stretch_even_when_little_is_known(
    start_ms: int, end_ms: int
) -> None:
    assert start_ms <= quietest_ms(levels(0.1), start_ms, end_ms) <= end_ms
