"""Which pictures are looked at closely."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from clipping.models import Box, CaptionEvent, HookOverlay, RenderPlan
from clipping.rendering.measure.sampling import EDGE_FRAMES, MOST_EVENTS, choose, spread
from clipping.rendering.measure.sync import REACH_FRAMES
from tests.rendering.clips import bare_plan

BOX = Box(left=200, top=1_200, right=500, bottom=1_300)


def _plan(spans: Iterable[tuple[int, int]], hook_ms: int | None = None) -> RenderPlan:
    """Ten seconds at 30 frames a second."""
    events = tuple(
        CaptionEvent(start_ms=start, end_ms=end, words=("a",), clip_words=(0,), boxes=(BOX,), lit=0)
        for start, end in spans
    )
    hook = None
    if hook_ms is not None:
        hook = HookOverlay(text="a", lines=("a",), start_ms=0, end_ms=hook_ms, box=BOX, font_px=60)
    return bare_plan().model_copy(update={"captions": events, "hook": hook})


def test_every_event_is_looked_at_in_its_middle() -> None:
    samples = choose(_plan([(1_000, 1_400), (1_400, 2_000)]))
    assert list(samples.events) == [36, 51]


def test_more_than_forty_events_are_spread_evenly_with_both_ends() -> None:
    samples = choose(_plan([(at, at + 100) for at in range(0, 10_000, 100)]))
    frames = list(samples.events)
    assert len(frames) == MOST_EVENTS
    assert frames[0] == 2
    assert frames[-1] == 298
    distances = {after - before for before, after in pairwise(frames)}
    assert distances <= {6, 7, 8, 9, 10}


def test_an_event_too_short_to_be_sure_of_is_left_out() -> None:
    # ASS has hundredths of a second: 20 ms may be on any picture, or on none.
    assert choose(_plan([(1_010, 1_030)])).events == {}


def test_stretches_without_captions_are_looked_at_as_well() -> None:
    samples = choose(_plan([(1_000, 4_000), (4_000, 5_000), (7_000, 10_000)]))
    assert samples.gaps == (15, 180)


def test_a_clip_without_captions_is_one_gap() -> None:
    assert choose(_plan([])).gaps == (150,)


def test_the_hook_is_looked_at_away_from_its_fades_and_once_it_is_gone() -> None:
    samples = choose(_plan([], hook_ms=2_000))
    assert samples.hook == (9, 23, 37, 51)
    assert samples.after_hook == 62


def test_a_hook_to_the_very_end_leaves_nothing_to_look_at_afterwards() -> None:
    assert choose(_plan([], hook_ms=10_000)).after_hook is None


def test_both_ends_are_looked_at_with_a_reserve_for_lost_pictures() -> None:
    samples = choose(_plan([]))
    assert samples.head == tuple(range(EDGE_FRAMES))
    assert samples.tail == tuple(range(300 - EDGE_FRAMES - REACH_FRAMES, 300))


def test_a_clip_of_one_picture_has_ends_too() -> None:
    samples = choose(_plan([]).model_copy(update={"frames": 1}))
    assert samples.head == samples.tail == (0,)


def test_spreading_keeps_order_and_never_repeats() -> None:
    assert spread(range(100), 5) == [0, 24, 49, 74, 99]
    assert spread([1, 2], 5) == [1, 2]
