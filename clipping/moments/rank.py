"""Choosing among scored candidates: best first, without overlaps or repetitions.

The count is a ceiling, and there is a floor as well: the first moments of a talk, one per minute
of it, only have to be whole and above the lowest score; those beyond have to keep up with the best.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from clipping.moments.lexicon import telling
from clipping.moments.windows import Windows

LOWEST_SCORE: Final = 0.20
"""Nothing under this is ever a moment."""
USUAL_FLOOR: Final = 0.35
BEST_SHARE: Final = 0.60
"""Beyond the assured moments: at least the usual floor and this share of the best score."""
SAME_TEXT: Final = 0.6
"""Share of three-word runs in common from which two moments say the same."""
SAME_WORDS: Final = 0.75
"""Share of telling words in common from which the same story is told again."""
ASSURED_EVERY_MS: Final = 60_000

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Verdict:
    """Why the best candidate of a first sentence is no moment; ``rival`` indexes ``picks``."""

    candidate: int
    code: str
    rival: int | None = None


@dataclass
class Ranking:
    """Indexes of the chosen candidates, best first, and one verdict per other first sentence."""

    picks: list[int] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)


class Phrases:
    """What a talk says, word by word and three words at a time, to find what is said twice."""

    def __init__(self, tokens: Sequence[str]) -> None:
        known: dict[tuple[str, ...], int] = {}
        self._ids = np.array(
            [
                known.setdefault(tuple(tokens[at : at + 3]), len(known))
                for at in range(len(tokens) - 2)
            ],
            np.int64,
        )
        words: dict[str, int] = {}
        self._words = np.array([words.setdefault(token, len(words)) for token in tokens], np.int64)
        self._tells = telling(tokens)

    def shared(self, first: int, stop: int, firsts: Ints, stops: Ints) -> Floats:
        """Share of each candidate's phrases that also occur in words ``first`` to ``stop``."""
        said = np.unique(self._ids[first : max(first, stop - 2)])
        again, whole = _counted(np.isin(self._ids, said), firsts, stops - 2)
        share: Floats = again / np.maximum(1, whole)
        return share

    def retold(self, first: int, stop: int, firsts: Ints, stops: Ints) -> Floats:
        """How many telling words each candidate has in common with words ``first`` to ``stop``.

        As a share of its own or of theirs, whichever is more: needs no common phrase, so a story
        told again in other sentences is known as well, also beside something else.
        """
        said = np.unique(self._words[first:stop][self._tells[first:stop]])
        again, _ = _counted(self._tells & np.isin(self._words, said), firsts, stops)
        own, _ = _counted(self._tells, firsts, stops)
        share: Floats = again / np.maximum(1, np.minimum(own, len(said)))
        return share


def _counted(marked: NDArray[np.bool_], firsts: Ints, stops: Ints) -> tuple[Ints, Ints]:
    """The marked among the places from each of ``firsts`` to before its stop, and all of these."""
    running = np.concatenate([[0], np.cumsum(marked)])
    begin = np.minimum(firsts, len(marked))
    end = np.clip(stops, begin, len(marked))
    return running[end] - running[begin], end - begin


def rank(
    windows: Windows,
    scores: Floats,
    refused: NDArray[np.str_],
    word_firsts: Ints,
    phrases: Phrases,
    count: int,
    talk_ms: int,
) -> Ranking:
    """The moments among the candidates.

    ``refused`` holds a code for candidates that may not be chosen, else an empty text;
    ``incomplete`` ones are chosen after all when nothing complete is to be had.
    """
    assured = min(count, max(1, talk_ms // ASSURED_EVERY_MS))
    state = _State(windows, scores, word_firsts, phrases)
    allowed = refused == ""
    state.choose(allowed, count, assured)
    if not state.picks:
        allowed = allowed | (refused == "incomplete")
        state.choose(allowed, assured, assured)
    return Ranking(state.picks, state.verdicts(refused, count))


class _State:
    """Candidates while they are being chosen; ``lost[k]`` says why candidate k is out."""

    def __init__(
        self, windows: Windows, scores: Floats, word_firsts: Ints, phrases: Phrases
    ) -> None:
        self.windows = windows
        self.scores = scores
        self.picks: list[int] = []
        self._word_firsts = word_firsts
        self._phrases = phrases
        self._lost = np.full(len(windows), "", dtype="<U16")
        self._rival = np.full(len(windows), -1, np.int64)

    def choose(self, allowed: NDArray[np.bool_], count: int, assured: int) -> None:
        """Take the best candidate that is left until there are enough or none is good enough."""
        while len(self.picks) < count:
            left = np.where(allowed & (self._lost == ""), self.scores, -1.0)
            if not len(left):
                return
            best = int(np.argmax(left))
            if left[best] < self._floor(assured):
                return
            self._take(best)

    def _floor(self, assured: int) -> float:
        if len(self.picks) < assured or not self.picks:
            return LOWEST_SCORE
        return max(USUAL_FLOOR, BEST_SHARE * float(self.scores[self.picks[0]]))

    def _take(self, best: int) -> None:
        windows, rival = self.windows, len(self.picks)
        self.picks.append(best)
        words = int(self._word_firsts[best]), int(windows.stop[best])
        places = self._word_firsts, windows.stop
        twice = (self._phrases.shared(*words, *places) >= SAME_TEXT) | (
            self._phrases.retold(*words, *places) >= SAME_WORDS
        )
        overlap = (windows.start_ms < windows.end_ms[best]) & (
            windows.end_ms > windows.start_ms[best]
        )
        for code, out in (("overlaps_better", overlap), ("duplicate", twice)):
            new = out & (self._lost == "")
            self._lost[new] = code
            self._rival[new] = rival

    def verdicts(self, refused: NDArray[np.str_], count: int) -> list[Verdict]:
        """One verdict for each first sentence of which no candidate was chosen.

        It speaks of that sentence's best candidate: the best of those that might have been
        chosen, else the best of those refused.
        """
        chosen = {int(self.windows.first[pick]) for pick in self.picks}
        order = np.lexsort((-self.scores, refused != "", self.windows.first))
        _, heads = np.unique(self.windows.first[order], return_index=True)
        verdicts = []
        for at in order[heads].tolist():
            if int(self.windows.first[at]) in chosen:
                continue
            code, rival = str(refused[at]), None
            if not code and self._lost[at]:
                code, rival = str(self._lost[at]), int(self._rival[at])
            elif not code:
                code = "over_count" if len(self.picks) >= count else "low_score"
            verdicts.append(Verdict(at, code, rival))
        return verdicts
