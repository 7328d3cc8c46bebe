"""All ways a line of text can sound, as a network of acoustic states.

Junctions are numbered; an arc leads from one junction to another through a chain of states, each
10 ms or longer. Junction ``k`` stands before token ``k``; at every such junction there may be
silence, and sounds that no caption wrote down. Numbers have junctions of their own inside.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from clipping.transcripts.acoustics import SILENCE, STATES_PER_PHONE, phones
from clipping.transcripts.figures import Reading
from clipping.transcripts.pronunciation import Pronunciation, pronunciations

NO_TOKEN = -1
ANY_SPEECH = -1
"""Stands in place of a senone for "whatever is said"."""

_MOST_PRONUNCIATIONS = 5
_FRAMES_PER_LETTER = 3


@dataclass
class Lattice:
    """The network, states in the order of their arcs; all lists have one entry per state."""

    tokens: int
    junctions: int = 0
    senone: list[int] = field(default_factory=list)
    token: list[int] = field(default_factory=list)
    """The token a state belongs to, or ``NO_TOKEN`` for silence and unwritten speech."""
    before: list[int] = field(default_factory=list)
    """The state before it in its arc, or -1 for the first."""
    enters: list[int] = field(default_factory=list)
    """For the first state of an arc the junction it leaves, else -1."""
    exits: dict[int, list[int]] = field(default_factory=dict)
    """Junction -> last states of the arcs that lead there."""
    unwritten: list[int] = field(default_factory=list)
    """First states of arcs of unwritten speech."""
    silences: list[int] = field(default_factory=list)
    """First states of arcs of silence."""

    def junction(self) -> int:
        """A new junction inside a token."""
        self.junctions += 1
        return self.junctions - 1

    def arc(self, start: int, end: int, senones: Sequence[int], token: int) -> int:
        """A chain of states from one junction to another; gives its first state."""
        first = len(self.senone)
        for step, senone in enumerate(senones):
            self.senone.append(int(senone))
            self.token.append(token)
            self.before.append(first + step - 1 if step else -1)
            self.enters.append(-1 if step else start)
        self.exits.setdefault(end, []).append(len(self.senone) - 1)
        return first


def build(tokens: Sequence[Sequence[Reading]]) -> Lattice:
    """The network of tokens, each given by the ways to read it.

    A token without a reading that can be pronounced becomes a stretch of any speech.
    """
    lattice = Lattice(tokens=len(tokens), junctions=len(tokens) + 1)
    silence = _senones_of_silence()
    for place in range(len(tokens) + 1):
        lattice.silences.append(lattice.arc(place, place, silence, NO_TOKEN))
        lattice.unwritten.append(
            lattice.arc(place, place, [ANY_SPEECH] * STATES_PER_PHONE, NO_TOKEN)
        )
    for place, choices in enumerate(tokens):
        spoken = [
            words
            for words in ([pronunciations(word) for word in reading] for reading in choices)
            if words and all(words)
        ]
        for words in spoken:
            _add_reading(lattice, place, words)
        if not spoken:
            letters = sum(map(len, choices[0])) if choices else 1
            lattice.arc(place, place + 1, [ANY_SPEECH] * (_FRAMES_PER_LETTER * letters), place)
    return lattice


def _add_reading(lattice: Lattice, place: int, words: Sequence[Sequence[Pronunciation]]) -> None:
    start = place
    for number, choices in enumerate(words):
        last = number == len(words) - 1
        end = place + 1 if last else lattice.junction()
        for sounds in choices[:_MOST_PRONUNCIATIONS]:
            lattice.arc(start, end, senones_of(sounds), place)
        if not last:
            lattice.arc(end, end, _senones_of_silence(), place)
        start = end


def _senones_of_silence() -> list[int]:
    model = phones()
    return [int(senone) for senone in model.senones[model.index(SILENCE)]]


@lru_cache(maxsize=20_000)
def senones_of(sounds: Pronunciation) -> tuple[int, ...]:
    """States of a word: triphones inside, plain phones at its edges.

    What stands beside a word is not known before the search (silence, or one of several
    readings), and at edges the plain phones place boundaries as well as triphones do.
    """
    model = phones()
    numbers = [model.index(sound) for sound in sounds]
    found: list[int] = []
    for place, number in enumerate(numbers):
        inside = 0 < place < len(numbers) - 1
        states = (
            model.triphone(number, numbers[place - 1], numbers[place + 1], 0)
            if inside
            else model.senones[number]
        )
        found += [int(senone) for senone in states]
    return tuple(found)


def speech_senones() -> NDArray[np.intp]:
    """States of all plain phones that are speech."""
    model = phones()
    spoken = [i for i in range(len(model.names)) if i not in model.fillers]
    return model.senones[spoken].astype(np.intp).ravel()
