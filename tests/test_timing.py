"""Spans of time and how they are written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from clipping.timing import TimeSpan, seconds_text, timecode


@pytest.mark.parametrize(
    "bounds", [(5, 5), (6, 5), (-1, 5)], ids=["empty", "backwards", "negative"]
)
def test_a_span_is_never_empty_backwards_or_negative(bounds: tuple[int, int]) -> None:
    with pytest.raises(ValidationError):
        TimeSpan(start_ms=bounds[0], end_ms=bounds[1])


def test_a_span_holds_its_start_and_not_its_end() -> None:
    span = TimeSpan(start_ms=10, end_ms=20)
    assert span.contains(10)
    assert not span.contains(20)
    assert span.overlap_ms(TimeSpan(start_ms=20, end_ms=30)) == 0
    assert span.overlap_ms(TimeSpan(start_ms=5, end_ms=13)) == 3


@pytest.mark.parametrize(
    ("ms", "text"), [(0, "0:00.000"), (61_005, "1:01.005"), (3_600_000, "1:00:00.000")]
)
def test_timecodes_read_as_people_write_them(ms: int, text: str) -> None:
    assert timecode(ms) == text


@given(st.integers(min_value=-(10**9), max_value=10**9))
def test_seconds_text_is_exact(ms: int) -> None:
    assert round(float(seconds_text(ms)) * 1000) == ms
