"""Where a word too long for a line may be parted, and what parting it there costs."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from clipping.captions.scripts import CASED, clusters, script, spaceless

_VOWELS = frozenset("aeiouyäöüàâéèêëïîôûùæøåœαεηιουωаеёиоуыэюяії")
_NEVER_FIRST = frozenset(
    "、。，．・：；！？）］｝〕〉》」』】’”ーぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ々〜…ๆฯ%)!?,.:;]}"
)
"""Kinsoku: what a line of spaceless text may not start with."""
_THAI_LEADING = "เแโใไ"
"""Vowels that open a syllable."""
_NEVER_LAST = frozenset("（［｛〔〈《「『【‘“([{" + _THAI_LEADING + "\u0e31\u0e37\u0e47")
"""And what it may not end with; in Thai, signs that need a consonant after them."""
_BREAK_AFTER = frozenset(" -–—/\\_.?&=#:@+~|;,")
_SHORTEST_PART = 3
_LONGEST_CHUNK = 10
_REACH = 3


@dataclass(frozen=True)
class Break:
    """The two lines of a parted word; ``cost`` is the share of its size it may save by that."""

    first: str
    second: str
    cost: float


@lru_cache(maxsize=512)
def breaks(word: str) -> tuple[Break, ...]:
    """Every place worth parting the word at, the middle half of it only."""
    parts = clusters(word)
    low = max(1, len(parts) // 4)
    high = min(len(parts) - 1, len(parts) - low)
    return tuple(
        found for at in range(low, high + 1) if (found := _break_at(parts, at)) is not None
    )


def _break_at(parts: tuple[str, ...], at: int) -> Break | None:
    before, after = parts[at - 1][-1], parts[at][0]
    if after in _NEVER_FIRST or before in _NEVER_LAST:
        return None
    first, second = "".join(parts[:at]), "".join(parts[at:])
    if before in _BREAK_AFTER:
        return Break(first.rstrip(" "), second, 0.05)
    if after == " ":
        return None
    if spaceless(before) or spaceless(after):
        return Break(first, second, 0.05)
    if _cased(before) and _cased(after):
        if min(at, len(parts) - at) < _SHORTEST_PART:
            return None
        return Break(f"{first}-", second, 0.25 if _starts_syllable(parts, at) else 0.4)
    return Break(first, second, 0.4)


def _cased(character: str) -> bool:
    return script(character) in CASED and character.isalpha()


def _starts_syllable(parts: tuple[str, ...], at: int) -> bool:
    """A consonant before a vowel begins a syllable in every cased script."""
    if at + 1 >= len(parts):
        return False
    return not _vowel(parts[at]) and _vowel(parts[at + 1])


def _vowel(cluster: str) -> bool:
    letter = cluster[0].lower()
    return letter in _VOWELS or unicodedata.normalize("NFD", letter)[0] in _VOWELS


def shortened(word: str, length: int) -> str:
    """The first ``length`` clusters and an ellipsis; the word itself when it is no longer."""
    parts = clusters(word)
    if len(parts) <= length:
        return word
    return "".join(parts[:length]).rstrip(" .…") + "…"


def chunks(text: str) -> tuple[str, ...]:
    """A word as what is shown and lit in one piece: split at spaces, and every ten characters or so
    where its script has none (subtitles of such scripts often come as whole lines)."""
    return tuple(part for word in text.split() for part in _spaceless_chunks(word))


def _spaceless_chunks(word: str) -> list[str]:
    parts = clusters(word)
    dense = sum(1 for part in parts if spaceless(part[0]))
    if len(parts) <= _LONGEST_CHUNK or dense * 2 <= len(parts):
        return [word]
    count = -(-len(parts) // (_LONGEST_CHUNK - 1))
    bounds = [0]
    for index in range(1, count):
        ideal = round(len(parts) * index / count)
        near = range(max(bounds[-1] + 1, ideal - _REACH), min(len(parts) - 1, ideal + _REACH) + 1)
        bounds.append(min(near, key=lambda at: _chunk_cost(parts, at) + abs(at - ideal)))
    bounds.append(len(parts))
    return ["".join(parts[one:other]) for one, other in pairwise(bounds)]


def _chunk_cost(parts: tuple[str, ...], at: int) -> float:
    """Low after punctuation and where ideographs follow kana, which mostly end a phrase."""
    before, after = parts[at - 1][-1], parts[at][0]
    if after in _NEVER_FIRST or before in _NEVER_LAST:
        return 20.0
    if before in "、。，！？；：」』）":
        return 0.0
    if script(before) == "KANA" and script(after) != "KANA":
        return 1.0
    if after in _THAI_LEADING:
        return 1.0
    if script(before) in ("KANA", "THAI") and script(before) == script(after):
        return 5.0
    return 4.0 if not (spaceless(before) and spaceless(after)) else 3.0


def line_units(word: str) -> list[tuple[str, float]]:
    """The parts of a word that may each begin a line, and how bad a line break before each is.

    Without spaces in its script these are single characters, 0 being the best place to break.
    """
    parts = clusters(word)
    units = [(parts[0], 0.0)] if parts else []
    for at in range(1, len(parts)):
        before, after = parts[at - 1][-1], parts[at][0]
        free = spaceless(before) or spaceless(after)
        if free and after not in _NEVER_FIRST and before not in _NEVER_LAST:
            units.append((parts[at], _chunk_cost(parts, at)))
        else:
            units[-1] = (units[-1][0] + parts[at], units[-1][1])
    return units
