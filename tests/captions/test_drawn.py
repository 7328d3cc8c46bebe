"""What libass draws is compared with what was calculated, pixel by pixel."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from clipping.captions import FONTS_DIR, SAFE_AREA, STYLES, CaptionStyle, style
from clipping.captions.ass import ass_document
from clipping.captions.fonts import FACES
from clipping.captions.hook import lay_out_hook
from clipping.captions.layout import lay_out
from clipping.models import Box, CaptionEvent, ClipWord, HookOverlay
from tests.captions.drawing import (
    CAPTIONS,
    HOOK,
    Picture,
    draw,
    drawn_on,
    extent,
    in_sequence,
    outside,
    placed,
    within,
)
from tests.captions.texts import SENTENCES, spoken

TOLERANCE_PX = 2
"""Boxes are whole pixels with one to spare for anti-aliasing."""


def tolerance_px(chosen: CaptionStyle) -> int:
    """What libass rounds at one size, and a style then enlarges, is larger as well."""
    return TOLERANCE_PX + (chosen.em_px * chosen.growth > 90)


@dataclass(frozen=True)
class Drawn:
    """One group of words as it was laid out and where it came out, both within ``CAPTIONS``."""

    event: CaptionEvent
    picture: Picture


@dataclass(frozen=True)
class Collection:
    """Every sentence of the collection in one style."""

    style: CaptionStyle
    groups: list[Drawn]
    log: str


def first_states(events: tuple[CaptionEvent, ...]) -> list[CaptionEvent]:
    """The first lit state of each group, a second for each."""
    firsts: dict[tuple[object, ...], CaptionEvent] = {}
    for event in events:
        if event.lit is not None:
            firsts.setdefault((event.clip_words, event.words), event)
    return [
        event.model_copy(update={"start_ms": 1000 * index, "end_ms": 1000 * index + 1000})
        for index, event in enumerate(firsts.values())
    ]


def boxes_within(area: Box, event: CaptionEvent) -> tuple[Box, ...]:
    return tuple(placed(box, area) for box in event.boxes)


@pytest.fixture(scope="module", params=list(STYLES))
def drawn(request: pytest.FixtureRequest) -> Collection:
    chosen = STYLES[request.param]
    states: list[CaptionEvent] = []
    documents: list[tuple[str, int]] = []
    for sentence in SENTENCES.values():
        words = spoken(sentence)
        own = first_states(lay_out(words, chosen, words[-1].end_ms))
        documents.append((ass_document(own, None, chosen), len(own)))
        states += own
    # Half a second into each: a word that grows has grown by then, and one that fills is half full.
    times_ms = [1000 * index + 500 for index in range(len(states))]
    pictures, log = draw(in_sequence(documents), times_ms, rate=Fraction(2), area=CAPTIONS)
    groups = [
        Drawn(one.model_copy(update={"boxes": boxes_within(CAPTIONS, one)}), two)
        for one, two in zip(states, pictures, strict=True)
    ]
    return Collection(chosen, groups, log)


def test_nothing_is_drawn_outside_the_boxes(drawn: Collection) -> None:
    for one in drawn.groups:
        stray = outside(one.picture, one.event.boxes)
        assert stray is None, (one.event.words, stray, one.event.boxes)


@pytest.mark.parametrize("name", STYLES)
def test_nothing_is_drawn_anywhere_else_on_the_frame(name: str) -> None:
    chosen, states, documents = STYLES[name], [], []
    for sentence in ("english", "emoji", "arabic with marks", "japanese words", "stacked marks"):
        words = spoken(SENTENCES[sentence])
        own = first_states(lay_out(words, chosen, words[-1].end_ms))[:1]
        documents.append((ass_document(own, None, chosen), 1))
        states += own
    times_ms = [1000 * index + 500 for index in range(len(states))]
    pictures, _ = draw(in_sequence(documents), times_ms, rate=Fraction(2))
    for event, picture in zip(states, pictures, strict=True):
        assert outside(picture, event.boxes) is None, event.words


def joined(boxes: tuple[Box, ...]) -> list[Box]:
    """Boxes that share an edge taken together, as those of words without a gap do."""
    whole: list[Box] = []
    for box in sorted(boxes, key=lambda one: (one.top, one.left)):
        if whole and whole[-1].right == box.left:
            last = whole.pop()
            box = Box(
                left=last.left,
                top=min(last.top, box.top),
                right=box.right,
                bottom=max(last.bottom, box.bottom),
            )
        whole.append(box)
    return whole


def test_every_box_is_filled_to_its_edges(drawn: Collection) -> None:
    for one in drawn.groups:
        assert all(within(one.picture, box) for box in one.event.boxes)
        abut = len({box.left for box in one.event.boxes} & {box.right for box in one.event.boxes})
        boxes = joined(one.event.boxes) if abut else list(one.event.boxes)
        for box in boxes:
            ink = within(one.picture, box)
            assert ink is not None
            spare = (
                ink.left - box.left,
                ink.top - box.top,
                box.right - ink.right,
                box.bottom - ink.bottom,
            )
            assert max(spare) <= tolerance_px(drawn.style), (one.event.words, ink, box)


def test_everything_is_drawn_inside_the_safe_area(drawn: Collection) -> None:
    for one in drawn.groups:
        assert outside(one.picture, [placed(SAFE_AREA, CAPTIONS)]) is None


def test_only_the_fonts_that_ship_are_used(drawn: Collection) -> None:
    chosen = re.findall(r"fontselect: \((.+?), \d+, \d+\) -> (\S+?),", drawn.log)
    assert {family for family, _ in chosen} == set(FACES)
    shipped = {face.file_name.removesuffix(".ttf") for face in FACES.values()}
    assert {name for _, name in chosen} == shipped
    assert "not found" not in drawn.log
    assert "fallback" not in drawn.log


def test_the_lit_word_alone_has_the_lit_colour() -> None:
    words = spoken("one small step")
    events = lay_out(words, style("highlight"), 2000)
    pictures, _ = draw(
        ass_document(events, None, style("highlight")),
        [event.start_ms + 20 for event in events],
        pixel_format="rgb24",
    )
    for event, picture in zip(events, pictures, strict=True):
        red, green, blue = (picture[..., plane].astype(int) for plane in range(3))
        yellow = (red > 180) & (green > 160) & (blue < 60)
        counts = [
            int(yellow[box.top : box.bottom, box.left : box.right].sum()) for box in event.boxes
        ]
        assert sum(counts) == int(yellow.sum())
        lit = [index for index, count in enumerate(counts) if count > 200]
        assert lit == ([] if event.lit is None else [event.lit])


def test_text_that_looks_like_tags_is_drawn_as_it_is_written() -> None:
    texts = [
        r"{\an5}x{\pos(9,9)}y",
        r"one\Ntwo\nthree\hfour",
        r"\{\\}",
        "{",
        "}",
        "\\",
        r"{\p1}m",
        "{b}old",
    ]
    words = [[ClipWord(text=text, start_ms=0, end_ms=900)] for text in texts]
    events = [lay_out(own, style("highlight"), 1000) for own in words]
    documents = [(ass_document(own, None, style("highlight")), 1) for own in events]
    times_ms = [1000 * index + 500 for index in range(len(texts))]
    pictures, _ = draw(in_sequence(documents), times_ms, rate=Fraction(2))
    for text, own, picture in zip(texts, events, pictures, strict=True):
        (box,) = own[0].boxes
        whole = extent(drawn_on(picture))
        assert whole is not None, text
        assert whole.inside(box), text
        assert whole.left - box.left <= TOLERANCE_PX, text
        assert box.right - whole.right <= TOLERANCE_PX, text


@pytest.mark.parametrize("shift_px", [(0, 0), (-37, 90)], ids=["where laid out", "moved"])
def test_a_caption_is_drawn_where_its_boxes_are(shift_px: tuple[int, int]) -> None:
    right, down = shift_px
    events = tuple(
        event.model_copy(
            update={
                "boxes": tuple(
                    Box(
                        left=box.left + right,
                        top=box.top + down,
                        right=box.right + right,
                        bottom=box.bottom + down,
                    )
                    for box in event.boxes
                )
            }
        )
        for event in lay_out(spoken("over there"), style("minimal"), 900)
    )
    (picture,), _ = draw(ass_document(events, None, style("minimal")), [20])
    assert all(within(picture, box) for box in events[0].boxes)
    assert outside(picture, events[0].boxes) is None


def overlay(text: str, name: str) -> HookOverlay:
    hook = lay_out_hook(text, STYLES[name], 10_000)
    assert hook is not None
    return hook


@pytest.mark.parametrize("name", STYLES)
def test_the_hook_fills_its_box_and_nothing_else(name: str) -> None:
    hooks = [overlay(sentence, name) for sentence in SENTENCES.values()]
    documents = [(ass_document((), hook, STYLES[name]), 3) for hook in hooks]
    times_ms = [3000 * index + 1000 for index in range(len(hooks))]
    pictures, _ = draw(in_sequence(documents), times_ms, rate=Fraction(1), area=HOOK)
    for hook, picture in zip(hooks, pictures, strict=True):
        box = placed(hook.box, HOOK)
        assert extent(drawn_on(picture)) == box, hook.lines
        inner = picture[box.top : box.bottom, box.left : box.right].astype(int)
        rows, columns = inner.shape
        letters = np.abs(inner - inner[rows // 2, 4]) > 90
        inset = 10
        text = extent(letters[inset : rows - inset, inset : columns - inset])
        assert text is not None, hook.lines
        assert text.left + inset >= 24, hook.lines
        assert text.right + inset <= columns - 24, hook.lines
        assert abs(text.left + text.right - columns + 2 * inset) <= 2 * TOLERANCE_PX, hook.lines


def test_the_hook_is_there_from_the_first_frame_to_its_last() -> None:
    hook = overlay("Nobody tells you this", "highlight")
    times = [0, 40, 100, 200, hook.end_ms - 300, hook.end_ms - 100, hook.end_ms]
    pictures, _ = draw(ass_document((), hook, style("highlight")), times)
    *shown, gone = pictures
    assert extent(drawn_on(gone)) is None
    assert [extent(drawn_on(picture)) for picture in shown] == [hook.box] * len(shown)
    edge = [int(picture[hook.box.top + 6, 540]) for picture in shown]
    assert all(later >= earlier for earlier, later in pairwise(edge[:4]))
    assert edge[3] == edge[4] > edge[5]


def test_all_licences_lie_beside_the_fonts() -> None:
    for face in FACES.values():
        stem = face.file_name.removesuffix("-Bold.ttf")
        assert (
            "SIL OPEN FONT LICENSE"
            in (FONTS_DIR / "licences" / f"OFL-{stem}.txt").read_text(encoding="utf-8").upper()
        )
