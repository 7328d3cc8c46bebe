"""What a plan's caption events amount to on screen: groups of words, and how they fill."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from clipping.captions.scripts import Locale, direction, locale_of
from clipping.models import Box, CaptionEvent


def groups(events: Sequence[CaptionEvent]) -> Iterator[list[CaptionEvent]]:
    """Consecutive states of the same words; within them, words are spoken in order."""
    held: list[CaptionEvent] = []
    latest = -1
    for event in events:
        if held and (
            (event.words, event.clip_words) != (held[0].words, held[0].clip_words)
            or event.start_ms != held[-1].end_ms
            or (event.lit is not None and event.lit <= latest)
        ):
            yield held
            held, latest = [], -1
        held.append(event)
        latest = latest if event.lit is None else event.lit
    if held:
        yield held


def locale_of_captions(events: Sequence[CaptionEvent]) -> Locale:
    """Told from every word once, as ``lay_out`` did."""
    return locale_of(word for same in groups(events) for word in same[0].words)


def fills_from_right(word: str, locale: Locale) -> bool:
    """In reading direction: that of the word's own letters, else that of the whole clip."""
    return (direction(word) or (-1 if locale.rtl else 1)) < 0


def filled_part(box: Box, share: float, *, from_right: bool) -> Box:
    """The part of a word's box that is filled when ``share`` of its time is over."""
    width = round((box.right - box.left) * min(1.0, max(0.0, share)))
    if from_right:
        return box.model_copy(update={"left": box.right - width})
    return box.model_copy(update={"right": box.left + width})


def fill_spans(events: Sequence[CaptionEvent]) -> dict[int, tuple[int, int]]:
    """When each word of a group begins to fill and is full, in ms.

    :param events: The group's states in order. Words that are never spoken by plan, because they
        are too fast, fill at once with the next that is.
    """
    spans = {event.lit: (event.start_ms, event.end_ms) for event in events if event.lit is not None}
    for word in reversed(range(len(events[0].words) if events else 0)):
        following = spans.get(word + 1)
        if word not in spans and following is not None:
            spans[word] = (following[0], following[0])
    return spans
