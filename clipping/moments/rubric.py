"""The rubric: how good a candidate is, criterion by criterion. ``docs/rubric.md`` explains it.

Every criterion is 0..1, computed for all candidates at once from running sums over sentences, so
that a three-hour talk with tens of thousands of candidates takes a second.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from clipping.moments.endings import endings, payoffs
from clipping.moments.signals import ANSWER_GAP_MS
from clipping.moments.talk import Talk
from clipping.moments.topics import unity
from clipping.moments.windows import Windows

Floats = NDArray[np.float64]

WEIGHTS: Final[dict[str, float]] = {
    "hook": 0.08,
    "question": 0.07,
    "claim": 0.04,
    "contrast": 0.05,
    "story": 0.11,
    "emotion": 0.04,
    "numbers": 0.06,
    "names": 0.02,
    "address": 0.02,
    "substance": 0.12,
    "energy": 0.04,
    "dynamics": 0.02,
    "pace": 0.02,
    "pauses": 0.02,
    "laughter": 0.04,
    "payoff": 0.05,
    "unity": 0.12,
    "completeness": 0.06,
    "length": 0.02,
}
"""Each criterion's share of the score, in the order in which a clip is watched; they sum to 1."""

NEED_LEXICON: Final = frozenset({"claim", "contrast", "story", "emotion", "address"})
"""Left out, and their weight shared out, where no lexicon knows the language."""

_DENSITY: Final[dict[str, tuple[tuple[str, ...], float]]] = {
    "claim": (("claim",), 1.5),
    "contrast": (("contrast", "denial"), 1.6),
    "story": (("story", "list", "person", "past"), 2.2),
    "emotion": (("emotion",), 1.3),
    "numbers": (("number",), 1.6),
    "names": (("name",), 1.6),
    "address": (("address",), 2.0),
}
"""Signals behind a criterion, and how many per 75 words (half a minute) give 0.63."""

_DENSITY_OF_WORDS = (0.22, 0.38)
"""Share of words that say something new: idle talk, and talk that is to the point."""

OPENING_LIMIT = 0.6
"""From this much leaning on an opening cannot be understood alone."""
ENDING_LIMIT = 0.5
"""Under this an ending is not finished."""
IDEAL_MS = (20_000, 45_000)


def weights(*, english: bool) -> dict[str, float]:
    """The weights that apply, summing to 1."""
    kept = {name: w for name, w in WEIGHTS.items() if english or name not in NEED_LEXICON}
    total = sum(kept.values())
    return {name: w / total for name, w in kept.items()}


