"""A talk of which it is known where the moments are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from clipping.models import Transcript
from clipping.timing import TimeSpan


class Kind(StrEnum):
    """What a passage of a planted talk is."""

    STRONG = "strong"
    """Stands alone, and a viewer would send it to a friend."""
    TWICE = "twice"
    """As strong, and told a second time elsewhere in almost the same words."""
    ANSWER = "answer"
    """A question and its answer, which is strong with the question and makes no sense without."""
    WEAK = "weak"
    """Sounds like a story or an opinion, and goes nowhere."""
    PLAIN = "plain"
    """Competent information."""
    SPONSOR = "sponsor"
    HOUSEKEEPING = "housekeeping"
    """Greetings, thanks and notices."""
    ASIDE = "aside"
    """The speaker looks for the thread."""


WORTH_CLIPPING = frozenset({Kind.STRONG, Kind.TWICE, Kind.ANSWER})


@dataclass(frozen=True)
class Planted:
    """A passage: words ``first`` up to, not including, ``last``.

    ``group`` is shared by tellings of the same story; ``question_last`` is one past the last word
    of the question, ``first`` where the passage has none.
    """

    kind: Kind
    group: int
    first: int
    last: int
    question_last: int
    span: TimeSpan


@dataclass(frozen=True)
class Reaction:
    """Laughter that is heard in ``span``."""

    span: TimeSpan


@dataclass(frozen=True)
class PlantedTalk:
    """A talk with its words and passages in order, which together cover all words.

    ``sentence_firsts`` are the words that begin a sentence; ``loudness`` is one factor per word.
    """

    name: str
    transcript: Transcript
    planted: tuple[Planted, ...]
    sentence_firsts: frozenset[int]
    loudness: tuple[float, ...]
    reactions: tuple[Reaction, ...]
    duration_ms: int

    def of_kind(self, kinds: Iterable[Kind]) -> list[Planted]:
        """The passages of these kinds, in order."""
        wanted = set(kinds)
        return [one for one in self.planted if one.kind in wanted]

    def words_in(self, span: TimeSpan) -> tuple[int, int]:
        """The words whose middle lies in a span, as ``first`` to before ``last``."""
        inside = [
            at
            for at, word in enumerate(self.transcript.words)
            if span.contains((word.span.start_ms + word.span.end_ms) // 2)
        ]
        return (inside[0], inside[-1] + 1) if inside else (0, 0)
