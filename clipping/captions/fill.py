"""How far a word that fills with colour is filled, and from which side."""

from __future__ import annotations

from collections.abc import Sequence

from clipping.captions.scripts import Locale, direction
from clipping.models import Box, CaptionEvent


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
