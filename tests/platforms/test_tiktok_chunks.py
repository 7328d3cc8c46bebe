"""How a file is cut for TikTok, against the rules as the fake has them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clipping.platforms.tiktok_chunks import chunk_plan
from clipping.rehearsal.tiktok_uploads import chunk_fault

_EDGES = [1, 4_999_999, 5_000_000, 8_000_000, 63_999_999, 64_000_000, 64_000_001, 70_000_000]


@given(st.integers(1, 4_000_000_000) | st.sampled_from(_EDGES))
def test_every_size_is_cut_within_the_rules_whichever_megabyte_is_meant(size: int) -> None:
    plan = chunk_plan(size)
    for megabyte in (1_000_000, 1 << 20):
        assert chunk_fault(plan.size_bytes, plan.chunk_bytes, plan.count, megabyte) == ""


@given(st.integers(1, 400_000))
def test_the_chunks_are_the_file_one_after_the_other(size: int) -> None:
    plan, ends = chunk_plan(size, 100), [0]
    while ends[-1] < size:
        assert plan.is_last(ends[-1]) == (len(ends) == plan.count)
        ends.append(plan.end_of_chunk_at(ends[-1]))
    assert len(ends) == plan.count + 1
    assert ends[-1] == size


@pytest.mark.parametrize(
    ("size", "chunk", "count"),
    [
        (70_000_000, 60_000_000, 1),
        (8_000_000, 10_000_000, 0),
        (50_000_123, 10_000_000, 6),
        (4_000_000, 2_000_000, 2),
        (100_000_000, 4_000_000, 25),
        (200_000_000, 65_000_000, 3),
        (64_000_001, 64_000_001, 1),
        (10_000_000_000, 5_000_000, 2_000),
    ],
)
def test_the_fake_refuses_chunks_against_the_rules(size: int, chunk: int, count: int) -> None:
    assert chunk_fault(size, chunk, count, 1_000_000)


def test_the_fake_takes_the_worked_example_of_the_documentation() -> None:
    assert chunk_fault(50_000_123, 10_000_000, 5, 1_000_000) == ""
