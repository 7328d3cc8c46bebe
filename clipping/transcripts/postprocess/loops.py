"""Words that an engine repeats because it is caught in a loop, not because somebody says them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from clipping.timing import TimeSpan, timecode
from clipping.transcripts.postprocess.seams import spoken_key
from clipping.transcripts.word_times import TimedWord

_MOST_REPEATS = {1: 10, 2: 6, 3: 5}
"""How often so many words may follow one another; people do say "no" nine times."""
_MOST_LONG_REPEATS = 4
_LONGEST_LOOP = 12


@dataclass(frozen=True)
class Loop:
    """What was left out of a loop: all repeats but the first one."""

    text: str
    repeats: int
    span: TimeSpan

    def note(self) -> str:
        """One sentence for the transcript."""
        return (
            f"{self.repeats - 1} repeats of \u201c{self.text}\u201d from "
            f"{timecode(self.span.start_ms)} on were left out: the engine was caught in a loop."
        )


def without_loops(words: Sequence[TimedWord]) -> tuple[list[TimedWord], list[Loop]]:
    """The words with each loop said once, and the loops."""
    keys = [spoken_key(word.text) for word in words]
    kept: list[TimedWord] = []
    loops: list[Loop] = []
    at = 0
    while at < len(words):
        size, repeats = _loop_at(keys, at)
        kept += words[at : at + size]
        if repeats > 1:
            left_out = words[at + size : at + size * repeats]
            text = " ".join(word.text for word in words[at : at + size])
            loops.append(Loop(text, repeats, _span(left_out)))
        at += size * repeats
    return kept, loops


def _loop_at(keys: Sequence[str], at: int) -> tuple[int, int]:
    """How many words the loop that begins here has, and how often it comes; (1, 1) for none."""
    for size in range(1, min(_LONGEST_LOOP, (len(keys) - at) // 2) + 1):
        unit = list(keys[at : at + size])
        if not any(unit):
            continue
        repeats = 1
        while list(keys[at + size * repeats : at + size * (repeats + 1)]) == unit:
            repeats += 1
        if repeats >= _MOST_REPEATS.get(size, _MOST_LONG_REPEATS):
            return size, repeats
    return 1, 1


def _span(words: Sequence[TimedWord]) -> TimeSpan:
    start = min(word.start_ms for word in words)
    return TimeSpan(start_ms=start, end_ms=max(start + 1, *(word.end_ms for word in words)))
