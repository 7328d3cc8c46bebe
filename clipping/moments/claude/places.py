"""Where a clip can be cut: a model's sentence numbers become a whole span, or none.

A model only points at sentences. What is cut is always a candidate of the local machinery that
the rubric would not refuse either: whole sentences, a clean opening, no answer without its
question, no ending that leaves the viewer hanging.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from clipping.models import DetectOptions
from clipping.moments.lexicon import plain
from clipping.moments.rank import Phrases, rank
from clipping.moments.rubric import Rubric
from clipping.moments.selection import assess, refusal, speech_ms
from clipping.moments.sentences import Break
from clipping.moments.talk import Talk
from clipping.moments.windows import Windows, enumerate_windows
from clipping.timing import TimeSpan

MOST_ADDED_MS: Final = 20_000
"""How much may be added around what was pointed at, beyond what the shortest clip asks for."""
LEAST_KEPT: Final = 0.6
"""Of what was pointed at, when its beginning has to be left out."""
_LATER_COSTS: Final = 2.0
"""A sentence after the ending does more harm than one before the beginning."""
ANSWERS_FOR_MS: Final = 30_000
"""What is said so soon after a question answers it, and cannot open a clip without it."""
EDGE_MS: Final = 45_000
"""How far from a talk's ends it may still begin, or end already."""
_BARRED: Final = "housekeeping"

Flags = NDArray[np.bool_]


class Places:
    """The candidates of one talk, and which of them may become clips."""

    def __init__(self, talk: Talk, options: DetectOptions, asides: Iterable[int] = ()) -> None:
        """``asides`` are sentences that belong to no clip: sponsors, housekeeping, intros."""
        self.talk = talk
        self.options = options
        self.windows: Windows = enumerate_windows(talk, options.min_ms, options.max_ms)
        self.rubric = Rubric(talk, options.min_ms, options.max_ms)
        self.scores, self._refused = assess(self.windows, self.rubric)
        self._asides = _marked(asides, len(talk.sentences.items)) | _edges(talk)
        inner = np.concatenate([[0], np.cumsum(self._asides)])
        barred = inner[self.windows.last + 1] > inner[self.windows.first]
        self._refused = np.where((self._refused == "") & barred, _BARRED, self._refused)
        self._answering = _answering(talk)
        self._allowed: Flags = (
            (self._refused == "")
            & _whole(talk, self.windows)
            & ~self._answering[self.windows.first]
        )

    def span(self, window: int) -> TimeSpan:
        """Where a candidate would be cut."""
        start_ms, end_ms = int(self.windows.start_ms[window]), int(self.windows.end_ms[window])
        return TimeSpan(start_ms=start_ms, end_ms=end_ms)

    def sentences(self, window: int) -> tuple[int, int]:
        """Its first and its last sentence."""
        return int(self.windows.first[window]), int(self.windows.last[window])

    def fit(self, first: int, last: int, taken: Sequence[TimeSpan] = ()) -> int | None:
        """The candidate that serves sentences ``first`` to ``last`` best; None when none does.

        It holds all of them and as little else as possible, beginning earlier rather than ending
        later. Only when no such one is allowed the beginning is left out, never the ending.
        """
        windows = self.windows
        allowed = self._allowed & ~_overlapping(windows, taken)
        earlier, later = first - windows.first, windows.last - last
        said_ms = self._said_ms(first, last)
        most_ms = max(said_ms + MOST_ADDED_MS, self.options.min_ms + MOST_ADDED_MS)
        near = windows.end_ms - windows.start_ms <= most_ms
        around = allowed & near & (earlier >= 0) & (later >= 0)
        found = self._cheapest(around, earlier + _LATER_COSTS * later)
        if found is not None:
            return found
        cuts = self.talk.cuts
        kept_ms = cuts.last[last] - cuts.first[windows.first]
        tail = allowed & near & (later >= 0) & (kept_ms >= LEAST_KEPT * said_ms)
        return self._cheapest(tail & (earlier < 0), -earlier + _LATER_COSTS * later)

    def why_not(self, first: int, last: int) -> tuple[str, str]:
        """The code and the sentence that say why nothing serves sentences ``first`` to ``last``."""
        windows, options = self.windows, self.options
        lasts_s = self._said_ms(first, last) / 1000
        if lasts_s * 1000 > options.max_ms:
            return "too_long", f"It takes {lasts_s:.1f} s, and a clip {options.max_ms / 1000:g} s."
        exact = np.flatnonzero((windows.first == first) & (windows.last == last))
        if not len(exact):
            return (
                "too_short",
                f"It takes {lasts_s:.1f} s, a clip needs {options.min_ms / 1000:g} s, and what"
                " stands beside it does not go with it.",
            )
        code = str(self._refused[exact[0]])
        if self._asides[first : last + 1].any():
            return _BARRED, "Part of it is a sponsor's message, housekeeping or an introduction."
        if not code and self._answering[first]:
            return "incomplete", "It opens within an answer and leaves out its question."
        if not code:
            return "incomplete", "It begins or ends in the middle of a sentence."
        return code, refusal(self.rubric, windows.take(exact[:1]), code)

    def best_by_rubric(self, count: int) -> list[int]:
        """The candidates that the rubric alone would choose, best first."""
        firsts = np.array([item.first for item in self.talk.sentences.items], np.int64)
        codes = np.where(self._allowed, "", "incomplete_here")
        found = rank(
            self.windows,
            self.scores,
            codes.astype("<U16"),
            firsts[self.windows.first],
            self.phrases,
            count,
            speech_ms(self.talk),
        )
        return found.picks

    @cached_property
    def phrases(self) -> Phrases:
        """The talk's runs of three words."""
        return Phrases([plain(word.text) for word in self.talk.words])

    def _said_ms(self, first: int, last: int) -> int:
        return int(self.talk.cuts.last[last] - self.talk.cuts.first[first])

    def _cheapest(self, among: Flags, costs: NDArray[np.float64]) -> int | None:
        which = np.flatnonzero(among)
        if not len(which):
            return None
        order = np.lexsort((which, -self.scores[which], costs[which]))
        return int(which[order[0]])


