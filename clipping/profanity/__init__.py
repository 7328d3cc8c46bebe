"""Profanity in English talk: found, masked on screen and muted in the sound.

What counts is written in ``words.txt``, with the line that is drawn and where it comes from. A word
that a captioner has masked already counts too: it is still spoken.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from clipping.models import Word
from clipping.profanity.lookalikes import invisible, read
from clipping.profanity.patterns import blank_spans, written_spans
from clipping.timing import TimeSpan

__all__ = ["Hit", "find", "mask", "mute_spans"]

_DISGUISES = "@$!|+*#%&"


@dataclass(frozen=True)
class Hit:
    """Words that make one profanity, as indexes: ``first`` to before ``last``."""

    first: int
    last: int


def find(words: Sequence[str]) -> list[Hit]:
    """Profanities among spoken words, in order, none overlapping.

    Several words make one hit when it is spelled over them ("f u c k") or written apart ("mother
    fucker"). Words left as a blank by a captioner (``[__]``) and words already masked are hits.
    """
    starts: list[int] = []
    length = 0
    for word in words:
        starts.append(length)
        length += len(word) + 1
    text = " ".join(words)
    hits: list[Hit] = []
    for first, last in sorted(written_spans(text) + blank_spans(text)):
        hit = Hit(bisect_right(starts, first) - 1, bisect_right(starts, last - 1))
        if hits and hit.first < hits[-1].last:
            hit = Hit(hits[-1].first, max(hit.last, hits.pop().last))
        hits.append(hit)
    return hits


@lru_cache(maxsize=1_024)
def mask(text: str) -> str:
    """``text`` with every profanity as its first letter and asterisks; the rest is kept.

    Spaces, hyphens and apostrophes within a profanity stay where they are. Masking twice changes
    nothing.
    """
    masked = _masked_once(text)
    # Asterisks can themselves make a masked word of what stands beside them.
    while masked != text:
        text, masked = masked, _masked_once(masked)
    return masked


def mute_spans(words: Sequence[Word], margin_ms: int = 50) -> list[TimeSpan]:
    """Where to silence the sound, on the source clock: in order, and none touches another.

    Each profanity is widened by ``margin_ms`` on both sides, as far as no other word is spoken
    there. ``words`` are in order of time.
    """
    spans: list[TimeSpan] = []
    for hit in find([word.text for word in words]):
        spoken = [word.span for word in words[hit.first : hit.last]]
        start_ms = min(span.start_ms for span in spoken)
        end_ms = max(span.end_ms for span in spoken)
        before_ms = words[hit.first - 1].span.end_ms if hit.first else 0
        after_ms = words[hit.last].span.start_ms if hit.last < len(words) else end_ms + margin_ms
        span = TimeSpan(
            start_ms=min(start_ms, max(start_ms - margin_ms, before_ms)),
            end_ms=max(end_ms, min(end_ms + margin_ms, after_ms)),
        )
        if spans and span.start_ms <= spans[-1].end_ms:
            last = spans.pop()
            span = TimeSpan(
                start_ms=min(last.start_ms, span.start_ms), end_ms=max(last.end_ms, span.end_ms)
            )
        spans.append(span)
    return spans


def _masked_once(text: str) -> str:
    spans = written_spans(text)
    if not spans:
        return text
    characters = list(text)
    for first, last in spans:
        for index in range(first + 1, last):
            characters[index] = _starred(text[index])
    # A word that is profane by itself keeps its first letter within a longer profanity.
    for first, _ in spans:
        characters[first] = text[first]
    return "".join(characters)


def _starred(character: str) -> str:
    if invisible(character):
        return ""
    seen = read(character).text
    return "*" if any(sign.isalnum() or sign in _DISGUISES for sign in seen) else character
