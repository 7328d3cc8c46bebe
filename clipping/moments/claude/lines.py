"""A talk as Claude reads it: whole sentences with numbers, their speakers, and what is heard.

What was cut for its length alone is one line again, so no number stands for half a sentence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from clipping.models import SoundEvent, SoundKind
from clipping.moments.claude.tidy import tidy, tokens
from clipping.moments.lexicon import join
from clipping.moments.reactions import LEAST_STRENGTH
from clipping.moments.sentences import Break
from clipping.moments.talk import Talk

LONG_SILENCE_MS: Final = 2_000
_LEAST_SOUND_MS: Final = 400
_LONGEST_LINE: Final = 2_000
"""Letters shown of one sentence; more is no sentence but a failure to find its end."""
_LONGEST_NAME: Final = 40


@dataclass(frozen=True)
class Line:
    """One whole sentence: the talk's sentences ``first`` to ``last``, both inclusive.

    ``turn`` counts changes of the speaker. ``text`` is as it is shown, sounds included.
    """

    number: int
    first: int
    last: int
    turn: int
    speaker: str | None
    start_ms: int
    end_ms: int
    text: str

    @cached_property
    def tokens(self) -> int:
        """What it takes in a prompt, about."""
        return tokens(self.text) + 4


@dataclass(frozen=True)
class Script:
    """All lines of a talk; their numbers count from 1."""

    lines: tuple[Line, ...]

    @cached_property
    def _of_sentence(self) -> tuple[int, ...]:
        return tuple(line.number for line in self.lines for _ in range(line.first, line.last + 1))

    def has(self, first: int, last: int) -> bool:
        """Whether both numbers exist and are in order."""
        return 1 <= first <= last <= len(self.lines)

    def sentences(self, first: int, last: int) -> tuple[int, int]:
        """The talk's first and last sentence of a run of lines."""
        return self.lines[first - 1].first, self.lines[last - 1].last

    def numbers(self, first: int, last: int) -> tuple[int, int]:
        """The line numbers of a run of the talk's sentences."""
        return self._of_sentence[first], self._of_sentence[last]

    def shown(self, first: int, last: int) -> str:
        """Lines ``first`` to ``last`` as text, with a heading wherever another speaker begins."""
        rows: list[str] = []
        speaker: str | None = None
        for line in self.lines[first - 1 : last]:
            if line.speaker is not None and line.speaker != speaker:
                speaker = line.speaker
                rows.append(f"[{speaker}]")
            rows.append(f"{line.number} {line.text}")
        return "\n".join(rows)


def script_of(talk: Talk, sounds: Sequence[SoundEvent]) -> Script:
    """The talk's sentences as numbered lines."""
    lines: list[Line] = []
    first, turn, speaking = 0, 0, None
    items = talk.sentences.items
    for at, why in enumerate(talk.sentences.breaks):
        if why is Break.LENGTH and at + 1 < len(items):
            continue
        speaker = _speaker(talk, items[first].first, items[at].last)
        if speaker is not None:
            turn += speaking is not None and speaker != speaking
            speaking = speaker
        text = tidy(join([item.text for item in items[first : at + 1]]), _LONGEST_LINE)
        lines.append(
            Line(
                number=len(lines) + 1,
                first=first,
                last=at,
                turn=turn,
                speaker=speaker,
                start_ms=items[first].span.start_ms,
                end_ms=items[at].span.end_ms,
                text=" ".join([text, *_heard(talk, first, at, sounds)]),
            )
        )
        first = at + 1
    return Script(tuple(lines))


def _speaker(talk: Talk, first: int, stop: int) -> str | None:
    named = (word.speaker for word in talk.words[first:stop] if word.speaker is not None)
    found = next(named, None)
    return None if found is None else tidy(found, _LONGEST_NAME) or None


def _heard(talk: Talk, first: int, last: int, sounds: Sequence[SoundEvent]) -> list[str]:
    """What is heard in and after sentences ``first`` to ``last``, each in round brackets."""
    amounts = {
        "laughter": talk.laughter_ms[first : last + 1].sum(),
        "applause": talk.applause_ms[first : last + 1].sum(),
        "music": talk.music_ms[first : last + 1].sum(),
        "shouting": _shouted_ms(talk, first, last, sounds),
    }
    if last + 1 < len(talk.sentences.items) and not amounts["music"]:
        gap_ms = float(talk.gap_ms[last])
        amounts["silence"] = gap_ms if gap_ms >= LONG_SILENCE_MS else 0
    return [
        f"({name} {ms / 1000:.0f} s)" if ms >= 1_500 else f"({name})"
        for name, ms in amounts.items()
        if ms >= _LEAST_SOUND_MS
    ]


def _shouted_ms(talk: Talk, first: int, last: int, sounds: Sequence[SoundEvent]) -> int:
    start_ms = talk.sentences.items[first].span.start_ms
    end_ms = talk.sentences.items[last].span.end_ms
    return sum(
        max(0, min(end_ms, event.span.end_ms) - max(start_ms, event.span.start_ms))
        for event in sounds
        if event.kind is SoundKind.SHOUTING and event.strength >= LEAST_STRENGTH
    )
