"""Text that goes to a model or comes from one: one clean line of bounded length."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from clipping import profanity

_ELSEWHERE: Final = 0.8
"""Tokens for a letter that is not ASCII; measured roughly, generous for Latin accents."""
_ASCII: Final = 1 / 3.2
"""Tokens for an ASCII letter: the 5.5 models count some 30 % more than those before them."""
_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_SPACES: Final = re.compile(r"\s+")
_JOINERS: Final = "\u200c\u200d"
"""Persian and Indic words are written with these."""


def tidy(text: str, longest: int) -> str:
    """One line without control characters and angle brackets, cut between words."""
    clean = "".join(
        " " if char.isspace() else char
        for char in text
        if char.isspace() or char in _JOINERS or unicodedata.category(char) not in _HIDDEN
    )
    line = _SPACES.sub(" ", clean.replace("<", "‹").replace(">", "›")).strip()
    if len(line) <= longest:
        return line
    head = line[: longest - 1]
    return head.rsplit(" ", 1)[0].rstrip(" ,;:") + "…"


def remark(text: str, longest: int = 300) -> str:
    """What a model said about something, as a masked line."""
    return profanity.mask(tidy(text, longest))


def sentence(text: str, longest: int = 300) -> str:
    """The same as a sentence with its full stop; empty when nothing was said."""
    line = remark(text, longest)
    if not line:
        return ""
    return line if line[-1] in ".!?…。！？؟" else f"{line}."


def tokens(text: str) -> int:
    """About how many tokens a text takes, without asking anybody."""
    plain = sum(char.isascii() for char in text)
    return round(plain * _ASCII + (len(text) - plain) * _ELSEWHERE) + 1
