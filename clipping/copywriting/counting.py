"""How long a text is: each platform counts in a unit of its own."""

from __future__ import annotations

import unicodedata
from typing import Final

import regex

from clipping.copywriting.links import link_spans

_X_LIGHT: Final = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
"""Code points that weigh one; all others, and every emoji however it is made, weigh two.

Source: twitter-text, ``config/v3.json`` and ``js/src/parseTweet.js`` (version 3, 2021-10-21, still
what docs.x.com describes under "counting characters" in 2026-11).
"""
_X_LINK: Final = 23

# UTS #51, ED-17a: what may make one emoji. © ® ™ are emoji only with a variation selector.
_ELEMENT: Final = (
    r"(?:[\p{Extended_Pictographic}--[©®™]]\uFE0F?|[©®™]\uFE0F)\p{Emoji_Modifier}?"
    r"(?:[\U000E0020-\U000E007E]+\U000E007F)?"
)
_EMOJI: Final = regex.compile(
    rf"(?V1)\p{{Regional_Indicator}}{{2}}|[0-9#*]\uFE0F?\u20E3|{_ELEMENT}(?:\u200D{_ELEMENT})*"
)


def characters(text: str) -> int:
    """Unicode code points."""
    return len(text)


def utf16_units(text: str) -> int:
    """Units of UTF-16: two for a character beyond the basic plane, such as most emoji."""
    return len(text) + sum(character > "\uffff" for character in text)


def utf8_bytes(text: str) -> int:
    """Bytes of UTF-8."""
    return len(text.encode("utf-8", "surrogatepass"))


def x_weight(text: str) -> int:
    """Weighted length by X's own rule: wide characters and emoji count two, a link 23."""
    text = unicodedata.normalize("NFC", text)
    total, at = 0, 0
    for first, last in link_spans(text):
        total += _x_weight(text[at:first]) + _X_LINK
        at = last
    return total + _x_weight(text[at:])


def _x_weight(text: str) -> int:
    without, emoji = _EMOJI.subn("", text)
    heavy: int = 2 * emoji
    return heavy + sum(1 if _light(ord(character)) else 2 for character in without)


def _light(code: int) -> bool:
    return any(low <= code <= high for low, high in _X_LIGHT)
