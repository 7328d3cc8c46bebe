"""Distances of pairs, and which pairs of a month there are."""

from __future__ import annotations

import pytest

from clipping.likeness import (
    NEAR,
    WEIGHTS,
    Bond,
    Compared,
    Distance,
    compare,
    hook_distance,
    span_distance,
)
from clipping.likeness.month import family_of
from clipping.timing import TimeSpan


def span(start_s: int, end_s: int) -> TimeSpan:
    return TimeSpan(start_ms=start_s * 1000, end_ms=end_s * 1000)


def a_clip(name: str, at_s: int = 0, source: str = "src", moment: str | None = None) -> Compared:
    hook = f"a hook of {name}"
    return Compared(name, source, moment or f"mom_{name}", span(at_s, at_s + 20), hook, None)


@pytest.mark.parametrize(
    ("one", "other", "distance"),
    [
        (span(0, 20), span(0, 20), 0),
        (span(0, 20), span(20, 40), 1),
        (span(0, 20), span(10, 30), 2 / 3),
        (span(0, 20), span(0, 10), 1 / 2),
    ],
)
def test_spans_are_as_far_away_as_they_share_no_time(
    one: TimeSpan, other: TimeSpan, distance: float
) -> None:
    assert span_distance(one, other) == span_distance(other, one) == pytest.approx(distance)


@pytest.mark.parametrize(
    ("one", "other", "distance"),
    [
        ("What nobody tells you", "what NOBODY tells you!", 0),
        ("What nobody tells you", "What nobody told you", 1 / 4),
        ("What nobody tells you", "Sleep is a habit", 1),
        ("What nobody tells you", "", 1),
        ("", "", 0),
        ("…", "", 0),
    ],
)
def test_hooks_are_as_far_away_as_they_share_no_words(
    one: str, other: str, distance: float
) -> None:
    assert hook_distance(one, other) == pytest.approx(distance)


@pytest.mark.parametrize(
    ("distance", "near"),
    [
        pytest.param(Distance(span=0, hook=1, picture=0, sound=0), True, id="another hook"),
        pytest.param(Distance(span=0, hook=1, picture=1, sound=0), True, id="and framing"),
        pytest.param(Distance(span=0.3, hook=0, picture=0.3, sound=0.3), True, id="longer"),
        pytest.param(Distance(span=0.5, hook=1, picture=0.5, sound=0.5), False, id="half of it"),
        pytest.param(Distance(span=1, hook=0, picture=0, sound=1), False, id="one camera"),
        pytest.param(Distance(span=0, hook=1, picture=None, sound=None), True, id="no file"),
        pytest.param(Distance(span=1, hook=1, picture=None, sound=None), False, id="none apart"),
    ],
)
def test_two_clips_are_near_when_they_share_most_of_what_is_said(
    distance: Distance, near: bool
) -> None:
    assert distance.near is near
    assert 0 <= distance.combined <= 1


def test_the_combined_distance_runs_from_nothing_to_all() -> None:
    assert sum(WEIGHTS.values()) == pytest.approx(1)
    assert Distance(span=0, hook=0, picture=0, sound=0).combined == 0
    assert Distance(span=1, hook=1, picture=1, sound=1).combined == pytest.approx(1)
    assert 0 < NEAR < 1


def test_only_clips_of_one_source_are_compared_the_nearest_first() -> None:
    clips = [a_clip("a"), a_clip("b", 15), a_clip("c", 5), a_clip("d", 0, "src_other")]
    pairs = compare(clips, {clip.clip_id for clip in clips})
    assert [(pair.one.clip_id, pair.other.clip_id) for pair in pairs] == [
        ("a", "c"), ("c", "b"), ("a", "b"),
    ]  # fmt: skip


def test_earlier_clips_are_compared_with_those_of_the_month_only() -> None:
    clips = [a_clip("a"), a_clip("b", 100), a_clip("c", 200)]
    pairs = compare(clips, {"c"})
    assert {(pair.one.clip_id, pair.other.clip_id) for pair in pairs} == {("a", "c"), ("b", "c")}


def test_what_is_alike_by_design_is_no_near_duplicate() -> None:
    clips = [
        a_clip("control"),
        a_clip("hook", moment="mom_control"),
        a_clip("bounds", 1),
        a_clip("style", 1),
        a_clip("stray", 2),
    ]
    experiments = [{"control", "bounds"}, {"elsewhere"}, {"bounds", "style"}]
    pairs = {
        (pair.one.clip_id, pair.other.clip_id): pair
        for pair in compare(clips, {clip.clip_id for clip in clips}, experiments)
    }
    assert pairs["control", "bounds"].bond is Bond.EXPERIMENT
    assert pairs["control", "style"].bond is Bond.EXPERIMENT
    assert pairs["control", "hook"].bond is Bond.MOMENT
    assert pairs["hook", "style"].bond is Bond.EXPERIMENT
    assert pairs["control", "stray"].bond is Bond.NONE
    assert all(pair.distance.near for pair in pairs.values())
    near = {clips for clips, pair in pairs.items() if pair.near_duplicate}
    assert near == {(name, "stray") for name in ("control", "hook", "bounds", "style")}


def test_experiments_that_share_a_clip_are_one_family() -> None:
    families = family_of([{"a", "b"}, {"c", "d"}, {"b", "c"}, {"e", "f"}])
    assert len({families[clip] for clip in "abcd"}) == 1
    assert families["e"] == families["f"] != families["a"]
