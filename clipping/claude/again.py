"""Asking Claude, and asking once more when an answer cannot be used as it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from clipping.claude.door import Door
from clipping.claude.question import Block, Question, Reply
from clipping.claude.reading import REFUSED, Reading
from clipping.errors import ClippingError, Transient

MOST_TOKENS: Final = 21_000
"""Longer answers are only given as a stream."""

_AGAIN: Final = (
    "Your last answer could not be used as it was. {faults} Answer the same question again, in"
    " whole, in the form that was asked for, only with numbers that stand in the text above."
)


def ask(
    door: Door,
    questions: Sequence[Question],
    read: Callable[[int, Reply], Reading],
    *,
    patient: bool = False,
) -> list[Reading]:
    """What is answered to each question; ``read`` is given its place among them.

    A question whose answer has a fault is asked once more, together with the others of its kind,
    and the better one of both answers counts. A refusal is not argued with. Raises what the door
    raises, unless every answer that there is can be used in part; who is ``patient`` waits for the
    better one all the same, and is told by Transient errors to come back for it.
    """
    readings = [read(place, reply) for place, reply in enumerate(door.ask(questions))]
    faulty = [at for at, reading in enumerate(readings) if _asks_again(reading)]
    try:
        second = door.ask([_again(questions[at], readings[at]) for at in faulty]) if faulty else []
    except ClippingError as error:
        comes_back = patient and isinstance(error, Transient)
        if comes_back or any(readings[at].useless for at in faulty):
            raise
        return readings
    for at, reply in zip(faulty, second, strict=True):
        reading = read(at, reply)
        if not reading.useless and reading.worth >= readings[at].worth:
            readings[at] = reading
    return readings


def _asks_again(reading: Reading) -> bool:
    return bool(reading.faults or reading.useless) and reading.useless != REFUSED


def _again(question: Question, reading: Reading) -> Question:
    """The question with what was wrong, and with room for a longer answer."""
    wrong = [f"It cannot be used: {reading.useless}."] if reading.useless else []
    told = Block(text=_AGAIN.format(faults=" ".join([*wrong, *reading.faults])))
    room = min(MOST_TOKENS, 2 * question.max_tokens)
    return question.replace(user=(*question.user, told), max_tokens=room)
