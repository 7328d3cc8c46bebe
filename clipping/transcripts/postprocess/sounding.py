"""Whether two spellings sound alike in English, and whether a word is one that people use."""

from __future__ import annotations

import re

from clipping.transcripts.pronunciation import dictionary

# In this order: what is written, and the one letter that stands for its sound.
_SOUNDS = (
    (r"tch", "C"),
    (r"ch", "C"),
    (r"sh", "S"),
    (r"ph", "f"),
    (r"gh(?=[^aeiou]|$)", ""),
    (r"th", "T"),
    (r"ck|qu|q", "k"),
    (r"x", "ks"),
    (r"c(?=[eiy])", "s"),
    (r"c", "k"),
    (r"z", "s"),
    (r"w(?=h)", ""),
    (r"j|g(?=[eiy])", "J"),
    (r"kn|gn", "n"),
    (r"oo|ou|u", "u"),
    (r"ee|ea|ie|ei|y", "i"),
    (r"ai|ay", "e"),
)
_PATTERNS = tuple((re.compile(pattern), sound) for pattern, sound in _SOUNDS)
_DOUBLED = re.compile(r"(.)\1+")
_SILENT_END = re.compile(r"(?<=[^aeiou])e$")


def is_common(word: str) -> bool:
    """Whether a word in small letters is one of the 130,000 of the pronouncing dictionary."""
    known = dictionary()
    return word in known or word.isdigit() or (word.endswith("s") and word[:-1] in known)


def sound_key(word: str) -> str:
    """A rough writing of how a word sounds; words that sound alike have the same one."""
    key = word
    for pattern, sound in _PATTERNS:
        key = pattern.sub(sound, key)
    return _DOUBLED.sub(r"\1", _SILENT_END.sub("", key))


def distance(one: str, other: str, most: int) -> int:
    """How many letters are added, left out, exchanged or swapped; ``most + 1`` for more."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        line = [row]
        for column, wanted in enumerate(other, 1):
            cost = min(
                last[column] + 1, line[column - 1] + 1, last[column - 1] + (letter != wanted)
            )
            swapped = row > 1 and column > 1 and letter == other[column - 2]
            if swapped and one[row - 2] == wanted:
                cost = min(cost, before[column - 2] + 1)
            line.append(cost)
        if min(line) > most:
            return most + 1
        before, last = last, line
    return last[-1]
