"""From verdicts to moments: integrity first, then overlaps, repetitions, floor and count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from clipping.moments.claude.answers import Drop, DropCode, Flag, Verdict
from clipping.moments.claude.finalists import Fallen, Finalist, floor_of
from clipping.moments.claude.lines import Script
from clipping.moments.claude.places import Places
from clipping.moments.claude.reading import Reading
from clipping.moments.claude.tidy import sentence
from clipping.moments.claude.wording import alike
from clipping.moments.rank import BEST_SHARE, LOWEST_SCORE, SAME_TEXT, USUAL_FLOOR
from clipping.timing import TimeSpan, timecode

SAME_IDEA: Final = 0.75
"""Share of telling words in common from which two ideas are one."""

_DROP_CODES: Final[dict[DropCode, str]] = {
    DropCode.WEAK: "low_score",
    DropCode.DUPLICATE: "duplicate",
    DropCode.NEEDS_CONTEXT: "needs_context",
    DropCode.OUT_OF_CONTEXT: "out_of_context",
    DropCode.NO_PAYOFF: "no_payoff",
    DropCode.HOUSEKEEPING: "housekeeping",
}


@dataclass(frozen=True)
class Chosen:
    """A moment to be; ``verdict`` is None when it only fills up the least number."""

    window: int
    finalist: Finalist
    score: int
    verdict: Verdict | None
    why: str = ""
    flags: tuple[Flag, ...] = ()
    """What the judge says a person has to see first."""


@dataclass
class Choice:
    """The chosen, best first, and the fallen."""

    chosen: list[Chosen] = field(default_factory=list)
    fallen: list[Fallen] = field(default_factory=list)
    filled: int = 0
    """How many of the chosen the judge found weak."""


def choose(places: Places, script: Script, entries: Sequence[Finalist], judged: Reading) -> Choice:
    """What becomes of every finalist; nothing that a judge says can overrule what is checked."""
    return _Choosing(places, script, entries).run(judged)


class _Choosing:
    """A choice in progress."""

    def __init__(self, places: Places, script: Script, entries: Sequence[Finalist]) -> None:
        self._places, self._script = places, script
        self._entries = {entry.number: entry for entry in entries}
        self._phrases = places.phrases
        self._choice = Choice()
        self._floor = floor_of(places)

    def run(self, judged: Reading) -> Choice:
        ranked: tuple[Verdict, ...] = judged.items["ranked"]
        dropped: tuple[Drop, ...] = judged.items["dropped"]
        for verdict in sorted(ranked, key=lambda one: -one.viral_score):
            self._consider(verdict)
        for drop in sorted(dropped, key=lambda one: -self._entries[one.finalist].score):
            self._drop(drop)
        named = {one.finalist for one in ranked} | {one.finalist for one in dropped}
        for number, entry in self._entries.items():
            if number not in named:
                self._fall(entry, entry.score, "not_judged", "The judge did not speak of it.")
        return self._choice

    def _consider(self, verdict: Verdict) -> None:
        entry = self._entries[verdict.finalist]
        fault = _integrity(verdict) or self._limits(verdict)
        if fault is not None:
            self._fall(entry, verdict.viral_score, *fault, verdict.flags)
            return
        window = self._cut(verdict, entry)
        fault = self._refused(entry) if window is None else None
        if window is not None:
            fault = self._repeats(window, verdict)
        if fault is not None:
            self._fall(entry, verdict.viral_score, *fault, verdict.flags)
        elif window is not None:
            chosen = Chosen(window, entry, verdict.viral_score, verdict, flags=tuple(verdict.flags))
            self._choice.chosen.append(chosen)

    def _drop(self, drop: Drop) -> None:
        """A finalist that the judge dropped; weak ones fill up the least number."""
        entry, why = self._entries[drop.finalist], sentence(drop.why)
        chosen = self._choice.chosen
        usable = drop.code is DropCode.WEAK and entry.score >= 100 * LOWEST_SCORE
        if usable and len(chosen) < self._floor:
            window = self._places.fit(*self._places.sentences(entry.window), self._taken())
            if window is not None and self._same_words(window) is None:
                lowest = min([one.score for one in chosen], default=100)
                score, flags = min(entry.score, lowest), tuple(drop.flags)
                chosen.append(Chosen(window, entry, score, None, why, flags))
                self._choice.filled += 1
                return
        because = why or "The judge gave no reason."
        self._fall(entry, entry.score, _DROP_CODES[drop.code], because, drop.flags)

    def _fall(
        self, entry: Finalist, score: int, code: str, reason: str, flags: Sequence[Flag] = ()
    ) -> None:
        first, last = self._places.sentences(entry.window)
        self._choice.fallen.append(Fallen(first, last, score, code, reason, tuple(flags)))

    def _taken(self) -> list[TimeSpan]:
        return [self._places.span(one.window) for one in self._choice.chosen]

    def _limits(self, verdict: Verdict) -> tuple[str, str] | None:
        """Whether there is no room for it, or others are so much better."""
        chosen, count = self._choice.chosen, self._places.options.count
        if len(chosen) >= count:
            return (
                "over_count",
                f"Good enough, but the {count} moments that were asked for are better.",
            )
        least = LOWEST_SCORE
        if len(chosen) >= self._floor:
            least = max(USUAL_FLOOR, BEST_SHARE * chosen[0].score / 100)
        if verdict.viral_score < 100 * least:
            because = sentence(verdict.reasoning) or "The judge gave no reason."
            return "low_score", f"The judge gives it {verdict.viral_score} of 100. {because}"
        return None

    def _cut(self, verdict: Verdict, entry: Finalist) -> int | None:
        """Where it is cut: as the judge wants it, else as it was proposed."""
        wanted = self._script.sentences(verdict.first, verdict.last)
        window = self._places.fit(*wanted, self._taken())
        if window is None:
            window = self._places.fit(*self._places.sentences(entry.window), self._taken())
        return window

    def _refused(self, entry: Finalist) -> tuple[str, str]:
        """Why it cannot be cut: a finalist is whole, so something that was chosen lies there."""
        span = self._places.span(entry.window)
        shared = [(span.overlap_ms(taken), place) for place, taken in enumerate(self._taken(), 1)]
        most_ms, place = max(shared, default=(0, 0))
        if not most_ms:
            return "overlaps_better", "There is no room for it beside what was chosen."
        other = self._named(place, self._taken()[place - 1])
        return (
            "overlaps_better",
            f"Shares {most_ms / 1000:.1f} s with {other}, which was chosen instead.",
        )

    def _named(self, place: int, span: TimeSpan) -> str:
        score = self._choice.chosen[place - 1].score
        return f"moment {place} at {timecode(span.start_ms)} (score {score})"

    def _repeats(self, window: int, verdict: Verdict) -> tuple[str, str] | None:
        """Whether something chosen says the same, in its words or by its idea."""
        same = self._same_words(window)
        if same is not None:
            return "duplicate", f"Says almost the same as {same}."
        for place, one in enumerate(self._choice.chosen, start=1):
            theirs = one.verdict.idea if one.verdict else one.finalist.idea
            named = verdict.same_idea_as == one.finalist.number
            if named or alike(verdict.idea, theirs) >= SAME_IDEA:
                other = self._named(place, self._places.span(one.window))
                return "duplicate", f"Makes the same point as {other}."
        return None

    def _same_words(self, window: int) -> str | None:
        """The chosen one that says almost the same in the same words."""
        windows = self._places.windows
        items = self._places.talk.sentences.items
        mine = windows.take(slice(window, window + 1))
        mine_first = mine.first * 0 + items[int(mine.first[0])].first
        for place, one in enumerate(self._choice.chosen, start=1):
            first = items[int(windows.first[one.window])].first
            stop = int(windows.stop[one.window])
            if float(self._phrases.shared(first, stop, mine_first, mine.stop)[0]) >= SAME_TEXT:
                return self._named(place, self._places.span(one.window))
        return None


def _integrity(verdict: Verdict) -> tuple[str, str] | None:
    """What makes a clip dishonest or useless, whatever its score."""
    if verdict.out_of_context:
        because = sentence(verdict.reasoning)
        return "out_of_context", f"Alone it says something else than in the talk. {because}".strip()
    if needs := sentence(verdict.needs):
        return "needs_context", f"A viewer would have to know: {needs}"
    if not sentence(verdict.payoff):
        return "no_payoff", "It raises something that it does not deliver."
    return None
