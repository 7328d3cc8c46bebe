"""Lines of captions against the sound: where each word is heard, and whether it is heard at all.

Works through the recording in blocks of about half a minute, so memory does not grow with length.
Each block is aligned with its own words and, for comparison, with words from elsewhere in the same
captions. Captions that belong to the sound fit several times better than such a decoy; captions of
another video fit no better. The comparison needs no threshold for noise, microphone or accent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clipping.timing import TimeSpan
from clipping.transcripts.acoustics import FRAME_MS, Scores, acoustic_model
from clipping.transcripts.alignment import Placed, Window, align
from clipping.transcripts.captions_file import Line
from clipping.transcripts.figures import Reading
from clipping.transcripts.spoken import readings
from clipping.transcripts.voice_activity import Activity

ReadSound = Callable[[TimeSpan], NDArray[np.int16]]
"""16 kHz mono samples of a span of the source clock."""

_BLOCK_MS = 30_000
_MARGIN_MS = 4_500
_SLACKS_MS = (1_200, 4_000)
"""How far outside its line's times a word is looked for: first, and when that goes badly."""
_GOOD_MISFIT = 45.0
_MISSING_MISFIT = 80.0
_HOPELESS_MISFIT = 100.0
_DECOYS = 3
_CLEARLY_BETTER = 0.6
_LEAST_TOKENS = 6
_LIMIT_BY_TOKENS = (60, 300), (0.8, 0.9)
"""Own misfit over the decoys': right captions have 0.2 to 0.55, and up to 0.75 in loud noise or
music; wrong ones 0.83 to 1.1 with fifty words, and closer to 1 with more."""


@dataclass(frozen=True)
class Token:
    """A word of the captions, with its place in them."""

    line: int
    place: int
    """Number of its line, and its own number within the line."""
    readings: tuple[Reading, ...]


@dataclass
class Fit:
    """How well captions match the sound, summed over blocks."""

    own: float = 0.0
    decoy: float = 0.0
    tokens: int = 0
    missing: int = 0

    @property
    def ratio(self) -> float:
        """Own misfit over the decoys'."""
        return self.own / self.decoy if self.decoy else 0.0

    @property
    def belongs(self) -> bool | None:
        """Whether the words are those of the sound; None when there are too few to tell."""
        if self.tokens < _LEAST_TOKENS:
            return None
        return self.ratio <= float(np.interp(self.tokens, *_LIMIT_BY_TOKENS))


def tokens_of(lines: Sequence[Line]) -> list[Token]:
    """All words of the lines with the ways to say them."""
    found: list[Token] = []
    for number, line in enumerate(lines):
        before = ""
        for place, text in enumerate(line.tokens):
            after_currency = before.startswith(("$", "€", "£"))
            found.append(Token(number, place, readings(text, after_currency)))
            before = text
    return found


@dataclass(frozen=True)
class _Block:
    first: int
    last: int
    span: TimeSpan