class Rubric:
    """Scores candidates of one talk."""

    def __init__(self, talk: Talk, min_ms: int, max_ms: int) -> None:
        self.talk = talk
        self.weights = weights(english=talk.english)
        self.ending = endings(talk)
        self._payoff = payoffs(talk, self.ending)
        self._ideal_ms = _ideal_ms(min_ms, max_ms)
        self._level = _centre_and_spread(talk.level_db, least=1.5)
        self._sums = {name: _running(row) for name, row in _rows(talk).items()}
        self._pace = self._usual_pace()
        self._next_question, self._answer_from = _question_maps(talk)

    def score(self, windows: Windows) -> Floats:
        """The score of each candidate, 0..1."""
        total = np.zeros(len(windows))
        for name, values in self.values(windows).items():
            total += self.weights[name] * values
        return total

    def values(self, windows: Windows) -> dict[str, Floats]:
        """Every criterion's value for each candidate, in the order of ``WEIGHTS``."""
        words = np.maximum(1.0, self._sum("words", windows))
        found = {
            "hook": self._hook(windows),
            "question": self._question(windows),
            "substance": self._substance(windows, words),
            "energy": self._energy(windows),
            "dynamics": self._dynamics(windows),
            "pace": self._pace_value(windows),
            "pauses": 8_000 * self._punches(windows) / (windows.end_ms - windows.start_ms),
            "laughter": np.minimum(1.0, self._sum("merry", windows) / 1500),
            "payoff": np.where(windows.broken, 0.0, self._payoff[windows.last]),
            "unity": unity(self.talk.fresh, windows.first, windows.last),
            "completeness": self._completeness(windows),
            "length": self._length(windows),
        }
        for name, (signals, enough) in _DENSITY.items():
            total = sum(self._sum(signal, windows) for signal in signals)
            found[name] = 1 - np.exp(-(total / words * 75) / enough)
        return {name: np.clip(found[name], 0.0, 1.0) for name in self.weights}

    def housekeeping_share(self, windows: Windows) -> Floats:
        """Share of the words that lie in greetings, calls to subscribe or sponsor reads."""
        return self._sum("chores", windows) / np.maximum(1.0, self._sum("words", windows))

    def sponsored(self, windows: Windows) -> NDArray[np.bool_]:
        """Whether a sponsor's message, or a part of one, is in it."""
        return self._sum("sponsored", windows) > 0

    def speech_share(self, windows: Windows) -> Floats:
        """Share of the span that is speech; gaps of 0.7 s and more are not."""
        quiet = self._sum("quiet", windows) - self.talk.quiet_ms[windows.last]
        quiet = quiet + self.talk.inner_quiet_ms[windows.last]
        lead = self.talk.cuts.first[windows.first] - windows.start_ms
        tail = np.maximum(0, windows.end_ms - self.talk.cuts.last[windows.last])
        outside = np.maximum(0, lead - 250) + np.maximum(0, tail - 400)
        share: Floats = 1 - (quiet + outside) / (windows.end_ms - windows.start_ms)
        return share

    def music_share(self, windows: Windows) -> Floats:
        """Share of the span that is music without words."""
        music = self._sum("music", windows) - self.talk.music_ms[windows.last]
        share: Floats = music / (windows.end_ms - windows.start_ms)
        return share

    def bed_share(self, windows: Windows) -> Floats:
        """Share of the span in which long music is heard, under words or without."""
        return self.talk.bed.share(windows.start_ms, windows.end_ms)

    def _sum(self, name: str, windows: Windows) -> Floats:
        running = self._sums[name]
        total: Floats = running[windows.last + 1] - running[windows.first]
        return total

    def _hook(self, windows: Windows) -> Floats:
        hook, starts = self.talk.text.hook, self.talk.cuts.first
        second = np.minimum(windows.first + 1, windows.last)
        soon = starts[second] - windows.start_ms <= 7_000
        return np.maximum(hook[windows.first], np.where(soon, 0.8 * hook[second], 0.0))

    def _question(self, windows: Windows) -> Floats:
        """1: asked early and answered; 0.65: asked later; 0.25: asked and not answered."""
        asked = self._next_question[windows.first]
        answer = self._answer_from[windows.first]
        inside = asked <= windows.last
        asked_at = self.talk.cuts.first[np.minimum(asked, windows.last)]
        answer_at = self.talk.cuts.first[np.minimum(answer, windows.last)]
        answered = (answer <= windows.last) & (windows.end_ms - answer_at >= 3_000)
        early = asked_at - windows.start_ms <= 12_000
        value: Floats = np.where(answered, np.where(early, 1.0, 0.65), 0.25)
        return np.where(inside, value, 0.0)

    def _substance(self, windows: Windows, words: Floats) -> Floats:
        filler = self._sum("filler", windows) / words
        chores = np.minimum(1.0, 2 * self.housekeeping_share(windows))
        hedges = self._sum("hedge", windows) / words
        low, high = _DENSITY_OF_WORDS
        told = np.clip((self._sum("telling", windows) / words - low) / (high - low), 0, 1)
        return told - chores - 5 * filler - 4 * hedges - self.bed_share(windows)

    def _level_of(self, windows: Windows) -> Floats:
        """Loudness while speaking; the silences between sentences do not count."""
        mean = self._sum("power", windows) / np.maximum(1.0, self._sum("lasts", windows))
        level: Floats = 10 * np.log10(np.maximum(mean, 1e-10))
        return level

    def _energy(self, windows: Windows) -> Floats:
        centre, spread = self._level
        value: Floats = 0.5 + (self._level_of(windows) - centre) / (2.5 * spread)
        return value

    def _dynamics(self, windows: Windows) -> Floats:
        count = windows.last - windows.first + 1
        mean = self._sum("level", windows) / count
        square = self._sum("level2", windows) / count
        inside = np.sqrt(np.maximum(0.0, square - mean * mean))
        value: Floats = 0.5 * inside / self._level[1]
        return value

    def _seconds_spoken(self, windows: Windows) -> Floats:
        span_ms = windows.end_ms - windows.start_ms
        return np.maximum(0.5, span_ms * np.maximum(0.05, self.speech_share(windows)) / 1000)

    def words_a_second(self, windows: Windows) -> Floats:
        """Pace while speaking, silences left out."""
        return self._sum("words", windows) / self._seconds_spoken(windows)

    @property
    def usual_pace(self) -> float:
        """Words a second of the talk as a whole."""
        return self._pace

    @property
    def usual_level_db(self) -> float:
        """The talk's median loudness."""
        return self._level[0]

    def louder_db(self, windows: Windows) -> Floats:
        """How much louder than the talk's median."""
        return self._level_of(windows) - self._level[0]

    def _usual_pace(self) -> float:
        """The talk's words over its length, silences left out as for a candidate."""
        cuts = self.talk.cuts
        if not len(cuts.last):
            return 1.0
        spoken_ms = cuts.last[-1] - cuts.first[0] - self._sums["quiet"][-2]
        spoken_ms -= self.talk.inner_quiet_ms[-1]
        return float(self._sums["words"][-1] / max(0.5, spoken_ms / 1000))

    def _pace_value(self, windows: Windows) -> Floats:
        ratio = self.words_a_second(windows) / max(0.1, self._pace)
        rising = 0.6 + 2.0 * (ratio - 1)
        value: Floats = np.where(ratio > 1.5, 1 - 2 * (ratio - 1.5), np.clip(rising, 0, 1))
        return value

    def _punches(self, windows: Windows) -> Floats:
        """Pauses before a short or strong sentence inside the candidate."""
        return self._sum("punch", windows) - self._sums_at("punch", windows.first)

    def _sums_at(self, name: str, at: NDArray[np.int64]) -> Floats:
        running = self._sums[name]
        value: Floats = running[at + 1] - running[at]
        return value

    def _completeness(self, windows: Windows) -> Floats:
        fresh = self.talk.fresh[windows.first]
        opening = (1 - self.talk.text.dangling[windows.first]) * (0.7 + 0.3 * fresh)
        ending = np.where(windows.broken, 0.1, self.ending[windows.last])
        fill = np.clip((self.speech_share(windows) - 0.5) / 0.4, 0, 1)
        return 0.45 * opening + 0.35 * ending + 0.2 * fill

    def _length(self, windows: Windows) -> Floats:
        low, high = self._ideal_ms
        span = (windows.end_ms - windows.start_ms).astype(float)
        off = np.maximum(0, np.maximum(low - span, span - high))
        value: Floats = 1 - off / np.maximum(5_000.0, 0.6 * high)
        return value


