"""What is written into the ASS file for captions.

Layers, from the back: 0 shadow, 1 outline, 2 plate of the spoken word, 3 letters. Letters lie above
all outlines, so that the outline of one word never cuts into another.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from clipping.captions.base import CaptionStyle, LitKind
from clipping.captions.lines import PlacedRun
from clipping.captions.scripts import Locale
from clipping.captions.shown import fill_spans, filled_part, fills_from_right
from clipping.captions.tags import (
    Dialogue,
    Piece,
    clip,
    drawn,
    moving,
    number,
    pieces,
    place,
    rounded,
)
from clipping.captions.typeset import Setting, set_caption
from clipping.models import Box, CaptionEvent

SHADOW_BLUR_SHARE = 0.5
_SHADOW, _OUTLINE, _PLATE, _LETTERS = range(4)


@dataclass(frozen=True)
class _Group:
    """Consecutive states of the same words."""

    events: Sequence[CaptionEvent]
    setting: Setting
    style: CaptionStyle
    locale: Locale

    @property
    def start_ms(self) -> int:
        return self.events[0].start_ms

    @property
    def end_ms(self) -> int:
        return self.events[-1].end_ms

    def shift(self, word: int) -> tuple[int, int]:
        """How far right and down the events have a word from where it was set."""
        first = self.events[0]
        own, wanted = self.setting.state(first.lit)[word], first.boxes[word]
        return wanted.left - own.left, wanted.top - own.top

    def box(self, word: int) -> Box:
        """Of a word that is not spoken."""
        right, down = self.shift(word)
        return _moved(self.setting.boxes[word], right, down)

    def colour_of(self, word: int, *, lit: bool) -> str:
        """The name of the ASS style of its letters."""
        if lit and self.style.lit is not LitKind.PLATE:
            return "Lit"
        return "Emphasis" if word in self.events[0].emphasis else "Text"


def caption_dialogues(
    events: Sequence[CaptionEvent], style: CaptionStyle, locale: Locale
) -> Iterator[Dialogue]:
    """One group of words, from when it appears until it goes."""
    group = _Group(events, set_caption(events[0].words, style, locale), style, locale)
    for word, plate in group.setting.plates:
        yield from _plates(group, word, plate)
    for run in group.setting.runs:
        own = run.moved(*group.shift(run.owner))
        yield from _shadow(group, own)
        for piece, lit, scales in _stretches(group, run.owner):
            yield from _outline(group, own, piece, scales)
            if style.lit is not LitKind.FILL:
                name = group.colour_of(run.owner, lit=lit)
                yield _dialogue(_LETTERS, piece, name, own, scales)
        if style.lit is LitKind.FILL:
            yield from _filling(group, own)


def lit_spans(events: Sequence[CaptionEvent], word: int) -> Iterator[tuple[int, int, bool]]:
    """When a word is lit and when not, neighbouring states of the same kind joined."""
    start_ms = events[0].start_ms
    for event, following in zip(events, [*events[1:], None], strict=True):
        lit = event.lit == word
        if following is None or (following.lit == word) != lit:
            yield start_ms, event.end_ms, lit
            start_ms = event.end_ms


_Scales = tuple[float, float]


def _stretches(group: _Group, word: int) -> Iterator[tuple[Piece, bool, _Scales]]:
    """The word's time in pieces, each with whether it is lit, and its size at both ends."""
    style = group.style
    for start_ms, end_ms, lit in lit_spans(group.events, word):
        if not lit or style.growth == 1:
            yield Piece(start_ms, end_ms, 0, 1, 1), lit, (1.0, 1.0)
            continue
        for piece in pieces(start_ms, style.growth_ms, gentle=True):
            if piece.start_ms < end_ms:
                until_ms = min(piece.end_ms, end_ms)
                part = Piece(piece.start_ms, until_ms, piece.way_ms, 0, 1)
                more = style.growth - 1
                yield part, True, (1 + more * piece.share_from, 1 + more * piece.share_to)
        grown_ms = start_ms + style.growth_ms
        if grown_ms < end_ms:
            yield Piece(grown_ms, end_ms, 0, 1, 1), True, (style.growth, style.growth)


def _shadow(group: _Group, run: PlacedRun) -> Iterator[Dialogue]:
    """In the size to which the word grows from the start: blurring each size on the way is dear."""
    style = group.style
    if not style.shadow_px:
        return
    below = run.moved(0, style.shadow_px)
    tags = f"\\blur{number(style.shadow_px * SHADOW_BLUR_SHARE)}"
    spans = [(group.start_ms, group.end_ms, False)]
    if style.growth > 1:
        spans = list(lit_spans(group.events, run.owner))
    for start_ms, end_ms, lit in spans:
        scale = style.growth if lit else 1.0
        text = drawn(below, place(below, scale) + tags)
        yield Dialogue(_SHADOW, start_ms, end_ms, "Shadow", text)


def _outline(group: _Group, run: PlacedRun, piece: Piece, scales: _Scales) -> Iterator[Dialogue]:
    """What stays as it is all the time is written once, for all of it."""
    if not group.style.edge_px:
        return
    if group.style.growth == 1:
        if piece.start_ms != group.start_ms:
            return
        piece = Piece(group.start_ms, group.end_ms, 0, 1, 1)
    yield _dialogue(_OUTLINE, piece, "Outline", run, scales)


def _dialogue(layer: int, piece: Piece, name: str, run: PlacedRun, scales: _Scales) -> Dialogue:
    where = place(run, scales[0]) if piece.still else moving(run, piece, scales)
    return Dialogue(layer, piece.start_ms, piece.end_ms, name, drawn(run, where))


def _plates(group: _Group, word: int, plate: Box) -> Iterator[Dialogue]:
    assert group.style.plate is not None
    box = _moved(plate, *group.shift(word))
    width, height = box.right - box.left, box.bottom - box.top
    shape = rounded(width, height, group.style.plate.radius_px)
    for start_ms, end_ms, lit in lit_spans(group.events, word):
        if lit:
            text = f"{{\\pos({box.left},{box.top})\\p1}}{shape}"
            yield Dialogue(_PLATE, start_ms, end_ms, "Spoken", text)


def _filling(group: _Group, run: PlacedRun) -> Iterator[Dialogue]:
    """Two copies of the letters, parted where the colour has come to."""
    word, where = run.owner, place(run)
    start_ms, end_ms = fill_spans(group.events).get(word, (group.end_ms, group.end_ms))
    if start_ms > group.start_ms:
        name = group.colour_of(word, lit=False)
        yield Dialogue(_LETTERS, group.start_ms, start_ms, name, drawn(run, where))
    if end_ms > start_ms:
        box = group.box(word)
        from_right = fills_from_right(group.events[0].words[word], group.locale)
        none = filled_part(box, 0, from_right=from_right)
        for name, outside in (("Text", True), ("Lit", False)):
            way = f"\\t(0,{end_ms - start_ms},{clip(box, outside=outside)})"
            tags = f"{where}{clip(none, outside=outside)}{way}"
            yield Dialogue(_LETTERS, start_ms, end_ms, name, drawn(run, tags))
    if group.end_ms > end_ms:
        yield Dialogue(_LETTERS, end_ms, group.end_ms, "Lit", drawn(run, where))


def _moved(box: Box, right_px: int, down_px: int) -> Box:
    return Box(
        left=box.left + right_px,
        top=box.top + down_px,
        right=box.right + right_px,
        bottom=box.bottom + down_px,
    )
