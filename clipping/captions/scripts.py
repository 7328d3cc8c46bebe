"""Writing systems: what a text is made of, and what of it can be drawn.

Unicode facts come from ``unicodedata``; the few ranges written out here are those it lacks.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from clipping.captions.fonts import FACES, font

_ZWNJ, _ZWJ = "\u200c", "\u200d"
_THAI_FOLLOWING = "\u0e30\u0e32\u0e33\u0e45"
"""Vowels that are letters to Unicode but belong to the consonant before them."""
_JOINING = frozenset(_ZWNJ + _ZWJ + _THAI_FOLLOWING)
_COLOURED_HEARTS = frozenset("❤💙💚💛💜🧡🤎🖤\U0001fa75\U0001fa76\U0001fa77")
"""The one-colour emoji font hatches them, each its own way; a solid heart says what is meant."""
_SOLID_HEART = "♥"
_MAX_MARKS = 3
"""Marks on one base; more than any language stacks, less than it takes to climb off the frame."""

CASED = ("LATIN", "GREEK", "CYRILLIC")
"""Scripts with capitals; their words may be parted with a hyphen."""
_SPACELESS = ("CJK", "KANA", "BOPOMOFO", "THAI", "LAO", "KHMER", "MYANMAR")
_CONJOINING = ("ARABIC", "DEVANAGARI")
_NAME_TO_SCRIPT = {
    "HIRAGANA": "KANA",
    "KATAKANA": "KANA",
    "KATAKANA-HIRAGANA": "KANA",
    "HALFWIDTH": "KANA",
    "IDEOGRAPHIC": "CJK",
    "FULLWIDTH": "CJK",
}


@dataclass(frozen=True)
class Locale:
    """What the whole clip's words say about how each of them is to be set."""

    rtl: bool
    """Lines run from the right: most letters of the clip do."""
    han: str
    """Family for ideographs; Chinese and Japanese draw the same code points differently."""


@lru_cache(maxsize=8192)
def script(character: str) -> str:
    """Script of a letter or mark as the first word of its Unicode name, kana taken as one.

    Characters that belong to no script (digits, punctuation, symbols, emoji) give ``""``.
    """
    if unicodedata.category(character)[0] not in "LM" and not _is_cjk_punctuation(character):
        return ""
    first = unicodedata.name(character, "").split(" ")[0]
    if character in "\u3005\u3006\u3007\u303b":
        return "CJK"
    if _is_cjk_punctuation(character):
        return "CJK"
    return _NAME_TO_SCRIPT.get(first, first)


def _is_cjk_punctuation(character: str) -> bool:
    block = "\u3000" <= character <= "\u303f" or "\uff00" <= character <= "\uff65"
    return block and unicodedata.category(character)[0] != "M"


def spaceless(character: str) -> bool:
    """Whether the character's script writes words without spaces between them."""
    return script(character) in _SPACELESS


def direction(text: str) -> int:
    """+1 when more letters run from the left, -1 from the right, 0 when none has a direction."""
    balance = 0
    for character in text:
        kind = unicodedata.bidirectional(character)
        balance += (kind == "L") - (kind in ("R", "AL"))
    return (balance > 0) - (balance < 0)


def is_rtl(character: str) -> bool:
    """Whether the character runs from the right by itself."""
    return unicodedata.bidirectional(character) in ("R", "AL", "AN")


def locale_of(texts: Iterable[str]) -> Locale:
    """Direction and kind of ideographs, told from all the words of a clip together."""
    joined = "".join(texts)
    scripts = {script(character) for character in joined}
    han = "Noto Sans JP" if scripts & {"KANA", "HANGUL"} else "Noto Sans SC"
    return Locale(rtl=direction(joined) < 0, han=han)


def _joins_previous(previous: str, character: str) -> bool:
    """Whether ``character`` may not be parted from the cluster that ends in ``previous``."""
    if unicodedata.category(character)[0] == "M" or character in _JOINING:
        return True
    if previous == _ZWJ or unicodedata.combining(previous) == 9:  # 9: virama, joins consonants
        return previous == _ZWJ or script(character) == script(previous)
    return False


