"""Reading the passages that talks are made of: one file per subject, beside this module.

Subjects in ``held_out`` take no turns: they were written to be looked at once, after a detector was
settled.

``[section]`` heads begin a kind; passages are paragraphs. ``Q:`` and ``A:`` begin a question and
its answer, ``==`` parts two tellings, ``(laughter)`` at the end says how it was received.
``{name}`` and the like are filled anew for each talk, ``[this|that]`` is one or the other.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Final

from clipping.evaluation.planted import Kind

_FOLDER: Final = Path(__file__).with_name("passages")
_COMMON: Final = "common"
_HELD_OUT: Final = "held_out"
_HEAD: Final = re.compile(r"\[(\w+)\]$")
_CHOICE: Final = re.compile(r"\[([^\[\]]*\|[^\[\]]*)\]")
_SLOT: Final = re.compile(r"\{(\w+)\}")
_SENTENCE_END: Final = re.compile(r"(?<=[.?!])\s+")
_LAUGHTER: Final = "(laughter)"
_KINDS: Final = {"opening": Kind.HOUSEKEEPING, "closing": Kind.HOUSEKEEPING}
_FILLINGS: Final[dict[str, tuple[str, ...]]] = {
    "name": tuple(
        "Rosa Milan Ingrid Tobias Nadia Owen Priya Lukas Hanna Marco Yusuf Clara".split()
    ),
    "city": tuple("Lisbon Denver Leeds Graz Oslo Turin Bergen Tampa Lyon Ghent Malmo".split()),
    "small": tuple("three four five six seven eight nine eleven twelve".split()),
    "big": tuple("twenty thirty forty fifty sixty seventy eighty ninety".split()),
    "year": tuple(str(year) for year in range(1996, 2020)),
}


@dataclass(frozen=True)
class Passage:
    """Sentences in order; the first ``questions`` of them ask."""

    kind: Kind
    sentences: tuple[str, ...]
    questions: int = 0
    laughed_at: bool = False


Sections = dict[str, list[tuple[str, ...]]]
"""Section to its entries; an entry is one passage as written, or its two tellings."""


@cache
def subjects() -> tuple[str, ...]:
    """What there are talks about, in order of name."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.txt") if path.stem != _COMMON))


@cache
def held_out() -> tuple[str, ...]:
    """What there are talks about for those who ask by name."""
    return tuple(sorted(path.stem for path in (_FOLDER / _HELD_OUT).glob("*.txt")))


@cache
def read(subject: str = _COMMON) -> Sections:
    """The sections of a file; without a name those that every talk has."""
    path = _FOLDER / (_HELD_OUT if subject in held_out() else "") / f"{subject}.txt"
    sections: Sections = {}
    entries: list[tuple[str, ...]] = []
    for paragraph in re.split(r"\n\s*\n", path.read_text(encoding="utf-8")):
        lines = [line for line in paragraph.splitlines() if line and not line.startswith("#")]
        if lines and (head := _HEAD.match(lines[0])):
            entries = sections.setdefault(head[1], [])
            lines = lines[1:]
        if lines:
            entries.append(tuple(part.strip() for part in "\n".join(lines).split("\n==\n")))
    return sections


def passages(section: str, entry: tuple[str, ...], chance: Random) -> list[Passage]:
    """An entry's passages with every choice made; both tellings of a story alike."""
    kind = _KINDS.get(section) or Kind(section)
    fillings = {slot: chance.choice(words) for slot, words in _FILLINGS.items()}
    return [_passage(kind, _filled(text, fillings, chance)) for text in entry]


def _filled(text: str, fillings: dict[str, str], chance: Random) -> str:
    text = _CHOICE.sub(lambda found: chance.choice(found[1].split("|")), text)
    return _SLOT.sub(lambda found: fillings[found[1]], text)


def _passage(kind: Kind, text: str) -> Passage:
    laughed_at = text.endswith(_LAUGHTER)
    question, parted, answer = text.removesuffix(_LAUGHTER).partition("\nA:")
    if not parted:
        return Passage(kind, _sentences(question), laughed_at=laughed_at)
    asked = _sentences(question.removeprefix("Q:"))
    return Passage(kind, asked + _sentences(answer), len(asked), laughed_at)


def _sentences(text: str) -> tuple[str, ...]:
    return tuple(_SENTENCE_END.split(" ".join(text.split())))