def _rows(talk: Talk) -> dict[str, Floats]:
    """What is summed over the sentences of a candidate, by name."""
    text = talk.text
    spans = talk.cuts.last - talk.cuts.first
    return {
        **text.strength,
        "words": text.n_words,
        "telling": text.n_telling,
        "chores": np.where(text.housekeeping, text.n_words, 0.0),
        "sponsored": text.sponsor.astype(float),
        "quiet": talk.quiet_ms,
        "music": talk.music_ms,
        "merry": talk.laughter_ms + talk.applause_ms,
        "power": np.power(10.0, talk.level_db / 10) * spans,
        "lasts": spans.astype(float),
        "level": talk.level_db,
        "level2": talk.level_db**2,
        "spoken": spans - talk.inner_quiet_ms,
        "punch": _punch_row(talk),
    }


def _punch_row(talk: Talk) -> Floats:
    before = np.concatenate([[0.0], talk.gap_ms[:-1]]) if len(talk.gap_ms) else talk.gap_ms
    strong = np.maximum(talk.text.strength["claim"], talk.text.strength["payoff"])
    telling = (talk.text.n_words <= 10) | (strong >= 0.6) | (talk.laughter_ms > 0)
    return np.where((before >= 350) & (before <= 2_000) & telling, 1.0, 0.0)


def _running(row: Floats) -> Floats:
    return np.concatenate([[0.0], np.cumsum(row)])


def _centre_and_spread(levels: Floats, least: float) -> tuple[float, float]:
    if not len(levels):
        return 0.0, least
    centre = float(np.median(levels))
    return centre, max(least, 1.4826 * float(np.median(np.abs(levels - centre))))


def _ideal_ms(min_ms: int, max_ms: int) -> tuple[float, float]:
    """The lengths that suit a short clip, moved into what the operator allows."""
    low, high = max(IDEAL_MS[0], min_ms), min(IDEAL_MS[1], max_ms)
    if low > high:
        low = high = min_ms if min_ms > IDEAL_MS[1] else max_ms
    return float(low), float(high)


def _question_maps(talk: Talk) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For each sentence the first question from it on, and where that one's answer begins.

    One past the last sentence stands for none.
    """
    items, question = talk.sentences.items, talk.text.question & ~talk.text.housekeeping
    count = len(items)
    asked = np.full(count, count, np.int64)
    answer = np.full(count, count, np.int64)
    for at in range(count - 1, -1, -1):
        if not question[at]:
            if at + 1 < count:
                asked[at], answer[at] = asked[at + 1], answer[at + 1]
            continue
        asked[at] = at
        if at + 1 < count and talk.gap_ms[at] <= ANSWER_GAP_MS:
            answer[at] = answer[at + 1] if question[at + 1] else at + 1
    return asked, answer
