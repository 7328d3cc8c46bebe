"""Where the subject changes: silences longer than usual, and words that do not come back.

The second half follows the idea of TextTiling (Hearst 1997): where the sentences before and after
a bound share few words, a new subject begins. Needs no lexicon.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from clipping.models import Sentence, Word
from clipping.moments.english import FUNCTION_WORDS
from clipping.moments.lexicon import plain

BLOCK = 4
"""Sentences compared on either side of a bound."""

Floats = NDArray[np.float64]


def freshness(words: Sequence[Word], items: Sequence[Sentence]) -> Floats:
    """How much each sentence begins something new, 0..1; the first one is 1."""
    count = len(items)
    if count < 3:
        return np.ones(count)
    gaps = np.array([b.span.start_ms - a.span.end_ms for a, b in pairwise(items)], float)
    usual, long = np.percentile(gaps, [50, 95])
    pause = np.clip((gaps - usual) / max(250.0, long - usual), 0, 1)
    alike = _likeness(words, items)
    depth = np.clip(1 - alike / max(1e-6, float(np.percentile(alike, 75))), 0, 1)
    return np.concatenate([[1.0], 0.6 * pause + 0.4 * depth])


def _likeness(words: Sequence[Word], items: Sequence[Sentence]) -> Floats:
    """Cosine of the words in the sentences before and after each inner bound."""
    counts = [
        Counter(
            token
            for token in (plain(word.text) for word in words[item.first : item.last])
            if len(token) > 1 and token not in FUNCTION_WORDS
        )
        for item in items
    ]
    alike = []
    for bound in range(1, len(items)):
        before: Counter[str] = sum(counts[max(0, bound - BLOCK) : bound], Counter())
        after: Counter[str] = sum(counts[bound : bound + BLOCK], Counter())
        dot = sum(before[token] * times for token, times in after.items())
        size = sum(n * n for n in before.values()) * sum(n * n for n in after.values())
        alike.append(dot / size**0.5 if size else 0.0)
    return np.array(alike, float)


def unity(fresh: Floats, first: NDArray[np.int64], last: NDArray[np.int64]) -> Floats:
    """How much runs of sentences (both ends inclusive) are one subject, 0..1.

    0.5 and more: their own bounds are at least as clear as any inside them.
    """
    bounds = np.append(fresh, 1.0)
    inside = np.zeros(len(first))
    for step in range(1, int((last - first).max(initial=0)) + 1):
        at = first + step
        within = np.where(at <= last, bounds[np.minimum(at, last)], 0.0)
        inside = np.maximum(inside, within)
    own = np.minimum(bounds[first], bounds[last + 1])
    value: Floats = np.clip(0.5 + 1.2 * (own - inside), 0, 1)
    return value