class Placer:
    """Finds the words of captions in a recording's sound."""

    def __init__(
        self, lines: Sequence[Line], activity: Activity, read_sound: ReadSound, duration_ms: int
    ) -> None:
        self._lines = lines
        self._activity = activity
        self._read = read_sound
        self._duration_ms = duration_ms
        self.tokens = tokens_of(lines)
        self.fit = Fit()

    def place(self, on_progress: Callable[[float], None]) -> list[Placed | None]:
        """Times of every token on the source clock, None for those not heard."""
        placed: list[Placed | None] = [None] * len(self.tokens)
        for block in self._blocks():
            for place, found in self._place_block(block):
                placed[place] = found
            on_progress(block.span.end_ms / self._duration_ms)
        return placed

    def sample(self, count: int) -> Fit:
        """How well ``count`` blocks from all over the recording fit."""
        blocks = list(self._blocks())
        chosen = np.unique(np.linspace(0, len(blocks) - 1, min(count, len(blocks))).astype(int))
        for index in chosen:
            for _ in self._place_block(blocks[index]):
                pass
        return self.fit

    def _blocks(self) -> Iterator[_Block]:
        """Lines in groups, cut where the captions pause if they do."""
        lines = list(self._lines)
        first = 0
        while first < len(lines):
            last = first + 1
            end = max(lines[first].start_ms + 1, lines[first].end_ms)
            while last < len(lines) and lines[last].end_ms - lines[first].start_ms <= _BLOCK_MS:
                end = max(end, lines[last].end_ms)
                last += 1
            start = max(0, min(lines[first].start_ms, self._duration_ms - 1) - _MARGIN_MS)
            end = min(max(end, start + 1) + _MARGIN_MS, self._duration_ms)
            yield _Block(first, last, TimeSpan(start_ms=start, end_ms=max(end, start + 1)))
            first = last

    def _place_block(self, block: _Block) -> Iterator[tuple[int, Placed | None]]:
        inside = [
            place for place, token in enumerate(self.tokens) if self._reaches(token.line, block)
        ]
        own = [place for place in inside if block.first <= self.tokens[place].line < block.last]
        if not own:
            return
        samples = self._read(block.span)
        scores = acoustic_model().scores(samples)
        levels = self._activity.levels(block.span)
        found: dict[int, Placed | None] = {}
        cost, slack_ms = np.inf, 0
        for wider_ms in _SLACKS_MS:
            attempt = self._aligned(scores, levels, inside, inside, block, wider_ms)
            tried = _misfit([attempt[place] for place in own])
            if tried < cost:
                found, cost, slack_ms = attempt, tried, wider_ms
            if cost <= _GOOD_MISFIT:
                break
        self._compare(scores, levels, inside, own, block, cost, slack_ms)
        self.fit.tokens += len(own)
        self.fit.missing += sum(found[place] is None for place in own)
        for place in own:
            one = found[place]
            heard = one is not None and one.misfit <= _HOPELESS_MISFIT
            yield place, _shifted(one, block.span.start_ms) if one and heard else None

    def _reaches(self, line: int, block: _Block) -> bool:
        """Lines of the block, and neighbours of which most lies in its margins."""
        if block.first <= line < block.last:
            return True
        middle = (self._lines[line].start_ms + self._lines[line].end_ms) // 2
        return block.span.contains(max(0, middle))

    def _compare(
        self,
        scores: Scores,
        levels: NDArray[np.float32],
        inside: Sequence[int],
        own: Sequence[int],
        block: _Block,
        cost: float,
        slack_ms: int,
    ) -> None:
        """Add how well the block's words fit, and how well others do under the same freedom."""
        tried = []
        for elsewhere in self._elsewhere(inside)[:_DECOYS]:
            decoy = self._aligned(scores, levels, inside, elsewhere, block, slack_ms)
            tried.append(_misfit([decoy[place] for place in own]))
            if cost < _CLEARLY_BETTER * tried[0]:
                break
        self.fit.own += cost * len(own)
        self.fit.decoy += float(np.mean(tried)) * len(own)

    def _elsewhere(self, places: Sequence[int]) -> list[list[int]]:
        """Tokens to compare with: as many from other parts of the captions, the best choice first.

        The same tokens backwards come first where captions repeat themselves throughout.
        """
        count = len(self.tokens)
        choices = [[(place + count // part) % count for place in places] for part in (2, 3, 5, 7)]
        choices.append(list(reversed(places)))
        return sorted(choices, key=lambda others: self._alike(places, others))

    def _alike(self, places: Sequence[int], others: Sequence[int]) -> int:
        return sum(
            self.tokens[place].readings == self.tokens[other].readings
            for place, other in zip(places, others, strict=True)
        )

    def _aligned(
        self,
        scores: Scores,
        levels: NDArray[np.float32],
        places: Sequence[int],
        texts: Sequence[int],
        block: _Block,
        slack_ms: int,
    ) -> dict[int, Placed | None]:
        windows = [self._window(self.tokens[place].line, block, slack_ms) for place in places]
        said = [self.tokens[text].readings for text in texts]
        return dict(zip(places, align(scores, levels, said, windows), strict=True))

    def _window(self, line: int, block: _Block, slack_ms: int) -> Window:
        start = self._lines[line].start_ms - slack_ms - block.span.start_ms
        end = self._lines[line].end_ms + slack_ms - block.span.start_ms
        return Window(start // FRAME_MS, end // FRAME_MS)


def _misfit(placed: Sequence[Placed | None]) -> float:
    return float(np.mean([one.misfit if one else _MISSING_MISFIT for one in placed]))


def _shifted(placed: Placed, by_ms: int) -> Placed:
    return Placed(placed.start_ms + by_ms, placed.end_ms + by_ms, placed.misfit)
