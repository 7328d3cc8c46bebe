"""How written English is said: ``$40,000`` is heard as "forty thousand dollars".

A token can be read in several ways (1999 is a year or a number), so every function gives
alternatives, the likeliest first; the audio decides between them.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import islice, product

from clipping.transcripts.figures import Reading, figure_readings

MOST_READINGS = 12
_SYMBOLS = {"&": "and", "%": "percent", "+": "plus", "=": "equals", "@": "at", "°": "degrees"}
_ABBREVIATIONS: dict[str, tuple[Reading, ...]] = {
    "dr": (("doctor",), ("drive",)),
    "mr": (("mister",),),
    "mrs": (("missus",),),
    "ms": (("miz",),),
    "st": (("saint",), ("street",)),
    "prof": (("professor",),),
    "vs": (("versus",),),
    "etc": (("et", "cetera"),),
    "jr": (("junior",),),
    "sr": (("senior",),),
    "approx": (("approximately",),),
    "e.g": (("for", "example"), ("e.", "g.")),
    "i.e": (("that", "is"), ("i.", "e.")),
    "no": (("no",), ("number",)),
    "ok": (("okay",),),
    "w": (("with",),),
}
_QUOTES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'", "‐": "-", "‑": "-"})
_DASHES = re.compile(r"[-–—/_…]+|\.{2,}")
_MIXED = re.compile(r"[$€£¥₹]?\d{1,3}(?:,\d{3})+|[$€£¥₹]?\d+|[^\W\d]+|[%+&]")
_HUMPS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z']+|\d+")


def readings(token: str, after_currency: bool = False) -> tuple[Reading, ...]:
    """Ways to say a written token; empty when nothing in it is spoken.

    ``after_currency`` is for the "million" of "$5 million", which is said with the currency.
    """
    plain = _plain(token)
    found = _read(plain, shouted=_looks_like_initials(token))
    humps = _HUMPS.findall(token) if _is_camel_case(token) else []
    if len(humps) > 1:
        found += _in_turn([_read(hump.lower(), _looks_like_initials(hump)) for hump in humps])
    if after_currency and plain in {"hundred", "thousand", "million", "billion", "trillion"}:
        found = [*((*reading, "dollars") for reading in found), *found]
    return tuple(islice(dict.fromkeys(reading for reading in found if reading), MOST_READINGS))


def _plain(token: str) -> str:
    text = unicodedata.normalize("NFKC", token.translate(_QUOTES)).translate(_QUOTES).lower()
    text = text.replace("\u2044", "/")
    return text.strip(' \t"“”„«»()[]{}<>*¿¡!?,;:…~^|\\').rstrip(".'").lstrip("'") or text.strip()


def _is_camel_case(token: str) -> bool:
    """``ChatGPT``, ``iPhone``: capitals after small letters."""
    return re.search(r"[a-z][A-Z]", token) is not None


def _looks_like_initials(token: str) -> bool:
    plain = re.sub(r"['’]s?$", "", token.rstrip('.,;:!?"”…'))
    letters = [letter for letter in plain if letter.isalpha()]
    return 2 <= len(letters) <= 5 and plain.upper() == plain


def _read(text: str, shouted: bool = False) -> list[Reading]:
    if text in _SYMBOLS:
        return [(_SYMBOLS[text],)]
    if text.rstrip(".") in _ABBREVIATIONS:
        return [*_ABBREVIATIONS[text.rstrip(".")], *([(text,)] if text.isalpha() else [])]
    if any(mark.isdigit() for mark in text):
        return figure_readings(text) or _read_mixed(text)
    if "&" in text:
        parts = [part for part in re.split("(&)", text) if part]
        return _in_turn([_read(part, shouted) for part in parts])
    if _DASHES.search(text):
        return _in_turn([_read(part, shouted) for part in _DASHES.split(text) if part])
    if re.fullmatch(r"(?:[a-z]\.)+[a-z]?(?:'s)?", text):
        return [tuple(f"{letter}." for letter in text if letter.isalpha())]
    if "." in text or "@" in text:
        return _in_turn(_read_address(text))
    return _read_word(text, shouted)


def _read_word(text: str, shouted: bool) -> list[Reading]:
    """A word of letters; one in capitals may be said letter by letter."""
    word = "".join(mark for mark in text if mark.isalpha() or mark in "'" or _combines(mark))
    if not any(mark.isalpha() for mark in word):
        return []
    if not shouted:
        return [(word,)]
    initials, owned = (word[:-2], "s") if word.endswith("'s") else (word, "")
    spelled = [f"{letter}." for letter in initials if "a" <= letter <= "z"]
    if len(spelled) != len(initials):
        return [(word,)]
    return [(word,), (*spelled[:-1], f"{spelled[-1]}'s" if owned else spelled[-1])]


def _read_mixed(text: str) -> list[Reading]:
    """Letters and figures in turn: ``b2b``, ``gpt-4``."""
    pieces = [piece for piece in _MIXED.findall(text) if piece != text]
    return _in_turn([_read(piece, shouted=piece.isalpha()) for piece in pieces])


def _combines(mark: str) -> bool:
    return unicodedata.category(mark).startswith("M")


def _read_address(text: str) -> list[list[Reading]]:
    """``example.com`` with its dots said."""
    names = {".": "dot", "@": "at"}
    parts = [part for part in re.split(r"([.@])", text) if part]
    return [[(names[part],)] if part in names else _read(part) for part in parts]


def _in_turn(parts: list[list[Reading]]) -> list[Reading]:
    chosen = islice(product(*(part for part in parts if part)), MOST_READINGS)
    return [tuple(word for reading in choice for word in reading) for choice in chosen]
