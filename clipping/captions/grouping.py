"""Which words are on screen together: two to four at a time, along the phrases of the speech.

A pause, a new speaker and the end of a sentence always end a group. Between those the grouping
with the lowest cost is found by dynamic programming, so that a good break early is never paid
for with a bad one later.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from clipping.captions.scripts import clusters, spaceless

PAUSE_MS = 350
"""A silence this long inside speech is heard as a break."""
_BREATH_MS = 150
_CLUSTERS_PER_WORD = 2.6
"""Characters of spaceless text that read like one word; four words are ten characters."""
_CALM_MS, _LONG_MS = 700, 3500

_SENTENCE_END = frozenset(".!?…。！？؟।॥")
_CLAUSE_END = frozenset(",;:،؛、，；：—–")
_CLOSING = "\"'”’»)]}」』）】"
_ABBREVIATIONS = """
mr. mrs. ms. dr. prof. st. vs. e.g. i.e. fig. jr. sr. approx. vol. no.
bzw. z.b. d.h. ca. nr. hr. fr. mme.
"""
_NO_END = frozenset(_ABBREVIATIONS.split())
_FUNCTION_WORDS = """
a an the this that these those my your his her its our their to of in on at by for from with into
onto over under about as than between through and or but nor so if because while when is are was
were be am do does did don't can could will would should i'm we're you're i we you he she they it
not very no
der die das den dem des ein eine einen einem einer und oder aber im am auf zu zum zur mit von vom
für bei nach aus über unter durch ist sind war nicht sehr ich wir
le la les un une des du de d' au aux et ou mais dans en sur pour par avec sans est sont
el los las unos unas del al y o e u pero con por para sin es son se
il lo gli uno di da della delle dei nel nella su per tra ma ed
os um uma uns umas dos das em na nas nos com
het een van op te met voor
"""
LEANS_ON_NEXT = frozenset(_FUNCTION_WORDS.split())
"""Articles, prepositions, conjunctions, pronouns and auxiliaries: they belong to what follows."""


@dataclass(frozen=True)
class Token:
    """A word, or a part of a long spaceless one, with the time in which it is spoken."""

    clip_word: int
    text: str
    start_ms: int
    end_ms: int
    speaker: str | None = None
    lit_ms: int | None = None
    """When it lights up; None when there is no time to light it."""


Fits = Callable[[Sequence[str]], int]
"""Lines that the words take at full size: 1, 2, or 0 for too many."""


def group(tokens: Sequence[Token], max_words: int, fits: Fits) -> list[tuple[Token, ...]]:
    """Partition the tokens, in order, into what is shown together."""
    groups: list[tuple[Token, ...]] = []
    start = 0
    for end in range(1, len(tokens) + 1):
        if end == len(tokens) or _must_break(tokens[end - 1], tokens[end]):
            groups += _best_partition(tokens[start:end], max_words, fits)
            start = end
    return groups


def _must_break(one: Token, other: Token) -> bool:
    return (
        other.start_ms - one.end_ms > PAUSE_MS
        or one.speaker != other.speaker
        or _ends_sentence(one.text, other.text)
    )


def _ends_sentence(text: str, following: str) -> bool:
    bare = text.rstrip(_CLOSING)
    if not bare or bare[-1] not in _SENTENCE_END:
        return False
    initial = bare[-1] == "." and len(bare) == 2 and bare[0].isalpha()
    if bare.lower() in _NO_END or initial:
        return False
    return bare[-1] != "." or not following[:1].islower()


def _best_partition(tokens: Sequence[Token], max_words: int, fits: Fits) -> list[tuple[Token, ...]]:
    loads = [_load(token.text) for token in tokens]
    best: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, len(tokens) + 1):
        options: list[tuple[float, int]] = []
        load = 0.0
        for start in range(end - 1, -1, -1):
            load += loads[start]
            if end - start > 1 and load > max_words:
                break
            lines = fits([token.text for token in tokens[start:end]])
            if end - start > 1 and not lines:
                break
            cost = _cost(tokens, start, end, load, lines)
            options.append((best[start][0] + cost, start))
        best.append(min(options))
    bounds = [len(tokens)]
    while bounds[-1]:
        bounds.append(best[bounds[-1]][1])
    bounds.reverse()
    return [tuple(tokens[start:end]) for start, end in pairwise(bounds)]


def _load(text: str) -> float:
    """How much of a caption a token takes: a word is 1, spaceless text counts by characters."""
    parts = clusters(text)
    dense = sum(1 for part in parts if spaceless(part[0]))
    return dense / _CLUSTERS_PER_WORD if dense * 2 > len(parts) else 1.0


def _cost(tokens: Sequence[Token], start: int, end: int, load: float, lines: int) -> float:
    chosen = tokens[start:end]
    cost = 1.0 + _size_cost(load) + (0.35 if lines == 2 else 0.0)
    for one, other in pairwise(chosen):
        cost += 4.0 if _ends_clause(one.text) else 0.0
        cost += (other.start_ms - one.end_ms) / _BREATH_MS * 0.8
    if end < len(tokens):
        last = chosen[-1]
        following = tokens[end]
        if last.text.lower().strip(_CLOSING) in LEANS_ON_NEXT:
            cost += 2.5
        if following.clip_word == last.clip_word:
            cost += 0.5
    shown_ms = chosen[-1].end_ms - chosen[0].start_ms
    cost += max(0.0, (_CALM_MS - shown_ms) / _CALM_MS) * 1.5
    return cost + max(0.0, (shown_ms - _LONG_MS) / 1000)


def _size_cost(load: float) -> float:
    """A single word is an orphan; three are best."""
    if load < 1.5:
        return 3.0
    return 0.6 if load < 2.5 else 0.0


def _ends_clause(text: str) -> bool:
    bare = text.rstrip(_CLOSING)
    return bool(bare) and bare[-1] in _CLAUSE_END | _SENTENCE_END
