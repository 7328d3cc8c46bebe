"""Where a sponsor's message is: its telling lines, and what lies between and around them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from clipping.models import Sentence
from clipping.moments.english import SPONSOR_OPENERS

_BLOCK_MS: Final = 45_000
"""Lines of one message are no further apart."""
_WHOLE_MS: Final = 30_000
NEW_SUBJECT: Final = 0.5
"""From this freshness on a sentence begins another subject."""

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]


def opens_read(item: Sentence, tokens: Sequence[str]) -> bool:
    """Whether a sponsor's message begins with a sentence."""
    inside = tokens[item.first : item.last]
    return any(
        tuple(inside[at : at + n]) in SPONSOR_OPENERS
        for at in range(len(inside))
        for n in (1, 2, 3)
    )


def within_reads(items: Sequence[Sentence], strength: dict[str, Floats]) -> Flags:
    """Sentences of a sponsor's message, and those between two of them."""
    flags: Flags = strength["sponsor"] >= 0.9
    reads = np.flatnonzero(flags)
    for one, two in pairwise(reads.tolist()):
        if items[two].span.start_ms - items[one].span.end_ms <= _BLOCK_MS:
            flags[one : two + 1] = True
    return flags


def whole_reads(told: Flags, opens: Flags, fresh: Floats, starts: Ints, ends: Ints) -> Flags:
    """The message spread over the whole of its subject, 30 s at most to either side of a line.

    Only its most telling lines are known by their words; the others praise like anybody would.
    What precedes its opening is none of it.
    """
    whole = told.copy()
    for at in np.flatnonzero(told).tolist():
        here = at
        while here > 0 and not opens[here] and fresh[here] < NEW_SUBJECT:
            here -= 1
            if ends[at] - starts[here] > _WHOLE_MS:
                break
            whole[here] = True
        here = at
        while here + 1 < len(whole) and fresh[here + 1] < NEW_SUBJECT:
            here += 1
            if ends[here] - starts[at] > _WHOLE_MS:
                break
            whole[here] = True
    return whole
