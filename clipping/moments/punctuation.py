"""Which punctuation ends a sentence, in the scripts that captions come in."""

from __future__ import annotations

import re
from collections.abc import Sequence

from clipping.models import Word
from clipping.moments.english import DISCOURSE_MARKERS
from clipping.moments.lexicon import plain

_TERMINAL = ".!?…。！？؟۔।॥｡\u037e"
_ASKING = "?？؟\u037e"
CLOSERS = "\"'”’»)]}」』）】*_"
_OPENERS = "\"'“‘«([{「『（【¿¡*_-–—"
_ABBREVIATIONS = frozenset(
    {"mr", "mrs", "ms", "dr", "prof", "st", "sr", "jr", "gen", "col", "lt", "sgt", "capt", "rev"}
    | {"hon", "pres", "gov", "sen", "rep", "vs", "e.g", "i.e", "eg", "ie", "cf", "approx", "mt"}
    | {"mme", "mlle", "hr", "fr", "sra", "dra", "nr", "bzw", "z.b", "d.h", "viz", "ca"}
)
_MAY_END = frozenset({"etc", "inc", "ltd", "co", "corp", "a.m", "p.m", "am", "pm", "u.s", "u.k"})
_BEFORE_NUMBER = frozenset({"no", "fig", "vol", "p", "pp", "ch", "sec", "art", "nos", "op"})


def asks(text: str) -> bool:
    """Whether the text ends with a question mark of any script, closing quotes aside."""
    bare = text.rstrip().rstrip(CLOSERS)
    return bool(bare) and bare[-1] in _ASKING


def marks_of(words: Sequence[Word]) -> list[bool]:
    """Whether each word ends a sentence by its punctuation."""
    texts = [word.text.strip() for word in words]
    last = len(words) - 1
    starts = [_starts_low(text) for text in texts]
    cased = sum(starts) < 0.97 * max(1, len(starts))
    marks = [False] * len(words)
    for at, text in enumerate(texts):
        bare = text.rstrip(CLOSERS)
        if not bare or bare[-1] not in _TERMINAL:
            continue
        if at == last:
            marks[at] = True
        else:
            gap_ms = words[at + 1].span.start_ms - words[at].span.end_ms
            opens = at == 0 or marks[at - 1]
            marks[at] = _ends(bare, text, texts[at + 1], gap_ms, opens=opens, cased=cased)
    return marks


def _ends(bare: str, text: str, following: str, gap_ms: int, *, opens: bool, cased: bool) -> bool:
    """Whether ``bare``, which ends with a terminal mark, also ends its sentence."""
    low_follows = cased and _starts_low(following)
    if bare.endswith(("..", "…")):
        return gap_ms >= 500 or (cased and not low_follows and plain(following) != "i")
    if bare[-1] != ".":
        quoted = text != bare
        return not (low_follows and (quoted or bare[-1] in "?!") and gap_ms < 500)
    return _full_stop_ends(bare, following, gap_ms, opens=opens, low_follows=low_follows)


def _full_stop_ends(
    bare: str, following: str, gap_ms: int, *, opens: bool, low_follows: bool
) -> bool:
    stem = bare.rstrip(".").lstrip(_OPENERS)
    low = stem.lower()
    number_follows = following.lstrip(_OPENERS)[:1].isdigit()
    if low in _ABBREVIATIONS:
        return False
    if low in _BEFORE_NUMBER or stem[-1:].isdigit():
        return not number_follows and not (opens and stem.isdigit() and len(stem) <= 2)
    if len(stem) == 1 and stem.isalpha() and stem.isupper() and stem != "I":
        return False
    if low in _MAY_END or re.fullmatch(r"(\w\.)+\w", low):
        return gap_ms >= 500 or (not low_follows and plain(following) in DISCOURSE_MARKERS)
    return not (low_follows and gap_ms < 700)


def _starts_low(text: str) -> bool:
    """Whether the word begins with a small letter; digits and caseless scripts do not."""
    return text.lstrip(_OPENERS)[:1].islower()
