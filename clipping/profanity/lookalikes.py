"""Text as an eye reads it: plain lower-case letters for whatever looks like them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

_CYRILLIC_AND_GREEK = str.maketrans(
    "абвгеёзикмнопрстухцѕіїјһғԁԛԝαβγεηικνοπρστυχωϲϳ",
    "a6bree3ukmhonpctyxusiijhfdqwabyenikvonpotuxwcj",
)
_OTHERS = str.maketrans(
    {
        **dict(
            zip("ıɩɪłøđħʜɡɢŧꜰᴀʙᴄᴅᴇᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", "iiilodhhggtfabcdejklmnoprstuvwyz", strict=True)
        ),
        **dict(zip("’‘ʼ′´`‐‑‒", "''''''---", strict=True)),
        "€": "e",
        "¡": "!",
        "ƒ": "f",
        "×": "*",
        "∗": "*",
        "●": "*",
        "•": "*",
        "█": "*",
        "…": "..",
    }
)
_HOMES = re.compile("[а-яёіїєґ]+|[α-ωά-ώϊϋΐΰ]+")
"""Words wholly in everyday Cyrillic or Greek letters are words of those languages."""


@dataclass(frozen=True)
class Reading:
    """What is read, and for each of its characters the index of the one it came from."""

    text: str
    origin: Sequence[int]


def read(text: str) -> Reading:
    """Lower-case reading of ``text``: accents, invisible characters and disguises removed."""
    if text.isascii():
        return Reading(text.lower(), range(len(text)))
    characters: list[str] = []
    origin: list[int] = []
    for token in re.finditer(r"\s+|\S+", text):
        letters = "".join(filter(str.isalpha, token[0].lower()))
        disguised = not (letters and _HOMES.fullmatch(letters))
        for index, character in enumerate(token[0], token.start()):
            seen = _seen_as(character, disguised)
            characters.append(seen)
            origin += [index] * len(seen)
    return Reading("".join(characters), origin)


def invisible(character: str) -> bool:
    """Whether the character only changes its neighbour or shows nothing: accents, joiners."""
    return unicodedata.category(character) in {"Mn", "Me", "Cf"}


@lru_cache(maxsize=4096)
def _seen_as(character: str, disguised: bool) -> str:
    plain = unicodedata.normalize("NFKD", character.translate(_OTHERS)).casefold()
    if disguised:
        plain = plain.translate(_CYRILLIC_AND_GREEK)
    plain = plain.translate(_OTHERS)
    return "".join(part for part in plain if not invisible(part))
