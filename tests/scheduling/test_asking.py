"""Which sources are asked for more moments."""

from __future__ import annotations

import pytest

from clipping.likeness import NEAR
from clipping.models import DetectOptions, PlanPolicy, SourceRoom
from clipping.scheduling import more_moments


def room(source: str, count: int, *left_out: int) -> SourceRoom:
    return SourceRoom(
        source_id=source,
        transcript_id=f"of {source}",
        detector="local",
        options=DetectOptions(count=count),
        left_out=left_out,
    )


@pytest.mark.parametrize(
    ("rooms", "wanted", "asked"),
    [
        ([room("a", 5, 70, 60), room("b", 8, 65)], 2, {"a": (6, 1), "b": (9, 1)}),
        ([room("a", 5, 70, 60), room("b", 8, 65)], 9, {"a": (7, 2), "b": (9, 1)}),
        ([room("a", 49, 70, 60)], 2, {"a": (50, 1)}),
        ([room("a", 50, 70)], 2, {}),
        ([room("a", 5, 70)], 0, {}),
        ([room("b", 5, 70), room("a", 5, 70)], 1, {"a": (6, 1)}),
        ([], 3, {}),
    ],
    ids=["best", "all", "most of a detection", "full", "none wanted", "equals", "no room"],
)
def test_the_best_moments_that_were_left_out_are_asked_for(
    rooms: list[SourceRoom], wanted: int, asked: dict[str, tuple[int, int]]
) -> None:
    found = more_moments(rooms, wanted)
    assert {one.source_id: (one.options.count, one.more) for one in found} == asked
    assert more_moments(rooms[::-1], wanted) == found


def test_what_counts_as_a_near_duplicate_is_what_uniqueness_says() -> None:
    assert PlanPolicy().near_distance == NEAR
