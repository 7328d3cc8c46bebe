from __future__ import annotations

from fractions import Fraction

import pytest

from clipping.captions import style
from clipping.captions.ass import ass_document
from clipping.captions.hook import lay_out_hook
from clipping.captions.layout import lay_out
from clipping.models import Box, CaptionEvent, ClipWord
from tests.captions.drawing import draw
from tests.captions.texts import SENTENCES, spoken

HIGHLIGHT = style("highlight")
CENTISECOND_MS = 10


def fields(document: str) -> list[list[str]]:
    return [
        line.removeprefix("Dialogue: ").split(",", 9)
        for line in document.splitlines()
        if line.startswith("Dialogue: ")
    ]


def test_the_document_says_all_that_libass_would_guess() -> None:
    document = ass_document((), None, HIGHLIGHT)
    for line in (
        "PlayResX: 1080",
        "PlayResY: 1920",
        "WrapStyle: 2",
        "ScaledBorderAndShadow: yes",
        "YCbCr Matrix: TV.709",
        "Kerning: yes",
        "Language: en",
    ):
        assert line in document.splitlines()
    assert fields(document) == []


@pytest.mark.parametrize("sentence", SENTENCES.values(), ids=SENTENCES)
def test_every_line_names_its_place_font_and_size(sentence: str) -> None:
    words = spoken(sentence)
    events = lay_out(words, HIGHLIGHT, words[-1].end_ms)
    rows = fields(ass_document(events, lay_out_hook(sentence, HIGHLIGHT, 9000), HIGHLIGHT))
    assert rows
    for row in rows:
        tags = row[9].split("}")[0]
        assert "\\pos(" in tags or "\\move(" in tags
        assert "\\p1" in tags or ("\\fn" in tags and "\\fs" in tags)


def test_shadow_outline_and_letters_lie_on_layers_of_their_own() -> None:
    events = lay_out(spoken("hello there"), HIGHLIGHT, 900)
    rows = fields(ass_document(events, lay_out_hook("Hi", HIGHLIGHT, 900), HIGHLIGHT))
    layers = {(row[0], row[3]) for row in rows}
    assert layers == {
        ("0", "Shadow"),
        ("1", "Outline"),
        ("3", "Text"),
        ("3", "Lit"),
        ("5", "HookPlate"),
        ("8", "Hook"),
    }


def test_a_style_without_outline_and_shadow_draws_letters_only() -> None:
    bare = HIGHLIGHT.model_copy(update={"outline_px": 0, "shadow_px": 0})
    events = lay_out(spoken("hello there"), bare, 900)
    assert {row[3] for row in fields(ass_document(events, None, bare))} == {"Text", "Lit"}


def test_times_are_rounded_down_to_centiseconds() -> None:
    words = [ClipWord(text="late", start_ms=3_723_459, end_ms=3_723_999)]
    rows = fields(ass_document(lay_out(words, HIGHLIGHT, 3_723_999), None, HIGHLIGHT))
    assert {(row[1], row[2]) for row in rows} == {("1:02:03.45", "1:02:03.99")}


def test_the_same_plan_gives_the_same_document() -> None:
    events = lay_out(spoken(SENTENCES["arabic"]), HIGHLIGHT, 9000)
    again = tuple(CaptionEvent.model_validate_json(event.model_dump_json()) for event in events)
    assert ass_document(again, None, HIGHLIGHT) == ass_document(events, None, HIGHLIGHT)


@pytest.mark.parametrize(
    "rate",
    [Fraction(24), Fraction(25), Fraction(30000, 1001), Fraction(30), Fraction(60)],
    ids=["24", "25", "29.97", "30", "60"],
)
def test_the_frame_at_a_words_start_shows_it_lit(rate: Fraction) -> None:
    words = [
        ClipWord(text="tick", start_ms=107, end_ms=251),
        ClipWord(text="tock", start_ms=251, end_ms=399),
        ClipWord(text="tick", start_ms=399, end_ms=516),
        ClipWord(text="tock", start_ms=516, end_ms=702),
    ]
    events = lay_out(words, HIGHLIGHT, 702)
    whole = events[0].boxes
    area = Box(
        left=whole[0].left,
        top=min(box.top for box in whole),
        right=max(box.right for box in whole),
        bottom=max(box.bottom for box in whole),
    )
    frames = range(int(Fraction(690, 1000) * rate))
    pictures, _ = draw(
        ass_document(events, None, HIGHLIGHT),
        [-(-index * 1000 // rate) for index in frames],
        rate=rate,
        pixel_format="rgb24",
        area=area,
    )
    for index, picture in zip(frames, pictures, strict=True):
        at_ms = index * 1000 / rate
        red, blue = picture[..., 0].astype(int), picture[..., 2].astype(int)
        yellow = (red - blue) > 150
        lit = [
            word
            for word, box in enumerate(whole)
            if yellow[
                box.top - area.top : box.bottom - area.top,
                box.left - area.left : box.right - area.left,
            ].any()
        ]
        now = [event.lit for event in events if event.start_ms <= at_ms < event.end_ms]
        soon = [
            event.lit for event in events if event.start_ms <= at_ms + CENTISECOND_MS < event.end_ms
        ]
        assert lit in (now, soon), f"frame {index} at {float(at_ms):.1f} ms"
