"""A line of text as runs in the order they are seen: one font and one direction each."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from typing import Any

from bidi import algorithm
from bidi.mirror import MIRRORED

from clipping.captions.fonts import FACES, font
from clipping.captions.scripts import (
    CASED,
    Locale,
    clusters,
    direction,
    is_rtl,
    script,
    spaceless,
)

SPACE_EM = 0.27
"""Montserrat Bold's own space; used between words of any script."""
_MIXED_GAP_EM = 0.14
"""Between ideographs and another script, which are written without a space."""

_OWN_FACE = {
    "DEVANAGARI": "Noto Sans Devanagari",
    "ARABIC": "Noto Sans Arabic",
    "HEBREW": "Noto Sans Hebrew",
    "THAI": "Noto Sans Thai",
    "HANGUL": "Noto Sans KR",
}
"""Scripts that another face also has letters of, with the face that is theirs."""


@dataclass(frozen=True)
class Run:
    """Characters set in one piece; ``owner`` is the index of the word they belong to.

    A run without text is the gap between two words.
    """

    owner: int
    text: str
    family: str = ""
    rtl: bool = False
    gap_em: float = 0.0


@dataclass(frozen=True)
class _Mark:
    """A cluster on its way: which word, which font, and which bidi level it got."""

    owner: int
    text: str
    family: str
    level: int
    gap_em: float = 0.0


def gap_em(before: str, after: str) -> float:
    """Space between two neighbouring words, 0 where their script has none."""
    left, right = before[-1], after[0]
    if spaceless(left) and spaceless(right):
        return 0.0
    if spaceless(left) or spaceless(right):
        closed = script(left) == "THAI" or script(right) == "THAI"
        return SPACE_EM if closed else _MIXED_GAP_EM
    return SPACE_EM


@lru_cache(maxsize=8192)
def families(text: str, locale: Locale, primary: str) -> tuple[tuple[str, str], ...]:
    """Each cluster of a word with the family that draws it.

    Letters of one script that stand together share a font, so that no word is half Montserrat;
    punctuation follows the letters beside it where their font has it.
    """
    parts = clusters(text)
    scripts = [script(part[0]) for part in parts]
    chosen: list[str] = [""] * len(parts)
    start = 0
    while start < len(parts):
        end = start + 1
        while end < len(parts) and scripts[start] and scripts[end] == scripts[start]:
            end += 1
        if scripts[start]:
            order = _order(scripts[start], locale, primary)
            chosen[start:end] = _for_letters(parts[start:end], order)
        start = end
    for position, part in enumerate(parts):
        if not chosen[position]:
            chosen[position] = _for_neutral(part, position, chosen, locale, primary)
    return tuple(zip(parts, chosen, strict=True))


@cache
def _order(letters: str, locale: Locale, primary: str) -> tuple[str, ...]:
    own = _OWN_FACE.get(letters)
    chain = [primary, "Noto Sans", locale.han, *FACES]
    return tuple(dict.fromkeys([own, *chain] if own else chain))


def _for_letters(parts: Sequence[str], order: Sequence[str]) -> list[str]:
    together = next((family for family in order if font(family).covers("".join(parts))), None)
    if together:
        return [together] * len(parts)
    return [next(family for family in order if font(family).covers(part)) for part in parts]


def _for_neutral(
    part: str, position: int, chosen: Sequence[str], locale: Locale, primary: str
) -> str:
    order = list(_order("", locale, primary))
    symbol = ord(part[0]) >= 0x2190 and font("Noto Emoji").covers(part)
    if symbol and not font(primary).covers(part):
        return "Noto Emoji"
    if unicodedata.category(part[0]) != "Nd":
        before = next((name for name in reversed(chosen[:position]) if name), "")
        after = next((name for name in chosen[position:] if name), "")
        order = [family for family in (before, after) if family] + order
    return next(family for family in order if font(family).covers(part))


def visual_runs(words: Sequence[str], locale: Locale, primary: str) -> tuple[Run, ...]:
    """The runs of one line from left to right, by the Unicode bidirectional algorithm (UAX 9).

    Each word stays in one piece, since it is lit as one: where the algorithm would tear a word
    apart (Latin words with punctuation inside an Arabic line), words are ordered whole.
    """
    # The same words are tried in many sizes.
    return _visual_runs(tuple(words), locale, primary)


@lru_cache(maxsize=8192)
def _visual_runs(words: tuple[str, ...], locale: Locale, primary: str) -> tuple[Run, ...]:
    if not locale.rtl and not any(is_rtl(character) for word in words for character in word):
        return _merged(_marks(words, locale, primary, [0] * _length(words)))
    text = " ".join(words)
    whole = _reordered(_marks(words, locale, primary, _levels(text, rtl=locale.rtl)))
    if _unbroken(whole):
        return _merged(whole)
    return _word_by_word(words, locale, primary)


def _length(words: Sequence[str]) -> int:
    return sum(len(word) for word in words) + len(words) - 1


