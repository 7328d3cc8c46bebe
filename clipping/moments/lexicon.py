"""Words as a lexicon sees them, and the finding of its phrases in a talk in one pass."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from clipping.models import Transcript
from clipping.moments import english, narrative

_EDGES = re.compile(r"^[^\w%]+|[^\w%]+$")
_SPACELESS = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3000-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\uff00-\uffef]"
)
ENGLISH_SHARE = 0.2
"""Share of English function words from which a talk of unknown language is taken for English."""


@dataclass(frozen=True)
class Hit:
    """A phrase of signal ``signal`` at words ``first`` up to, not including, ``last``."""

    signal: str
    weight: float
    first: int
    last: int


@lru_cache(maxsize=65_536)
def plain(text: str) -> str:
    """The word in lower case without punctuation at its edges; empty for pure punctuation."""
    folded = unicodedata.normalize("NFKC", text).replace("’", "'").lower()
    return _EDGES.sub("", folded)


def join(texts: Sequence[str]) -> str:
    """Words as one line; no spaces where the script writes none (Chinese, Japanese, Thai)."""
    line = ""
    for text in filter(None, (text.strip() for text in texts)):
        if line and not (_SPACELESS.match(line[-1]) and _SPACELESS.match(text[0])):
            line += " "
        line += text
    return line


def width(text: str) -> int:
    """How much room a text takes in Latin letters: a wide (East Asian) character counts two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


_FORGOTTEN = 60
"""Words after which the same word is news again."""


def telling(tokens: Sequence[str]) -> NDArray[np.bool_]:
    """Which plain words carry a subject and were not said just before (lexical density)."""
    said_at: dict[str, int] = {}
    tells = np.zeros(len(tokens), bool)
    for at, token in enumerate(tokens):
        if len(token) > 1 and token not in english.FUNCTION_WORDS:
            tells[at] = at - said_at.get(token, -_FORGOTTEN) >= _FORGOTTEN
            said_at[token] = at
    return tells


class Lexicon:
    """The phrases of one language, indexed by their first word."""

    def __init__(self, phrases: dict[str, str]) -> None:
        self.signals = tuple(phrases)
        self._by_first: dict[str, list[tuple[tuple[str, ...], str, float]]] = {}
        for signal, listing in phrases.items():
            for entry in filter(None, (part.strip() for part in listing.split(","))):
                text, _, weight = entry.partition("*")
                words = tuple(text.split())
                self._by_first.setdefault(words[0], []).append(
                    (words, signal, float(weight or 1.0))
                )
        for entries in self._by_first.values():
            entries.sort(key=lambda entry: (-len(entry[0]), entry))

    def find(self, tokens: Sequence[str]) -> list[Hit]:
        """All phrases among plain tokens; per signal the longest one wins, none overlap."""
        hits: list[Hit] = []
        free_from = dict.fromkeys(self.signals, 0)
        for at, token in enumerate(tokens):
            for words, signal, weight in self._by_first.get(token, ()):
                if at < free_from[signal]:
                    continue
                if len(words) == 1 or tuple(tokens[at : at + len(words)]) == words:
                    hits.append(Hit(signal, weight, at, at + len(words)))
                    free_from[signal] = at + len(words)
        return hits


@lru_cache(maxsize=1)
def english_lexicon() -> Lexicon:
    """The English lexicon, built once."""
    return Lexicon({**english.PHRASES, **narrative.PHRASES})


def lexicon_for(transcript: Transcript) -> Lexicon | None:
    """The lexicon of the talk's language, None when there is none for it.

    A talk whose language nobody named is taken for English when enough of its words are English
    function words.
    """
    language = transcript.language.split("-")[0].lower()
    if language in {"en", "eng"}:
        return english_lexicon()
    if language not in {"", "und"} or not transcript.words:
        return None
    tokens = [plain(word.text) for word in transcript.words]
    known = sum(token in english.FUNCTION_WORDS for token in tokens)
    return english_lexicon() if known >= ENGLISH_SHARE * len(tokens) else None
