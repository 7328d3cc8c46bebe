"""Cutting a text short where a reader would: after a sentence, else after a word."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import regex

_SPACELESS: Final = r"\p{Han}\p{Hiragana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
"""Scripts that write no space between words (UAX #29 breaks words between their letters, too)."""
_UNCUT: Final = regex.compile(r"[#＃@＠$][\p{L}\p{M}\p{N}_]+")
"""Hashtags and the like, which are one word in any script."""
_BETWEEN: Final = regex.compile(
    rf"(?V1)(?<=[{_SPACELESS}]\p{{M}}*)(?=[^\p{{P}}\p{{M}}\s])"
    rf"|(?<=[^\s\p{{Ps}}\p{{Pi}}])(?=[{_SPACELESS}])"
)
_ENDED: Final = regex.compile(r"[.!?…。！？؟।][\p{Pf}\p{Pe}\"']*$")
_LOOSE: Final = regex.compile(r"[\s,;:–—\-(«“\"'、，；：]+$")
_WORTH: Final = 0.6
"""A cut after a sentence is taken when it leaves at least this share of the room filled."""
ELLIPSIS: Final = "…"


def cut(text: str, room: int, measure: Callable[[str], int]) -> str:
    """The longest beginning of ``text`` that ``measure`` finds no larger than ``room``.

    Ends after a sentence where that is not much shorter, else after a word and with an ellipsis;
    empty when not even the first word has room. Never ends inside a grapheme, a word or a hashtag.
    """
    if measure(text) <= room:
        return text
    places = _places(text)
    low, high = 0, len(places)
    while low < high:
        middle = (low + high) // 2
        if measure(_ended(text[: places[middle]])) <= room:
            low = middle + 1
        else:
            high = middle
    for place in reversed(places[:low]):
        head = text[:place].rstrip()
        if measure(head) < _WORTH * room:
            break
        if _ENDED.search(head):
            return head
    return _ended(text[: places[low - 1]]) if low else ""


def _places(text: str) -> list[int]:
    """Where the text may be cut: at the end of every word, the last one excepted."""
    whole = [found.span() for found in _UNCUT.finditer(text)]
    graphemes = {found.start() for found in regex.finditer(r"\X", text)}
    places = {found.start() for found in regex.finditer(r"(?<=\S)\s", text)}
    places |= {found.start() for found in _BETWEEN.finditer(text)}
    inside = {at for first, last in whole for at in range(first + 1, last)}
    return sorted((places & graphemes) - inside - {0})


def _ended(head: str) -> str:
    head = head.rstrip()
    if _ENDED.search(head):
        return head
    head = _LOOSE.sub("", head)
    return head + ELLIPSIS if head else ""
