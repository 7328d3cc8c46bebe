"""From timed words to caption events: what is on screen when, where, and which word is lit.

Every word is lit from its own start to its own end, or to the next word's start when that comes
within ``SMALL_GAP_MS``: a highlight that goes out for a few frames is seen as flicker. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import accumulate, pairwise

from clipping.captions.base import CaptionStyle
from clipping.captions.breaks import chunks
from clipping.captions.grouping import Token, group
from clipping.captions.heights import Block, around, lowered, shifts
from clipping.captions.lines import has_ink
from clipping.captions.scripts import clean, clusters, locale_of, script
from clipping.captions.typeset import fits, set_caption
from clipping.errors import UnreadableCaptions
from clipping.models import CaptionEvent, ClipWord, Obstacle
from clipping.timing import TimeSpan

SMALL_GAP_MS = 150
"""Shorter gaps between words keep the first one lit."""
HELD_GAP_MS = 600
"""Shorter gaps between groups keep the first one on screen."""
LINGER_MS = 400
"""How long a group stays before a longer silence."""
SHORTEST_MS = 50
"""Least time a word is lit: at least one frame from 20 frames a second on, and whole
centiseconds, the unit of ASS times. No word's start moves by more than this to allow it."""


def lay_out(
    words: Sequence[ClipWord],
    style: CaptionStyle,
    duration_ms: int,
    *,
    obstacles: Sequence[Obstacle] = (),
    shots: Sequence[TimeSpan] = (),
) -> tuple[CaptionEvent, ...]:
    """Caption events in order, never overlapping, all boxes inside ``CAPTION_AREA``.

    Words of which no font draws anything, and words that start after the clip's end, are left out.
    Long words of spaceless scripts are shown in parts, each with its share of the word's time and
    the same index in ``clip_words``. Words spoken faster than ``SHORTEST_MS`` apart are shown
    with their neighbours but not lit. UnreadableCaptions when the fonts have none of the letters,
    because a clip without captions would look as if it were finished.

    :param obstacles: What captions should not cover, such as faces; without any, all captions stand
        at the style's own height.
    :param shots: The stretches between the camera's cuts, relative to the clip. Captions keep one
        height in each; without any, in the whole clip.
    """
    tokens = _timed(_tokens(words, style, duration_ms), duration_ms)
    if not tokens:
        _refuse_foreign(words)
    locale = locale_of(token.text for token in tokens)
    groups = [
        chosen
        for chosen in group(tokens, style.max_words, lambda texts: fits(texts, style, locale))
        if any(token.lit_ms is not None for token in chosen)
    ]
    settings = [set_caption(tuple(token.text for token in one), style, locale) for one in groups]
    appears_ms = [_first_lit(chosen) for chosen in groups]
    states = [
        list(_states(chosen, until_ms))
        for chosen, until_ms in zip(groups, [*appears_ms[1:], duration_ms], strict=False)
    ]
    blocks = [
        Block(TimeSpan(start_ms=seen[0][0], end_ms=seen[-1][1]), around(setting.lit_boxes))
        for setting, seen in zip(settings, states, strict=True)
    ]
    moved_px = shifts(blocks, style.centre_y_px, obstacles=obstacles, shots=shots)
    return tuple(
        CaptionEvent(
            start_ms=start_ms,
            end_ms=end_ms,
            words=tuple(token.text for token in chosen),
            clip_words=tuple(token.clip_word for token in chosen),
            boxes=tuple(lowered(box, down_px) for box in setting.state(lit)),
            lit=lit,
            emphasis=_emphasis(chosen, words, style),
        )
        for chosen, setting, seen, down_px in zip(groups, settings, states, moved_px, strict=True)
        for start_ms, end_ms, lit in seen
    )


def _emphasis(
    tokens: Sequence[Token], words: Sequence[ClipWord], style: CaptionStyle
) -> tuple[int, ...]:
    """Which of a group's words are set apart; none where the style draws them as all others."""
    if style.emphasis_colour is None:
        return ()
    return tuple(index for index, token in enumerate(tokens) if words[token.clip_word].emphasis)


