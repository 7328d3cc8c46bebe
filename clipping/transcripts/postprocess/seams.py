"""Two chunks that both heard what lies around a seam become one: no word lost, none twice."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from clipping.transcripts.chunks import OVERLAP_MS
from clipping.transcripts.word_times import TimedWord

_NEAR_MS = OVERLAP_MS + 2_000
"""Words further from a seam are never compared: only one chunk heard them."""
_SAME_MS = 600
"""Two hearings of one word differ by less than this."""
_ONLY_ONE_HEARD_MS = 1_000
"""A word on the other chunk's side of the seam, which that one did not hear, is believed this
near to it; further on, the chunk that hears what follows knows better."""

Pair = tuple[int, int]


def joined(
    left: Sequence[TimedWord], right: Sequence[TimedWord], seam_ms: int
) -> tuple[list[TimedWord], list[TimedWord]]:
    """What to keep of the words of the chunk before a seam, and of those of the chunk after it.

    A word that both heard is taken from the chunk in which it lies, by the mean of both times.
    """
    near_left = [n for n, word in enumerate(left) if abs(_middle(word) - seam_ms) <= _NEAR_MS]
    near_right = [n for n, word in enumerate(right) if abs(_middle(word) - seam_ms) <= _NEAR_MS]
    pairs = matches([left[n] for n in near_left], [right[n] for n in near_right])
    of_left = {near_left[a]: near_right[b] for a, b in pairs}
    of_right = {b: a for a, b in of_left.items()}
    unlike = [right[n] for n in near_right if n not in of_right]
    # Each chunk may put what it heard otherwise on the other one's side: somebody has to keep it.
    given_away = [word for word in unlike if _is_before(seam_ms, word, None)]
    from_left = [
        word
        for n, word in enumerate(left)
        if _is_before(seam_ms, word, right[of_left[n]] if n in of_left else None)
        or (n not in of_left and _only_heard_here(word, right, seam_ms))
        or (n not in of_left and any(_is_within(word, other) for other in given_away))
    ]
    from_right = [
        word
        for n, word in enumerate(right)
        if not _is_before(seam_ms, word, left[of_right[n]] if n in of_right else None)
        or (n not in of_right and _only_heard_here(word, left, seam_ms))
    ]
    # Heard in other words by both: the chunk before was listening for longer by then.
    known = [word for word in from_left if abs(_middle(word) - seam_ms) <= _NEAR_MS]
    doubled = {id(word) for word in unlike if any(_is_within(word, other) for other in known)}
    return from_left, [word for word in from_right if id(word) not in doubled]


def matches(left: Sequence[TimedWord], right: Sequence[TimedWord]) -> list[Pair]:
    """Which words are the same in two hearings of the same sound, as pairs of places in order.

    As many as can be, and of equally many the ones nearest in time.
    """
    best = [[(0, 0)] * (len(right) + 1) for _ in range(len(left) + 1)]
    for a in range(len(left) - 1, -1, -1):
        for b in range(len(right) - 1, -1, -1):
            found = max(best[a + 1][b], best[a][b + 1])
            if _are_same(left[a], right[b]):
                count, near = best[a + 1][b + 1]
                found = max(found, (count + 1, near - _apart(left[a], right[b])))
            best[a][b] = found
    return _traced(best, left, right)


def _traced(
    best: list[list[tuple[int, int]]], left: Sequence[TimedWord], right: Sequence[TimedWord]
) -> list[Pair]:
    pairs: list[Pair] = []
    a = b = 0
    while a < len(left) and b < len(right):
        if best[a][b] == best[a + 1][b]:
            a += 1
        elif best[a][b] == best[a][b + 1]:
            b += 1
        else:
            pairs.append((a, b))
            a, b = a + 1, b + 1
    return pairs


def spoken_key(text: str) -> str:
    """Letters and figures only, small: what two hearings of one word agree in."""
    return "".join(
        mark for mark in unicodedata.normalize("NFKD", text).casefold() if mark.isalnum()
    )


def _are_same(one: TimedWord, other: TimedWord) -> bool:
    return _apart(one, other) <= _SAME_MS and spoken_key(one.text) == spoken_key(other.text)


def _apart(one: TimedWord, other: TimedWord) -> int:
    return abs(_middle(one) - _middle(other))


def _middle(word: TimedWord) -> int:
    return (word.start_ms + word.end_ms) // 2


def _is_before(seam_ms: int, word: TimedWord, twin: TimedWord | None) -> bool:
    both = 2 * _middle(word) if twin is None else _middle(word) + _middle(twin)
    return both < 2 * seam_ms


def _only_heard_here(word: TimedWord, others: Sequence[TimedWord], seam_ms: int) -> bool:
    """Whether the other chunk, in whose part the word lies, heard nothing where it is."""
    return abs(_middle(word) - seam_ms) <= _ONLY_ONE_HEARD_MS and not any(
        other.start_ms < word.end_ms and word.start_ms < other.end_ms for other in others
    )


def _is_within(word: TimedWord, known: TimedWord) -> bool:
    """Whether a word lies where another is spoken, for the most part."""
    shared = min(word.end_ms, known.end_ms) - max(word.start_ms, known.start_ms)
    return 2 * shared > min(word.end_ms - word.start_ms, known.end_ms - known.start_ms)
