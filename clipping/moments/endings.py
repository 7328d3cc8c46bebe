"""How good each sentence is as the last one of a clip: finished, and rewarding."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from clipping.moments.english import DANGLING_OPENINGS, HANGING, REPLIES
from clipping.moments.lexicon import plain
from clipping.moments.sentences import Break
from clipping.moments.talk import Talk

Floats = NDArray[np.float64]

_ENDING: Final[dict[Break, float]] = {
    Break.MARK: 1.0,
    Break.SPEAKER: 0.9,
    Break.PAUSE: 0.85,
    Break.MARKER: 0.7,
    Break.LENGTH: 0.2,
}


def endings(talk: Talk) -> Floats:
    """How finished a clip is that ends with each sentence, 0..1."""
    items, text = talk.sentences.items, talk.text
    value = np.array([_ENDING[why] for why in talk.sentences.breaks], float)
    for at, item in enumerate(items):
        followed = at + 1 < len(items)
        if talk.english and plain(talk.words[item.last - 1].text) in HANGING:
            value[at] *= 1.0 if talk.sentences.breaks[at] is Break.MARK else 0.4
        if text.question[at] and followed:
            value[at] *= 0.3
        if talk.english and _only_replies(talk, at):
            value[at] *= 0.55
        if text.setup[at]:
            value[at] *= 0.4
        if text.housekeeping[at]:
            value[at] *= 0.4
        if followed and talk.english and talk.gap_ms[at] < 1_500:
            value[at] *= _carried_on(talk, at + 1)
    return value


def _only_replies(talk: Talk, at: int) -> bool:
    """Whether a short sentence only shows that somebody listens ("Yeah. Wow.")."""
    item = talk.sentences.items[at]
    words = talk.words[item.first : item.last]
    return len(words) <= 3 and all(plain(word.text) in REPLIES for word in words)


def _carried_on(talk: Talk, following: int) -> float:
    """Less than 1 when the next sentence goes on with the same thought ("Because ...")."""
    item = talk.sentences.items[following]
    opening = tuple(plain(word.text) for word in talk.words[item.first : item.first + 1])
    return 0.75 if DANGLING_OPENINGS.get(opening, 0.0) >= 1.0 else 1.0


def payoffs(talk: Talk, ending: Floats) -> Floats:
    """How rewarding each sentence is as the last one heard, 0..1."""
    text, count = talk.text, len(talk.sentences.items)
    own = np.minimum(1.0, text.strength["payoff"])
    before = np.concatenate([[0.0], own[:-1]]) if count else own
    merry = ((talk.laughter_ms + talk.applause_ms) > 0).astype(float)
    exclaimed = np.array(
        [item.text.rstrip("\"'”»)").endswith("!") for item in talk.sentences.items]
    )
    parts = [
        own,
        0.4 * before,
        merry,
        0.6 * np.minimum(1.0, text.strength["claim"]),
        0.4 * np.minimum(1.0, text.strength["emotion"]),
        0.4 * exclaimed.astype(float),
        np.full(count, 0.2),
    ]
    best: Floats = np.max(np.array(parts), axis=0)
    rests = 0.25 * np.append(talk.fresh[1:], 1.0)[:count]
    return np.minimum(1.0, best + rests) * np.clip(ending / 0.7, 0, 1)
