"""Putting a talk together: which passages, in which order, said when and how loud."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Final

from clipping.evaluation.planted import (
    WORTH_CLIPPING,
    Kind,
    Planted,
    PlantedTalk,
    Reaction,
)
from clipping.evaluation.reading import Passage, passages, read, subjects
from clipping.models import Transcript, Word
from clipping.timing import TimeSpan

_SHARES: Final = {"strong": 6, "twice": 1, "answer": 2, "weak": 3, "plain": 9}
"""How many entries of each section of its subject a talk has."""
_COMMON_SHARES: Final = {"sponsor": 2, "aside": 2}
_HEAD_MS: Final = 400
_TAIL_MS: Final = 1_200
_WORD_GAP_MS: Final = 20
_LAUGH_MS: Final = (1_200, 2_600)
# Pauses overlap on purpose: that a passage is over must not be heard in the pause alone.
_PAUSES_MS: Final = {"comma": (110, 260), "sentence": (280, 800), "passage": (350, 1_300)}
_RAISED: Final = {Kind.STRONG: 0.4, Kind.TWICE: 0.4, Kind.ANSWER: 0.3, Kind.SPONSOR: 0.4}
"""Chance that a sentence of such a passage is said louder; 0.2 elsewhere."""


def compose(
    seed: int, number: int, *, punctuated: bool = True, subject: str | None = None
) -> PlantedTalk:
    """Talk ``number`` of a set: the same seed and number give the same talk.

    Subjects take turns unless one is named. Not punctuated, the words are written as a recogniser
    writes them: in lower case and without a mark.
    """
    subject = subject or subjects()[number % len(subjects())]
    chance = Random(f"{seed} {number} {subject}")
    telling = _Telling(chance, diarised=chance.random() < 0.5)
    for group, passage in _ordered(subject, chance):
        telling.tell(group, passage)
    words = telling.words if punctuated else [_as_heard(word) for word in telling.words]
    return PlantedTalk(
        name=f"{subject} {seed}.{number}",
        transcript=Transcript(
            engine="planted",
            engine_version="1",
            language="en",
            words=tuple(words),
            chosen_because="The talk was written for an evaluation.",
        ),
        planted=tuple(telling.planted),
        sentence_firsts=frozenset(telling.sentence_firsts),
        loudness=tuple(telling.loudness),
        reactions=tuple(telling.reactions),
        duration_ms=telling.words[-1].span.end_ms + _TAIL_MS,
    )


def _ordered(subject: str, chance: Random) -> list[tuple[int, Passage]]:
    """The passages with the numbers of their groups: what is worth a clip stands apart."""
    chosen: list[tuple[int, Passage]] = []
    for source, shares in ((read(subject), _SHARES), (read(), _COMMON_SHARES)):
        for section, most in shares.items():
            entries = source[section]
            for entry in chance.sample(entries, min(most, len(entries))):
                group = len(chosen)
                chosen += [(group, passage) for passage in passages(section, entry, chance)]
    worth = [one for one in chosen if one[1].kind in WORTH_CLIPPING]
    between = [one for one in chosen if one[1].kind not in WORTH_CLIPPING]
    chance.shuffle(worth)
    chance.shuffle(between)
    _part_tellings(worth)
    body = _interleaved(worth, between, chance)
    ends = [
        passages(section, chance.choice(read()[section]), chance)[0]
        for section in ("opening", "closing")
    ]
    return [(len(chosen), ends[0]), *body, (len(chosen) + 1, ends[1])]


def _part_tellings(worth: list[tuple[int, Passage]]) -> None:
    """Move the second telling of a story to the end, and the first to the beginning."""
    told = [one for one in worth if one[1].kind is Kind.TWICE]
    for place, one in ((0, told[:1]), (len(worth) - 1, told[1:2])):
        for item in one:
            worth.remove(item)
            worth.insert(place, item)


def _interleaved(
    worth: list[tuple[int, Passage]], between: list[tuple[int, Passage]], chance: Random
) -> list[tuple[int, Passage]]:
    """At least one other passage before each that is worth a clip, the rest wherever."""
    slots: list[list[tuple[int, Passage]]] = [[one] for one in between[: len(worth)]]
    slots += [[] for _ in range(len(worth) + 1 - len(slots))]
    for one in between[len(worth) :]:
        chance.choice(slots).append(one)
    body: list[tuple[int, Passage]] = []
    for slot, one in zip(slots, worth, strict=False):
        body += [*slot, one]
    return body + slots[len(worth)]


@dataclass
class _Telling:
    """A talk while it is being told."""

    chance: Random
    diarised: bool
    now_ms: int = _HEAD_MS
    words: list[Word] = field(default_factory=list)
    planted: list[Planted] = field(default_factory=list)
    sentence_firsts: list[int] = field(default_factory=list)
    loudness: list[float] = field(default_factory=list)
    reactions: list[Reaction] = field(default_factory=list)

    def tell(self, group: int, passage: Passage) -> None:
        """Say the next passage, and what follows it."""
        first, asked = len(self.words), len(self.words)
        for at, sentence in enumerate(passage.sentences):
            self._say(sentence, passage.kind, "host" if at < passage.questions else "guest")
            if at < passage.questions:
                asked = len(self.words)
        if passage.laughed_at:
            start_ms = self.words[-1].span.end_ms + 150
            end_ms = start_ms + self.chance.randint(*_LAUGH_MS)
            self.reactions.append(Reaction(TimeSpan(start_ms=start_ms, end_ms=end_ms)))
            self.now_ms = end_ms + 150
        self._pause("passage")
        span = TimeSpan(start_ms=self.words[first].span.start_ms, end_ms=self.words[-1].span.end_ms)
        self.planted.append(Planted(passage.kind, group, first, len(self.words), asked, span))

    def _say(self, sentence: str, kind: Kind, speaker: str) -> None:
        self.sentence_firsts.append(len(self.words))
        raised = self.chance.random() < _RAISED.get(kind, 0.2)
        loud = 10 ** ((self.chance.gauss(0, 1.5) + 2.5 * raised) / 20)
        pace = self.chance.uniform(0.88, 1.12)
        for text in sentence.split():
            lasts_ms = round((120 + 45 * min(9, len(text))) * pace)
            span = TimeSpan(start_ms=self.now_ms, end_ms=self.now_ms + lasts_ms)
            self.words.append(
                Word(text=text, span=span, speaker=speaker if self.diarised else None)
            )
            self.loudness.append(loud)
            self.now_ms += lasts_ms
            if text[-1] == ",":
                self._pause("comma")
            else:
                self.now_ms += _WORD_GAP_MS
        self._pause("sentence")

    def _pause(self, kind: str) -> None:
        self.now_ms += self.chance.randint(*_PAUSES_MS[kind])


def _as_heard(word: Word) -> Word:
    return word.replace(text=word.text.strip('.,!?;:"“”').lower())