def _marked(places: Iterable[int], count: int) -> Flags:
    flags = np.zeros(count, bool)
    flags[list(places)] = True
    return flags


def _whole(talk: Talk, windows: Windows) -> Flags:
    """Which candidates neither begin nor end inside what somebody said as one sentence.

    Before an "and" or a "so" without a pause a sentence may end, and more often than not it does.
    A model that points there may still be wrong, and nobody would hear that it was.
    """
    unsure = {Break.MARKER, Break.LENGTH}
    cut = np.array([why in unsure for why in talk.sentences.breaks], bool)
    begins_inside = np.concatenate([[False], cut[:-1]])[: len(cut)]
    whole: Flags = ~windows.broken & ~begins_inside[windows.first] & ~cut[windows.last]
    return whole


def _answering(talk: Talk) -> Flags:
    """Sentences that answer a question: up to the next one, another voice or half a minute later.

    Who says them does not matter, and whether they begin a story neither: it answers as well.
    """
    items, flags = talk.sentences.items, np.zeros(len(talk.sentences.items), bool)
    voices = [talk.words[item.first].speaker for item in items]
    for at in np.flatnonzero(talk.text.answer).tolist():
        until_ms = items[at].span.start_ms + ANSWERS_FOR_MS
        for inside in range(at, len(items)):
            over = items[inside].span.start_ms >= until_ms or voices[inside] != voices[at]
            if over or (inside > at and talk.text.question[inside]):
                break
            flags[inside] = True
    return flags


def _edges(talk: Talk) -> Flags:
    """What is said up to a greeting at the beginning of a talk, and from a farewell at its end."""
    items, chores = talk.sentences.items, talk.text.housekeeping
    flags = np.zeros(len(items), bool)
    if not items:
        return flags
    greeted_ms = items[0].span.start_ms + EDGE_MS
    parted_ms = items[-1].span.end_ms - EDGE_MS
    greets = [at for at in np.flatnonzero(chores) if items[at].span.end_ms <= greeted_ms]
    parts = [at for at in np.flatnonzero(chores) if items[at].span.start_ms >= parted_ms]
    flags[: max(greets, default=-1) + 1] = True
    flags[min(parts, default=len(items)) :] = True
    return flags


def _overlapping(windows: Windows, taken: Sequence[TimeSpan]) -> Flags:
    flags = np.zeros(len(windows), bool)
    for span in taken:
        flags |= (windows.start_ms < span.end_ms) & (windows.end_ms > span.start_ms)
    return flags
