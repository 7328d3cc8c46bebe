"""Cleaning a text, and leaving out of it what a client does not want written."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final

import regex

from clipping import profanity
from clipping.models import ProfanityPolicy, WritingPolicy

_FLAG: Final = r"\U0001F3F4[\U000E0030-\U000E0039\U000E0061-\U000E007A]{1,6}\U000E007F"
_JOINERS: Final = r"\u200C\u200D\u200E\u200F\u061C"
"""What Persian, Indic scripts and emoji cannot do without."""
_UNSEEN: Final = regex.compile(
    rf"(?V1)({_FLAG})|[[\p{{Cc}}\p{{Cf}}\p{{Cs}}\p{{Co}}\p{{NChar}}]--[\n{_JOINERS}]]"
)
_LINE_ENDS: Final = regex.compile(r"\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_SPACES: Final = regex.compile(r"[^\S\n]+")
_SPACELESS: Final = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
"""Scripts that write no space between words."""
_SENTENCE: Final = regex.compile(
    r"(?s).+?(?:(?<!\b(?:Dr|Mr|Mrs|Ms|St|Prof|vs|[A-Z]))[.!?…؟।]+[\p{Pf}\p{Pe}\"']*(?:\s+|$)"
    r"|[。！？]+[\p{Pf}\p{Pe}]*\s*|\n+|$)"
)


def clean(text: str) -> str:
    """The text in NFC, without what nobody sees; white space is one space or at most two line ends.

    Removed are control and private characters, lone surrogates, and direction overrides, which can
    show words in another order than they are written. Cleaning twice changes nothing.
    """
    text = _LINE_ENDS.sub("\n", text)
    text = _SPACES.sub(" ", text)
    text = unicodedata.normalize("NFC", _UNSEEN.sub(lambda found: found[1] or "", text))
    lines = [_SPACES.sub(" ", line).strip(" ") for line in text.split("\n")]
    tidy: str = regex.sub(r"\n{3,}", "\n\n", "\n".join(lines))
    return tidy.strip()


def sentences(text: str) -> list[str]:
    """The sentences of a text with the white space after each; joined they are the text."""
    return [found[0] for found in _SENTENCE.finditer(text)]


class Ban:
    """The words and phrases that are never written, in any case and over any white space.

    Plurals count as well. In scripts without spaces a word counts wherever it stands.
    """

    def __init__(self, words: Iterable[str]) -> None:
        rows = [regex.split(r"[\s_-]+", _folded(word).strip(" #")) for word in words]
        self._joined = ["".join(row) for row in rows if "".join(row)]
        phrases = [_pattern_of(row) for row in rows if "".join(row)]
        self._pattern = regex.compile("|".join(phrases)) if phrases else None

    def in_text(self, text: str) -> bool:
        """Whether one of them is written there as a word of its own."""
        return self._pattern is not None and self._pattern.search(_folded(text)) is not None

    def in_hashtag(self, tag: str) -> bool:
        """Whether one of them is in a hashtag, which writes words together."""
        folded = _folded(tag).replace("_", "")
        return any(
            word == folded or ((len(word) >= _TELLING or _is_spaceless(word)) and word in folded)
            for word in self._joined
        )


def _is_spaceless(word: str) -> bool:
    return regex.search(rf"[{_SPACELESS}]", word) is not None


def _pattern_of(row: Sequence[str]) -> str:
    phrase = r"[\s_-]+".join(map(regex.escape, row))
    if _is_spaceless(phrase):
        return phrase
    return rf"(?<![\p{{L}}\p{{N}}]){phrase}(?:['’]?s)?(?![\p{{L}}\p{{N}}])"


_TELLING: Final = 4
"""Letters from which a banned word counts within a longer hashtag: "ass" is in "class"."""


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def permitted(text: str, policy: WritingPolicy, ban: Ban) -> str:
    """The text without the sentences that may not be written, and with profanities masked.

    Never longer than it was, in any unit.
    """
    while (kept := _without_banned(text, policy, ban)) != text:
        text = kept
    return profanity.mask(text) if policy.profanity is ProfanityPolicy.MASK else text


def _without_banned(text: str, policy: WritingPolicy, ban: Ban) -> str:
    strict = policy.profanity is ProfanityPolicy.LEAVE_OUT
    if not ban.in_text(text) and not (strict and profane(text)):
        return text
    pieces = sentences(text)
    kept = [piece for piece in pieces if not ban.in_text(piece) and not (strict and profane(piece))]
    # What is only forbidden across two sentences takes all of them along.
    return "".join(kept).strip() if len(kept) < len(pieces) else ""


def profane(text: str) -> bool:
    """Whether a text holds a profanity that is not masked."""
    return profanity.mask(text) != text


def first_that_remains(texts: Sequence[str]) -> str:
    """The first text with a letter, figure or emoji in it, else an empty one."""
    return next((text for text in texts if regex.search(r"[\p{L}\p{N}\p{So}]", text)), "")