def _marks(
    words: Sequence[str], locale: Locale, primary: str, levels: Sequence[int]
) -> list[_Mark]:
    """Clusters in logical order; ``levels`` has one entry per character of words and spaces."""
    marks: list[_Mark] = []
    at = 0
    for owner, word in enumerate(words):
        if owner:
            gap = gap_em(words[owner - 1], word)
            marks.append(_Mark(-1, "", "", levels[at], gap))
            at += 1
        for part, family in families(word, locale, primary):
            marks.append(_Mark(owner, part, family, levels[at]))
            at += len(part)
    return marks


def _word_by_word(words: Sequence[str], locale: Locale, primary: str) -> tuple[Run, ...]:
    stand_ins = {1: "a", -1: "\u05d0", 0: "1"}
    text = " ".join(stand_ins[direction(word)] for word in words)
    levels = _levels(text, rtl=locale.rtl)
    order = [
        mark.owner
        for mark in _reordered(
            [_Mark(index, text[index], "", level) for index, level in enumerate(levels)]
        )
    ]
    runs: list[Run] = []
    for at in order:
        if at % 2:
            gap = gap_em(words[at // 2], words[at // 2 + 1])
            runs.append(Run(-1, "", gap_em=gap))
            continue
        word = words[at // 2]
        inside = _levels(word, rtl=(direction(word) or (-1 if locale.rtl else 1)) < 0)
        marks = _reordered(_marks([word], locale, primary, inside))
        runs.extend(
            Run(at // 2, run.text, run.family, run.rtl, run.gap_em) for run in _merged(marks)
        )
    return tuple(runs)


def _levels(text: str, *, rtl: bool) -> list[int]:
    """Embedding level of each character; the library drops joiners, which take a neighbour's."""
    storage: dict[str, Any] = algorithm.get_empty_storage()
    storage["base_level"] = int(rtl)
    storage["base_dir"] = "R" if rtl else "L"
    algorithm.get_embedding_levels(text, storage)
    for index, entry in enumerate(storage["chars"]):
        entry["at"] = index
    algorithm.explicit_embed_and_overrides(storage)
    algorithm.resolve_weak_types(storage)
    algorithm.resolve_neutral_types(storage, False)
    algorithm.resolve_implicit_levels(storage, False)
    known = {entry["at"]: int(entry["level"]) for entry in storage["chars"]}
    levels: list[int] = []
    for index in range(len(text)):
        levels.append(known.get(index, levels[-1] if levels else int(rtl)))
    return levels


def _reordered(marks: Sequence[_Mark]) -> list[_Mark]:
    """Rule L2: from the highest level down, reverse every stretch at that level or above."""
    line = list(marks)
    for level in range(max((mark.level for mark in line), default=0), 0, -1):
        start = 0
        while start < len(line):
            end = start
            while end < len(line) and line[end].level >= level:
                end += 1
            line[start:end] = line[start:end][::-1]
            start = end + 1
    return line


def _unbroken(marks: Sequence[_Mark]) -> bool:
    owners = [mark.owner for mark in marks if mark.owner >= 0]
    changes = sum(1 for one, other in pairwise(owners) if one != other)
    return changes == len(set(owners)) - 1


def _merged(marks: Sequence[_Mark]) -> tuple[Run, ...]:
    """Neighbouring clusters of the same word, font and level become one run, spaces become gaps."""
    runs: list[Run] = []
    held: list[_Mark] = []
    for mark in [*marks, _Mark(-1, "", "", -1)]:
        same = held and (mark.owner, mark.family, mark.level) == (
            held[0].owner,
            held[0].family,
            held[0].level,
        )
        alone = mark.text in ("", " ", "\\") or (held and held[-1].text == "\\")
        if held and (not same or alone or _new_alphabet(held, mark)):
            runs.append(_run(held))
            held = []
        if mark.text == " ":
            runs.append(Run(mark.owner, "", gap_em=SPACE_EM))
        elif not mark.text and mark.gap_em:
            runs.append(Run(-1, "", gap_em=mark.gap_em))
        elif mark.text:
            held.append(mark)
    return tuple(runs)


def _new_alphabet(held: Sequence[_Mark], mark: _Mark) -> bool:
    """libass shapes scripts apart, so there is no kerning between letters of two in one word."""
    own = _alphabet(mark.text[0])
    if not own:
        return False
    before = (_alphabet(one.text[0]) for one in reversed(held))
    return next((other for other in before if other), own) != own


def _alphabet(character: str) -> str:
    """Of the scripts that a font kerns across: which one a letter is of, else ``""``."""
    if script(character) == "KANA":
        return "HIRAGANA" if "\u3041" <= character <= "\u309f" else "KATAKANA"
    return script(character) if script(character) in CASED else ""


def _run(marks: Sequence[_Mark]) -> Run:
    """Letters from the right go out in reading order for the renderer to turn.

    Punctuation alone has nothing that would make the renderer turn it, so it is turned here.
    """
    first = marks[0]
    seen = "".join(mark.text for mark in marks)
    if first.level % 2 == 0:
        return Run(first.owner, seen, first.family)
    read = "".join(mark.text for mark in reversed(marks))
    if any(unicodedata.bidirectional(character) in ("R", "AL") for character in read):
        return Run(first.owner, read, first.family, rtl=True)
    mirrored = "".join(MIRRORED.get(character, character) for character in seen)
    turned = mirrored if font(first.family).covers(mirrored) else seen
    return Run(first.owner, turned, first.family)