@lru_cache(maxsize=8192)
def clusters(text: str) -> tuple[str, ...]:
    """What a reader takes for one character each: bases with their marks, conjuncts, flags."""
    found: list[str] = []
    for character in text:
        last = found[-1] if found else ""
        flag = _is_regional(character) and len(last) == 1 and _is_regional(last)
        if last and not last.isspace() and (flag or _joins_previous(last[-1], character)):
            found[-1] += character
        else:
            found.append(character)
    return tuple(found)


def _is_regional(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _is_emoji(character: str) -> bool:
    return ord(character) >= 0x2190 and font("Noto Emoji").covers(character)


@lru_cache(maxsize=8192)
def clean(text: str) -> str:
    """The text as it can be drawn; ``""`` when nothing of it can. Cleaning twice changes nothing.

    Control characters go, white space becomes one space, emoji sequences become their base emoji,
    and what no font covers is written with its compatibility or base characters, or left out.
    """
    text = unicodedata.normalize("NFC", text)
    text = "".join(" " if character.isspace() else character for character in text)
    text = _base_emoji(text)
    drawable = "".join(_drawable(cluster) for cluster in clusters(text))
    result = " ".join(unicodedata.normalize("NFC", drawable).split())
    return result if result == text else clean(result)


def _base_emoji(text: str) -> str:
    """Without variation selectors, keycaps, tags, skin tones and what follows a joiner."""
    kept: list[str] = []
    skip = False
    for character in text:
        code = ord(character)
        if 0xFE00 <= code <= 0xFE0F or 0xE0000 <= code <= 0xE01EF or code == 0x20E3:
            continue
        if 0x1F3FB <= code <= 0x1F3FF:
            continue
        if character == _ZWJ and kept and _is_emoji(kept[-1]):
            skip = True
            continue
        if skip and _is_emoji(character):
            skip = False
            continue
        skip = False
        kept.append(_SOLID_HEART if character in _COLOURED_HEARTS else character)
    return "".join(kept)


def _drawable(cluster: str) -> str:
    """The cluster, or the nearest thing to it that one of the fonts can draw."""
    base, marks = cluster[0], cluster[1:]
    if base == " ":
        return " "
    if unicodedata.category(base)[0] in "CM" or not _has_glyph(base):
        return "".join(_stand_in(base))
    return base + _kept_marks(base, marks)


def _kept_marks(base: str, marks: str) -> str:
    """Of the marks, those that belong to the base's script, or to any, and can be drawn on it."""
    kept, stacked = "", 0
    for mark in marks:
        if mark in (_ZWNJ, _ZWJ):
            keep = script(base) in _CONJOINING and _covered_by_one(base + kept + mark)
        else:
            stacked += unicodedata.category(mark)[0] == "M"
            own = script(mark) in ("COMBINING", script(base)) or mark in _THAI_FOLLOWING
            keep = own and stacked <= _MAX_MARKS and _covered_by_one(base + kept + mark)
        if keep:
            kept += mark
    return kept


def _has_glyph(character: str) -> bool:
    return any(font(family).covers(character) for family in FACES)


def _covered_by_one(cluster: str) -> bool:
    return any(font(family).covers(cluster) for family in FACES)


def _stand_in(character: str) -> Iterable[str]:
    """Compatibility characters (``𝐇`` is H), else the bare base letter, else nothing."""
    if unicodedata.category(character)[0] in "CM":
        return
    for form in ("NFKC", "NFKD"):
        parts = unicodedata.normalize(form, character)
        again = unicodedata.normalize("NFC", parts)
        if again != character and all(_has_glyph(part) for part in again):
            yield from again
            return
    base = unicodedata.normalize("NFKD", character)[0]
    if base != character and _has_glyph(base):
        yield base
