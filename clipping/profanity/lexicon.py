"""The list of words, read once from the data file beside this module."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

ENDINGS = (
    *("s", "es", "z", "ez", "ed", "er", "ers", "ing", "ings", "in", "y", "ies", "ier", "iest"),
    *("ily", "iness", "ish"),
)
"""What an inflected word may end in; "e" falls away before a vowel."""

PLURALS = ("s", "es", "z", "ez")

_FILE = Path(__file__).with_name("words.txt")
_SECTION = re.compile(r"\[(\w+)\]")


class Lexicon(BaseModel):
    """Sections of the data file, each explained there."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    within: tuple[str, ...]
    inflected: tuple[str, ...]
    before: tuple[str, ...]
    after: tuple[str, ...]
    nouns: tuple[str, ...]
    exact: tuple[str, ...]
    phrases: tuple[str, ...]
    starred: tuple[str, ...]
    allowed: tuple[str, ...]

    def spellings(self) -> frozenset[str]:
        """Every single word that can be written out, without leetspeak and drawn-out letters."""
        found = set(self.starred)
        for noun in (*self.exact, *self.nouns):
            found.add(noun)
            found.update(inflect(noun, end) for end in PLURALS if fits(noun, end))
        heads = [*self.inflected, *self.within]
        heads += [front + stem for front in (*self.before, "mother", "cluster") for stem in heads]
        for stem in heads:
            found.add(stem)
            found.update(inflect(stem, end) for end in ENDINGS if fits(stem, end))
            found.update(stem + tail for tail in self.after)
        return frozenset(found)


def fits(word: str, ending: str) -> bool:
    """Whether a word can take the ending: -es only follows a hiss (spices is no plural of spic)."""
    return ending not in {"es", "ez"} or word.endswith(("s", "x", "z", "ch", "sh"))


def inflect(stem: str, ending: str) -> str:
    """Stem and ending as they are written together: whore and -ing give whoring."""
    if stem.endswith("e") and ending[0] in "eiy":
        return stem[:-1] + ending
    doubled = stem[-1] if re.search(r"[aeiou]t$", stem) and ending[0] in "eiy" else ""
    return stem + doubled + ending


@cache
def lexicon() -> Lexicon:
    """The words of the data file."""
    sections: dict[str, list[str]] = {}
    entries: list[str] = []
    for raw in _FILE.read_text(encoding="utf-8").splitlines():
        line = raw.partition("#")[0].strip()
        if heading := _SECTION.fullmatch(line):
            entries = sections.setdefault(heading[1], [])
        else:
            entries += [entry.strip() for entry in line.split(",") if entry.strip()]
    return Lexicon.model_validate(sections)
