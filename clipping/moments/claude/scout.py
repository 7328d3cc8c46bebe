"""The first pass: a cheap model reads the whole talk and proposes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from clipping.claude.again import ask
from clipping.claude.door import Door
from clipping.claude.question import Block, Question, Reply
from clipping.moments.claude.answers import Aside, Nominee, Scouted, schema_of
from clipping.moments.claude.lines import Script
from clipping.moments.claude.passages import Passage, passages
from clipping.moments.claude.prompting import Brief, limits, system
from clipping.moments.claude.reading import Reading, read

_ANSWER_TOKENS: Final = 3_000
_MOST_ASIDE: Final = 0.5
"""A scout who takes more of a passage for asides than this has not understood what asides are."""
_SMALL_PASSAGE: Final = 10
"""Lines; a short passage may well be an introduction and nothing else."""


@dataclass(frozen=True)
class Scouting:
    """What the scout found in all passages: runs of line numbers.

    ``missed`` says for each passage that could not be scouted why.
    """

    nominees: tuple[Nominee, ...]
    asides: tuple[Aside, ...]
    parts: int
    missed: tuple[str, ...]
    odd: int
    """Proposals that could not be used, such as numbers that do not exist."""


def questions(script: Script, brief: Brief, model: str) -> list[tuple[Passage, Question]]:
    """What the scout is asked: one question per passage."""
    return [
        (part, _question(script, part, brief, model))
        for part in passages(script, brief.options.max_ms)
    ]


def _question(script: Script, part: Passage, brief: Brief, model: str) -> Question:
    told = f"{limits(brief)}\n\n<passage>\n{script.shown(part.first, part.last)}\n</passage>"
    return Question(
        purpose="scout",
        model=model,
        system=system("scout"),
        user=(Block(text=told),),
        schema_=schema_of(Scouted),
        max_tokens=_ANSWER_TOKENS,
    )


def scout(door: Door, script: Script, brief: Brief, model: str) -> Scouting:
    """Everything that the scout proposes. Raises what the door raises."""
    asked = questions(script, brief, model)
    parts = [part for part, _ in asked]
    readings = ask(
        door,
        [question for _, question in asked],
        lambda at, reply: _read(reply, parts[at]),
        patient=brief.policy.patient,
    )
    return Scouting(
        nominees=tuple(_merged(readings)),
        asides=tuple(aside for one in readings for aside in one.items.get("asides", ())),
        parts=len(parts),
        missed=tuple(one.useless for one in readings if one.useless),
        odd=sum(len(one.faults) for one in readings),
    )


def _read(reply: Reply, part: Passage) -> Reading:
    def exists(item: Nominee | Aside) -> str:
        if part.first <= item.first <= item.last <= part.last:
            return ""
        return f"{item.first} to {item.last} is no run of sentences of this passage"

    found = read(reply, Scouted, {"nominees": exists, "asides": exists})
    marked = {
        number
        for aside in found.items.get("asides", ())
        for number in range(aside.first, aside.last + 1)
    }
    size = part.last - part.first + 1
    if size > _SMALL_PASSAGE and len(marked) > _MOST_ASIDE * size:
        fault = "The asides take more than half of the passage."
        return Reading({**found.items, "asides": ()}, found.faults).with_faults([fault])
    return found


def _merged(readings: Sequence[Reading]) -> list[Nominee]:
    """All proposals, the best first; what two passages propose alike is one."""
    best: dict[tuple[int, int], Nominee] = {}
    for reading in readings:
        for nominee in reading.items.get("nominees", ()):
            key = (nominee.first, nominee.last)
            if key not in best or nominee.score > best[key].score:
                best[key] = nominee
    return sorted(best.values(), key=lambda one: (-one.score, one.first, one.last))