def _tokens(words: Sequence[ClipWord], style: CaptionStyle, duration_ms: int) -> list[Token]:
    """What will be drawn, in order; a word of several parts gives each its share of the time."""
    tokens: list[Token] = []
    for index, word in enumerate(words):
        start_ms, end_ms = max(0, word.start_ms), min(duration_ms, word.end_ms)
        if start_ms >= duration_ms:
            continue
        text = clean(word.text.upper() if style.upper_case else word.text)
        at_ms = start_ms
        for part, until_ms in _shared(text, start_ms, max(end_ms, start_ms + 1)):
            tokens.append(Token(index, part, at_ms, until_ms, word.speaker))
            at_ms = until_ms
    return tokens


def _refuse_foreign(words: Sequence[ClipWord]) -> None:
    if any(has_ink(clean(word.text)) for word in words):
        return
    foreign = sorted({script(letter) for word in words for letter in word.text} - {"", "COMBINING"})
    if foreign:
        names = " or ".join(name.capitalize() for name in foreign)
        raise UnreadableCaptions(
            f"The captions of this clip cannot be drawn: no caption font has {names} letters."
        )


def _shared(text: str, start_ms: int, end_ms: int) -> list[tuple[str, int]]:
    """The parts in which a word is shown, each with the end of its share of the word's time.

    A word too short for that stays whole, whatever its length.
    """
    parts = [part for part in chunks(text) if has_ink(part)]
    lengths = list(accumulate(len(clusters(part)) for part in parts))
    ends = [start_ms + (end_ms - start_ms) * done // lengths[-1] for done in lengths]
    shares = [end - start for start, end in pairwise([start_ms, *ends])]
    if len(parts) > 1 and min(shares) < SHORTEST_MS:
        return [(text, end_ms)]
    return list(zip(parts, ends, strict=True))


def _timed(tokens: Sequence[Token], duration_ms: int) -> list[Token]:
    """Each token with the time at which it lights up: its start, unless frames are too few."""
    active = list(range(len(tokens)))
    del active[max(1, duration_ms // SHORTEST_MS) :]
    while True:
        wanted = [tokens[index].start_ms for index in active]
        given = _spread(wanted, duration_ms)
        moved = [abs(one - other) for one, other in zip(wanted, given, strict=True)]
        if not moved or max(moved) <= SHORTEST_MS:
            break
        del active[moved.index(max(moved))]
    lit = dict(zip(active, given, strict=True))
    return [replace(token, lit_ms=lit.get(index)) for index, token in enumerate(tokens)]


def _spread(starts_ms: Sequence[int], duration_ms: int) -> list[int]:
    """The nearest times that are ``SHORTEST_MS`` apart and leave as much before the clip's end.

    Isotonic regression by pooling adjacent violators: starts that are far enough apart stay.
    """
    blocks: list[tuple[int, int]] = []
    for index, start_ms in enumerate(starts_ms):
        total, count = start_ms - SHORTEST_MS * index, 1
        while blocks and blocks[-1][0] // blocks[-1][1] > total // count:
            total, count = total + blocks[-1][0], count + blocks[-1][1]
            blocks.pop()
        blocks.append((total, count))
    latest = max(0, duration_ms - SHORTEST_MS * len(starts_ms))
    levels = [total // count for total, count in blocks for _ in range(count)]
    return [min(max(0, level), latest) + SHORTEST_MS * index for index, level in enumerate(levels)]


def _first_lit(tokens: Sequence[Token]) -> int:
    return next(token.lit_ms for token in tokens if token.lit_ms is not None)


def _states(tokens: Sequence[Token], until_ms: int) -> Iterator[tuple[int, int, int | None]]:
    """Start, end and lit word of each state of a group; ``until_ms`` is when the next appears."""
    lit = [(index, token) for index, token in enumerate(tokens) if token.lit_ms is not None]
    nexts = [token.lit_ms for _, token in lit[1:]] + [until_ms]
    for (index, token), next_ms in zip(lit, nexts, strict=True):
        assert token.lit_ms is not None
        assert next_ms is not None
        end_ms = min(next_ms, max(token.end_ms, token.lit_ms + SHORTEST_MS))
        gap_ms = next_ms - end_ms
        if gap_ms <= SMALL_GAP_MS:
            yield token.lit_ms, next_ms, index
            continue
        yield token.lit_ms, end_ms, index
        held = token is not tokens[-1] and (index, token) != lit[-1]
        stays = held or gap_ms <= HELD_GAP_MS
        yield end_ms, next_ms if stays else end_ms + LINGER_MS, None
