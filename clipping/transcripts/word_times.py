"""The one gate through which every transcript's words pass: ordered, apart, inside the media."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from clipping.models import Word
from clipping.timing import TimeSpan

SHORTEST_MS = 20
LONGEST_MS = 2_000
"""A word of no known end ends here at the latest."""
LONGEST_HEARD_MS = 6_000
"""So does a word that was heard to its end: a long number takes 4 s."""


@dataclass(frozen=True)
class TimedWord:
    """A word with times that may still be wrong: unordered, overlapping, outside the media.

    ``heard`` says that both times were measured in the sound.
    """

    text: str
    start_ms: int
    end_ms: int
    speaker: str | None = None
    confidence: float | None = None
    interpolated: bool = False
    heard: bool = False


def in_order(words: Sequence[TimedWord], duration_ms: int) -> tuple[Word, ...]:
    """Words with lawful times, as near to the given ones as can be; the order of texts is kept.

    Starts rise, no two words overlap, each lies within ``0..duration_ms`` and lasts at least
    ``SHORTEST_MS`` (less only when there is no room for that) and at most ``LONGEST_MS``, or
    ``LONGEST_HEARD_MS`` when heard. Words without any text are left out, and so are words for
    which the media has not even a millisecond.
    """
    kept = [word for word in words if word.text.strip()][: max(0, duration_ms)]
    if not kept:
        return ()
    least = max(1, min(SHORTEST_MS, duration_ms // len(kept)))
    starts = _rising([word.start_ms for word in kept], least, duration_ms)
    found = []
    for place, (word, start) in enumerate(zip(kept, starts, strict=True)):
        limit = starts[place + 1] if place + 1 < len(starts) else duration_ms
        longest = LONGEST_HEARD_MS if word.heard else LONGEST_MS
        end = min(max(word.end_ms, start + least), start + longest, limit)
        found.append(
            Word(
                text=word.text.strip(),
                span=TimeSpan(start_ms=start, end_ms=end),
                speaker=word.speaker,
                confidence=word.confidence,
                interpolated=word.interpolated,
            )
        )
    return tuple(found)


def _rising(starts: Sequence[int], least: int, duration_ms: int) -> list[int]:
    """Pushed apart by ``least``, first from the front, then from the end of the media."""
    rising: list[int] = []
    earliest = 0
    for start in starts:
        rising.append(max(start, earliest))
        earliest = rising[-1] + least
    latest = duration_ms - least
    for place in range(len(rising) - 1, -1, -1):
        rising[place] = min(rising[place], latest)
        latest = rising[place] - least
    return rising


_VOWELS = frozenset("aeiouyäöüáéíóúàèìòùâêîôûåæøœãõëïÿ")


def weight(token: str) -> float:
    """About how long a token takes to say: its syllables, with a share for every letter.

    A figure counts as a syllable and a half, a sign of a script without letters as one.
    """
    syllables = 0.0
    letters = 0
    vowel_before = False
    for mark in token.lower():
        vowel = mark in _VOWELS
        syllables += vowel and not vowel_before
        vowel_before = vowel
        if mark.isdigit():
            syllables += 1.5
        elif mark.isalpha():
            letters += 1
            syllables += ord(mark) > 0x0E00
    return max(1.0, syllables) + 0.15 * letters
