"""Captions and hook leave faces free, and each other, without jumping."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clipping.captions import HOOK_STYLES, SAFE_AREA, STYLES, style
from clipping.captions.base import CAPTION_AREA, HOOK_AREA, HOOK_REACH
from clipping.captions.heights import SEAM_Y_PX, around
from clipping.captions.hook import lay_out_hook
from clipping.captions.layout import lay_out
from clipping.models import Box, CaptionEvent, Obstacle
from clipping.timing import TimeSpan
from tests.captions.texts import SENTENCES, spoken

HIGHLIGHT = style("highlight")
WORDS = spoken("people who work with their hands. Know more about it! Than we do? Or they do.")
END_MS = WORDS[-1].end_ms
CUT_MS = WORDS[6].start_ms
SHOTS = [TimeSpan(start_ms=0, end_ms=CUT_MS), TimeSpan(start_ms=CUT_MS, end_ms=END_MS)]


def face(top: int, bottom: int, *, start_ms: int = 0, end_ms: int = 60_000) -> Obstacle:
    return Obstacle(
        span=TimeSpan(start_ms=start_ms, end_ms=end_ms),
        box=Box(left=250, top=top, right=830, bottom=bottom),
    )


def middle(event: CaptionEvent) -> float:
    whole = around(event.boxes)
    return (whole.top + whole.bottom) / 2


def meet(one: Box, other: Box) -> bool:
    across = one.left < other.right and other.left < one.right
    return across and one.top < other.bottom and other.top < one.bottom


@pytest.mark.parametrize("name", STYLES)
def test_without_faces_in_the_way_nothing_moves(name: str) -> None:
    alone = lay_out(WORDS, STYLES[name], END_MS)
    beside = lay_out(WORDS, STYLES[name], END_MS, obstacles=[face(300, 900)], shots=SHOTS)
    assert beside == alone


@pytest.mark.parametrize(
    ("top", "bottom", "centre_px"),
    [
        (900, 1290, 1375),
        (1290, 1440, 1130),
        (1000, 1440, SEAM_Y_PX - 45),
        (1030, 1600, SEAM_Y_PX),
    ],
    ids=["down", "up", "to the top", "to the seam"],
)
def test_a_caption_moves_off_a_face(top: int, bottom: int, centre_px: int) -> None:
    events = lay_out(WORDS, HIGHLIGHT, END_MS, obstacles=[face(top, bottom)])
    heights = {round(middle(event)) for event in events}
    assert all(abs(height - centre_px) < 90 for height in heights), heights
    assert all(box.inside(CAPTION_AREA) for event in events for box in event.boxes)


def test_two_faces_one_above_the_other_leave_the_seam() -> None:
    faces = [face(250, 800), face(1110, 1700)]
    events = lay_out(WORDS, HIGHLIGHT, END_MS, obstacles=faces)
    assert not any(meet(box, one.box) for event in events for box in event.boxes for one in faces)


def test_captions_keep_one_height_in_each_shot() -> None:
    low = face(1180, 1440, start_ms=CUT_MS + 700, end_ms=CUT_MS + 1400)
    events = lay_out(WORDS, HIGHLIGHT, END_MS, obstacles=[low], shots=SHOTS)
    as_usual = lay_out(WORDS, HIGHLIGHT, END_MS)
    moved = [middle(one) - middle(other) for one, other in zip(events, as_usual, strict=True)]
    before = {by for event, by in zip(events, moved, strict=True) if event.end_ms <= CUT_MS}
    after = {by for event, by in zip(events, moved, strict=True) if event.start_ms >= CUT_MS}
    assert before == {0}
    assert len(after) == 1
    assert after != {0}


def test_a_face_that_is_gone_by_then_moves_nothing() -> None:
    gone = face(1100, 1440, start_ms=END_MS + 1000, end_ms=END_MS + 5000)
    assert lay_out(WORDS, HIGHLIGHT, END_MS, obstacles=[gone]) == lay_out(WORDS, HIGHLIGHT, END_MS)


def test_where_faces_are_everywhere_the_least_of_them_is_covered() -> None:
    wide = Obstacle(
        span=TimeSpan(start_ms=0, end_ms=60_000),
        box=Box(left=0, top=0, right=1080, bottom=1920),
    )
    assert lay_out(WORDS, HIGHLIGHT, END_MS, obstacles=[wide]) == lay_out(WORDS, HIGHLIGHT, END_MS)


@pytest.mark.parametrize("name", [name for name in HOOK_STYLES if name != "none"])
def test_the_hook_moves_off_a_face(name: str) -> None:
    faces = [face(250, 800), face(1110, 1440)]
    usual = lay_out_hook("Nobody tells you this", HIGHLIGHT, END_MS, name)
    hook = lay_out_hook("Nobody tells you this", HIGHLIGHT, END_MS, name, obstacles=faces)
    assert usual is not None
    assert hook is not None
    assert usual.box.top == HOOK_AREA.top
    assert not any(meet(hook.box, one.box) for one in faces)


@pytest.mark.parametrize("name", [name for name in HOOK_STYLES if name != "none"])
def test_the_hook_never_stands_on_a_caption_that_moved_off_a_face(name: str) -> None:
    faces = [face(250, 800), face(1110, 1440)]
    captions = lay_out(WORDS, HIGHLIGHT, END_MS, obstacles=faces)
    blind, hook = (
        lay_out_hook(
            "Nobody tells you this", HIGHLIGHT, END_MS, name, obstacles=faces, captions=known
        )
        for known in ((), captions)
    )
    assert blind is not None
    assert hook is not None
    shown = [event for event in captions if event.start_ms < hook.end_ms]
    assert any(meet(box, blind.box) for event in shown for box in event.boxes)
    assert not any(meet(box, hook.box) for event in shown for box in event.boxes)


def test_a_caption_that_comes_after_the_hook_is_not_in_its_way() -> None:
    faces = [face(250, 800), face(1110, 1440)]
    free = lay_out_hook("Nobody tells you this", HIGHLIGHT, 60_000, obstacles=faces)
    assert free is not None
    later = tuple(
        event.model_copy(
            update={
                "start_ms": event.start_ms + free.end_ms,
                "end_ms": event.end_ms + free.end_ms,
            }
        )
        for event in lay_out(WORDS, HIGHLIGHT, END_MS, obstacles=faces)
    )
    assert free == lay_out_hook(
        "Nobody tells you this", HIGHLIGHT, 60_000, obstacles=faces, captions=later
    )


FACES = st.builds(
    lambda start, length, left, top, width, height: Obstacle(
        span=TimeSpan(start_ms=start, end_ms=start + length),
        box=Box(left=left, top=top, right=left + width, bottom=top + height),
    ),
    *(st.integers(0, 6000), st.integers(1, 6000), st.integers(-200, 1000)),
    *(st.integers(-200, 1800), st.integers(1, 900), st.integers(1, 900)),
)


@pytest.mark.parametrize("name", STYLES)
@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(
    faces=st.lists(FACES, max_size=6),
    sentence=st.sampled_from(list(SENTENCES.values())),
    hook_style=st.sampled_from(list(HOOK_STYLES)),
    cut_ms=st.integers(1, 3000),
)
def test_whatever_faces_do_text_stays_in_its_area(
    name: str, faces: list[Obstacle], sentence: str, hook_style: str, cut_ms: int
) -> None:
    words = spoken(sentence)
    duration_ms = words[-1].end_ms + 3500
    shots = [
        TimeSpan(start_ms=0, end_ms=cut_ms),
        TimeSpan(start_ms=cut_ms, end_ms=duration_ms),
    ]
    events = lay_out(words, STYLES[name], duration_ms, obstacles=faces, shots=shots)
    hook = lay_out_hook(
        sentence, STYLES[name], duration_ms, hook_style, obstacles=faces, captions=events
    )
    for event in events:
        assert all(box.inside(CAPTION_AREA) for box in event.boxes)
        if hook is not None and event.start_ms < hook.end_ms:
            assert not any(meet(box, hook.box) for box in event.boxes)
    if hook is not None:
        assert hook.box.inside(SAFE_AREA)
        assert HOOK_REACH.top <= hook.box.top < hook.box.bottom <= HOOK_REACH.bottom
