"""What moves, picture by picture: growing and filling words, hooks that come and go."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import accumulate, pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from numpy.typing import NDArray

from clipping.captions import (
    HOOK_STYLES,
    SAFE_AREA,
    STYLES,
    CaptionStyle,
    LitKind,
    hook_style,
    style,
)
from clipping.captions.ass import ass_document
from clipping.captions.base import HOOK_AREA
from clipping.captions.heights import around
from clipping.captions.hook import MOST_LINES, hook_runs, lay_out_hook
from clipping.captions.layout import lay_out
from clipping.captions.shown import fills_from_right, locale_of_captions
from clipping.models import Box, CaptionEvent, ClipWord, HookOverlay
from tests.captions.drawing import (
    CAPTIONS,
    HOOK,
    draw,
    drawn_on,
    extent,
    in_sequence,
    outside,
    placed,
    within,
)
from tests.captions.texts import SENTENCES, any_text, spoken

RATE = Fraction(50)
FRAME_MS = 20
TEXTS = {
    "latin": "grow with me",
    "two lines": "extraordinary imaginations everywhere",
    "one word": "WOW",
    "emoji": "so 😂🔥 funny",
    "arabic": "مرحبا بكم جميعا",
    "japanese": "今日 は いい 天気",
    "mixed": "the 世界 in 2025",
}
FILLING = [name for name in STYLES if STYLES[name].lit is LitKind.FILL]
SHOWN_HOOKS = [name for name in HOOK_STYLES if name != "none"]


def frames(
    shown: Sequence[tuple[str, Sequence[int]]],
    area: Box,
    pixel_format: str = "gray",
    rate: Fraction = RATE,
) -> list[list[NDArray[np.uint8]]]:
    """The area, out of which nothing moves, of every document at its own times; all in one go."""
    lengths_s = [times_ms[-1] // 1000 + 1 for _, times_ms in shown]
    begins_ms = [1000 * begin_s for begin_s in accumulate([0, *lengths_s[:-1]])]
    times_ms = [
        begin_ms + time_ms
        for (_, own), begin_ms in zip(shown, begins_ms, strict=True)
        for time_ms in own
    ]
    document = in_sequence([(one, s) for (one, _), s in zip(shown, lengths_s, strict=True)])
    pictures = iter(draw(document, times_ms, rate=rate, pixel_format=pixel_format, area=area)[0])
    return [[next(pictures) for _ in own] for _, own in shown]


def boxes_of(event: CaptionEvent) -> list[Box]:
    return [placed(box, CAPTIONS) for box in event.boxes]


def at(events: tuple[CaptionEvent, ...], time_ms: int) -> CaptionEvent | None:
    return next((one for one in events if one.start_ms <= time_ms < one.end_ms), None)


def has_colour(picture: NDArray[np.uint8], colour: str) -> NDArray[np.bool_]:
    wanted = np.array([int(colour[place : place + 2], 16) for place in (1, 3, 5)])
    # The file's colours are of limited range; on RGB pictures they come out up to a tenth darker.
    near: NDArray[np.bool_] = (np.abs(picture.astype(int) - wanted) < 40).all(axis=2)
    return near


@pytest.mark.parametrize("name", STYLES)
def test_no_picture_shows_anything_outside_the_boxes_of_its_moment(name: str) -> None:
    moves = STYLES[name].growth > 1 or name in FILLING
    step_ms = 2 * FRAME_MS if moves else 5 * FRAME_MS
    laid_out, shown = [], []
    for text in TEXTS.values():
        words = spoken(text, word_ms=200)
        laid_out.append(lay_out(words, STYLES[name], words[-1].end_ms))
        times = range(0, words[-1].end_ms - FRAME_MS, step_ms)
        shown.append((ass_document(laid_out[-1], None, STYLES[name]), times))
    drawn = frames(shown, CAPTIONS, rate=Fraction(1000, step_ms))
    for events, (_, times), pictures in zip(laid_out, shown, drawn, strict=True):
        for time_ms, picture in zip(times, pictures, strict=True):
            event = at(events, time_ms)
            assert event is not None
            boxes = boxes_of(event)
            assert all(within(picture, box) for box in boxes), (time_ms, event)
            stray = outside(picture, boxes)
            assert stray is None, (time_ms, stray, event)


@pytest.mark.parametrize("name", [name for name in STYLES if STYLES[name].growth > 1])
def test_a_word_grows_gently_and_stays_grown(name: str) -> None:
    chosen = STYLES[name]
    words = [ClipWord(text="HELLO", start_ms=0, end_ms=400)]
    events = lay_out(words, chosen, 400)
    times = list(range(0, 380, FRAME_MS))
    (pictures,) = frames([(ass_document(events, None, chosen), times)], CAPTIONS, "rgb24")
    widths = []
    for picture in pictures:
        letters = extent(has_colour(picture, chosen.lit_colour))
        assert letters is not None
        widths.append(letters.right - letters.left)
    steps = [after - before for before, after in pairwise(widths)]
    grown = chosen.growth_ms // FRAME_MS
    assert all(step > 0 for step in steps[:grown])
    assert steps[0] > steps[grown - 1]
    assert all(step == 0 for step in steps[grown + 1 :])
    assert widths[-1] == pytest.approx(widths[0] * chosen.growth, abs=4)


@pytest.mark.parametrize("name", FILLING)
def test_colour_fills_a_word_in_reading_direction_and_stays(name: str) -> None:
    texts = ["filling up", "مرحبا بكم", "دليل iPhone", "今日 は"]
    laid_out = [lay_out(spoken(text, word_ms=400, gap_ms=0), STYLES[name], 800) for text in texts]
    times = range(40, 780, 40)
    shown = [(ass_document(events, None, STYLES[name]), times) for events in laid_out]
    drawn = frames(shown, CAPTIONS, "rgb24")
    for events, pictures in zip(laid_out, drawn, strict=True):
        for time_ms, picture in zip(times, pictures, strict=True):
            assert_filled(picture, events, time_ms, STYLES[name])


def assert_filled(
    picture: NDArray[np.uint8],
    events: tuple[CaptionEvent, ...],
    time_ms: int,
    chosen: CaptionStyle,
) -> None:
    event = at(events, time_ms)
    assert event is not None
    assert event.lit is not None
    share = (time_ms - event.start_ms) / (event.end_ms - event.start_ms)
    for index, box in enumerate(boxes_of(event)):
        part = picture[box.top : box.bottom, box.left : box.right]
        columns = np.flatnonzero(has_colour(part, chosen.lit_colour).any(axis=0))
        others = np.flatnonzero(has_colour(part, chosen.colour).any(axis=0))
        if index != event.lit:
            assert bool(len(columns)) == (index < event.lit)
            assert bool(len(others)) == (index > event.lit)
            continue
        edge = share * (box.right - box.left)
        if fills_from_right(event.words[index], locale_of_captions(events)):
            columns, others = box.right - box.left - columns, box.right - box.left - others
        assert max(columns, default=0) <= edge + 3
        assert min(others, default=10_000) >= edge - 3


@pytest.mark.parametrize("name", [name for name in STYLES if STYLES[name].plate])
def test_only_the_spoken_word_stands_on_a_plate_that_touches_no_other(name: str) -> None:
    chosen = STYLES[name]
    assert chosen.plate is not None
    laid_out, shown = [], []
    for text in TEXTS.values():
        words = spoken(text)
        events = [one for one in lay_out(words, chosen, words[-1].end_ms) if one.lit is not None]
        times = [(one.start_ms + one.end_ms) // 40 * 20 for one in events]
        laid_out += events
        shown.append((ass_document(tuple(events), None, chosen), times))
    pictures = [one for drawn in frames(shown, CAPTIONS, "rgb24") for one in drawn]
    for event, picture in zip(laid_out, pictures, strict=True):
        assert event.lit is not None
        boxes = boxes_of(event)
        plate = extent(has_colour(picture, chosen.plate.colour))
        assert plate is not None
        assert plate.inside(boxes[event.lit])
        for index, box in enumerate(boxes):
            level = box.top < plate.bottom and plate.top < box.bottom
            if index != event.lit and level:
                assert max(box.left - plate.right, plate.left - box.right) >= 4


def test_emphasised_words_have_a_colour_of_their_own_while_they_are_not_spoken() -> None:
    chosen = style("pop")
    assert chosen.emphasis_colour is not None
    words = [
        word.model_copy(update={"emphasis": word.text == "ten"}) for word in spoken("over ten now")
    ]
    events = lay_out(words, chosen, words[-1].end_ms)
    assert [event.emphasis for event in events] == [(1,)] * len(events)
    times = [(one.start_ms + one.end_ms) // 40 * 20 for one in events]
    (pictures,) = frames([(ass_document(events, None, chosen), times)], CAPTIONS, "rgb24")
    for event, picture in zip(events, pictures, strict=True):
        for index, box in enumerate(boxes_of(event)):
            part = picture[box.top : box.bottom, box.left : box.right]
            shown = {
                colour
                for colour in (chosen.colour, chosen.lit_colour, chosen.emphasis_colour)
                if has_colour(part, colour).mean() > 0.05
            }
            plain = chosen.emphasis_colour if index == 1 else chosen.colour
            assert shown == {chosen.lit_colour if index == event.lit else plain}


@pytest.mark.parametrize("name", [name for name in STYLES if not STYLES[name].emphasis_colour])
def test_other_styles_draw_emphasised_words_as_all_others(name: str) -> None:
    words = spoken("over ten now")
    loud = [word.model_copy(update={"emphasis": True}) for word in words]
    assert lay_out(loud, STYLES[name], 900) == lay_out(words, STYLES[name], 900)


def overlay(text: str, name: str, hook_name: str) -> HookOverlay:
    hook = lay_out_hook(text, STYLES[name], 10_000, hook_name)
    assert hook is not None
    return hook


HOOKS = {
    "short": "WAIT",
    "figure": "I lost 10 million dollars",
    "long": "The one habit that changed everything I believed about success and failure",
    "url": SENTENCES["url"],
    "arabic": SENTENCES["arabic"],
    "japanese": SENTENCES["japanese line"],
    "emoji": SENTENCES["emoji"],
}


@pytest.mark.parametrize("hook_name", SHOWN_HOOKS)
def test_a_hook_never_leaves_its_box_and_fills_it_at_rest(hook_name: str) -> None:
    look = hook_style(hook_name)
    come = [*range(0, look.comes.ms, 2 * FRAME_MS), look.comes.ms + FRAME_MS]
    hooks, shown = [], []
    for text in HOOKS.values():
        hook = overlay(text, "highlight", hook_name)
        last = hook.end_ms - FRAME_MS
        go = [*range(last - look.goes.ms, last, 2 * FRAME_MS), last]
        hooks.append(hook)
        shown.append((ass_document((), hook, STYLES["highlight"]), [*come, *go, hook.end_ms]))
    for hook, (*pictures, gone) in zip(hooks, frames(shown, HOOK), strict=True):
        box = placed(hook.box, HOOK)
        assert extent(drawn_on(gone)) is None
        for picture in pictures[:-1]:
            whole = extent(drawn_on(picture))
            assert whole is not None
            assert whole.inside(box)
        rest = extent(drawn_on(pictures[len(come) - 1]))
        assert rest is not None
        spare = [abs(one - other) for one, other in zip(edges(rest), edges(box), strict=True)]
        assert max(spare) <= 3, hook.lines
        assert hook.box.inside(SAFE_AREA)


def edges(box: Box) -> tuple[int, int, int, int]:
    return box.left, box.top, box.right, box.bottom


@pytest.mark.parametrize("name", STYLES)
def test_the_first_picture_already_shows_the_whole_hook(name: str) -> None:
    hooks = [overlay("I lost 10 million dollars", name, hook_name) for hook_name in SHOWN_HOOKS]
    shown = [(ass_document((), hook, STYLES[name]), [0, 1000]) for hook in hooks]
    for hook, pictures in zip(hooks, frames(shown, HOOK), strict=True):
        box = placed(hook.box, HOOK)
        contrasts, sizes = [], []
        for picture in pictures:
            inside = picture[box.top : box.bottom, box.left : box.right]
            contrasts.append(np.percentile(inside, 97) - int(np.percentile(inside, 8)))
            whole = around([text for text in [extent(drawn_on(picture))] if text is not None])
            sizes.append((whole.right - whole.left) * (whole.bottom - whole.top))
        assert contrasts[0] >= 0.5 * contrasts[1], hook.style
        assert contrasts[0] > 60, hook.style
        assert sizes[0] >= 0.7 * sizes[1], hook.style


@pytest.mark.parametrize("hook_name", SHOWN_HOOKS)
@settings(deadline=None, max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@given(text=any_text)
def test_any_text_fits_any_hook_style(hook_name: str, text: str) -> None:
    for chosen in STYLES.values():
        hook = lay_out_hook(text, chosen, 30_000, hook_name)
        if hook is None:
            return
        assert hook.style == hook_name
        assert hook.box.inside(SAFE_AREA)
        assert hook.box.bottom <= HOOK_AREA.bottom
        assert 1 <= len(hook.lines) <= MOST_LINES
        assert hook_runs(hook, chosen)


def test_a_natural_start_has_no_hook() -> None:
    assert lay_out_hook("Wait for it", style("highlight"), 9000, "none") is None


def test_an_unknown_hook_style_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="banner, bold, none, plate"):
        lay_out_hook("Wait", style("highlight"), 9000, "confetti")


@pytest.mark.parametrize("name", HOOK_STYLES)
def test_a_hook_style_is_registered_under_its_own_name(name: str) -> None:
    assert HOOK_STYLES[name].name == name
